"""Columns set close to each other, found by the edges at which the words of their rows end and begin."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from itertools import groupby, pairwise

from loaders.geometry import centre
from loaders.pdf.plain_rows import LABEL
from loaders.pdf.text_layer import Line
from loaders.text.numbers import is_value
from loaders.types import Word

MIN_ROWS = 3
"""Rows whose words end at one place and continue at another: in two, equal places may be chance."""
MIN_SHARE = 0.6
"""Share of the rows of a column that have words on both sides; others have one cell, and nothing crosses the gap."""
MIN_GAP = 0.42
"""Of the text size: the least space between such columns. A space has 0.25-0.33 in print of any width but typewriters'.
Of 60 made tables with columns 4.5-9 points apart 59 are read cell by cell; one of typewriter print stays a text."""

MIN_GAP_OF_TYPEWRITERS = 0.9
"""The same in fixed-width print: a space has 0.6, two have 1.2."""

_SAME = 0.8  # points by which edges vary that are set at one place
_STARTS = 1.0  # points by which at least the beginnings of right-aligned words differ
_HEADER_LINES = 3  # lines at the top that may cross the gap
_ADDED = re.compile(r"[(\[±/%°*†‡§–—-]|[€$£¥]$")  # begins a part of the number before it

Gap = tuple[Word, Word]


def aligned_cuts(rows: Sequence[Line], lefts: Sequence[float]) -> list[float]:
    """Return the x at which columns that begin at `lefts` are to be divided: between right- and left-aligned words.

    In nearly all rows the words before a space end at one place and those after it begin at one place, and the words
    before begin at different places or are numbers: words of one text are not aligned like that.
    """
    columns: list[list[list[Word]]] = [[] for _ in lefts]
    for line in rows:
        if line.upright:
            for slot, words in groupby(
                line.words, key=lambda word: max(bisect_right(lefts, centre(word.box)[0]) - 1, 0)
            ):
                columns[slot].append(list(words))
    least = max(map(_least_gap, rows), default=0.0)
    return [cut for column in columns for cut in _cuts(column, least)]


def without_torn_texts(rows: Sequence[Line], lefts: Sequence[float]) -> list[float]:
    """Return the `lefts` of columns without those at which most rows have words of one text and no gap.

    The layout model divides dates of typewriter print like that: `Varne|0 25|May|2023 1,059`.
    """
    kept = [*lefts[:1]]
    for left in lefts[1:]:
        gaps = [
            two.box.x0 - one.box.x1 < _least_gap(line)
            for line in rows
            if line.upright
            for one, two in pairwise(line.words)
            if centre(one.box)[0] < left <= centre(two.box)[0]
        ]
        if sum(gaps) < max(MIN_ROWS, MIN_SHARE * len(gaps)):
            kept.append(left)
    return kept


def _least_gap(line: Line) -> float:
    return (MIN_GAP_OF_TYPEWRITERS if line.mono else MIN_GAP) * line.size


def _cuts(column: Sequence[list[Word]], least: float) -> list[float]:
    gaps = [(one, two) for words in column for one, two in pairwise(words) if two.box.x0 - one.box.x1 >= least]
    found: list[float] = []
    while gaps:
        (end, start), _ = Counter((round(one.box.x1), round(two.box.x0)) for one, two in gaps).most_common(1)[0]
        near = [gap for gap in gaps if abs(gap[0].box.x1 - end) < _SAME and abs(gap[1].box.x0 - start) < _SAME]
        gaps = [gap for gap in gaps if abs(gap[0].box.x1 - end) >= _SAME or abs(gap[1].box.x0 - start) >= _SAME]
        if len(near) < max(MIN_ROWS, MIN_SHARE * len(column)):
            break
        left, right = max(one.box.x1 for one, _ in near), min(two.box.x0 for _, two in near)
        if _is_clear(column, left, right) and _is_aligned(near):
            found.append((left + right) / 2)
    return found


def _is_clear(column: Sequence[list[Word]], left: float, right: float) -> bool:
    """Return whether no word below the header overlaps the space."""
    body = (word for words in column[_HEADER_LINES:] for word in words)
    return all(word.box.x1 <= left + _SAME or word.box.x0 >= right - _SAME for word in body)


def _is_aligned(gaps: Sequence[Gap]) -> bool:
    """Return whether the words before a space are right-aligned, or are numbers beside words.

    The numbers of a list and its items are not, nor are a value and its unit or brackets after it.
    """
    after = {two.text for _, two in gaps}
    if len(after) == 1 or all(_ADDED.match(text) for text in after):
        return False
    labels = sum(bool(LABEL.fullmatch(one.text)) and not one.text[-1].isdigit() for one, _ in gaps)
    if labels >= MIN_SHARE * len(gaps):
        return False
    starts = [one.box.x0 for one, _ in gaps]
    if max(starts) - min(starts) > _STARTS:
        return True
    numbers = sum(is_value(one.text) and not is_value(two.text) for one, two in gaps)
    return numbers >= MIN_SHARE * len(gaps)
