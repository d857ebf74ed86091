"""A home folder of the version before, when the llm engine was called gemini: no page of it is read again.

The folder holds `examples/sample.pdf`, as `tests/wire/scripted_replies.py` reads it; page images are left out.
"""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from graph import dependencies
from graph.access import Scope
from graph.app import app
from graph.storage.rows import PageRow
from tests.wire.conftest import SAMPLE
from tests.wire.gemini_server import GeminiServer
from tests.wire.scripted_replies import TRUE, Model, ask, kinds
from tests.wire.test_gemini_app import ledger

ARCHIVE = Path(__file__).with_name("home_of_catalog_version_4.tar.xz")
WRITTEN_WITH: dict[str, Any] = {
    "reader_model": "google_genai:gemini-3.5-flash-lite",
    "embedding_model": "google_genai:gemini-embedding-2",
}


@pytest.fixture
def old(model: Model, home: Path) -> Path:
    shutil.unpack_archive(ARCHIVE, home.parent)  # `extractall` has no filter before Python 3.11.4
    with sqlite3.connect(home / "catalog.sqlite3") as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (4,)
        assert set(connection.execute("SELECT engine FROM pages")) == {("gemini",)}
    connection.close()
    return home


def ingest_again(**context: Any) -> dict[str, Any]:
    context = {**WRITTEN_WITH, **context}
    document: dict[str, Any] = app.invoke({"sources": [str(SAMPLE)]}, context=context)["report"]["documents"][0]
    return document


@pytest.mark.parametrize("engine", ["auto", "llm", "gemini"])
def test_no_page_is_read_again(engine: str, old: Path, gemini: GeminiServer) -> None:
    document = ingest_again(engine=engine)
    assert (document["status"], document["ledger"]["read"]) == ("complete", 6)  # chunked again by a newer chunker
    assert "read" not in kinds(gemini)
    assert {(row.status, row.engine) for row in ledger()} == {("read", "llm")}


def test_a_page_that_lost_its_reading_is_read_with_the_prompt_of_today(old: Path, gemini: GeminiServer) -> None:
    """The prompt asks for more than when the home folder was written; its version is in a transcript's key."""
    catalog, before = dependencies.stores(Scope.everything()).catalog, ledger()
    for row in before:
        catalog.record_page(PageRow(row.document, row.page))
    assert ingest_again()["ledger"]["read"] == 6
    assert kinds(gemini).count("read") == 2
    assert {row.transcript for row in ledger()}.isdisjoint(row.transcript for row in before)


def test_questions_are_answered_from_it(old: Path, model: Model, gemini: GeminiServer) -> None:
    model.claims = [TRUE]
    answer = ask(**WRITTEN_WITH)
    assert answer["engine"] == "llm"
    assert [citation["page"] for citation in answer["citations"]] == [2]
    assert "read" not in kinds(gemini)
