"""A reader of one batch of pages: it requests missing pages in smaller requests, and doubtful ones once more.

A request costs the same however many pages it holds, so missing pages are requested together, in requests of half the
size: a batch of four that fails altogether takes at most eleven requests, one that lacks a single page takes two.
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
"""Sends one request for some pages, at a temperature or at the model's own; returns the outcome of each page."""

RETRY_TEMPERATURE = 1.3
"""The temperature at which a doubtful page is asked for again: at the same one a model repeats its loop, or confuses
the pages again. Models with fixed sampling ignore it; reading the page alone helps them too."""

# Reasons caused by the page or the reply, not by the service: a smaller request may succeed.
_CONTENT: frozenset[FailureReason] = frozenset(
    {"recitation", "max_tokens", "blocked", "empty", "garbled", "request_error"}
)
# Reasons that another temperature may help with; a refused request is not among them.
_DOUBTFUL: frozenset[FailureReason] = frozenset(
    {"recitation", "max_tokens", "blocked", "empty", "garbled", "repetition"}
)


class BatchTranscriber:
    """Reads one batch of pages. If the service cannot be reached, the remaining pages fail with that reason.

    Args:
        read: Sends one request.
        check_replies: Whether readings are compared with the pages' own text layers.
    """

    def __init__(self, read: Read, *, check_replies: bool = True) -> None:
        self._read, self._check_replies = read, check_replies
        self._service_failure: Failure | None = None

    async def run(self, images: Sequence[PageImage]) -> AsyncIterator[tuple[int, Outcome]]:
        """Read the pages; yield the number and outcome of each as soon as it is final, so that it can be stored.

        Pages that a reply lacks are requested in smaller requests, down to a single page. Then each page that could
        not be read alone, or whose reading is doubtful, is requested once more at another temperature.
        """
        queue, doubtful = [list(images)], list[PageImage]()
        while queue:
            part = queue.pop(0)
            outcomes = await self._outcomes(part)
            missing = []
            for image in part:
                outcome = outcomes[image.page]
                if len(part) > 1 and _is_missing(outcome):
                    missing.append(image)
                elif self._doubt(image, outcome):
                    doubtful.append(image)
                else:
                    yield image.page, outcome
            size = max(1, len(part) // 2)
            queue[:0] = [missing[start : start + size] for start in range(0, len(missing), size)]
        for image in doubtful:
            yield image.page, self._service_failure or await self._retry(image)

    async def _outcomes(self, images: Sequence[PageImage], temperature: float | None = None) -> dict[int, Outcome]:
        if self._service_failure:
            return dict.fromkeys([image.page for image in images], self._service_failure)
        outcomes = await self._read(images, temperature)
        failures = (outcome for outcome in outcomes.values() if isinstance(outcome, Failure))
        of_service = (failure for failure in failures if failure.reason not in _CONTENT | {"repetition"})
        self._service_failure = next(of_service, None)
        return outcomes

    def _doubt(self, image: PageImage, outcome: Outcome) -> Failure | None:
        """Return why a page is to be requested once more, or None for a final outcome."""
        if isinstance(outcome, Failure):
            return outcome if outcome.reason in _DOUBTFUL else None
        return check(outcome.blocks, image) if self._check_replies else None

    async def _retry(self, image: PageImage) -> Outcome:
        outcome = (await self._outcomes([image], RETRY_TEMPERATURE))[image.page]
        if self._service_failure:
            return self._service_failure
        doubt = outcome if isinstance(outcome, Failure) else self._doubt(image, outcome)
        return replace(doubt, detail=f"{doubt.detail} Asked again, it did no better.") if doubt else outcome


async def merge(iterators: Sequence[AsyncIterator[T]]) -> AsyncIterator[T]:
    """Run iterators concurrently and yield their items as they come.

    If one raises, the others run to their ends first, since their requests may be paid for; then its error is raised.
    """
    items: asyncio.Queue[T | None] = asyncio.Queue()
    errors: list[Exception] = []

    async def follow(iterator: AsyncIterator[T]) -> None:
        try:
            async for item in iterator:
                items.put_nowait(item)
        except Exception as error:
            errors.append(error)
        finally:
            items.put_nowait(None)

    tasks = [asyncio.create_task(follow(iterator)) for iterator in iterators]
    try:
        for _ in iterators:
            while (item := await items.get()) is not None:
                yield item
    finally:
        for task in tasks:
            task.cancel()
    if errors:
        raise errors[0]


def _is_missing(outcome: Outcome) -> bool:
    return isinstance(outcome, Failure) and outcome.reason in _CONTENT
