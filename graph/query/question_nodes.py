"""The node that a question comes to first: what it asks for, and which documents are searched."""

from __future__ import annotations

import asyncio
import time
from typing import cast
from uuid import uuid4

from graph import dependencies
from graph.errors import BadInputError, as_list
from graph.events import step
from graph.query import clarifying, conversation, daily_quota, messages
from graph.query.state import QueryState
from graph.query.whole_document import of_run
from graph.runtime.async_nodes import async_node
from graph.storage.base import Catalog
from graph.types import Reply, add_usage, no_usage

_MAX_QUESTION = 4000  # characters: two pages of text; longer input is a document to ingest


@async_node
@step("Understanding the question")
async def contextualize(state: QueryState) -> QueryState:
    """Read the question, resolve a follow-up by the conversation, and decide which documents to search.

    Raises:
        BadInputError: the question is empty or too long, or a document is unknown.
    """
    from graph.retrieval import document_mentions  # its patterns take 3 ms at import

    deps = await dependencies.current()
    question, history = conversation.question_and_history(state.get("question"), state.get("messages"))
    if not question.strip():
        raise BadInputError("The question is empty: say what you want to know.")
    if len(question) > _MAX_QUESTION:
        raise BadInputError(f"The question has {len(question):,} characters: ask in at most {_MAX_QUESTION:,}.")
    catalog, given = deps.stores.catalog, as_list(state.get("documents") or [], "documents")
    allowed = await asyncio.to_thread(clarifying.resolve, catalog, given) if given else []
    about_library = document_mentions.asks_about_library(question)
    reply = Reply(question) if about_library else await daily_quota.standalone(deps, question, history)
    update: QueryState = {
        **_fresh(),
        "question": question,
        "allowed_documents": allowed,
        "standalone_question": reply.value,
        "queries": [reply.value],
        "can_rewrite": deps.engine.can_rewrite,
        "engine": deps.engine.name,
        "usage": add_usage(no_usage(), reply.usage),
    }
    update = await asyncio.to_thread(_understood, catalog, state, update, named=bool(given))
    return _set(update, state)


def _understood(catalog: Catalog, state: QueryState, update: QueryState, *, named: bool) -> QueryState:
    """Return the update with a question's analysis and documents; `named` says whether the run names these."""
    from graph.query.understanding import understand  # its patterns take 20 ms at import, those below 3
    from graph.retrieval import document_mentions

    asked = update["standalone_question"]
    allowed = update["allowed_documents"] if named else clarifying.resolve(catalog, [])
    mentioned = [] if named else document_mentions.mentioned_in(catalog, asked)
    understood = understand(asked, mentioned)
    if not named and not mentioned and understood["kind"] in conversation.ABOUT_DOCUMENTS:
        mentioned = conversation.document_meant(state, catalog, asked)
    update = {
        **update,
        "allowed_documents": allowed,
        "understanding": {**understood, "documents": mentioned},
        "mentioned_documents": mentioned,
        "whole_documents": of_run(catalog, mentioned or allowed, update["engine"]),
        "reason": None if allowed else messages.reason_for_no_documents(catalog),
    }
    return {**update, **clarifying.of_question(catalog, update)}


# Fields that later nodes read whether they are set or not.
_ALWAYS = frozenset({
    "rewrites", "retrieved", "repairs", "claims", "verdicts", "notes", "reason", "can_rewrite", "mentioned_documents",
    "allowed_documents", "streamed_text",
})  # fmt: skip


def _set(update: QueryState, state: QueryState) -> QueryState:
    """Return an update without empty values of fields that were never set.

    A field that was ever written costs 50 bytes in each later checkpoint, and one question has a dozen of them.
    """
    kept = {name: value for name, value in update.items() if value or name in _ALWAYS or name in state}
    return cast(QueryState, kept)


def _fresh() -> QueryState:
    """Return the values that a new question starts with; a thread still holds those of the question before."""
    return {
        "shortcut": "",
        "absence": "",
        "started_at": time.time(),
        "rewrites": 0,
        "retrieved": [],
        "repairs": 0,
        "claims": [],
        "verdicts": [],
        "reply_id": str(uuid4()),
        "streamed_text": "",
        "notes": [],
        "questions_left": None,
        "ambiguity": None,
        "plan": None,
        "first_checks": [],
        "computed": [],
    }
