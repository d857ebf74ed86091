"""The ingestion as a part of a chat: its states hold the conversation with a message on the progress at its end.

Chat windows that draw the last state of the stream, of subgraphs too, would be empty while an attached file is read.
The message on the progress is in these states only: the last state leaves it out, and no thread stores it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NotRequired

from langchain_core.messages import AIMessage, RemoveMessage

from graph.ingestion.state import BatchState, Conversation, IngestionInput, IngestionOutput, PendingDocument
from graph.types import counted

PROGRESS_ID = "progress"
"""The id of the message: each one takes the place of the one before."""


class ChatInput(IngestionInput):
    """The sources to ingest, and the conversation that brought them."""

    messages: NotRequired[Conversation]


class ChatOutput(IngestionOutput, total=False):
    """The report of the ingestion, and the conversation as it was."""

    messages: Conversation


def opened(state: Any, documents: Sequence[PendingDocument]) -> dict[str, Any]:
    """Return the update of a chat's state that says which documents are read; {} outside of a chat."""
    names = ", ".join(document["name"] for document in documents[:3])
    more = f" and {len(documents) - 3} more" if len(documents) > 3 else ""
    pages = sum(len(document["pages"]) for document in documents)
    return _told(state, f"Reading {names}{more}: {counted(pages, 'page')} \u2026")


def conversation_of_batch(state: Any, batch: BatchState) -> dict[str, Any]:
    """Return the conversation for a batch, with the pages that it reads; {} outside of a chat."""
    if not state.get("messages"):
        return {}
    first, last = batch["pages"][0], batch["pages"][-1]
    which = f"page {first}" if first == last else f"pages {first} to {last}"
    said = _progress(f"Reading {batch['name']}: {which} of {batch['total']} \u2026")
    return {"messages": [*(one for one in state["messages"] if one.id != PROGRESS_ID), said]}


def indexing(state: Any) -> dict[str, Any]:
    """Return the update of a chat's state that says that all pages are read; {} outside of a chat."""
    return _told(state, "Making the pages searchable \u2026")


def finished(state: Any) -> dict[str, Any]:
    """Return the update that removes the message on the progress from a chat's state; {} outside of a chat."""
    said = any(one.id == PROGRESS_ID for one in state.get("messages") or ())
    return {"messages": [RemoveMessage(id=PROGRESS_ID)]} if said else {}


def _told(state: Any, text: str) -> dict[str, Any]:
    return {"messages": [_progress(text)]} if state.get("messages") else {}


def _progress(text: str) -> AIMessage:
    return AIMessage(text, id=PROGRESS_ID)
