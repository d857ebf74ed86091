"""What an engine does: read pages, judge passages, answer. Two stand behind it, offline and model-backed.

All methods are coroutines, safe to run many at a time. They raise `ModelError` only for what no retry can mend (a wrong
key, a retired model); what a single page or answer cannot give is a value: a Failure, an empty list of claims.
"""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from graph.types import Claim, Grade, Reply, RetrievedChunk, Turn
from loaders.types import Block, Failure, PageImage, PageJob, Word

if TYPE_CHECKING:
    from graph.types import Objection, PageView


@dataclass(frozen=True, slots=True)
class PageRequest:
    """A page to transcribe: the rendered image with the file's own text, and the job that reads it again."""

    job: PageJob
    image: PageImage


@dataclass(frozen=True, slots=True)
class PageReading:
    """A page as an engine read it. `fallback` is set when it had to be read a second way, and says why.

    `detail` says what of it could not be read all the same, a picture say; it is "" where nothing is missing.
    """

    page: int
    blocks: tuple[Block, ...]
    words: tuple[Word, ...]
    model: str
    fallback: Failure | None = None
    detail: str = ""


Drafting = Callable[[str, Sequence[Claim]], None]


class Engine(Protocol):
    """Everything that needs intelligence, behind six verbs."""

    name: str
    """The engine in settings, answers and the page ledger: `llm` or `offline`."""
    reader_identity: str
    """The page reader as keys of transcripts are hashed from it: its model and prompt version among them."""
    model: str
    """The model that reads pages, without its provider."""
    prompt: str
    """The version of the transcription prompt; "" where there is none."""
    batch_size: int
    """How many pages are given to `transcribe` at once."""
    reads_images: bool
    """Whether page images are used; if False, `image.png` is b"" and `answer` is given no images."""
    can_rewrite: bool
    """Whether `rewrite` and `repair` can return anything; if False they are not called."""

    def is_daily_quota_exhausted(self) -> bool:
        """Return True if `transcribe` is known to be unable to read another page today."""

    def transcribe(self, pages: Sequence[PageRequest]) -> AsyncIterator[tuple[int, PageReading | Failure]]:
        """Read each page; its number and outcome, as soon as they are known, in any order."""

    async def contextualize(self, question: str, history: Sequence[Turn]) -> Reply[str]:
        """Make a follow-up question stand alone."""

    async def grade(self, question: str, passages: Sequence[RetrievedChunk]) -> Reply[list[Grade]]:
        """Judge all passages at once."""

    async def rewrite(self, question: str, tried: Sequence[str], passages: Sequence[RetrievedChunk]) -> Reply[str]:
        """Another way to ask, unlike those tried, or "" when there is none."""

    async def answer(
        self,
        question: str,
        passages: Sequence[RetrievedChunk],
        grades: Sequence[Grade],
        views: Sequence[PageView] = (),
        draft: Drafting | None = None,
    ) -> Reply[list[Claim]]:
        """Claims that answer the question, each with its evidence; none when the passages do not hold the answer.

        `views` are pages to look at as well. `draft` is told, whenever there is more, the text of the claims so far,
        yet unproven, and those claims that are complete. It may block.
        """

    async def repair(
        self,
        question: str,
        passages: Sequence[RetrievedChunk],
        objections: Sequence[Objection],
        views: Sequence[PageView] = (),
    ) -> Reply[list[Claim | None]]:
        """Another claim in place of each one that was not proven, or None; it is proven or not like the first."""


BATCHES_IN_FLIGHT = 16
"""Windows under way at a time. Each is a run of a graph, and a thread under `invoke()`: 32 of them got in each other's
way at the start. 100 pages at 2 s each, 16 requests in flight, six readings of each in turns: 14.32 to 14.35 s with 16,
14.32 to 14.39 with 32."""

MIN_BATCH_PAGES = 4
"""Pages of a window, at least: one of a single page costs the graph as much as one of four. The same 100 pages took
14.50 s in windows of one page, 14.45 of four, 14.43 of eight; 1.8, 1.3 and 1.2 s of CPU."""


def batch_size(pages_per_request: int, concurrency: int) -> int:
    """Pages of a window: whole requests, so many that all windows together hold twice the requests in flight.

    While the one half is answered, the pages of the other are rendered.
    """
    requests = max(math.ceil(MIN_BATCH_PAGES / pages_per_request), math.ceil(2 * concurrency / BATCHES_IN_FLIGHT))
    return pages_per_request * requests
