"""Full text on FTS5: the best units for a question's words, without ranking every unit that holds a common one.

The cost of a query is the number of units it ranks: with words that stand in half of 60,000 units, 32 ms. So the units
of the rare words are ranked alone, with all words counting, and that is the answer where no other unit can beat them
(the idea of MaxScore, Turtle and Flood 1995): then it takes 6 ms, and the result is the same.
"""

from __future__ import annotations

import heapq
import math
import threading
from collections.abc import Sequence
from functools import lru_cache

from graph.storage.database import Database, placeholders

_K1 = 1.2  # of SQLite's bm25(); it is built in
_MANY = 5_000  # matches that are ranked in 5 ms: fewer are not worth a second thought
_TYPICAL = 0.8
"""Of the most that the rarest word can add, what the ninetieth unit is guessed to score: in 16 questions to libraries
of 20,000 and 100,000 chunks it was 0.9 to 1.3 of it."""
_RANGES = 8
"""Documents that are searched one by one, each by the range of its units. Of more, those units count that are among so
many times as many as wanted; where they are too few, all are ranked."""
_WIDER, _MARGIN = 4, 1.3
"""Where the documents are half of the library, twice as many would do but for chance."""


class FullText:
    """Ranked search over the units of a catalog. Word counts are kept until somebody writes."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._lock = threading.Lock()
        self._counts: dict[str, int] = {}
        self._version = -1

    def frequencies(self, words: Sequence[str]) -> tuple[dict[str, int], int]:
        """In how many units each word occurs, stemmed as the index stems, and how many units there are."""
        stems = {word: stem(word.lower()) for word in words}
        counts = self._counted({*stems.values(), ""})
        return {word: counts[stemmed] for word, stemmed in stems.items()}, counts[""]

    def search(self, words: Sequence[str], documents: Sequence[str], limit: int) -> list[tuple[int, float]]:
        """The rowids of the best units by BM25, best first; scores are positive, higher is better."""
        words = list(dict.fromkeys(words))
        if not words:
            return []
        if documents:
            return self._within(words, documents, limit)
        counts, total = self.frequencies(words)
        words.sort(key=lambda word: counts[word])
        if sum(counts.values()) > _MANY:
            bounds = [_most(counts[word], total) for word in words]
            # What the last of the best units scores is guessed first; what a try finds is what the next one goes by.
            least, ranked = _TYPICAL * bounds[0], dict[int, list[tuple[int, float]]]()
            for _ in range(2):
                number = next(n for n in range(1, len(words) + 1) if sum(bounds[n:]) <= least)
                # The last two words together may lift a unit over the least, one of them alone may not: then the units
                # that hold both are ranked as well.
                paired = 1 < number == len(words) - 1 and bounds[number - 1] <= least
                rare = number - paired
                if rare == len(words) or sum(counts[word] for word in words[:rare]) > total / 2:
                    break
                found = ranked.get(rare) or self._of_rare(words[:rare], words[rare:], limit)
                ranked[rare] = found
                if paired:
                    found = _best([*found, *self._ranked(_all(words[rare:]), "", [], limit)], limit)
                if len(found) < limit:
                    break
                least = found[-1][1]
                if (max(bounds[rare:]) if paired else sum(bounds[rare:])) <= least:
                    return found
        return self._ranked(_any(words), "", [], limit)

    def _of_rare(self, rare: Sequence[str], rest: Sequence[str], limit: int) -> list[tuple[int, float]]:
        """The best units that hold a rare word, ranked by all words."""
        # A unit's score is what the rare words give, or if it holds others too, what they give with those. Each of both
        # lists has those that belong among the best: no unit is scored too high, so none is crowded out.
        with_rest = self._ranked(f"({_any(rare)}) AND ({_any(rest)})", "", [], limit)
        return _best([*self._ranked(_any(rare), "", [], limit), *with_rest], limit)

    def _within(self, words: Sequence[str], documents: Sequence[str], limit: int) -> list[tuple[int, float]]:
        """The same in some documents only. The units of one are stored one after another, or nearly so."""
        query = _any(words)
        if len(documents) > _RANGES:
            ((known,),) = self._db.rows("SELECT count(*) FROM documents")
            most = math.ceil(limit * min(_WIDER, max(1.0, _MARGIN * known / len(documents))))
            everywhere = self.search(words, (), most)
            owners = self._db.rows_in(
                "SELECT id, document FROM units WHERE id IN ({})", [unit for unit, _ in everywhere]
            )
            wanted = set(documents)
            theirs = {row[0] for row in owners if row[1] in wanted}
            found = [pair for pair in everywhere if pair[0] in theirs]
            if len(found) >= limit or len(everywhere) < most:
                return found[:limit]
            chosen = f"AND +rowid IN (SELECT id FROM units WHERE document IN ({placeholders(documents)}))"
            return self._ranked(query, chosen, documents, limit)
        found = []
        for document in documents:
            ((low, high),) = self._db.rows("SELECT min(id), max(id) FROM units WHERE document = ?", [document])
            if low is not None:
                chosen = "AND rowid BETWEEN ? AND ? AND +rowid IN (SELECT id FROM units WHERE document = ?)"
                found += self._ranked(query, chosen, [low, high, document], limit)
        return sorted(found, key=lambda pair: -pair[1])[:limit]

    def _ranked(self, query: str, where: str, values: Sequence[object], limit: int) -> list[tuple[int, float]]:
        rows = self._db.rows(
            f"SELECT rowid, -rank FROM unit_text WHERE unit_text MATCH ? {where} ORDER BY rank LIMIT ?",
            [query, *values, limit],
        )
        return [(int(row[0]), float(row[1])) for row in rows]

    def _counted(self, stems: set[str]) -> dict[str, int]:
        """How many units hold each stem; "" stands for all units."""
        version = self._db.version
        with self._lock:
            if self._version != version:
                self._counts, self._version = {}, version
            known = self._counts
        wanted = sorted(stems - known.keys())
        if wanted:
            rows = self._db.rows_in("SELECT term, doc FROM unit_terms WHERE term IN ({})", wanted)
            fresh = dict.fromkeys(wanted, 0) | {row[0]: row[1] for row in rows}
            if "" in fresh:
                fresh[""] = self._db.rows("SELECT count(*) FROM units")[0][0]
            known.update(fresh)
        return known


def _any(words: Sequence[str]) -> str:
    return " OR ".join(map(_quoted, words))


def _all(words: Sequence[str]) -> str:
    return " AND ".join(map(_quoted, words))


def _quoted(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'


def _best(scored: Sequence[tuple[int, float]], limit: int) -> list[tuple[int, float]]:
    """The best units with the highest score of each, best first."""
    highest: dict[int, float] = {}
    for unit, score in scored:
        highest[unit] = max(score, highest.get(unit, 0.0))
    return heapq.nlargest(limit, highest.items(), key=lambda pair: pair[1])


def _most(count: int, total: int) -> float:
    """The most that a word can add to a unit's score."""
    rarity = max(math.log((total - count + 0.5) / (count + 0.5)), 1e-6)
    return rarity * (_K1 + 1)


_local = threading.local()


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The stem of a lower-case word."""
    # A stemmer keeps the word it works on in itself: threads that share one spoil each other's words.
    if not hasattr(_local, "stemmer"):
        import Stemmer

        _local.stemmer = Stemmer.Stemmer("porter")
    return str(_local.stemmer.stemWord(word))
