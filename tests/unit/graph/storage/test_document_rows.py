"""The rows of documents that are copied from store to store: no table and no column of a document is forgotten."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from graph.storage.catalog import SqliteCatalog
from graph.storage.document_rows import DOCUMENT_COLUMNS, NOT_COPIED, SHARED_COLUMNS, digest

if TYPE_CHECKING:
    from graph.storage.postgres.database import Database

COPIED = {table: set(columns.split(", ")) for table, columns in {**DOCUMENT_COLUMNS, **SHARED_COLUMNS}.items()}
INDEXES = {"unit_text", "unit_terms", "unit_places", "sqlite_sequence", "embedders", "chunk_vectors", "page_vectors"}
"""Tables of vectors, which are copied through the index, and of words, which are made again."""
OF_THE_DATABASE = {"names_to_index", "pagewitness"}  # its own work within a transaction, and its version


def check(tables: dict[str, set[str]]) -> None:
    wanted = {name: columns - {"id"} if name == "entry" else columns for name, columns in tables.items()}
    assert {name: wanted[name] for name in COPIED} == COPIED
    rest = {name for name in set(tables) - set(COPIED) - NOT_COPIED - INDEXES if not name.startswith("unit_text_")}
    assert rest <= OF_THE_DATABASE, "a new table is to be copied, or to have its reason here"


def test_every_column_of_sqlite_is_copied(tmp_path: Path) -> None:
    with closing(SqliteCatalog(tmp_path / "catalog.sqlite3")) as catalog:
        catalog.get_meta("x")
        with closing(sqlite3.connect(tmp_path / "catalog.sqlite3")) as connection:
            names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            check(
                {
                    name: {row[1] for row in connection.execute(f"PRAGMA table_info({name})")}
                    for name in names
                    if not name.startswith("unit_text_")
                }
            )


def test_every_column_of_postgres_is_copied(database: Database) -> None:
    tables: dict[str, set[str]] = {}
    for table, column in database.rows(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
    ):
        tables.setdefault(table, set()).add(column)
    check(tables)


@pytest.mark.parametrize("change", [("a", 1, 2.5, b"x"), ("a\x00", 1, 2.5, b"y"), ("a\x00", 2, 2.5, b"x")])
def test_the_digest_of_a_document_tells_each_change(change: tuple[object, ...]) -> None:
    empty = {table: list[tuple[object, ...]]() for table in DOCUMENT_COLUMNS}
    base = digest({**empty, "pages": [("a\x00", 1, 2.5, b"x")]}, {"v": b"1"})
    assert digest({**empty, "pages": [change]}, {"v": b"1"}) != base
    assert digest({**empty, "pages": [("a\ufffd", True, 2.5, b"x")]}, {"v": b"1"}) == base, "as Postgres has it"
    assert digest({**empty, "pages": [("a\x00", 1, 2.5, b"x")]}, {"v": b"2"}) != base
