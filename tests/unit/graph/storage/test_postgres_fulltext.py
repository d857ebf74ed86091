"""Full text in Postgres beyond the contract: hard texts, rare words, scores as in the home folder, counts of words."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from graph.storage.library import Library
from graph.storage.postgres import fulltext, schema
from graph.storage.postgres.catalog import PostgresCatalog
from graph.storage.postgres.database import Database
from tests.libraries import open_catalog, whole
from tests.unit.graph.storage.rows import chunk, document, found, publish


@pytest.fixture
def catalog(database: Database) -> Library:
    return whole(PostgresCatalog(database))


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("The 'storm' of \"1911\" isn't over \\ yet.", "isn't"),
        ("A null\x00byte in a harbour.", "harbour"),
        ("Half a pair \ud83d in a harbour.", "harbour"),
        (f"The word {'x' * 3000} is long.", "x" * 3000),
        (f"The word {'é' * 1500} is long.", "é" * 1500),
        ("Only s is left.", "s"),
        ("Cafés on Ærø, ünïcödé.", "cafes"),
        ("100 %s of ? and :id", "100"),
    ],
)
def test_hard_texts_are_stored_and_found(catalog: Library, text: str, word: str) -> None:
    publish(catalog, document("a"), chunk(0, text))
    (row,) = catalog.chunks(catalog.chunk_ids("a"))
    assert found(catalog, word) == [row.text]
    assert row.sentences[0].text == text, "JSON loses nothing"
    assert catalog.document_frequencies([word])[0][word] == 1


def test_rare_words_are_searched_first_and_all_words_where_they_find_too_little(
    catalog: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [f"The tide turned at {at}." for at in range(30)] + ["The gull saw the tide.", "A gull."]
    publish(catalog, document("a"), *(chunk(at, text) for at, text in enumerate(texts)))
    everything = catalog.search_text(["tide", "gull"], (), 40)
    assert len(everything) == 32
    monkeypatch.setattr(fulltext, "_MAX_RANKED", 5)
    assert catalog.search_text(["tide", "gull"], (), 2) == everything[:2], "ranked by the common word too"
    assert catalog.search_text(["tide", "gull"], (), 40) == everything


def test_the_eight_rarest_words_of_a_long_question_are_searched(catalog: Library) -> None:
    words = [f"word{at}" for at in range(10)]  # each in one chunk more than the one before
    texts = [" ".join(words[at:]) for at in range(10)]
    publish(catalog, document("a"), *(chunk(at, text) for at, text in enumerate(texts)))
    assert len(catalog.search_text(words[9:], (), 20)) == 10
    assert len(catalog.search_text([*reversed(words), "absent"], (), 20)) == 8


TIDES = (
    "Clause 6.2 of the harbour rules: no boat leaves with the tide.",
    "The tide turned. The tide table is in the harbour office, where the keeper writes down each tide by hand.",
    "Tides, tide, tide.",
    "The harbour has 6 berths and 2 slipways, of which a long list follows: " + "north, south, " * 20,
    "No boat. Clause 6.1 is older than clause 6.2, and clause 6.2 holds.",
)


@pytest.mark.parametrize(
    "words", [["tide"], ["tides", "tide"], ["6.2", "clause"], ["boat", "harbour", "north", "storm"], ["6.3", "office"]]
)
def test_units_are_scored_as_in_the_home_folder(catalog: Library, tmp_path: Path, words: list[str]) -> None:
    with closing(open_catalog(tmp_path / "catalog.sqlite3")) as home:
        for library in (catalog, home):
            publish(library, document("a"), *(chunk(at, text) for at, text in enumerate(TIDES)))
            publish(library, document("b"), chunk(0, "A boat of the harbour."), chunk(1, "Calm."))
            library.delete_document("b")
        here, there = (dict(library.search_text(words, (), 30)) for library in (catalog, home))
        assert list(here) == list(there) != []
        if "6.2" not in words:  # the units with a phrase are not counted, for which those with its words stand
            assert list(here.values()) == pytest.approx(list(there.values()))


def test_many_units_of_few_chunks_do_not_hide_the_others(catalog: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fulltext, "_LEAST_UNITS", 2)
    many = chunk(0, *["The tide, the tide."] * 9)
    publish(catalog, document("a"), replace(many, units=tuple((at, at + 1) for at in range(9))))
    publish(catalog, document("b"), *(chunk(at, f"The tide at {at} o'clock.") for at in range(3)))
    assert len(catalog.search_text(["tide"], (), 4)) == 4


def test_the_words_of_a_database_of_an_earlier_version_are_counted(new: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "STEPS", schema.STEPS[:4])
    with closing(Database(new)) as database:
        publish(whole(PostgresCatalog(database)), document("a"), chunk(0, "The tide, the tide."))
    monkeypatch.undo()
    with closing(Database(new)) as database:
        catalog = whole(PostgresCatalog(database))
        publish(catalog, document("b"), chunk(0, "A gull."))
        all_words = "SELECT sum(cardinality(positions)), (SELECT doc FROM unit_terms WHERE term = ' ') FROM units"
        ((counted, kept),) = database.rows(f"{all_words}, unnest(words)")
        assert counted == kept > 6
        for one in ("a", "b"):
            catalog.delete_document(one)
        assert database.rows("SELECT doc FROM unit_terms WHERE term = ' '") == [(0,)]
        assert found(catalog, "tide") == []


def test_a_word_that_is_cut_is_not_another_that_begins_alike(catalog: Library) -> None:
    publish(catalog, document("a"), chunk(0, "x" * 3000))
    assert found(catalog, "x" * 3001) == found(catalog, "x" * 2000) == []


def test_words_are_counted_by_the_transaction_that_changes_them(catalog: Library, database: Database) -> None:
    publish(catalog, document("a"), chunk(0, "The tide turned."), chunk(1, "The tide."))
    publish(catalog, document("b"), chunk(0, "A tide, a gull."))
    other = whole(PostgresCatalog(database))  # whose writes the first one cannot know of
    assert other.document_frequencies(["tide", "gull"]) == ({"tide": 3, "gull": 1}, 3)
    catalog.delete_document("b")
    assert other.document_frequencies(["tide", "gull"]) == ({"tide": 2, "gull": 0}, 2)
    publish(other, document("a"), chunk(0, "Calm."))
    assert catalog.document_frequencies(["tide", "calm"]) == ({"tide": 0, "calm": 1}, 1)
    assert database.rows("SELECT term FROM unit_terms WHERE doc <= 0 AND term <> ''") == []
    with pytest.raises(psycopg.errors.DivisionByZero):
        _delete_units_and_fail(database)
    assert catalog.document_frequencies(["calm"]) == ({"calm": 1}, 1), "counts roll back with the units"


def _delete_units_and_fail(database: Database) -> None:
    with database.writing() as transaction:
        transaction.execute("DELETE FROM units")
        transaction.execute("SELECT 1 / 0")
