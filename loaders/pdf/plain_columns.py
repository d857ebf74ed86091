"""Columns of a page of running text, one after the other, without its headers and footers."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass
from itertools import pairwise

from loaders.geometry import bounding_box, centre
from loaders.pdf.plain_doubts import check_channels, check_content, check_words, shared
from loaders.pdf.plain_rows import LABEL, DoubtError, Row, by_row, page_rows, pitch
from loaders.pdf.text_layer import TextLayer
from loaders.types import Box

MIN_ROWS, CLOSE = 8, 1.45
"""With fewer rows between the margins, the usual distance, which separates paragraphs, is known only if they are close;
CLOSE is a share of the text size: rows of a paragraph are set at 1.15-1.4."""
FAR = 1.8
"""Share of the text size from which a row begins a new paragraph, whatever the usual distance is."""
WIDE, MIN_PROSE_WORDS = 0.6, 7
"""Share of the page's width of the longest of few rows, and their mean words: those of a cover have 1-5."""
MIN_COLUMN_ROWS = 6
"""Rows of a column beside another one: shorter ones may be a table of sentences."""
MIN_COLUMN_WORDS = 3.5
"""Mean words of a column's rows: the labels of a table have fewer."""
MIN_BESIDE = 5
"""Fewest rows with print on both sides of one place that make two columns."""
MAX_GAPS = 300
"""Most gaps between print side by side that are examined: two columns have 60, tables more."""

_LABEL_GAP = 5.0  # of the text size: between a bullet or number and its text
_MARGIN_SHARE = 0.1  # of the page's height: headers and footers lie there
_MARGIN_ROWS = 3
_PAGE_NUMBER = re.compile(
    r"(?:[Pp]age|[Ss]eite|[Pp]\.)?\s*[-–—|[(]?\s*(?:[A-Z]-)?(?:\d{1,4}|[ivxlc]{1,7})\s*[-–—|\])]?"
    r"(?:\s*(?:of|/|von|de)\s*\d{1,4})?"
)


@dataclass(frozen=True, slots=True)
class PlainRows:
    """The rows of a page of running text: headers, the columns in reading order, footers."""

    headers: tuple[Row, ...]
    columns: tuple[tuple[Row, ...], ...]
    footers: tuple[Row, ...]
    few: bool = False
    """Whether they are too few to measure the usual distance of rows."""


def plain_rows(layer: TextLayer, repeated: Container[str], *, few: bool = False) -> PlainRows:
    """Return the rows of a page of running text; raise DoubtError if it may be anything else.

    `repeated` has the keys (`margin_key`) of the texts in the margins of the pages around it. Fewer rows than MIN_ROWS
    are taken only if `few`, and if each is clearly close to the one before it or clearly not.
    """
    check_content(layer)
    rows = page_rows(layer.lines)
    headers, rest = _split_margin(rows, layer.height, repeated, top=True)
    footers, rest = _split_margin(rest, layer.height, repeated, top=False)
    lines = [row for pieces in rest for row in pieces]
    if not rest:
        return PlainRows(tuple(headers), (), tuple(footers), True)
    scarce = len(rest) < MIN_ROWS and (len(rest) < 3 or pitch(lines) > CLOSE * lines[0].size)
    few = few or _is_prose(lines, layer.width)
    if scarce and not (few and all(_is_clear(before, after) for before, after in pairwise(lines))):
        raise DoubtError("few rows")
    check_words(lines)
    columns = tuple(tuple(_whole_rows(column)) for column in _columns(lines) if column)
    for column in columns:
        check_channels(column)
    return PlainRows(tuple(headers), columns, tuple(footers), scarce)


def _is_prose(rows: Sequence[Row], width: float) -> bool:
    """Return whether few rows are the end of a text: one is as wide as a column, and words are many in each."""
    words = sum(len(row.words) for row in rows)
    wide = max(row.box.x1 - row.box.x0 for row in rows) > WIDE * width
    return wide and words >= MIN_PROSE_WORDS * len(rows)


def _is_clear(before: Row, after: Row) -> bool:
    """Return whether a row is either a paragraph's next one or far from the one before it."""
    step, size = after.box.y0 - before.box.y0, max(before.size, after.size)
    return step <= CLOSE * size or step > FAR * size


def margin_key(text: str) -> str:
    """Return a header or footer with its numbers left out, so that those of two pages are equal."""
    return re.sub(r"[\divxlc]+\b|\W", "", text.lower())


def margin_texts(layer: TextLayer) -> set[str]:
    """Return the keys (`margin_key`) of the texts at the top and bottom of a page."""
    edges = (line for line in layer.lines if _in_margin(line.box, layer.height))
    return {key for line in edges if (key := margin_key(line.text))}


def _in_margin(box: Box, height: float) -> bool:
    return box.y1 < _MARGIN_SHARE * height or box.y0 > (1 - _MARGIN_SHARE) * height


def _split_margin(
    rows: list[list[Row]], height: float, repeated: Container[str], *, top: bool
) -> tuple[list[Row], list[list[Row]]]:
    """Return the header (or footer), which is a page number or text that other pages have there, and the other rows."""
    ordered = rows if top else rows[::-1]
    taken = 0
    for pieces in ordered[:_MARGIN_ROWS]:
        if not _in_margin(bounding_box(row.box for row in pieces), height):
            break
        if not all(_is_furniture(row, repeated, top) for row in pieces):
            break
        taken += 1
    if not top and not taken and _ends_with_number(rows):
        taken = 1  # the page of a printed web page ends with its text, at any height
    rest = ordered[taken:]
    found = [row for pieces in ordered[:taken] for row in pieces]
    if top:
        return found, rest
    return [row for pieces in reversed(ordered[:taken]) for row in pieces], rest[::-1]


def _ends_with_number(rows: Sequence[list[Row]]) -> bool:
    """Return whether the last row of a page is a number alone that stands apart from the row before it."""
    if not rows or len(rows[-1]) > 1 or not re.fullmatch(r"\W*\d{1,4}\W*", rows[-1][0].text):
        return False
    last = rows[-1][0]
    return len(rows) == 1 or last.box.y0 - max(row.box.y0 for row in rows[-2]) > FAR * last.size


def _is_furniture(row: Row, repeated: Container[str], top: bool) -> bool:
    """Return whether a row of the margin is a page number or is on other pages too; a bold one may be a heading."""
    return bool(_PAGE_NUMBER.fullmatch(row.text)) or (margin_key(row.text) in repeated and not (top and row.bold))


def _columns(rows: Sequence[Row]) -> list[list[Row]]:
    """Return the pieces of the rows as columns in reading order; rows above and below two columns are one column."""
    gutter = _gutter(rows)
    if gutter is None:
        return [list(rows)]
    left, right = gutter
    middle = (left + right) / 2
    crossing = [row for row in rows if row.box.x0 < middle < row.box.x1]
    beside = [row for row in rows if row not in crossing]
    first, last = _beside_extent(beside, middle)
    if any(first < centre(row.box)[1] < last for row in crossing):
        raise DoubtError("lines across two columns")
    top = max((row.box.y1 for row in crossing if row.box.y1 <= first), default=0.0)
    bottom = min((row.box.y0 for row in crossing if row.box.y0 >= last), default=float("inf"))
    above = [row for row in rows if centre(row.box)[1] < top]
    below = [row for row in rows if centre(row.box)[1] > bottom]
    inner = [row for row in rows if row not in above and row not in below]
    sides = [row for row in inner if row.box.x1 < middle], [row for row in inner if row.box.x0 > middle]
    for side in sides:
        _check_column(side)
    _check_starts(*sides)
    return [above, *(column for side in sides for column in _columns(side)), below]


def _gutter(rows: Sequence[Row]) -> tuple[float, float] | None:
    """Return the white space between two columns; raise DoubtError if print is side by side in another way."""
    gaps: list[tuple[float, float]] = []
    for pieces in by_row(rows):
        gaps += [(one.box.x1, two.box.x0) for one, two in pairwise(pieces) if not _is_labelled(one, two)]
    if not gaps:
        return None
    if len(gaps) > MAX_GAPS:
        raise DoubtError("print side by side")
    best = max(gaps, key=lambda gap: sum(shared(gap, other) > 0 for other in gaps))
    near = [gap for gap in gaps if shared(gap, best) > 0]
    left, right = max(gap[0] for gap in near), min(gap[1] for gap in near)
    if len(near) < MIN_BESIDE or right - left < 4:
        raise DoubtError("print side by side")
    return left, right


def _is_labelled(one: Row, two: Row) -> bool:
    """Return whether a piece is the bullet or number of the one after it."""
    label = len(one.words) == 1 and LABEL.fullmatch(one.text)
    return bool(label) and two.box.x0 - one.box.x1 < _LABEL_GAP * one.size


def _beside_extent(rows: Sequence[Row], middle: float) -> tuple[float, float]:
    """Return the top and bottom of the part with print on both sides of the gutter."""
    ys = [
        centre(one.box)[1]
        for pieces in by_row(rows)
        for one, two in pairwise(pieces)
        if one.box.x1 < middle < two.box.x0
    ]
    return min(ys), max(ys)


def _check_column(rows: Sequence[Row]) -> None:
    """Raise DoubtError if the rows on one side of a gutter are not a column of prose."""
    if len(rows) < MIN_COLUMN_ROWS:
        raise DoubtError("a short column")
    if sum(len(row.words) for row in rows) < MIN_COLUMN_WORDS * len(rows):
        raise DoubtError("columns of few words")


def _check_starts(left: Sequence[Row], right: Sequence[Row]) -> None:
    """Raise DoubtError if paragraphs begin at the same heights on both sides: the rows of a table of sentences."""
    starts = [
        {round(after.box.y1) for before, after in pairwise(side) if after.box.y0 - before.box.y0 > 1.25 * pitch(side)}
        for side in (sorted(left, key=lambda row: row.box.y0), sorted(right, key=lambda row: row.box.y0))
    ]
    if sum(any(abs(one - two) <= 1 for two in starts[1]) for one in starts[0]) > 1:
        raise DoubtError("paragraphs that begin side by side")


def _whole_rows(rows: Sequence[Row]) -> list[Row]:
    """Join bullets and numbers with their texts; raise DoubtError where other print is side by side."""
    joined = []
    for pieces in by_row(rows):
        if len(pieces) > 2 or (len(pieces) == 2 and not _is_labelled(*pieces)):
            raise DoubtError("print side by side")
        words = tuple(word for piece in pieces for word in piece.words)
        box = bounding_box(piece.box for piece in pieces)
        last = pieces[-1]
        joined.append(Row(words, box, last.size, last.bold, last.mono))
    return joined
