"""The offline engine: no key, no network, no waiting. It reads text layers and scans, and answers in the page's words.

It judges and answers by comparing words and their vectors, so it says reliably when nothing indexed is about the
question, but not that a passage on the right subject lacks the one fact asked for. It cannot make anything up:
every answer is made of sentences and table rows that stand on a page.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Sequence

from graph.engines.base import OnDraft, PageReading, PageRequest
from graph.engines.offline.extraction import claims_from
from graph.retrieval import scoring, terms
from graph.retrieval.embedder import SentenceEmbedder
from graph.retrieval.late_interaction import score_sentences, with_ranks
from graph.storage.base import Catalog
from graph.types import Claim, Grade, Objection, PageView, Reply, RetrievedChunk, Turn
from loaders.pages.jobs import read
from loaders.pages.pool import PagePool
from loaders.types import Failure, PageText

# A best sentence that fits this well (0-15, see scoring.ScoredSentence.fit) gets the middle grade. Measured on 8
# articles: 7.6 refuses .900 of the questions about absent articles and .030 of the answerable ones, 7.8 .930 and .045;
# this lies between them and was not measured itself. On the research paper and on real reports answerable questions
# start lower (6.2 and 7.3), foreign ones lie at 4.2-7.1. One point of fit is one grade.
MIDDLE_FIT, MIDDLE_GRADE = 7.7, 5.0
# From here on a passage clearly fits, so that the one after it may follow. Judged on one question, not fitted.
CLEAR_GRADE = 6.0

# What a question leans on the one before it with: how it begins, a pronoun, or being no more than a question word.
_FOLLOW_UP = re.compile(
    r"^(and|but|or|so|then|also|what about|how about|what of|which one|how so)\b"
    r"|\b(it|its|they|their|them|that one|this one|the same|these|those|he|she|his|her|him)\b"
    r"|^(why|when|where|who|how|how (much|many|long|often))( not| exactly)?\W*$",
    re.IGNORECASE,
)


class OfflineEngine:
    """Reads with PyMuPDF and RapidOCR in worker processes; grades and answers with a small embedding model."""

    name = "offline"
    model = "pymupdf+rapidocr"
    prompt = ""
    reader_identity = "offline/1"
    batch_size = 4  # pages per step: small enough to show progress, large enough to keep two workers busy
    reads_images = False
    can_rewrite = False

    def __init__(self, catalog: Catalog, pool: PagePool, embedder: SentenceEmbedder) -> None:
        self._catalog = catalog
        self._pool = pool
        self._embedder = embedder

    def is_daily_quota_exhausted(self) -> bool:
        """Never: nothing is asked of anybody."""
        return False

    async def transcribe(self, pages: Sequence[PageRequest]) -> AsyncIterator[tuple[int, PageReading | Failure]]:
        """Read each page: its text layer where it has a legible one, OCR where it has not."""
        outcomes = await self._pool.map(read, [page.job for page in pages])
        for page, outcome in zip(pages, outcomes, strict=True):
            yield page.job.page, _reading(outcome) if isinstance(outcome, PageText) else outcome

    async def contextualize(self, question: str, history: Sequence[Turn]) -> Reply[str]:
        """A follow-up ("and the 32B one?") takes over the words of the question before it."""
        asked = [turn["text"] for turn in history if turn["role"] == "user"]
        if not asked or not _FOLLOW_UP.search(question.strip()):
            return Reply(question)
        return Reply(f"{asked[-1].rstrip(' ?.!')}: {question}")

    async def grade(self, question: str, passages: Sequence[RetrievedChunk]) -> Reply[list[Grade]]:
        """Grade each passage by its sentence that fits the question best; one without a sentence gets nothing."""
        grades = await asyncio.to_thread(self._grade, question, passages)
        graded = {grade["chunk"] for grade in grades}
        bare = [passage["chunk"] for passage in passages if passage["chunk"] not in graded]
        return Reply([*grades, *(Grade(chunk=chunk, score=0.0, reason="no sentence to compare") for chunk in bare)])

    async def rewrite(self, question: str, tried: Sequence[str], passages: Sequence[RetrievedChunk]) -> Reply[str]:
        """Never: leaving words out of a question was measured to lose answers, and nothing offline can add any."""
        return Reply("")

    async def answer(
        self,
        question: str,
        passages: Sequence[RetrievedChunk],
        grades: Sequence[Grade],
        views: Sequence[PageView] = (),
        draft: OnDraft | None = None,
    ) -> Reply[list[Claim]]:
        """The best sentences or table rows of the passages, for each question that is asked."""
        return Reply(await asyncio.to_thread(self._answer, question, passages))

    async def repair(
        self,
        question: str,
        passages: Sequence[RetrievedChunk],
        objections: Sequence[Objection],
        views: Sequence[PageView] = (),
    ) -> Reply[list[Claim | None]]:
        """None for each: what was chosen by comparing would be chosen again."""
        return Reply([None] * len(objections))

    def _titles(self, passages: Sequence[RetrievedChunk]) -> str:
        rows = (self._catalog.document(document) for document in {passage["document"] for passage in passages})
        return " ".join(row.title for row in rows if row)

    def _scored(
        self, question: str, passages: Sequence[RetrievedChunk]
    ) -> tuple[scoring.Query, list[scoring.ScoredSentence]]:
        query = scoring.prepare_query(question, self._embedder.encode_query(question), self._catalog)
        chunks, scored = score_sentences(self._catalog, query, [passage["chunk"] for passage in passages])
        return query, with_ranks(scored, [chunk.id for chunk in chunks])

    def _grade(self, question: str, passages: Sequence[RetrievedChunk]) -> list[Grade]:
        best: dict[str, scoring.ScoredSentence] = {}
        for part in terms.split_questions(question):
            for scored in self._scored(part, passages)[1]:
                if scored.chunk not in best or scored.fit > best[scored.chunk].fit:
                    best[scored.chunk] = scored
        grades = {
            chunk: Grade(
                chunk=chunk,
                score=round(min(10.0, max(0.0, MIDDLE_GRADE + scored.fit - MIDDLE_FIT)), 2),
                reason=f"closest: “{_short(scored.sentence.text)}”",
            )
            for chunk, scored in best.items()
        }
        return self._carried_on(grades)

    def _carried_on(self, grades: dict[str, Grade]) -> list[Grade]:
        """Let a passage pass that was found too and goes on where one ends that clearly fits."""
        places = {(row.document, row.ordinal): row.id for row in self._catalog.chunks(list(grades))}
        for (document, ordinal), chunk in places.items():
            before = places.get((document, ordinal - 1))
            if before and grades[before]["score"] >= CLEAR_GRADE and grades[chunk]["score"] < MIDDLE_GRADE:
                reason = "goes on from the passage before it, which fits"
                grades[chunk] = Grade(chunk=chunk, score=MIDDLE_GRADE, reason=reason)
        return list(grades.values())

    def _answer(self, question: str, passages: Sequence[RetrievedChunk]) -> list[Claim]:
        claims: list[Claim] = []
        chunks = {chunk.id: chunk for chunk in self._catalog.chunks([passage["chunk"] for passage in passages])}
        held = " ".join(f"{passage['name']} {passage['heading']} {passage['text']}" for passage in passages)
        for part in terms.split_questions(question):
            if not terms.years(part) <= terms.years(held + self._titles(passages)):
                continue  # what is said of other years is no answer
            query, scored = self._scored(part, passages)
            claims += [claim for claim in claims_from(query, scored, chunks) if claim not in claims]
        return claims


def _reading(text: PageText) -> PageReading:
    return PageReading(text.page, text.blocks, text.words, text.engine, detail=text.detail)


def _short(text: str, length: int = 120) -> str:
    return text if len(text) <= length else text[: length - 1].rsplit(" ", 1)[0] + "…"
