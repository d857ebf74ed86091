"""Full-text search on FTS5 that does not rank every unit with a common word (the idea of MaxScore).

The cost of a query is the number of units that it ranks: 32 ms with words that stand in half of 60,000 units. So only
the units with a rare word are ranked, by all words, if no other unit can be among the best: 6 ms, and the same result.

Example: the best 2 units for "winch cable test", whose words can add at most 9, 6 and 1.5 to a unit's score. Ranking
the units with "winch" finds scores of 12 and 8. A unit without "winch" has at most 6 + 1.5 = 7.5 points, less than 8:
the answer is complete, and the many units with "test" were never ranked. Had the second score been 7, the units with
"cable" would have been ranked too. A word's bound is BM25's limit for many occurrences, idf * (k1 + 1).

Source: Turtle and Flood, Query evaluation: strategies and optimizations, 1995.
"""

from __future__ import annotations

import heapq
import math
import threading
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from graph.access import Scope
from graph.storage.entries import visible, within
from graph.storage.sql import placeholders, slices

if TYPE_CHECKING:
    from graph.storage.sql import CountedDatabase

K1 = 1.2  # the k1 that is built into SQLite's bm25()
_MANY_MATCHES = 5_000  # this many are ranked in 5 ms; with fewer the bounds save nothing
# First guess of the 90th unit's score, as a share of the rarest word's bound: 0.9 to 1.3 of it in 16 questions to
# libraries of 20,000 and 100,000 chunks.
_FIRST_GUESS = 0.8
_OTHER_WORDS = 12  # in other scripts; a text in Latin script may hold fewer, as names
# This many documents are searched one by one, each by its range of rowids. For more, a search of the whole library
# fetches more units than wanted and drops those of other documents; if too few are left, all units are ranked.
_MAX_RANGES = 8
# It fetches 1.3 times as many as an even spread over all documents would need, at most four times the wanted number.
_MAX_WIDER, _MARGIN = 4, 1.3


class FullText:
    """Ranked search over the units of a catalog. Word counts are cached until the next write."""

    def __init__(self, database: CountedDatabase) -> None:
        self._db = database
        self._lock = threading.Lock()
        self._counts: dict[str, int] = {}
        self._version = -1

    def frequencies(self, words: Sequence[str]) -> tuple[dict[str, int], int]:
        """Return in how many units each word occurs (stemmed as the index does), and the number of units."""
        stems = {word: stem(word.lower()) for word in words}
        counts = self._counted({*stems.values(), ""})
        return {word: counts[stemmed] for word, stemmed in stems.items()}, counts[""]

    def holds_other_scripts(self) -> bool:
        """Return whether a dozen words begin with a letter from Cyrillic to Tibetan, kana to Yi, or hangul; cached."""
        known = self._counted({""})
        key = "\0scripts"
        if key not in known:
            found = self._db.rows(
                "SELECT 1 FROM unit_terms WHERE term >= 'Ѐ' AND term < 'က' UNION ALL "
                "SELECT 1 FROM unit_terms WHERE term >= 'ぁ' AND term < '豈' UNION ALL "
                "SELECT 1 FROM unit_terms WHERE term >= '가' AND term < 'ힰ' "
                f"LIMIT {_OTHER_WORDS}"
            )
            known[key] = len(found)
        return known[key] >= _OTHER_WORDS

    def near_stems(self, word: str, shortest: int, longest: int) -> list[tuple[str, int]]:
        """Return the stems of the index with a word's first letter and this many letters, with their units' number."""
        rows = self._db.rows(
            "SELECT term, doc FROM unit_terms WHERE term >= ? AND term < ? AND length(term) BETWEEN ? AND ?",
            [word[0], chr(ord(word[0]) + 1), shortest, longest],
        )
        return [(row[0], row[1]) for row in rows]

    def search(
        self, scope: Scope, words: Sequence[str], documents: Sequence[str], limit: int
    ) -> list[tuple[int, float]]:
        """Return (rowid, BM25 score) of the best units, best first; positive scores, higher is better.

        The scope is that of a search without documents; documents that are given may be seen.
        """
        words = list(dict.fromkeys(words))
        if not words:
            return []
        if documents:
            return self._within(words, documents, limit)
        if not scope.is_everything:
            return self._inside(scope, words, limit)
        counts, total = self.frequencies(words)
        words.sort(key=lambda word: counts[word])
        if sum(counts.values()) > _MANY_MATCHES:
            bounds = [_bound(counts[word], total) for word in words]
            # `least` is the score of the last of the best units: a guess first, then what the first try finds.
            least, ranked = _FIRST_GUESS * bounds[0], dict[int, list[tuple[int, float]]]()
            for _ in range(2):
                number = next(n for n in range(1, len(words) + 1) if sum(bounds[n:]) <= least)
                # If only the last two words together can lift a unit over `least`, units with both are ranked as well.
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
        """Return the best units with a rare word, ranked by all words."""
        # FTS5 counts only the words of the query: units with rare words alone get their score from the first query,
        # units with others too from the second. No query scores a unit too high, so none is crowded out.
        with_rest = self._ranked(f"({_any(rare)}) AND ({_any(rest)})", "", [], limit)
        return _best([*self._ranked(_any(rare), "", [], limit), *with_rest], limit)

    def _within(self, words: Sequence[str], documents: Sequence[str], limit: int) -> list[tuple[int, float]]:
        """Search in some documents only. The units of a document have neighbouring rowids, or nearly so."""
        query = _any(words)
        if len(documents) > _MAX_RANGES:
            ((known,),) = self._db.rows("SELECT count(*) FROM documents")
            wider = math.ceil(limit * min(_MAX_WIDER, max(1.0, _MARGIN * known / len(documents))))
            everywhere = self.search(Scope.everything(), words, (), wider)
            owners = self._db.rows_in(
                "SELECT id, document FROM units WHERE id IN ({})", [unit for unit, _ in everywhere]
            )
            wanted = set(documents)
            inside = {row[0] for row in owners if row[1] in wanted}
            found = [pair for pair in everywhere if pair[0] in inside]
            if len(found) >= limit or len(everywhere) < wider:
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

    def _inside(self, scope: Scope, words: Sequence[str], limit: int) -> list[tuple[int, float]]:
        """Search what may be seen."""
        inside, own = within(scope)
        ((known,),) = self._db.rows("SELECT count(*) FROM documents")
        most = int(known / _MAX_WIDER * _MARGIN)
        counted = f"SELECT count(*) FROM (SELECT 1 FROM entry WHERE true{inside} LIMIT ?)"
        if self._db.rows(counted, [*own, most + 1])[0][0] > most:
            # The scope holds most of the library: search all of it, then drop what may not be seen.
            wider = _MAX_WIDER * limit
            everywhere = self.search(Scope.everything(), words, (), wider)
            may, own = visible(scope, "u.document")
            seen = {
                row[0]
                for part in slices([unit for unit, _ in everywhere])
                for row in self._db.rows(
                    f"SELECT u.id FROM units u WHERE u.id IN ({placeholders(part)}){may}", [*part, *own]
                )
            }
            found = [pair for pair in everywhere if pair[0] in seen]
            if len(found) >= limit or len(everywhere) < wider:
                return found[:limit]
        # Units are ranked one by one after they are chosen: `ORDER BY rank` would rank those of all documents first.
        rows = self._db.rows(
            "SELECT rowid, -bm25(unit_text) AS score FROM unit_text WHERE unit_text MATCH ? "
            f"AND +rowid IN ({_units_in(scope)}) ORDER BY score DESC, rowid LIMIT ?",
            [_any(words), *within(scope)[1], limit],
        )
        return [(int(row[0]), float(row[1])) for row in rows]

    def stands_in(self, scope: Scope, stemmed: str) -> bool:
        """Return whether a stem stands in what may be seen."""
        query = f"SELECT 1 FROM unit_places WHERE term = ? AND doc IN ({_units_in(scope)}) LIMIT 1"
        return bool(self._db.rows(query, [stemmed, *within(scope)[1]]))

    def _ranked(self, query: str, where: str, values: Sequence[object], limit: int) -> list[tuple[int, float]]:
        rows = self._db.rows(
            f"SELECT rowid, -rank FROM unit_text WHERE unit_text MATCH ? {where} ORDER BY rank LIMIT ?",
            [query, *values, limit],
        )
        return [(int(row[0]), float(row[1])) for row in rows]

    def _counted(self, stems: set[str]) -> dict[str, int]:
        """Return in how many units each stem occurs; "" stands for all units."""
        version = self._db.version
        with self._lock:
            if self._version != version:
                self._counts, self._version = {}, version
            known = self._counts
        wanted = sorted(stems - known.keys())
        if wanted:
            known.update(dict.fromkeys(wanted, 0) | self._look_up(wanted))
        return known

    def _look_up(self, stems: list[str]) -> dict[str, int]:
        """Return in how many units each of these stems occurs that occurs at all; "" stands for all units."""
        rows = self._db.rows_in("SELECT term, doc FROM unit_terms WHERE term IN ({})", stems)
        found = {str(row[0]): int(row[1]) for row in rows}
        if "" in stems:
            found[""] = self._total()
        return found

    def _total(self) -> int:
        """Return the number of units."""
        return int(self._db.rows("SELECT count(*) FROM units")[0][0])


def _units_in(scope: Scope) -> str:
    return (
        "SELECT u.id FROM (SELECT DISTINCT document FROM entry WHERE true"
        f"{within(scope)[0]}) v CROSS JOIN units u ON u.document = v.document"
    )


def _any(words: Sequence[str]) -> str:
    return " OR ".join(map(_quoted, words))


def _all(words: Sequence[str]) -> str:
    return " AND ".join(map(_quoted, words))


def _quoted(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'


def _best(scored: Sequence[tuple[int, float]], limit: int) -> list[tuple[int, float]]:
    """Return the best units with the highest score of each, best first."""
    highest: dict[int, float] = {}
    for unit, score in scored:
        highest[unit] = max(score, highest.get(unit, 0.0))
    return heapq.nlargest(limit, highest.items(), key=lambda pair: pair[1])


def _bound(count: int, total: int) -> float:
    """Return the most that a word which occurs in `count` of `total` units can add to a unit's score."""
    rarity = max(math.log((total - count + 0.5) / (count + 0.5)), 1e-6)
    return rarity * (K1 + 1)


_local = threading.local()


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Return the Porter stem of a lower-case word, as the index stems it; a word without one ("s") as it is."""
    # Stemmer objects are not thread-safe: one for each thread.
    if not hasattr(_local, "stemmer"):
        import Stemmer

        _local.stemmer = Stemmer.Stemmer("porter")
    return str(_local.stemmer.stemWord(word)) or word
