"""Ink of a scan with its skew removed: drawn lines, and marks that the OCR does not read."""

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
_PART = 0.7  # of a line's height: a piece that continues a longer one, between the rows of a dense table
_THIN = 0.3  # of a line's height: a thicker piece is an area
_PIECE = 25  # pixels: the run of a thin line on a page turned by up to 3 degrees
_LONG = 250  # pixels of a drawn line that shows the page's angle to a 250th
_STEEP = 0.06  # slope of a line that is still meant to be level
_BROKEN = 0.4  # of a line's height: gap between the pieces of a drawn line
_FEWEST = 3  # lines across that a table has
_PALE = 12  # grey levels of a pale line under the paper on either side, averaged along it: noise of 6 leaves 4
_ALONG = 9  # pixels over which a pale line is averaged: letters are shorter than a piece of a drawn line by more
_EDGE, _SIDE = 0.08, 0.2  # of a line's height at its top and foot, at its ends: marks there are not on its print
_BLINK = 3  # pixels of a pale line that may be missing
_BESIDE = 3  # pixels above and below a drawn line that are empty
_ASIDE = 2  # pixels beside a vertical line within which its other pieces lie
_SHAPE = 0.8  # of a line's height: the sides of a shape that is no letter
_LETTER, _WORD = 0.3, 15.0  # of a line's height: a letter, and letters that run into each other
_LETTERS = 0.1  # of the ink of all print
_LITTLE = 0.05  # of the ink outside print: less is no picture but a logo
_BARE = 0.25  # share of ink there: over the foot of a line of print there is 0.4 and more


class Ink:
    """The dark pixels of a page; its places are those of the boxes of its lines, whose skew is removed.

    `size` is the usual height of its lines.
    """

    def __init__(self, image: Image, lines: Sequence[OcrLine]) -> None:
        self.size = float(np.median([line.height for line in lines])) if lines else 20.0
        self.angle = skew_removed(max(lines, key=lambda line: line.box.x1 + line.box.y1)) if lines else 0.0
        grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY) if image.ndim == 3 else image
        self._known: dict[tuple[int, int], list[Box]] = {}
        self._print = [line.box for line in lines]
        self._grey = self.level(grey.astype(np.uint8))
        self.mask = _mask(self._grey)

    def level(self, image: Image) -> Image:
        """Return the page's image with its skew removed."""
        if not self.angle:
            return image
        height, width = image.shape[:2]
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        turn = np.array([[cos, sin, 0.0], [-sin, cos, 0.0]])
        return cv2.warpAffine(image, turn, (width, height), borderMode=cv2.BORDER_REPLICATE).astype(np.uint8)

    def quad_on_page(self, quad: Quad) -> Quad:
        """Return the corners on the page, with its skew, of a place in its level image."""
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        a, b, c, d = ((x * cos - y * sin, x * sin + y * cos) for x, y in quad)
        return a, b, c, d

    def skewed(self, image: Image) -> Image:
        """Return a level picture, such as the mask, with the page's skew."""
        height, width = image.shape[:2]
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        turn = np.array([[cos, -sin, 0.0], [sin, cos, 0.0]])
        return cv2.warpAffine(image, turn, (width, height), flags=cv2.INTER_NEAREST).astype(np.uint8)

    @cached_property
    def components(self) -> tuple[NDArray[np.int32], list[list[int]]]:
        """The connected shapes: a label for each pixel, and by label x, y, width, height and area (0 is the paper)."""
        _, labels, stats, _ = cv2.connectedComponentsWithStats(self.mask, connectivity=8)
        return labels.astype(np.int32, copy=False), stats.tolist()

    @cached_property
    def shapes(self) -> list[Box]:
        """The places of connected shapes of at least 4 pixels."""
        _, stats = self.components
        return [Box(x, y, x + w, y + h) for x, y, w, h, area in stats[1:] if area >= 4]

    @cached_property
    def rules(self) -> Rules:
        """The straight horizontal and vertical drawn lines, without print."""
        return self._rules([], [], [])

    @cached_property
    def faint_rules(self) -> Rules:
        """The same with the pale ones, a few of which are print: they are used where the others enclose no table."""
        least = round(_RULE * self.size) + _ALONG
        across = self._clear_pieces(self._pale_lines(down=False), least, 1)
        if len(across) + len(self.rules.horizontal) < _FEWEST:
            return self.rules
        down = self._clear_pieces(self._pale_lines(down=True), 1, round(_PART * self.size))
        return self._rules(across, [box for box in down if box.y1 - box.y0 >= least], down)

    def _clear_pieces(self, mask: Image, width: int, height: int) -> list[Box]:
        pieces = self._pieces(mask, width, height)
        return [piece for piece, clear in zip(pieces, self._are_clear(pieces), strict=True) if clear]

    def _rules(self, across: list[Box], down: list[Box], short: list[Box]) -> Rules:
        """Return the lines of the page's mask with these pale pieces: across, down, and short ones down."""
        least = round(_RULE * self.size)
        strokes = _joined([*self.strokes, *across], _BROKEN * self.size) if across else self.strokes
        level = [box for box in strokes if box.x1 - box.x0 >= least and self._is_bare(box)]
        short = [*self._straight(1, round(self.size)), *short]
        upright = self._with_short_pieces([*self._straight(1, least), *down], short)
        return Rules(
            tuple(((box.y0 + box.y1) / 2, box.x0, box.x1) for box in level),
            tuple(((box.x0 + box.x1) / 2, box.y0, box.y1) for box in upright),
        )

    def _with_short_pieces(self, lines: list[Box], pieces: list[Box]) -> list[Box]:
        """Return vertical lines with the shorter pieces that continue one, between headings that span columns."""
        if not lines:
            return lines
        places = {round((line.x0 + line.x1) / 2) for line in lines}
        known = {x + beside for x in places for beside in (-_ASIDE, -1, 0, 1, _ASIDE)}
        return lines + [
            box
            for box in pieces
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

    def evenness(self, box: Box) -> float:
        """Return the darkness of the palest tenth of a level stroke's columns, as a share of its darkest tenth."""
        x0, y0, x1, y1 = (max(0, round(value)) for value in box)
        part = self._grey[y0 : y1 + 1, x0:x1]
        if not part.size:
            return 0.0
        paper = float(np.percentile(self._grey[max(0, y0 - _AROUND) : y1 + _AROUND, x0:x1], 80))
        darkness = paper - part.min(axis=0).astype(np.float64)
        pale, dark = np.percentile(darkness, [10, 90])
        return float(pale / max(1.0, dark))

    def _straight(self, width: int, height: int) -> list[Box]:
        """Return the places of the thin straight pieces of at least this width or height."""
        if (width, height) not in self._known:
            self._known[width, height] = self._pieces(self.mask, width, height)
        return self._known[width, height]

    def _pale_lines(self, *, down: bool) -> Image:
        """Return a mask of narrow strokes, and their pieces, that are a little darker than the paper on either side.

        The inner lines of many tables are grey: of a hairline of 75 % white a scan of 150 dpi leaves 40 levels, and
        its noise takes pieces out of that.
        """
        beside = max(_BESIDE, round(_THIN * self.size)) * 2 + 1
        along, over = ((1, _ALONG), (beside, 1)) if down else ((_ALONG, 1), (1, beside))
        even = cv2.blur(self._grey, along)
        darker = cv2.morphologyEx(even, cv2.MORPH_BLACKHAT, np.ones(over[::-1], np.uint8))
        found = (darker >= _PALE).astype(np.uint8)
        gap = (_BLINK, 1) if down else (1, _BLINK)
        return cv2.morphologyEx(found, cv2.MORPH_CLOSE, np.ones(gap, np.uint8)).astype(np.uint8)

    def _pieces(self, mask: Image, width: int, height: int) -> list[Box]:
        """Return the places of the thin straight pieces of a mask."""
        opened = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((height, width), np.uint8))
        found = _places(opened.astype(np.uint8, copy=False))
        return [box for box in found if min(box.x1 - box.x0, box.y1 - box.y0) <= max(3.0, _THIN * self.size)]

    def _are_clear(self, pieces: Sequence[Box]) -> list[bool]:
        """Return for pale pieces whether each is a drawn line: no foot of a line of print, no stems of several."""
        if not pieces or not self._print:
            return [True] * len(pieces)
        left, top, right, bottom = (side[:, np.newaxis] for side in np.array(pieces, np.float64).T)
        x0, y0, x1, y1 = np.array(self._print, np.float64).T
        level = (right - left > bottom - top)[:, 0]
        near = np.abs((top + bottom) / 2 - (y0 + y1) / 2) < (0.5 - _EDGE) * (y1 - y0)
        middle, side = (left + right) / 2, _SIDE * self.size
        within = (x0 + side < middle) & (middle < x1 - side)
        over = np.maximum(0.0, np.minimum(right, x1) - np.maximum(left, x0))
        along = np.maximum(0.0, np.minimum(bottom, y1) - np.maximum(top, y0))
        inside = np.where(level, (over * near).sum(axis=1), (along * within).sum(axis=1))
        clear: list[bool] = (2 * inside < np.maximum(right - left, bottom - top)[:, 0]).tolist()
        return clear

    def _is_bare(self, box: Box) -> bool:
        """Return whether the space right above and below a line is empty: no serifs of print, no struck letters."""
        above = Box(box.x0, box.y0 - 2 - _BESIDE, box.x1, box.y0 - 2)
        below = Box(box.x0, box.y1 + 2, box.x1, box.y1 + 2 + _BESIDE)
        return min(self.share(above), self.share(below)) < _BARE and self.share(above) + self.share(below) < 3 * _BARE


def share_within(image: Image, quads: NDArray[np.int32]) -> float:
    """Return the share of an image's ink that lies in these quadrangles; 1 if it has none."""
    mask, inside = _ink_and(image, quads)
    return float((mask & inside).sum() / mask.sum()) if mask.any() else 1.0


def may_hold_print(image: Image, quads: NDArray[np.int32]) -> bool:
    """Return whether the ink of a page outside the print that was found may be more print, or a chart's or picture's.

    On a page of ruled and shaded tables .02 of that ink is in shapes larger than letters (a logo), on one with a chart
    .84; shapes of a letter's size have .01 and .04 of the ink of all print.
    """
    mask, inside = _ink_and(image, quads)
    outside = mask & (inside ^ 1)
    sides = (np.linalg.norm(quads[:, at] - quads[:, 0], axis=1) for at in (1, 3))
    size = float(np.median(np.minimum(*sides)))
    _, _, stats, _ = cv2.connectedComponentsWithStats(outside, connectivity=8)
    least, most, ink = stats[1:, 2:4].min(axis=1), stats[1:, 2:4].max(axis=1), stats[1:, 4]
    letters = int(ink[(least >= _LETTER * size) & (most < _WORD * size)].sum())  # a slanted rule is longer
    shapes = int(ink[least >= _SHAPE * size].sum())
    return letters > _LETTERS * (letters + int((mask & inside).sum())) or shapes > _LITTLE * int(outside.sum())


def _ink_and(image: Image, quads: NDArray[np.int32]) -> tuple[Image, Image]:
    """Return a mask of an image's ink, and one of these quadrangles."""
    mask = _mask(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.uint8) if image.ndim == 3 else image)
    inside = np.zeros_like(mask)
    for quad in quads:
        cv2.fillPoly(inside, [quad], 1)
    return mask, inside


def drawn_skew(image: Image) -> float | None:
    """Return the page's angle in radians by its long drawn lines; None where there are none.

    They show it ten times as exactly as a few short lines of print.
    """
    mask = _mask(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.uint8) if image.ndim == 3 else image)
    pieces = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((1, _PIECE), np.uint8))
    joined = cv2.dilate(pieces, np.ones((3, 9), np.uint8))
    if all(box.x1 - box.x0 < _LONG for box in _places(joined.astype(np.uint8, copy=False))):
        return None
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


def _places(mask: Image) -> list[Box]:
    """Return the places of the connected shapes of a mask that has few.

    Their outlines take 1-4 ms a page, labels for all its pixels 12.
    """
    outlines, tree = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    around = tree[0, :, 3].tolist() if outlines else []  # the outline of which each is a hole, -1 for none
    outer = [outline for outline, other in zip(outlines, around, strict=True) if other < 0]
    found = map(cv2.boundingRect, reversed(outer))
    return [Box(x, y, x + width, y + height) for x, y, width, height in found]


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
