"""Full-text search: skipping units for speed changes no result."""

from __future__ import annotations

import itertools
import random
import re
from pathlib import Path
from typing import Any

import pytest

from graph.access import Scope
from graph.storage import fulltext
from graph.storage.catalog import SqliteCatalog
from graph.storage.database import Database
from graph.storage.fulltext import FullText, _any
from tests.unit.graph.storage.rows import chunk, document

WORDS = ["tide", "harbour", "lamp", "keeper", "storm", "ledger", "anchor", "gull"]


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> FullText:
    """A thousand units over four documents: `tide` in most of them, `gull` in few."""
    path = tmp_path_factory.mktemp("text") / "catalog.sqlite3"
    catalog, rng = SqliteCatalog(path), random.Random(5)
    for name in "abcd":
        catalog.add_document(Scope.everything(), document(name))
        texts = [" ".join(rng.choices(WORDS, weights=[40, 12, 8, 5, 3, 2, 1, 0.5], k=9)) for _ in range(250)]
        catalog.publish(name, catalog.stage_chunks(name, [chunk(at, text) for at, text in enumerate(texts)]))
    catalog.close()
    return FullText(Database(path))


def all_ranked(text: FullText, words: list[str], limit: int) -> list[tuple[int, float]]:
    return text._ranked(_any(words), "", [], limit)


@pytest.mark.parametrize("words", [["gull", "tide"], ["anchor", "gull", "tide", "harbour"], ["tide", "storm"], WORDS])
@pytest.mark.parametrize("limit", [5, 60])
def test_searching_rare_words_first_gives_the_same_ranking(
    text: FullText, words: list[str], limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fulltext, "_MANY_MATCHES", 0)
    found, wanted = text.search(Scope.everything(), words, [], limit), all_ranked(text, words, limit)
    assert [score for _, score in found] == pytest.approx([score for _, score in wanted])
    least = wanted[-1][1]  # where scores are equal, any of them may come last
    assert {row for row, score in found if score > least + 1e-9} == {
        row for row, score in wanted if score > least + 1e-9
    }


def test_rare_words_are_searched_first_and_alone(text: FullText, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fulltext, "_MANY_MATCHES", 0)
    asked: list[str] = []
    ranked = text._ranked

    def listening(query: str, *rest: Any) -> list[tuple[int, float]]:
        asked.append(query)
        return ranked(query, *rest)

    monkeypatch.setattr(text, "_ranked", listening)
    text.search(Scope.everything(), ["tide", "gull"], [], 5)
    assert sorted(asked) == ['"gull"', '("gull") AND ("tide")']
    asked.clear()
    for chosen in itertools.combinations(WORDS, 4):
        text.search(Scope.everything(), chosen, [], 20)
    pairs = [query for query in asked if re.fullmatch(r'"\w+" AND "\w+"', query)]
    assert pairs  # two common words count where they stand together


def test_no_choice_of_words_changes_the_ranking(text: FullText, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fulltext, "_MANY_MATCHES", 0)
    for number in (2, 3, 4):
        for words in itertools.combinations(WORDS, number):
            for limit in (10, 40):
                found, wanted = text.search(Scope.everything(), words, [], limit), all_ranked(text, list(words), limit)
                assert [score for _, score in found] == pytest.approx([score for _, score in wanted]), words


@pytest.mark.parametrize("many", [2, 9])
def test_documents_are_searched_alone(text: FullText, many: int) -> None:
    chosen = ["b", "d", *(f"none{number}" for number in range(many - 2))]
    rows = text._db.rows("SELECT id FROM units WHERE document IN ('b', 'd')")
    theirs = {row[0] for row in rows}
    everywhere = all_ranked(text, ["storm", "anchor"], 1000)
    wanted = [(row, score) for row, score in everywhere if row in theirs][:20]
    found = text.search(Scope.everything(), ["storm", "anchor"], chosen, 20)
    assert [score for _, score in found] == pytest.approx([score for _, score in wanted])
    assert {row for row, _ in found} <= theirs


def test_word_counts_change_with_the_stored_chunks(tmp_path: Path) -> None:
    catalog = SqliteCatalog(tmp_path / "catalog.sqlite3")
    assert catalog.document_frequencies(["Tides"]) == ({"Tides": 0}, 0)
    catalog.add_document(Scope.everything(), document("a"))
    catalog.publish("a", catalog.stage_chunks("a", [chunk(0, "The tide turned."), chunk(1, "A gull.")]))
    assert catalog.document_frequencies(["Tides", "gull"]) == ({"Tides": 1, "gull": 1}, 2)
    catalog.delete_document("a")
    assert catalog.document_frequencies(["Tides"]) == ({"Tides": 0}, 0)
