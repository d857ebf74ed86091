"""From a window of pages to one believed outcome for each: what is missing is asked again, what is doubtful too.

A request costs the same however many pages it holds, so missing pages go together, in requests of half the size: a
window of four that fails altogether takes seven requests at most, one of which a single page is missing takes two.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from graph.engines.base import PageReading
from graph.engines.checks import check
from loaders.types import Failure, FailureReason, PageImage

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


class WindowReader:
    """Reads one window; `outcomes` holds what came of it."""

    def __init__(self, read: Read, *, checked: bool = True) -> None:
        self._read, self._checked = read, checked
        self._down: Failure | None = None
        self.outcomes: dict[int, Outcome] = {}

    async def run(self, images: Sequence[PageImage]) -> None:
        """Read the pages, then ask once more for each whose reading cannot be believed."""
        await self._split(images)
        for image in images:
            if problem := self._problem(image):
                self.outcomes[image.page] = self._down or await self._hotter(image, problem)

    async def _split(self, images: Sequence[PageImage]) -> None:
        """Read the pages in one request, and what it lacks in smaller ones, down to a page alone."""
        await self._ask(images)
        missing = [image for image in images if self._lacks(image)]
        size = max(1, len(images) // 2)
        for start in range(0, len(missing) if len(images) > 1 else 0, size):
            part = missing[start : start + size]
            if self._down:  # the service is out of reach, or the quota spent: the others would fare no better
                self.outcomes |= {image.page: self._down for image in part}
            else:
                await self._split(part)

    async def _ask(self, images: Sequence[PageImage], temperature: float | None = None) -> None:
        read = await self._read(images, temperature)
        self.outcomes |= read
        failures = (outcome for outcome in read.values() if isinstance(outcome, Failure))
        self._down = next((failure for failure in failures if failure.reason not in _CONTENT | {"repetition"}), None)

    def _lacks(self, image: PageImage) -> bool:
        outcome = self.outcomes[image.page]
        return isinstance(outcome, Failure) and outcome.reason in _CONTENT

    def _problem(self, image: PageImage) -> Failure | None:
        """Why a page's outcome cannot be believed; a page that was not read at all has had its tries."""
        outcome = self.outcomes[image.page]
        if isinstance(outcome, Failure):
            return outcome if outcome.reason == "repetition" else None
        return check(outcome.blocks, image) if self._checked else None

    async def _hotter(self, image: PageImage, problem: Failure) -> Outcome:
        await self._ask([image], HOTTER)
        outcome = self.outcomes[image.page]
        if self._down:
            return self._down
        still = problem if isinstance(outcome, Failure) else self._problem(image)
        return replace(still, detail=f"{still.detail} Asked again, it did no better.") if still else outcome
