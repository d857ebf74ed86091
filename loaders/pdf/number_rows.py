"""Rows of print as a label and values: the numbers at the end of a row of a table without drawn cells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from loaders.geometry import bounding_box
from loaders.pdf.plain_rows import Row
from loaders.text.numbers import is_value
from loaders.types import Box, Word

SPACE = 0.6
"""Of the text size: words of one phrase are closer than this; a justified row has spaces of 0.9, but no table has."""

_BEGINS = re.compile(r"[(+–-]?(?:US|AU|CA)?[$€£¥]\(?|\(")
_ENDS = re.compile(r"[)%]+|bps|pp")
_DASH = re.compile(r"\(?[$€£¥]?\(?[-–—]+\)?%?")
_YEAR = re.compile(r"(?:19|20)\d\d[*†]?")
_TAIL = re.compile(r"[)%*†‡⁰-⁹¹²³⁽⁾]+$")


@dataclass(frozen=True, slots=True)
class Value:
    """A number in a row: its text, both edges, and the right edge of its last digit."""

    text: str
    left: float
    right: float
    edge: float


@dataclass(frozen=True, slots=True)
class NumberRow:
    """A printed row: its words from the left, those of its label, and the values after them."""

    words: tuple[Word, ...]
    label: tuple[Word, ...]
    values: tuple[Value, ...]
    box: Box
    size: float
    bold: bool

    @property
    def years(self) -> bool:
        """Whether its values are years alone, as in a header."""
        return bool(self.values) and all(_YEAR.fullmatch(value.text) for value in self.values)

    @property
    def phrases(self) -> list[list[Word]]:
        """The words, divided where the space is wider than between words."""
        return _phrases(self.words, self.size)

    @property
    def label_right(self) -> float:
        """The right edge of the label; the row's left edge if there is none."""
        return max((word.box.x1 for word in self.label), default=self.box.x0)


def number_row(pieces: Sequence[Row], left: float) -> NumberRow:
    """Return a printed row with the numbers at its end as values; a number alone at `left` is its label."""
    words = tuple(word for piece in pieces for word in piece.words)
    size = max(piece.size for piece in pieces)
    parts = _phrases(words, size)
    at = len(parts)
    while at and all(_is_part(word.text) for word in parts[at - 1]):
        at -= 1
    tail = [word for part in parts[at:] for word in part]
    values = _values(tail) if any(is_value(word.text) or _DASH.fullmatch(word.text) for word in tail) else []
    label = words[: len(words) - len(tail)] if values else words
    if values and not label and len(values) > 1 and values[0].left < left + 2 * size:
        label, values = tuple(word for word in words if word.box.x0 < values[0].right), values[1:]
    return NumberRow(
        words, label, tuple(values), bounding_box(word.box for word in words), size, all(p.bold for p in pieces)
    )


def _phrases(words: Sequence[Word], size: float) -> list[list[Word]]:
    parts: list[list[Word]] = [[words[0]]]
    for before, word in pairwise(words):
        if word.box.x0 - before.box.x1 > SPACE * size:
            parts.append([])
        parts[-1].append(word)
    return parts


def _is_part(text: str) -> bool:
    """Return whether a word is a number, or a sign before or after one."""
    return any(pattern.fullmatch(text) for pattern in (_BEGINS, _ENDS, _DASH)) or is_value(text)


def _values(words: Sequence[Word]) -> list[Value]:
    groups: list[list[Word]] = []
    for word in words:
        opens = bool(groups) and all(_BEGINS.fullmatch(other.text) for other in groups[-1])
        if not groups or not (opens or _ENDS.fullmatch(word.text)):
            groups.append([])
        groups[-1].append(word)
    return [_value(group) for group in groups]


def _value(group: Sequence[Word]) -> Value:
    text = "".join(word.text for word in group)
    last = next((word for word in reversed(group) if not _ENDS.fullmatch(word.text)), group[-1])
    tail = _TAIL.search(last.text)
    after = len(tail.group()) / len(last.text) * (last.box.x1 - last.box.x0) if tail else 0.0
    return Value(text, group[0].box.x0, group[-1].box.x1, last.box.x1 - after)
