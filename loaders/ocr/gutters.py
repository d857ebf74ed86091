"""Rows and columns among the pieces of print that a detector found, before any of them is read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from statistics import median

import numpy as np
from numpy.typing import NDArray

from loaders.ocr.lines import OcrLine, Quad, deskew, is_tall
from loaders.ocr.spacing import gaps
from loaders.ocr.tables import group_rows
from loaders.types import Box

Image = NDArray[np.uint8]
Row = list[OcrLine]
Crop = Callable[[Quad], Image]
"""Cuts a piece out of the page, upright."""

_WIDE = 0.42
"""Of a piece's height: the narrowest gap between two columns. Spaces have .23-.39, gaps between close headings
.5-.8."""

_MOST, _WIDER = 0.7, 1.5  # most of a piece's wide gaps that are cut; else those that much wider than usual

_MANY = 5  # wide gaps of a line that may be a typewriter's: two headings that were found as one have two
_NEAR = 6.0  # of a piece's height: most distance of the rows that show its columns
_ROWS = 2  # next to one another, above or below, that keep the gap free
_INSIDE = 0.6  # of its width that a piece must share with another to be under it
_SHORT = 6.7  # times as wide as high: cells of a table, numbers, labels
_LONG = 3.0  # times as wide as high: shorter pieces have one cell
_TALL = 1.6  # times the usual height of a piece: pieces that are higher than wide and cover two rows
_SAME_ROW = 0.4  # of the usual height between the middles of a part and of another piece
_CELLS = 2  # short pieces in a row, beside another piece, that make it a row of a table


def divide(quads: Sequence[Quad], crop: Crop) -> list[Quad]:
    """Return the pieces, divided where they join the print of several columns or rows.

    A detector joins close headings ("Profit 2019  Profit 2020"). Such a piece has a gap wider than a space, and the
    rows right above or below it have print on both sides of the gap, and none in it. It also joins a cell with the one
    below if both have only a dash.
    """
    rows = _rows(quads)
    done = _divided_across(quads, crop)
    for at, row in enumerate(rows):
        for piece in row:
            if piece.box.x1 - piece.box.x0 < _LONG * piece.height:
                continue
            sides = [_run(rows[at + 1 :], piece), _run(rows[:at][::-1], piece)]
            if not (sides := [side for side in sides if len(side) == _ROWS]):
                continue
            found = gaps(image := crop(piece.quad))
            shares = [(left / image.shape[1], right / image.shape[1]) for left, right in found]
            wide = [cut for cut in shares if (cut[1] - cut[0]) * (piece.box.x1 - piece.box.x0) >= _WIDE * piece.height]
            cuts = [cut for cut in wide if _is_gutter(cut, piece, sides)]
            if len(wide) >= _MANY and len(cuts) < _MOST * len(wide):  # the spaces of a typewriter are as wide
                space = median(right - left for left, right in wide)
                cuts = [(left, right) for left, right in cuts if right - left >= _WIDER * space]
            done[piece.quad] = _cut(piece.quad, cuts)
    return [part for quad in quads for part in done.get(quad, [quad])]


def _divided_across(quads: Sequence[Quad], crop: Crop) -> dict[Quad, list[Quad]]:
    """Return the parts of pieces that are higher than wide, and reach over rows of other pieces with a gap between."""
    level = [box for quad, box in zip(quads, deskew(quads), strict=True) if not is_tall(quad)]
    if 2 * len(level) < len(quads):  # the page is turned
        return {}
    size = median(box.y1 - box.y0 for box in level) if level else 0.0
    middles = [(box.y0 + box.y1) / 2 for box in level]
    done: dict[Quad, list[Quad]] = {}
    for quad, box in zip(quads, deskew(quads), strict=True):
        if not is_tall(quad) or not _TALL * size < (height := box.y1 - box.y0):
            continue
        image = crop(quad)  # turned, its left side is the top of the piece
        shares = [(left / image.shape[1], right / image.shape[1]) for left, right in gaps(image)]
        cuts = [(left, right) for left, right in shares if (right - left) * height >= _WIDE * size]
        turned = quad[1], quad[2], quad[3], quad[0]
        parts = [(part[3], part[0], part[1], part[2]) for part in _cut(turned, cuts)]
        places = [box.y0 + height * share for share in _middles(cuts)]
        if cuts and all(any(abs(place - middle) < _SAME_ROW * size for middle in middles) for place in places):
            done[quad] = parts
    return done


def in_tables(quads: Sequence[Quad]) -> list[bool]:
    """Return for each piece whether it is in a row of a table: with at least two short pieces beside it."""
    held = {
        piece.quad: sum(other is not piece and _is_short(other) for other in row) >= _CELLS
        for row in _rows(quads)
        for piece in row
    }
    return [held[quad] for quad in quads]


def _rows(quads: Sequence[Quad]) -> list[Row]:
    return group_rows([OcrLine("", 1.0, quad, box) for quad, box in zip(quads, deskew(quads), strict=True)])


def _run(rows: Sequence[Row], piece: OcrLine) -> list[Row]:
    """Return the pieces of the next rows over or under a piece, up to a row with fewer than two."""
    found: list[Row] = []
    for row in rows:
        if abs(row[0].middle - piece.middle) > _NEAR * piece.height or len(found) == _ROWS:
            break
        own = [other for other in row if _shared(other.box, piece.box) > 0]
        if not own:
            continue
        if len(own) < 2:
            break
        found.append(own)
    return found


def _is_gutter(cut: tuple[float, float], piece: OcrLine, sides: Sequence[Sequence[Row]]) -> bool:
    """Return whether a gap, in shares of a piece's width, is free in the rows on one side of the piece."""
    middle = piece.box.x0 + (piece.box.x1 - piece.box.x0) * sum(cut) / 2
    return any(all(_parts(row, piece.box, middle) for row in rows) for rows in sides)


def _parts(row: Row, box: Box, middle: float) -> bool:
    """Return whether a row has print under both parts of a piece, and none under the gap."""
    under = [other.box for other in row if _shared(other.box, box) > _INSIDE * (other.box.x1 - other.box.x0)]
    free = not any(other.box.x0 < middle < other.box.x1 for other in row)
    return free and any(own.x1 <= middle for own in under) and any(own.x0 >= middle for own in under)


def _shared(one: Box, other: Box) -> float:
    return min(one.x1, other.x1) - max(one.x0, other.x0)


def _is_short(piece: OcrLine) -> bool:
    return not is_tall(piece.quad) and piece.box.x1 - piece.box.x0 <= _SHORT * piece.height


def _cut(quad: Quad, cuts: Sequence[tuple[float, float]]) -> list[Quad]:
    """Return the parts of a piece between its gaps."""
    edges = [0.0, *(sum(cut) / 2 for cut in cuts), 1.0]
    return [_between(quad, start, end) for start, end in pairwise(edges)]


def _middles(cuts: Sequence[tuple[float, float]]) -> list[float]:
    edges = [0.0, *(sum(cut) / 2 for cut in cuts), 1.0]
    return [(start + end) / 2 for start, end in pairwise(edges)]


def _between(quad: Quad, start: float, end: float) -> Quad:
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = quad
    top = [(ax + (bx - ax) * share, ay + (by - ay) * share) for share in (start, end)]
    foot = [(dx + (cx - dx) * share, dy + (cy - dy) * share) for share in (end, start)]
    return top[0], top[1], foot[0], foot[1]
