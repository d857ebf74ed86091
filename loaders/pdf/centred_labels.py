"""Labels in the middle of the rows they apply to, in tables without lines: each of these rows gets its label."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from loaders.geometry import centre
from loaders.pdf.ruled_tables import phrases
from loaders.pdf.text_layer import Line
from loaders.types import Box, Word

_NEAR = 0.3  # of the distance of rows by which a label may be off the middle of its rows
_MIN_ROWS = 3


@dataclass(slots=True)
class _Row:
    line: Line
    label: tuple[Word, ...]
    values: tuple[Word, ...]

    @property
    def y(self) -> float:
        return _middle(self.values)


def with_centred_labels(rows: Sequence[Line], edge: float) -> list[Line] | None:
    """Return the header and the rows of a table, each with its label; None if labels are placed otherwise.

    The first row must have no label: in most tables a label is beside the first of its rows, which could be the middle
    of others as well. All rows must then fall into groups with a label at their middle.

    Args:
        rows: The printed lines of the table; the first is its header.
        edge: The right end of the column of labels.
    """
    body = [_split(line, edge) for line in rows[1:]]
    filled = [row for row in body if row.values]
    labels = [row.label for row in body if row.label]
    if len(filled) < _MIN_ROWS or not labels or any(len(_parts(row)) < 2 for row in filled):
        return None
    pitch = median(after.y - before.y for before, after in pairwise(filled))
    groups = _groups(filled, labels, _NEAR * pitch)
    if groups is None or abs(_middle(labels[0]) - filled[0].y) < _NEAR * pitch:
        return None
    labelled = [
        replace(row.line, words=(*(_moved(word, row) for word in label), *row.values))
        for label, group in zip(labels, groups, strict=True)
        for row in group
    ]
    return [rows[0], *labelled]


def _groups(rows: Sequence[_Row], labels: Sequence[Sequence[Word]], near: float) -> list[list[_Row]] | None:
    """Divide rows into groups around the heights of labels; None if they cannot be."""
    found: list[list[_Row]] = []
    at = 0
    for label in labels:
        if at == len(rows):
            return None
        last = 2 * _middle(label) - rows[at].y
        end = next((i for i in range(at, len(rows)) if abs(rows[i].y - last) < 2 * near), None)
        if end is None:
            return None
        found.append(list(rows[at : end + 1]))
        at = end + 1
    return found if at == len(rows) else None


def _split(line: Line, edge: float) -> _Row:
    label = tuple(word for word in line.words if centre(word.box)[0] < edge)
    return _Row(line, label, tuple(word for word in line.words if word not in label))


def _parts(row: _Row) -> list[list[Word]]:
    return phrases(replace(row.line, words=row.values))


def _moved(word: Word, row: _Row) -> Word:
    first = row.values[0].box
    return Word(word.text, Box(word.box.x0, first.y0, word.box.x1, first.y1))


def _middle(words: Sequence[Word]) -> float:
    return sum(centre(word.box)[1] for word in words) / len(words)
