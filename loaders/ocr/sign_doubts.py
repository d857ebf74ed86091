"""Numbers of scanned print whose last digit may be a raised sign, which cannot be told from the shapes."""

from __future__ import annotations

import re
from statistics import median

import numpy as np
from numpy.typing import NDArray

from loaders.ocr.line_print import Print
from loaders.ocr.shapes import Shape, ink_between

Image = NDArray[np.uint8]

_OVERLONG = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?:\d{1,2}|\.\d{3})(?![\d,.]\d|\d)")
"""A number with digits beyond its last group of three, or groups and a third decimal: hardly ever printed so."""
_DATE = re.compile(r"[A-Za-z]{3}\.? ?\d{1,2},(?:19|20)\d\d$")  # "May 20,2018", the space of which was not seen
_NUMBER = re.compile(r"\d[\d.,' ]*\d(?![\d⁰¹²³⁴⁵⁶⁷⁸⁹])")
_POWER = re.compile(r"[×x*·]\s?10[ªº°?'’\"](?!\w)")
_UNCLEAR = re.compile(r"(?<![\d.,])10[{^][⁰¹²³⁴⁵⁶⁷⁸⁹\d]{1,2}")  # a brace for a minus, or for nothing
_LARGEST = 0.9  # of the digits before it: a smaller last digit is no digit of the same number
_LIFTED = 0.13  # of their height above the baseline: of digits of one number at most .1

_LARGEST_SMALL, _LIFTED_SMALL = 0.8, 0.25  # the same in print whose capitals are lower than 9 pixels
_ALIKE = 1.4  # times the lowest digit of a number: the highest
_TOUCHED, _SIGN = 0.1, 0.4  # of their height: what of a digit that touches the one before is not looked at, and is


def doubtful_numbers(crop: Image, line: Print) -> list[str]:
    """Return the numbers of a line whose last digit may be a sign, and powers of ten with an unknown exponent."""
    found = [
        *overlong_numbers(line.text),
        *(power[0] for pattern in (_POWER, _UNCLEAR) for power in pattern.finditer(line.text)),
    ]
    found += [number[0] for number in _NUMBER.finditer(line.text) if _may_be_raised(crop, line, *number.span())]
    return list(dict.fromkeys(found))


def overlong_numbers(text: str) -> list[str]:
    """Return the numbers with digits beyond their groups of three, or with groups and three decimals."""
    return [number[0] for number in _OVERLONG.finditer(text) if not _DATE.search(text[: number.end()])]


def _may_be_raised(crop: Image, line: Print, start: int, end: int) -> bool:
    """Return whether the last digit of a number ends above the line, and is smaller than those before if that shows."""
    last = end - 1
    beside = [line.shapes[at] for at in range(start, last) if at in line.shapes and line.text[at].isdecimal()]
    if not beside:
        return False
    heights = [digit.height for digit in beside]
    size = median(heights)
    if max(heights) > _ALIKE * min(heights):  # the edge of a bar, or what remains of a digit
        return False
    shape = line.shapes.get(last) or _ink_after(crop, line, last, size)
    if shape is None:
        return False
    base = line.base_at(shape.middle, range(last, end), beside)
    largest, lifted = (_LARGEST_SMALL, _LIFTED_SMALL) if line.is_small else (_LARGEST, _LIFTED)
    return base is not None and shape.height <= largest * size and base - shape.bottom >= lifted * size


def _ink_after(crop: Image, line: Print, at: int, size: float) -> Shape | None:
    """Return the ink right of the character before one that has no shape of its own, since it touches others."""
    before = line.shapes.get(at - 1)
    if before is None:
        return None
    start = before.right + _TOUCHED * size
    following = line.shapes.get(at + 1)
    end = min(start + _SIGN * size, following.left - 1 if following else crop.shape[1])
    return ink_between(crop, start, end)
