"""Pale marks across the print of a scan ("COPY"): removed before it is read again, and reported if they cover it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from statistics import median
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from loaders.geometry import bounding_box, to_fractions
from loaders.ocr.lines import Quad, side, slant_of
from loaders.types import Block, Box

Image = NDArray[np.uint8]
Read = tuple[str, Quad]
"""A piece of print: its text, and its corners."""

_SLANTED = (12.0, 78.0)  # degrees
_LARGER, _LARGE = 1.4, 2.0  # times the usual height of lines: a slanted mark, and a level one
_REPEATED = 3  # times that a repeated mark is printed
_PALE = 0.6  # of the darkness of the page's print: marks of 70-85 % white have .2-.55
_COARSE, _NEAR = 8, 9  # pixels of which one is made to find the paper, and how many of these a stroke may be wide
_INKED = 14  # grey levels under the paper: noise of 6 leaves 4 when three pixels are averaged
_ABOVE = 1.3  # times the darkness of a mark: darker pixels are print
_STROKE = 3  # pixels: the edges of print are as pale as a mark, and thinner
_EDGE, _REACH = 5, 9  # pixels of the edges of print, and of a mark's own ones
_MIN_LINES = 3  # of print
_LONG = 8.0  # times as wide as high: a line that a mark does not end
_COVERED, _LEAST = 0.3, 150  # of the share of dark pixels beside marks; pixels under marks needed to decide
_CROSSING, _RUN = 2, 40  # lines through an unread mark, by so many pixels: a title is printed on a background
_CUT = 3  # lines that end at a mark which covers print
_OVER, _BEYOND = 0.2, 0.7  # share of a line that lies on a mark, and of the place next to it
_NEXT = (0.03, 0.3)  # of a line's height beyond its end: the next letters
_FILLED = 0.75  # of its box: a shape that fills more is a shade, a bar or a frame
_WORD = re.compile(r"[^\W\d_]{3}")


class PaleMarks(NamedTuple):
    """The pale marks of a page."""

    image: Image | None
    """The page without them, to be read again; None if there is no print near them."""
    texts: tuple[tuple[str, Quad], ...] = ()
    """Their texts, each once, with the corners of the first of each."""
    cover: bool = False
    """Whether they lie over print."""


def pale_marks(image: Image, found: Sequence[Read]) -> PaleMarks:
    """Return the pale marks of a page of which these pieces of print were read."""
    level = [quad for _, quad in found if slant_of(quad) < _SLANTED[0]]
    if len(level) < _MIN_LINES:
        return PaleMarks(None)
    darkness = _darkness(image)
    inks = [_ink_of(darkness, quad) for _, quad in found]
    usual, palest = median(side(quad, 0, 3) for quad in level), _PALE * median(inks)
    counts = Counter(text for text, _ in found if _WORD.search(text))
    pale = [(text, quad, ink) for (text, quad), ink in zip(found, inks, strict=True) if ink < palest]
    marks = [(text, quad, ink) for text, quad, ink in pale if _may_be_mark(quad, counts[text], usual)]
    shapes = _shapes(darkness, palest, usual)
    cut = sum(_ends_at(quad, shapes) for quad in level) if shapes.any() else 0
    cores = _cores(darkness.shape, level)
    darkest = max((ink for *_, ink in marks), default=0.0)
    if not marks and shapes.any() and sum(_runs_through(quad, shapes) for quad in level) >= _CROSSING:
        darkest = float(np.percentile(darkness[shapes], 75))
    if not darkest:
        return PaleMarks(None, (), cut >= _CUT)
    limit = _ABOVE * darkest + _INKED
    others = [quad for _, quad, _ in pale if slant_of(quad) >= _SLANTED[0] and side(quad, 0, 3) >= _LARGER * usual]
    strokes = _strokes(darkness, limit, [*(quad for _, quad, _ in marks), *others], usual)
    clean = image.copy()
    clean[strokes] = np.median(image.reshape(-1, image.shape[-1])[::97], axis=0)
    texts = {text: (text, quad) for text, quad, _ in reversed(marks)}
    cover = cut >= _CUT - bool(marks) or _is_opaque(strokes, darkness >= limit, cores)
    return PaleMarks(clean, tuple(texts.values()), cover)


def _shapes(darkness: NDArray[np.float32], palest: float, usual: float) -> NDArray[Any]:
    """Return a mask of the large pale shapes other than shades, bars and frames."""
    pale = ((darkness >= _INKED) & (darkness < palest)).astype(np.uint8)
    opened = cv2.morphologyEx(pale, cv2.MORPH_OPEN, np.ones((_EDGE, _EDGE), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(opened, connectivity=8)
    large = [
        label for label in range(1, count)
        if min(stats[label, 2], stats[label, 3]) >= _LARGER * usual
        and stats[label, 4] < _FILLED * stats[label, 2] * stats[label, 3]
    ]  # fmt: skip
    return np.asarray(np.isin(labels, large))


def _runs_through(quad: Quad, shapes: NDArray[Any]) -> bool:
    return int((shapes & _cores(shapes.shape, [quad])).sum()) >= _RUN


def _cores(shape: tuple[int, ...], lines: Sequence[Quad]) -> NDArray[Any]:
    """Return a mask of the middle half of the height of the long lines, which is full of print."""
    cores = np.zeros(shape, np.uint8)
    for quad in lines:
        if side(quad, 0, 1) >= _LONG * side(quad, 0, 3):
            a, b, c, d = quad
            ends = [((3 * x0 + x1) / 4, (3 * y0 + y1) / 4) for (x0, y0), (x1, y1) in ((a, d), (b, c), (c, b), (d, a))]
            cv2.fillPoly(cores, [np.array(ends, np.int32)], 1)
    return np.asarray(cores > 0)


def _strokes(darkness: NDArray[np.float32], limit: float, quads: Sequence[Quad], usual: float) -> NDArray[Any]:
    """Return a mask of the strokes of marks: pale, in their places or of large shapes, and away from dark print."""
    pale = ((darkness >= _INKED) & (darkness < limit)).astype(np.uint8)
    near = cv2.dilate((darkness >= limit).astype(np.uint8), np.ones((_EDGE, _EDGE), np.uint8))
    core = cv2.morphologyEx(pale, cv2.MORPH_OPEN, np.ones((_STROKE, _STROKE), np.uint8)) & (near == 0)
    places = np.zeros_like(pale)
    for quad in quads:
        cv2.fillPoly(places, [np.array(quad, np.int32)], 1)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(core.astype(np.uint8), connectivity=8)
    large = np.flatnonzero(np.minimum(stats[:, 2], stats[:, 3]) >= _LARGER * usual)
    core = core & ((places > 0) | np.isin(labels, large[large > 0]))
    return (cv2.dilate(core.astype(np.uint8), np.ones((_REACH, _REACH), np.uint8)) > 0) & (darkness < limit)


def _is_opaque(strokes: NDArray[Any], dark: NDArray[Any], cores: NDArray[Any]) -> bool:
    """Return whether the lines that run through the strokes of marks have no print there."""
    # The strokes exclude print: print on them lies beside their pixels.
    over = cv2.morphologyEx(strokes.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((_REACH, _REACH), np.uint8)) > 0
    under, beside = over & cores, ~over & cores
    return bool(under.sum() >= _LEAST and dark[under].mean() < _COVERED * dark[beside].mean())


def mark_blocks(marks: PaleMarks, page: Image) -> tuple[Block, ...]:
    """Return the texts of a page's marks as blocks, each once; boxes are fractions of the page."""
    height, width = page.shape[:2]
    boxes = [bounding_box(Box(x, y, x, y) for x, y in quad) for _, quad in marks.texts]
    return tuple(
        Block("watermark", text, 0, to_fractions(box, width, height))
        for (text, _), box in zip(marks.texts, boxes, strict=True)
    )


def _ends_at(quad: Quad, mark: NDArray[np.bool_]) -> bool:
    """Return whether a line of print ends or begins at a mark that covers the rest of it."""
    xs, ys, height = [x for x, _ in quad], [y for _, y in quad], side(quad, 0, 3)
    left, right = int(min(xs)), int(max(xs))
    lefty, righty = (quad[0][1] + quad[3][1]) / 2, (quad[1][1] + quad[2][1]) / 2

    def share(x0: float, x1: float, y: float) -> float:
        part = mark[max(0, int(y - height / 4)) : int(y + height / 4), max(0, int(x0)) : max(0, int(x1))]
        return float(part.mean()) if part.size else 0.0

    if share(left, right, (min(ys) + max(ys)) / 2) > _OVER:
        return False
    near, far = _NEXT[0] * height, _NEXT[1] * height
    return max(share(left - far, left - near, lefty), share(right + near, right + far, righty)) > _BEYOND


def _may_be_mark(quad: Quad, count: int, usual: float) -> bool:
    height = min(side(quad, 0, 3), side(quad, 0, 1))
    slanted = _SLANTED[0] <= slant_of(quad) <= _SLANTED[1]
    if slanted:
        return height >= _LARGER * usual and (count >= _REPEATED or height >= _LARGE * usual)
    return count >= _REPEATED or height >= _LARGE * usual


def _darkness(image: Image) -> NDArray[np.float32]:
    """Return the darkness of each pixel relative to the paper, averaged with its neighbours."""
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY) if image.ndim == 3 else image
    height, width = grey.shape[:2]
    small = cv2.resize(grey, (max(1, width // _COARSE), max(1, height // _COARSE)), interpolation=cv2.INTER_AREA)
    paper = cv2.resize(cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((_NEAR, _NEAR), np.uint8)), (width, height))
    return paper.astype(np.float32) - cv2.blur(grey, (_STROKE, _STROKE)).astype(np.float32)


def _ink_of(darkness: NDArray[np.float32], quad: Quad) -> float:
    """Return the usual darkness of the ink in a piece."""
    xs, ys = [x for x, _ in quad], [y for _, y in quad]
    x0, y0, x1, y1 = max(0, int(min(xs))), max(0, int(min(ys))), int(max(xs)) + 1, int(max(ys)) + 1
    part = darkness[y0:y1, x0:x1]
    inside = np.zeros(part.shape, np.uint8)
    cv2.fillPoly(inside, [np.array([(x - x0, y - y0) for x, y in quad], np.int32)], 1)
    inked = part[(inside > 0) & (part >= _INKED)]
    return float(np.percentile(inked, 75)) if inked.size else 0.0
