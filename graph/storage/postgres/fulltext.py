"""Full-text search in Postgres, over words that are stemmed as in SQLite's index.

Postgres ranks by the places and counts of words, and not by how rare a word is. So words are weighted by their rarity
here, as in BM25, and a question searches for its rarest words only: words that most units have discriminate little.
"""

from __future__ import annotations

import hashlib
import itertools
import math
import re
import unicodedata
from collections.abc import Mapping, Sequence

from graph.access import Scope
from graph.storage.entries import visible
from graph.storage.fulltext import FullText, stem

_MAX_WORDS = 8  # a question's rarest words are searched for
# The most units with one of the rarest words that are ranked, by all words. Where they are fewer, and the rare words
# find too little, units with any of the words are ranked.
_MAX_RANKED = 4000
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
        phrases = {word: " <-> ".join(map(_quoted, lexemes(word))) for word in words}
        phrases = {word: phrase for word, phrase in phrases.items() if phrase}
        counts, total = self.frequencies(list(phrases))
        chosen = sorted((word for word in phrases if counts[word]), key=lambda word: counts[word])[:_MAX_WORDS]
        if not chosen:
            return []
        weights = {phrases[word]: _rarity(counts[word], total) for word in chosen}
        running = list(itertools.accumulate(counts[word] for word in chosen))
        rare = max(1, sum(ranked <= _MAX_RANKED for ranked in running))
        found = self._best_of(scope, weights, list(weights)[:rare], documents, limit)
        if len(found) < limit and rare < len(chosen):
            return self._best_of(scope, weights, list(weights), documents, limit)
        return found

    def _best_of(
        self, scope: Scope, weights: Mapping[str, float], searched: Sequence[str], documents: Sequence[str], limit: int
    ) -> list[tuple[str, float]]:
        """Return the best chunks with one of the searched phrases, ranked by all phrases with their weights."""
        may, own = visible(scope, "u.document")
        score = " + ".join(["? * ts_rank(u.words, ?::tsquery)"] * len(weights))
        # Units are ranked first, and only the best are looked up in what is published. The planner takes chunks and
        # documents for far fewer than they are; a plain join read all of them: 80 ms a word in 40,000 chunks, now .4.
        rows = self._db.rows(
            f"WITH ranked AS MATERIALIZED (SELECT u.chunk, max({score}) AS score FROM units u "
            f"WHERE u.words @@ ?::tsquery {'AND u.document = ANY(?)' if documents else ''}{may} GROUP BY u.chunk) "
            "SELECT r.chunk, r.score FROM (SELECT * FROM ranked ORDER BY score DESC, chunk) r CROSS JOIN LATERAL "
            "(SELECT 1 FROM chunks c JOIN documents d ON d.id = c.document AND d.generation = c.generation "
            "WHERE c.id = r.chunk OFFSET 0) published ORDER BY r.score DESC, r.chunk LIMIT ?",
            [
                *(value for phrase, weight in weights.items() for value in (weight, phrase)),
                " | ".join(f"({phrase})" for phrase in searched),
                *([list(documents)] if documents else []),
                *own,
                limit,
            ],
        )
        return [(row[0], float(row[1])) for row in rows]

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


def _rarity(count: int, total: int) -> float:
    """Return a word's weight as BM25 has it, by the share of units that it occurs in."""
    return max(math.log((total - count + 0.5) / (count + 0.5)), 1e-6)
