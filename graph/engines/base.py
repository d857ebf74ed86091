"""The interface of engines: reading pages, grading chunks, answering questions.

All methods are coroutines and may run concurrently. They raise `ModelError` only for errors that no retry can remove (a
wrong key, a retired model). A page that cannot be read is a `Failure`, an answer without evidence an empty list.
"""

from __future__ import annotations

import math
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from graph.types import Claim, Entailment, Grade, PlannedStep, Reply, RetrievedChunk, Statement, Turn
from loaders.types import Block, Failure, PageImage, PageJob, Word

if TYPE_CHECKING:
    from graph.types import Objection, PageView


@dataclass(frozen=True, slots=True)
class PageRequest:
    """A page to transcribe."""

    job: PageJob
    """Names the page in its file; offline engines read it from there."""
    image: PageImage
    """The rendered page with the file's own text layer; engines that do not read images get its numbers alone."""


@dataclass(frozen=True, slots=True)
class PageReading:
    """A page as an engine has read it."""

    page: int
    """The number of the page, from 1."""
    blocks: tuple[Block, ...]
    """The text in reading order; empty for a blank page."""
    words: Sequence[Word]
    """The words with their boxes, where they are known."""
    model: str
    """The model that read the page, without provider."""
    fallback: Failure | None = None
    """Why the page was read from the file instead of by the model; None if the model read it."""
    detail: str = ""
    """What could not be read of the page, such as a picture; "" if nothing is missing."""


Readings = AsyncGenerator[tuple[int, PageReading | Failure], None]
"""Pages as they are read: the number and outcome of each. Closing it stops the reading of the others."""

OnDraft = Callable[[str, Sequence[Claim]], None]
"""Called while an answer is written, with the unverified text of its claims so far, and the complete claims.

It may block."""


class Engine(Protocol):
    """Reads pages and answers questions."""

    name: str
    """The engine in settings, answers and the page ledger: `llm` or `offline`."""
    reader_identity: str
    """The page reader's part of transcript keys: its model, prompt version and more."""
    model: str
    """The model that reads pages, without its provider."""
    prompt: str
    """The version of the transcription prompt; "" where there is none."""
    batch_size: int
    """How many pages are given to `transcribe` at once."""
    reads_images: bool
    """Whether page images are used; if False, `image.png` is b"" and `answer` is given no images."""
    can_rewrite: bool
    """Whether `rewrite`, `plan`, `repair` and `check` can return anything; if False they are not called."""
    max_chunks: int | None
    """How many chunks the model that answers can take, by default; None for as many as the run retrieves."""

    def is_daily_quota_exhausted(self) -> bool:
        """Return True if `transcribe` is known to be unable to read another page today."""

    async def questions_left(self) -> int | None:
        """Return how many questions can be asked today by the limits that are known; None if none is known."""

    def transcribe(self, pages: Sequence[PageRequest]) -> Readings:
        """Read pages; yield the number and outcome of each as soon as it is known, in any order."""

    async def contextualize(self, question: str, history: Sequence[Turn]) -> Reply[str]:
        """Return a follow-up question with its references to the conversation resolved."""

    async def grade(self, question: str, chunks: Sequence[RetrievedChunk]) -> Reply[list[Grade]]:
        """Grade how well chunks help to answer the question, from 0 to 10."""

    async def rewrite(self, question: str, tried: Sequence[str], chunks: Sequence[RetrievedChunk]) -> Reply[str]:
        """Return a search query unlike those tried, or "" if there is none; `chunks` are those found so far."""

    async def plan(
        self,
        question: str,
        documents: Mapping[str, str],
        taken: Sequence[str],
        chunks: Sequence[RetrievedChunk],
        steps: int,
    ) -> Reply[list[PlannedStep]]:
        """Return the next steps towards an answer, at most `steps`; none if nothing is missing or can be found.

        Args:
            question: The standalone question.
            documents: What may be searched: a line on each document, by id.
            taken: The steps that were taken, each as a line.
            chunks: What was found so far.
            steps: How many steps are left.
        """

    async def answer(
        self,
        question: str,
        chunks: Sequence[RetrievedChunk],
        grades: Sequence[Grade],
        page_images: Sequence[PageView] = (),
        on_draft: OnDraft | None = None,
    ) -> Reply[list[Claim]]:
        """Return claims that answer the question, each with its quote; none if the chunks do not hold the answer.

        Args:
            question: The standalone question.
            chunks: The relevant chunks.
            grades: The grades of all chunks.
            page_images: Pages to look at as well.
            on_draft: Called while the answer is written, if the engine can stream.
        """

    async def repair(
        self,
        question: str,
        chunks: Sequence[RetrievedChunk],
        objections: Sequence[Objection],
        page_images: Sequence[PageView] = (),
    ) -> Reply[list[Claim | None]]:
        """Return, for each rejected claim, another one in its place, or None; the caller verifies them once more."""

    async def check(self, statements: Sequence[Statement]) -> Reply[list[Entailment | None]]:
        """Return for each statement whether its quote says it, None where that is not known; raises no ModelError."""


BATCHES_IN_FLIGHT = 16
"""Batches that run at a time, each a run of a subgraph. 100 pages at 2 s each, 16 requests in flight: 14.3 s with 16
batches, the same with 32, which start more slowly under `invoke()` (a thread each)."""

MIN_BATCH_PAGES = 4
"""The least pages of a batch: the same 100 pages took 14.50 s and 1.8 s of CPU in batches of one page, 14.45 and 1.3 of
four, 14.43 and 1.2 of eight."""


def batch_size(pages_per_request: int, concurrency: int) -> int:
    """Return the pages of a batch: whole requests, and enough that all batches hold twice the requests in flight.

    So the pages of one half are rendered while the requests of the other are answered.
    """
    requests = max(math.ceil(MIN_BATCH_PAGES / pages_per_request), math.ceil(2 * concurrency / BATCHES_IN_FLIGHT))
    return pages_per_request * requests
