"""The shapes of print in a scanned line, and which character of its text each of them is."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]

_EDGE = 0.3  # of the crop's height: lower ink at its edge belongs to the line above or below
_OVER = 0.5  # of the narrower shape's width: as far one shape stands over another if they are one broken digit
_LOWEST = 0.04  # of the crop's height: lower shapes are dust
_REACH = 1.4  # of a character's height between its place as it was recognised and the middle of its shape
_NO_SHAPE, _NO_MARK = 0.75, 0.2  # cost of a letter, and of a mark of punctuation, without a shape of its own
_WINDOW = 3.0  # of that height around a place in which its shape is looked for
_NO_CHARACTER = 0.6  # cost of a shape that is no character: a piece of a broken one, dirt
_LOW_MARKS = ".,-–—−'’‘\"“”:;·•=~_`´^"
_NEVER = 1e9
_BESIDE = 9  # characters around one whose places are all off by as much


class Shape(NamedTuple):
    """A connected shape of ink, in pixels of the line."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def middle(self) -> float:
        """The x of its middle."""
        return (self.left + self.right) / 2

    @property
    def height(self) -> float:
        """How high it is."""
        return self.bottom - self.top


def shapes_of(crop: Image) -> list[Shape]:
    """Return the connected shapes of ink in a line from left to right; those above one another are one."""
    grey = cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY) if crop.ndim == 3 else crop
    level, _ = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    dark = grey <= level
    if dark.mean() > 0.5:
        dark = ~dark
    _, _, stats, _ = cv2.connectedComponentsWithStats(dark.astype(np.uint8), connectivity=8)
    height = crop.shape[0]
    pieces = [
        Shape(x, y, x + w, y + h)
        for x, y, w, h, area in stats[1:].tolist()
        if area >= 3 and w < 3 * height and not (h < _EDGE * height and (y == 0 or y + h == height))
    ]
    joined: list[Shape] = []
    for piece in sorted(pieces, key=lambda piece: piece.left):
        last = joined[-1] if joined else None
        if last and last.right - piece.left > _OVER * min(last.right - last.left, piece.right - piece.left):
            joined[-1] = Shape(
                last.left, min(last.top, piece.top), max(last.right, piece.right), max(last.bottom, piece.bottom)
            )
        else:
            joined.append(piece)
    return [shape for shape in joined if shape.height >= _LOWEST * height]


def aligned(characters: str, places: Sequence[float], shapes: Sequence[Shape]) -> list[Shape | None]:
    """Return for each character its shape, in the order of the line; None where letters touch or dust was taken away.

    A recogniser gives places that are late by up to half a character; those of neighbours are late by as much, so that
    the order of characters and shapes tells what the places alone do not.

    Args:
        characters: The text of the line without its spaces.
        places: The x of each character.
        shapes: The shapes of the line from left to right.
    """
    if not shapes or not characters:
        return [None] * len(characters)
    size = median(sorted(shape.height for shape in shapes)[len(shapes) // 3 :])
    lag = [0.0] * len(characters)
    found: list[int | None] = []
    for _ in range(2):
        found = _best(characters, [place - late for place, late in zip(places, lag, strict=True)], shapes, size)
        off = [(at, places[at] - shapes[own].middle) for at, own in enumerate(found) if own is not None]
        lag = [_around(off, at) for at in range(len(characters))]
    return [None if own is None else shapes[own] for own in found]


def _around(off: Sequence[tuple[int, float]], at: int) -> float:
    """Return by how much the places of the characters near one are off."""
    near = [late for other, late in off if abs(other - at) <= _BESIDE // 2]
    return median(near) if near else 0.0


def _best(characters: str, places: Sequence[float], shapes: Sequence[Shape], size: float) -> list[int | None]:
    """Return the number of each character's shape, so that the sum of distances and omissions is least."""
    middles = [shape.middle for shape in shapes]
    costs = {0: 0.0}  # of the characters so far, by the number of shapes that are passed
    steps: list[dict[int, int]] = []  # how each was reached: 0 by a shape without character, 1 by a pair, 2 without
    for char, place in zip(characters, places, strict=True):
        first = bisect_left(middles, place - _WINDOW * size)
        last = max(bisect_left(middles, place + _WINDOW * size), first, max(costs))
        step: dict[int, int] = {}
        new: dict[int, float] = {}
        for at in range(min(costs), last + 1):
            if at not in costs or costs.get(at - 1, _NEVER) + _NO_CHARACTER < costs[at]:
                costs[at] = costs[at - 1] + _NO_CHARACTER
                if steps:
                    steps[-1][at] = 0
        missing = _NO_MARK if char in _LOW_MARKS else _NO_SHAPE
        for at in range(max(first, min(costs)), last + 1):
            new[at], step[at] = costs[at] + missing, 2
            if at and at - 1 in costs and (away := abs(middles[at - 1] - place) / size) <= _REACH:
                cost = costs[at - 1] + away + _unlike(char, shapes[at - 1], size)
                if cost < new[at]:
                    new[at], step[at] = cost, 1
        costs = new
        steps.append(step)
    found: list[int | None] = [None] * len(characters)
    row, column = len(characters), min(costs, key=lambda at: costs[at] + _NO_CHARACTER * (len(shapes) - at))
    while row:
        kind = steps[row - 1][column]
        row -= kind > 0
        column -= kind < 2
        if kind == 1:
            found[row] = column
    return found


def _unlike(char: str, shape: Shape, size: float) -> float:
    """Return the cost of taking a shape for a character: a low shape is a mark of punctuation, a high one none."""
    low = shape.height < 0.45 * size
    return 0.0 if low == (char in _LOW_MARKS) else 0.35
