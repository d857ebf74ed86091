"""A home folder and a conversation of the version before work with this one.

`old_home/version-4.tar.xz` was written by commit 79d25b1 with the offline engine, in a neutral folder: a PDF of two
pages, `pagewitness ingest harbour.pdf` and `pagewitness ask --thread ferry "What does a day ticket cost?"`; then the
write-ahead logs were merged and the lock files removed. A release that changes what is stored adds another archive.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from graph import dependencies
from graph.cli import main
from graph.retriever import vector_store
from graph.storage.schema import MIGRATIONS
from graph.storage.token_vectors import unpack

ARCHIVES = sorted((Path(__file__).parent / "old_home").glob("*.tar.xz"))
FACT = "14 euros"


@pytest.fixture(params=ARCHIVES, ids=lambda path: path.name.partition(".")[0])
def old(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with `home`, which the settings name, and the `harbour.pdf` that it was made of."""
    shutil.unpack_archive(request.param, tmp_path / "old")  # `extractall` has no filter before Python 3.11.4
    monkeypatch.setenv("PAGEWITNESS_HOME", str(tmp_path / "old" / "home"))
    return tmp_path / "old"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert main.main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_its_documents_and_pages_are_listed(old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (document,) = run(capsys, "documents")["documents"]
    assert (document["name"], document["status"], document["pages"], document["chunks"]) == (
        "harbour.pdf", "complete", 2, 2,
    )  # fmt: skip
    assert [row["status"] for row in run(capsys, "pages", "harbour")["pages"]] == ["read", "read"]


def test_its_documents_answer_questions(old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = run(capsys, "ask", "What does the winch cable hold?")
    assert "1,200 kilograms" in answer["answer"]
    assert (answer["citations"][0]["name"], answer["citations"][0]["page"]) == ("harbour.pdf", 1)
    assert FACT in vector_store().as_retriever(search_kwargs={"k": 1}).invoke("What is a day ticket?")[0].page_content


def test_its_conversation_goes_on(old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = run(capsys, "ask", "And for the ferry?", "--thread", "ferry")
    assert FACT in answer["answer"]
    assert "day ticket" in answer["queries"][0], "the question before is part of the standalone question"
    assert "day ticket" not in run(capsys, "ask", "And for the ferry?", "--thread", "new")["queries"][0]
    with dependencies.home_stores().conversations() as saver:
        stored = saver.get_tuple({"configurable": {"thread_id": "ferry"}})
    assert stored is not None
    messages = stored.checkpoint["channel_values"]["messages"]
    assert [message.type for message in messages] == ["human", "ai", "human", "ai"]
    assert FACT in messages[1].content


def test_the_same_file_is_chunked_again_once_and_no_page_is_read_again(
    old: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for status in ("complete", "unchanged"):
        (document,) = run(capsys, "ingest", str(old / "harbour.pdf"))["documents"]
        assert document["status"] == status
        assert [row["attempts"] for row in run(capsys, "pages", "harbour")["pages"]] == [1, 1]


@pytest.mark.parametrize("command", ["reembed", "rechunk"])
def test_its_index_can_be_rebuilt(command: str, old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = run(capsys, command)
    assert (result["documents"], result["chunks"]) == (1, 2)
    assert FACT in run(capsys, "ask", "What does a day ticket cost?")["answer"]


def test_its_vectors_are_read_as_they_are_and_shortened_by_a_rebuild(
    old: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def stored() -> tuple[set[bool], int]:
        with closing(sqlite3.connect(old / "home" / "catalog.sqlite3")) as catalog:
            packed = [row[0] for row in catalog.execute("SELECT vectors FROM token_vectors")]
        return {unpack(one).scales is not None for one in packed}, sum(map(len, packed))

    before, size = stored()
    assert before == {False}
    question = ("ask", "What does the winch cable hold?")
    answer = run(capsys, *question)["answer"]
    run(capsys, "reembed")
    after, shorter = stored()
    assert after == {True}
    assert shorter < size / 3.5
    assert run(capsys, *question)["answer"] == answer


def test_its_catalog_is_migrated_when_it_is_opened(old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def version() -> int:
        with closing(sqlite3.connect(old / "home" / "catalog.sqlite3")) as catalog:
            return int(catalog.execute("PRAGMA user_version").fetchone()[0])

    assert version() < len(MIGRATIONS)
    run(capsys, "documents")
    assert version() == len(MIGRATIONS)
