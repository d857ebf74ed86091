"""Tables of the text layer: from a grid of boxes and the words in it to a Markdown table."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Container, Sequence
from itertools import pairwise

from loaders.geometry import centre
from loaders.pdf.aligned_columns import aligned_cuts, without_torn_texts
from loaders.pdf.bidi import is_right_to_left
from loaders.pdf.centred_labels import with_centred_labels
from loaders.pdf.ruled import Rules, ruled_grid
from loaders.pdf.ruled_tables import cell_text, phrases, ruled_rows
from loaders.pdf.text_layer import Line, Region
from loaders.text.numbers import is_value
from loaders.text.stacked_headers import Extent, columns_under
from loaders.types import Box, Word

Grid = Sequence[Sequence[Box]]

_Texts = Sequence[tuple[Extent, str]]
"""The phrases of a line of print."""

MIN_EMPTY = 20.0
"""Points of the narrowest drawn column without text; narrower ones are spaces between columns."""

_TIME = re.compile(r"\d{1,2}(?:[:.h/-]\d{1,2}){1,2}(?:[./-]\d{2,4})?(?:\s?[ap]\.?m\.?)?", re.IGNORECASE)
"""A time or a date: in timetables no cell is a number."""
_YEAR = re.compile(r"(?:19|20)\d\d[*†]?")
_MAX_HEADER = 8  # lines of print
_UNDER = 0.5  # of the text size: a line this near below a heading belongs to it
_CENTRED = 0.04  # of the table's width: a name over all columns is this near to the middle
_MIN_PRINTED = 3  # rows of print with a phrase in each column
_TORN = 0.12  # share of a word that must lie on either side of a column line before the line counts as cutting it


def table_text(region: Region, rows: Sequence[Line], known: Container[str]) -> str:
    """Return a Markdown pipe table; words are assigned to cells by their centres, so that none is split or lost.

    Where drawn lines enclose the cells, these decide; else the grid of the layout model does. A heading over several
    columns ("AIME 2024" over pass@1 and cons@64) is repeated in each of them, a label over several rows in each row.
    """
    grid = ruled_grid(region.rules, region.box)
    shape = len(region.cells), len(region.cells[0])
    texts = ruled_rows(grid, rows, shape, known) if grid is not None else None
    kept = [right - left > MIN_EMPTY for left, right in pairwise(grid.xs)] if grid is not None and texts else []
    texts = texts or _layout_rows(region.cells, rows, known, region.rules)
    if is_right_to_left([word for row in rows for word in row.words]):  # the labels are on the right
        texts, kept = [row[::-1] for row in texts], kept[::-1]
    return markdown_table(texts, kept)


def _layout_rows(cells: Grid, rows: Sequence[Line], known: Container[str], rules: Rules) -> list[list[str]]:
    """Return the texts of the layout model's cells, or of the rows of print if labels are in their middle."""
    cells = _with_printed_columns(_without_torn_columns(cells, rows), rows)
    if (
        len(cells[0]) > 2
        and all(line.upright for line in rows)
        and (found := with_centred_labels(rows, cells[0][1].x0))
    ):
        rows = found
        cells = [[cell._replace(y0=min(word.box.y0 for word in line.words)) for cell in cells[0]] for line in rows]
    tops = [row[0].y0 for row in cells]
    lefts, cuts = _column_starts(cells, rows)
    texts = [_texts(line, cuts) for line in rows]
    grid: list[list[list[tuple[float, str]]]] = [[[] for _ in lefts] for _ in tops]
    spans: list[tuple[int, Sequence[int], float, str]] = []
    for number, (line, over) in enumerate(zip(rows, _header_spans(rows, texts, lefts, rules), strict=True)):
        parts = phrases(line, cuts)
        for index, phrase in enumerate(parts):
            y = sum(centre(word.box)[1] for word in phrase) / len(phrase)
            row = _slot(tops, y)
            columns: Sequence[int] | None = over[index] if over else None
            if columns is None and line.upright and (torn := _torn_columns(phrase, lefts)):
                # A column in which the same line has another phrase is not under this one.
                others = {_slot(lefts, other.middle) for at, (other, _) in enumerate(texts[number]) if at != index}
                columns = [column for column in torn if column not in others] or torn[:1]
            if columns is None and line.upright and len(parts) == 1 and _is_centred(phrase, cells):
                columns = range(1)
            if columns:
                spans.append((row, columns, y, " ".join(word.text for word in phrase)))
                continue
            for column, words in _by_column(phrase, lefts):
                grid[row][column].append((y, " ".join(words)))
    first = next((index for index, row in enumerate(grid) if any(row)), 0)
    numeric = [_is_numeric(row) for row in grid]
    for row, columns, y, text in spans:
        # A text alone in its row below the header is the name of the rows under it.
        alone = row > first and not any(grid[row]) and sum(other == row for other, *_ in spans) == 1
        for column in columns[:1] if numeric[row] or alone else columns:
            grid[row][0 if alone else column].append((y, text))
    return [[cell_text(cell, known) for cell in row] for row in grid]


def _column_starts(cells: Grid, rows: Sequence[Line]) -> tuple[list[float], list[float]]:
    """Return the left edges of the columns, and the x at which print is cut between two close columns."""
    texts = [_texts(line) for line in rows]
    lefts = _with_missed_columns(texts, _without_split_columns(texts, [cell.x0 for cell in cells[0]]))
    cuts = aligned_cuts(rows, lefts)
    return sorted([*lefts, *cuts]), cuts


def _without_torn_columns(cells: Grid, rows: Sequence[Line]) -> Grid:
    """Join the columns between which most rows have words of one text; if none is left, they are found by the print."""
    lefts = without_torn_texts(rows, [cell.x0 for cell in cells[0]])
    if len(lefts) == len(cells[0]):
        return cells
    rights = [*lefts[1:], cells[0][-1].x1]
    return [[Box(x0, row[0].y0, x1, row[0].y1) for x0, x1 in zip(lefts, rights, strict=True)] for row in cells]


def _with_printed_columns(cells: Grid, rows: Sequence[Line]) -> Grid:
    """Divide the single column of the layout model if most rows of print have phrases under each other."""
    parts = [phrases(line) for line in rows if line.upright]
    width = max(map(len, parts), default=1)
    full = [line for line in parts if len(line) == width]
    if len(cells[0]) > 1 or width < 2 or len(full) < _MIN_PRINTED or 2 * len(full) <= len(parts):
        return cells
    ends = [max(line[column][-1].box.x1 for line in full) for column in range(width)]
    starts = [min(line[column][0].box.x0 for line in full) for column in range(width)]
    if any(end >= start for end, start in zip(ends, starts[1:], strict=False)):
        return cells
    lefts = [cells[0][0].x0, *((end + start) / 2 for end, start in zip(ends, starts[1:], strict=False))]
    rights = [*lefts[1:], cells[0][0].x1]
    return [[Box(x0, row[0].y0, x1, row[0].y1) for x0, x1 in zip(lefts, rights, strict=True)] for row in cells]


def _is_centred(phrase: Sequence[Word], cells: Grid) -> bool:
    """Return whether a phrase is in the middle of the table, and not at the left edge of a column."""
    left, right = cells[0][0].x0, cells[0][-1].x1
    x0, x1 = phrase[0].box.x0, phrase[-1].box.x1
    return len(cells[0]) > 2 and abs(x0 + x1 - left - right) < 2 * _CENTRED * (right - left) and x0 > left + 2


def _texts(line: Line, cuts: Sequence[float] = ()) -> _Texts:
    if not line.upright:
        return []
    return [(Extent(p[0].box.x0, p[-1].box.x1), " ".join(word.text for word in p)) for p in phrases(line, cuts)]


def _without_split_columns(texts: Sequence[_Texts], lefts: Sequence[float]) -> list[float]:
    """Join two columns of which one has only a heading, and the other only the values under it."""
    body = _body_start(texts, lefts)
    heads = set(_placed(max(texts[:body], key=len, default=[]), lefts))
    values = {_slot(lefts, extent.middle) for line in texts[body:] for extent, _ in line}
    kept, column = list(lefts), 1
    while column < len(lefts):
        before, after = (column - 1 in heads, column - 1 in values), (column in heads, column in values)
        split = {before, after} == {(True, False), (False, True)}
        if split:
            kept.remove(lefts[column])
        column += 1 + split
    return kept


def _with_missed_columns(texts: Sequence[_Texts], lefts: Sequence[float]) -> list[float]:
    """Divide a column with two numbers in every line: in a table of few rows the layout model finds too few columns."""
    found = list(lefts)
    for column in range(1, len(lefts)):
        held = [[phrase for phrase in line if _slot(lefts, phrase[0].middle) == column] for line in texts]
        pairs = [line for line in held if line]
        if pairs and all(len(line) == 2 and all(is_value(text) for _, text in line) for line in pairs):
            left, right = max(line[0][0].right for line in pairs), min(line[1][0].left for line in pairs)
            found += [(left + right) / 2] * (left < right)
    return sorted(found)


def _body_start(texts: Sequence[_Texts], lefts: Sequence[float]) -> int:
    found = (
        index for is_kind in (is_value, _is_time) for index, line in enumerate(texts) if _is_body(line, lefts, is_kind)
    )
    return next(found, 0)


def _header_spans(
    rows: Sequence[Line], texts: Sequence[_Texts], lefts: Sequence[float], rules: Rules
) -> list[list[list[int]] | None]:
    """Return for each line of print the columns under its phrases if it is a heading over a header; else None."""
    found: list[list[list[int]] | None] = [None] * len(rows)
    body = _body_start(texts, lefts)
    for index in reversed(range(min(body, _MAX_HEADER) - 1)):
        below = max((_placed(line, lefts) for line in texts[index + 1 : body]), key=len)
        under = next(line for line in texts[index + 1 : body] if _placed(line, lefts) == below)
        extents = _extents([under, *texts[body:]], lefts)
        used = list(extents)  # the layout model may find a column with only a heading
        headings = [extent for extent, _ in texts[index]]
        ordinals = {used.index(column): text for column, text in below.items() if column in extents}
        lines = [_underline(rows[index], extent, rules) for extent in headings]
        if over := columns_under(headings, ordinals, list(extents.values()), lines):
            found[index] = [[used[column] for column in columns] for columns in over]
    return found


def _underline(line: Line, heading: Extent, rules: Rules) -> Extent | None:
    """Return the drawn line right under a heading, if it is longer than that."""
    bottom = max(word.box.y1 for word in line.words)
    for y, left, right in rules.horizontal:
        near = bottom - _UNDER * line.size < y < bottom + _UNDER * line.size
        if near and left <= heading.middle <= right and right - left > heading.right - heading.left:
            return Extent(left, right)
    return None


def _placed(line: _Texts, lefts: Sequence[float]) -> dict[int, str]:
    return {_slot(lefts, extent.middle): text for extent, text in line}


def _is_time(text: str) -> bool:
    return bool(_TIME.fullmatch(text))


def _is_body(line: _Texts, lefts: Sequence[float], is_kind: Callable[[str], bool]) -> bool:
    """Return whether a line has a label and values that are not only years, as in a header."""
    values = [text for _, text in line[1:]]
    if not line or _slot(lefts, line[0][0].middle) != 0:
        return False
    numbers = [text for text in values if is_kind(text)]
    return 2 * len(numbers) > len(values) > 0 and not all(_YEAR.fullmatch(text) for text in numbers)


def _extents(lines: Sequence[_Texts], lefts: Sequence[float]) -> dict[int, Extent]:
    """Return the left and right edge of the texts in each column, without those that overlap another one."""
    bounds: dict[int, Extent] = {}
    for line in lines:
        for extent, _ in line:
            first, last = _slot(lefts, extent.left + 1), _slot(lefts, extent.right - 1)
            column = _slot(lefts, extent.middle)
            if first == last or column not in bounds:
                old = bounds.get(column, extent)
                bounds[column] = Extent(min(old.left, extent.left), max(old.right, extent.right))
    return dict(sorted(bounds.items()))


def markdown_table(rows: Sequence[Sequence[str]], kept: Sequence[bool] = ()) -> str:
    """Return rows of cell texts as a pipe table; the first row is its header.

    Columns without any text are dropped except those to be `kept`: the table may continue one of the page before.
    """
    used = [x for x in range(len(rows[0])) if any(row[x] for row in rows) or any(kept[x : x + 1])]
    lines = ["|" + "|".join(row[index].replace("|", "\\|") for index in used) + "|" for row in rows if any(row)]
    return "\n".join([*lines[:1], "|" + "---|" * len(used), *lines[1:]])


def _torn_columns(phrase: Sequence[Word], lefts: Sequence[float]) -> range | None:
    """Return the columns that a phrase covers if a column line cuts through one of its words."""
    for word in phrase:
        slack = _TORN * (word.box.x1 - word.box.x0)
        if any(word.box.x0 + slack < left < word.box.x1 - slack for left in lefts):
            return range(_slot(lefts, phrase[0].box.x0), _slot(lefts, phrase[-1].box.x1 - slack) + 1)
    return None


def _by_column(phrase: Sequence[Word], lefts: Sequence[float]) -> list[tuple[int, list[str]]]:
    placed: dict[int, list[str]] = {}
    for word in phrase:
        placed.setdefault(_slot(lefts, centre(word.box)[0]), []).append(word.text)
    return list(placed.items())


def _slot(starts: Sequence[float], value: float) -> int:
    """Return the index of the last of the ascending starts at or before `value`, the first for values before all."""
    return max(bisect_right(starts, value) - 1, 0)


def _is_numeric(row: Sequence[Sequence[tuple[float, str]]]) -> bool:
    """Return whether most cells after the label are numbers: then a long label in the row is not a heading."""
    texts = [" ".join(text for _, text in cell) for cell in row[1:] if cell]
    return bool(texts) and 2 * sum(is_value(text) for text in texts) > len(texts)
