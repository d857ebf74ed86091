"""Tables of a scan, rebuilt from where their cells stand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from loaders.ocr_lines import OcrLine
from loaders.pdf_tables import markdown_table

Row = list[OcrLine]

MIN_CELLS = 3
"""Cells in a row of a table: pairs are two columns of prose, or a label and its text, more often than a table."""

_CELL_CHARS = 28  # median length of a cell: two columns of prose have 40 and more
_MIN_ROWS = 2
_NUMERIC = re.compile(r"[(\-–—+$€£]*\d[\d.,]*[KMB%)*†]*|[-–—]+|n/?a", re.IGNORECASE)
_STACKED = 0.95  # of a line's height: header lines closer than this are one row ("GPQA" over "Diamond", "Model" beside)
_REACH = 2.2  # of a line's height: rows further apart belong to different tables


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells that stand under each other."""

    rows: tuple[tuple[OcrLine, ...], ...]

    @property
    def lines(self) -> list[OcrLine]:
        """All cells, row by row."""
        return [line for row in self.rows for line in row]

    @property
    def markdown(self) -> str:
        """The table as a Markdown pipe table; cells are placed by where they stand, so that a gap shifts nothing."""
        columns = _columns(self.rows)
        rows = [_place(row, columns) for row in self.rows]
        return markdown_table(_merge_header(self.rows, rows))


def group_rows(lines: Sequence[OcrLine]) -> list[Row]:
    """Group lines whose vertical centres agree. Growing extents instead would swallow labels that straddle two rows."""
    rows: list[Row] = []
    for line in sorted(lines, key=lambda line: line.middle):
        last = rows[-1] if rows else []
        centre = sum(other.middle for other in last) / len(last) if last else 0.0
        if last and abs(line.middle - centre) < 0.45 * min(line.height, last[-1].height):
            last.append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: line.box.x0) for row in rows]


def find_tables(lines: Sequence[OcrLine]) -> list[Table]:
    """Return the tables among the lines of a page, from top to bottom."""
    rows = group_rows(lines)
    tables, run = [], list[Row]()
    for row in [*rows, []]:
        near = bool(run and row) and row[0].middle - run[-1][-1].middle < _REACH * max(_height(row), _height(run[-1]))
        if row and _may_belong(row) and (near or not run):
            run.append(row)
            continue
        tables += _table_of(run)
        run = [row] if row and _may_belong(row) else []
    return tables


def _may_belong(row: Row) -> bool:
    """Several cells apart from each other, or one or two short ones (a group's label, a stacked heading)."""
    if len(row) == 1:
        return len(row[0].text) <= _CELL_CHARS
    apart = all(right.box.x0 - left.box.x1 > 0 for left, right in pairwise(row))
    lengths = sorted(len(cell.text) for cell in row)
    return apart and lengths[len(lengths) // 2] <= _CELL_CHARS


def _table_of(run: list[Row]) -> list[Table]:
    """Cut the rows of single cells off both ends; what is left is a table if enough of its rows are full."""
    full = [index for index, row in enumerate(run) if len(row) >= MIN_CELLS]
    if len(full) < _MIN_ROWS:
        return []
    start, end = full[0], full[-1] + 1
    body = run[start:end]
    # A heading that stands over two columns of the first full row, closer to it than a line of text would.
    while start > 0 and len(run[start - 1]) > 1:
        start -= 1
        body.insert(0, run[start])
    while end < len(run) and len(run[end]) > 1:
        body.append(run[end])
        end += 1
    while start > 0 and body[0][0].middle - run[start - 1][0].middle < _STACKED * _height(body[0]):
        start -= 1
        body.insert(0, run[start])
    return [Table(tuple(tuple(row) for row in body))]


def _columns(rows: Sequence[Sequence[OcrLine]]) -> list[tuple[float, float]]:
    """Return the columns as ranges of x: what the fullest rows share, widened by the cells that fall into one only."""
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
    texts = [""] * len(columns)
    for cell in row:
        over = _overlapping(cell, columns) or [_nearest(cell, columns)]
        tokens = cell.text.split()
        if len(over) > 1 and len(tokens) == len(over) and all(_NUMERIC.fullmatch(token) for token in tokens):
            parts = tokens  # the OCR took two neighbouring numbers for one line
        elif len(over) > 1 and any(_NUMERIC.fullmatch(other.text) for other in row if other is not cell):
            over, parts = over[:1], [cell.text]  # a long label reaches into the next column
        else:
            parts = [cell.text] * len(over)  # a heading over several columns holds for each
        for index, part in zip(over, parts, strict=True):
            texts[index] = f"{texts[index]} {part}".strip()
    return texts


def _merge_header(rows: Sequence[Sequence[OcrLine]], texts: list[list[str]]) -> list[list[str]]:
    """Join header rows that are stacked closer than lines of print: they are one row with cells of one or two lines."""
    merged = [texts[0]]
    numeric = False
    for above, row, text in zip(rows, rows[1:], texts[1:], strict=False):
        cells = [cell.text for cell in row]
        numeric = numeric or 2 * sum(bool(_NUMERIC.fullmatch(cell)) for cell in cells) >= len(cells)
        if not numeric and row[0].middle - above[0].middle < _STACKED * min(_height(row), _height(list(above))):
            merged[-1] = [f"{first} {second}".strip() for first, second in zip(merged[-1], text, strict=True)]
        else:
            merged.append(text)
    return merged


def _nearest(cell: OcrLine, columns: Sequence[tuple[float, float]]) -> int:
    middle = (cell.box.x0 + cell.box.x1) / 2
    return min(range(len(columns)), key=lambda index: abs(sum(columns[index]) / 2 - middle))


def _height(row: Sequence[OcrLine]) -> float:
    return max(line.height for line in row)
