"""Stacked headers: the columns under a heading that spans several of them ("2023" over "H1" and "H2")."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple


class Extent(NamedTuple):
    """Left and right edge of a text or a line."""

    left: float
    right: float

    @property
    def middle(self) -> float:
        """The point between both edges."""
        return (self.left + self.right) / 2


MAX_OFF_CENTRE = 0.12
"""Share of the distance between columns by which a heading may be off the middle of its columns. The headings of the
DeepSeek-R1 paper that are on two lines over one column are off the middle of any two by a third and more."""

MAX_OFF_REPEATED = 0.35
"""The same where the names under the headings repeat, for the middle or the left edge: names may be set to the left or
the right of their columns. A name's first line in the last of four columns is off by 1.5."""

_ALIGNED = 0.2  # of the distance between columns: a heading this near is over one column
_MAX_COLUMNS = 60  # wider tables are left as they are
_MAX_LABELS = 2  # columns at the left that no heading spans
_UNDERLINED = 0.6  # of a column's width that a line under a heading must cover

Runs = list[range]
"""The columns under each heading of a line."""


def columns_under(
    headings: Sequence[Extent],
    below: Mapping[int, str],
    columns: Sequence[Extent],
    underlines: Sequence[Extent | None] = (),
) -> Runs | None:
    """Return for each heading of a line the columns under it; None where none spans several.

    `below` has the texts of the header line under it, by column; `columns` are the extents of the text in each column;
    `underlines` are the drawn lines right under each heading. A heading spans the columns that its line does; else
    those whose names repeat ("H1, H2, H1, H2"); else those that it is centred over, unless all headings are right above
    a name.
    """
    if not headings or not 2 <= len(columns) <= _MAX_COLUMNS or len(below) <= len(headings):
        return None
    return (
        _over_lines(headings, columns, underlines)
        or _over_repeated(headings, columns, below)
        or _over_middles(headings, columns, below)
    )


def _over_lines(
    headings: Sequence[Extent], columns: Sequence[Extent], underlines: Sequence[Extent | None]
) -> Runs | None:
    """Return the columns that the line under each heading covers; one without a line belongs to the nearest column."""
    runs = []
    for heading, line in zip(headings, underlines, strict=False):
        found = [index for index, column in enumerate(columns) if line and _covers(line, column)]
        found = found or [min(range(len(columns)), key=lambda index: abs(columns[index].middle - heading.middle))]
        runs.append(range(found[0], found[-1] + 1))
    return runs if any(len(run) > 1 for run in runs) and _is_ordered(runs) else None


def _covers(line: Extent, column: Extent) -> bool:
    shared = min(line.right, column.right) - max(line.left, column.left)
    return shared > _UNDERLINED * (column.right - column.left)


def _over_repeated(headings: Sequence[Extent], columns: Sequence[Extent], below: Mapping[int, str]) -> Runs | None:
    """Share the columns equally if their names are the same under each heading, except headings over the labels."""
    own = _over_labels(headings, columns, below)
    headings = headings[len(own) :]
    count = len(headings)
    pitch = (columns[-1].middle - columns[0].middle) / (len(columns) - 1)
    for first in range(_MAX_LABELS + 1):
        named = [index for index in sorted(below) if index >= first]
        size = len(named) // max(1, count)
        if count < 2 or size < 2 or size * count != len(named) or named[-1] - named[0] != len(named) - 1:
            continue
        parts = [[below[index] for index in named[at * size : (at + 1) * size]] for at in range(count)]
        runs = [range(named[at * size], named[at * size] + size) for at in range(count)]
        over = all(
            _off(heading, Extent(columns[run.start].left, columns[run.stop - 1].right)) < MAX_OFF_REPEATED * pitch
            for heading, run in zip(headings, runs, strict=True)
        )
        if over and all(part == parts[0] for part in parts) and len(set(parts[0])) == size:
            return [*own, *runs]
    return None


def _over_labels(headings: Sequence[Extent], columns: Sequence[Extent], below: Mapping[int, str]) -> Runs:
    """Return the columns of the headings at the left over row labels, where the next line has no name."""
    runs: Runs = []
    for heading in headings[:_MAX_LABELS]:
        nearest = min(range(len(columns)), key=lambda index: abs(columns[index].left - heading.left))
        if nearest >= min(below) or (runs and nearest <= runs[-1].start):
            break
        runs.append(range(nearest, nearest + 1))
    return runs


def _off(heading: Extent, run: Extent) -> float:
    """Return the distance of a heading from the middle or the left edge of its columns, whichever is less."""
    return min(abs(heading.middle - run.middle), abs(heading.left - run.left))


def _over_middles(headings: Sequence[Extent], columns: Sequence[Extent], below: Mapping[int, str]) -> Runs | None:
    """Share the columns so that each heading is over the middle of its columns."""
    pitch = (columns[-1].middle - columns[0].middle) / (len(columns) - 1)
    if all(_is_above_name(heading, columns, below, pitch) for heading in headings):
        return None  # the first line of names on two lines

    @cache
    def best(heading: int, column: int) -> tuple[float, tuple[range, ...]]:
        """Return the lowest cost of placing the headings from this one on in the columns from this one on."""
        if heading == len(headings):
            return sum(pitch for index in range(column, len(columns)) if index in below), ()
        if column == len(columns):
            return float("inf"), ()
        cost, rest = best(heading, column + 1)
        options = [(cost + (pitch if column and column in below else 0), rest)]
        for end in range(column + 1, len(columns) + 1):
            run = Extent(columns[column].left, columns[end - 1].right)
            off = abs(run.middle - headings[heading].middle)
            if off <= MAX_OFF_CENTRE * pitch and run.left <= headings[heading].left + pitch / 4:
                cost, rest = best(heading + 1, end)
                options.append((cost + off, (range(column, end), *rest)))
        return min(options, key=lambda option: option[0])

    cost, runs = best(0, 0)
    return list(runs) if cost < float("inf") and any(len(run) > 1 for run in runs) else None


def _is_above_name(heading: Extent, columns: Sequence[Extent], below: Mapping[int, str], pitch: float) -> bool:
    nearest = min(range(len(columns)), key=lambda index: abs(columns[index].middle - heading.middle))
    edges = zip((*heading, heading.middle), (*columns[nearest], columns[nearest].middle), strict=True)
    return nearest in below and min(abs(edge - other) for edge, other in edges) < _ALIGNED * pitch


def _is_ordered(runs: Sequence[range]) -> bool:
    return all(before.stop <= after.start for before, after in pairwise(runs))
