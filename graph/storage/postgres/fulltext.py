"""Full-text search in Postgres, over words that are stemmed as in SQLite's index.

Postgres ranks by the places and counts of words, and knows neither how rare a word is nor how long a unit. So it finds
the first units by its own rank, weighted by the rarity of words, for a question's rarest words only: words that most
units have discriminate little. These are then ranked by BM25, as in SQLite.
"""

from __future__ import annotations

import hashlib
import heapq
import itertools
import math
import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from graph.access import Scope
from graph.storage.entries import visible
from graph.storage.fulltext import FullText, stem
from graph.storage.postgres import bm25
from graph.storage.postgres.schema import ALL_WORDS

_MAX_WORDS = 8  # a question's rarest words are searched for
# The most units with one of the rarest words that are ranked, by all words. Where they are fewer, and the rare words
# find too little, units with any of the words are ranked.
_MAX_RANKED = 4000
# So many of the first units are ranked by BM25. For 30 chunks 100 units give the first five chunks of the home folder
# to 148 of 150 questions on eight articles and 22 of 27 on six long documents, and no number of units gives them to
# more than 23 of those; 60 units to 145 and 20, 45 to 142 and 18. Without BM25 they were the same for 167 of 300 and 9.
_LEAST_UNITS, _UNITS_PER_CHUNK = 100, 1.5
_MAX_LEXEME = 2000  # bytes; Postgres takes 2,046
_MAX_POSITION = 16_383  # the largest place of a word that Postgres stores
_WORD = re.compile(r"[^\W_]+")


def lexemes(text: str) -> list[str]:
    """Return the stems of a text's words in order, as they are indexed and searched: `Ærø's cafés` gives aero, s, cafe.

    A word that is longer than Postgres takes stands for itself by its hash.
    """
    plain = unicodedata.normalize("NFD", text.replace("\x00", " ").lower())
    plain = unicodedata.normalize("NFC", re.sub(r"[\u0300-\u036f]", "", plain))
    return [_short(stem(word)) for word in _WORD.findall(plain)]


def _short(word: str) -> str:
    coded = word.encode("utf-8", "replace")
    return word if len(coded) <= _MAX_LEXEME else hashlib.sha256(coded).hexdigest()


def vector_of(*texts: str) -> str:
    """Return the words of texts as the literal of a `tsvector`, each with its places."""
    places: dict[str, list[int]] = {}
    at = 0
    for text in texts:
        for word in lexemes(text):
            at += 1
            places.setdefault(word, []).append(min(at, _MAX_POSITION))
    return " ".join(f"{_quoted(word)}:{','.join(map(str, found[:255]))}" for word, found in places.items())


def _quoted(word: str) -> str:
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"


class _Query(NamedTuple):
    """The phrases of a question, each as its words."""

    weighed: Sequence[Sequence[str]]
    """Those by which Postgres ranks."""
    searched: Sequence[Sequence[str]]
    """Those of which a unit has to have one."""
    phrases: Sequence[Sequence[str]]
    """Those by which the first units are ranked again."""
    counts: bm25.Counts
    """In how many units their words occur."""


class PostgresText(FullText):
    """Ranked search over the units of a catalog; counts are asked of the database each time."""

    def frequencies(self, words: Sequence[str]) -> tuple[dict[str, int], int]:
        """Return in how many units each word occurs (stemmed as the index does), and the number of units."""
        stems = {word: lexemes(word) for word in words}
        counts = self._counted({one for found in stems.values() for one in found} | {""})
        rarest = {word: min((counts[one] for one in found), default=0) for word, found in stems.items()}
        return rarest, counts[""]

    def best_chunks(
        self, scope: Scope, words: Sequence[str], documents: Sequence[str], limit: int
    ) -> list[tuple[str, float]]:
        """Return (chunk id, score of its best unit) of published chunks, best first; positive scores."""
        split = [tuple(found) for word in words if (found := lexemes(word))]
        counted = self._counted({one for found in split for one in found} | {"", ALL_WORDS})
        counts = bm25.Counts(counted[""], counted[ALL_WORDS], counted)
        phrases = [found for found in split if counts.most(found)]
        rarest = sorted(dict.fromkeys(phrases), key=counts.most)[:_MAX_WORDS]
        if not rarest:
            return []
        running = itertools.accumulate(map(counts.most, rarest))
        rare = max(1, sum(ranked <= _MAX_RANKED for ranked in running))
        for searched in (rarest[:rare], rarest):
            query = _Query(rarest, searched, phrases, counts)
            best = self._ranked_chunks(scope, query, documents, limit)
            if len(best) >= limit or len(searched) == len(rarest):
                break
        return best

    def _ranked_chunks(
        self, scope: Scope, query: _Query, documents: Sequence[str], limit: int
    ) -> list[tuple[str, float]]:
        wanted = max(_LEAST_UNITS, math.ceil(limit * _UNITS_PER_CHUNK))
        while True:
            units = self._first_units(scope, query, documents, wanted)
            best: dict[str, float] = {}
            for _, chunk, length, found in sorted(units):  # of equal ones the first, as in SQLite
                score = bm25.score(bm25.places(found), length, query.phrases, query.counts)
                best[chunk] = max(best.get(chunk, 0.0), score)
            if len(best) >= limit or len(units) < wanted:
                return heapq.nlargest(limit, best.items(), key=lambda pair: pair[1])
            wanted *= 4  # many belong to the same few chunks

    def _first_units(
        self, scope: Scope, query: _Query, documents: Sequence[str], limit: int
    ) -> list[tuple[int, str, int, bytes]]:
        """Return the first published units with a searched phrase, by Postgres' rank.

        Each is (unit id, chunk id, number of words, `tsvector` of the question's words).
        """
        may, own = visible(scope, "u.document")
        score = " + ".join(["? * ts_rank(u.words, ?::tsquery)"] * len(query.weighed))
        # Units are ranked first, and only the best are looked up in what is published. The planner takes chunks and
        # documents for far fewer than they are; a plain join read all of them: 80 ms a word in 40,000 chunks, now .4.
        rows = self._db.rows(
            f"WITH ranked AS MATERIALIZED (SELECT u.id, u.chunk, {score} AS score FROM units u "
            f"WHERE u.words @@ ?::tsquery {'AND u.document = ANY(?)' if documents else ''}{may}) "
            "SELECT r.id, r.chunk, unit.length, unit.asked "
            "FROM (SELECT * FROM ranked ORDER BY score DESC, id) r CROSS JOIN LATERAL "
            "(SELECT 1 FROM chunks c JOIN documents d ON d.id = c.document AND d.generation = c.generation "
            "WHERE c.id = r.chunk OFFSET 0) published CROSS JOIN LATERAL "
            "(SELECT words_of(u.words) AS length, tsvectorsend(ts_filter(setweight(u.words, 'A', ?::text[]), '{a}')) "
            "AS asked FROM units u WHERE u.id = r.id OFFSET 0) unit ORDER BY r.score DESC, r.id LIMIT ?",
            [
                *(value for phrase in query.weighed for value in (query.counts.rarity(phrase), _searched(phrase))),
                " | ".join(f"({_searched(phrase)})" for phrase in query.searched),
                *([list(documents)] if documents else []),
                *own,
                list({word for phrase in query.phrases for word in phrase}),
                limit,
            ],
        )
        return [(row[0], row[1], row[2], row[3]) for row in rows]

    def stands_in(self, scope: Scope, stemmed: str) -> bool:
        """Return whether a stem stands in what may be seen."""
        may, own = visible(scope, "u.document")
        return bool(
            self._db.rows(f"SELECT 1 FROM units u WHERE u.words @@ ?::tsquery{may} LIMIT 1", [_quoted(stemmed), *own])
        )

    def _look_up(self, stems: list[str]) -> dict[str, int]:
        # The number of all units is a row of its own here.
        rows = self._db.rows("SELECT term, doc FROM unit_terms WHERE term = ANY(?)", [stems])
        return {row[0]: row[1] for row in rows}


def _searched(phrase: Sequence[str]) -> str:
    return " <-> ".join(map(_quoted, phrase))
