"""Stems are the same in all threads, and are those of the full-text index."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor

from graph.storage.fulltext import stem

WORDS = [
    f"{head}{tail}" for head in ("relat", "nation", "troubl", "hop", "general") for tail in ("ing", "ed", "ional", "s")
]


def test_threads_that_stem_at_once_get_correct_stems() -> None:
    expected = [stem.__wrapped__(word) for word in WORDS]
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(stem.__wrapped__, WORDS * 200))
    assert found == expected * 200


def test_a_word_without_a_stem_stands_for_itself() -> None:
    assert stem("s") == "s"


def test_stems_are_those_of_sqlite() -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE t USING fts5(x, tokenize = 'porter unicode61')")
    connection.execute("CREATE VIRTUAL TABLE v USING fts5vocab(t, row)")
    connection.execute("INSERT INTO t VALUES (?)", [" ".join(WORDS)])
    assert {row[0] for row in connection.execute("SELECT term FROM v")} == {stem(word) for word in WORDS}
