"""The ingestion graph with the offline engine: the status of each page, and deletion of documents."""

from __future__ import annotations

import asyncio
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pymupdf
import pytest

from graph import dependencies
from graph.access import Scope
from graph.app import app
from graph.cli import main
from graph.context import Context
from graph.errors import BadInputError
from graph.ingestion import indexing
from graph.ingestion.graph import app as ingestion
from graph.ingestion.indexing import StaleDocument, find_stale
from graph.ingestion.state import DocumentReport
from graph.storage.catalog import SqliteCatalog
from graph.storage.cleanup import remove
from graph.storage.stores import Stores
from tests.conftest import MakePdf

# Three sentences each: a page with a single line is taken for a running header by the layout model.
STORM = (
    "The storm of 9 February closed the slipway for ninety-seven days. Boats had to land in the north, where there is "
    "no crane. It was opened again in May, when the boulder had been broken up and carried away."
)
TICKET = (
    "A day ticket to the island costs 14 euros, boat included. Children under twelve travel free with their parents. "
    "Tickets are sold on board, and at the harbour office from Monday to Friday."
)
WINCH = (
    "The winch cable was tested in March and holds 1,200 kilograms. It had been new in 2019 and has never been "
    "overloaded since then. The drum is greased twice a year by the keeper of the light."
)
SENTENCES = 3


def ingest(*sources: Path, **context: Any) -> list[DocumentReport]:
    result = ingestion.invoke({"sources": [str(source) for source in sources]}, context=Context(**context))
    return cast(list[DocumentReport], result["report"]["documents"])


def rows(table: str, where: str = "1") -> int:
    catalog = cast(SqliteCatalog, dependencies.home_stores().catalog)
    return int(catalog._db.rows(f"SELECT count(*) FROM {table} WHERE {where}")[0][0])


def hits(*words: str) -> list[str]:
    catalog = dependencies.stores(Scope.everything()).catalog
    return [row.text for row in catalog.chunks([hit for hit, _ in catalog.search_text(words, (), 10)])]


def images(home: Path) -> set[str]:
    return {path.stem for path in (home / "pages").rglob("*.png")}


def test_the_sample_is_read_to_the_last_page(library: Path) -> None:
    catalog = dependencies.stores(Scope.everything()).catalog
    (document,) = catalog.documents()
    ledger = catalog.pages(document.id)
    assert [(row.page, row.status, row.reason) for row in ledger] == [(page, "read", "") for page in range(1, 7)]
    assert {row.engine for row in ledger} == {"offline"}
    assert {row.attempts for row in ledger} == {1}
    # Page 4 has a chart that only OCR can read, page 5 is a scan.
    assert [row.model for row in ledger] == ["text-layer"] * 3 + ["text-layer+ocr", "ocr", "text-layer"]
    assert images(library) == {row.image for row in ledger}
    assert all(dependencies.home_stores().images.get(row.image).startswith(b"\x89PNG") for row in ledger)


def test_text_that_is_only_in_pictures_is_read(library: Path) -> None:
    catalog = dependencies.stores(Scope.everything()).catalog
    pages = catalog.transcripts(catalog.documents()[0].id)
    for value in ("138.7", "17.3"):
        assert value in pages[4].markdown
    for value in ("18,450", "1,200"):
        assert value in pages[5].markdown


def test_tables_are_rows_and_a_sentence_over_the_page_break_is_one(library: Path) -> None:
    catalog = dependencies.stores(Scope.everything()).catalog
    sentences = [s for chunk in catalog.chunks(catalog.chunk_ids(catalog.documents()[0].id)) for s in chunk.sentences]
    (row,) = [s for s in sentences if s.kind == "row" and "Instruments" in s.text]
    assert "29.8" in {cell for _, cell in row.cells}
    (crossing,) = [s for s in sentences if s.pages == (2, 3)]
    assert "silted up" in crossing.text
    assert "raised by that amount" in crossing.text


def test_every_sentence_has_its_vector(library: Path) -> None:
    catalog = dependencies.stores(Scope.everything()).catalog
    chunks = catalog.chunks(catalog.chunk_ids(catalog.documents()[0].id))
    searched = [s for chunk in chunks for s in chunk.sentences if s.kind != "heading"]
    assert dependencies.stores(Scope.everything()).vectors.count() == len(searched) > 50
    assert len(catalog.token_vectors([chunk.id for chunk in chunks])) == len(chunks)


def test_the_second_time_nothing_is_read_again(home: Path, make_pdf: MakePdf) -> None:
    path = make_pdf("a.pdf", STORM, TICKET)
    (first,) = ingest(path)
    before = dependencies.stores(Scope.everything()).catalog.pages(first["id"] or "")
    (second,) = ingest(path)
    assert (first["status"], second["status"]) == ("complete", "unchanged")
    assert second["ledger"] == {"read": 2, "fallback": 0, "blank": 0, "failed": 0, "pending": 0}
    assert second["chunks"] == first["chunks"] > 0
    assert dependencies.stores(Scope.everything()).catalog.pages(first["id"] or "") == before
    assert [row.attempts for row in before] == [1, 1]


def test_a_page_that_was_lost_is_read_again_and_only_that(home: Path, make_pdf: MakePdf) -> None:
    path = make_pdf("a.pdf", STORM, TICKET)
    ingest(path)
    catalog = dependencies.stores(Scope.everything()).catalog
    database = cast(SqliteCatalog, dependencies.home_stores().catalog)._db
    one, two = catalog.pages(catalog.documents()[0].id)
    catalog.record_page(replace(two, status="failed", reason="timeout", transcript="", attempts=0))
    with database.writing() as connection:
        connection.execute("DELETE FROM transcripts WHERE key = ?", [two.transcript])
    (report,) = ingest(path)
    assert report["status"] == "complete"
    after = catalog.pages(one.document)
    assert after[0] == one
    assert (after[1].status, after[1].reason, after[1].attempts) == ("read", "", 2)


def test_a_changed_file_of_the_same_path_replaces_the_old_one(home: Path, make_pdf: MakePdf) -> None:
    (old,) = ingest(make_pdf("report.pdf", STORM))
    old_images = images(home)
    (new,) = ingest(make_pdf("report.pdf", TICKET))
    assert old["id"] != new["id"]
    assert [row.id for row in dependencies.stores(Scope.everything()).catalog.documents()] == [new["id"]]
    assert hits("storm", "slipway") == []
    assert len(hits("ticket")) == 1
    assert rows("units", f"document = '{old['id']}'") == 0
    assert dependencies.stores(Scope.everything()).vectors.count() == SENTENCES
    assert len(images(home)) == 1
    assert not images(home) & old_images


def test_the_same_bytes_under_another_name_are_one_document(home: Path, make_pdf: MakePdf, tmp_path: Path) -> None:
    path = make_pdf("a.pdf", STORM)
    shutil.copy(path, tmp_path / "copy.pdf")
    reports = ingest(path, tmp_path / "copy.pdf")
    assert len({report["id"] for report in reports}) == 1
    assert len(dependencies.stores(Scope.everything()).catalog.documents()) == 1
    assert len(hits("storm")) == 1


def test_one_broken_file_in_a_folder_is_reported_and_the_rest_is_done(
    home: Path, make_pdf: MakePdf, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_pdf("in/a.pdf", STORM)
    make_pdf("in/locked.pdf", TICKET, password="secret")
    (tmp_path / "in" / "broken.pdf").write_bytes(b"")
    documents = {report["name"]: report for report in ingest(tmp_path / "in")}
    assert {name: report["status"] for name, report in documents.items()} == {
        "a.pdf": "complete", "broken.pdf": "failed", "locked.pdf": "failed",
    }  # fmt: skip
    assert documents["broken.pdf"]["id"] is None
    (broken,), (locked,) = documents["broken.pdf"]["failures"], documents["locked.pdf"]["failures"]
    assert (broken["page"], broken["reason"], locked["reason"]) == (None, "unusable", "password")
    assert "0 bytes" in broken["detail"]
    assert [row.name for row in dependencies.stores(Scope.everything()).catalog.documents()] == ["a.pdf"]

    assert main.main(["ingest", str(tmp_path / "in")]) == 3
    shown = capsys.readouterr().out
    assert "unchanged a.pdf" in shown
    assert "0 bytes" in " ".join(shown.split())


def test_the_password_opens_an_encrypted_file(home: Path, make_pdf: MakePdf) -> None:
    locked = make_pdf("locked.pdf", WINCH, password="secret")
    with pytest.raises(BadInputError, match="is encrypted"):
        ingest(locked)
    assert not (home / "chroma").exists(), "an index is made once there are pages to read"
    (report,) = ingest(locked, password="secret")
    assert report["status"] == "complete"
    assert hits("winch") != []


def test_a_blank_page_is_not_a_failure(home: Path, make_pdf: MakePdf) -> None:
    (report,) = ingest(make_pdf("a.pdf", STORM, ""))
    assert report["status"] == "complete"
    assert report["ledger"] == {"read": 1, "fallback": 0, "blank": 1, "failed": 0, "pending": 0}


def test_an_image_is_a_document_of_one_page(home: Path, make_pdf: MakePdf, tmp_path: Path) -> None:
    with pymupdf.open(make_pdf("a.pdf", WINCH)) as pdf:
        pdf[0].get_pixmap(dpi=150).save(tmp_path / "scan.png")
    (report,) = ingest(tmp_path / "scan.png")
    assert (report["status"], report["pages"], report["ledger"]["read"]) == ("complete", 1, 1)
    assert any("1,200 kilograms" in text for text in hits("winch"))


def test_deleting_leaves_no_trace_and_spares_the_others(home: Path, make_pdf: MakePdf) -> None:
    same = make_pdf("same.pdf", STORM)
    gone, kept = ingest(make_pdf("gone.pdf", STORM, WINCH), make_pdf("kept.pdf", TICKET))
    before = images(home)
    remove(dependencies.stores(Scope.everything()), gone["id"] or "")
    for table in ("pages", "chunks", "units"):
        assert rows(table, f"document = '{gone['id']}'") == 0
    assert rows("unit_text") == rows("units") == 1
    assert rows("documents") == 1
    assert rows("token_vectors") == rows("chunks") == kept["chunks"]
    assert rows("transcripts") == 2  # the page that is left: as it was read, and its own text layer
    assert dependencies.stores(Scope.everything()).vectors.count() == SENTENCES
    assert len(images(home)) == len(before) - 2 == 1
    assert hits("storm", "winch") == []
    assert hits("ticket") != []
    assert ingest(same)[0]["status"] == "complete"


def test_reembedding_reads_no_page_again(home: Path, make_pdf: MakePdf, capsys: pytest.CaptureFixture[str]) -> None:
    ingest(make_pdf("a.pdf", STORM, TICKET))
    stores = dependencies.stores(Scope.everything())
    ledger = stores.catalog.pages(stores.catalog.documents()[0].id)
    before = stores.vectors.count()
    stores.vectors.reset("another-model/7")
    assert main.main(["reembed", "--json"]) == 0
    assert '"documents": 1' in capsys.readouterr().out
    assert stores.vectors.count() == before
    assert stores.catalog.pages(ledger[0].document) == ledger
    assert "14 euros" in app.invoke({"question": "What does a day ticket cost?"})["answer"]


async def test_two_ingestions_at_once(home: Path, make_pdf: MakePdf) -> None:
    paths = [make_pdf("a.pdf", STORM), make_pdf("b.pdf", TICKET)]
    reports = await asyncio.gather(*(ingestion.ainvoke({"sources": [str(path)]}) for path in paths))
    assert [report["report"]["documents"][0]["status"] for report in reports] == ["complete", "complete"]
    assert len(dependencies.stores(Scope.everything()).catalog.documents()) == 2


@pytest.mark.parametrize("first", ["catalog.sqlite3", "catalog.sqlite3-wal"])
def test_a_home_folder_emptied_while_a_document_is_chunked(
    home: Path, make_pdf: MakePdf, monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    """File by file, in any order: the run goes on with what is there then, and reports the document."""
    calls: list[str] = []

    def emptied_meanwhile(stores: Stores, document: str) -> StaleDocument | None:
        calls.append(document)
        if len(calls) == 1:
            (home / first).unlink()
        with ThreadPoolExecutor(1) as thread:  # without a connection, as any thread of the pool may be
            return thread.submit(find_stale, stores, document).result()

    monkeypatch.setattr(indexing, "find_stale", emptied_meanwhile)
    (document,) = ingest(make_pdf("letter", TICKET))
    assert len(calls) > 1, "the node was not run again"
    assert document["status"] == "failed"
    assert "give it again" in document["failures"][0]["detail"]


def test_a_file_deleted_while_its_document_is_added_fails_by_name(
    home: Path, make_pdf: MakePdf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when an upload folder is emptied: its pages fail with their reason, not the run with an exception."""
    path = make_pdf("gone", TICKET)
    add = SqliteCatalog.add_document

    def add_and_delete(self: SqliteCatalog, *given: Any, **named: Any) -> None:
        add(self, *given, **named)
        path.unlink()

    monkeypatch.setattr(SqliteCatalog, "add_document", add_and_delete)
    (document,) = ingest(path)
    assert document["status"] == "failed"
    assert document["failures"][0]["page"] == 1
