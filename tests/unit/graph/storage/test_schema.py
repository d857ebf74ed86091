"""The catalog's file: its creation, and the error for a file that cannot be used."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from graph.access import Identity, Scope, scope_of
from graph.errors import HomeError
from graph.storage.catalog import SqliteCatalog
from graph.storage.document_names import terms_of_name
from graph.storage.library import Library
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


def catalog_of_version_13(path: Path) -> None:
    """Two documents, one found under two names, and one that is retired; four collections of the reading room."""
    with sqlite3.connect(path) as connection:
        connection.create_function("terms_of_name", 3, terms_of_name, deterministic=True)
        for number, step in enumerate(MIGRATIONS[:13]):
            connection.executescript(f"{step} PRAGMA user_version = {number + 1};")
        for identity, source in (("a", "/papers/a.pdf"), ("b", "/papers/b.pdf"), ("retired", "")):
            connection.execute(
                "INSERT INTO documents (id, name, source, kind, title, pages, size, generation, created) "
                "VALUES (?, ?, ?, 'pdf', 'Tides', 1, 10, 'g', 5.0)",
                (identity, f"{identity}.pdf", source),
            )
        connection.executemany(
            "INSERT INTO document_names (document, name, source) VALUES (?, ?, ?)",
            [("b", "b.pdf", "/papers/b.pdf"), ("a", "a.pdf", "/papers/a.pdf"), ("a", "copy.pdf", "/papers/copy.pdf")],
        )
        collections = {"Bills": ["b", "a", "gone"], "Default": ["a"], "Empty": [], "Old": ["retired"]}
        connection.execute("INSERT INTO meta VALUES ('collections', ?)", [json.dumps(collections)])
    connection.close()


def test_names_and_collections_of_a_catalog_before_entries_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite3"
    catalog_of_version_13(path)
    with closing(SqliteCatalog(path)) as raw:
        catalog = Library(raw, Scope.everything())
        assert {row.id: row.names for row in catalog.documents()} == {"a": ("a.pdf", "copy.pdf"), "b": ("b.pdf",)}
        assert catalog.collections() == {"Bills": ["b", "a"], "Default 2": ["a"]}
        assert [row.id for row in catalog.named(["copy"])] == ["a"]
        assert [row.id for row in catalog.named(["@/papers/copy.pdf"])] == ["a"]
        assert sorted(row.id for row in catalog.named(["tides"])) == ["a", "b"]
        catalog.forget_source("/papers/a.pdf")
        assert [(row.id, row.name) for row in catalog.documents(["a"])] == [("a", "copy.pdf")]
        catalog.put_in("a", ["Bills"])
        assert catalog.collections() == {"Bills": ["b", "a"]}
        assert Library(raw, scope_of(Identity("ana", frozenset(), admin=True), raw)).documents() == []
