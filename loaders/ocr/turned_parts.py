"""Sideways parts of upright scanned pages, such as a wide table, and their place among the other blocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from loaders.geometry import bounding_box, centre, contains, scale_into, to_fractions
from loaders.ocr.lines import Quad, is_tall
from loaders.types import Block, Box, Word

Image = NDArray[np.uint8]

_LEVEL = 5.0  # times as wide as high: a line of the upright page
_MIN_TALL = 6  # sideways pieces
_MIN_ROWS, _MIN_SHARED = 3, 2  # rows of them, and rows with two pieces and more: the names on an axis have none
_MIN_LEVEL = 1  # lines of the upright page beside them
_CLOSE = 0.5  # of a piece's width: pieces of one row
_MARGIN = 0.5  # of a piece's width around the part
_MOST_SQUARE = 1.3  # of the tall pieces: other short pieces among them, which have no clear direction


class TurnedPart(NamedTuple):
    """The place of a part in pixels of the image, the part, and the image without it."""

    box: Box
    image: Image
    rest: Image


def turned_part(quads: Sequence[Quad], image: Image) -> TurnedPart | None:
    """Return the part of an upright page whose print is sideways; None if there is none, or nothing else."""
    boxes = [(bounding_box(Box(x, y, x, y) for x, y in quad), is_tall(quad)) for quad in quads]
    tall = [box for box, across in boxes if across]
    if len(tall) < _MIN_TALL:
        return None
    size = float(np.median([box.x1 - box.x0 for box in tall]))
    around = bounding_box(tall)
    level = [box for box, _ in boxes if box.x1 - box.x0 > _LEVEL * (box.y1 - box.y0)]
    outside = [box for box in level if not contains(around, centre(box))]
    others = sum(contains(around, centre(box)) for box, across in boxes if not across)
    if len(outside) < _MIN_LEVEL or len(outside) < len(level) or others > _MOST_SQUARE * len(tall):
        return None
    rows = _rows(tall, size)
    if len(rows) < _MIN_ROWS or sum(len(row) > 1 for row in rows) < _MIN_SHARED:
        return None
    height, width = image.shape[:2]
    x0, y0 = max(0, int(around.x0 - _MARGIN * size)), max(0, int(around.y0 - _MARGIN * size))
    x1, y1 = min(width, int(around.x1 + _MARGIN * size)), min(height, int(around.y1 + _MARGIN * size))
    rest = image.copy()
    rest[y0:y1, x0:x1] = np.median(image[:: max(1, height // 200), :: max(1, width // 200)], axis=(0, 1))
    return TurnedPart(Box(x0, y0, x1, y1), image[y0:y1, x0:x1].copy(), rest)


def _rows(tall: Sequence[Box], size: float) -> list[list[Box]]:
    """Return sideways pieces as rows: those side by side in the direction in which they are read."""
    rows: list[list[Box]] = []
    for box in sorted(tall, key=lambda box: box.x0 + box.x1):
        if rows and abs(centre(box)[0] - centre(rows[-1][-1])[0]) < _CLOSE * size:
            rows[-1].append(box)
        else:
            rows.append([box])
    return rows


def with_part(
    blocks: tuple[Block, ...], part: Sequence[Block], words: Sequence[Word], place: Box, shape: Sequence[int]
) -> tuple[tuple[Block, ...], tuple[Word, ...]]:
    """Return the blocks of a page with those of a part before the first that begins below it, and the part's words.

    Args:
        blocks: The blocks of the rest of the page; boxes are fractions of the page.
        part: The blocks of the part; boxes are fractions of it.
        words: The part's words.
        place: The part in pixels.
        shape: Height and width of the page in pixels.
    """
    outer = to_fractions(place, shape[1], shape[0])
    placed = [replace(block, box=scale_into(block.box, outer) if block.box else None) for block in part]
    below = (at for at, block in enumerate(blocks) if block.box and centre(block.box)[1] > outer.y1)
    at = next(below, len(blocks))
    own = tuple(Word(word.text, scale_into(word.box, outer)) for word in words)
    return (*blocks[:at], *placed, *blocks[at:]), own
