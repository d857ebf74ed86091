"""Shapes of print in a scanned line, and which character of its text each of them is."""

from __future__ import annotations

import threading
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any, NamedTuple, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Found = TypeVar("Found")

_EDGE = 0.3  # of the crop's height: lower ink at its edge belongs to the line above or below
_OVER = 0.5  # of the narrower shape's width: overlap from which two shapes above each other are one broken digit
_LOWEST = 0.04  # of the crop's height: lower shapes are dust
_REACH = 1.4  # of a character's height between its place as it was recognised and the middle of its shape
_NO_SHAPE, _NO_MARK = 0.75, 0.2  # cost of a letter, and of a mark of punctuation, without a separate shape
_WINDOW = 3.0  # of that height around a place within which its shape is searched for
_NO_CHARACTER = 0.6  # cost of a shape that is no character: a piece of a broken one, dirt
_FINER = 3  # factor of enlargement at which touching characters are separated
_TOUCHED = 0.25  # of a shape's width at its left: where it touches the one before
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
        """Its height."""
        return self.bottom - self.top


class _LastLine(threading.local):
    """What was computed of the line that was looked at last: its signs, fractions and currencies look at it in turn."""

    crop: Image | None = None
    known: dict[str, Any]

    def of(self, crop: Image, name: str, compute: Callable[[], Found]) -> Found:
        """Return what `compute` returns, computed once for each line and name; it must not be changed."""
        if self.crop is not crop:
            self.crop, self.known = crop, {}
        if name not in self.known:
            self.known[name] = compute()
        found: Found = self.known[name]
        return found


_LAST = _LastLine()


def shapes_of(crop: Image, share: float = 1.0) -> list[Shape]:
    """Return the connected shapes of ink in a line from left to right; those above one another are one.

    Args:
        crop: The line.
        share: The darkness of ink, from the darkest (0) to the threshold between ink and paper (1): characters that
            touch in small print separate in their darkest pixels, for which the line is enlarged.
    """
    return _LAST.of(crop, f"shapes {share}", lambda: _shapes_of(crop, share))


def _shapes_of(crop: Image, share: float) -> list[Shape]:
    grey, level = levels_of(crop)
    if share == 1.0:
        return _connected(pieces_of(crop), crop.shape[0])
    (darkest,) = percentiles(grey, (1,))
    finer = cv2.resize(grey, None, fx=_FINER, fy=_FINER, interpolation=cv2.INTER_CUBIC)
    found = _connected(_pieces(finer <= darkest + share * (level - darkest)), finer.shape[0])
    return [Shape(*(value / _FINER for value in shape)) for shape in found]


def ink_between(crop: Image, left: float, right: float) -> Shape | None:
    """Return the box of the ink between two x of a line; None if there is none."""
    grey, level = levels_of(crop)
    x0, x1 = max(0, round(left)), min(grey.shape[1], round(right))
    rows, columns = np.nonzero(grey[:, x0:x1] <= level)
    if not rows.size:
        return None
    return Shape(float(x0 + columns.min()), float(rows.min()), float(x0 + columns.max() + 1), float(rows.max() + 1))


def full_height(crop: Image, shape: Shape) -> Shape:
    """Return a shape of the darkest pixels with the top and bottom of all ink that continues it in its columns."""
    grey, level = levels_of(crop)
    left = shape.left + _TOUCHED * (shape.right - shape.left)
    inked = [bool(row.any()) for row in grey[:, round(left) : max(round(left) + 1, round(shape.right))] <= level]
    top, bottom = round(shape.top), round(shape.bottom)
    while top > 0 and inked[top - 1]:
        top -= 1
    while bottom < len(inked) and inked[bottom]:
        bottom += 1
    return shape._replace(top=float(top), bottom=float(bottom))


def percentiles(levels: Image, shares: Sequence[float]) -> list[float]:
    """Return percentiles of grey levels, as `np.percentile` does; counting the levels takes a tenth of its time."""
    passed = np.bincount(levels.ravel(), minlength=256).cumsum()
    places = [share / 100 * (levels.size - 1) for share in shares]
    found: list[float] = []
    for place in places:
        lower, upper = (int(np.searchsorted(passed, at, side="right")) for at in (int(place), -int(-place // 1)))
        found.append(lower + (upper - lower) * (place - int(place)))
    return found


def levels_of(crop: Image) -> tuple[Image, float]:
    """Return a line in grey, as dark print on paper, and the threshold between its ink and its paper."""
    return _LAST.of(crop, "levels", lambda: _levels_of(crop))


def _levels_of(crop: Image) -> tuple[Image, float]:
    grey = (cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY) if crop.ndim == 3 else crop).astype(np.uint8)
    level, _ = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    if (grey <= level).mean() > 0.5:  # light print
        return cv2.bitwise_not(grey).astype(np.uint8), 254 - level
    return grey, level


def pieces_of(crop: Image) -> list[Shape]:
    """Return the connected shapes of ink in a line, each by itself."""
    grey, level = levels_of(crop)
    return _LAST.of(crop, "pieces", lambda: _pieces(grey <= level))


def _pieces(dark: NDArray[np.bool_]) -> list[Shape]:
    _, _, stats, _ = cv2.connectedComponentsWithStats(dark.astype(np.uint8), connectivity=8)
    height = dark.shape[0]
    return [
        Shape(x, y, x + w, y + h)
        for x, y, w, h, area in stats[1:].tolist()
        if area >= 3 and w < 3 * height and not (h < _EDGE * height and (y == 0 or y + h == height))
    ]


def _connected(pieces: Sequence[Shape], height: int) -> list[Shape]:
    """Join the shapes of a line, `height` pixels high, that are above one another; dust is left out."""
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
    the order of characters and shapes decides where the places alone do not.

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


def _place(late: tuple[int, float]) -> int:
    return late[0]


def _around(off: Sequence[tuple[int, float]], at: int) -> float:
    """Return the usual error of the places of the characters near one."""
    first = bisect_left(off, at - _BESIDE // 2, key=_place)
    near = [late for _, late in off[first : bisect_right(off, at + _BESIDE // 2, key=_place)]]
    return median(near) if near else 0.0


def _best(characters: str, places: Sequence[float], shapes: Sequence[Shape], size: float) -> list[int | None]:
    """Return the index of each character's shape, so that the sum of distances and omissions is least."""
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
