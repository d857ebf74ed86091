"""Geometry of boxes: overlap, containment, lines of words, and conversion from page units to fractions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

from loaders.packed_words import PackedWords
from loaders.types import Box, Word

_PARTS = 100_000  # of the page's width and height
_NEARLY_HALF = 0.4999


def area(box: Box) -> float:
    """Return the area in the box's own units, 0 for an empty box."""
    return max(0.0, box.x1 - box.x0) * max(0.0, box.y1 - box.y0)


def centre(box: Box) -> tuple[float, float]:
    """Return the point in the middle of a box."""
    return (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2


def contains(box: Box, point: tuple[float, float], margin: float = 0.0) -> bool:
    """Return whether the point lies in the box grown by `margin`."""
    x, y = point
    return box.x0 - margin <= x <= box.x1 + margin and box.y0 - margin <= y <= box.y1 + margin


def overlap(box: Box, other: Box) -> float:
    """Return the area of the boxes' intersection."""
    return area(
        Box(max(box.x0, other.x0), max(box.y0, other.y0), min(box.x1, other.x1), min(box.y1, other.y1)),
    )


def bounding_box(boxes: Iterable[Box]) -> Box:
    """Return the smallest box around all; there must be at least one."""
    x0s, y0s, x1s, y1s = zip(*boxes, strict=True)
    return Box(min(x0s), min(y0s), max(x1s), max(y1s))


def line_boxes(boxes: Iterable[Box]) -> tuple[Box, ...]:
    """Return a box around each line of words, whose boxes are given in reading order."""
    lines: list[list[Box]] = []
    for box in boxes:
        last = lines[-1][-1] if lines else None
        if last and last.y0 <= (box.y0 + box.y1) / 2 <= last.y1 and box.x0 >= last.x0:
            lines[-1].append(box)
        else:
            lines.append([box])
    return tuple(map(bounding_box, lines))


def to_fractions(box: Box, width: float, height: float) -> Box:
    """Convert a box in page units to fractions of the page, clipped to it."""
    return Box(
        round(min(max(box.x0 / width, 0.0), 1.0), 5),
        round(min(max(box.y0 / height, 0.0), 1.0), 5),
        round(min(max(box.x1 / width, 0.0), 1.0), 5),
        round(min(max(box.y1 / height, 0.0), 1.0), 5),
    )


def words_to_fractions(words: Sequence[Word], width: float, height: float) -> Sequence[Word]:
    """Convert the boxes of words from page units to fractions of the page, as `to_fractions` does: a fifth of its time.

    Whole hundred-thousandths divided by 100,000 are what `round` returns, but for places half way between two.
    """
    if not words:
        return ()
    import numpy as np  # lazy: the other functions of this module need none

    # As rows of tuples numpy would take them one by one: four times as long.
    edges = np.fromiter(chain.from_iterable([word.box for word in words]), float, 4 * len(words))
    shares = edges.reshape(-1, 4) / np.array([width, height, width, height])
    parts = np.clip(shares, 0.0, 1.0) * _PARTS
    whole = np.rint(parts)
    rounded = whole / _PARTS
    for row, side in zip(*np.nonzero(np.abs(parts - whole) > _NEARLY_HALF), strict=True):
        rounded[row, side] = round(float(np.clip(shares[row, side], 0.0, 1.0)), 5)
    return PackedWords([word.text for word in words], rounded.tobytes())


def scale_into(inner: Box, outer: Box) -> Box:
    """Convert a box in fractions of `outer` to fractions of the page; `outer` is in fractions of the page."""
    width, height = outer.x1 - outer.x0, outer.y1 - outer.y0
    box = Box(
        outer.x0 + inner.x0 * width,
        outer.y0 + inner.y0 * height,
        outer.x0 + inner.x1 * width,
        outer.y0 + inner.y1 * height,
    )
    return to_fractions(box, 1.0, 1.0)
