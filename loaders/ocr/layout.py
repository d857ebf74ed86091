"""Layout analysis of a scan: from recognised lines to tables, columns, paragraphs, headings and page numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

import numpy as np

from loaders.diagrams.units import Diagram
from loaders.geometry import bounding_box
from loaders.ocr.charts import ScanChart, picture_text
from loaders.ocr.ink import Ink
from loaders.ocr.lines import OcrLine
from loaders.ocr.tables import ChartLabels, ScanTable, find_tables, group_rows
from loaders.pdf.columns import column_gap
from loaders.pdf.layout import CAPTION, heading_level
from loaders.text.line_joining import join_lines, vocabulary
from loaders.text.printed_lines import Measure, Printed, broken_text
from loaders.types import BlockKind

_PAGE_NUMBER = re.compile(
    r"(?:page\s*)?[-–—]?\s*(?:\d{1,4}|[ivxl]{1,6})\s*(?:(?:/|of)\s*\d{1,4}|[-–—])?", re.IGNORECASE
)
_MARGIN = 0.08  # share of the page's height at top and bottom where a lone number is a page number
_ENTRY = re.compile(r"(?:\.\s*){3,}|\s\d{1,3}$")  # a line of a table of contents, not the heading itself
_NUMBERED = re.compile(r"(?:\d{1,2}(?:\.\d{1,2})*\.?|[A-Z]\.)\s+(?![A-Z]\.)[A-Z]\S*(?:\s+\S+){0,11}")
_ITEM = re.compile(r"(?:[•◦▪●○■·*+–-]\s*|\(?(?:\d{1,2}|[a-z])[.)]\s+|\[\d+\]\s*)\S")
_HEADING_HEIGHT = 1.25  # times the page's median line: titles of the development set have 1.3-1.6, text under 1.15
_HEADING_CHARS = 120
_GAP = 1.5  # times the usual distance between lines: paragraphs of the development set are 1.7 and more apart
_PROSE = 20  # characters: a column of prose has lines longer than this
_FEW = 2  # lines between two pictures or tables, whose height is not that of the page's text
_HEADS, _LETTERS = 2, 6  # headings in capitals of a column of lists; letters of one
_HEAD_ROWS, _MOST_CAPITALS = 2, 0.4  # rows of a heading in capitals; of a page's lines, beyond which it is all capitals
_BESIDE = 0.8  # of the rows of a table have a cell at the left; of a page of directors and bankers .68
_MIN_COLUMN = 4  # lines on either side before a gap is a gutter


@dataclass(frozen=True, slots=True)
class PlacedBlock:
    """A block with the lines that it was built from; its box follows from these."""

    kind: BlockKind
    text: str
    level: int
    lines: list[OcrLine]


def build_blocks(
    lines: Sequence[OcrLine],
    height: float,
    charts: Sequence[ScanChart] = (),
    diagram: Sequence[PlacedBlock] = (),
    ink: Ink | None = None,
    fields: Sequence[OcrLine] = (),
) -> list[PlacedBlock]:
    """Return the blocks of a page `height` pixels high, in reading order; every line is in exactly one.

    `fields` are tick boxes with their labels, each a list item.
    """
    if not lines:
        return [PlacedBlock("list", f"* {field.text}", 0, [field]) for field in fields]
    known = vocabulary(line.text for line in lines)
    numbers = [line for line in lines if _is_page_number(line, lines, height)]
    in_charts = {id(line) for chart in charts for line in (*chart.lines, *chart.others, *chart.scale)}
    in_charts |= {id(line) for block in diagram for line in block.lines}
    body = [line for line in lines if id(line) not in in_charts and not any(line is number for number in numbers)]
    tables = find_tables(body, ink)
    in_tables = {id(line) for table in tables for line in table.lines}
    prose = [line for line in body if id(line) not in in_tables]
    usual = median(line.height for line in lines)
    blocks: list[PlacedBlock] = []
    top = float("-inf")
    placed = [chart_blocks(chart) for chart in charts] + ([list(diagram)] if diagram else [])
    placed += [[PlacedBlock("list", f"* {field.text}", 0, [field])] for field in fields]
    for table in tables:
        kind: BlockKind = "table" if isinstance(table, ScanTable) else "figure"
        text = table.text if kind == "table" else picture_text(table.lines, table.text)
        placed.append([PlacedBlock(kind, text, 0, table.lines)])
    for parts in sorted(placed, key=_top):
        blocks += _prose_blocks([line for line in prose if top <= line.middle < _top(parts)], known, usual)
        blocks += parts
        top = max(top, _top(parts))
    blocks += _prose_blocks([line for line in prose if line.middle >= top], known, usual)
    return blocks + [PlacedBlock("furniture", line.text, 0, [line]) for line in numbers if id(line) not in in_charts]


def chart_blocks(chart: ScanChart) -> list[PlacedBlock]:
    """Return the words of a chart that name no value, its lines of values, and the numbers along its axis."""
    others = [PlacedBlock("figure", "\n".join(line.text for line in chart.others), 0, list(chart.others))]
    scale = [PlacedBlock("scale", chart.chart.scale_text, 0, list(chart.scale))]
    values = PlacedBlock("chart", chart.chart.text, 0, list(chart.lines))
    return [*(others if chart.others else []), values, *(scale if chart.scale else [])]


def diagram_blocks(diagram: Diagram, lines: Sequence[OcrLine]) -> list[PlacedBlock]:
    """Return a list item for each box of a diagram of these lines, and its arrows."""
    units = [PlacedBlock("list", f"- {unit.text}", 0, [lines[at] for at in unit.pieces]) for unit in diagram.units]
    own = [line for unit in units for line in unit.lines]
    return [*units, *([PlacedBlock("figure", "\n".join(diagram.arrows), 0, own)] if diagram.arrows else [])]


def _top(blocks: Sequence[PlacedBlock]) -> float:
    return min(line.middle for block in blocks for line in block.lines)


def build_figure(lines: Sequence[OcrLine], ink: Ink | None = None) -> list[PlacedBlock]:
    """Return the blocks of a picture: tables as tables, other text row by row, since a picture has no paragraphs."""
    tables = [found for found in find_tables(lines, ink) if isinstance(found, ScanTable)]
    in_tables = {id(line) for table in tables for line in table.lines}
    rows = group_rows([line for line in lines if id(line) not in in_tables])
    labels = ChartLabels(tuple(tuple(row) for row in rows))
    text = picture_text(labels.lines, labels.text)
    figure = [PlacedBlock("figure", text, 0, labels.lines)] if rows else []
    return figure + [PlacedBlock("table", table.text, 0, table.lines) for table in tables]


def _is_page_number(line: OcrLine, lines: Sequence[OcrLine], height: float) -> bool:
    """Return whether a line is a number, alone on its row, at the top or bottom of the page."""
    at_edge = line.middle < _MARGIN * height or line.middle > (1 - _MARGIN) * height
    alone = not any(other is not line and abs(other.middle - line.middle) < line.height / 2 for other in lines)
    return at_edge and alone and _PAGE_NUMBER.fullmatch(line.text.strip()) is not None


def _prose_blocks(lines: list[OcrLine], known: set[str], usual: float) -> list[PlacedBlock]:
    """Read lines in columns; a line over both columns is read before the lines below it."""
    if not lines:
        return []
    body_height = median(line.height for line in lines) if len(lines) > _FEW else usual
    paragraphs = [paragraph for column in _columns(lines) for paragraph in _paragraphs(group_rows(column), body_height)]
    width = max(line.box.x1 for line in lines) + min(line.box.x0 for line in lines)  # of a page with equal margins
    measure = Measure.of(map(_printed, paragraphs), width)
    capitals = sum(_is_capitals(line.text) for line in lines) <= _MOST_CAPITALS * len(lines)
    return [_paragraph_block(paragraph, body_height, known, measure, capitals) for paragraph in paragraphs]


def _printed(rows: Sequence[Sequence[OcrLine]]) -> list[Printed]:
    return [(_text(row), bounding_box(line.box for line in row)) for row in rows]


def _columns(lines: list[OcrLine]) -> list[list[OcrLine]]:
    """Return the lines column by column, in reading order; lines across both columns are separate entries."""
    gutter = _gutter(lines) or column_gap([(line.text, line.box) for line in lines])
    if gutter is None:
        return [lines]
    streams: list[list[OcrLine]] = []
    left, right = list[OcrLine](), list[OcrLine]()
    for line in sorted(lines, key=lambda line: line.middle):
        if line.box.x1 <= gutter:
            left.append(line)
        elif line.box.x0 >= gutter:
            right.append(line)
        else:
            streams += [left, right, [line]]
            left, right = [], []
    return [stream for stream in [*streams, left, right] if stream]


def _gutter(lines: list[OcrLine]) -> float | None:
    """Return the x in pixels that fewest lines cross, if there is enough prose on either side of it."""
    x0, x1 = min(line.box.x0 for line in lines), max(line.box.x1 for line in lines)
    candidates = np.array([x0 + (x1 - x0) * step / 100 for step in range(25, 76)])[:, np.newaxis]
    left, right = np.array([(line.box.x0, line.box.x1) for line in lines]).T
    crossing = ((left < candidates) & (candidates < right)).sum(axis=1)  # the lines that cross each
    fewest = int(crossing.min())
    best = candidates[crossing == fewest, 0].tolist()
    gutter = best[len(best) // 2]
    sides = [[line for line in lines if line.box.x1 <= gutter], [line for line in lines if line.box.x0 >= gutter]]
    if fewest > 0.4 * len(lines) or min(len(side) for side in sides) < _MIN_COLUMN:
        return None
    prose = all(median(len(line.text) for line in side) >= _PROSE for side in sides)
    return gutter if prose or _are_lists(sides[0], sides[1]) else None


def _are_lists(left: Sequence[OcrLine], right: Sequence[OcrLine]) -> bool:
    """Return whether two columns are separate lists, each under headings in capitals, and no table of two columns.

    The first pages of annual reports have directors at the left and bankers at the right. In a table each row has a
    cell at the left, and no second row of headings.
    """
    heads = [[line for line in side if _is_capitals(line.text)] for side in (left, right)]
    rows = group_rows([*left, *right])
    beside = sum(any(line in left for line in row) for row in rows)
    return min(map(len, heads)) >= _HEADS and beside <= _BESIDE * len(rows)


def _is_capitals(text: str) -> bool:
    if not text.isupper():
        return False
    letters = [sign for sign in text if sign.isalpha()]
    return len(letters) >= _LETTERS and all(map(str.isupper, letters)) and not any(map(str.isdigit, text))


def _paragraphs(rows: list[list[OcrLine]], body_height: float) -> list[list[list[OcrLine]]]:
    """Group rows to paragraphs: a wide gap, a change of size, a list mark or an indent begins a new one."""
    steps = [below[0].middle - above[0].middle for above, below in pairwise(rows)]
    usual = median([step for step in steps if step < 3 * body_height] or [body_height * 1.4])
    left = min(row[0].box.x0 for row in rows)
    right = max(row[-1].box.x1 for row in rows)
    paragraphs: list[list[list[OcrLine]]] = []
    for index, row in enumerate(rows):
        above = rows[index - 1] if index else None
        if above is None or _begins(above, row, steps[index - 1], usual, (left, right)):
            paragraphs.append([])
        paragraphs[-1].append(row)
    return paragraphs


def _begins(above: list[OcrLine], row: list[OcrLine], step: float, usual: float, edges: tuple[float, float]) -> bool:
    height, height_above = (max(line.height for line in each) for each in (row, above))  # a bullet has little height
    if step > _GAP * usual or max(height, height_above) > _HEADING_HEIGHT * min(height, height_above):
        return True
    if _ITEM.match(row[0].text) or CAPTION.match(row[0].text) or _NUMBERED.fullmatch(_text(row)):
        return True
    if _is_capitals(_text(above)) and not _is_capitals(_text(row)):
        return True
    ended_short = above[-1].box.x1 < edges[1] - 4 * height
    indented = row[0].box.x0 > above[0].box.x0 + height and row[0].box.x0 < edges[0] + 4 * height
    return _NUMBERED.fullmatch(_text(above)) is not None or (ended_short and indented)


def _paragraph_block(
    rows: list[list[OcrLine]], body_height: float, known: set[str], measure: Measure, capitals: bool
) -> PlacedBlock:
    """Return a paragraph as a caption, heading, list item or text, by its words and its size.

    `capitals` says whether lines in capitals are headings, since few lines of the page are.
    """
    lines = [line for row in rows for line in row]
    text = join_lines([_text(row) for row in rows], known)
    size = median(line.height for line in lines)
    if CAPTION.match(text):
        return PlacedBlock("caption", text, 0, lines)
    large = size > _HEADING_HEIGHT * body_height and len(text) <= _HEADING_CHARS
    headed = capitals and len(rows) <= _HEAD_ROWS and _is_capitals(text) and len(text) <= _HEADING_CHARS
    if (large or headed or (len(rows) == 1 and _NUMBERED.fullmatch(text) and not _ENTRY.search(text))) and any(
        char.isalpha() for char in text
    ):
        depth = heading_level(text, size, body_height)
        return PlacedBlock("heading", f"{'#' * depth} {text}", depth, lines)
    if _ITEM.match(text):
        bullet = re.match(r"[•◦▪●○■·*+–-]\s*", text)
        return PlacedBlock("list", f"- {text[bullet.end() :]}" if bullet else text, 0, lines)
    return PlacedBlock("text", broken_text(_printed(rows), measure, lambda some: join_lines(some, known)), 0, lines)


def _text(row: Sequence[OcrLine]) -> str:
    return " ".join(line.text for line in row)
