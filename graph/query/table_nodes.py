"""The node that computes on tables before chunks are graded; questions that no table answers are left to these."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from graph import dependencies
from graph.events import step
from graph.query.state import QueryState
from graph.runtime.async_nodes import async_node
from graph.storage.base import Catalog
from graph.storage.rows import ChunkRow
from graph.types import RELEVANT_GRADE, RetrievedChunk
from loaders.text.captions import says_continued

if TYPE_CHECKING:
    from graph.tables.results import TableAnswer

# Chunks by full text among which tables are looked for: a table has few words, so prose ranks before it.
_BY_TEXT = 40
# The same before a value is called missing, since another table may have it: all tables of a library of some size.
_BY_TEXT_BEFORE_ABSENCE = 1000


@async_node
@step("Looking into the tables")
async def compute_on_tables(state: QueryState) -> QueryState:
    """Answer from tables: claims for the check of citations, or the sentence that says what a table lacks."""
    deps = await dependencies.current()
    answer = await asyncio.to_thread(_answer, deps.stores.catalog, state)
    if answer.claims:
        retrieved = with_chunks(state["retrieved"], answer.chunks, "the table that the answer is computed from")
        return {"claims": answer.claims, "shortcut": "tables", "page_images": [], "retrieved": retrieved, "grades": []}
    if answer.absence:
        return {"absence": answer.absence, "reason": "fact_absent", "shortcut": ""}
    return {"shortcut": ""}


def _answer(catalog: Catalog, state: QueryState) -> TableAnswer:
    """Return the answers of tables to the questions; nothing unless they answer all of them."""
    from graph.retrieval.terms import split_questions
    from graph.tables.absent_names import (
        absence_of_code,
        absence_of_month,
    )  # 10 ms at import, for table questions alone
    from graph.tables.answers import answer_from_tables
    from graph.tables.results import TableAnswer
    from graph.tables.views import build_views

    documents = state["mentioned_documents"] or (state["allowed_documents"] if state.get("documents") else [])
    whole = TableAnswer()
    for question in split_questions(state["standalone_question"]):
        chunks = _candidates(catalog, question, documents, [chunk["chunk"] for chunk in state["retrieved"]])
        titles = {row.id: row.title for row in catalog.documents({c.document for c in chunks})}
        one = answer_from_tables(question, chunks, titles)
        if one.absence:
            every = _candidates(catalog, question, documents, [chunk.id for chunk in chunks], _BY_TEXT_BEFORE_ABSENCE)
            titles = {row.id: row.title for row in catalog.documents({c.document for c in every})}
            one = answer_from_tables(question, every, titles)
        if not one.claims:
            views = build_views(chunks, titles)
            coded = absence_of_code(question, views, _is_known_in(catalog, documents), chunks)
            one = coded if coded.absence else one
            one = one if one.absence else absence_of_month(question, views)
        if one.absence or not one.claims:
            return one
        whole.claims += one.claims
        whole.chunks += one.chunks
    return whole


def _is_known_in(catalog: Catalog, documents: Sequence[str]) -> Callable[[str], bool]:
    """Return what tells whether a document has a code, as the question writes it or with a space for its hyphen."""

    def is_known(code: str) -> bool:
        from graph.tables.absent_names import written_otherwise

        if catalog.search_text([code.lower()], documents, 1):
            return True
        near = [chunk for chunk, _ in catalog.search_text(re.split(r"[-/_]", code.lower()), documents, _BY_TEXT)]
        pattern = written_otherwise(code)
        return any(pattern.search(" ".join([*chunk.headings, chunk.text])) for chunk in catalog.chunks(near))

    return is_known


def answer_in(catalog: Catalog, question: str, documents: Sequence[str]) -> TableAnswer:
    """Return the answer of these documents' tables to one question; of all documents if no ids are given."""
    from graph.tables.answers import answer_from_tables

    chunks = _candidates(catalog, question, documents, [])
    titles = {row.id: row.title for row in catalog.documents({c.document for c in chunks})}
    return answer_from_tables(question, chunks, titles)


def _candidates(
    catalog: Catalog, question: str, documents: Sequence[str], retrieved: Sequence[str], limit: int = _BY_TEXT
) -> list[ChunkRow]:
    """Return the retrieved chunks and the tables with the question's words, each with its parts on other pages."""
    from graph.retrieval.terms import search_terms

    by_text = [chunk for chunk, _ in catalog.search_text(search_terms(question), documents, limit)]
    found = {chunk.id: chunk for chunk in catalog.chunks(list(dict.fromkeys([*retrieved, *by_text])), published=True)}
    kept = [chunk for chunk in found.values() if chunk.kind == "table" or chunk.id in retrieved]
    tables: dict[str, list[str]] = {}
    for chunk in kept:
        if chunk.kind == "table" or says_continued(chunk.text):
            tables.setdefault(chunk.document, []).append(chunk.id)
    orders = [(catalog.chunk_ids(document), keys) for document, keys in tables.items()]
    return kept + _further_parts(catalog, orders, {chunk.id for chunk in kept})


def _further_parts(
    catalog: Catalog, orders: Sequence[tuple[Sequence[str], Sequence[str]]], known: set[str]
) -> list[ChunkRow]:
    """Return the tables directly before and after the given ones, and so on: they may be parts of them.

    So may those behind a line that says "(continued)", which is returned too.

    Args:
        catalog: Where the chunks are.
        orders: For each document the ids of its chunks in order, and those of its given tables.
        known: Ids of chunks that are not returned.
    """
    places = {key: (ids, at) for ids, _ in orders for at, key in enumerate(ids)}
    # What is on both sides of all tables is read at once: each reading is a round trip to the database.
    first = [_beside(places, key, side) for _, tables in orders for key in tables for side in (-1, 1)]
    read = {chunk.id: chunk for chunk in catalog.chunks([key for key in dict.fromkeys(first) if key not in known])}
    added: list[ChunkRow] = []
    for _, tables in orders:
        for side in (-1, 1):
            front = sorted((key for key in tables if key in places), key=lambda key: places[key][1])
            while front:
                keys = [key for one in front if (key := _beside(places, one, side)) and key not in known]
                if unread := [key for key in keys if key not in read]:
                    read |= {chunk.id: chunk for chunk in catalog.chunks(unread)}
                front = [
                    key for key in keys if key in read and (read[key].kind == "table" or says_continued(read[key].text))
                ]
                known.update(front)
                added += [read[key] for key in front]
    return added


def _beside(places: Mapping[str, tuple[Sequence[str], int]], chunk: str, side: int) -> str:
    """Return the id of the chunk before (-1) or after (1) another; "" where there is none."""
    ids, at = places.get(chunk, ((), -1))
    return ids[at + side] if 0 <= at + side < len(ids) else ""


def with_chunks(retrieved: Sequence[RetrievedChunk], chunks: Sequence[ChunkRow], reason: str) -> list[RetrievedChunk]:
    """Return the chunks that answer, marked relevant with this reason, followed by the retrieved ones, not relevant."""
    used = {chunk.id for chunk in chunks}
    scores = {chunk["chunk"]: chunk["score"] for chunk in retrieved}
    first = [_as_retrieved(chunk, scores.get(chunk.id, 0.0), reason) for chunk in {c.id: c for c in chunks}.values()]
    rest = [chunk.copy() for chunk in retrieved if chunk["chunk"] not in used]
    for chunk in rest:
        chunk["relevant"] = False
    return [*first, *rest]


def _as_retrieved(chunk: ChunkRow, score: float, reason: str) -> RetrievedChunk:
    found = RetrievedChunk(
        chunk=chunk.id, document=chunk.document, name=chunk.name, page=chunk.pages[0], score=score, relevant=True,
        grade=float(RELEVANT_GRADE), reason=reason, heading=" › ".join(chunk.headings), kind=chunk.kind,
        text=chunk.text,
    )  # fmt: skip
    return {**found, "pages": list(chunk.pages)} if len(chunk.pages) > 1 else found
