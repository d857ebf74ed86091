"""Exhausted daily quotas: how a question continues then, and how many questions a day still allows.

The engine itself asks a second model. Where none has requests left, the question goes on with the offline engine, and
the answer says so.
"""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import TYPE_CHECKING

from graph import context, dependencies
from graph.engines.base import Engine
from graph.errors import ModelError, ServiceOutOfOrderError
from graph.providers import split_name
from graph.query import conversation
from graph.query.state import Note, QueryState
from graph.types import Reply, RetrievedChunk, Turn

if TYPE_CHECKING:
    from graph.retrieval.retriever import Retriever


def is_exhausted(error: ModelError) -> bool:
    """Return whether the day's requests are used up; other errors of a service may pass in a minute."""
    return isinstance(error, ServiceOutOfOrderError) and error.failure.reason == "quota_day"


def engine_of(deps: dependencies.Deps, state: QueryState) -> Engine:
    """Return the engine for this question: the run's, or the offline one once the day's requests are used up."""
    left_llm = state.get("engine") == "offline" and deps.engine.name != "offline"
    return dependencies.offline_engine(deps.stores) if left_llm else deps.engine


async def standalone(deps: dependencies.Deps, question: str, history: Sequence[Turn]) -> Reply[str]:
    """Return a follow-up question with its references resolved: by the engine, or by rules without requests left."""
    if deps.engine.name != "offline":
        try:
            return await deps.engine.contextualize(question, history)
        except ServiceOutOfOrderError as error:
            if not is_exhausted(error):
                raise
    return await dependencies.offline_engine(deps.stores).contextualize(
        question, conversation.facts_asked(question, history)
    )


async def search(
    retriever: Retriever, query: str, documents: Sequence[str], limit: int
) -> tuple[Reply[list[RetrievedChunk]], bool]:
    """Return the best chunks for a query, and whether they were found by words alone for lack of requests."""
    try:
        return await retriever.search(query, documents, limit), False
    except ServiceOutOfOrderError as error:
        if not is_exhausted(error):
            raise
        return await retriever.search(query, documents, limit, words_only=True), True


async def or_nothing(reply: Awaitable[Reply[str]]) -> Reply[str]:
    """Return the reply, or "" once the day's requests are used up."""
    try:
        return await reply
    except ServiceOutOfOrderError as error:
        if not is_exhausted(error):
            raise
        return Reply("")


def go_offline(state: QueryState) -> QueryState:
    """Return the update that starts a question again with the offline engine."""
    return {
        "engine": "offline",
        "can_rewrite": False,
        "shortcut": "offline",
        "whole_documents": [],
        "retrieved": [],
        "claims": [],
        "queries": [state["standalone_question"]],
        "questions_left": 0,
        "notes": [*state["notes"], _NOTE_ON_OFFLINE],
    }


_NOTE_ON_OFFLINE = Note(
    kind="day_spent",
    text="The day's requests to the models are used up, so this answer was made offline, from sentences of the pages.",
)
NOTE_ON_WORDS = Note(
    kind="searched_by_words",
    text="The day's requests to the embedding model are used up, so passages were found by their words alone.",
)


def notes_on_model(name: str) -> list[Note]:
    """Return a note if another model answered than the one that was chosen, given the name of the one that did."""
    chosen = context.current().chat_model
    if not name or split_name(name) == split_name(chosen):
        return []
    text = f"{split_name(name)[1]} answered, because {split_name(chosen)[1]} was not available or its day is used up."
    return [Note(kind="other_model", text=text)]
