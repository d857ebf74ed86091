"""The conversation before a question: its turns, which of them asked for facts, and the document it is about."""

from __future__ import annotations

import re
from collections.abc import Sequence

from langchain_core.messages import AnyMessage, HumanMessage

from graph.attachments import text_of
from graph.errors import BadInputError
from graph.query.citation_links import remove_links
from graph.query.state import QueryState
from graph.storage.base import DocumentStore
from graph.types import Turn

_MAX_HISTORY = 40  # messages that are read to understand a follow-up; a model is given its last ten
ABOUT_DOCUMENTS = frozenset({"document", "place"})
"""Kinds of questions about a document, which an earlier question may have named."""
# After a question about a fact these ask about its subject, not about the document.
_OF_A_THING = re.compile(
    r"^\W*(?:and |so )?(?:how (?:long|big) (?:is|was) (?:it|that|this)"
    r"|who (?:has )?(?:made|created|presented|gave|held|delivered|sent|prepared|produced|signed) (?:it|that|this)"
    r"|(?:when|by whom|who) (?:is|was) (?:it|that|this) (?:made|created|presented|sent|signed|produced|held)"
    r"(?: by)?)\W*$",
    re.IGNORECASE,
)
_STANDS_ALONE = frozenset({"greeting", "library", "document", "place"})


def question_and_history(question: str | None, messages: Sequence[AnyMessage] | None) -> tuple[str, list[Turn]]:
    """Return the question and the conversation before it.

    The question is the last message, if it is the user's; else the `question` that is given.

    Raises:
        BadInputError: the question is not a text.
    """
    messages = list(messages or [])
    if messages and isinstance(messages[-1], HumanMessage):
        return text_of(messages[-1]), _turns(messages[:-1])
    if question is not None and not isinstance(question, str):
        raise BadInputError(f"`question` must be a text, not {question!r}.")
    return question or "", _turns(messages)


def _turns(messages: Sequence[AnyMessage]) -> list[Turn]:
    roles = {"human": "user", "ai": "assistant"}
    turns = [Turn(role=roles[m.type], text=remove_links(text_of(m))) for m in messages if m.type in roles]
    return turns[-_MAX_HISTORY:]


def facts_asked(question: str, history: Sequence[Turn]) -> list[Turn]:
    """Return the turns that a follow-up may refer to: those that asked for something in the pages, with their answers.

    None for a greeting or a question about a document, which stand alone.
    """
    if not history:
        return []
    from graph.query.understanding import understand  # its patterns take 20 ms at import

    if understand(question)["kind"] in _STANDS_ALONE and not _OF_A_THING.match(question):
        return []
    kept: list[Turn] = []
    aside = False
    for turn in history:
        if turn["role"] == "user":
            of_thing = kept and _OF_A_THING.match(turn["text"])
            aside = not of_thing and understand(turn["text"])["kind"] in _STANDS_ALONE - {"place"}
        if not aside:
            kept.append(turn)
    return kept


def document_meant(state: QueryState, catalog: DocumentStore, question: str) -> list[str]:
    """Return the id of the document that a question about one means without its name; [] if that is not known.

    It is the only one that the question calls by its kind ("the handbook"), or else that of the conversation.
    """
    from graph.retrieval import document_mentions  # its patterns take 3 ms at import

    called = document_mentions.called_by_kind(catalog, question)
    return called if len(called) == 1 else _document_of_thread(state, catalog)


def _document_of_thread(state: QueryState, catalog: DocumentStore) -> list[str]:
    """Return the id of the document that the last question named, or the last answer with citations cited first."""
    named = state.get("mentioned_documents") or []
    if found := [row.id for row in catalog.documents(named) if row.generation]:
        return [document for document in named if document in found]
    for message in reversed(state.get("messages") or []):
        if cited := message.additional_kwargs.get("citations"):
            rows = catalog.documents([cited[0].get("document", "")])
            return [row.id for row in rows if row.generation]
    return []
