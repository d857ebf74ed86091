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
from graph.engines.llm.page_requests import Attempt
from graph.engines.llm.reply_checks import Doubt
from graph.engines.llm.review import review
from loaders.types import Failure, FailureReason, PageImage

T = TypeVar("T")
Outcome = PageReading | Failure
Read = Callable[[Sequence[PageImage], Attempt], Awaitable[dict[int, Outcome]]]
"""Sends one request for some pages; returns the outcome of each page."""

# What a model is told about an unusable reply, after the words "was not used: ".
_OBJECTIONS: dict[FailureReason, str] = {
    "recitation": "it stopped because the text is published elsewhere; this is a page that its owner wants to search",
    "max_tokens": "it was cut off before the end of the page",
    "blocked": "it was stopped before the page was read",
    "empty": "it held no text for this page, which is not blank",
    "garbled": "it stopped before it was done",
    "repetition": "it repeated itself until it was cut off",
}

# Reasons caused by the page or the reply, not by the service: a smaller request may succeed.
_CONTENT: frozenset[FailureReason] = frozenset(
    {"recitation", "max_tokens", "blocked", "empty", "garbled", "request_error"}
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

        Pages that a reply lacks are requested in smaller requests, down to a single page, whose replies may be longer.
        Then each page that could not be read alone, or whose reading is doubtful, is requested once more and told why.
        """
        queue, doubtful = [(list(images), Attempt())], list[tuple[PageImage, Doubt]]()
        while queue:
            part, attempt = queue.pop(0)
            outcomes = await self._outcomes(part, attempt)
            missing = []
            for image in part:
                outcome, doubt = self._reviewed(image, outcomes[image.page])
                if _is_missing(outcome) and (len(part) > 1 or _was_cut(outcome, attempt)):
                    missing.append(image)
                elif doubt and len(images) == 1 and attempt.generous and doubt.reason == "max_tokens":
                    yield image.page, _no_better(doubt.failure)  # it was requested alone with more room
                elif doubt:
                    doubtful.append((image, doubt))
                else:
                    yield image.page, outcome
            size = max(1, len(part) // 2)
            again = [missing[start : start + size] for start in range(0, len(missing), size)]
            queue[:0] = [(smaller, Attempt(generous=True)) for smaller in again]
        for image, doubt in doubtful:
            yield image.page, self._service_failure or await self._retry(image, doubt)

    async def _outcomes(self, images: Sequence[PageImage], attempt: Attempt) -> dict[int, Outcome]:
        if self._service_failure:
            return dict.fromkeys([image.page for image in images], self._service_failure)
        outcomes = await self._read(images, attempt)
        failures = (outcome for outcome in outcomes.values() if isinstance(outcome, Failure))
        of_service = (failure for failure in failures if failure.reason not in _CONTENT | {"repetition"})
        self._service_failure = next(of_service, None)
        return outcomes

    def _reviewed(self, image: PageImage, outcome: Outcome) -> tuple[Outcome, Doubt | None]:
        """Return an outcome with its words mended, and why the page is to be requested once more, if it is."""
        if isinstance(outcome, Failure):
            objection = _OBJECTIONS.get(outcome.reason)
            return outcome, Doubt(outcome, objection) if objection else None
        if not self._check_replies:
            return outcome, None
        return review(outcome, image)

    async def _retry(self, image: PageImage, doubt: Doubt) -> Outcome:
        longer = doubt.failure.reason != "repetition"  # a loop only takes longer
        read = await self._outcomes([image], Attempt(doubt.objection, generous=longer))
        outcome, again = self._reviewed(image, read[image.page])
        if self._service_failure:
            return self._service_failure
        failure = outcome if isinstance(outcome, Failure) else again.failure if again else None
        return _no_better(failure) if failure else outcome


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
        except Exception as error:  # raised below, when the others have ended
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


def _no_better(failure: Failure) -> Failure:
    return replace(failure, detail=f"{failure.detail} Asked again, it did no better.")


def _is_missing(outcome: Outcome) -> bool:
    return isinstance(outcome, Failure) and outcome.reason in _CONTENT


def _was_cut(outcome: Outcome, attempt: Attempt) -> bool:
    """Return whether a reply may have been cut by the bound of its request, and not by the model's own."""
    return isinstance(outcome, Failure) and outcome.reason == "max_tokens" and not attempt.generous
