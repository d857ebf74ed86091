"""Lines of a scan as the OCR found them, and the rotation and skew of the page.

Coordinates are pixels of the image that was read, origin top left.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from loaders.geometry import bounding_box
from loaders.types import Box, Word

Point = tuple[float, float]
Quad = tuple[Point, Point, Point, Point]
"""Corners of a line in reading direction: top left, top right, bottom right, bottom left."""

_LONG = 5.0  # times as wide as high: shorter lines say little about the page's angle
_MAX_SKEW = 0.2  # radians (11 degrees): steeper text is slanted on purpose


@dataclass(frozen=True, slots=True)
class OcrLine:
    """A recognised line: its text, the confidence of the OCR (0-1), its corners, and its box with the skew removed."""

    text: str
    score: float
    quad: Quad
    box: Box

    @property
    def height(self) -> float:
        """Height of the line's box in pixels."""
        return self.box.y1 - self.box.y0

    @property
    def middle(self) -> float:
        """Vertical centre in pixels."""
        return (self.box.y0 + self.box.y1) / 2


def is_tall(quad: Quad) -> bool:
    """Return whether the OCR's box is higher than wide: print that is turned by a quarter."""
    return _side(quad, 0, 3) > 1.5 * _side(quad, 0, 1)


def quarter_turn(quad: Quad, width: float) -> Quad:
    """Return the corners `quad` after the image (of `width` pixels) is turned by 90 degrees anticlockwise."""
    turned = [(y, width - x) for x, y in quad]
    return turned[1], turned[2], turned[3], turned[0]


def deskew(quads: Sequence[Quad]) -> list[Box]:
    """Return upright boxes without the page's skew, so that pieces of one printed line share their centre."""
    angle = _skew(quads)
    cos, sin = math.cos(angle), math.sin(angle)
    boxes = []
    for quad in quads:
        x, y = (sum(values) / 4 for values in zip(*quad, strict=True))
        x, y = x * cos + y * sin, y * cos - x * sin
        half_width, half_height = _side(quad, 0, 1) / 2, _side(quad, 0, 3) / 2
        boxes.append(Box(x - half_width, y - half_height, x + half_width, y + half_height))
    return boxes


def split_words(text: str, quad: Quad) -> list[Word]:
    """Cut a line's box into boxes of words, in proportion to the characters; pixels, upright boxes."""
    words, start = [], 0
    for token in text.split():
        start = text.index(token, start)
        left, right = start / len(text), (start + len(token)) / len(text)
        corners = [_between(quad[0], quad[1], left), _between(quad[0], quad[1], right)]
        corners += [_between(quad[3], quad[2], left), _between(quad[3], quad[2], right)]
        words.append(Word(token, bounding_box(Box(x, y, x, y) for x, y in corners)))
        start += len(token)
    return words


def _skew(quads: Sequence[Quad]) -> float:
    """Return the page's angle in radians: the median of the long lines, weighted by their length."""
    angles = []
    for quad in quads:
        (x0, y0), (x1, y1) = quad[0], quad[1]
        length = _side(quad, 0, 1)
        if length > _LONG * _side(quad, 0, 3):
            angles.append((math.atan2(y1 - y0, x1 - x0), length))
    total, passed = sum(length for _, length in angles), 0.0
    for angle, length in sorted(angles):
        passed += length
        if 2 * passed >= total:
            return angle if abs(angle) < _MAX_SKEW else 0.0
    return 0.0


def _side(quad: Quad, start: int, end: int) -> float:
    return math.dist(quad[start], quad[end])


def _between(start: Point, end: Point, share: float) -> Point:
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share
