"""Alignment of two texts by words: their equal words, the places of these, and the differences between them.

It is used to find a quote on a page with its boxes, to check that its numbers and names are there, and to correct
single words of a transcript from the text layer:

    page = WordIndex(word_keys(word.text for word in words))     # once a page
    place = page.find([token.key for token in tokens(quote)])    # where the quote is, and how much of it
    runs = align(first, second)                                  # equal stretches, in any order
    gaps = differences(runs, len(first), len(second))            # what differs between neighbouring runs

Words are compared by their keys (`key_of`): case, ligatures, quotation marks, note marks, thousands separators and
punctuation make no difference, every other letter, digit and decimal point does. A hyphenated word is several words.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from loaders.text.raised_signs import FALL, RAISED

# Characters of scripts without spaces are words one by one. Raised signs belong to no word.
_SINGLE = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_LETTER = rf"[^\W_{RAISED}{_SINGLE}]"
_WORD = re.compile(rf"[{_SINGLE}]|{_LETTER}+(?:(?:(?<=\d)[.,'’](?=\d)|(?<=[^\W\d_])['’\u00ad](?=[^\W\d_])){_LETTER}+)*")
_GROUPED = re.compile(r"(?<=\d)[,'’](?=\d{3}(?!\d))")
_ANCHOR = 3
"""Words of a phrase that aligns two texts if it occurs exactly once in both."""
_MAX_CELLS = 250_000
"""Pairs of words that are compared one by one between two runs; more are left unaligned: 500 words against 500."""
_RARE, _CANDIDATES = 24, 6  # most occurrences of a word that is used to locate a place; places that are tried


class Token(NamedTuple):
    """A word of a text, with the half-open range of its characters."""

    key: str
    text: str
    start: int
    end: int


class Run(NamedTuple):
    """A stretch of `size` equal words: from word `first` of the first text, and from word `second` of the second."""

    first: int
    second: int
    size: int


class Gap(NamedTuple):
    """What differs between two runs that follow each other in both texts, as half-open ranges of words."""

    first: tuple[int, int]
    second: tuple[int, int]


class Place(NamedTuple):
    """Where words were found: the half-open range that they cover, and the pairs of equal words (part, whole)."""

    start: int
    end: int
    pairs: tuple[tuple[int, int], ...]
    share: float
    """The share of the words searched for that were found there; 1.0 if all were, in their order."""


def tokens(text: str) -> list[Token]:
    """Return the words of a plain text with their places; marks, signs and punctuation are left out."""
    return [Token(key_of(found[0]), found[0], found.start(), found.end()) for found in _WORD.finditer(text)]


def word_keys(words: Iterable[str]) -> tuple[list[str], list[int]]:
    """Return the keys of words as they are printed ("o1-0912,"), and for each key the number of its word."""
    pairs = [(key_of(found[0]), number) for number, word in enumerate(words) for found in _WORD.finditer(word)]
    return [key for key, _ in pairs], [number for _, number in pairs]


@lru_cache(maxsize=50_000)
def key_of(word: str) -> str:
    """Return the key by which a word is compared."""
    if word.isascii() and word.isalpha():
        return word.lower()
    text = unicodedata.normalize("NFKC", word.translate(FALL)).replace("\u00ad", "").replace("’", "'")
    return _GROUPED.sub("", text).casefold()


def align(first: Sequence[str], second: Sequence[str]) -> list[Run]:
    """Return the equal stretches of two texts, given as keys, in the order of the first; no word is in two of them.

    A phrase of three words that occurs once in both texts fixes a place, in any order: columns and tables may be read
    in another order. Between two such places single words are aligned. 600 words against 600 take about 0.5 ms.
    """
    runs = _anchored(first, second)
    return sorted([*runs, *_between(first, second, runs)])


def differences(runs: Sequence[Run], first: int, second: int) -> list[Gap]:
    """Return what differs between runs of `align` that follow each other in texts of `first` and `second` words."""
    ends = [Run(0, 0, 0), *runs, Run(first, second, 0)]
    starts = sorted([run.second for run in runs] + [second])
    gaps = []
    for before, after in pairwise(ends):
        low, high = before.first + before.size, before.second + before.size
        reached = min(start for start in starts if start >= high)
        if after.second == reached and (low, high) != (after.first, after.second):
            gaps.append(Gap((low, after.first), (high, after.second)))
    return gaps


class WordIndex:
    """The words of a text, given as keys, in which shorter texts are found."""

    def __init__(self, keys: Sequence[str]) -> None:
        self.keys = list(keys)
        self._places: dict[str, list[int]] = {}
        for at, key in enumerate(self.keys):
            self._places.setdefault(key, []).append(at)

    def __contains__(self, key: str) -> bool:
        """Return whether a word occurs anywhere in the text."""
        return key in self._places

    def find(self, part: Sequence[str]) -> Place | None:
        """Return where most of the words of `part` occur in their order, closest together; None if none does.

        A quote of 5-30 words on a page of 600 takes about 0.2 ms.
        """
        best: tuple[int, int, Place] | None = None
        room = max(3, len(part) // 4)
        for start in self._candidates(part):
            low, high = max(0, start - room), max(0, start + len(part) + room)
            matcher = SequenceMatcher(None, part, self.keys[low:high], autojunk=False)
            pairs = tuple(
                (block.a + n, low + block.b + n) for block in matcher.get_matching_blocks() for n in range(block.size)
            )
            if pairs:
                place = Place(pairs[0][1], pairs[-1][1] + 1, pairs, len(pairs) / len(part))
                rank = (len(pairs), place.start - place.end)
                if best is None or rank > best[:2]:
                    best = (*rank, place)
        return best[2] if best else None

    def _candidates(self, part: Sequence[str]) -> list[int]:
        """Return where `part` may begin: the places implied by most of its words, frequent words left out."""
        known = [(at, self._places[key]) for at, key in enumerate(part) if key in self._places]
        least = min((len(places) for _, places in known), default=0)
        votes = Counter(place - at for at, places in known if len(places) <= max(_RARE, least) for place in places)
        near = Counter({start: sum(votes[start + step] for step in (-2, -1, 0, 1, 2)) for start in votes})
        chosen: list[int] = []
        for start, _ in near.most_common():
            if all(abs(start - other) > 2 for other in chosen):
                chosen.append(start)
            if len(chosen) == _CANDIDATES:
                break
        return chosen


def _anchored(first: Sequence[str], second: Sequence[str]) -> list[Run]:
    """Return the runs around phrases that occur exactly once in both texts."""
    places = [_unique_phrases(words) for words in (first, second)]
    taken = bytearray(len(second))
    runs: list[Run] = []
    done = 0
    for phrase, at in places[0].items():
        there = places[1].get(phrase, -1)
        if there < 0 or at < done or taken[there]:
            continue
        low, high = at, there
        while low > done and high and first[low - 1] == second[high - 1] and not taken[high - 1]:
            low, high = low - 1, high - 1
        size = at - low
        while (
            low + size < len(first)
            and high + size < len(second)
            and first[low + size] == second[high + size]
            and not taken[high + size]
        ):
            size += 1
        taken[high : high + size] = b"\x01" * size
        runs.append(Run(low, high, size))
        done = low + size
    return runs


def _unique_phrases(words: Sequence[str]) -> dict[tuple[str, ...], int]:
    """Return the phrases that occur once, with their places, in order."""
    phrases = list(zip(*(words[at:] for at in range(_ANCHOR)), strict=False))
    counts = Counter(phrases)
    return {phrase: at for at, phrase in enumerate(phrases) if counts[phrase] == 1}


def _between(first: Sequence[str], second: Sequence[str], runs: Sequence[Run]) -> list[Run]:
    """Return the equal words between runs that follow each other in both texts."""
    found = []
    for gap in differences(runs, len(first), len(second)):
        (low, high), (start, end) = gap
        if 0 < (high - low) * (end - start) <= _MAX_CELLS:
            matcher = SequenceMatcher(None, first[low:high], second[start:end], autojunk=False)
            blocks = matcher.get_matching_blocks()[:-1]
            found += [Run(low + block.a, start + block.b, block.size) for block in blocks]
    return found
