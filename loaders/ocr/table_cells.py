"""Cells of a scanned table: the column of each recognised line, headings over several columns, bands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from loaders.ocr.lines import OcrLine
from loaders.pdf.tables import markdown_table
from loaders.text.numbers import is_value
from loaders.text.stacked_headers import Extent, columns_under

Rows = Sequence[Sequence[OcrLine]]

STACKED = 0.95
"""Of a line's height: header lines closer than this are one row ("GPQA" over "Diamond", "Model" beside)."""

_YEAR = re.compile(r"(?:19|20)\d\d")
_CENTRED = 0.05  # of the table's width: a name over all columns is this near to the middle
_MERGED = 0.85  # of the columns' total width: a piece that fills it is several cells read as one
_MIN_MERGED = 3  # columns from which a piece that fills them may have a word more or less than they are


def rows_text(rows: Rows) -> str:
    """Return the rows of a table as a Markdown pipe table; a cell belongs to the column above or below it.

    Where a heading spans columns with names, the header is one row.
    """
    if header := _stacked_header(rows):
        return markdown_table([header.texts, *(_place_body(row, header.columns) for row in rows[header.end :])])
    columns = columns_of(rows)
    texts = [_place(row, columns) for row in rows[:1]] + [_place_body(row, columns) for row in rows[1:]]
    return markdown_table(_merge_header(rows, texts))


def is_numeric(row: Sequence[OcrLine]) -> bool:
    """Return whether most cells after the first are numbers."""
    cells = [cell.text for cell in row[1:]]
    return bool(cells) and 2 * sum(is_value(cell) for cell in cells) > len(cells)


def columns_of(rows: Rows) -> list[tuple[float, float]]:
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
            if not overlapping(cell, columns):
                columns.append((cell.box.x0, cell.box.x1))
                columns.sort()
    return columns


def overlapping(cell: OcrLine, columns: Sequence[tuple[float, float]]) -> list[int]:
    """Return the columns that a cell covers by a third of the cell's or of the column's width."""
    found = []
    for index, (left, right) in enumerate(columns):
        shared = min(cell.box.x1, right) - max(cell.box.x0, left)
        if shared > 0.34 * min(cell.box.x1 - cell.box.x0, right - left):
            found.append(index)
    return found


def _place(row: Sequence[OcrLine], columns: Sequence[tuple[float, float]]) -> list[str]:
    """Return the text of each column of a row; a heading over several columns is repeated in each."""
    texts = [""] * len(columns)
    numeric = is_numeric(row)
    for cell in row:
        over = overlapping(cell, columns) or [_nearest(cell, columns)]
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
        over = overlapping(row[0], columns)
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


def _stacked_header(rows: Rows) -> _Header | None:
    """Return the header if a row of names has headings above it that span several of them."""
    end = next((index for index, row in enumerate(rows) if index and _is_body(row)), 0)
    names = max(range(end), key=lambda index: (len(rows[index]), index), default=0)
    if names == 0:
        return None
    columns = columns_of([rows[names], *rows[end:]])
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
    """Return whether a row has a label and values that are not only years."""
    values = [cell.text for cell in row[1:] if is_value(cell.text)]
    return is_numeric(row) and not is_value(row[0].text) and not all(map(_YEAR.fullmatch, values))


def _merged_cells(cell: OcrLine, columns: Sequence[tuple[float, float]]) -> list[str] | None:
    """Return one text per column if the OCR took neighbouring cells for one line, else None."""
    text = cell.text.replace("|", " ")
    tokens = text.split()
    width = columns[-1][1] - columns[0][0]
    fills = min(cell.box.x1, columns[-1][1]) - max(cell.box.x0, columns[0][0]) > _MERGED * width
    if len(tokens) == len(columns) and (fills or all(is_value(token) for token in tokens)):
        return tokens
    if not fills or len(columns) < _MIN_MERGED or abs(len(tokens) - len(columns)) > (1 if not cell.places else 3):
        return None
    parts = [""] * len(columns)  # two cells were read as one word, or a cell has two words: decide by position
    kept = [char != "|" for char in cell.text if not char.isspace()]
    places = tuple(place for place, keep in zip(cell.places, kept, strict=False) if keep)
    for word in replace(cell, text=text, places=places).level_words:
        index = min(range(len(columns)), key=lambda index: abs(sum(columns[index]) - word.box.x0 - word.box.x1))
        parts[index] = f"{parts[index]} {word.text}".strip()
    return parts


def _clean(text: str) -> str:
    """Strip characters that are misread ruling lines of the table."""
    return text.strip(" |")


def _merge_header(rows: Rows, texts: list[list[str]]) -> list[list[str]]:
    """Join header rows that are closer than printed lines: they are one row with cells of one or two lines."""
    merged = [texts[0]]
    in_body = is_numeric(rows[0])
    for (above, row), text in zip(pairwise(rows), texts[1:], strict=True):
        in_body = in_body or is_numeric(row)
        if not in_body and row[0].middle - above[0].middle < STACKED * min(height_of(row), height_of(above)):
            merged[-1] = [_joined(first, second) for first, second in zip(merged[-1], text, strict=True)]
        else:
            merged.append(text)
    return merged


def _joined(first: str, second: str) -> str:
    """Join the lines of a cell; one that ends in a hyphen is continued without a space."""
    broken = len(first) > 1 and first.endswith("-") and second[:1].isalnum()
    return first + second if broken else f"{first} {second}".strip()


def _nearest(cell: OcrLine, columns: Sequence[tuple[float, float]]) -> int:
    middle = (cell.box.x0 + cell.box.x1) / 2
    return min(range(len(columns)), key=lambda index: abs(sum(columns[index]) / 2 - middle))


def height_of(row: Sequence[OcrLine]) -> float:
    """Return the height of a row's highest line."""
    return max(line.height for line in row)
