"""Nodes that run twice, as after a crash of the process that ran them: nothing is stored twice or differently."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from langchain_core.runnables import RunnableLambda

from graph.context import Context
from graph.ingestion import graph as ingestion
from graph.ingestion import nodes
from graph.query import graph as query
from graph.settings import settings
from tests.conftest import write_pdf

pytestmark = pytest.mark.heavy
INGESTION = (
    "load_sources", "survey_pages", "render_pages", "transcribe_pages", "index_document", "embed_ahead",
    "chunk_documents", "embed_chunks", "report_ingestion",
)  # fmt: skip
STORED = (
    "SELECT id, name, pages, generation FROM documents", "SELECT name, source FROM entry",
    "SELECT document, page, status, attempts, engine, transcript FROM pages", "SELECT key, blocks FROM transcripts",
    "SELECT id, text, pages FROM chunks", "SELECT count(*) FROM units", "SELECT chunk FROM token_vectors",
    "SELECT count(*) FROM lease",
)  # fmt: skip
OFFLINE: Any = Context(engine="offline")


def twice(node: Any) -> RunnableLambda[Any, Any]:
    def first_and_again(state: Any, config: Any) -> Any:
        node.invoke(state, config)
        return node.invoke(state, config)

    async def afirst_and_again(state: Any, config: Any) -> Any:
        await node.ainvoke(state, config)
        return await node.ainvoke(state, config)

    return RunnableLambda(first_and_again, afunc=afirst_and_again)


def stored() -> list[list[Any]]:
    with closing(sqlite3.connect(settings().home / "catalog.sqlite3")) as catalog:
        return [sorted(catalog.execute(one).fetchall()) for one in STORED]


def ingest_into(home: Path, path: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[Any]]:
    monkeypatch.setenv("PAGEWITNESS_HOME", str(home))
    app = ingestion.build().compile()
    report = app.invoke({"sources": [str(path)]}, context=OFFLINE)["report"]
    assert [one["status"] for one in report["documents"]] == ["complete"]
    return stored()


def test_every_node_of_ingestion_is_tried() -> None:
    assert set(INGESTION) == (set(ingestion.build().nodes) | set(ingestion.build_batch_graph().nodes)) - {"read_pages"}


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five pages of text."""
    texts = (f"Page {number} of the log. The lamp was lit at dusk." for number in range(1, 6))
    return write_pdf(tmp_path_factory.mktemp("log") / "log.pdf", *texts)


@pytest.fixture(scope="module")
def stored_once(log: Path, _no_dot_env: None, tmp_path_factory: pytest.TempPathFactory) -> list[list[Any]]:
    """What the ingestion of the log stores whose nodes run once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LANGSMITH_TRACING", "false")
        return ingest_into(tmp_path_factory.mktemp("once") / "home", log, patch)


@pytest.mark.parametrize("name", INGESTION)
def test_a_node_of_ingestion_that_runs_twice_stores_what_it_stores_once(
    name: str, log: Path, stored_once: list[list[Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nodes, name, twice(getattr(nodes, name)))
    assert ingest_into(tmp_path / "twice", log, monkeypatch) == stored_once
    assert stored_once[-1] == [(0,)]


def test_an_answer_is_the_same_though_each_node_runs_twice(library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: Any = {"question": "When was the observatory founded?"}
    expected = query.app.invoke(asked, context=OFFLINE)
    builder = query.build()
    for spec in builder.nodes.values():
        if spec.runnable.__class__.__name__ == "AsyncNode":
            spec.runnable = twice(spec.runnable)
    again = builder.compile().invoke(asked, context=OFFLINE)
    assert [again[key] for key in ("answer", "refused")] == [expected[key] for key in ("answer", "refused")]
    cited = [[(one["quote"], one["page"]) for one in result["citations"]] for result in (again, expected)]
    assert cited[0] == cited[1]
    assert cited[0]
