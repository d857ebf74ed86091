"""Ruled tables: the cells that drawn lines enclose, with the rows and columns that they span."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from loaders.types import Box

MIN_LINE = 0.25
"""Share of the table's width or height that the pieces of a line must cover to divide its rows or columns: a line
under the headings of two of eight columns does; the underline of a word does not."""

MIN_EDGE = 0.6
"""Share of a cell's side that must be drawn to be its edge."""

_THIN = 3.0  # points: a narrower area is a line
_SNAP = 4.0  # points: lines this near to the one before are one; browsers frame each cell, up to 3.0 from the next
_WIDEST = 7.5  # points from the first to the last of such lines: rows of print are higher
_REACH = 20.0  # points above and below the text within which the table's own lines lie
_MIN_UPRIGHT = 3  # lines that end at one height: two are a frame
_MAX_LINES = 20_000  # pieces of lines on a page: more is a drawing


@dataclass(frozen=True, slots=True)
class Rules:
    """The drawn lines of a page in points: horizontal ones as (y, x0, x1), vertical ones as (x, y0, y1)."""

    horizontal: tuple[tuple[float, float, float], ...] = ()
    vertical: tuple[tuple[float, float, float], ...] = ()


def drawn_rules(page: Any) -> Rules:
    """Return the straight lines that a page of the PDF library draws: lines, thin areas, the sides of stroked boxes."""
    across: list[tuple[float, float, float]] = []
    down: list[tuple[float, float, float]] = []
    for path in page.get_cdrawings():
        if len(across) + len(down) > _MAX_LINES:
            return Rules()
        for kind, *points in path["items"]:
            if kind == "l":
                (x0, y0), (x1, y1) = points
                _add_line(across, down, min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
            elif kind in ("re", "qu"):
                corners = points[0]
                xs, ys = (corners[::2], corners[1::2]) if kind == "re" else zip(*corners, strict=True)
                x0, x1, y0, y1 = min(xs), max(xs), min(ys), max(ys)
                if min(x1 - x0, y1 - y0) < _THIN:
                    _add_line(across, down, x0, y0, x1, y1)
                elif "s" in path["type"]:  # areas without an outline are shades
                    across += [(y0, x0, x1), (y1, x0, x1)]
                    down += [(x0, y0, y1), (x1, y0, y1)]
    return Rules(tuple(across), tuple(down))


def _add_line(
    across: list[tuple[float, float, float]],
    down: list[tuple[float, float, float]],
    x0: float,
    y0: float,
    x1: float,
    y1: float,
) -> None:
    if y1 - y0 < _THIN and x1 - x0 > _THIN:
        across.append(((y0 + y1) / 2, x0, x1))
    elif x1 - x0 < _THIN and y1 - y0 > _THIN:
        down.append(((x0 + x1) / 2, y0, y1))


@dataclass(slots=True)
class RuledCell:
    """A cell: the rows and columns that it spans, its texts with their heights, their left edge, and their type."""

    rows: range
    columns: range
    pieces: list[tuple[float, str]] = field(default_factory=list)
    left: float = math.inf
    bold: bool = True


@dataclass(frozen=True, slots=True)
class RuledGrid:
    """The cells of a ruled table by their places: `xs` and `ys` are the lines between columns and rows."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    cells: dict[tuple[int, int], RuledCell]

    def cell_at(self, x: float, y: float) -> RuledCell | None:
        """Return the cell around a point, or None."""
        column = _slot(self.xs, x)
        row = _slot(self.ys, y)
        return self.cells.get((row, column)) if row is not None and column is not None else None

    def column_at(self, x: float) -> int:
        """Return the column at a place or next to it."""
        found = _slot(self.xs, min(max(x, self.xs[0]), self.xs[-1]))
        return 0 if found is None else found

    def nearest(self, x: float, y: float) -> RuledCell:
        """Return the cell around a point or next to it."""
        found = self.cell_at(min(max(x, self.xs[0]), self.xs[-1]), min(max(y, self.ys[0]), self.ys[-1]))
        return found or self.cells[0, 0]


def ruled_grid(rules: Rules, box: Box, min_rows: int = 2) -> RuledGrid | None:
    """Return the cells of the table whose text lies in `box`; None if lines do not enclose them.

    `min_rows` are the rows of the smallest table. Two fields without a line between them are one cell. A table with
    lines around its rows alone has no such grid.
    """
    crossing = [line for line in rules.horizontal if min(line[2], box.x1) - max(line[1], box.x0) > 0]
    top, bottom = _ends([line[0] for line in crossing], rules.vertical, box)
    across = _with_touching([line for line in rules.horizontal if top <= line[0] <= bottom], box)
    if len(across) <= min_rows:
        return None
    across += closing_lines(across, rules.vertical)
    left, right = min(line[1] for line in across) - _SNAP, max(line[2] for line in across) + _SNAP
    top, bottom = min(line[0] for line in across) - _SNAP, max(line[0] for line in across) + _SNAP
    down = [line for line in rules.vertical if left <= line[0] <= right and line[1] < bottom and line[2] > top]
    ys = _divisions(across, right - left)
    xs = _divisions(down, bottom - top)
    if len(xs) < 3 or len(ys) <= min_rows:
        return None
    cells = _cells(xs, ys, _by_place(across, ys), _by_place(down, xs))
    if cells is None or len(set(map(id, cells.values()))) < 2 * min_rows:
        return None
    return RuledGrid(tuple(xs), tuple(ys), cells)


def closing_lines(
    across: Sequence[tuple[float, float, float]], down: Sequence[tuple[float, float, float]]
) -> list[tuple[float, float, float]]:
    """Return the missing line over or under a table that a page break cuts within a row.

    All vertical lines, those at the table's sides too, continue from its last horizontal line to one height.
    """
    left, right = min(line[1] for line in across), max(line[2] for line in across)
    found = []
    for sign, edge, end in ((-1, min(line[0] for line in across), 1), (1, max(line[0] for line in across), 2)):
        beyond = [line for line in down if sign * (line[end] - edge) > _SNAP and sign * (line[3 - end] - edge) <= _SNAP]
        xs = sorted({line[0] for line in beyond if left - _SNAP <= line[0] <= right + _SNAP})
        heights = [line[end] for line in beyond]
        sides = xs and xs[0] < left + _SNAP and xs[-1] > right - _SNAP
        if sides and len(xs) >= _MIN_UPRIGHT and max(heights) - min(heights) < _SNAP:
            found.append((sum(heights) / len(heights), left, right))
    return found


def _ends(places: Sequence[float], down: Sequence[tuple[float, float, float]], box: Box) -> tuple[float, float]:
    """Return the first and last place of a table's own lines: those nearest to its text, without another table's.

    A line further away, such as the first or last of high rows, is its own if a line between columns leads from there
    to the text.
    """
    inner = [line for line in down if box.x0 < line[0] < box.x1]
    first = min((top for _, top, end in inner if top < box.y0 < end), default=box.y0)
    last = max((end for _, top, end in inner if top < box.y1 < end), default=box.y1)
    reach_up, reach_down = min(box.y0 - _REACH, first - _SNAP), max(box.y1 + _REACH, last + _SNAP)
    above = max((at for at in places if reach_up <= at <= box.y0), default=box.y0)
    below = min((at for at in places if box.y1 <= at <= reach_down), default=box.y1)
    return above - _SNAP, below + _SNAP


def _with_touching(lines: Sequence[tuple[float, float, float]], box: Box) -> list[tuple[float, float, float]]:
    """Return the horizontal lines over or under a text, and those that continue them: the frames of empty cells."""
    left, right, before = box.x0, box.x1, 0
    found = [line for line in lines if min(line[2], right) - max(line[1], left) > 0]
    while len(found) > before:
        before = len(found)
        left, right = min(line[1] for line in found) - _SNAP / 2, max(line[2] for line in found) + _SNAP / 2
        found = [line for line in lines if line[2] >= left and line[1] <= right]
    return found


def _divisions(lines: Iterable[tuple[float, float, float]], length: float) -> list[float]:
    """Return the places of the lines whose pieces together are long enough, in order."""
    places: list[tuple[float, float, float]] = []
    for at, start, end in sorted(lines):
        if places and at - places[-1][1] < _SNAP and at - places[-1][0] < _WIDEST:
            places[-1] = (places[-1][0], at, places[-1][2] + end - start)
        else:
            places.append((at, at, end - start))
    return [(first + last) / 2 for first, last, drawn in places if drawn > MIN_LINE * length]


def _by_place(lines: Sequence[tuple[float, float, float]], places: Sequence[float]) -> list[list[tuple[float, float]]]:
    """Return for each division the pieces of line that are drawn on it."""
    found: list[list[tuple[float, float]]] = [[] for _ in places]
    for at, start, end in lines:
        index = bisect_left(places, at - _SNAP)
        if index < len(places) and places[index] < at + _SNAP:
            found[index].append((start, end))
    return found


def _cells(
    xs: Sequence[float],
    ys: Sequence[float],
    across: Sequence[Sequence[tuple[float, float]]],
    down: Sequence[Sequence[tuple[float, float]]],
) -> dict[tuple[int, int], RuledCell] | None:
    """Join the fields of the grid that no line divides; None if they are not all rectangles."""
    cells: dict[tuple[int, int], RuledCell] = {}
    for row, (top, bottom) in enumerate(pairwise(ys)):
        for column, left in enumerate(xs[:-1]):
            if (row, column) in cells:
                continue
            columns = column + 1
            while columns < len(xs) - 1 and (row, columns) not in cells and not _drawn(down[columns], top, bottom):
                columns += 1
            rows = row + 1
            while rows < len(ys) - 1 and not _drawn(across[rows], left, xs[columns]):
                rows += 1
            cell = RuledCell(range(row, rows), range(column, columns))
            for place in ((y, x) for y in cell.rows for x in cell.columns):
                if place in cells:
                    return None
                cells[place] = cell
    return cells


def _drawn(pieces: Iterable[tuple[float, float]], start: float, end: float) -> bool:
    return sum(max(0.0, min(end, stop) - max(start, begin)) for begin, stop in pieces) > MIN_EDGE * (end - start)


def _slot(places: Sequence[float], value: float) -> int | None:
    if not places[0] - _SNAP <= value <= places[-1] + _SNAP:
        return None
    return max(0, min(len(places) - 2, bisect_right(places, value) - 1))
