"""Pages of running text with tables of numbers without drawn cells, whose layout is found without the layout model.

Financial statements are set like this: labels at the left, columns of numbers that end at one place, years over them,
a line over a total, every other row shaded. The rest of the page must be running text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from loaders.pdf.gridded_pages import page_with_tables
from loaders.pdf.number_rows import number_row
from loaders.pdf.number_tables import NumberTable, number_tables
from loaders.pdf.plain_rows import DoubtError, page_rows
from loaders.pdf.ruled import Rules, ruled_grid
from loaders.pdf.text_layer import Region, Surroundings, TextLayer
from loaders.types import Box

MAX_LINES = 2_000
"""Most lines of the text layer that are examined: a page of 60 rows and eight columns has 500."""

_THIN = 3.0  # points: narrower shapes are lines
_LINE = 1.6  # of the text size: higher ones are lines, others the ground of a space
_SNAP = 4.0  # points by which shapes may be larger than the rows that they shade
_BESIDE = 8.0  # points over and under a table where lines and grounds of it may be
_UNSHADED, _SHADED = 0.3, 0.7  # of a row's height: a shape that covers less of it shades its neighbour, or more the row


def number_regions(layer: TextLayer, around: Surroundings, rules_of: Callable[[], Rules]) -> list[Region] | None:
    """Return the parts of a page of text and tables of numbers in reading order; None for one that may be more.

    `rules_of` gives the lines that the page draws; it is called if there is a table.
    """
    try:
        return checked_number_regions(layer, around, rules_of)
    except DoubtError:
        return None


def checked_number_regions(layer: TextLayer, around: Surroundings, rules_of: Callable[[], Rules]) -> list[Region]:
    """Return the parts of a page likewise; raise DoubtError with the reason if it may be more."""
    if not 0 < len(layer.lines) <= MAX_LINES:
        raise DoubtError("no lines, or many")
    if not all(line.upright for line in layer.lines) or any("~~" in word.text for word in layer.words):
        raise DoubtError("turned text or struck words")
    rows = page_rows(layer.lines)
    left = min(piece.box.x0 for pieces in rows for piece in pieces)
    tables = number_tables([number_row(pieces, left) for pieces in rows])
    if not tables:
        raise DoubtError("no table of numbers")
    rules = rules_of()
    for table in tables:
        _check_shapes(table, layer.drawings, rules)
    regions = [Region("table", table.box, table.cells, rules) for table in tables]
    return page_with_tables(_without_shades(layer, tables), around, regions)


def _check_shapes(table: NumberTable, shapes: Sequence[Box], rules: Rules) -> None:
    """Raise DoubtError for lines between cells, and for shapes that are neither lines nor the ground of whole rows."""
    box = table.box
    if ruled_grid(rules, box) is not None:
        raise DoubtError("drawn cells")
    highest = _LINE * max(row.size for rows in table.rows for row in rows)
    for x, y0, y1 in rules.vertical:
        if min(y1, box.y1) - max(y0, box.y0) > highest and any(x0 < x < x1 for x0, x1 in table.columns):
            raise DoubtError("upright lines through a column")
    heights = [(min(row.box.y0 for row in rows), max(row.box.y1 for row in rows)) for rows in table.rows]
    for shape in set(shapes):
        if shape.y1 - shape.y0 < _THIN or min(shape.y1, box.y1) - max(shape.y0, box.y0) < _THIN:
            continue
        shares = [(min(shape.y1, y1) - max(shape.y0, y0)) / (y1 - y0) for y0, y1 in heights]
        covered = [share for share in shares if share > _UNSHADED]
        if len(covered) > 1 and min(covered) < _SHADED:
            raise DoubtError("drawings in a table")


def _without_shades(layer: TextLayer, tables: Sequence[NumberTable]) -> TextLayer:
    """Return a layer without the lines and grounds of tables, which may be wider than their print."""
    bands = [(table.box.y0 - _BESIDE, table.box.y1 + _BESIDE) for table in tables]
    shapes = (box for box in layer.drawings if not any(y0 <= box.y0 and box.y1 <= y1 for y0, y1 in bands))
    return replace(layer, drawings=tuple(shapes))
