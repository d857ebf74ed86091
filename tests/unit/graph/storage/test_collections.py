"""Collections of documents: a document is in those that were given last, and names are of one spelling."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from graph.errors import BadInputError
from graph.storage.library import Library
from tests.unit.graph.storage.rows import document


@pytest.fixture(autouse=True)
def documents(catalog: Library) -> None:
    for name in "abc":
        catalog.add_document(document(name))


def test_a_document_is_in_the_collections_that_were_given_last(catalog: Library) -> None:
    assert catalog.collections() == {}
    assert catalog.put_in("a", ["zoo", " Bills  of 2024 "]) == ["zoo", "Bills of 2024"]
    catalog.put_in("b", ["ZOO", "zoo"])
    assert catalog.collections() == {"Bills of 2024": ["a"], "zoo": ["a", "b"]}
    assert catalog.put_in("a", ["New"]) == ["New"]
    assert catalog.collections() == {"New": ["a"], "zoo": ["b"]}
    assert catalog.put_in("b", []) == []
    assert catalog.collections() == {"New": ["a"]}


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "a, b", "a\x00b", "a\u202eb", "\ud800"])
def test_what_cannot_be_a_name_is_refused_and_nothing_is_changed(catalog: Library, name: str) -> None:
    catalog.put_in("a", ["kept"])
    with pytest.raises(BadInputError, match="cannot be the name of a collection"):
        catalog.put_in("a", ["good", name])
    assert catalog.collections() == {"kept": ["a"]}


def test_a_document_is_in_twenty_collections_at_most(catalog: Library) -> None:
    assert len(catalog.put_in("a", [f"number {n}" for n in range(20)])) == 20
    with pytest.raises(BadInputError, match="20 collections"):
        catalog.put_in("a", [f"number {n}" for n in range(21)])


def test_documents_that_are_added_stay_where_they_are(catalog: Library) -> None:
    catalog.put_in("a", ["Old"])
    assert catalog.add_to(["b", "a", "b"], ["old", "New"]) == ["Old", "New"]
    assert catalog.collections() == {"New": ["b", "a"], "Old": ["a", "b"]}
    catalog.put_in("c", [f"number {n}" for n in range(20)])
    before = catalog.collections()
    for names, said in ((["New"], "20 collections"), (["a, b"], "cannot be the name")):
        with pytest.raises(BadInputError, match=said):
            catalog.add_to(["a", "c"], names)
    assert catalog.collections() == before


def test_changes_at_the_same_time_are_all_kept(catalog: Library) -> None:
    names = [f"number {n}" for n in range(40)]
    for name in names:
        catalog.add_document(document(name))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: catalog.put_in(name, ["shared"]), names))
    assert len(catalog.collections()["shared"]) == 40
