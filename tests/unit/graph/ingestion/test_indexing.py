"""Whoever rebuilds the index is alone with it; documents are added side by side."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from graph.ingestion.indexing import Turns


class Work:
    """Pieces of work that go on until they are let go; `now` are those under way."""

    def __init__(self) -> None:
        self.now: list[str] = []
        self._gates: dict[str, asyncio.Event] = {}

    def begin(self, name: str, turn: AbstractAsyncContextManager[None]) -> asyncio.Task[None]:
        gate = self._gates[name] = asyncio.Event()

        async def work() -> None:
            async with turn:
                self.now.append(name)
                await gate.wait()
                self.now.remove(name)

        return asyncio.create_task(work())

    async def settled(self) -> list[str]:
        for _ in range(10):
            await asyncio.sleep(0)
        return self.now

    def end(self, name: str) -> None:
        self._gates[name].set()


@asynccontextmanager
async def _all(*tasks: asyncio.Task[None]) -> AsyncIterator[None]:
    yield
    await asyncio.wait_for(asyncio.gather(*tasks), 10)


async def test_a_rebuild_waits_for_what_is_being_added_and_holds_up_the_rest() -> None:
    turns, work = Turns(), Work()
    tasks = [work.begin("a", turns.add()), work.begin("b", turns.add())]
    assert await work.settled() == ["a", "b"]
    tasks += [work.begin("rebuild", turns.rebuild()), work.begin("second", turns.rebuild())]
    await work.settled()
    tasks.append(work.begin("late", turns.add()))
    assert await work.settled() == ["a", "b"]
    async with _all(*tasks):
        for name in ("a", "b"):
            work.end(name)
        assert await work.settled() == ["rebuild"]
        work.end("rebuild")
        assert len(await work.settled()) == 1
        for name in ("second", "late"):
            work.end(name)


async def test_a_rebuild_that_is_given_up_while_it_waits_holds_up_nobody() -> None:
    turns, work = Turns(), Work()
    first = work.begin("a", turns.add())
    rebuild = work.begin("rebuild", turns.rebuild())
    await work.settled()
    rebuild.cancel()
    with pytest.raises(asyncio.CancelledError):
        await rebuild
    second = work.begin("b", turns.add())
    assert await work.settled() == ["a", "b"]
    async with _all(first, second):
        work.end("a")
        work.end("b")
