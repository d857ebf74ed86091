"""Documents of a large library: found by their names through an index, counted, and never listed for a question."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from graph.errors import UnknownDocumentError
from graph.retrieval import document_mentions
from graph.retrieval.documents import SMALL_LIBRARY, find_document, in_scope, resolve
from graph.storage.document_names import terms_of_name
from graph.storage.ledger import _MAX_NAMESAKES
from graph.storage.library import Library
from graph.storage.rows import DocumentRow
from tests.libraries import open_catalog

FIRMS = ["Quennell", "Brasmer", "Ostrava", "Tillicum", "Varnholt", "Ekbatan", "Pellworm", "Zarephath"]
KINDS = ["10-K", "annual report", "minutes", "invoice", "contract"]
QUESTIONS = [
    "What does the {firm} {year} {kind} say about rent?",
    "Compare {name} with {other}.",
    "What is in {stem}?",
    "How much did {firm} earn in {year}?",
    "What does the {firm} {kind} say?",
    "Who signed it?",
]


def row(number: int, name: str, title: str = "", folder: str = "data") -> DocumentRow:
    return DocumentRow(
        f"{number:016x}", name, f"/{folder}/{name}", "pdf", title, 1, 1, "", title, created=float(number + 1)
    )


def library(path: Path, rows: list[DocumentRow]) -> Library:
    catalog = open_catalog(path)
    for one in rows:
        catalog.add_document(one)
        catalog.set_front_matter(one.id, one.title, [], "", "")
        catalog.publish(one.id, "g")
    return catalog


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    chance = random.Random(7)
    rows = []
    for number in range(200):
        firm, kind, year = chance.choice(FIRMS), chance.choice(KINDS), chance.randrange(2000, 2026)
        name = f"{firm}_{year}_{kind.replace(' ', '-')}.pdf" if number % 3 else f"scan {number}.pdf"
        rows.append(row(number, name, f"{firm} {kind} of {year}" if number % 2 else "", folder=f"d{number}"))
    catalog = library(tmp_path_factory.mktemp("many") / "catalog.sqlite3", rows)
    yield catalog
    catalog.close()


def test_the_index_finds_what_a_comparison_with_all_names_finds(many: Library) -> None:
    chance, everything, mentioned = random.Random(3), many.documents(), 0
    for _ in range(150):
        one, other = chance.sample(everything, 2)
        stem = one.name.rsplit(".", 1)[0]
        words = {"name": one.name, "other": other.name, "stem": stem, "year": chance.randrange(2000, 2026)}
        question = chance.choice(QUESTIONS).format(**words, firm=chance.choice(FIRMS), kind=chance.choice(KINDS))
        found = document_mentions.mentioned_in(many, question)
        compared = document_mentions._best_matches(question, everything)
        assert sorted(found) == (sorted(compared) if len(compared) < len(everything) else []), question
        mentioned += bool(found)
    assert mentioned > 75


def test_a_document_is_found_by_all_that_it_is_called(many: Library) -> None:
    for one in many.documents():
        for name in (one.id, one.label, one.source, one.source.upper()):
            assert find_document(many, name).id == one.id


def test_an_unknown_name_is_refused_with_a_few_that_there_are(many: Library) -> None:
    with pytest.raises(UnknownDocumentError, match=r"There is no document 'lost\.pdf': name one of these") as refused:
        find_document(many, "lost.pdf")
    assert len(str(refused.value)) < 1000


def test_all_documents_are_no_list_of_ids(many: Library, tmp_path: Path) -> None:
    assert resolve(many, []) == []
    rows, count = in_scope(many, [], 5)
    assert ([one.id for one in rows], count) == ([f"{number:016x}" for number in range(5)], 200)
    small = library(tmp_path / "catalog.sqlite3", [row(number, f"a{number}.pdf") for number in range(SMALL_LIBRARY)])
    assert len(resolve(small, [])) == SMALL_LIBRARY
    small.close()


def test_new_names_and_titles_are_indexed_and_deleted_documents_are_not(tmp_path: Path) -> None:
    catalog = library(tmp_path / "catalog.sqlite3", [row(1, "first.pdf"), row(2, "second.pdf")])
    question = "What does the Kestrelmoor report say?"
    assert document_mentions.mentioned_in(catalog, question) == []
    catalog.set_front_matter(row(1, "").id, "Kestrelmoor", [], "", "")
    assert document_mentions.mentioned_in(catalog, question) == [row(1, "").id]
    catalog.add_document(row(2, "Kestrelmoor_2.pdf", folder="elsewhere"))
    assert find_document(catalog, "kestrelmoor_2").id == row(2, "").id
    catalog.retire(row(1, "").id)
    catalog.delete_document(row(1, "").id)
    assert [one.id for one in catalog.named(["kestrelmoor"])] == [row(2, "").id]
    catalog.close()


def test_a_word_of_too_many_names_tells_no_document_apart_and_whole_names_still_do(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite3"
    library(path, []).close()
    count = _MAX_NAMESAKES + 2
    with sqlite3.connect(path) as connection:  # in one transaction, as thousands of them take a minute
        connection.create_function("terms_of_name", 3, terms_of_name, deterministic=True)
        connection.executemany(
            "INSERT INTO documents (id, name, source, kind, title, pages, size, generation, created) "
            "VALUES (?, ?, ?, 'pdf', '', 1, 1, 'g', ?)",
            [(f"{n:016x}", f"Quennell-{n}.pdf", f"/d/Quennell-{n}.pdf", n) for n in range(count)],
        )
        connection.execute(
            "INSERT INTO entry (document, collection, name, source, added_by, added) "
            "SELECT id, 'default', name, source, '', created FROM documents"
        )
    connection.close()
    catalog = open_catalog(path)
    assert catalog.count_searchable() == count
    assert document_mentions.mentioned_in(catalog, "What does the Quennell report say?") == []
    assert document_mentions.mentioned_in(catalog, "What is in Quennell-77.pdf?") == [f"{77:016x}"]
    assert find_document(catalog, "Quennell-999").id == f"{999:016x}"
    assert [one.id for one in catalog.searchable(2, newest=True)] == [f"{count - 2:016x}", f"{count - 1:016x}"]
    catalog.close()
