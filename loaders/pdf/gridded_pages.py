"""Pages of running text with fully drawn tables, whose layout is found without the layout model.

A table counts only if drawn lines divide it into rows and columns from side to side, so that no cell spans others, and
if every shape in it is one of these lines or the background of its cells. The rest of the page must be running text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from loaders.geometry import centre, contains
from loaders.pdf.plain_pages import checked_regions
from loaders.pdf.plain_rows import DoubtError
from loaders.pdf.ruled import RuledGrid, Rules, closing_lines, ruled_grid
from loaders.pdf.ruled_regions import grid_cells, is_table
from loaders.pdf.text_layer import Line, Region, Surroundings, TextLayer
from loaders.types import Box

MIN_LINES = 3
"""Lines in each direction that make a table."""
MAX_LINES = 3_000
"""Most drawn lines of a page that is examined: 40 rows of 15 cells that are framed one by one have 2,400."""
MIN_DRAWN = 0.95
"""Share of a line's length that must be drawn for it to run from side to side."""

_SNAP = 4.0  # points: lines and shapes this near to a line of the grid are on it
_TORN = 0.12  # of a word's width, on either side of a line
_ABOVE = 12.0  # points over a table: a row that near may be a heading of its columns

_Line = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class _Table:
    """A table whose cells are all drawn: its grid, and the lines that are drawn there."""

    grid: RuledGrid
    rules: Rules

    @property
    def box(self) -> Box:
        return Box(self.grid.xs[0], self.grid.ys[0], self.grid.xs[-1], self.grid.ys[-1])


def gridded_regions(layer: TextLayer, around: Surroundings, rules: Rules) -> list[Region] | None:
    """Return the parts of a page of text and fully drawn tables in reading order; None for one that may be more."""
    if not min(len(rules.horizontal), len(rules.vertical)) >= MIN_LINES:
        return None
    try:
        return _regions(layer, around, rules)
    except DoubtError:
        return None


def _regions(layer: TextLayer, around: Surroundings, rules: Rules) -> list[Region]:
    if len(rules.horizontal) + len(rules.vertical) > MAX_LINES:
        raise DoubtError("a drawing")
    tables = [table for band in _bands(rules) if (table := _table(band, layer))]
    if not tables:
        raise DoubtError("no table with all cells drawn")
    return page_with_tables(
        layer, around, [Region("table", table.box, grid_cells(table.grid), table.rules) for table in tables]
    )


def page_with_tables(layer: TextLayer, around: Surroundings, tables: Sequence[Region]) -> list[Region]:
    """Return tables and the parts of the running text around them; raise DoubtError for any other content."""
    boxes = [table.box for table in tables]
    rest = _without(layer, boxes)
    text = checked_regions(rest, around, boxes) if rest.lines else []
    first = [one for one in text if one.role == "page-header"]
    last = [one for one in text if one.role == "page-footer"]
    body = [one for one in text if one not in first and one not in last]
    whole = [*first, *sorted([*body, *tables], key=lambda one: one.box.y0), *last]
    if any(above.box.y1 > below.box.y0 + _SNAP for above, below in pairwise(whole)):
        raise DoubtError("parts side by side")
    return whole


def _bands(rules: Rules) -> Iterator[Rules]:
    """Yield the lines of a page in groups between which nothing is drawn for a few points."""
    extents = [(y, y, (y, x0, x1), True) for y, x0, x1 in rules.horizontal]
    extents += [(y0, y1, (x, y0, y1), False) for x, y0, y1 in rules.vertical]
    across: list[_Line] = []
    down: list[_Line] = []
    bottom = 0.0
    for top, end, line, level in sorted(extents):
        if (across or down) and top > bottom + _SNAP:
            yield Rules(tuple(across), tuple(down))
            across, down = [], []
        bottom = max(bottom, end) if across or down else end
        (across if level else down).append(line)
    yield Rules(tuple(across), tuple(down))


def _table(rules: Rules, layer: TextLayer) -> _Table | None:
    """Return the table that lines form, None if none cross; raise DoubtError for anything but a plain grid."""
    if not rules.vertical:
        return None  # lines over and under text, which may be on a page of running text
    if min(len(rules.horizontal), len(rules.vertical)) < MIN_LINES:
        raise DoubtError("upright lines")
    rules = replace(rules, horizontal=(*rules.horizontal, *closing_lines(rules.horizontal, rules.vertical)))
    ends = [(x, y) for y, *xs in rules.horizontal for x in xs] + [(x, y) for x, *ys in rules.vertical for y in ys]
    xs, ys = zip(*ends, strict=True)
    grid = ruled_grid(rules, Box(min(xs), min(ys), max(xs), max(ys)))
    if grid is None or not _is_whole(grid, rules):
        raise DoubtError("cells that are not all drawn")
    table = _Table(grid, rules)
    _check_shapes(table, layer)
    _check_words(table, layer)
    if not is_table(grid, table.box, layer):
        raise DoubtError("frames that may be no table")
    return table


def _is_whole(grid: RuledGrid, rules: Rules) -> bool:
    """Return whether each line of a grid is drawn from side to side, and nothing is drawn beside them."""
    return _are_whole(rules.horizontal, grid.ys, (grid.xs[0], grid.xs[-1])) and _are_whole(
        rules.vertical, grid.xs, (grid.ys[0], grid.ys[-1])
    )


def _are_whole(lines: Sequence[_Line], places: Sequence[float], ends: tuple[float, float]) -> bool:
    drawn: dict[float, list[tuple[float, float]]] = {place: [] for place in places}
    for at, start, end in lines:
        place = min(places, key=lambda each: abs(each - at))
        if abs(place - at) > _SNAP or start < ends[0] - _SNAP or end > ends[1] + _SNAP:
            return False
        drawn[place].append((start, end))
    return all(_length(pieces) > MIN_DRAWN * (ends[1] - ends[0]) - _SNAP for pieces in drawn.values())


def _length(pieces: Sequence[tuple[float, float]]) -> float:
    """Return the length that pieces of a line cover together; pieces that nearly touch are one."""
    covered, reached = 0.0, float("-inf")
    for start, end in sorted(pieces):
        begin = reached if start - reached < _SNAP else start
        covered += max(0.0, end - max(begin, reached))
        reached = max(reached, end)
    return covered


def _check_shapes(table: _Table, layer: TextLayer) -> None:
    """Raise DoubtError for a shape in a table that is neither one of its lines nor the background of cells."""
    box, grid = table.box, table.grid
    for shape in set(layer.drawings):
        if shape.x0 < box.x0 - _SNAP and shape.x1 > box.x1 + _SNAP:
            continue  # the background of the page, whose other parts are checked
        if shape.x1 < box.x0 or shape.x0 > box.x1 or shape.y1 < box.y0 or shape.y0 > box.y1:
            continue
        level = shape.y1 - shape.y0 < _SNAP and _is_near(shape.y0, grid.ys)
        upright = shape.x1 - shape.x0 < _SNAP and _is_near(shape.x0, grid.xs)
        whole = _is_near(shape.x0, grid.xs) and _is_near(shape.x1, grid.xs)
        if not (level or upright or (whole and _is_near(shape.y0, grid.ys) and _is_near(shape.y1, grid.ys))):
            raise DoubtError("drawings in a table")


def _is_near(place: float, places: Sequence[float]) -> bool:
    return any(abs(place - each) <= _SNAP for each in places)


def _check_words(table: _Table, layer: TextLayer) -> None:
    """Raise DoubtError for words that lines cut, turned or struck words, and a row that may head the columns."""
    box = table.box
    for line in layer.lines:
        inside = [contains(box, centre(word.box)) for word in line.words]
        if any(inside):
            if not all(inside) or not line.upright or any("~~" in word.text for word in line.words):
                raise DoubtError("words in and beside a table")
            if any(_is_torn(word.box, table.grid.xs) for word in line.words):
                raise DoubtError("words through a line")
        elif 0 <= box.y0 - line.box.y1 < _ABOVE and line.box.x0 > table.grid.xs[1]:
            raise DoubtError("a heading over columns")


def _is_torn(word: Box, xs: Sequence[float]) -> bool:
    slack = _TORN * (word.x1 - word.x0)
    return any(word.x0 + slack < x < word.x1 - slack for x in xs)


def _without(layer: TextLayer, boxes: Sequence[Box]) -> TextLayer:
    """Return a layer without the words and shapes of tables."""
    around = [Box(box.x0 - _SNAP, box.y0 - _SNAP, box.x1 + _SNAP, box.y1 + _SNAP) for box in boxes]
    lines = tuple(line for line in layer.lines if not _is_in(line, boxes))
    shapes = tuple(shape for shape in layer.drawings if not any(_is_around(box, shape) for box in around))
    return replace(layer, lines=lines, drawings=shapes)


def _is_in(line: Line, boxes: Sequence[Box]) -> bool:
    middle = centre(line.box)
    return any(contains(box, middle) for box in boxes)


def _is_around(box: Box, shape: Box) -> bool:
    return contains(box, (shape.x0, shape.y0)) and contains(box, (shape.x1, shape.y1))
