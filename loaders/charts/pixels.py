"""Pixels of a chart: its colours, and the bars and patches that are filled with them.

The rendered picture is analysed, so that drawings in a PDF, hatched areas and pictures of charts need one method.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from loaders.geometry import overlap
from loaders.types import Box

NONE = -1  # no colour of the palette: edges of letters and lines
_MAX_COLOURS = 24
_MIN_SHARE = 2e-4  # of the pixels: a short bar has 1e-3
_APART = 24.0  # levels (of 441) between two colours of the palette; pale blues of one chart are 58 apart
_NEAR = 40.0  # levels by which a pixel may differ from its colour: the noise of JPEG and scanners
_HATCH = 5  # pixels at 150 dpi: white lines of a hatch are 1-3 wide, gaps between bars of one colour wider
_THIN = 3  # pixels: thinner parts are lines or edges of letters
_LINES = 7  # pixels: axes, frames and grids are thinner, bars are wider
_MIN_SIDE = 4  # pixels: thinner marks are lines
_STRAIGHT = 0.7  # share of each edge of a bar that is filled; letters and markers have less
_TILT = 0.008  # of a bar's length: half a degree of skew, which remains after a scan was straightened
_LARGE = 16  # pixels: smaller marks may be markers of points, which have 10-12
_SPUR = 0.1  # of a bar's side that a thin line beside it fills
_RAGGED, _FRINGE = 0.7, 3  # of a bar's side, and pixels: its outermost rows, mixed with the paper by a scanner's blur
_NARROW = 0.06  # of a bar's side: a thicker fringe is part of its shape, as of a round marker
_SOLID = 0.85  # of a bar that has its colour before gaps are closed: hatched ones have .55-.7, others .93-1
_MIN_FILL = 0.6  # a label inside a bar leaves a hole
MAX_MARKS = 400
"""Filled rectangles that are examined, the largest first: a chart with more has no label on each."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A filled rectangle (a bar, a segment, a legend's key) and the number of its colour in the palette."""

    box: Box
    colour: int


class Canvas:
    """A picture of a chart."""

    def __init__(self, rgb: NDArray[np.uint8]) -> None:
        """Take the pixels, height x width x 3."""
        self.height, self.width = rgb.shape[:2]
        bins = (rgb >> 4).astype(np.int32)
        codes = (bins[..., 0] << 8) | (bins[..., 1] << 4) | bins[..., 2]
        self.palette, lookup = _palette(rgb, codes)
        self.colours: NDArray[np.int8] = lookup[codes]
        """The number of each pixel's colour, or NONE; the background is 0."""

    @cached_property
    def marks(self) -> list[Mark]:
        """The filled rectangles, the largest first."""
        found = [mark for colour in range(1, len(self.palette)) for mark in self._marks_of(colour)]
        found.sort(key=lambda mark: -(mark.box.x1 - mark.box.x0) * (mark.box.y1 - mark.box.y0))
        return found[:MAX_MARKS]

    def _marks_of(self, colour: int) -> list[Mark]:
        mask = (self.colours == colour).astype(np.uint8)
        solid = _morphed(mask, cv2.MORPH_OPEN, _THIN)  # edges of grey letters
        closed = _morphed(solid, cv2.MORPH_CLOSE, _HATCH)
        found = list(_rectangles(closed, solid))
        # A bar that an axis, a frame or a grid of nearly its colour joins to others stands alone without thin lines.
        for box in _rectangles(_morphed(closed, cv2.MORPH_OPEN, _LINES), solid):
            large = min(box.x1 - box.x0, box.y1 - box.y0) >= _LARGE
            if large and not any(overlap(box, other) for other in found):
                found.append(box)
        return [Mark(box, colour) for box in found]

    def crop(self, box: Box) -> NDArray[np.int8]:
        """Return the colours in a box, clipped to the picture."""
        x0, y0 = max(round(box.x0), 0), max(round(box.y0), 0)
        return self.colours[y0 : max(round(box.y1), y0), x0 : max(round(box.x1), x0)]

    def disc(self) -> tuple[float, float, float] | None:
        """Return centre and radius of the largest patch of colour if it is round (a pie or a ring), else None."""
        mask = (self.colours != 0).astype(np.uint8)
        closed = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((_HATCH, _HATCH), np.uint8))
        opened = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((9, 9), np.uint8))
        _, _, stats, _ = cv2.connectedComponentsWithStats(opened, connectivity=8)
        if len(stats) < 2:
            return None
        x, y, width, height = (int(value) for value in stats[1 + int(stats[1:, 4].argmax()), :4])
        radius = (width + height) / 4
        if abs(width - height) > 0.08 * width or radius < 5 * _HATCH:
            return None
        ys, xs = np.mgrid[y : y + height, x : x + width]
        away = np.hypot(xs - (x + width / 2), ys - (y + height / 2)) / radius
        inside = opened[y : y + height, x : x + width] > 0
        round_ = inside[(away > 0.75) & (away < 0.95)].mean() > 0.9 and inside[away > 1.08].mean() < 0.15
        return (x + width / 2, y + height / 2, radius) if round_ else None


def components(mask: NDArray[Any]) -> list[tuple[Box, NDArray[np.bool_]]]:
    """Return the connected parts of a small mask, each with its box and its own mask."""
    count, parts, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    found = []
    for part in range(1, count):
        x, y, width, height = (int(value) for value in stats[part, :4])
        found.append((Box(x, y, x + width, y + height), parts == part))
    return found


def _morphed(mask: NDArray[Any], operation: int, size: int) -> NDArray[Any]:
    return cv2.morphologyEx(mask, operation, np.ones((size, size), np.uint8))


def _rectangles(mask: NDArray[Any], solid: NDArray[Any]) -> Iterator[Box]:
    """Yield the filled rectangles of a mask; what of it was not `solid` are closed gaps, as of a hatch."""
    _, parts, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=4)
    widths, heights, areas = stats[:, 2], stats[:, 3], stats[:, 4]
    fit = (widths >= _MIN_SIDE) & (heights >= _MIN_SIDE) & (areas >= _MIN_FILL * widths * heights)
    fit[0] = False
    for part in sorted(np.flatnonzero(fit), key=lambda part: -int(areas[part]))[:MAX_MARKS]:
        x, y, width, height = (int(value) for value in stats[part, :4])
        own = parts[y : y + height, x : x + width] == part
        x0, y0, x1, y1 = _without_fringe(own)
        own = own[y0:y1, x0:x1]
        bare = solid[y + y0 : y + y1, x + x0 : x + x1].sum()
        if _is_straight(own, hatched=bool(bare < _SOLID * own.sum())):
            yield Box(x + x0, y + y0, x + x1, y + y1)


def _without_fringe(part: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    """Return the edges (x0, y0, x1, y1) of a part without the thin lines beside it: an axis, a grid, edges of letters.

    A small one keeps them: without the line through it, the round marker of a point looks like a bar.
    """
    if min(part.shape) < _LARGE:
        return 0, 0, part.shape[1], part.shape[0]
    x0, x1 = _dense(part.mean(0))
    y0, y1 = _dense(part[:, x0:x1].mean(1))
    return x0, y0, x1, y1


def _dense(fill: NDArray[np.float64]) -> tuple[int, int]:
    """Return the range of rows or columns, from the first to the last that is no fringe."""
    inner = np.flatnonzero(fill >= _SPUR)
    if not inner.size:
        return 0, 0
    start, end = int(inner[0]), int(inner[-1]) + 1
    fringe = min(_FRINGE, round(_NARROW * (end - start)))
    first = next((at for at in range(start, start + fringe) if fill[at] >= _RAGGED), start + fringe)
    last = next((at for at in range(end, end - fringe, -1) if fill[at - 1] >= _RAGGED), end - fringe)
    return first, last


def _is_straight(part: NDArray[np.bool_], *, hatched: bool = False) -> bool:
    height, width = part.shape
    deep, wide = _edge(width, height), _edge(height, width)
    if hatched:  # its lines cross an edge, and move along it by as much as they go into the bar
        deep, wide = max(deep, min(_HATCH, height // 4)), max(wide, min(_HATCH, width // 4))
    edges = (part[:deep].any(0), part[-deep:].any(0), part[:, :wide].any(1), part[:, -wide:].any(1))
    return all(edge.mean() >= _STRAIGHT for edge in edges)


def _edge(length: int, depth: int) -> int:
    """Return the depth in pixels of a bar's edge: two, and more along a long one, which skew tilts."""
    return max(2, min(2 + round(_TILT * length), depth // 4))


def _palette(rgb: NDArray[np.uint8], codes: NDArray[np.int32]) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
    """Return the colours of a picture, the most frequent (its background) first, and the colour of each of 4096 bins.

    Bins hold 16 levels of each channel.
    """
    flat = codes.ravel()
    counts = np.bincount(flat, minlength=4096)
    pixels = rgb.reshape(-1, 3)
    sums = [np.bincount(flat, weights=pixels[:, channel], minlength=4096) for channel in range(3)]
    means = np.stack(sums, 1) / np.maximum(counts, 1)[:, None]
    chosen: list[NDArray[np.float64]] = []
    for code in np.argsort(-counts)[:512]:
        if counts[code] < _MIN_SHARE * flat.size or len(chosen) == _MAX_COLOURS:
            break
        if all(np.linalg.norm(means[code] - colour) > _APART for colour in chosen):
            chosen.append(means[code])
    palette = np.stack(chosen)
    away = np.linalg.norm(means[:, None] - palette[None], axis=2)
    nearest = away.argmin(1)
    lookup = np.where(away[np.arange(4096), nearest] <= _NEAR, nearest, NONE).astype(np.int8)
    return palette, lookup
