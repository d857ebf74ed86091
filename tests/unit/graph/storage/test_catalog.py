"""The catalog as a whole: threads, closing and reopening, a deleted file."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from graph.errors import HomeError, HomeReplacedError
from graph.storage import database, schema
from graph.storage.base import Catalog
from graph.storage.catalog import SqliteCatalog
from graph.storage.rows import PageRow, Transcript
from loaders.types import Block
from tests.libraries import open_catalog
from tests.unit.graph.storage.rows import chunk, document, found, publish


def test_many_threads_write_and_read_at_once(catalog: Catalog) -> None:
    catalog.add_document(document("a", pages=64))

    def record(page: int) -> int:
        catalog.add_transcript(Transcript(f"t{page}", (Block("text", f"page {page}"),)))
        catalog.record_page(PageRow("a", page, status="read", transcript=f"t{page}"))
        return len(catalog.pages("a"))

    with ThreadPoolExecutor(16) as threads:
        assert set(threads.map(record, range(1, 65))) == {64}
    assert {row.status for row in catalog.pages("a")} == {"read"}
    assert len(catalog.transcripts("a")) == 64


def test_what_was_stored_is_there_after_closing(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite3"
    first = open_catalog(path)
    publish(first, document("a"), chunk(0, "The storm."))
    first.close()
    second = open_catalog(path)
    assert found(second, "storm") == ["The storm."]
    second.close()


def test_a_catalog_knows_that_its_file_was_deleted_or_replaced(tmp_path: Path) -> None:
    path = tmp_path / SqliteCatalog.FILE_NAME
    first = open_catalog(path)
    assert not first.was_replaced()
    path.rename(tmp_path / "moved")
    assert first.was_replaced()
    second = open_catalog(path)
    assert (first.was_replaced(), second.was_replaced()) == (True, False)
    first.close()
    second.close()


def test_a_catalog_whose_log_was_deleted_can_be_opened_again(tmp_path: Path) -> None:
    """As when a folder is emptied file by file while another thread already opens it again."""
    path = tmp_path / SqliteCatalog.FILE_NAME
    first = open_catalog(path)
    path.unlink()
    second = open_catalog(path)
    assert not second.was_replaced()
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink()
    assert second.was_replaced()
    second.leave_path()
    third = open_catalog(path)
    publish(third, document("a"), chunk(0, "The storm."))
    with ThreadPoolExecutor(1) as other:  # a connection of its own
        assert other.submit(found, third, "storm").result() == ["The storm."]
    for catalog in (first, second, third):
        catalog.close()


def test_a_catalog_whose_log_is_deleted_while_it_is_opened_can_be_opened_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / SqliteCatalog.FILE_NAME

    def emptied_then(connection: sqlite3.Connection) -> None:
        schema.migrate(connection)
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink()

    monkeypatch.setattr(database, "migrate", emptied_then)
    first = open_catalog(path)
    monkeypatch.undo()
    assert first.was_replaced()
    first.leave_path()
    second = open_catalog(path)
    publish(second, document("a"), chunk(0, "The storm."))
    assert first.was_replaced()
    for catalog in (first, second):
        catalog.close()


@pytest.mark.parametrize("deleted", ["", "-wal", "-shm -wal"])
def test_a_thread_that_comes_after_a_catalog_was_deleted_finds_no_empty_one(tmp_path: Path, deleted: str) -> None:
    """As when a folder is emptied file by file, in any order, while a run goes on in threads."""
    path = tmp_path / SqliteCatalog.FILE_NAME
    first = open_catalog(path)
    publish(first, document("a"), chunk(0, "The storm."))
    for suffix in deleted.split(" "):
        path.with_name(path.name + suffix).unlink()
    present = path.exists()
    with ThreadPoolExecutor(1) as other, pytest.raises(HomeReplacedError, match="deleted or replaced while"):
        other.submit(found, first, "storm").result()
    assert path.exists() == present
    assert found(first, "storm") == ["The storm."]  # who has a connection may finish
    first.close()


def test_a_catalog_that_cannot_be_opened_leaves_no_connection(tmp_path: Path) -> None:
    path = tmp_path / SqliteCatalog.FILE_NAME
    first = open_catalog(path)
    path.unlink()
    second = open_catalog(path)
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink()
    with pytest.raises(HomeError, match="cannot be opened"):
        open_catalog(path)
    first.close()
    second.close()
    third = open_catalog(path)
    publish(third, document("a"), chunk(0, "The storm."))
    assert found(third, "storm") == ["The storm."]
    third.close()
