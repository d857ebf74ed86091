"""The lock of the index: documents are added side by side, and a rebuild is alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from graph.ingestion.indexing import IndexLock


class Work:
    """Tasks that hold a lock until they are ended; `running` are those that hold it."""

    def __init__(self) -> None:
        self.running: list[str] = []
        self._gates: dict[str, asyncio.Event] = {}

    def begin(self, name: str, lock: AbstractAsyncContextManager[None]) -> asyncio.Task[None]:
        gate = self._gates[name] = asyncio.Event()

        async def work() -> None:
            async with lock:
                self.running.append(name)
                await gate.wait()
                self.running.remove(name)

        return asyncio.create_task(work())

    async def settled(self) -> list[str]:
        for _ in range(10):
            await asyncio.sleep(0)
        return self.running

    def end(self, name: str) -> None:
        self._gates[name].set()


@asynccontextmanager
async def _all(*tasks: asyncio.Task[None]) -> AsyncIterator[None]:
    yield
    await asyncio.wait_for(asyncio.gather(*tasks), 10)


async def test_a_rebuild_waits_for_documents_being_added_and_later_ones_wait_for_it() -> None:
    lock, work = IndexLock(), Work()
    tasks = [work.begin("a", lock.shared()), work.begin("b", lock.shared())]
    assert await work.settled() == ["a", "b"]
    tasks += [work.begin("rebuild", lock.exclusive()), work.begin("second", lock.exclusive())]
    await work.settled()
    tasks.append(work.begin("late", lock.shared()))
    assert await work.settled() == ["a", "b"]
    async with _all(*tasks):
        for name in ("a", "b"):
            work.end(name)
        assert await work.settled() == ["rebuild"]
        work.end("rebuild")
        assert len(await work.settled()) == 1
        for name in ("second", "late"):
            work.end(name)


async def test_a_rebuild_that_is_cancelled_while_it_waits_blocks_no_document() -> None:
    lock, work = IndexLock(), Work()
    first = work.begin("a", lock.shared())
    rebuild = work.begin("rebuild", lock.exclusive())
    await work.settled()
    rebuild.cancel()
    with pytest.raises(asyncio.CancelledError):
        await rebuild
    second = work.begin("b", lock.shared())
    assert await work.settled() == ["a", "b"]
    async with _all(first, second):
        work.end("a")
        work.end("b")
