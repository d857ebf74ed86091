"""Rows of print: words on one line that are close to each other, with their size, type and label."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from statistics import median

from loaders.geometry import bounding_box, centre
from loaders.pdf.text_layer import Line
from loaders.types import Box, Word

_GAP = 1.4  # of the text size: words further apart are not one line; justified text has gaps of 0.9
_SAME_ROW = 0.5
_BULLET = re.compile(r"[•◦▪‣·●○■□*o\uf0b7\uf0a7\u2043]")
LABEL = re.compile(_BULLET.pattern + r"|[-–—]|\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)]|\[\d+\]|\d+(?:\.\d+)+\.?")


class DoubtError(Exception):
    """A page may have more than running text; the message is the reason."""


@dataclass(frozen=True)  # without slots, which allow no cached properties
class Row:
    """A row of print in one column: its words from the left, its box, and how it is set."""

    words: tuple[Word, ...]
    box: Box
    size: float
    bold: bool
    mono: bool

    @cached_property
    def text(self) -> str:
        """The row as one line."""
        return " ".join(word.text for word in self.words)

    @property
    def label(self) -> str:
        """The bullet, number or letter in front of a list's item; "" if there is none."""
        first = self.words[0].text
        return first if len(self.words) > 1 and LABEL.fullmatch(first) else ""

    @property
    def is_bullet(self) -> bool:
        """Whether it begins with a bullet, which is never part of a sentence."""
        return bool(_BULLET.fullmatch(self.label))


def page_rows(lines: Sequence[Line]) -> list[list[Row]]:
    """Return the printed rows of a page from the top, each as its separate pieces."""
    rows: list[list[Line]] = []
    around = Box(0, 0, 0, 0)
    for line in sorted(lines, key=lambda line: centre(line.box)[1]):
        box = line.box
        if rows and on_one_row(around, box):
            rows[-1].append(line)
        else:
            rows.append([line])
        around = box if len(rows[-1]) == 1 else bounding_box((around, box))
    return [_pieces(row) for row in rows]


def _pieces(row: Sequence[Line]) -> list[Row]:
    """Return the lines of one printed row, joined where they are close to each other."""
    if len(row) == 1:
        return _pieces_of(row[0])
    placed = sorted(((word, line) for line in row for word in line.words), key=lambda pair: pair[0].box.x0)
    pieces: list[list[tuple[Word, Line]]] = []
    for word, line in placed:
        if pieces and word.box.x0 - pieces[-1][-1][0].box.x1 < _GAP * line.size:
            pieces[-1].append((word, line))
        else:
            pieces.append([(word, line)])
    return [_row(piece) for piece in pieces]


def _pieces_of(line: Line) -> list[Row]:
    """Return the pieces of a row that is one line, as most are: a third of the time."""
    words, apart = sorted(line.words, key=lambda word: word.box.x0), _GAP * line.size
    cuts = [at for at, (one, two) in enumerate(pairwise(words), 1) if two.box.x0 - one.box.x1 >= apart]
    pieces = [tuple(words[start:stop]) for start, stop in pairwise([0, *cuts, len(words)])]
    return [Row(piece, bounding_box(word.box for word in piece), line.size, line.bold, line.mono) for piece in pieces]


def _row(piece: Sequence[tuple[Word, Line]]) -> Row:
    words = tuple(word for word, _ in piece)
    lines = [line for _, line in piece]
    size = median(line.size for line in lines)
    return Row(
        words, bounding_box(word.box for word in words), size,
        all(line.bold for line in lines), all(line.mono for line in lines),
    )  # fmt: skip


def by_row(rows: Sequence[Row]) -> list[list[Row]]:
    """Return the pieces grouped by row, from the top and from the left."""
    found: list[list[Row]] = []
    for row in sorted(rows, key=lambda row: centre(row.box)[1]):
        if found and any(on_one_row(other.box, row.box) for other in found[-1]):
            found[-1].append(row)
        else:
            found.append([row])
    return [sorted(pieces, key=lambda row: row.box.x0) for pieces in found]


def on_one_row(first: Box, second: Box) -> bool:
    """Return whether two boxes are side by side."""
    shared = min(first.y1, second.y1) - max(first.y0, second.y0)
    return shared > _SAME_ROW * min(first.y1 - first.y0, second.y1 - second.y0)


def pitch(rows: Sequence[Row]) -> float:
    """Return the usual distance from row to row within paragraphs; rows from the top."""
    steps = [after.box.y0 - before.box.y0 for before, after in pairwise(rows)]
    close = sorted(step for step in steps if 0 < step < 3 * rows[0].size)
    return close[len(close) // 4] if close else 3 * rows[0].size
