"""The ingestion graph: open the files, read their pages in parallel batches, then chunk, embed and report.

Each document is chunked and embedded as soon as its last batch is read, and the first pages of a long one while the
rest of it is read; `chunk_documents` and `embed_chunks` complete the remaining documents.
"""

from __future__ import annotations

from langgraph.graph import END, START, StateGraph

from graph.compiled import without_checkpoints
from graph.context import Context
from graph.engines.base import BATCHES_IN_FLIGHT
from graph.ingestion import nodes
from graph.ingestion.chat import ChatInput, ChatOutput
from graph.ingestion.edges import after_batch, send_batches
from graph.ingestion.state import BatchOutput, BatchState, IngestionInput, IngestionOutput, IngestionState
from graph.runtime import tracing

tracing.redact_traces()


def build_batch_graph() -> StateGraph[BatchState, Context, BatchState, BatchOutput]:
    """Return the graph that reads one batch of pages, not compiled; batches do not wait for each other."""
    builder = StateGraph(BatchState, context_schema=Context, output_schema=BatchOutput)
    builder.add_node("render_pages", nodes.render_pages)
    builder.add_node("transcribe_pages", nodes.transcribe_pages)
    builder.add_node("index_document", nodes.index_document)
    builder.add_node("embed_ahead", nodes.embed_ahead)
    builder.add_edge(START, "render_pages")
    builder.add_edge("render_pages", "transcribe_pages")
    builder.add_conditional_edges("transcribe_pages", after_batch)
    builder.add_edge("index_document", END)
    builder.add_edge("embed_ahead", END)
    return builder


def build(*, in_chat: bool = False) -> StateGraph[IngestionState, Context, IngestionInput, IngestionOutput]:
    """Return the graph from sources to report, not compiled; in a chat its states hold the conversation too."""
    given, returned = (ChatInput, ChatOutput) if in_chat else (IngestionInput, IngestionOutput)
    builder = StateGraph(IngestionState, context_schema=Context, input_schema=given, output_schema=returned)
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
