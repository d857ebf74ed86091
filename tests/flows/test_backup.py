"""Backup of a team's library and its restoration on another machine, with the commands of docs/deployment.md."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from graph import dependencies
from graph.access import Scope
from graph.app import app
from tests.conftest import ROOT, MakePdf
from tests.postgres import drop_database, new_database, run_client

pytest.importorskip("obstore", reason="the extra `team` is not installed")
QUESTION = "When was the observatory founded?"


@pytest.fixture
def databases() -> Iterator[list[str]]:
    made = [new_database(), new_database()]
    yield made
    dependencies.home_stores().close()
    for one in made:
        drop_database(one)


def use(machine: Path, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make this process a machine with a home folder and a store of files below this folder."""
    monkeypatch.setenv("PAGEWITNESS_ENGINE", "offline")
    monkeypatch.setenv("PAGEWITNESS_HOME", str(machine / "home"))
    monkeypatch.setenv("PAGEWITNESS_STORE_URL", database)
    monkeypatch.setenv("PAGEWITNESS_FILES_URL", (machine / "files").as_uri())


def said() -> dict[str, Any]:
    """An answer with its citations, and the images of the pages that they name."""
    state: Any = app.invoke({"question": QUESTION})
    stores = dependencies.stores(Scope.everything())
    cited = [(one["document"], one["page"], one["quote"], one["boxes"], one["verdict"]) for one in state["citations"]]
    images = [stores.images.get(stores.catalog.pages(document, [page])[0].image) for document, page, *_ in cited]
    return {"answer": state["answer"], "citations": cited, "images": images}


def test_a_library_that_was_lost_is_restored_on_another_machine(
    databases: list[str], tmp_path: Path, make_pdf: MakePdf, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost, restored = tmp_path / "lost", tmp_path / "restored"
    use(lost, databases[0], monkeypatch)
    source = make_pdf("history.pdf", "The island is small.", "The observatory was founded in 1961 by two teachers.")
    app.invoke({"sources": [str(source)]})
    before = said()
    assert before["images"]

    dump = tmp_path / "library.dump"
    run_client("pg_dump", "--format=custom", f"--file={dump}", databases[0])
    shutil.copytree(lost / "files", tmp_path / "copy")
    app.invoke({"sources": [str(make_pdf("later.pdf", "This was added after the backup."))]})
    dependencies.home_stores().close()
    drop_database(databases[0])
    shutil.rmtree(lost)

    run_client("pg_restore", "--no-owner", f"--dbname={databases[1]}", str(dump))
    shutil.copytree(tmp_path / "copy", restored / "files")
    use(restored, databases[1], monkeypatch)
    assert said() == before
    stores = dependencies.stores(Scope.everything())
    assert [one.name for one in stores.catalog.documents()] == [source.name]
    report: Any = app.invoke({"sources": [str(source), str(make_pdf("next.pdf", "The pier was built in 1931."))]})
    assert sorted(one["status"] for one in report["report"]["documents"]) == ["complete", "unchanged"]
    after: Any = app.invoke({"question": "When was the pier built?"})
    assert "1931" in after["answer"]


def test_the_commands_are_those_of_the_documentation() -> None:
    text = (ROOT / "docs" / "deployment.md").read_text("utf-8")
    for command in ("pg_dump --format=custom", "pg_restore --no-owner"):
        assert command in text
