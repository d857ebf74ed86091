"""From a window of pages to one believed outcome for each: what is missing is asked again, what is doubtful too.

A request costs the same however many pages it holds, so missing pages go together, in requests of half the size: a
window of four that fails altogether takes eleven requests at most, one of which a single page is missing takes two.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from graph.engines.base import PageReading
from graph.engines.llm.reply_checks import check
from loaders.types import Failure, FailureReason, PageImage

T = TypeVar("T")
Outcome = PageReading | Failure
Read = Callable[[Sequence[PageImage], float | None], Awaitable[dict[int, Outcome]]]
"""One request for some pages, at a temperature or at the model's own."""

HOTTER = 1.3
"""The temperature at which a doubtful page is asked for again: a model that went round in circles, or saw another page,
does so again when nothing changes. Models with fixed sampling ignore it; they read the page alone, which helps too."""

# What lies in the page or the reply, not in the service: a smaller request may do better.
_CONTENT: frozenset[FailureReason] = frozenset(
    {"recitation", "max_tokens", "blocked", "empty", "garbled", "request_error"}
)
# What another try at another temperature may mend, and a refused request is not.
_AGAIN: frozenset[FailureReason] = frozenset({"recitation", "max_tokens", "blocked", "empty", "garbled", "repetition"})


class WindowReader:
    """Reads windows of pages; once the service is found to be out of reach, what is left of a window fails with it."""

    def __init__(self, read: Read, *, checked: bool = True) -> None:
        self._read, self._checked = read, checked
        self._down: Failure | None = None

    async def run(self, images: Sequence[PageImage]) -> AsyncIterator[tuple[int, Outcome]]:
        """Read the pages; yield the number and the outcome of each as soon as it is final, so that it can be stored.

        What a reply lacks is asked for in smaller requests, down to a page alone; then, once more and hotter, each page
        that could not be read alone, or whose reading cannot be believed.
        """
        waiting, doubtful = [list(images)], list[PageImage]()
        while waiting:
            part = waiting.pop(0)
            read = dict.fromkeys([image.page for image in part], self._down) if self._down else await self._ask(part)
            missing = []
            for image in part:
                outcome = read[image.page]
                if len(part) > 1 and _is_lacking(outcome):
                    missing.append(image)
                elif self._problem(image, outcome):
                    doubtful.append(image)
                else:
                    yield image.page, outcome
            size = max(1, len(part) // 2)
            waiting[:0] = [missing[start : start + size] for start in range(0, len(missing), size)]
        for image in doubtful:
            yield image.page, self._down or await self._hotter(image)

    async def _ask(self, images: Sequence[PageImage], temperature: float | None = None) -> dict[int, Outcome]:
        read = await self._read(images, temperature)
        failures = (outcome for outcome in read.values() if isinstance(outcome, Failure))
        self._down = next((failure for failure in failures if failure.reason not in _CONTENT | {"repetition"}), None)
        return read

    def _problem(self, image: PageImage, outcome: Outcome) -> Failure | None:
        """Why a page is to be asked for once more: its reading cannot be believed, or what it says is no reading."""
        if isinstance(outcome, Failure):
            return outcome if outcome.reason in _AGAIN else None
        return check(outcome.blocks, image) if self._checked else None

    async def _hotter(self, image: PageImage) -> Outcome:
        outcome = (await self._ask([image], HOTTER))[image.page]
        if self._down:
            return self._down
        still = outcome if isinstance(outcome, Failure) else self._problem(image, outcome)
        return replace(still, detail=f"{still.detail} Asked again, it did no better.") if still else outcome


async def side_by_side(readings: Sequence[AsyncIterator[T]]) -> AsyncIterator[T]:
    """What several readings yield, as it comes. When one fails the others go on to their end: they may be paid for."""
    found: asyncio.Queue[T | None] = asyncio.Queue()
    failures: list[Exception] = []

    async def follow(reading: AsyncIterator[T]) -> None:
        try:
            async for outcome in reading:
                found.put_nowait(outcome)
        except Exception as error:
            failures.append(error)
        finally:
            found.put_nowait(None)

    going_on = [asyncio.create_task(follow(reading)) for reading in readings]
    try:
        for _ in readings:
            while (outcome := await found.get()) is not None:
                yield outcome
    finally:
        for task in going_on:
            task.cancel()
    if failures:
        raise failures[0]


def _is_lacking(outcome: Outcome) -> bool:
    return isinstance(outcome, Failure) and outcome.reason in _CONTENT
