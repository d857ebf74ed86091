"""Tables and chart labels of a scan, found by the positions of their cells."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from loaders.ocr.dashes import find_dashes
from loaders.ocr.ink import Ink
from loaders.ocr.lines import OcrLine
from loaders.ocr.row_groups import with_group_labels
from loaders.ocr.ruled import grids, ruled_text
from loaders.ocr.table_cells import STACKED, columns_of, height_of, is_numeric, overlapping, rows_text
from loaders.text.numbers import is_value

Row = list[OcrLine]

MIN_CELLS = 3
"""Cells in a row of a table: two are more often two columns of prose, or a label and its text."""

MIN_FILL = 0.5
"""Share of a table's cells that must have text. The development set's tables have, before their dashes are found, 0.75
and more; the labels of a bar chart, taken for a table, 0.3-0.43."""

_CELL_CHARS = 28  # median length of a cell: two columns of prose have 40 and more
_GLUED = re.compile(r"\b(\d{2,3}\.\d)(\d{2,3}\.\d)\b")  # neighbouring labels of a chart read as one
_REACH = 2.2  # of a line's height: rows further apart belong to different tables
_STACKED_SHARE = 0.5  # of the narrower line's width that two lines share if one is over the other
_TOUCH = 0.5  # of a line's height by which the boxes of neighbouring cells may overlap: the OCR draws them wide
_NEXT_ROWS = 3  # rows of dashes alone above and below the others
_LABEL_ROWS = 5  # rows of short pieces, half of them numbers, that make the labels of a chart


@dataclass(frozen=True, slots=True)
class _Rows:
    """Lines of a scan that belong together, row by row from top to bottom, each row from left to right."""

    rows: tuple[tuple[OcrLine, ...], ...]

    @property
    def lines(self) -> list[OcrLine]:
        """All lines, row by row."""
        return [line for row in self.rows for line in row]


@dataclass(frozen=True, slots=True)
class ScanTable(_Rows):
    """A table of a scan: each line is a cell, or a part of one where drawn lines enclose the cells."""

    ink: Ink | None = None

    @property
    def text(self) -> str:
        """The table as a Markdown pipe table."""
        if self.ink is None:
            return rows_text(self.rows)
        return ruled_text(self.rows, self.ink) or rows_text(with_group_labels(self.rows, self.ink))


class ChartLabels(_Rows):
    """The words of a chart or drawing of a scan."""

    __slots__ = ()

    @property
    def text(self) -> str:
        """One line of text per row; two numbers that were read as one ("96.396.6") are separated."""
        return "\n".join(_GLUED.sub(r"\1 \2", " ".join(line.text for line in row)) for row in self.rows)


def group_rows(lines: Sequence[OcrLine]) -> list[Row]:
    """Group lines whose vertical centres agree; grouped by extents, labels that straddle two rows would join them."""
    rows: list[Row] = []
    for line in sorted(lines, key=lambda line: line.middle):
        last = rows[-1] if rows else []
        centre = sum(other.middle for other in last) / len(last) if last else 0.0
        near = last and abs(line.middle - centre) < 0.45 * min(line.height, last[-1].height)
        if near and not any(_are_stacked(line, other) for other in last):
            last.append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: line.box.x0) for row in rows]


def _are_stacked(line: OcrLine, other: OcrLine) -> bool:
    """Return whether one line is over the other: the lines of a label beside one row of cells."""
    shared = min(line.box.x1, other.box.x1) - max(line.box.x0, other.box.x0)
    return shared > _STACKED_SHARE * min(line.box.x1 - line.box.x0, other.box.x1 - other.box.x0)


def find_tables(lines: Sequence[OcrLine], ink: Ink | None = None) -> list[ScanTable | ChartLabels]:
    """Return the tables and the labels of charts among the lines of a page, from top to bottom.

    With the page's ink, the dashes in the columns of a table are cells of it.
    """
    if ink is None:
        return _find(lines)
    boxed = grids(lines, ink)
    inside = {id(line) for own in boxed for line in own}
    rest = [line for line in lines if id(line) not in inside]
    found = _find(rest)
    tables = [ScanTable(tuple(map(tuple, group_rows(own)))) for own in boxed]
    places = [*tables, *(table for table in found if isinstance(table, ScanTable))]
    dashes = [dash for dash in find_dashes(ink, lines) if any(_is_cell(dash, table) for table in places)]
    if dashes:
        outside = [dash for dash in dashes if not any(_is_cell(dash, table) for table in tables)]
        within = [
            (table, [dash for dash in dashes if dash not in outside and _is_cell(dash, table)]) for table in tables
        ]
        tables = [ScanTable(tuple(map(tuple, group_rows([*table.lines, *own])))) for table, own in within]
        found = _find([*rest, *outside])
    return sorted([*_with_ink(tables, ink), *_with_ink(found, ink)], key=lambda table: table.rows[0][0].middle)


def _with_ink(found: Sequence[ScanTable | ChartLabels], ink: Ink) -> list[ScanTable | ChartLabels]:
    return [replace(table, ink=ink) if isinstance(table, ScanTable) else table for table in found]


def _is_cell(dash: OcrLine, table: ScanTable) -> bool:
    """Return whether a dash is in a column of a table, in one of its rows or the next few."""
    top, bottom = table.rows[0][0].middle, table.rows[-1][0].middle
    reach = _NEXT_ROWS * (bottom - top) / max(1, len(table.rows) - 1)
    return top - reach < dash.middle < bottom + reach and bool(overlapping(dash, columns_of(table.rows)))


def _find(lines: Sequence[OcrLine]) -> list[ScanTable | ChartLabels]:
    rows = group_rows(lines)
    found: list[tuple[int, ScanTable | ChartLabels]] = []
    rest: list[tuple[int, int]] = []
    end = 0
    for start, stop in _runs(rows, 0, len(rows), _REACH):
        bounds = _table_bounds(rows, max(start, end), stop, end)
        if bounds:
            found.append((bounds[0], ScanTable(tuple(tuple(row) for row in rows[bounds[0] : bounds[1]]))))
            rest.append((end, bounds[0]))
            end = bounds[1]
    for start, stop in [*rest, (end, len(rows))]:
        for first, last in _runs(rows, start, stop, math.inf):
            if _are_labels(rows[first:last]):
                found.append((first, ChartLabels(tuple(tuple(row) for row in rows[first:last]))))
    return [item for _, item in sorted(found, key=lambda pair: pair[0])]


def _runs(rows: list[Row], start: int, stop: int, reach: float) -> list[tuple[int, int]]:
    """Return the half-open ranges of rows that may belong to a table, at most `reach` line heights apart."""
    runs: list[tuple[int, int]] = []
    for index in range(start, stop):
        if not _may_belong(rows[index]):
            continue
        if runs and runs[-1][1] == index:
            above, row = rows[index - 1], rows[index]
            if row[0].middle - above[0].middle < reach * max(height_of(row), height_of(above)):
                runs[-1] = (runs[-1][0], index + 1)
                continue
        runs.append((index, index + 1))
    return runs


def _may_belong(row: Row) -> bool:
    """Return whether a row may belong to a table: separate cells, or one short piece (a group's label, a heading)."""
    apart = all(right.box.x0 - left.box.x1 > -_TOUCH * left.height for left, right in pairwise(row))
    lengths = sorted(len(cell.text) for cell in row)
    return apart and lengths[len(lengths) // 2] <= _CELL_CHARS


def _table_bounds(rows: list[Row], start: int, stop: int, floor: int) -> tuple[int, int] | None:
    """Return the range of a table's rows: from its first full row to its last, with the header rows stacked above."""
    full = [index for index in range(start, stop) if len(rows[index]) >= MIN_CELLS]
    if not full:
        return None
    first, last = full[0], full[-1] + 1
    while first > start and len(rows[first - 1]) > 1:
        first -= 1
    while last < stop and len(rows[last]) > 1:
        last += 1
    body = rows[first:last]
    numbers = any(is_numeric(row) for row in body)
    if len(full) < (2 if numbers else 3) or sum(map(len, body)) < MIN_FILL * len(columns_of(body)) * len(body):
        return None
    # A line of headings read as one piece: longer than a cell, but closer to the table than a line of text.
    while first > floor and rows[first][0].middle - rows[first - 1][0].middle < STACKED * height_of(rows[first]):
        first -= 1
    return first, last


def _are_labels(rows: list[Row]) -> bool:
    pieces = [line.text for row in rows for line in row]
    numbers = sum(is_value(token) for text in pieces for token in text.split())
    return len(rows) >= _LABEL_ROWS and 2 * numbers > len(pieces)
