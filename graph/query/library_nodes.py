"""The nodes for questions about the library: a list of its documents, and what each of several documents says."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence

from graph import context, dependencies
from graph.events import step
from graph.query import daily_quota, messages
from graph.query.answers import final_state
from graph.query.state import Note, QueryState
from graph.query.table_nodes import with_chunks
from graph.retrieval import terms
from graph.retrieval.documents import in_scope
from graph.runtime.async_nodes import async_node
from graph.sanitize import sanitize_markdown
from graph.storage.base import Catalog
from graph.storage.rows import DocumentRow
from graph.types import Claim

_MAX_DOCUMENTS = 12  # searched one by one, at 30 ms each
_MAX_COUNTED = 200  # documents that are counted one by one, at 3 ms each
_MAX_HITS = 1000  # chunks that are looked at in a larger library, which takes 0.2 s
_MAX_CHUNKS = 4  # of each document
_MAX_NAMED = 6  # documents named in a sentence
_COUNTS = re.compile(r"^\W*(?:how many|what number of|count)\b", re.IGNORECASE)
_MENTIONS = re.compile(r"\b(?:mention(?:s|ed)?|contain(?:s|ed)?|speaks? of|talks? about)\b", re.IGNORECASE)
_COMPARES = re.compile(r"\b(?:compar\w+|differ\w*|versus|vs|both|each|all)\b", re.IGNORECASE)
_THINGS = r"(?:documents?|files?|pdfs?|reports?|papers?|contracts?|letters?|invoices?|articles?|filings?|studies)"
# Words that say which documents are meant, and not what is asked about them.
_FRAME = re.compile(
    r"\b(?:in |from |across |between |of )?(?:which|what|how many|any|both|all|these|those|the two|the three|each)"
    rf"(?: of)?(?: (?:the|these|those|my|our|your|two|three))* {_THINGS}\b"
    r"|\b(?:compare[ds]?|comparison|difference|differ)\b(?: between| of| in)?"
    r"|[\w.() -]+?\.(?:pdf|docx?|txt|md|html?)\b"
    r"|\b(?:are|is|deals?|talks?|speaks?) (?:about|with|of)\b"
    r"|\b(?:mentions?|mentioned|contains?|gives?|says?|names?)\b|\b(?:the|an?) (?:words?|terms?|phrase|expression)\b",
    re.IGNORECASE,
)


def describe_library(state: QueryState) -> QueryState:
    """Answer a question about the library from the catalog, without a model."""
    catalog = dependencies.for_context(context.current()).stores.catalog
    listed = messages.document_list(catalog, state["allowed_documents"], state["question"])
    return final_state(state, sanitize_markdown(listed), "catalog")


@async_node
@step("Searching each document")
async def search_each_document(state: QueryState) -> QueryState:
    """Answer from each document with its own quotes, or say in which ones the words stand that are asked for.

    A note names the documents in which nothing answers. The question is left to the search where there is one document,
    or too many to search each.
    """
    deps = await dependencies.current()
    catalog = deps.stores.catalog
    rows, count = await asyncio.to_thread(_searchable, catalog, state)
    asked = state["standalone_question"]
    subject = " ".join(_FRAME.sub(" ", asked).split()) or asked
    counts = bool(_COUNTS.search(asked))
    searched = rows if not counts and 1 < count <= _MAX_DOCUMENTS else []
    found = {row.label: await _from(deps, state, row, subject) for row in searched}
    chosen = _chosen(found, compares=bool(_COMPARES.search(asked)))
    if counts or (_MENTIONS.search(asked) and all(claim.get("related") for claim in chosen)):
        pages = await asyncio.to_thread(_pages_with, catalog, rows, subject, count)
        if counts or pages:
            return await asyncio.to_thread(lambda: _said(state, _counted(catalog, rows, subject, count, pages)))
    if not chosen:
        return {"shortcut": ""}
    ids = list(dict.fromkeys(claim["chunk"] for claim in chosen))
    retrieved = with_chunks(state["retrieved"], await asyncio.to_thread(catalog.chunks, ids), "of its document")
    cited = {label for label, claims in found.items() if any(claim in chosen for claim in claims)}
    without = [label for label in found if label not in cited]
    notes = [*state["notes"], *_note_on(without)]
    return {
        "claims": chosen, "shortcut": "quotes", "page_images": [], "retrieved": retrieved, "grades": [], "notes": notes
    }  # fmt: skip


def _searchable(catalog: Catalog, state: QueryState) -> tuple[list[DocumentRow], int]:
    """Return the documents that the question is about, at most those that are counted one by one, and their number."""
    mentioned = state["mentioned_documents"]
    rows, count = in_scope(catalog, mentioned if len(mentioned) > 1 else state["allowed_documents"], _MAX_COUNTED)
    searchable = [row for row in rows if row.generation]
    return searchable, count - (len(rows) - len(searchable))


async def _from(deps: dependencies.Deps, state: QueryState, row: DocumentRow, subject: str) -> list[Claim]:
    """Return the claims of the engine about the subject from the best chunks of one document."""
    retriever = await asyncio.to_thread(deps.retriever)
    reply, _ = await daily_quota.search(retriever, subject, [row.id], _MAX_CHUNKS)
    grades = await deps.engine.grade(subject, reply.value)
    passed = {grade["chunk"] for grade in grades.value if grade["score"] >= context.current().min_grade}
    relevant = [chunk for chunk in reply.value if chunk["chunk"] in passed]
    return (await deps.engine.answer(subject, relevant, grades.value)).value if relevant else []


def _chosen(found: dict[str, list[Claim]], *, compares: bool) -> list[Claim]:
    """Return the best statement of each document; only those that answer unless documents are compared."""
    best = [claims[0] for claims in found.values() if claims]
    answering = [claim for claim in best if not claim.get("related")]
    return answering if answering and not compares else best


def _note_on(without: Sequence[str]) -> list[Note]:
    if not without:
        return []
    more = f" and {len(without) - _MAX_NAMED} more" if len(without) > _MAX_NAMED else ""
    text = f"Nothing that answers was found in {', '.join(without[:_MAX_NAMED])}{more}."
    return [Note(kind="nothing_in_document", text=text)]


def _pages_with(catalog: Catalog, rows: Sequence[DocumentRow], subject: str, count: int) -> dict[str, int]:
    """Return the documents that have all words of the subject in one chunk, each with a page where they stand.

    In a library of more than `_MAX_COUNTED` documents, those with the best chunks are counted.
    """
    words = terms.content_terms(subject)
    wanted = terms.stems(" ".join(words))
    if count > len(rows):
        hits = [chunk for chunk, _ in catalog.search_text(words, [], _MAX_HITS)]
    else:
        hits = [chunk for row in rows for chunk, _ in catalog.search_text(words, [row.id], _MAX_DOCUMENTS)]
    pages: dict[str, int] = {}
    for chunk in catalog.chunks(hits, published=True):
        if wanted <= terms.stems(f"{' '.join(chunk.headings)} {chunk.text}"):
            pages[chunk.document] = min(chunk.pages[0], pages.get(chunk.document, chunk.pages[0]))
    return pages


def _counted(catalog: Catalog, rows: Sequence[DocumentRow], subject: str, count: int, pages: Mapping[str, int]) -> str:
    """Return a sentence that says how many documents have the words of the subject, and a line for each."""
    words = terms.content_terms(subject)
    found = catalog.documents(pages)
    lines = [f"- {row.label} (page {pages[row.id]})" for row in found[:_MAX_COUNTED]]
    number = str(len(found)) if found else "None"
    at_least = "At least " if found and count > len(rows) else ""
    quoted = f"“{' '.join(words)}”"
    if count == 1:
        return "\n".join([f"The only document {'has' if found else 'does not have'} {quoted}.", *lines])
    verb = "has" if len(found) == 1 else "have"
    return "\n".join([f"{at_least}{number} of {count} documents {verb} {quoted}.", *lines])


def _said(state: QueryState, text: str) -> QueryState:
    return {**final_state(state, sanitize_markdown(text), "catalog"), "shortcut": "structure"}
