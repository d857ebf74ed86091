"""Ruled tables of a scan: the lines drawn in its pixels, and the cells that they enclose."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from loaders.geometry import bounding_box, centre, contains
from loaders.ocr.ink import Ink
from loaders.ocr.lines import OcrLine
from loaders.pdf.ruled import RuledGrid, Rules, ruled_grid
from loaders.pdf.ruled_tables import ruled_rows
from loaders.pdf.tables import markdown_table
from loaders.pdf.text_layer import Line
from loaders.text.bands import is_value
from loaders.types import Box, Word

Rows = Sequence[Sequence[OcrLine]]

MIN_FILLED = 0.5
"""Least share of the cells of a table with text: frames of a form or a drawing have less."""

MAX_WORDS = 60
"""Words of a cell: a longer text is prose in a box. The longest cell of the development set's tables has 24."""

_POINTS = 12.0  # of a line of print: the rules of ruled tables are in points
_BESIDE = 1.0  # points beside a drawn line
_MIN_LINES = 4  # of print in a grid
_TOUCH = 0.4  # of a line's height between lines that meet: two double rules of a scan have .3
_APART = 1.5  # of a line's height between texts of two columns
_MAX_PIECES = 600  # drawn lines of a page: more is a drawing


def ruled_text(rows: Rows, ink: Ink) -> str | None:
    """Return a table as a Markdown pipe table by the cells that drawn lines enclose; None if they do not."""
    lines = [line for row in rows for line in row]
    scale = _POINTS / ink.size
    grid = _grid(lines, ink, ink.rules)
    if grid is None or _is_coarse(grid, rows, scale):
        grid = _grid(lines, ink, ink.faint_rules)
    if grid is None or _is_coarse(grid, rows, scale):
        return None
    level = [replace(line, box=line.box._replace(y0=y0, y1=y1)) for row, y0, y1 in map(_leveled, rows) for line in row]
    printed = [_line(_words(line, _edges(grid, line, scale)), scale) for line in level]
    found = ruled_rows(grid, [line for line in printed if line.words], (1, 2), frozenset())
    return markdown_table(found) if found else None


def grids(lines: Sequence[OcrLine], ink: Ink) -> list[list[OcrLine]]:
    """Return the lines of print in each network of drawn lines that encloses the cells of a table."""
    found = _grids(lines, ink, ink.rules, [])
    return _grids(lines, ink, ink.faint_rules, found)


def _grids(lines: Sequence[OcrLine], ink: Ink, rules: Rules, before: Sequence[list[OcrLine]]) -> list[list[OcrLine]]:
    """Return the groups found before, and the lines of print in other networks of these drawn lines."""
    found = list(before)
    if len(rules.horizontal) < 3 or len(rules.vertical) < 3 or len(rules.horizontal + rules.vertical) > _MAX_PIECES:
        return found
    for box in _networks(rules, _TOUCH * ink.size):
        inside = [line for line in lines if contains(box, centre(line.box))]
        if len(inside) < _MIN_LINES or any(line in other for other in found for line in inside):
            continue
        grid = _grid(inside, ink, rules)
        if grid is not None and _is_table(grid, inside, _POINTS / ink.size):
            found.append(inside)
    return found


def _grid(lines: Sequence[OcrLine], ink: Ink, rules: Rules) -> RuledGrid | None:
    scale = _POINTS / ink.size
    scaled = Rules(*(tuple((a * scale, b * scale, c * scale) for a, b, c in each) for each in (
        rules.horizontal, rules.vertical)))  # fmt: skip
    return ruled_grid(scaled, _scaled(bounding_box(line.box for line in lines), scale))


def _is_table(grid: RuledGrid, lines: Sequence[OcrLine], scale: float) -> bool:
    """Return whether enough cells of a grid have text, and none of them has prose."""
    cells = {id(cell) for cell in grid.cells.values()}
    held = Counter(
        id(grid.cell_at(*centre(_scaled(word.box, scale)))) for line in lines for word in line.level_words
    )  # fmt: skip
    words = [count for cell, count in held.items() if cell in cells]
    return len(words) >= MIN_FILLED * len(cells) and max(words) <= MAX_WORDS


def _leveled(row: Sequence[OcrLine]) -> tuple[Sequence[OcrLine], float, float]:
    """Return a row with its mean top and bottom, with which the words of one cell are in order."""
    return row, sum(line.box.y0 for line in row) / len(row), sum(line.box.y1 for line in row) / len(row)


def _is_coarse(grid: RuledGrid, rows: Rows, scale: float) -> bool:
    """Return whether a cell has values of several rows or columns: the lines divide groups, or some were not found."""
    seen: dict[int, int] = {}
    apart = Counter(
        id(cell)
        for row in rows
        for one, other in pairwise(row)
        if other.box.x0 - one.box.x1 > _APART * max(one.height, other.height)
        and (cell := grid.cell_at(*centre(_scaled(one.box, scale))))
        and cell is grid.cell_at(*centre(_scaled(other.box, scale)))
    )
    if len(apart) > 1 or max(apart.values(), default=0) > 1:
        return True
    for number, row in enumerate(rows):
        for line in row:
            cell = grid.cell_at(*centre(_scaled(line.box, scale)))
            if cell and is_value(line.text) and seen.setdefault(id(cell), number) != number:
                return True
    return False


def _edges(grid: RuledGrid, line: OcrLine, scale: float) -> list[float]:
    """Return the x at which drawn lines divide the row of a line of print; none within a cell over columns."""
    y = line.middle * scale
    return [
        edge / scale for edge in grid.xs[1:-1] if grid.cell_at(edge - _BESIDE, y) is not grid.cell_at(edge + _BESIDE, y)
    ]


def _words(line: OcrLine, cut: Sequence[float]) -> list[Word]:
    """Return the words of a line; one that crosses a drawn line, read as "|" or "I", is divided there."""
    text = line.text.strip("|").replace("|", " ") if len(line.text) > 1 else line.text
    places = [place for place, char in zip(line.places, _chars(line.text), strict=False) if char != "|"]
    own = line.places if text == line.text else tuple(places)
    found: list[Word] = []
    for word in replace(line, text=text, places=own).level_words:
        box = word.box
        step = (box.x1 - box.x0) / max(1, len(word.text))
        parts, start = [], 0
        for edge in cut:
            at = round((edge - box.x0) / step)
            if start < at < len(word.text) and box.x0 + step < edge < box.x1 - step:
                parts.append((start, at))
                start = at
        for first, last in [*parts, (start, len(word.text))]:
            place = Box(box.x0 + first * step, box.y0, box.x0 + last * step, box.y1)
            found.append(Word(word.text[first:last], place))
    return found


def _chars(text: str) -> list[str]:
    return [char for char in text if not char.isspace()]


def _line(words: Sequence[Word], scale: float) -> Line:
    scaled = tuple(Word(word.text, _scaled(word.box, scale)) for word in words)
    return Line(scaled, 0, 0.8 * _POINTS, upright=True, mono=False)


def _scaled(box: Box, scale: float) -> Box:
    return Box(*(value * scale for value in box))


def _networks(rules: Rules, touch: float) -> list[Box]:
    """Return the places of drawn lines that meet one another."""
    pieces = [Box(x0, y, x1, y) for y, x0, x1 in rules.horizontal] + [Box(x, y0, x, y1) for x, y0, y1 in rules.vertical]
    groups: list[Box] = []
    for piece in pieces:
        box = piece
        while near := [other for other in groups if _meet(box, other, touch)]:
            groups = [other for other in groups if other not in near]
            box = bounding_box([box, *near])
        groups.append(box)
    return groups


def _meet(one: Box, other: Box, touch: float) -> bool:
    return (
        one.x0 - touch <= other.x1 and other.x0 - touch <= one.x1
        and one.y0 - touch <= other.y1 and other.y0 - touch <= one.y1
    )  # fmt: skip
