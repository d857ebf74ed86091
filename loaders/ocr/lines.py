"""Lines of a scan as the OCR found them, and the rotation and skew of the page.

Coordinates are pixels of the image that was read, origin top left.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from loaders.geometry import bounding_box
from loaders.types import Box, Word

Point = tuple[float, float]
Quad = tuple[Point, Point, Point, Point]
"""Corners of a line in reading direction: top left, top right, bottom right, bottom left."""

_WORD = re.compile(r"\S+")
_LONG = 5.0  # times as wide as high: shorter lines do not show the page's angle
_SLANTED = (15.0, 75.0)  # degrees: a page's skew is removed up to 11
_LARGE = 2.0  # times the median height of the level lines: names on the axis of a chart are as high as its other labels
_LEVEL_LINES = 3
_MAX_SKEW = 0.2  # radians (11 degrees): steeper text is slanted on purpose


@dataclass(frozen=True, slots=True)
class OcrLine:
    """A recognised line: its text, the confidence of the OCR (0-1), its corners, and its box with the skew removed.

    `places` are the middles of its characters that are no spaces, as shares of its width; empty where not known.
    """

    text: str
    score: float
    quad: Quad
    box: Box
    places: tuple[float, ...] = ()

    @property
    def height(self) -> float:
        """Height of the line's box in pixels."""
        return self.box.y1 - self.box.y0

    @property
    def middle(self) -> float:
        """Vertical centre in pixels."""
        return (self.box.y0 + self.box.y1) / 2

    @property
    def words(self) -> list[Word]:
        """The line's words with upright boxes in pixels of the page."""
        return split_words(self.text, self.quad, self.places)

    @property
    def level_words(self) -> list[Word]:
        """The line's words with the skew removed, as the line's own box."""
        x0, y0, x1, y1 = self.box
        return split_words(self.text, ((x0, y0), (x1, y0), (x1, y1), (x0, y1)), self.places)


def is_tall(quad: Quad) -> bool:
    """Return whether the OCR's box is higher than wide: print that is turned by a quarter."""
    return side(quad, 0, 3) > 1.5 * side(quad, 0, 1)


def is_sideways(quads: Sequence[Quad]) -> bool:
    """Return whether most print of a page is sideways, by the length of its lines: names on an axis are short."""
    lengths = [(max(side(quad, 0, 1), side(quad, 0, 3)), is_tall(quad)) for quad in quads]
    return 2 * sum(length for length, tall in lengths if tall) > sum(length for length, _ in lengths)


def turn_back(box: Box, turns: int, width: float, height: float) -> Box:
    """Return the position in the original image of a box of the turned image (`width` x `height`)."""
    for _ in range(turns):
        box = Box(height - box.y1, box.x0, height - box.y0, box.x1)
        width, height = height, width
    return box


def without_watermarks(lines: Sequence[OcrLine]) -> tuple[list[OcrLine], list[OcrLine]]:
    """Return the lines of a page, and separately slanted ones twice as large: "DRAFT" across the print."""
    slants = [slant_of(line.quad) for line in lines]
    level = [side(line.quad, 0, 3) for line, slant in zip(lines, slants, strict=True) if slant < _SLANTED[0]]
    if len(level) < _LEVEL_LINES:
        return list(lines), []
    large = _LARGE * median(level)
    marks = [
        line
        for line, slant in zip(lines, slants, strict=True)
        if _SLANTED[0] <= slant <= _SLANTED[1] and min(side(line.quad, 0, 3), side(line.quad, 0, 1)) >= large
    ]
    return [line for line in lines if line not in marks], marks


def slant_of(quad: Quad) -> float:
    """Return the degrees by which a line is turned from level, at most 90."""
    (x0, y0), (x1, y1) = quad[0], quad[1]
    return abs(math.degrees(math.atan2(abs(y1 - y0), abs(x1 - x0))))


def deskew(quads: Sequence[Quad], angle: float | None = None) -> list[Box]:
    """Return upright boxes without the page's skew, so that pieces of one printed line share their centre.

    `angle` is the skew in radians; without it that of the long lines is taken.
    """
    angle = skew_of(quads) if angle is None else angle
    cos, sin = math.cos(angle), math.sin(angle)
    boxes = []
    for quad in quads:
        x, y = (sum(values) / 4 for values in zip(*quad, strict=True))
        x, y = x * cos + y * sin, y * cos - x * sin
        half_width, half_height = side(quad, 0, 1) / 2, side(quad, 0, 3) / 2
        boxes.append(Box(x - half_width, y - half_height, x + half_width, y + half_height))
    return boxes


def skew_removed(line: OcrLine) -> float:
    """Return the angle by which the page was turned for the box of a line, from the middles of both."""
    x, y = (sum(values) / 4 for values in zip(*line.quad, strict=True))
    return math.atan2(y, x) - math.atan2(line.middle, (line.box.x0 + line.box.x1) / 2)


def split_words(text: str, quad: Quad, places: Sequence[float] = ()) -> list[Word]:
    """Cut a line's box into boxes of words, at the places of its characters; pixels, upright boxes.

    Without `places`, of one for each character that is no space, the characters are taken to be equally wide.
    """
    spans = [found.span() for found in _WORD.finditer(text)]
    edges = _edges(spans, places) or [(start / len(text), end / len(text)) for start, end in spans]
    words = []
    for (start, end), (left, right) in zip(spans, edges, strict=True):
        corners = [_between(quad[0], quad[1], left), _between(quad[0], quad[1], right)]
        corners += [_between(quad[3], quad[2], left), _between(quad[3], quad[2], right)]
        words.append(Word(text[start:end], bounding_box(Box(x, y, x, y) for x, y in corners)))
    return words


def _edges(spans: Sequence[tuple[int, int]], places: Sequence[float]) -> list[tuple[float, float]]:
    """Return the left and right edge of each word as shares of the line; nothing if the places are not its own."""
    sizes = [end - start for start, end in spans]
    if sum(sizes) != len(places) or not spans:
        return []
    starts = [sum(sizes[:index]) for index in range(len(sizes))]
    steps = [places[at + 1] - places[at] for start, size in zip(starts, sizes, strict=True)
             for at in range(start, start + size - 1)]  # fmt: skip
    half = median(steps) / 2 if steps else 0.5 / max(1, len(places))
    lefts = [max(0.0, places[start] - half) for start in starts]
    rights = [min(1.0, places[start + size - 1] + half) for start, size in zip(starts, sizes, strict=True)]
    # Between words that are closer than their letters are wide, the border is in the middle.
    for index, (right, left) in enumerate(zip(rights[:-1], lefts[1:], strict=True)):
        if right > left:
            rights[index] = lefts[index + 1] = (right + left) / 2
    return list(zip([0.0, *lefts[1:]], [*rights[:-1], 1.0], strict=True))


def skew_of(quads: Sequence[Quad]) -> float:
    """Return the page's angle in radians: the median of the long lines, weighted by their length."""
    angles = []
    for quad in quads:
        (x0, y0), (x1, y1) = quad[0], quad[1]
        length = side(quad, 0, 1)
        if length > _LONG * side(quad, 0, 3):
            angles.append((math.atan2(y1 - y0, x1 - x0), length))
    total, passed = sum(length for _, length in angles), 0.0
    for angle, length in sorted(angles):
        passed += length
        if 2 * passed >= total:
            return angle if abs(angle) < _MAX_SKEW else 0.0
    return 0.0


def side(quad: Quad, start: int, end: int) -> float:
    """Return the distance of two corners, by their numbers, in pixels."""
    return math.dist(quad[start], quad[end])


def _between(start: Point, end: Point, share: float) -> Point:
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share
