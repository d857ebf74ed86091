"""Tables of numbers without drawn cells, found by their print: labels at the left, right edges that agree, a header.

A table counts only if all of this is clear. What is not (a second column of labels, a text among the numbers, a row
that may be the end of the label above it, a header that is not over one column or over several) is a DoubtError.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from loaders.geometry import bounding_box
from loaders.pdf.number_headers import Extents, header_of
from loaders.pdf.number_rows import NumberRow, Value
from loaders.pdf.plain_rows import DoubtError
from loaders.types import Box

MIN_DATA_ROWS, MIN_COLUMNS = 3, 2
"""Rows and columns of numbers that make a table."""
MAX_EDGE = 0.7
"""Of the text size: the most that the ends of a column's digits are apart: a bracket is 0.33, a percent sign 0.9."""
MIN_GAP = 0.6
"""Of the text size: least white space between two columns."""
MIN_FILLED = 0.3
"""Share of the rows with numbers in which a column has one."""

_STEP, _LABEL_STEP = 3.2, 2.4  # of the text size: from a row to the next one with numbers, or with a label alone
_FAR = 2.2  # of the usual distance of rows: blank rows part the groups of a statement
_WRAPPED = 0.93  # of the usual distance of rows: a label's second line is nearer
_WIDER = 1.3  # times the steps between the lines of a label: from the row before to its first line
_APART = 1.2  # of the usual distance of rows: what follows the table is further away


@dataclass(frozen=True, slots=True)
class NumberTable:
    """A table: the printed rows of each of its rows from the top, the extents of its columns, the first for labels."""

    rows: tuple[tuple[NumberRow, ...], ...]
    columns: Extents

    @property
    def box(self) -> Box:
        """The box around its print."""
        return bounding_box(row.box for group in self.rows for row in group)

    @property
    def cells(self) -> tuple[tuple[Box, ...], ...]:
        """Its grid, which divides the white space between rows and between columns in the middle."""
        box = self.box
        xs = [box.x0, *((one[1] + two[0]) / 2 for one, two in pairwise(self.columns)), box.x1]
        tops = [min(row.box.y0 for row in group) for group in self.rows]
        ends = [max(row.box.y1 for row in group) for group in self.rows]
        ys = [box.y0, *((end + top) / 2 for end, top in zip(ends, tops[1:], strict=False)), box.y1]
        return tuple(tuple(Box(x0, y0, x1, y1) for x0, x1 in pairwise(xs)) for y0, y1 in pairwise(ys))


def number_tables(rows: Sequence[NumberRow]) -> list[NumberTable]:
    """Return the tables among the rows of a page from the top; raise DoubtError for one that is not clear."""
    found: list[NumberTable] = []
    at = end = 0
    while at < len(rows):
        if _is_data(rows[at]) and rows[at].label and len(rows[at].values) >= MIN_COLUMNS:
            last = _last(rows, at)
            table, end = _table(rows, end, at, last)
            found.append(table)
            at = end
        else:
            at += 1
    return found


def _is_data(row: NumberRow) -> bool:
    return bool(row.values) and not row.years


def _last(rows: Sequence[NumberRow], first: int) -> int:
    """Return the index of the last row with numbers that belong to the table whose first one is given."""
    left, last = rows[first].values[0].left, first
    for at in range(first + 1, len(rows)):
        row, step = rows[at], _step(rows[at - 1], rows[at])
        if step > (_STEP if _is_data(row) else _LABEL_STEP) * row.size:
            break
        if row.years or row.label_right > (row.values[0].left if row.values else left):
            break
        if _is_data(row):
            left, last = min(left, row.values[0].left), at
    return last


def _table(rows: Sequence[NumberRow], start: int, first: int, last: int) -> tuple[NumberTable, int]:
    """Return the table whose numbers are in the rows from `first` to `last`, and the index of the row after it."""
    data = [row for row in rows[first : last + 1] if row.values]
    columns = _columns(data)
    left = columns[0][0]
    labels = max((row.label_right for row in data if row.label), default=0.0)
    header = header_of(rows[start:first], rows[first], columns, labels)
    body = list(rows[start + header.above + header.count : last + 1])
    _check_labels(body, left)
    steps = [_step(one, two) for one, two in pairwise(rows[first : last + 1]) if one.values and two.values]
    if not steps:
        raise DoubtError("a table without rows under each other")
    pitch = median(steps)
    end = last + 1
    while end < len(rows) and _is_wrapped(rows[end - 1], rows[end], pitch, left):
        body.append(rows[end])
        end += 1
    if end < len(rows) and _step(rows[end - 1], rows[end]) < _APART * pitch:
        raise DoubtError("print close under a table")
    groups = _groups(body, pitch)
    names = [word.box for row in body for word in row.label]
    around = (min(box.x0 for box in names), max(box.x1 for box in names))
    if any(one[1] + MIN_GAP * body[0].size > two[0] for one, two in pairwise([around, *header.columns])):
        raise DoubtError("columns close to each other")
    return NumberTable((*header.rows, *groups), (around, *header.columns)), end


def _columns(data: Sequence[NumberRow]) -> Extents:
    """Return the extents of the columns of numbers; raise DoubtError if they are not clear."""
    size = median(row.size for row in data)
    groups: list[list[Value]] = []
    right = float("-inf")
    for value in sorted((value for row in data for value in row.values), key=lambda value: value.left):
        if value.left > right:
            groups.append([])
        groups[-1].append(value)
        right = max(right, value.right)
    if len(groups) < MIN_COLUMNS or len(data) < MIN_DATA_ROWS:
        raise DoubtError("few numbers under each other")
    columns = tuple((min(value.left for value in group), max(value.right for value in group)) for group in groups)
    for row in data:
        held = [sum(x0 <= value.left <= x1 for value in row.values) for x0, x1 in columns]
        if max(held) > 1:
            raise DoubtError("two numbers in one column")
    for group in groups:
        edges = [value.edge for value in group]
        if max(edges) - min(edges) > MAX_EDGE * size:
            raise DoubtError("numbers whose edges differ")
        if len(group) < max(2, MIN_FILLED * len(data)):
            raise DoubtError("a column of few numbers")
    return columns


def _check_labels(body: Sequence[NumberRow], left: float) -> None:
    """Raise DoubtError for labels in two columns, or that reach into the numbers."""
    for row in body:
        gaps = [two.box.x0 - one.box.x1 for one, two in pairwise(row.label)]
        if any(gap > 1.4 * row.size for gap in gaps):
            raise DoubtError("two columns of labels")
        if row.label and row.label_right > left:
            raise DoubtError("a label among the numbers")


def _is_wrapped(before: NumberRow, row: NumberRow, pitch: float, left: float) -> bool:
    """Return whether a row without numbers is the next line of the label above it."""
    return not row.values and row.box.x1 < left and _step(before, row) < _WRAPPED * pitch


def _groups(body: Sequence[NumberRow], pitch: float) -> list[tuple[NumberRow, ...]]:
    """Return the printed rows of each row of the body: the lines of one label are nearer than rows are."""
    right = max(row.label_right for row in body if row.label)
    groups: list[list[NumberRow]] = [[body[0]]]
    for before, row in pairwise(body):
        step = _step(before, row)
        if step > _FAR * pitch:
            raise DoubtError("rows of a table far from each other")
        if step < _WRAPPED * pitch and not (before.values and row.values):
            groups[-1].append(row)
            continue
        if not (before.values and row.values) and before.label and row.label and _may_continue(before, row, right):
            raise DoubtError("a label that may go on in the next row")
        groups.append([row])
    return [tuple(part) for group in groups for part in _divided(group)]


def _divided(group: Sequence[NumberRow]) -> list[list[NumberRow]]:
    """Divide rows at the widest step until each part has the numbers of one row; raise DoubtError if none is wider."""
    if sum(bool(row.values) for row in group) < 2:
        return [list(group)]
    steps = [_step(one, two) for one, two in pairwise(group)]
    widest = max(range(len(steps)), key=steps.__getitem__)
    if any(steps[widest] < _WIDER * step for at, step in enumerate(steps) if at != widest):
        raise DoubtError("two rows of numbers beside one label")
    return [*_divided(group[: widest + 1]), *_divided(group[widest + 1 :])]


def _step(before: NumberRow, row: NumberRow) -> float:
    return row.box.y0 - before.box.y0


def _may_continue(before: NumberRow, row: NumberRow, right: float) -> bool:
    """Return whether two rows, one of them without numbers, may be lines of one label."""
    if row.label[0].text[:1].islower():
        return True
    named = (row if before.values else before).label[-1].text.endswith(":")
    return not named and before.label_right + (row.label[0].box.x1 - row.label[0].box.x0) > right
