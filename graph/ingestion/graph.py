"""The ingestion graph: open the files, read their pages in parallel batches, then chunk, embed and report.

Each document is chunked and embedded as soon as its last batch is read, and the first pages of a long one while the
rest of it is read; `chunk_documents` and `embed_chunks` complete the remaining documents.
"""

from __future__ import annotations

import uuid
from typing import Literal, get_args

from langgraph.graph import END, START, StateGraph
from langgraph.types import Send

from graph.compiled import REOPEN_HOME, without_checkpoints
from graph.context import Context
from graph.engines.base import BATCHES_IN_FLIGHT
from graph.ingestion import nodes
from graph.ingestion.chat import ChatInput, ChatOutput, conversation_of_batch
from graph.ingestion.progress import progress_of
from graph.ingestion.state import (
    AfterBatch,
    BatchOutput,
    BatchState,
    IngestionInput,
    IngestionOutput,
    IngestionState,
    PendingDocument,
)
from graph.runtime import tracing

tracing.redact_traces()


def send_batches(state: IngestionState) -> list[Send] | Literal["chunk_documents"]:
    """Send every page that is to be read to `read_pages`, in batches; skip to `chunk_documents` if there is none."""
    batches = []
    for document in state["documents"]:
        progress_of(state).expect_pages(document["id"], document["pages"])
        batches += _batches(document, state["batch_size"], state.get("run_id", ""))
    return [
        Send("read_pages", {**batch, **conversation_of_batch(state, batch)}) for batch in batches
    ] or "chunk_documents"


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


def build_batch_graph() -> StateGraph[BatchState, Context, BatchState, BatchOutput]:
    """Return the graph that reads one batch of pages, not compiled; batches do not wait for each other."""
    builder = StateGraph(BatchState, context_schema=Context, output_schema=BatchOutput)
    builder.set_node_defaults(retry_policy=REOPEN_HOME)
    builder.add_node("render_pages", nodes.render_pages)
    builder.add_node("transcribe_pages", nodes.transcribe_pages, destinations=get_args(AfterBatch))
    builder.add_node("index_document", nodes.index_document)
    builder.add_node("embed_ahead", nodes.embed_ahead)
    builder.add_edge(START, "render_pages")
    builder.add_edge("render_pages", "transcribe_pages")
    builder.add_edge("index_document", END)
    builder.add_edge("embed_ahead", END)
    return builder


def build(*, in_chat: bool = False) -> StateGraph[IngestionState, Context, IngestionInput, IngestionOutput]:
    """Return the graph from sources to report, not compiled; in a chat its states hold the conversation too."""
    given, returned = (ChatInput, ChatOutput) if in_chat else (IngestionInput, IngestionOutput)
    builder = StateGraph(IngestionState, context_schema=Context, input_schema=given, output_schema=returned)
    builder.set_node_defaults(retry_policy=REOPEN_HOME)
    builder.add_node("load_sources", nodes.load_sources)
    builder.add_node("survey_pages", nodes.survey_pages)
    builder.add_node("read_pages", without_checkpoints(build_batch_graph().compile()), input_schema=BatchState)
    builder.add_node("chunk_documents", nodes.chunk_documents)
    builder.add_node("embed_chunks", nodes.embed_chunks)
    builder.add_node("report_ingestion", nodes.report_ingestion)
    builder.add_edge(START, "load_sources")
    builder.add_edge("load_sources", "survey_pages")
    builder.add_conditional_edges("survey_pages", send_batches, ["read_pages", "chunk_documents"])
    builder.add_edge("read_pages", "chunk_documents")
    builder.add_edge("chunk_documents", "embed_chunks")
    builder.add_edge("embed_chunks", "report_ingestion")
    builder.add_edge("report_ingestion", END)
    return builder


# Batches in flight; the worker pool and the rate limiter bound what they do at a time.
app = build().compile(name="ingestion").with_config(max_concurrency=BATCHES_IN_FLIGHT, recursion_limit=30)
