"""Print of a scanned line: the shapes of its characters, their size, slope and baseline, and which are raised."""

from __future__ import annotations

import re
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from loaders.ocr.shapes import Shape, aligned, full_height, shapes_of

Image = NDArray[np.uint8]

_SMALLEST, _LARGEST = 0.38, 0.8  # of the height of the line's capitals and digits: signs have 0.5-0.75
_LARGEST_HIGH, _HIGH = 0.9, 0.35  # of one that ends so far above the baseline: browsers set 0.83, raised by 0.5
_RISE = 0.22  # of that height by which a raised digit ends above the baseline: they have 0.35-0.55
_LARGEST_LOW, _LOW = 0.92, 0.18  # of one that ends so far below it: browsers set 0.83, lowered by 0.2
_DROP = 0.08  # of that height by which a lowered digit ends below the baseline: they have 0.12-0.3
_TOP = 0.25  # of that height by which a raised digit may begin under the top of the capitals, a lowered one must
_MIN_FULL = 3  # letters and digits needed to measure the baseline of a line
_MIN_HEIGHT = 9  # pixels of a capital: in smaller print a digit's shape is noise
_CAPITAL = 1.4  # heights of a small letter without a stem; 1.33 in DejaVu, 1.5 in Times
_NEAREST = 8  # characters around a digit from which the baseline at its place is measured
_STEEPEST = 0.06  # slope of a line's print in its crop
_SLOPED = 6  # characters needed to measure the slope
_SKEWED, _ASKEW = 2, 0.15  # digits needed to measure the slope of a cell with hardly a letter, and the steepest slope
_SHARES = (0.85, 0.7, 0.55)  # of the threshold between ink and paper: touching digits separate at a darker one
_BROKEN = 0.3  # of the usual height of a line's shapes: a piece of a digit
TOUCHING = 1.1  # of that height: wider shapes are several digits; single ones have up to .85

_LIST = re.compile(r"[0-9.,]*")
_TALL = re.compile(r"[A-Zbdfhkl]")
_SMALL = re.compile(r"[acemnorsuvwxz]")
_ON_LINE = re.compile(r"[A-PR-Za-fhik-or-xz]")
_HANGING = re.compile(r"[gjpqyQ]")  # letters that end below the baseline
_OLD_HANGING = re.compile(r"[34579gjpqyQ]")  # and the figures that do in Georgia, Constantia, Garamond
_OLD_STANDING, _OLD_LOW = frozenset("01268"), frozenset("34579")
_SAME_FOOT, _OTHER_FOOT = 0.1, 0.15  # of a figure's height: the feet of lining figures, and of old-style ones, apart
_FIGURES = re.compile(r"[0-9][0-9.,]+")


class Print(NamedTuple):
    """The shape of each character of a line, by its place in the text, and the measures of all of them."""

    text: str
    shapes: dict[int, Shape]
    size: float  # height of a capital
    slope: float
    old: bool = False  # whether its figures are of several heights, of which some end below the baseline

    @property
    def is_small(self) -> bool:
        """Whether its digits are too small for their shapes to mean anything."""
        return self.size < _MIN_HEIGHT

    @property
    def old_style(self) -> int:
        """The count of its numbers in old-style figures minus that in lining figures.

        Only numbers that begin with 0, 1, 2, 6 or 8 count: a later figure may be a raised sign, which is smaller, but
        the first figure ends above the others only where these descend below the baseline.
        """
        votes = 0
        for number in _FIGURES.finditer(self.text):
            first = self.shapes.get(number.start())
            low = [self.shapes[at] for at in range(*number.span()) if self.text[at] in _OLD_LOW and at in self.shapes]
            if first is None or not low or self.text[number.start()] not in _OLD_STANDING:
                continue
            foot, height = median(each.bottom for each in low), max(each.height for each in low)
            drop = foot - first.bottom
            votes += 1 if drop >= _OTHER_FOOT * height else -2 if abs(drop) < _SAME_FOOT * height else 0
        return votes

    def inserted(self, at: int, char: str, shape: Shape) -> Print:
        """Return the print with a character, and its shape, before that at a place."""
        shapes = {spot + (spot >= at): own for spot, own in self.shapes.items()}
        return self._replace(text=f"{self.text[:at]}{char}{self.text[at:]}", shapes=shapes | {at: shape})

    def base(self, at: int, rest: range, beside: Sequence[Shape] = ()) -> float | None:
        """Return the y of the baseline at a character, None if it cannot be measured.

        Args:
            at: The character.
            rest: The digits to which it belongs, which may be raised as well.
            beside: The digits before them.
        """
        return self.base_at(self.shapes[at].middle, rest, beside)

    def base_at(self, x: float, rest: range, beside: Sequence[Shape] = ()) -> float | None:
        """Return the y of the baseline at an x, as `base` does at a character."""
        slope = self.slope
        if not slope and len(beside) > _SKEWED:  # the cell of a table, cut out askew
            slope = (beside[-1].bottom - beside[0].bottom) / (beside[-1].middle - beside[0].middle)
            slope = 0.0 if abs(slope) > _ASKEW else slope
        also = range(rest.start, _LIST.match(self.text, rest.start).end())  # type: ignore[union-attr]  # any text
        hanging = _OLD_HANGING if self.old else _HANGING
        standing = [at for at in self.shapes if self.text[at].isalnum() and not hanging.match(self.text[at])]
        own = [at for at in standing if at not in also] or [at for at in standing if at not in rest]
        ends = sorted((abs(s.middle - x), s.bottom + slope * (x - s.middle)) for s in map(self.shapes.__getitem__, own))
        return median(end for _, end in ends[:_NEAREST]) if ends else None


def own_shapes(crop: Image, characters: str, places: Sequence[float]) -> list[Shape | None]:
    """Return the shape of each character, None where it has no separate one.

    Touching characters are separated by raising the threshold of darkness step by step.
    """
    found = _single_digits(characters, aligned(characters, places, shapes_of(crop)))
    for share in _SHARES:
        if all(found[at] for at, char in enumerate(characters) if char.isdecimal()):
            break
        finer = _single_digits(characters, aligned(characters, places, shapes_of(crop, share)))
        found = [own or (other and full_height(crop, other)) for own, other in zip(found, finer, strict=True)]
    return found


def _single_digits(characters: str, own: Sequence[Shape | None]) -> list[Shape | None]:
    """Return the shapes without those of digits that are pieces of a broken one, or several digits that touch."""
    heights = sorted(shape.height for shape in own if shape)
    usual = heights[len(heights) // 2] if heights else 0.0
    return [
        None
        if shape and char.isdecimal() and (shape.height < _BROKEN * usual or _width(shape) > TOUCHING * usual)
        else shape
        for char, shape in zip(characters, own, strict=True)
    ]


def _width(shape: Shape) -> float:
    return shape.right - shape.left


def print_of(text: str, shapes: dict[int, Shape], *, old: bool = False) -> Print | None:
    """Return a line's print with its measures; None where there is too little."""
    letters = {at: shape for at, shape in shapes.items() if _TALL.match(text[at]) or _SMALL.match(text[at])}
    digits = [shape.height for at, shape in shapes.items() if text[at].isdecimal()]
    tall = [shape.height for at, shape in letters.items() if _TALL.match(text[at])]
    if len(tall) < _MIN_FULL:
        tall += [shape.height * _CAPITAL for at, shape in letters.items() if _SMALL.match(text[at])]
    if len(tall) < _MIN_FULL:  # some of the digits may be raised or lowered
        tall = sorted([*tall, *digits])[(len(tall) + len(digits)) // 3 :]
    size = median(tall or [0.0])
    if len(letters) + len(digits) < _MIN_FULL:
        return None
    return Print(text, shapes, size, _slope([shape for at, shape in shapes.items() if _ON_LINE.match(text[at])]), old)


def _slope(shapes: Sequence[Shape]) -> float:
    """Return the slope of the line under the shapes: the median of those between two shapes that are far apart."""
    if len(shapes) < _SLOPED:
        return 0.0
    half = len(shapes) // 2
    pairs = list(zip(shapes[:half], shapes[-half:], strict=True))
    slope = median((right.bottom - left.bottom) / max(right.middle - left.middle, 1.0) for left, right in pairs)
    return min(max(slope, -_STEEPEST), _STEEPEST)


def kind_of(line: Print, at: int, rest: range, start: int) -> str:
    """Return whether a digit is raised or lowered relative to the print around it, or neither ("")."""
    beside = [line.shapes[digit] for digit in range(start, rest.start) if digit in line.shapes]
    shape, base = line.shapes[at], line.base(at, rest, beside)
    if base is None:
        return ""
    # It is compared with the digits before it in the number: small letters may be nearly as high as capitals.
    size = max(digit.height for digit in beside) if beside else line.size
    lift = base - shape.bottom
    largest = _LARGEST_HIGH if lift >= _HIGH * size else _LARGEST_LOW if lift <= -_LOW * size else _LARGEST
    if not _SMALLEST * size <= shape.height <= largest * size:
        return ""
    if lift >= _RISE * size and shape.top - (base - size) <= _TOP * size:
        return "raised"
    return "lowered" if lift <= -_DROP * size and shape.top - (base - size) >= _TOP * size else ""
