"""The node that asks which document or person is meant, and the updates of a question by the answer."""

from __future__ import annotations

import re
from collections.abc import Sequence

from graph import context, dependencies
from graph.errors import UnknownDocumentError
from graph.events import step
from graph.query import ask_back
from graph.query.state import Ambiguity, Note, QueryState
from graph.query.whole_document import of_run, offered_chunks
from graph.retrieval import documents
from graph.storage.base import Catalog
from graph.storage.rows import DocumentRow


@step("Asking which is meant")
def clarify(state: QueryState) -> QueryState:
    """Ask the user which reading is meant, and go on with it; the run stops here until there is an answer."""
    found = state["ambiguity"]
    if not found:
        return {}
    catalog = dependencies.for_context(context.current()).stores.catalog
    chosen, assumed = ask_back.ask(found, lambda reply: _named(catalog, state, found, reply))
    return settled(catalog, state, found, chosen, assumed=assumed)


def _named(catalog: Catalog, state: QueryState, found: Ambiguity, reply: str) -> str | None:
    """Return the id of a document that a reply names beyond the options; a full name is its own id."""
    if found["kind"] == "entity":
        return reply if found["term"].casefold() in reply.casefold() else None
    allowed = state["allowed_documents"]
    rows = [row for row in documents.candidates(catalog, reply) if not allowed or row.id in allowed]
    try:
        return documents.find_among(rows, reply).id
    except UnknownDocumentError:
        return None


def settled(catalog: Catalog, state: QueryState, found: Ambiguity, chosen: str, *, assumed: bool) -> QueryState:
    """Return the update that continues a question with one document; a note says so if it was assumed."""
    if found["kind"] == "entity":
        return settled_entity(state, found, chosen, assumed=assumed)
    return {
        "ambiguity": None,
        "mentioned_documents": [chosen],
        "understanding": {**state["understanding"], "documents": [chosen]},
        "whole_documents": of_run(catalog, [chosen], state["engine"]),
        "notes": _notes(state, found, assumed=assumed),
    }


def settled_entity(state: QueryState, found: Ambiguity, chosen: str, *, assumed: bool) -> QueryState:
    """Return the update that continues a question with a full name in place of a part of it."""
    question = re.sub(rf"(?<![\w-]){re.escape(found['term'])}(?![\w-])", chosen, state["standalone_question"], count=1)
    return {
        "ambiguity": None,
        "standalone_question": question,
        "queries": [*state["queries"][:-1], question],
        "notes": _notes(state, found, assumed=assumed),
    }


def _notes(state: QueryState, found: Ambiguity, *, assumed: bool) -> list[Note]:
    return [*state["notes"], *([ask_back.note_on_assumption(found)] if assumed else [])]


def of_question(catalog: Catalog, state: QueryState) -> QueryState:
    """Return the update of a question that fits several documents, or persons of documents that are given whole.

    The user is asked next, or the most likely reading is taken. {} where nothing is ambiguous.
    """
    if state["reason"]:
        return {}
    asked = state["understanding"]
    found = _ambiguous_document(catalog, state)
    if not found:
        whole = state["whole_documents"]
        return of_chunks(state, [chunk["text"] for chunk in offered_chunks(catalog, state)]) if whole else {}
    if ask_back.can_ask():
        return {"ambiguity": found}
    if found["term"]:
        return {"notes": [*state["notes"], ask_back.note_on_all(found)]}  # all of them are searched
    # Offline, such a question is answered with the list of documents, unless a place in them is searched.
    assumes_one = state["engine"] != "offline" and asked["kind"] == "document"
    return settled(catalog, state, found, found["assumed"], assumed=True) if assumes_one else {}


def _ambiguous_document(catalog: Catalog, state: QueryState) -> Ambiguity | None:
    allowed, question = state["allowed_documents"], state["standalone_question"]
    asked, named = state["understanding"], bool(state["mentioned_documents"])
    if len(allowed) == 1:
        return None
    if allowed:
        return ask_back.ambiguous_document(question, asked, catalog.documents(allowed), named=named)
    from graph.retrieval import document_mentions  # its patterns take 3 ms at import

    def library() -> tuple[list[DocumentRow], int]:
        return catalog.searchable(ask_back.MAX_OPTIONS, newest=True), catalog.count_searchable()

    rows = document_mentions.candidates(catalog, question)
    return ask_back.ambiguous_document(question, asked, rows, named=named, library=library)


def of_chunks(state: QueryState, texts: Sequence[str]) -> QueryState:
    """Return the update of a question with a name that fits several persons of these texts; {} if none does."""
    found = ask_back.ambiguous_entity(state["understanding"], state["standalone_question"], texts)
    if not found:
        return {}
    if ask_back.can_ask():
        return {"ambiguity": found}
    return settled_entity(state, found, found["assumed"], assumed=True)


def resolve(catalog: Catalog, given: Sequence[str]) -> list[str]:
    """Return the ids of documents given by id or name; without any, see `graph.retrieval.documents.resolve`.

    Where a name fits several, the user is asked which is meant.

    Raises:
        UnknownDocumentError: a name fits no document, or several and the user cannot be asked.
    """
    if not given or not ask_back.can_ask():
        return documents.resolve(catalog, given)
    chosen = []
    for name in given:
        fitting = documents.fitting(documents.candidates(catalog, name), name)
        if len(fitting) < 2:
            chosen.append(documents.find_document(catalog, name).id)
            continue
        found = ask_back.of_documents(f"{name!r}", fitting)
        chosen.append(ask_back.ask(found)[0])
    return chosen
