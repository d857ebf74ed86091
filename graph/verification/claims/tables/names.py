"""The rows, columns and bands of a table that a claim names, with their positions in the claim.

A name is recognised by its distinctive words ("R1" of "Falcon R1" beside "Falcon V3"). Of two names that match the same
words, the one with more of them is meant; with equally many, either may be.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from graph.storage.fulltext import stem
from graph.storage.rows import SentenceRow
from loaders.text.plain import plain
from loaders.text.raised_signs import without_marks

_TOKEN = re.compile(r"[^\W_]+(?:[.,]\d+)*")
_UNIT = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_FRAME = frozenset(
    """the of and in on for to by with at a an is was are were as it its from total number value score rate per vs s has
    have der die das und im in von mit für""".split()
)
_GAP = 2  # most other words between two words of a name

Kind = Literal["row", "column", "band"]


@dataclass(frozen=True, slots=True)
class Token:
    """A word or number of a text."""

    key: str
    """Its stem in lower case."""
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Mention:
    """A row, column or band that a claim names."""

    kind: Kind
    names: frozenset[str]
    """The names that match the claim's words, of which any may be meant."""
    places: frozenset[int]
    """The numbers of the claim's words that name it."""
    is_full: bool
    """Whether the claim has all words of the name."""

    @property
    def start(self) -> int:
        """The number of its first word."""
        return min(self.places)

    @property
    def name(self) -> str:
        """One of its names."""
        return min(self.names)


@lru_cache(maxsize=4096)
def tokens(text: str) -> tuple[Token, ...]:
    """Return the words and numbers of a text, without Markdown: "o1-mini" is o1 and mini."""
    shown = plain(without_marks(text))
    return tuple(Token(_key(found[0]), found[0], *found.span()) for found in _TOKEN.finditer(shown))


def _key(word: str) -> str:
    low = word.casefold()
    return stem(low) if low.isalpha() and len(low) > 3 else low


def label(row: SentenceRow) -> str:
    """Return the label of a row."""
    return row.cells[0][1] if row.cells else ""


def columns(table: Sequence[SentenceRow]) -> list[str]:
    """Return the names of a table's columns, except the column of labels."""
    return list(dict.fromkeys(column for row in table for column, _ in row.cells[1:] if column))


@lru_cache(maxsize=64)
def mentions(text: str, table: tuple[SentenceRow, ...]) -> tuple[Mention, ...]:
    """Return the rows, columns and bands of a table that a claim names, in the claim's order."""
    found = [
        *_of_kind("column", columns(table), text),
        *_of_kind("row", [label(row) for row in table], text),
        *_of_kind("band", [name for row in table for name in row.band], text),
    ]
    kept = [
        one
        for one in found
        if not any(one.places < other.places for other in found)
        and not any(one.places == other.places and other.is_full and not one.is_full for other in found)
    ]
    return tuple(sorted(kept, key=lambda one: (one.start, one.kind)))


def _of_kind(kind: Kind, names: Iterable[str], text: str) -> list[Mention]:
    """Return the mentions of one kind; names that match the same words are one mention."""
    names = [name for name in dict.fromkeys(names) if name.strip()]
    keys = {name: [token.key for token in tokens(name)] for name in names}
    said = tokens(text)
    found: dict[frozenset[int], dict[str, bool]] = {}
    written = {token.text.casefold() for token in said}
    keys = {name: _as_joined(name, one, written) for name, one in keys.items()}
    common = Counter(key for words in keys.values() for key in set(words))
    for name in names:
        wanted = [key for key in keys[name] if key not in _FRAME] or keys[name]
        short = _UNIT.sub(" ", name)
        bare = _as_joined(short, [token.key for token in tokens(short)], written)
        bare = [key for key in bare if key not in _FRAME] or wanted
        for places in (run | _year_elsewhere(run, bare, keys.values(), said) for run in _runs(wanted, said)):
            held = {said[at].key for at in places}
            if set(bare) <= held:
                found.setdefault(places, {})[name] = True
            elif _is_identified(bare, [said[at] for at in sorted(places)], common, is_column=kind == "column"):
                found.setdefault(places, {})[name] = False
    merged = []
    for places, fitting in found.items():
        full = [name for name, is_full in fitting.items() if is_full]
        merged.append(Mention(kind, frozenset(full or fitting), places, bool(full)))
    return merged


def _as_joined(name: str, keys: list[str], said: Collection[str]) -> list[str]:
    """Return the words of a name, with two of them joined if a claim joins them: "LiveCode Bench"."""
    shown = tokens(name)
    for at, (one, other) in enumerate(pairwise(shown)):
        joined = f"{one.text}{other.text}"
        if len(one.text) > 1 and joined.casefold() in said:
            return [*keys[:at], _key(joined), *keys[at + 2 :]]
    return keys


def _year_elsewhere(
    run: frozenset[int], name: Sequence[str], names: Iterable[Sequence[str]], said: Sequence[Token]
) -> frozenset[int]:
    """Return the positions of a column's year apart from its other words, if the claim names only one year."""
    years = {key for other in names for key in other if _YEAR.fullmatch(key)}
    told = [at for at, token in enumerate(said) if token.key in years]
    is_one = len({said[at].key for at in told}) == 1 and said[told[0]].key in name
    return frozenset(told[:1]) if is_one and any(said[at].key not in years for at in run) else frozenset()


_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")


def _runs(wanted: Sequence[str], said: Sequence[Token]) -> list[frozenset[int]]:
    """Return the runs of nearby words of a name in a text, each word at most as often as in the name."""
    known = Counter(wanted)
    runs: list[frozenset[int]] = []
    current: list[int] = []
    left = Counter(known)
    for at, token in enumerate(said):
        if token.key not in known:
            continue
        near = current and at - current[-1] - 1 <= _GAP
        if not near or left[token.key] <= 0:
            runs.append(frozenset(current))
            current, left = [], Counter(known)
        current.append(at)
        left[token.key] -= 1
    return [run for run in (*runs, frozenset(current)) if run]


def _is_identified(bare: Sequence[str], held: Sequence[Token], common: Counter[str], *, is_column: bool) -> bool:
    """Return whether a part of a name identifies it: by a distinctive word of its own, or by most of its words.

    Half is enough for a column ("yield" of "Apple yield"), if no other column has the word.
    """
    keys = {token.key for token in held} & set(bare)
    alone = [token for token in held if token.key in keys and common[token.key] == 1 and len(token.key) > 1]
    marked = any(token.text[0].isupper() or any(map(str.isdigit, token.text)) for token in alone)
    least = len(set(bare)) if is_column and alone else len(set(bare)) + 1
    return marked or 2 * len(keys) >= least


def without_units(name: str) -> str:
    """Return the name of a column without brackets."""
    return _UNIT.sub(" ", name)


def of_kind(found: Iterable[Mention], kind: Kind) -> list[Mention]:
    """Return the mentions of one kind."""
    return [one for one in found if one.kind == kind]


def without_names(text: str, table: tuple[SentenceRow, ...]) -> str:
    """Return a claim without the names of rows and columns that have digits and several words ("Cup 2024")."""
    said = tokens(text)
    cut = {
        at
        for one in (mentions(text, table) if table else ())
        if one.is_full and one.kind != "band" and len(one.places) > 1
        if any(sign.isdigit() for at in one.places for sign in said[at].text)
        for at in one.places
    }
    shown = plain(without_marks(text))
    for at in sorted(cut, reverse=True):
        shown = f"{shown[: said[at].start]}…{shown[said[at].end :]}"
    return shown
