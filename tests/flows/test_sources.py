"""Identity of documents by name, path and address, and what is rebuilt without reading a page."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from graph import dependencies
from graph.access import Scope
from graph.cli import main
from graph.errors import BadInputError
from graph.ingestion import indexing
from graph.ingestion.graph import app as ingestion
from graph.maintenance.health import run_checks
from tests.conftest import MakePdf
from tests.flows.test_ingestion import STORM, TICKET, WINCH, hits, ingest, rows
from tests.loopback_files import serve_files


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """What lies in `tmp_path/site`, over HTTP."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.setenv("PAGEWITNESS_ALLOW_PRIVATE_URLS", "1")
    with serve_files(folder) as url:
        yield url


def ingest_text(*sources: str) -> list[dict[str, Any]]:
    documents: list[dict[str, Any]] = ingestion.invoke({"sources": list(sources)})["report"]["documents"]
    return documents


def test_an_address_is_a_source_like_any_other(site: str, make_pdf: MakePdf, home: Path) -> None:
    make_pdf("site/tickets.pdf", TICKET)
    first, missing = ingest_text(f"{site}/tickets.pdf", f"{site}/missing.pdf")
    assert (first["status"], first["name"], first["source"]) == ("complete", "tickets.pdf", f"{site}/tickets.pdf")
    assert (missing["status"], missing["failures"][0]["reason"]) == ("failed", "unusable")
    assert "404" in missing["failures"][0]["detail"]
    assert ingest_text(f"{site}/tickets.pdf")[0]["status"] == "unchanged"
    make_pdf("site/tickets.pdf", STORM)
    (second,) = ingest_text(f"{site}/tickets.pdf")
    assert [row.id for row in dependencies.stores(Scope.everything()).catalog.documents()] == [second["id"]]
    assert [path.name for path in (home / "downloads").iterdir()] == [second["id"]]
    assert main.main(["delete", "tickets.pdf"]) == 0
    assert list((home / "downloads").iterdir()) == []


def test_a_private_address_is_refused_unless_it_is_allowed(
    site: str, make_pdf: MakePdf, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_pdf("site/a.pdf", TICKET)
    monkeypatch.delenv("PAGEWITNESS_ALLOW_PRIVATE_URLS")
    with pytest.raises(BadInputError, match="PAGEWITNESS_ALLOW_PRIVATE_URLS"):
        ingest_text(f"{site}/a.pdf")


def test_the_same_bytes_keep_their_first_name_and_have_the_new_one_too(
    home: Path, make_pdf: MakePdf, tmp_path: Path
) -> None:
    (first,) = ingest(make_pdf("a.pdf", STORM))
    shutil.move(tmp_path / "a.pdf", tmp_path / "b.pdf")
    (second,) = ingest(tmp_path / "b.pdf")
    assert (first["id"], second["status"]) == (second["id"], "unchanged")
    assert [row.names for row in dependencies.stores(Scope.everything()).catalog.documents()] == [("a.pdf", "b.pdf")]


def test_bytes_that_are_known_replace_what_was_at_their_new_place(
    home: Path, make_pdf: MakePdf, tmp_path: Path
) -> None:
    ingest(make_pdf("a.pdf", STORM), make_pdf("b.pdf", TICKET))
    shutil.copy(tmp_path / "a.pdf", tmp_path / "b.pdf")
    ingest(tmp_path / "b.pdf")
    assert [row.names for row in dependencies.stores(Scope.everything()).catalog.documents()] == [("a.pdf", "b.pdf")]
    assert hits("ticket") == []
    assert rows("meta", "key GLOB 'unsettled:*'") == 0


def test_files_of_one_name_in_two_folders_are_two_documents(
    home: Path, make_pdf: MakePdf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_pdf("one/a.pdf", STORM)
    make_pdf("two/a.pdf", TICKET)
    for folder in ("one", "two"):
        monkeypatch.chdir(tmp_path / folder)
        ingest(Path("a.pdf"))
    assert len(dependencies.stores(Scope.everything()).catalog.documents()) == 2


def test_another_chunker_is_noticed_and_reads_no_page(
    home: Path, make_pdf: MakePdf, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = make_pdf("a.pdf", STORM, WINCH)
    (before,) = ingest(path)
    catalog = dependencies.stores(Scope.everything()).catalog
    ledger = catalog.pages(before["id"] or "")
    assert next(check for check in run_checks()["checks"] if check["name"] == "chunks")["ok"]
    monkeypatch.setattr(indexing, "CHUNKER", indexing.CHUNKER + 1)
    (old,) = [check for check in run_checks()["checks"] if check["name"] == "chunks"]
    assert not old["ok"]
    assert "pagewitness rechunk" in old["detail"]
    assert main.main(["rechunk", "--json"]) == 0
    assert '"documents": 1' in capsys.readouterr().out
    assert next(check for check in run_checks()["checks"] if check["name"] == "chunks")["ok"]
    assert catalog.pages(before["id"] or "") == ledger
    assert ingest(path)[0]["status"] == "unchanged"


def test_a_reembedding_that_was_killed_is_noticed_and_goes_on(
    home: Path, make_pdf: MakePdf, capsys: pytest.CaptureFixture[str]
) -> None:
    path = make_pdf("a.pdf", STORM, WINCH)
    ingest(path)
    stores = dependencies.stores(Scope.everything())
    vectors = stores.vectors.count()
    stores.catalog.set_meta("reembedding", "all-MiniLM-L6-v2-int8/384")
    stores.vectors.delete_document(stores.catalog.documents()[0].id)
    assert main.main(["ask", "What happened to the slipway?"]) == 2
    assert "pagewitness reembed" in capsys.readouterr().err
    assert main.main(["ingest", str(path)]) == 2
    assert main.main(["reembed"]) == 0
    assert stores.vectors.count() == vectors
    assert main.main(["ask", "What happened to the slipway?"]) == 0
