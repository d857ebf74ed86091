"""The offline engine, which needs no key and no network: it reads text layers and scans, and quotes sentences.

It grades and answers by comparing words and their vectors. So it detects reliably that nothing indexed is about the
question, but not that a chunk on the right subject lacks the one fact asked for. It invents nothing: every answer
consists of sentences and table rows of a page.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import aclosing
from copy import copy
from functools import partial
from typing import cast

import numpy as np

from graph.engines.base import OnDraft, PageReading, PageRequest, Readings
from graph.engines.offline import table_answers
from graph.engines.offline.extraction import extract_claims, with_closest, without_other_values
from graph.engines.offline.subject_person import person_of
from graph.retrieval import scoring, terms
from graph.retrieval.abbreviations import spelled_out, typed_out
from graph.retrieval.asked_parts import holds_evidence
from graph.retrieval.embedder import SentenceEmbedder
from graph.retrieval.languages import UNKNOWN, language
from graph.retrieval.late_interaction import score_sentences, with_ranks
from graph.retrieval.lists import goes_on
from graph.retrieval.multilingual import MultilingualSearch
from graph.retrieval.spelling import Vocabulary, corrected, with_names
from graph.runtime.caching import LRUCache
from graph.storage.base import Catalog
from graph.storage.rows import ChunkRow, DocumentRow, TokenVectors
from graph.types import (
    RELEVANT_GRADE,
    Claim,
    Entailment,
    Grade,
    Objection,
    PageView,
    PlannedStep,
    Reply,
    RetrievedChunk,
    Statement,
    Turn,
)  # fmt: skip
from loaders.pages.jobs import read
from loaders.pages.pool import PagePool
from loaders.types import FILE_READER, PageText

# From this grade on a chunk clearly answers, so that the one after it may continue it. Chosen on one question.
CLEAR_GRADE = RELEVANT_GRADE + 1.0
# Chunks whose token vectors are kept when the index has none: the candidates of some questions, at 135 kB each.
_MAX_ENCODED = 64
# Of 33 answerable everyday questions that were refused 25 reach it, of 280 about other papers 40; without it 27 and 55.
_REDUCED_FIT_COSINE = 0.36
_MAX_HEADINGS = 256  # first headings of documents that are cached
_MAX_REASON = 120
"""Characters of the closest sentence in the reason of a grade."""

# Removed from questions, where these words would be searched for; quotes stay in the language of the page.
_IN_LANGUAGE = re.compile(
    r"\s*\b(?:please )?(?:answer|reply|respond) (?:me )?in [A-Z]?[a-z]+\b[.!]*(?: please\b[.!]*)?", re.I
)


class OfflineEngine:
    """Reads with PyMuPDF and RapidOCR in worker processes; grades and answers with a small embedding model.

    Args:
        catalog: The chunks and their token vectors.
        pool: The worker processes.
        encoder: Encodes questions, and the sentences of chunks that were indexed by another embedder.
        multilingual: Scores chunks in other languages than English, and for questions in one.
    """

    name = "offline"
    model = "pymupdf+rapidocr"
    prompt = FILE_READER
    reader_identity = f"offline/{FILE_READER}"
    batch_size = 4  # small enough to show progress, large enough to keep two workers busy
    reads_images = False
    can_rewrite = False
    max_chunks: int | None = None

    def __init__(
        self,
        catalog: Catalog,
        pool: PagePool,
        encoder: SentenceEmbedder,
        multilingual: MultilingualSearch | None = None,
    ) -> None:
        self._catalog = catalog
        self._vocabulary = cast(Vocabulary, catalog)
        self._pool = pool
        self._encoder = encoder
        self._multilingual = multilingual
        self._encoded: LRUCache[TokenVectors] = LRUCache(_MAX_ENCODED)
        self._headings: LRUCache[str] = LRUCache(_MAX_HEADINGS)

    def within(self, catalog: Catalog, multilingual: MultilingualSearch | None) -> OfflineEngine:
        """Return this engine on another view of the catalog; the caches of passages are shared."""
        engine = copy(self)
        engine._catalog, engine._vocabulary = catalog, cast(Vocabulary, catalog)
        engine._multilingual = multilingual
        return engine

    def is_daily_quota_exhausted(self) -> bool:
        """Return False, because no requests are sent."""
        return False

    async def questions_left(self) -> int | None:
        """Return None, because no requests are sent."""
        return None

    async def transcribe(self, pages: Sequence[PageRequest]) -> Readings:
        """Read each page: its text layer if that is legible, else by OCR."""
        async with aclosing(self._pool.as_completed(read, [page.job for page in pages])) as outcomes:
            async for at, outcome in outcomes:
                yield pages[at].job.page, _reading(outcome) if isinstance(outcome, PageText) else outcome

    async def contextualize(self, question: str, history: Sequence[Turn]) -> Reply[str]:
        """Make a follow-up such as "and the 32B one?" stand alone, and spell words as the library does."""
        question = typed_out(_IN_LANGUAGE.sub("", question).strip() or question)
        earlier: list[tuple[str, str]] = []
        for turn in history:
            if turn["role"] == "user":
                earlier.append((turn["text"], ""))
            elif earlier:
                earlier[-1] = earlier[-1][0], turn["text"]
        if earlier:
            from graph.retrieval.follow_ups import standalone  # its patterns are compiled for follow-ups alone
            from graph.retrieval.subjects import co_occur

            earlier = [(await asyncio.to_thread(self._named, text), reply) for text, reply in earlier]
            question = await asyncio.to_thread(self._named, question)
            co_occurs = partial(co_occur, self._catalog)
            question = await asyncio.to_thread(standalone, question, earlier, self._similar, co_occurs)
        return Reply(await asyncio.to_thread(self._corrected, question))

    def _corrected(self, question: str) -> str:
        return corrected(spelled_out(question, self._vocabulary), self._vocabulary, self._encoder.is_word)

    def _named(self, text: str) -> str:
        """Return a text in which the names that the library has are capitalized."""
        return with_names(text, self._vocabulary, self._encoder.is_word)

    def _similar(self, text: str, others: Sequence[str]) -> list[float]:
        """Return the cosine of a text with each of others."""
        vector = self._encoder.encode_query(text).vector
        return [float(self._encoder.encode_query(other).vector @ vector) for other in others]

    async def grade(self, question: str, chunks: Sequence[RetrievedChunk]) -> Reply[list[Grade]]:
        """Grade each chunk by the sentence that fits the question best; 0 if it has no sentences."""
        grades = await asyncio.to_thread(self._grade, question, chunks)
        graded = {grade["chunk"] for grade in grades}
        others = [chunk["chunk"] for chunk in chunks if chunk["chunk"] not in graded]
        return Reply([*grades, *(Grade(chunk=chunk, score=0.0, reason="no sentence to compare") for chunk in others)])

    async def rewrite(self, question: str, tried: Sequence[str], chunks: Sequence[RetrievedChunk]) -> Reply[str]:
        """Return "": leaving words out of questions lost answers when measured, and no offline model can add words."""
        return Reply("")

    async def plan(
        self,
        question: str,
        documents: Mapping[str, str],
        taken: Sequence[str],
        chunks: Sequence[RetrievedChunk],
        steps: int,
    ) -> Reply[list[PlannedStep]]:
        """Return no step: there is no model to plan."""
        return Reply([])

    async def answer(
        self,
        question: str,
        chunks: Sequence[RetrievedChunk],
        grades: Sequence[Grade],
        page_images: Sequence[PageView] = (),
        on_draft: OnDraft | None = None,
    ) -> Reply[list[Claim]]:
        """Return the best sentences or table rows of the chunks, for each question in the text."""
        return Reply(await asyncio.to_thread(self._answer, question, chunks))

    async def repair(
        self,
        question: str,
        chunks: Sequence[RetrievedChunk],
        objections: Sequence[Objection],
        page_images: Sequence[PageView] = (),
    ) -> Reply[list[Claim | None]]:
        """Return None for each claim: the same comparison would choose the same sentences."""
        return Reply([None] * len(objections))

    async def check(self, statements: Sequence[Statement]) -> Reply[list[Entailment | None]]:
        """Return None for each statement: there is no model to ask."""
        return Reply([None] * len(statements))

    def _titles(self, chunks: Sequence[RetrievedChunk]) -> dict[str, str]:
        """Return the title of each document, with its first heading where that says something else."""
        rows = self._catalog.documents({chunk["document"] for chunk in chunks})
        return {row.id: " | ".join(dict.fromkeys([row.title, self._first_heading(row)])) for row in rows}

    def _openings(self, documents: Iterable[str]) -> dict[str, str]:
        """Return the first lines of each document that is short, by id."""
        from graph.engines.offline.document_opening import SHORT_DOCUMENT, opening_of  # patterns of the rules

        first = {document: self._catalog.chunk_ids(document, limit=SHORT_DOCUMENT + 1) for document in documents}
        short = {document: ids for document, ids in first.items() if len(ids) <= SHORT_DOCUMENT}
        return {document: opening_of(self._catalog.chunks(ids)) for document, ids in short.items()}

    def _first_heading(self, document: DocumentRow) -> str:
        # Never stale: the name of a generation is a hash of its chunks.
        key = (document.id, document.generation)
        return self._headings.get_or_build(key, partial(self._load_first_heading, document.id))

    def _load_first_heading(self, document: str) -> str:
        first = self._catalog.chunks(self._catalog.chunk_ids(document, limit=1))
        heading = next((one.text for chunk in first for one in chunk.sentences if one.kind == "heading"), "")
        person = person_of(heading, first)
        return f"{heading} | {person}" if person else heading

    def _score(
        self, question: str, chunks: Sequence[RetrievedChunk], known: Iterable[ChunkRow]
    ) -> tuple[scoring.Query, list[scoring.ScoredSentence]]:
        """Score the sentences of chunks, without ranks; encode those of chunks without token vectors, see `_encode`.

        `known` are the rows of the chunks.
        """
        query = scoring.prepare_query(question, self._encoder.encode_query(question), self._catalog)
        documents = sorted({chunk["document"] for chunk in chunks})
        asked = self._multilingual.asked(question, documents) if self._multilingual else None
        others = asked.documents if asked else {}
        own = [chunk["chunk"] for chunk in chunks if chunk["document"] not in others]
        rows, scored = score_sentences(self._catalog, query, own, known)
        found = {one.chunk for one in scored}
        without = [row for row in rows if row.id not in found and holds_evidence(question, row)]
        if without:
            vectors = {row.id: self._encoded.get_or_build(row.id, partial(self._encode, row)) for row in without}
            scored = [*scored, *scoring.score(query, without, vectors)]
        if asked and self._multilingual:
            rest = [chunk["chunk"] for chunk in chunks if chunk["document"] in others]
            scored = [*scored, *self._multilingual.score(asked, query, self._catalog.chunks(rest))]
        return query, scored

    def _encode(self, chunk: ChunkRow) -> TokenVectors:
        """Encode the sentences of a chunk that was indexed by another embedder, which stores no token vectors."""
        encoded = self._encoder.encode([sentence.search for sentence in chunk.sentences])
        return TokenVectors(
            np.stack([one.vector for one in encoded]),
            np.concatenate([one.tokens for one in encoded]),
            np.array([len(one.tokens) for one in encoded], np.intp),
        )

    def _grade(self, question: str, chunks: Sequence[RetrievedChunk]) -> list[Grade]:
        """Grade chunks by their best sentence for any of the questions in the text."""
        from graph.engines.offline import relevance  # the patterns of the rules take 3 ms at import
        from graph.engines.offline.claimed_answers import answering_chunks
        from graph.engines.offline.listed_answers import items_by_form

        best, near = _Graded(), _Graded()
        settling: set[str] = set()
        fit_reduction = 0.0
        rows = self._catalog.chunks([chunk["chunk"] for chunk in chunks])
        titles = self._titles(chunks)
        for part in terms.split_questions(question):
            query, sentences = self._score(part, chunks, rows)
            least = relevance.least_fit(part, rows, self._catalog)
            fit_reduction = max(fit_reduction, relevance.fit_reduction(part, rows, self._catalog))
            settling |= {row.id for row in rows if table_answers.settles(query, row)}
            settling |= answering_chunks(query, sentences, {row.id: row for row in rows}, titles)
            for scored in sentences:
                grade = relevance.grade_of(scored.fit, least)
                _keep_best(best, grade, scored)
                _keep_near(near, part, grade, scored)
            settling |= {chunk for chunk, _ in items_by_form(part, {row.id: row for row in rows})}
            settling |= _of_all_ways(part, sentences, least)
            # Last, since it is the slowest: it searches all words of a chunk for each word.
            settling |= {
                row.id
                for row in rows
                if row.id not in settling and relevance.names_all_asked(part, row, titles.get(row.document, ""))
            }
        best = _with_reduced_fit(best, near, fit_reduction) if not settling else best
        grades = {
            chunk: Grade(
                chunk=chunk,
                score=round(min(10.0, max(RELEVANT_GRADE * (chunk in settling), grade)), 2),
                reason=f"closest: “{_shorten(scored.sentence.text)}”",
            )
            for chunk, (grade, scored) in best.items()
        }
        return _with_continuations(grades, {row.id: row for row in rows})

    def _answer(self, question: str, chunks: Sequence[RetrievedChunk]) -> list[Claim]:
        """Extract claims for each question in the text; those that do not answer it are marked as related.

        None for a question about a year that no chunk names.
        """
        from graph.engines.offline.claimed_answers import Implied, mark_related  # its patterns take 3 ms at import
        from graph.engines.offline.named_above import with_named_above
        from graph.engines.offline.unnamed_words import subjects_of

        claims: list[Claim] = []
        rows = {row.id: row for row in self._catalog.chunks([chunk["chunk"] for chunk in chunks])}
        titles = self._titles(chunks)
        openings, alone = self._openings(titles), self._catalog.count_searchable(2) == 1
        text = " ".join(f"{chunk['name']} {chunk['heading']} {chunk['text']}" for chunk in chunks)
        for part in terms.split_questions(question):
            if not terms.years(part) <= terms.years(" ".join([text, *titles.values()])) | terms.years_within(text):
                continue
            query, unranked = self._score(part, chunks, rows.values())
            scored = with_ranks(unranked, [chunk["chunk"] for chunk in chunks])
            implied = Implied(subjects_of(part, titles, self._catalog), openings, alone)
            fitted = with_named_above(query, scored, rows, titles)
            found = mark_related(query, extract_claims(query, fitted, rows), scored, rows, titles, implied)
            found = without_other_values(query, with_closest(query, found, fitted, rows), rows)
            claims += [claim for claim in found if claim not in claims]
        return sorted(claims, key=lambda claim: "related" in claim)


def _with_continuations(grades: dict[str, Grade], chunks: Mapping[str, ChunkRow]) -> list[Grade]:
    """Give RELEVANT_GRADE to a chunk that continues one with CLEAR_GRADE, or a list in it."""
    rows = {(chunks[key].document, chunks[key].ordinal): chunks[key] for key in grades if key in chunks}
    for (document, ordinal), row in rows.items():
        before, chunk = rows.get((document, ordinal - 1)), row.id
        if before is None or grades[chunk]["score"] >= RELEVANT_GRADE:
            continue
        if grades[before.id]["score"] >= (RELEVANT_GRADE if goes_on(before, row) else CLEAR_GRADE):
            reason = "goes on from the passage before it, which fits"
            grades[chunk] = Grade(chunk=chunk, score=float(RELEVANT_GRADE), reason=reason)
    return list(grades.values())


_Graded = dict[str, tuple[float, scoring.ScoredSentence]]


def _keep_best(best: _Graded, grade: float, scored: scoring.ScoredSentence) -> None:
    if scored.chunk not in best or grade > best[scored.chunk][0]:
        best[scored.chunk] = grade, scored


def _keep_near(near: _Graded, question: str, grade: float, scored: scoring.ScoredSentence) -> None:
    """Keep a sentence that may be relevant in a small library; none of a script that is compared by words alone."""
    from graph.engines.offline.relevance import LESS_OF_OTHERS

    if scored.likeness is None and language(question) != UNKNOWN:  # of the multilingual encoder
        _keep_best(near, grade - LESS_OF_OTHERS, scored)
    elif scored.likeness is not None and scored.cosine >= _REDUCED_FIT_COSINE:
        _keep_best(near, grade, scored)


def _with_reduced_fit(best: _Graded, near: _Graded, fit_reduction: float) -> _Graded:
    """Return the best sentences of chunks, with grades raised by `relevance.fit_reduction` if none is relevant.

    Raised are the sentences of `near`, whose cosine is high: the line that fits best may only have the name.
    """
    if any(grade >= RELEVANT_GRADE for grade, _ in best.values()):
        return best
    raised = {key: (grade + fit_reduction, one) for key, (grade, one) in near.items()}
    return {key: max(one, raised.get(key, one), key=lambda pair: pair[0]) for key, one in best.items()}


def _of_all_ways(question: str, sentences: Sequence[scoring.ScoredSentence], least: float) -> set[str]:
    """Return the ids of chunks with a sentence that belongs to the answer of a question for all ways or cases."""
    from graph.engines.offline.listed_answers import is_way, said_everywhere

    found = {one.chunk for one in sentences if is_way(question, one.sentence)}
    top = max(sentences, key=lambda one: one.fit, default=None)
    if top and top.fit >= least:
        alike = {one.id for one in said_everywhere(question, top.sentence, (s.sentence for s in sentences))}
        found |= {one.chunk for one in sentences if one.sentence.id in alike}
    return found


def _reading(text: PageText) -> PageReading:
    return PageReading(text.page, text.blocks, text.words, text.engine, detail=text.detail)


def _shorten(text: str) -> str:
    return text if len(text) <= _MAX_REASON else text[: _MAX_REASON - 1].rsplit(" ", 1)[0] + "…"
