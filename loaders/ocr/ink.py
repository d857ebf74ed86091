"""The ink of a scan with its skew removed: drawn lines, and marks that the OCR does not read."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from loaders.ocr.lines import OcrLine, Quad, skew_removed
from loaders.pdf.ruled import Rules
from loaders.types import Box

Image = NDArray[np.uint8]

_AROUND = 51  # pixels: the paper around a stroke, at 150 dpi a third of an inch
_DARKER = 25  # grey levels under the paper around it; the noise of an office scan has a deviation of 6
_RULE = 1.6  # of a line's height: the shortest piece of a drawn line; strokes of letters are shorter
_THIN = 0.3  # of a line's height: a thicker piece is an area
_PIECE = 25  # pixels: the run of a thin line on a page turned by up to 3 degrees
_LONG = 250  # pixels of a drawn line that tells the page's angle to a 250th
_STEEP = 0.06  # slope of a line that is still meant to be level
_BROKEN = 0.4  # of a line's height: gap between the pieces of a drawn line
_BESIDE = 3  # pixels above and below a drawn line that are empty
_ASIDE = 2  # pixels beside a vertical line in which its other pieces stand
_BARE = 0.25  # share of ink there: over the foot of a line of print there is 0.4 and more


class Ink:
    """The dark pixels of a page; its places are those of the boxes of its lines, whose skew is removed.

    `size` is the usual height of its lines.
    """

    def __init__(self, image: Image, lines: Sequence[OcrLine]) -> None:
        self.size = float(np.median([line.height for line in lines])) if lines else 20.0
        self.angle = skew_removed(max(lines, key=lambda line: line.box.x1 + line.box.y1)) if lines else 0.0
        grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY) if image.ndim == 3 else image
        self.mask = _mask(self.level(grey.astype(np.uint8)))

    def level(self, image: Image) -> Image:
        """Return the page's image with its skew removed."""
        if not self.angle:
            return image
        height, width = image.shape[:2]
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        turn = np.array([[cos, sin, 0.0], [-sin, cos, 0.0]])
        return cv2.warpAffine(image, turn, (width, height), borderMode=cv2.BORDER_REPLICATE).astype(np.uint8)

    def skewed(self, image: Image) -> Image:
        """Return a picture of what is level, such as the mask, with the page's skew."""
        height, width = image.shape[:2]
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        turn = np.array([[cos, -sin, 0.0], [sin, cos, 0.0]])
        return cv2.warpAffine(image, turn, (width, height), flags=cv2.INTER_NEAREST).astype(np.uint8)

    @cached_property
    def shapes(self) -> list[Box]:
        """The places of connected shapes of at least 4 pixels."""
        _, _, stats, _ = cv2.connectedComponentsWithStats(self.mask, connectivity=8)
        return [Box(x, y, x + w, y + h) for x, y, w, h, area in stats[1:].tolist() if area >= 4]

    @cached_property
    def rules(self) -> Rules:
        """The straight lines that are drawn across and down, apart from print."""
        across = [box for box in self.strokes if box.x1 - box.x0 >= _RULE * self.size and self._is_bare(box)]
        down = self._with_short_pieces(self._straight(1, round(_RULE * self.size)))
        return Rules(
            tuple(((box.y0 + box.y1) / 2, box.x0, box.x1) for box in across),
            tuple(((box.x0 + box.x1) / 2, box.y0, box.y1) for box in down),
        )

    def _with_short_pieces(self, lines: list[Box]) -> list[Box]:
        """Return vertical lines with the shorter pieces that go on with one: between headings that span columns."""
        if not lines:
            return lines
        places = {round((line.x0 + line.x1) / 2) for line in lines}
        known = {x + beside for x in places for beside in (-_ASIDE, -1, 0, 1, _ASIDE)}
        return lines + [
            box
            for box in self._straight(1, round(self.size))
            if box.y1 - box.y0 < round(_RULE * self.size) and round((box.x0 + box.x1) / 2) in known
        ]

    @cached_property
    def strokes(self) -> list[Box]:
        """The straight strokes across that are at least as long as a line is high: rules, strikes, underlines."""
        return _joined(self._straight(round(self.size), 1), _BROKEN * self.size)

    def on_page(self, box: Box) -> Quad:
        """Return the corners of a box on the page as it was scanned."""
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        a, b, c, d = (
            (x * cos - y * sin, x * sin + y * cos)
            for x, y in ((box.x0, box.y0), (box.x1, box.y0), (box.x1, box.y1), (box.x0, box.y1))
        )
        return a, b, c, d

    def share(self, box: Box) -> float:
        """Return the share of a box that is dark."""
        x0, y0, x1, y1 = (max(0, round(value)) for value in box)
        part = self.mask[y0:y1, x0:x1]
        return float(part.mean()) if part.size else 0.0

    def _straight(self, width: int, height: int) -> list[Box]:
        """Return the places of the thin straight pieces of at least this width or height."""
        opened = cv2.morphologyEx(self.mask, cv2.MORPH_OPEN, np.ones((height, width), np.uint8))
        _, _, stats, _ = cv2.connectedComponentsWithStats(opened, connectivity=8)
        found = [Box(x, y, x + w, y + h) for x, y, w, h, _ in stats[1:].tolist()]
        return [box for box in found if min(box.x1 - box.x0, box.y1 - box.y0) <= max(3.0, _THIN * self.size)]

    def _is_bare(self, box: Box) -> bool:
        """Return whether nothing stands right above and right below a line: no serifs of print, no struck letters."""
        above = Box(box.x0, box.y0 - 2 - _BESIDE, box.x1, box.y0 - 2)
        below = Box(box.x0, box.y1 + 2, box.x1, box.y1 + 2 + _BESIDE)
        return min(self.share(above), self.share(below)) < _BARE and self.share(above) + self.share(below) < 3 * _BARE


def share_within(image: Image, quads: NDArray[np.int32]) -> float:
    """Return the share of an image's ink that lies in these quadrangles; 1 if it has none."""
    mask = _mask(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.uint8) if image.ndim == 3 else image)
    inside = np.zeros_like(mask)
    for quad in quads:
        cv2.fillPoly(inside, [quad], 1)
    return float((mask & inside).sum() / mask.sum()) if mask.any() else 1.0


def drawn_skew(image: Image) -> float | None:
    """Return the page's angle in radians by its long drawn lines; None where there are none.

    They tell it ten times as exactly as a few short lines of print.
    """
    mask = _mask(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.uint8) if image.ndim == 3 else image)
    pieces = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((1, _PIECE), np.uint8))
    joined = cv2.dilate(pieces, np.ones((3, 9), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    slopes = []
    for index, (x, y, w, h, _) in enumerate(stats.tolist()):
        if index == 0 or w < _LONG or h > _STEEP * w + 8:
            continue
        ys, xs = np.nonzero(pieces[y : y + h, x : x + w] & (labels[y : y + h, x : x + w] == index))
        slopes.append((float(np.polyfit(xs, ys, 1)[0]), w))
    total, passed = sum(w for _, w in slopes), 0
    for slope, w in sorted(slopes):
        passed += w
        if 2 * passed >= total:
            return math.atan(slope)
    return None


def _mask(grey: Image) -> Image:
    return cv2.adaptiveThreshold(
        grey, 1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, _AROUND, _DARKER
    ).astype(np.uint8)  # fmt: skip


def _joined(pieces: Sequence[Box], gap: float) -> list[Box]:
    """Join pieces of one horizontal line that noise or another line broke."""
    done: list[Box] = []
    for piece in sorted(pieces, key=lambda box: (round((box.y0 + box.y1) / 6), box.x0)):
        last = done[-1] if done else None
        near = last and abs(last.y0 + last.y1 - piece.y0 - piece.y1) <= 6
        if last and near and -gap <= piece.x0 - last.x1 <= gap:
            done[-1] = Box(last.x0, min(last.y0, piece.y0), max(last.x1, piece.x1), max(last.y1, piece.y1))
        else:
            done.append(piece)
    return done
