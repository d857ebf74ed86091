"""Collections of documents: a document is in those that were given last, and names are of one spelling."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from graph.errors import BadInputError
from graph.storage.catalog import SqliteCatalog
from graph.storage.collections import add_to, collections, put_in


@pytest.fixture
def catalog(tmp_path: Path) -> SqliteCatalog:
    return SqliteCatalog(tmp_path / "catalog.sqlite3")


def test_a_document_is_in_the_collections_that_were_given_last(catalog: SqliteCatalog) -> None:
    assert collections(catalog) == {}
    assert put_in(catalog, "a", ["zoo", " Bills  of 2024 "]) == ["zoo", "Bills of 2024"]
    put_in(catalog, "b", ["ZOO", "zoo"])
    assert collections(catalog) == {"Bills of 2024": ["a"], "zoo": ["a", "b"]}
    assert put_in(catalog, "a", ["New"]) == ["New"]
    assert collections(catalog) == {"New": ["a"], "zoo": ["b"]}
    assert put_in(catalog, "b", []) == []
    assert collections(catalog) == {"New": ["a"]}


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "a, b", "a\x00b", "a\u202eb", "\ud800"])
def test_what_cannot_be_a_name_is_refused_and_nothing_is_changed(catalog: SqliteCatalog, name: str) -> None:
    put_in(catalog, "a", ["kept"])
    with pytest.raises(BadInputError, match="cannot be the name of a collection"):
        put_in(catalog, "a", ["good", name])
    assert collections(catalog) == {"kept": ["a"]}


def test_a_document_is_in_twenty_collections_at_most(catalog: SqliteCatalog) -> None:
    assert len(put_in(catalog, "a", [f"number {n}" for n in range(20)])) == 20
    with pytest.raises(BadInputError, match="20 collections"):
        put_in(catalog, "a", [f"number {n}" for n in range(21)])


def test_documents_that_are_added_stay_where_they_are(catalog: SqliteCatalog) -> None:
    put_in(catalog, "a", ["Old"])
    assert add_to(catalog, ["b", "a", "b"], ["old", "New"]) == ["Old", "New"]
    assert collections(catalog) == {"New": ["b", "a"], "Old": ["a", "b"]}
    put_in(catalog, "c", [f"number {n}" for n in range(20)])
    before = collections(catalog)
    for names, said in ((["New"], "20 collections"), (["a, b"], "cannot be the name")):
        with pytest.raises(BadInputError, match=said):
            add_to(catalog, ["a", "c"], names)
    assert collections(catalog) == before


def test_changes_at_the_same_time_are_all_kept(catalog: SqliteCatalog) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: put_in(catalog, f"document {n}", ["shared"]), range(40)))
    assert len(collections(catalog)["shared"]) == 40
