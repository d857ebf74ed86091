"""Layout of very long pages, strip by strip: a roll of a log, an export of 3,000 rows on one page.

The layout model's time grows with the square of a page's words: a page of 12,000 words takes 90 CPU seconds, in strips
of 1,000 words it takes 24. Long tables are found by the print alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

from loaders.geometry import bounding_box, centre
from loaders.pdf.text_layer import Line, Region, TextLayer
from loaders.types import Box, Word

MAX_WORDS = 5000
"""Words of the fullest page that is analysed at once: reports and papers have up to 1,500, a large poster 4,000."""
MAX_CHARACTERS = 40_000
"""Characters of the fullest such page: each costs the model 0.4 ms of CPU, however few words they make."""
MAX_PIECES = 2500
"""Separate pieces of print of the fullest such page: 4,900 take the model 16 CPU seconds, in strips 4; reports and
papers have up to 204."""
MAX_TABLE_PIECES = 700
"""The same of a page that is a table by its print: of 1,200 in 61 rows the model makes 60 rows, of 3,000 in 101 77,
in 1.5 and 8.8 CPU seconds, and of four timetables nothing; by the print alone all rows are right, in 0.3 and 0.6."""
MAX_READ_WORDS = 20_000
"""Words outside long tables that are given to the model, in strips; the rest stays in the order of the file."""
WORD_LENGTH = 40
"""Mean characters of a word of a strip that is given to the model: German prose has 6, addresses of files 25."""
SHORT_WORD = 2.2
"""Least mean characters: print in single signs is no text; Korean and Vietnamese prose have about 3."""
STRIP_WORDS = 1000
"""Words of a strip."""
MIN_ROWS = 20
"""Rows of the shortest table that is found without the layout model."""
CELL_WORDS = 6
"""Median words of a cell: a line of a column of prose has eight and more."""
_ONE_ROW = 0.5  # of the print's size: most distance between the middles of pieces of one row
_TOP = 3  # rows at the top that may have headings over several columns
_CROSSING = 0.02  # share of the rows whose cells may cross the space between two columns


def is_long(layer: TextLayer) -> bool:
    """Return whether a page has more than the layout model can analyse at once."""
    words = [word.text for line in layer.lines for word in line.words]
    if len(words) > MAX_WORDS or sum(map(len, words)) > MAX_CHARACTERS or len(layer.lines) > MAX_PIECES:
        return True
    if len(layer.lines) <= MAX_TABLE_PIECES:
        return False
    rows = _rows(layer.lines)
    inside = sum(len(row) for start, stop, _ in _tables(rows) for row in rows[start:stop])
    return 2 * inside > len(layer.lines)


def regions_in_strips(layer: TextLayer, regions_of: Callable[[TextLayer], list[Region]]) -> list[Region]:
    """Return the regions of a long page: its long tables, and those that the model finds in the rest, strip by strip.

    `regions_of` returns the regions of a text layer alone. In long tables the model joins rows of small print; here
    each row of print is a row of the table.
    """
    rows = _rows(layer.lines)
    tables = _tables(rows)
    inside = {id(line) for start, stop, _ in tables for row in rows[start:stop] for line in row}
    found = [region for _, _, region in tables]
    read = 0
    for top, strip in _strips(layer, [[line for line in row if id(line) not in inside] for row in rows]):
        words = [word.text for word in strip.words]
        read += len(words)
        if read <= MAX_READ_WORDS and SHORT_WORD * len(words) <= sum(map(len, words)) <= WORD_LENGTH * len(words):
            found += [_moved(region, top) for region in regions_of(strip)]
    return sorted(found, key=lambda region: region.box.y0)


def _rows(lines: Sequence[Line]) -> list[list[Line]]:
    """Return the upright lines in rows of print, from the top."""
    rows: list[list[Line]] = []
    middle = float("-inf")
    for line in sorted((line for line in lines if line.upright), key=lambda line: centre(line.box)[1]):
        at = centre(line.box)[1]
        if rows and at - middle < _ONE_ROW * line.size:
            rows[-1].append(line)
        else:
            rows.append([line])
            middle = at
    return rows


def _tables(rows: Sequence[Sequence[Line]]) -> list[tuple[int, int, Region]]:
    """Return the long tables with the rows that they begin and end with: MIN_ROWS rows of short pieces, in columns."""
    pieces = [_pieces(row) for row in rows]
    found: list[tuple[int, int, Region]] = []
    start = 0
    while start < len(rows):
        stop = start
        while stop < len(rows) and len(pieces[stop]) > 1:
            stop += 1
        if stop - start >= MIN_ROWS and (region := _table(pieces[start:stop])):
            found.append((start, stop, region))
        start = stop + 1
    return found


def _pieces(row: Sequence[Line]) -> list[list[Word]]:
    """Return a row of print cut where words are further apart than the height of their print."""
    pieces: list[list[Word]] = []
    for word in sorted((word for line in row for word in line.words), key=lambda word: word.box.x0):
        if not pieces or word.box.x0 - pieces[-1][-1].box.x1 > word.box.y1 - word.box.y0:
            pieces.append([])
        pieces[-1].append(word)
    return pieces


def _table(rows: Sequence[Sequence[Sequence[Word]]]) -> Region | None:
    """Return the table that rows of pieces form, None for columns of prose and pieces that form no columns."""
    if median(len(piece) for row in rows for piece in row) > CELL_WORDS:
        return None
    boxes = [[bounding_box(word.box for word in piece) for piece in row] for row in rows]
    around = bounding_box(box for row in boxes for box in row)
    columns = _columns([*_within(boxes[:_TOP], _columns(boxes[_TOP:], around)), *boxes[_TOP:]], around)
    if len(columns) < 2:
        return None
    edges = [around.y0, *((a[0].y1 + b[0].y0) / 2 for a, b in pairwise(boxes)), around.y1]
    cells = tuple(tuple(Box(x0, y0, x1, y1) for x0, x1 in columns) for y0, y1 in pairwise(edges))
    return Region("table", around, cells)


def _within(rows: Sequence[Sequence[Box]], columns: Sequence[tuple[float, float]]) -> list[list[Box]]:
    """Return the rows without the headings over several columns."""
    return [[box for box in row if any(x0 <= box.x0 and box.x1 <= x1 for x0, x1 in columns)] for row in rows]


def _columns(rows: Sequence[Sequence[Box]], around: Box) -> list[tuple[float, float]]:
    """Return the columns, cut in the middle of the spaces that all but a few rows leave free."""
    width = max(int(around.x1 - around.x0) + 1, 1)
    covered = [0] * (width + 1)
    for box in (box for row in rows for box in row):
        for x in range(int(box.x0 - around.x0), min(int(box.x1 - around.x0) + 1, width)):
            covered[x] += 1
    cuts, start = [], None
    for x in range(width):
        if covered[x] <= _CROSSING * len(rows):
            start = x if start is None else start
        elif start is not None:
            cuts += [around.x0 + (start + x) / 2] * (start > 0)
            start = None
    return list(pairwise([around.x0, *cuts, around.x1]))


def _strips(layer: TextLayer, rows: Sequence[Sequence[Line]]) -> list[tuple[float, TextLayer]]:
    """Return strips of a page with these rows, each with its top."""
    strips: list[list[Line]] = [[]]
    words = 0
    for row in rows:
        own = sum(len(line.words) for line in row)
        if words and words + own > STRIP_WORDS:
            strips.append([])
            words = 0
        strips[-1] += row
        words += own
    return [_strip(layer, lines) for lines in strips if lines]


def _strip(layer: TextLayer, lines: Sequence[Line]) -> tuple[float, TextLayer]:
    top, bottom = min(line.box.y0 for line in lines) - _MARGIN, max(line.box.y1 for line in lines) + _MARGIN
    moved = [replace(line, words=tuple(Word(w.text, _shifted(w.box, -top)) for w in line.words)) for line in lines]
    return top, TextLayer(layer.width, bottom - top, tuple(moved), ())


_MARGIN = 20.0  # points above and below the print of a strip: at a page's edge print is taken for a header


def _moved(region: Region, by: float) -> Region:
    cells = tuple(tuple(_shifted(box, by) for box in row) for row in region.cells)
    return Region("text" if region.role in _EDGES else region.role, _shifted(region.box, by), cells)


_EDGES = ("page-header", "page-footer")  # roles at the edges of a strip, which are not the page's edges


def _shifted(box: Box, by: float) -> Box:
    return Box(box.x0, box.y0 + by, box.x1, box.y1 + by)
