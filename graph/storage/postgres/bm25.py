"""BM25 of units, by the formula of SQLite's FTS5, from their words as Postgres sends them.

    score(u) = Σ over phrases p of  idf(p) * f * (k1 + 1) / (f + k1 * (1 - b + b * length(u) / mean length))
    idf(p)   = ln((N - n + 0.5) / (n + 0.5))      N units, n of them with p; at least 1e-6

f is how often p occurs in u, and the length of u the number of its words.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from graph.storage.fulltext import K1

_B = 0.75  # the b that is built into SQLite's bm25()
_PLACE = (1 << 14) - 1  # the upper two bits of a place are its weight


class Counts(NamedTuple):
    """In how many units words occur."""

    units: int
    """The number of all units."""
    length: int
    """The number of words of all units together."""
    of: Mapping[str, int]
    """The number of units of each word."""

    def most(self, phrase: Sequence[str]) -> int:
        """Return how many units may have a phrase: those of its rarest word; how many have it is not counted."""
        return min(self.of[word] for word in phrase)

    def rarity(self, phrase: Sequence[str]) -> float:
        """Return the idf of a phrase."""
        count = self.most(phrase)
        return max(math.log((self.units - count + 0.5) / (count + 0.5)), 1e-6)


def score(found: Mapping[str, Sequence[int]], length: int, phrases: Sequence[Sequence[str]], counts: Counts) -> float:
    """Return the BM25 score of a unit.

    Args:
        found: The places of the question's words in it.
        length: The number of all its words.
        phrases: The words of each phrase; one that is given twice counts twice, as in FTS5.
        counts: Those of all units.
    """
    share = 1 - _B + _B * length * counts.units / max(counts.length, 1)
    result = 0.0
    for phrase in phrases:
        if number := _occurrences(found, phrase):
            result += counts.rarity(phrase) * number * (K1 + 1) / (number + K1 * share)
    return result


def places(sent: bytes) -> dict[str, tuple[int, ...]]:
    """Return the places of each word of a `tsvector`, given as `tsvectorsend` returns it."""
    found: dict[str, tuple[int, ...]] = {}
    at = 4
    for _ in range(int.from_bytes(sent[:4], "big")):
        end = sent.index(0, at)
        (number,) = struct.unpack_from(">H", sent, end + 1)
        stored = struct.unpack_from(f">{number}H", sent, end + 3)
        found[sent[at:end].decode()] = tuple(place & _PLACE for place in stored)
        at = end + 3 + 2 * number
    return found


def _occurrences(found: Mapping[str, Sequence[int]], phrase: Sequence[str]) -> int:
    """Return how often the words of a phrase stand one after another."""
    first = found.get(phrase[0], ())
    if len(phrase) == 1:
        return len(first)
    rest = [set(found.get(word, ())) for word in phrase[1:]]
    return sum(all(at + by in places for by, places in enumerate(rest, 1)) for at in first)
