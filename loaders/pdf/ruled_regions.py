"""Ruled tables that the layout model takes for text or a picture, found by the lines that enclose their cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from loaders.geometry import area, bounding_box, centre, contains, overlap
from loaders.pdf.ruled import RuledCell, RuledGrid, Rules, ruled_grid
from loaders.pdf.ruled_tables import fill
from loaders.pdf.text_layer import Line, Region, TextLayer
from loaders.text.bands import is_value
from loaders.types import Box

MIN_PIECES = 8
"""Fewest drawn lines and areas of a page with such a table: three rows of two cells have seven lines and more."""

_ROLES = ("text", "picture", "list-item")  # the model's roles for them
_HEADER_ROLES = ("section-header", "title", *_ROLES)
_MARGINAL_ROLES = ("page-header", "page-footer")
_TOP_ROLES = (*_MARGINAL_ROLES, *_HEADER_ROLES)  # a single row on a page is taken for its header, or even its footer
_NEAR = 20.0  # points between a table and its header
_MIN_ROWS, _MIN_COLUMNS = 3, 2
_MIN_FILLED = 0.7  # share of the cells: the fields of a grid behind a chart are empty
_MAX_WORDS = 15  # in a cell: more is a box of text
_MIN_VALUES = 0.6  # share of a column's cells that are numbers
_INSIDE = 0.8  # share of a part of the page that lies in the table


def with_ruled_tables(regions: Sequence[Region], layer: TextLayer, rules: Rules) -> list[Region]:
    """Return the parts of a page with a table in place of those that drawn lines divide into cells.

    A frame of cells is a table if it has three rows, a few words in most cells, and a column of numbers or a bold
    header: the boxes of a form and of a slide have neither. At the top of a page, where a table of the page before may
    continue, a row or two with values in most cells are enough.
    """
    result = _with_header_rows(regions, layer, rules)
    first = next((at for at, region in enumerate(result) if region.role not in _MARGINAL_ROLES), len(result))
    tops = result[: first + 1]
    for region in list(result):
        at_top = any(region is one for one in tops) and region.box.y1 < layer.height / 2
        if region not in result or region.role not in (_TOP_ROLES if at_top else _ROLES):
            continue
        grid = ruled_grid(rules, region.box) or (ruled_grid(rules, region.box, 1) if at_top else None)
        if grid is None:
            continue
        box = Box(grid.xs[0], grid.ys[0], grid.xs[-1], grid.ys[-1])
        inside = [other for other in result if _lies_in(other, box, layer)]
        taken = any(other.role == "table" and overlap(other.box, box) > 0 for other in result)
        if region in inside and not taken and is_table(grid, box, layer, at_top=at_top):
            at = result.index(inside[0])
            result = [other for other in result if other not in inside]
            result.insert(at, Region("table", box, grid_cells(grid), rules))
    return result


def _with_header_rows(regions: Sequence[Region], layer: TextLayer, rules: Rules) -> list[Region]:
    """Return the parts of a page, with headers in drawn cells, which the model took for headings, in their tables."""
    result = list(regions)
    for region in regions:
        if region.role != "table" or not region.cells:
            continue
        for other in [each for each in result if each.role in _HEADER_ROLES and _is_over(each.box, region.box)]:
            grid = ruled_grid(rules, bounding_box((other.box, region.box)))
            if grid is None or len(grid.ys) <= len(region.cells) or len(grid.xs) <= len(region.cells[0]):
                continue
            box = Box(grid.xs[0], grid.ys[0], grid.xs[-1], grid.ys[-1])
            if _is_row(other, grid, box, layer):
                result.remove(other)
                result[result.index(region)] = Region("table", box, grid_cells(grid), rules)
                break
    return result


def _is_over(upper: Box, lower: Box) -> bool:
    return upper.y1 <= lower.y0 + 2 and lower.y0 - upper.y1 < _NEAR and upper.x0 < lower.x1 and upper.x1 > lower.x0


def _is_row(region: Region, grid: RuledGrid, box: Box, layer: TextLayer) -> bool:
    """Return whether the words of a part of the page are in two drawn cells or more, and nowhere else."""
    places = [centre(word.box) for word in layer.words if contains(region.box, centre(word.box))]
    if not all(contains(box, place) for place in places):
        return False
    return len({id(grid.cell_at(*place)) for place in places}) > 1


def is_table(grid: RuledGrid, box: Box, layer: TextLayer, *, at_top: bool = False) -> bool:
    """Return whether drawn cells are a table: few words each, and a column of numbers or a bold header.

    At the top of a page it may be the last row or two of the one before, mostly of values.
    """
    low, narrow = len(grid.ys) <= _MIN_ROWS, len(grid.xs) <= _MIN_COLUMNS
    if (low and not at_top) or narrow or any(overlap(one, box) > 0 for one in layer.images):
        return False
    lines = [_within(line, box) for line in layer.lines]
    if not fill(grid, [line for line in lines if line.words]):
        return False
    cells = list({id(cell): cell for cell in grid.cells.values()}.values())
    texts = {id(cell): " ".join(text for _, text in sorted(cell.pieces)) for cell in cells}
    filled = [cell for cell in cells if texts[id(cell)]]
    if len(filled) < _MIN_FILLED * len(cells) or any(len(text.split()) > _MAX_WORDS for text in texts.values()):
        return False
    columns = [[texts[id(cell)] for cell in filled if cell.columns.start == x] for x in range(len(grid.xs) - 1)]
    return _are_last_rows(columns) if low else _has_header_or_numbers(filled, texts, len(columns))


def _are_last_rows(columns: Sequence[Sequence[str]]) -> bool:
    """Return whether the texts of a row or two, by column, are those of a table's body: mostly values."""
    values = [text for column in columns[1:] for text in column]
    return len(columns) > _MIN_COLUMNS and 2 * sum(map(is_value, values)) >= len(values) > 0


def _has_header_or_numbers(filled: Sequence[RuledCell], texts: Mapping[int, str], width: int) -> bool:
    """Return whether cells are those of a table: under a bold header, or with a column of numbers."""
    header = [cell for cell in filled if cell.rows.start == 0]
    body = [cell for cell in filled if cell.rows.start > 0]
    if header and all(cell.bold for cell in header) and not any(cell.bold for cell in body if cell.columns.start > 0):
        return True
    columns = [[cell for cell in body if cell.columns.start == x] for x in range(width)]
    return any(
        sum(is_value(texts[id(cell)]) for cell in column) >= max(2, _MIN_VALUES * len(column)) for column in columns
    )


def _lies_in(region: Region, box: Box, layer: TextLayer) -> bool:
    """Return whether most of the area of a part of the page is in a table, or, for a picture, its words are."""
    if overlap(region.box, box) > _INSIDE * area(region.box):
        return True
    places = [centre(word.box) for word in layer.words]
    held = [place for place in places if contains(region.box, place)]
    return bool(held) and all(contains(box, place) for place in held)


def _within(line: Line, box: Box) -> Line:
    return replace(line, words=tuple(word for word in line.words if contains(box, centre(word.box))))


def grid_cells(grid: RuledGrid) -> tuple[tuple[Box, ...], ...]:
    """Return the fields of a grid as rows of boxes."""
    return tuple(
        tuple(Box(left, top, right, bottom) for left, right in pairwise(grid.xs)) for top, bottom in pairwise(grid.ys)
    )
