"""A check of claims on table rows: a value belongs to the column, the row and the band that the claim names.

Columns and rows are known by words that tell them from the others ("R1" of "DeepSeek R1" beside "DeepSeek V3"); of two
that share words in the claim, the one with more of them is meant.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from graph.storage.base import SentenceRow
from graph.verification.claims.arithmetic import Stated
from graph.verification.claims.evidence import Evidence
from graph.verification.claims.wording import shown
from loaders.text.numbers import Mark, cell_values
from loaders.text.raised_signs import without_marks

_PIECE = re.compile(r"[^\W\d_]+|\d+(?:[.,]\d+)*")
_WORD = re.compile(r"\w+")
_UNIT = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_FRAME = frozenset(
    """the of and in on for to by with at a an is was are were as it its from total number value score rate per vs der
    die das und im in von mit für""".split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class Mention:
    """A column or row that a claim names, and where."""

    name: str
    places: frozenset[int]
    """The claim's pieces that name it."""
    is_full: bool
    """Whether all words of its name are there."""

    @property
    def start(self) -> int:
        """Where it begins."""
        return min(self.places)


@lru_cache(maxsize=4096)
def pieces(text: str) -> tuple[tuple[str, int], ...]:
    """Return the words and numbers of a text in small letters, each with its place; "o1-mini" is o, 1, mini."""
    return tuple((found[0].casefold(), found.start()) for found in _PIECE.finditer(without_marks(text)))


def mentions(names: Iterable[str], text: str) -> list[Mention]:
    """Return which of the names a text mentions, by the words that tell them apart; the longest ones win."""
    names = list(dict.fromkeys(name for name in names if name.strip()))
    said: dict[str, set[int]] = {}
    for piece, at in pieces(text):
        said.setdefault(piece, set()).add(at)
    keys = {name: [piece for piece, _ in pieces(name) if piece not in _FRAME] for name in names}
    common = Counter(piece for words in keys.values() for piece in set(words))
    found = []
    for name in names:
        words = keys[name]
        bare = [piece for piece, _ in pieces(_UNIT.sub(" ", name)) if piece not in _FRAME] or words
        held = [piece for piece in words if piece in said]
        telling = [piece for piece in held if common[piece] < len(names) or len(names) == 1]
        if telling and (len(bare) == 1 or len(held) > 1 or len(telling[0]) > 1) and _is_told(bare, held, common):
            places = frozenset(at for piece in held for at in said[piece])
            found.append(Mention(name, places, set(bare) <= set(held)))
    return [
        one
        for one in found
        if not any(one.places < other.places or (one.places == other.places and other.is_full and not one.is_full)
                   for other in found)
    ]  # fmt: skip


def _is_told(bare: Sequence[str], held: Sequence[str], common: Mapping[str, int]) -> bool:
    """Return whether enough of a name is said: all of it, a word that no other name has, or most of its words."""
    if not bare or set(bare) <= set(held):
        return True
    alone = [piece for piece in bare if piece in held and common[piece] == 1 and not _is_small(piece)]
    return bool(alone) or 2 * len(set(held) & set(bare)) > len(set(bare))


def _is_small(piece: str) -> bool:
    return len(piece) == 1


def wrong_place(text: str, stated: Sequence[Stated], evidence: Evidence, decimal: Mark = "") -> str:
    """Return what is wrong with the rows and columns of a claim's values; "" if nothing is.

    Args:
        text: The claim.
        stated: Its numbers.
        evidence: Its evidence, with quoted rows.
        decimal: The mark that the document sets before decimals.
    """
    if not evidence.rows:
        return ""
    if failure := _wrong_row(text, evidence) or wrong_band(text, evidence):
        return failure
    columns = mentions(_columns(evidence.table), text)
    rows = _named_rows(text, evidence)
    for one in stated:
        cells = [
            (row, column, cell)
            for row in rows
            for column, cell in row.cells[1:]
            if _same(one, cell_values(cell, decimal))
        ]
        # A number that names a column or a row ("2024") is no value of it.
        if not cells or any(one.text in (piece for piece, _ in pieces(m.name)) for m in columns):
            continue
        named = {mention.name for mention in columns}
        if named and named.isdisjoint(column for _, column, _ in cells):
            _, column, _ = cells[0]
            right = "; ".join(
                f"{name} has {cell}" for name in sorted(named) for row in rows for c, cell in row.cells if c == name
            )
            return f"{one.text} stands in the column {column}, not {_either(named)}{f' ({right})' if right else ''}"
    return ""


def swapped_values(text: str, stated: Sequence[Stated], evidence: Evidence, decimal: Mark = "") -> str:
    """Return a doubt where a claim names as many columns as values, and in its order they do not belong together."""
    columns = sorted(mentions(_columns(evidence.table), text), key=lambda mention: mention.start)
    rows = _named_rows(text, evidence)
    cells = [cell for row in rows for cell in row.cells[1:]]
    values = sorted(
        (one for one in stated if any(_same(one, cell_values(cell, decimal)) for _, cell in cells)),
        key=lambda one: one.start,
    )
    if len(columns) < 2 or len(values) != len(columns):
        return ""
    for mention, one in zip(columns, values, strict=True):
        if not any(column == mention.name and _same(one, cell_values(cell, decimal)) for column, cell in cells):
            return f"{one.text} is named beside {mention.name}, and stands in another column"
    return ""


def _either(names: Iterable[str]) -> str:
    return " or ".join(sorted(names))


def _same(one: Stated, values: Sequence[Decimal]) -> bool:
    """Return whether a number is the value of a cell, or the cell's value rounded."""
    return any(
        abs(abs(value) - stated) * 2 <= one.step or abs(value) == stated for value in values for stated in one.values
    )


def _columns(table: Sequence[SentenceRow]) -> list[str]:
    return list(dict.fromkeys(column for row in table for column, _ in row.cells[1:] if column))


def label(row: SentenceRow) -> str:
    """Return the label of a row."""
    return row.cells[0][1] if row.cells else ""


def _named_rows(text: str, evidence: Evidence) -> list[SentenceRow]:
    """Return the quoted rows that a claim names; all of them where it names none."""
    named = {mention.name for mention in mentions([label(row) for row in evidence.rows], text)}
    return [row for row in evidence.rows if label(row) in named] or list(evidence.rows)


def _wrong_row(text: str, evidence: Evidence) -> str:
    """Return what is wrong where a claim names other rows than those that are quoted."""
    labels = [label(row) for row in evidence.table]
    found = mentions(labels, text)
    quoted = {label(row) for row in evidence.rows}
    named = [mention.name for mention in found if mention.is_full]
    if not named or not quoted.isdisjoint(mention.name for mention in found):
        return ""
    if any(set(_telling(name)) & set(_telling(column)) for name in named for column in _columns(evidence.table)):
        return ""
    return f"the quoted row is {shown(sorted(quoted))}, not {shown(named)}: quote the row that the claim names"


def _telling(name: str) -> list[str]:
    return [piece for piece, _ in pieces(name) if piece not in _FRAME]


def wrong_band(text: str, evidence: Evidence) -> str:
    """Return what a claim says of a table row that stands under another band than the one it names; "" if nothing.

    The names of two bands may both be in the evidence, if several rows are quoted; and bands in ordinary words ("fixed
    assets") are no names to the other checks.
    """
    rows = evidence.rows
    said = " ".join(row.search for row in rows).casefold()
    named = {name for name in _bands_named(text, evidence.table) if name.casefold() not in said or len(rows) > 1}
    under = {name for row in rows for name in row.band}
    if not named:
        return ""
    if named.isdisjoint(under):
        where = f" stands under {shown(sorted(under))}" if under else " is another one's"
        return f"the quoted row{where}, not under {shown([min(named)])}: quote the row of {min(named)}"
    held = {row.id: [cell_values(cell) for _, cell in row.cells] for row in rows}
    numbers = {value for cells in held.values() for values in cells for value in values}
    for number in sorted(value for found in _NUMBER.findall(text) for value in cell_values(found) if value in numbers):
        holding = [row for row in rows if any(number in values for values in held[row.id])]
        if holding and all(named.isdisjoint(row.band) for row in holding):
            return f"{number} does not stand under {shown([min(named)])}: quote the row of {min(named)}"
    return ""


_NUMBER = re.compile(r"\d(?:[\d.,]*\d)?")


def _bands_named(text: str, table: Sequence[SentenceRow]) -> set[str]:
    """Return the bands of a table that a text names: as they stand, or by a word with a capital that only one has."""
    bands = {name for row in table for name in row.band}
    if not bands:
        return set()
    words = Counter(word for name in bands for word in set(_WORD.findall(name.casefold())))
    capitals = {word.casefold() for word in _WORD.findall(text) if word[0].isupper()}
    folded = f" {' '.join(_WORD.findall(text.casefold()))} "
    return {
        name
        for name in bands
        if f" {' '.join(_WORD.findall(name.casefold()))} " in folded
        or any(words[word] == 1 and word in capitals for word in _WORD.findall(name.casefold()))
    }
