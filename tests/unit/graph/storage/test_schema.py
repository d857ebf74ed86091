"""The catalog's file: its creation, and the error for a file that cannot be used."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from graph.access import Scope
from graph.errors import HomeError
from graph.storage.catalog import SqliteCatalog
from graph.storage.schema import MIGRATIONS, migrate


def test_a_new_catalog_may_be_made_by_two_processes_at_once(tmp_path: Path) -> None:
    path, others = tmp_path / "catalog.sqlite3", list[SqliteCatalog]()
    connection = sqlite3.connect(path, isolation_level=None)

    def meanwhile(statement: str) -> None:
        if statement.startswith("BEGIN") and not others:
            others.append(SqliteCatalog(path))

    connection.set_trace_callback(meanwhile)
    migrate(connection)
    connection.execute("INSERT INTO meta VALUES ('key', 'value')")
    assert [catalog.get_meta("key") for catalog in others] == ["value"]
    connection.close()
    others[0].close()


def test_a_catalog_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite3"
    SqliteCatalog(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(HomeError, match=r"version 99.*upgrade"):
        SqliteCatalog(path)


def test_a_file_that_is_not_a_catalog_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite3"
    path.write_text("this is no database, but long enough to be taken for a damaged one" * 20)
    with pytest.raises(HomeError, match="catalog"):
        SqliteCatalog(path)


def test_the_names_of_documents_are_taken_over_from_a_catalog_before_names(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite3"
    with sqlite3.connect(path) as connection:
        for number, step in enumerate(MIGRATIONS[:6]):
            connection.executescript(f"{step} PRAGMA user_version = {number + 1};")
        for identity, source in (("a", "/papers/a.pdf"), ("retired", "")):
            connection.execute(
                "INSERT INTO documents (id, name, source, kind, title, pages, size, generation, created) "
                "VALUES (?, 'a.pdf', ?, 'pdf', '', 1, 10, '', 1.0)",
                (identity, source),
            )
    catalog = SqliteCatalog(path)
    assert [(row.id, row.names, row.label) for row in catalog.documents(Scope.everything())] == [
        ("a", ("a.pdf",), "a.pdf")
    ]
    catalog.close()
