"""Tables and chart labels of a scan, found by the positions of their cells."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from loaders.ocr.lines import OcrLine, split_words
from loaders.pdf.tables import markdown_table
from loaders.text.numbers import is_value
from loaders.text.stacked_headers import Extent, columns_under

Row = list[OcrLine]

MIN_CELLS = 3
"""Cells in a row of a table: two are more often two columns of prose, or a label and its text."""

MIN_FILL = 0.5
"""Share of a table's cells that must hold text. The development set's tables, whose dashes the OCR never sees, have
0.75 and more; the labels of a bar chart, taken for a table, 0.3-0.43."""

_CELL_CHARS = 28  # median length of a cell: two columns of prose have 40 and more
_YEAR = re.compile(r"(?:19|20)\d\d")
_CENTRED = 0.05  # of the table's width: a name over all columns is this near to the middle
_GLUED = re.compile(r"\b(\d{2,3}\.\d)(\d{2,3}\.\d)\b")  # neighbouring labels of a chart read as one
_STACKED = 0.95  # of a line's height: header lines closer than this are one row ("GPQA" over "Diamond", "Model" beside)
_REACH = 2.2  # of a line's height: rows further apart belong to different tables
_TOUCH = 0.5  # of a line's height by which the boxes of neighbouring cells may overlap: the OCR draws them wide
_LABEL_ROWS = 5  # rows of short pieces, half of them numbers, that make the labels of a chart
_MERGED = 0.85  # of the columns' common width: a piece that fills it is several cells read as one


@dataclass(frozen=True, slots=True)
class _Rows:
    """Lines of a scan that belong together, row by row from top to bottom, each row from left to right."""

    rows: tuple[tuple[OcrLine, ...], ...]

    @property
    def lines(self) -> list[OcrLine]:
        """All lines, row by row."""
        return [line for row in self.rows for line in row]


class ScanTable(_Rows):
    """A table of a scan: each line is a cell."""

    __slots__ = ()

    @property
    def text(self) -> str:
        """The table as a Markdown pipe table; a cell's column is the one above or below which it is.

        Where a heading spans columns that have names of their own, the header is one row.
        """
        if header := _stacked_header(self.rows):
            return markdown_table(
                [header.texts, *(_place_body(row, header.columns) for row in self.rows[header.end :])]
            )
        columns = _columns(self.rows)
        rows = [_place(row, columns) for row in self.rows[:1]] + [_place_body(row, columns) for row in self.rows[1:]]
        return markdown_table(_merge_header(self.rows, rows))


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
        if last and abs(line.middle - centre) < 0.45 * min(line.height, last[-1].height):
            last.append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: line.box.x0) for row in rows]


def find_tables(lines: Sequence[OcrLine]) -> list[ScanTable | ChartLabels]:
    """Return the tables and the labels of charts among the lines of a page, from top to bottom."""
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
            if row[0].middle - above[0].middle < reach * max(_height(row), _height(above)):
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
    numbers = any(_is_numeric(row) for row in body)
    if len(full) < (2 if numbers else 3) or sum(map(len, body)) < MIN_FILL * len(_columns(body)) * len(body):
        return None
    # A heading line that the OCR read as one piece: longer than a cell, but closer than a line of text would be.
    while first > floor and rows[first][0].middle - rows[first - 1][0].middle < _STACKED * _height(rows[first]):
        first -= 1
    return first, last


def _are_labels(rows: list[Row]) -> bool:
    pieces = [line.text for row in rows for line in row]
    numbers = sum(is_value(token) for text in pieces for token in text.split())
    return len(rows) >= _LABEL_ROWS and 2 * numbers > len(pieces)


def _is_numeric(row: Sequence[OcrLine]) -> bool:
    """Return whether most cells after the first are numbers."""
    cells = [cell.text for cell in row[1:]]
    return bool(cells) and 2 * sum(is_value(cell) for cell in cells) > len(cells)


def _columns(rows: Sequence[Sequence[OcrLine]]) -> list[tuple[float, float]]:
    """Return the columns as x ranges: those that the fullest rows share, widened by cells that touch only one."""
    most = max(len(row) for row in rows)
    fullest = [row for row in rows if len(row) == most]
    columns = [
        (min(row[index].box.x0 for row in fullest), max(row[index].box.x1 for row in fullest)) for index in range(most)
    ]
    if any(left[1] > right[0] for left, right in pairwise(columns)):
        columns = [(cell.box.x0, cell.box.x1) for cell in fullest[0]]
    for row in rows:
        for cell in row:
            if not _overlapping(cell, columns):
                columns.append((cell.box.x0, cell.box.x1))
                columns.sort()
    return columns


def _overlapping(cell: OcrLine, columns: Sequence[tuple[float, float]]) -> list[int]:
    """Return the columns that a cell covers by a third of its own or of the column's width."""
    found = []
    for index, (left, right) in enumerate(columns):
        shared = min(cell.box.x1, right) - max(cell.box.x0, left)
        if shared > 0.34 * min(cell.box.x1 - cell.box.x0, right - left):
            found.append(index)
    return found


def _place(row: Sequence[OcrLine], columns: Sequence[tuple[float, float]]) -> list[str]:
    """Return the text of each column of a row; a heading over several columns is repeated in each."""
    texts = [""] * len(columns)
    numeric = _is_numeric(row)
    for cell in row:
        over = _overlapping(cell, columns) or [_nearest(cell, columns)]
        parts = [_clean(cell.text)] * len(over)  # a heading over several columns applies to each
        if len(over) > 1 and (tokens := _merged_cells(cell, [columns[index] for index in over])):
            parts = tokens
        elif numeric:  # a long label reaches into the next column
            over, parts = over[:1], parts[:1]
        for index, part in zip(over, parts, strict=True):
            texts[index] = f"{texts[index]} {part}".strip()
    return texts


def _place_body(row: Sequence[OcrLine], columns: Sequence[tuple[float, float]]) -> list[str]:
    """Return the texts of a row under the header; a name alone over several columns, or in the middle, is its label."""
    if len(row) == 1 and not is_value(row[0].text):
        left, right = columns[0][0], columns[-1][1]
        box = row[0].box
        over = _overlapping(row[0], columns)
        centred = box.x0 > columns[0][1] and abs(box.x0 + box.x1 - left - right) < 2 * _CENTRED * (right - left)
        if (len(over) > 1 and not _merged_cells(row[0], [columns[index] for index in over])) or centred:
            return [_clean(row[0].text), *[""] * (len(columns) - 1)]
    return _place(row, columns)


@dataclass(frozen=True, slots=True)
class _Header:
    """A header of several rows as one: the text over each column, and the row at which the body begins."""

    texts: list[str]
    columns: list[tuple[float, float]]
    end: int


def _stacked_header(rows: Sequence[Sequence[OcrLine]]) -> _Header | None:
    """Return the header if a row of names has headings above it that span several of them."""
    end = next((index for index, row in enumerate(rows) if index and _is_body(row)), 0)
    names = max(range(end), key=lambda index: (len(rows[index]), index), default=0)
    if names == 0:
        return None
    columns = _columns([rows[names], *rows[end:]])
    extents = [Extent(*column) for column in columns]
    below = {_nearest(cell, columns): _clean(cell.text) for cell in rows[names]}
    texts: list[list[str]] = [[] for _ in columns]
    spanned = False
    for index, row in enumerate(rows[:end]):
        under = None
        if index < names:
            under = columns_under([Extent(cell.box.x0, cell.box.x1) for cell in row], below, extents)
        spanned = spanned or under is not None
        if under:
            placed = [(column, _clean(cell.text)) for cell, run in zip(row, under, strict=True) for column in run]
        else:
            placed = list(enumerate(_place(row, columns)))
        for column, text in placed:
            if text and text not in texts[column]:
                texts[column].append(text)
    return _Header([" ".join(parts) for parts in texts], columns, end) if spanned else None


def _is_body(row: Sequence[OcrLine]) -> bool:
    """Return whether a row holds a label and values that are not only years."""
    values = [cell.text for cell in row[1:] if is_value(cell.text)]
    return _is_numeric(row) and not is_value(row[0].text) and not all(map(_YEAR.fullmatch, values))


def _merged_cells(cell: OcrLine, columns: Sequence[tuple[float, float]]) -> list[str] | None:
    """Return one text per column if the OCR took neighbouring cells for one line, else None."""
    text = cell.text.replace("|", " ")
    tokens = text.split()
    width = columns[-1][1] - columns[0][0]
    fills = min(cell.box.x1, columns[-1][1]) - max(cell.box.x0, columns[0][0]) > _MERGED * width
    if len(tokens) == len(columns) and (fills or all(is_value(token) for token in tokens)):
        return tokens
    if not fills or len(columns) < MIN_CELLS or abs(len(tokens) - len(columns)) > 1:
        return None
    parts = [""] * len(columns)  # two cells were read as one word, or a cell has two words: decide by position
    for word in split_words(text, cell.quad):
        index = min(range(len(columns)), key=lambda index: abs(sum(columns[index]) - word.box.x0 - word.box.x1))
        parts[index] = f"{parts[index]} {word.text}".strip()
    return parts


def _clean(text: str) -> str:
    """Strip characters that are misread ruling lines of the table."""
    return text.strip(" |")


def _merge_header(rows: Sequence[Sequence[OcrLine]], texts: list[list[str]]) -> list[list[str]]:
    """Join header rows that are closer than printed lines: they are one row with cells of one or two lines."""
    merged = [texts[0]]
    in_body = _is_numeric(rows[0])
    for (above, row), text in zip(pairwise(rows), texts[1:], strict=True):
        in_body = in_body or _is_numeric(row)
        if not in_body and row[0].middle - above[0].middle < _STACKED * min(_height(row), _height(above)):
            merged[-1] = [f"{first} {second}".strip() for first, second in zip(merged[-1], text, strict=True)]
        else:
            merged.append(text)
    return merged


def _nearest(cell: OcrLine, columns: Sequence[tuple[float, float]]) -> int:
    middle = (cell.box.x0 + cell.box.x1) / 2
    return min(range(len(columns)), key=lambda index: abs(sum(columns[index]) / 2 - middle))


def _height(row: Sequence[OcrLine]) -> float:
    return max(line.height for line in row)
