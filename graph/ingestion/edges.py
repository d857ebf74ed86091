"""Edges of the ingestion graph: how pages are split into batches, and which node follows a batch."""

from __future__ import annotations

import uuid
from typing import Literal

from langgraph.types import Send

from graph.ingestion.chat import conversation_of_batch
from graph.ingestion.progress import progress_of
from graph.ingestion.state import AfterBatch, BatchState, IngestionState, PendingDocument


def send_batches(state: IngestionState) -> list[Send] | Literal["chunk_documents"]:
    """Send every page that is to be read to `read_pages`, in batches; skip to `chunk_documents` if there is none."""
    batches = []
    for document in state["documents"]:
        progress_of(state).expect_pages(document["id"], document["pages"])
        batches += _batches(document, state["batch_size"], state.get("run_id", ""))
    return [
        Send("read_pages", {**batch, **conversation_of_batch(state, batch)}) for batch in batches
    ] or "chunk_documents"


def after_batch(state: BatchState) -> AfterBatch:
    """Return the node that `transcribe_pages` chose to follow it."""
    return state.get("next", "__end__")


def _batches(document: PendingDocument, size: int, run_id: str) -> list[BatchState]:
    """Split a document's pages into batches of at most `size`, by first page; text-only pages have their own."""
    text_only_pages, parts = set(document.get("text_only_pages", ())), list[BatchState]()
    for text_only in (False, True):
        pages = [page for page in document["pages"] if (page in text_only_pages) == text_only]
        parts += [
            BatchState(
                id=document["id"], name=document["name"], path=document["path"], size=document.get("size", 0),
                run_id=run_id, total=len(document["pages"]), pages=pages[start : start + size], text_only=text_only,
                key=uuid.uuid4().hex,
            )
            for start in range(0, len(pages), size)
        ]  # fmt: skip
    return sorted(parts, key=lambda part: part["pages"][0])  # pages that are read without a gap are embedded ahead
