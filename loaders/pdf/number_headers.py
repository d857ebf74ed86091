"""Headers of tables of numbers without drawn cells: rows of names over the columns, and headings over several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from loaders.pdf.number_rows import NumberRow
from loaders.pdf.plain_rows import DoubtError
from loaders.types import Word

MAX_HEADER_ROWS = 8
"""Printed rows of a header."""
MAX_OFF_CENTRE = 0.15
"""Of the width of all columns: how far a heading over them may be off their middle. Titles of pages are further off."""

_SPACE = 1.5  # of the text size: white space between rows of the header
_LINE = 1.45  # of the text size: from a line to the next one of the same name
_CENTRED = 0.04  # of the table's width: a title is this near to its middle

Extents = tuple[tuple[float, float], ...]
Group = tuple[NumberRow, ...]


@dataclass(frozen=True, slots=True)
class Header:
    """A header: its rows, each as its printed rows, the printed rows above it, and its columns with their names."""

    rows: tuple[Group, ...]
    above: int
    columns: Extents

    @property
    def count(self) -> int:
        """The number of its printed rows."""
        return sum(map(len, self.rows))


@dataclass(frozen=True, slots=True)
class _Columns:
    """The extents of the columns of numbers, the left edge of the space before the first, and where labels end."""

    extents: Extents
    start: float
    labels: float

    def under(self, phrase: Sequence[Word]) -> list[int]:
        """Return the columns under a phrase; one over no number may be a name set to the left over right edges."""
        left, right = phrase[0].box.x0, phrase[-1].box.x1
        found = [at for at, (x0, x1) in enumerate(self.extents) if min(x1, right) > max(x0, left)]
        starts = (self.start, *(x1 for _, x1 in self.extents))
        spaces = zip(starts, self.extents, strict=False)
        return found or [at for at, (start, (_, end)) in enumerate(spaces) if start < left < right < end]

    def runs(self, row: NumberRow) -> list[list[int]]:
        """Return the columns under each phrase of a row."""
        return [self.under(phrase) for phrase in row.phrases]

    def spans(self, row: NumberRow) -> bool:
        """Return whether a phrase of a row is over several columns."""
        return any(len(run) > 1 for run in self.runs(row))

    def with_names(self, row: NumberRow) -> _Columns:
        """Return the columns with the names of a row that are over one of them alone."""
        found = list(self.extents)
        for phrase in row.phrases:
            under = self.under(phrase)
            if len(under) == 1:
                x0, x1 = found[under[0]]
                found[under[0]] = (min(x0, phrase[0].box.x0), max(x1, phrase[-1].box.x1))
        return replace(self, extents=tuple(found))


def header_of(above: Sequence[NumberRow], first: NumberRow, extents: Extents, labels: float) -> Header:
    """Return the header of a table, which is in the rows over its first row with numbers; raise DoubtError if unclear.

    `labels` is the right edge of the widest label. Rows without headings between the header and the first row with
    numbers are names of the rows under them.
    """
    start = max(extents[0][0] - (extents[1][1] - extents[0][1]), first.label_right if first.label else 0.0)
    columns = _Columns(extents, start, labels)
    top = _top(above, first, columns)
    named = [at for at in range(top, len(above)) if any(columns.runs(above[at]))]
    if not named:
        raise DoubtError("a table without a header")
    rows = above[named[0] : named[-1] + 1]
    groups: list[list[NumberRow]] = [[rows[-1]]]
    columns = columns.with_names(rows[-1])
    for row in reversed(rows[:-1]):
        near = groups[0][0].box.y0 - row.box.y0 < _LINE * max(row.size, groups[0][0].size)
        if columns.spans(row):
            goes_on = len(groups) > 1 and near and columns.runs(row) == columns.runs(groups[0][0])
            groups[:1] = [[row, *groups[0]]] if goes_on else [[row], groups[0]]
        elif near and len(groups) == 1:
            groups[0].insert(0, row)
            columns = columns.with_names(row)
        else:
            raise DoubtError("a header whose rows are not clear")
    _check_names(groups, columns)
    return Header(tuple(map(tuple, groups)), named[0], columns.extents)


def _top(above: Sequence[NumberRow], first: NumberRow, columns: _Columns) -> int:
    """Return the index of the uppermost row over a table that may be of its header or the name of rows."""
    below, at = first, len(above)
    while at and len(above) - at < MAX_HEADER_ROWS:
        row = above[at - 1]
        if below.box.y0 - row.box.y1 > _SPACE * max(row.size, below.size) or _is_text(row, first, columns):
            break
        below, at = row, at - 1
    return at


def _is_text(row: NumberRow, first: NumberRow, columns: _Columns) -> bool:
    """Return whether a row over a table is a text over it: it begins left of the numbers and ends among them."""
    left, right = columns.extents[0][0], columns.extents[-1][1]
    for phrase in row.phrases:
        x0, x1 = phrase[0].box.x0, phrase[-1].box.x1
        if x0 < columns.labels and x1 > left:
            return True
        middle = abs(x0 + x1 - first.box.x0 - right) < 2 * _CENTRED * (right - first.box.x0)
        if x0 < left < x1 and (x0 < columns.start or (middle and len(row.phrases) == 1)):
            raise DoubtError("a title or a heading over a table")
    return False


def _check_names(groups: Sequence[Sequence[NumberRow]], columns: _Columns) -> None:
    """Raise DoubtError unless each column has one name in the lowest row, and nothing is beside the names."""
    names, count = [columns.runs(row) for row in groups[-1]], len(columns.extents)
    if any(len(run) > 1 for runs in names for run in runs):
        raise DoubtError("a heading over several columns without names under it")
    if any(len(set(flat)) != len(flat) for runs in names if (flat := [at for run in runs for at in run])):
        raise DoubtError("two names over one column")
    if {at for runs in names for run in runs for at in run} != set(range(count)):
        raise DoubtError("columns without names")
    if len(groups) > 2:
        raise DoubtError("headings on two levels")
    for row in (row for group in groups for row in group):
        if row.values and row.label and not row.years:
            raise DoubtError("a header with numbers")
        beside = [phrase for phrase in row.phrases if not columns.under(phrase)]
        if len(beside) > 1 or any(phrase[0].box.x0 > columns.start for phrase in beside):
            raise DoubtError("a heading that is over no column")
    for row in groups[0] if len(groups) > 1 else ():
        _check_heading(row, columns)


def _check_heading(row: NumberRow, columns: _Columns) -> None:
    """Raise DoubtError for a row over the names that may be a title: alone, it is in the middle of all columns."""
    runs = [run for run in columns.runs(row) if run]
    if len(runs) > 1:
        return
    phrase = next(phrase for phrase in row.phrases if columns.under(phrase))
    left, right = columns.extents[0][0], columns.extents[-1][1]
    off = abs(phrase[0].box.x0 + phrase[-1].box.x1 - left - right) / 2
    if len(runs[0]) < len(columns.extents) or off > MAX_OFF_CENTRE * (right - left):
        raise DoubtError("a heading that may be a title")
