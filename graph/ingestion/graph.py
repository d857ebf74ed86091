"""The ingestion graph: load, then read all windows of pages at once, then chunk, embed and report.

Of several documents, each is chunked and embedded as soon as its last window is read, and the beginning of a long one
is embedded while the rest of it is read; the end is for what is left.
"""

from __future__ import annotations

from langgraph.graph import END, START, StateGraph

from graph.compiled import without_checkpoints
from graph.context import Context
from graph.engines.base import BATCHES_IN_FLIGHT
from graph.ingestion import nodes
from graph.ingestion.edges import after_reading, each_window
from graph.ingestion.nodes import embed_ahead, index_document, render_pages, transcribe_pages
from graph.ingestion.state import IngestionInput, IngestionOutput, IngestionState, WindowOutput, WindowState
from graph.runtime import tracing

tracing.redact_traces()


def build_reading() -> StateGraph[WindowState, Context, WindowState, WindowOutput]:
    """The inner graph of one window of pages; each window goes through at its own pace."""
    builder = StateGraph(WindowState, context_schema=Context, output_schema=WindowOutput)
    builder.add_node("render_pages", render_pages)
    builder.add_node("transcribe_pages", transcribe_pages)
    builder.add_node("index_document", index_document)
    builder.add_node("embed_ahead", embed_ahead)
    builder.add_edge(START, "render_pages")
    builder.add_edge("render_pages", "transcribe_pages")
    builder.add_conditional_edges("transcribe_pages", after_reading)
    builder.add_edge("index_document", END)
    builder.add_edge("embed_ahead", END)
    return builder


def build() -> StateGraph[IngestionState, Context, IngestionInput, IngestionOutput]:
    """The graph from sources to a report; not yet compiled."""
    builder = StateGraph(
        IngestionState, context_schema=Context, input_schema=IngestionInput, output_schema=IngestionOutput
    )
    builder.add_node("load_sources", nodes.load_sources)
    builder.add_node("survey_pages", nodes.survey_pages)
    builder.add_node("read_pages", without_checkpoints(build_reading().compile()), input_schema=WindowState)
    builder.add_node("chunk_documents", nodes.chunk_documents)
    builder.add_node("embed_chunks", nodes.embed_chunks)
    builder.add_node("report_ingestion", nodes.report_ingestion)
    builder.add_edge(START, "load_sources")
    builder.add_edge("load_sources", "survey_pages")
    builder.add_conditional_edges("survey_pages", each_window, ["read_pages", "chunk_documents"])
    builder.add_edge("read_pages", "chunk_documents")
    builder.add_edge("chunk_documents", "embed_chunks")
    builder.add_edge("embed_chunks", "report_ingestion")
    builder.add_edge("report_ingestion", END)
    return builder


# Pages of many windows are in flight at once; what bounds them is the worker pool and the service's limits, not this.
app = build().compile(name="ingestion").with_config(max_concurrency=BATCHES_IN_FLIGHT, recursion_limit=30)
