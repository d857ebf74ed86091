"""Two machines with one database and one store of files: pages that the other read, a store that fails in a reading."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from graph import dependencies
from graph.access import Scope
from graph.cli import main
from graph.export.proof import pdf_of
from graph.ingestion import access
from graph.maintenance.health import run_checks
from graph.storage.blobs import Blobs
from graph.storage.postgres.turns import alone_in_sweeping
from graph.storage.rows import DONE, DocumentRow
from loaders.types import Box
from tests.conftest import SAMPLE, MakePdf
from tests.object_store import failing_store, new_bucket, s3_server, store_that_ends, use_endpoint
from tests.postgres import drop_database, new_database
from web.page_images import render_page
from web.uploads import upload

pytest.importorskip("obstore", reason="the extra `team` is not installed")


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    made = new_database()
    monkeypatch.setenv("PAGEWITNESS_STORE_URL", made)
    monkeypatch.setenv("PAGEWITNESS_ENGINE", "offline")
    yield made
    dependencies.home_stores().close()
    drop_database(made)


@pytest.fixture
def paper(make_pdf: MakePdf) -> Path:
    return make_pdf("paper.pdf", "A day ticket to the island costs 14 euros.", "The ferry sails at nine.", "It is red.")


def ingest(home: Path, paper: Path) -> int:
    return main.main(["ingest", "--home", str(home), str(paper)])


@pytest.mark.heavy
def test_a_machine_shows_the_pages_and_quotes_of_what_another_read(
    database: str, tmp_path: Path, paper: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAGEWITNESS_FILES_URL", new_bucket(monkeypatch))
    assert ingest(tmp_path / "a", paper) == 0
    monkeypatch.setenv("PAGEWITNESS_HOME", str(tmp_path / "b"))
    stores = dependencies.stores(Scope.everything())
    assert stores.home == tmp_path / "b"
    (document,) = stores.catalog.documents()
    pages = stores.catalog.pages(document.id)
    assert pages
    for page in pages:
        png = stores.images.get(page.image)
        assert png == (tmp_path / "a" / "cache" / "pages" / page.image[:2] / f"{page.image}.png").read_bytes()
        assert render_page(png, 200, "png", (Box(0.1, 0.1, 0.5, 0.2),)).startswith(b"\x89PNG")
        assert stores.catalog.transcripts(document.id, [page.page])
    assert not list((tmp_path / "a" / "pages").glob("*")), "images are in the store and the cache alone"


def statuses() -> list[tuple[str, str]]:
    catalog = dependencies.stores(Scope.everything()).catalog
    return [(page.status, page.reason) for page in catalog.pages(catalog.documents()[0].id)]


@pytest.mark.heavy
def test_a_store_that_fails_half_way_leaves_its_pages_to_the_next_run(
    database: str, tmp_path: Path, paper: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with store_that_ends(1, monkeypatch) as url:
        monkeypatch.setenv("PAGEWITNESS_FILES_URL", url)
        assert ingest(tmp_path / "a", paper) != 0
        told = capsys.readouterr().out
        assert "the store of files could not be reached" in " ".join(told.split())
        assert sum(status in DONE for status, _ in statuses()) == 1
        assert {line for line in statuses() if line[0] not in DONE} == {("pending", "files")}
        dependencies.home_stores().close()
    dependencies._stores_at.cache_clear()  # another process, after the store is started again
    use_endpoint(s3_server(), monkeypatch)
    assert ingest(tmp_path / "a", paper) == 0
    assert {status for status, _ in statuses()} <= DONE


def test_a_store_that_is_down_ends_the_run_with_a_sentence(
    database: str, tmp_path: Path, paper: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with failing_store("500", monkeypatch) as url:
        monkeypatch.setenv("PAGEWITNESS_FILES_URL", url)
        assert ingest(tmp_path / "a", paper) != 0
        told = capsys.readouterr().err
        assert "cannot be reached (it answers with status 500)" in " ".join(told.split())
        assert "Traceback" not in told
        assert "hunter2" not in told
        checks = {check["name"]: check for check in run_checks()["checks"]}
        assert not checks["files"]["ok"]


def test_the_health_check_names_the_bucket_and_tries_it(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAGEWITNESS_HOME", str(tmp_path / "a"))
    monkeypatch.setenv("PAGEWITNESS_FILES_URL", new_bucket(monkeypatch))
    checks = {check["name"]: check for check in run_checks()["checks"]}
    assert checks["files"]["ok"]
    assert "page images, uploads and fetched files in s3://" in checks["files"]["detail"]


def test_one_process_at_a_time_sweeps_images_without_a_page(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAGEWITNESS_HOME", str(tmp_path / "a"))
    monkeypatch.setenv("PAGEWITNESS_FILES_URL", (tmp_path / "shared").as_uri())
    stores = dependencies.home_stores()
    blob = tmp_path / "shared" / "pages" / stores.images.put(b"the image of a page that was never recorded")
    os.utime(blob, (time.time() - 25 * 3600,) * 2)
    with alone_in_sweeping(database) as alone:
        assert alone
        stores.acquire_for_writing()
        assert blob.exists()
    stores.acquire_for_writing()
    assert not blob.exists()


def test_what_was_uploaded_to_one_machine_is_read_and_shown_by_another(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAGEWITNESS_FILES_URL", new_bucket(monkeypatch))
    monkeypatch.setenv("PAGEWITNESS_HOME", str(tmp_path / "a"))
    client = TestClient(Starlette(routes=[Route("/uploads", upload, methods=["POST"])]))
    sent = client.post("/uploads", params={"name": "sample.pdf"}, content=SAMPLE.read_bytes())
    assert sent.status_code == 201
    monkeypatch.setenv("PAGEWITNESS_HOME", str(tmp_path / "b"))
    stores = dependencies.stores(Scope.everything())
    row = DocumentRow(sent.json()["id"], "sample.pdf", sent.json()["source"], "pdf", "", 1, SAMPLE.stat().st_size)
    shown = pdf_of(stores, row)
    assert shown
    assert shown.is_relative_to(tmp_path / "b" / "cache")
    read = access.uploaded(sent.json()["source"])
    assert read.is_relative_to(tmp_path / "b" / "uploads")
    assert shown.read_bytes() == read.read_bytes() == SAMPLE.read_bytes()


def test_an_upload_that_the_store_does_not_take_is_refused_and_leaves_nothing(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAGEWITNESS_HOME", str(tmp_path / "a"))
    client = TestClient(Starlette(routes=[Route("/uploads", upload, methods=["POST"])]))
    with store_that_ends(0, monkeypatch, "uploads") as url:
        monkeypatch.setenv("PAGEWITNESS_FILES_URL", url)
        sent = client.post("/uploads", params={"name": "sample.pdf"}, content=SAMPLE.read_bytes())
    assert sent.status_code == 503
    assert "pagewitness doctor" in sent.text
    assert not [file for file in (tmp_path / "a" / "uploads").rglob("*") if file.is_file()]
    use_endpoint(s3_server(), monkeypatch)
    assert not list(Blobs(url, str).listed("uploads"))
    dependencies.home_stores().close()
    dependencies._stores_at.cache_clear()
