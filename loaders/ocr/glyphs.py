"""Raised and lowered digits of a scanned line, told by the shapes of its print and the places of its characters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from loaders.text.raised_signs import lowered, raised

Image = NDArray[np.uint8]

_SMALLEST, _LARGEST = 0.38, 0.8  # of the height of the line's capitals and digits: signs have 0.5-0.75
_LARGEST_HIGH, _HIGH = 0.9, 0.35  # of one that ends so far above the baseline: browsers set 0.83, raised by 0.5
_RISE = 0.22  # of that height by which a raised digit ends above the baseline: they have 0.35-0.55
_DROP = 0.08  # of that height by which a lowered digit ends below the baseline: they have 0.12-0.3
_TOP = 0.25  # of that height by which a raised digit may begin under the top of the capitals, a lowered one must
_MIN_FULL = 3  # capitals, digits and tall letters that tell the baseline of a line
_MIN_HEIGHT = 9  # pixels of a capital: in smaller print a digit's shape is noise
_NEAR = 0.45  # of a capital's height between the place of a character and the middle of its shape
_SMALLER = 0.85  # of the height of the digit at its left: signs have 0.5-0.75, digits of one number 0.9-1.1
_EDGE = 0.3  # of the crop's height: lower ink at its edge belongs to the line above or below
_OVER = 0.5  # of the narrower shape's width: as far one shape stands over another if they are one broken digit


_DIGITS = re.compile(r"[0-9]+")
_OVERLONG = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(\d{1,2})(?![\d,.])")
"""A number with digits beyond its last group of three ("1,9504"): they are a sign, or a point before them was lost."""

_LIFTED = 0.1  # of the capitals' height by which such a digit ends above the baseline; decimals end on it
_DECIMALS = re.compile(r"[.,][0-9]")


class _Shape(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2

    @property
    def height(self) -> float:
        return self.bottom - self.top


def with_signs(crop: Image, text: str, places: Sequence[float]) -> str:
    """Return the text of a line with its raised and lowered digits as such (`$320¹`, `CO₂`).

    Args:
        crop: The upright image of the line.
        text: What was recognised in it.
        places: The x in pixels of each character that is no space.
    """
    spots = [index for index, char in enumerate(text) if not char.isspace()]
    if len(spots) != len(places) or not any(map(str.isdecimal, text)):
        return text
    shapes = _shapes(crop)
    own_shapes = [shapes[at] for at in _nearest([shape.middle for shape in shapes], places)] if shapes else []
    # Brackets are no measure.
    printed_shapes = [shape for spot, shape in zip(spots, own_shapes, strict=False) if text[spot].isalnum()]
    full = [shape for shape in dict.fromkeys(printed_shapes) if shape.height > 0.75 * _tallest(printed_shapes)]
    if len(full) < _MIN_FULL or (size := median(shape.height for shape in full)) < _MIN_HEIGHT:
        return text
    signs: dict[int, str] = {}
    before: _Shape | None = None  # the digit at the left
    nearest_spots = _nearest(places, [shape.middle for shape in own_shapes])
    for spot, place, shape, nearest in zip(spots, places, own_shapes, nearest_spots, strict=True):
        own = spots[nearest] == spot and abs(shape.middle - place) <= _NEAR * size
        if own and text[spot] in "0123456789" and (spot - 1 in signs or not _is_like(shape, before)):
            # Beside a digit, that is the measure: small letters may be nearly as high as capitals.
            measure = max(size, before.height) if before and shape is not before else size
            signs |= {spot: kind} if (kind := _kind(shape, full, measure)) else {}
        before = shape if text[spot].isdecimal() and text[spot + 1 : spot + 2].isdecimal() else None
    signs |= dict.fromkeys(_beyond_groups(text, spots, own_shapes, full), "raised")
    return _written(text, signs)


def _beyond_groups(text: str, spots: Sequence[int], shapes: Sequence[_Shape], full: Sequence[_Shape]) -> list[int]:
    """Return the digits beyond the groups of a number that end above the baseline: large signs of a note."""
    found: list[int] = []
    own = dict(zip(spots, shapes, strict=True))
    size = median(shape.height for shape in full)
    for number in _OVERLONG.finditer(text):
        around = sorted(full, key=lambda shape: abs(shape.middle - own[number.start()].middle))[:8]
        base = median(shape.bottom for shape in around)
        if all(base - own[at].bottom >= _LIFTED * size for at in range(*number.span(1))):
            found += range(*number.span(1))
    return found


def _is_like(shape: _Shape, before: _Shape | None) -> bool:
    """Return whether a digit is as high as the one at its left, and no raised one: letters that touch look large."""
    alike = before is not None and shape is not before and shape.height > _SMALLER * before.height
    return alike and before is not None and before.bottom - shape.bottom < _HIGH * before.height


def _written(text: str, signs: dict[int, str]) -> str:
    """Return the text with these of its digits raised or lowered, if they hang on something and end it."""
    for run in _DIGITS.finditer(text):
        places = range(*run.span())
        first = next((at for at in places if at in signs), run.end())
        hangs_on_sign = first == run.start() and not text[first - 1 : first].isalnum()
        if run.end() - first != sum(at in signs for at in places) and not hangs_on_sign:
            signs = {at: kind for at, kind in signs.items() if at not in places}  # inside a number: a broken digit
        elif first < run.end():
            signs = signs | dict.fromkeys(range(first, run.end()), signs[first])
        around = text[run.start() - 1 : run.start()] + text[run.end() : run.end() + 1]
        decimals = _DECIMALS.match(text, run.end()) and run.end() + 1 not in signs
        before_letter = text[run.end() : run.end() + 1].isalpha()  # the number of an isotope
        digit, mark = text[: run.start()][-2:-1], text[: run.start()][-1:]
        fraction = digit.isdecimal() and mark in (".", ",") and run.start() - 2 not in signs  # the 7 of "86.7"
        lone = not text[run.start() - 1 : run.start()].strip() and not before_letter
        if around in ("()", "[]") or decimals or (first == run.start() and (lone or fraction)):
            # "(161)" is a negative number, "(1)" is kept apart as it is
            signs = {at: kind for at, kind in signs.items() if at not in places}
    done = ""
    for index, char in enumerate(text):
        kind, before = signs.get(index, ""), text[index - 1 : index]
        after_sign = signs.get(index - 1) == kind
        if kind == "raised":
            char = raised(char)
        elif kind == "lowered" and (after_sign or before.isalpha() or before == ")"):
            char = lowered(char)
        done += char
    return done


def _kind(shape: _Shape, full: Sequence[_Shape], size: float) -> str:
    """Return whether a digit is raised or lowered against the print around it, or neither ("")."""
    around = sorted(full, key=lambda other: abs(other.middle - shape.middle))
    around = [other for other in around if other is not shape][:8]
    base, top = median(other.bottom for other in around), median(other.top for other in around)
    largest = _LARGEST_HIGH if base - shape.bottom >= _HIGH * size else _LARGEST
    if not _SMALLEST * size <= shape.height <= largest * size:
        return ""
    if base - shape.bottom >= _RISE * size and shape.top - top <= _TOP * size:
        return "raised"
    if shape.bottom - base >= _DROP * size and shape.top - top >= _TOP * size:
        return "lowered"
    return ""


def _nearest(points: Sequence[float], places: Sequence[float]) -> list[int]:
    """Return for each place which of the points, the first of several, is nearest to it."""
    away = np.abs(np.asarray(places)[:, np.newaxis] - np.asarray(points))
    found: list[int] = away.argmin(axis=1).tolist()
    return found


def _tallest(shapes: Sequence[_Shape]) -> float:
    """Return the height of the line's tall shapes: brackets and letters that touch are higher than capitals."""
    heights = sorted(shape.height for shape in shapes)
    return heights[int(0.8 * (len(heights) - 1))] if heights else 0.0


def _shapes(crop: Image) -> list[_Shape]:
    """Return the connected shapes of ink in a line; those above one another (the dot of an i) are one."""
    grey = cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY) if crop.ndim == 3 else crop
    level, _ = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    dark = grey <= level
    if dark.mean() > 0.5:
        dark = ~dark
    _, _, stats, _ = cv2.connectedComponentsWithStats(dark.astype(np.uint8), connectivity=8)
    height = crop.shape[0]
    pieces = [
        _Shape(x, y, x + w, y + h)
        for x, y, w, h, area in stats[1:].tolist()
        if area >= 3 and w < 3 * height and not (h < _EDGE * height and (y == 0 or y + h == height))
    ]
    joined: list[_Shape] = []
    for piece in sorted(pieces, key=lambda piece: piece.left):
        last = joined[-1] if joined else None
        if last and last.right - piece.left > _OVER * min(last.right - last.left, piece.right - piece.left):
            joined[-1] = _Shape(
                last.left, min(last.top, piece.top), max(last.right, piece.right), max(last.bottom, piece.bottom)
            )
        else:
            joined.append(piece)
    return [shape for shape in joined if shape.height >= 0.15 * height]
