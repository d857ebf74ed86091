"""Threads of the ingestion graph that an earlier version stored with other state keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph.state import CompiledStateGraph

from graph.errors import BadInputError
from graph.ingestion.graph import build
from tests.conftest import MakePdf

EARLIER_NAMES = {
    "documents": "work",
    "batch_size": "window",
    "run_id": "tally",
    "rejected_sources": "unusable",
    "embedding_usage": "embedding",
}
THREAD: Any = {"configurable": {"thread_id": "stored"}}


def stored_by_an_earlier_version(path: Path, *, until: str | None = None) -> CompiledStateGraph[Any, Any, Any, Any]:
    """Ingest a file on a thread, rename what was stored, and return the graph that finds it."""
    now, before = InMemorySaver(), InMemorySaver()
    build().compile(now, interrupt_before=[until] if until else None).invoke({"sources": [str(path)]}, THREAD)
    found = now.get_tuple(THREAD)
    assert found
    values = {EARLIER_NAMES.get(key, key): value for key, value in found.checkpoint["channel_values"].items()}
    versions = {EARLIER_NAMES.get(key, key): value for key, value in found.checkpoint["channel_versions"].items()}
    checkpoint: Any = {**found.checkpoint, "channel_values": values, "channel_versions": versions}
    before.put({"configurable": {**THREAD["configurable"], "checkpoint_ns": ""}}, checkpoint, found.metadata, versions)
    return build().compile(before)


def test_a_finished_thread_takes_the_next_sources(make_pdf: MakePdf) -> None:
    path = make_pdf("a.pdf", "A day ticket costs 14 euros.")
    graph = stored_by_an_earlier_version(path)
    assert graph.get_state(THREAD).values["report"]["documents"][0]["status"] == "complete"
    again = graph.invoke({"sources": [str(path), str(make_pdf("b.pdf", "The cable holds 1,200 kilograms."))]}, THREAD)
    assert [document["status"] for document in again["report"]["documents"]] == ["unchanged", "complete"]


@pytest.mark.parametrize("node", ["survey_pages", "chunk_documents", "embed_chunks", "report_ingestion"])
def test_a_thread_that_stopped_half_way_says_what_to_do(make_pdf: MakePdf, node: str) -> None:
    graph = stored_by_an_earlier_version(make_pdf("a.pdf", "A day ticket costs 14 euros."), until=node)
    assert graph.get_state(THREAD).next == (node,)
    with pytest.raises(BadInputError, match=r"no `documents`.* older version.* new thread"):
        graph.invoke(None, THREAD)
