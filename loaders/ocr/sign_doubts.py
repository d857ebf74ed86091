"""Numbers of scanned print that may be wrong: their last digit may be raised, or a digit has a low confidence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from statistics import median

import numpy as np
from numpy.typing import NDArray

from loaders.ocr.line_print import Print
from loaders.ocr.shapes import Shape, ink_between
from loaders.text.raised_signs import FRACTIONS

Image = NDArray[np.uint8]

_LEADING = re.compile(r"(?<![\w.,])0\d*(?:[.,']\d{2,3})+(?![\d,.]\d|\d)")
"""A number with groups that begins with 0: the sign of a currency that the recogniser does not know, as the rupee's."""
_UNSURE = 0.6
"""Confidence of a digit under which its number is listed: of 2,136 numbers on 40 pages 10 of 16 below it were wrong."""
_OVERLONG = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?:\d{1,2}|\.\d{3})(?![\d,.]\d|\d)")
"""A number with digits beyond its last group of three, or groups and a third decimal: hardly ever printed so."""
_DECIMAL = re.compile(r"0[.,]\d+")
_WORD, _LETTERS = re.compile(r"\S+"), re.compile(r"[A-Za-zÀ-ɏ]{2}|[A-Za-zÀ-ɏ]\d")
_DATE = re.compile(r"[A-Za-z]{3}\.? ?\d{1,2},(?:19|20)\d\d$")  # "May 20,2018", whose space was not recognised
_NUMBER = re.compile(r"\d[\d.,' ]*\d(?![\d⁰¹²³⁴⁵⁶⁷⁸⁹])")
_POWER = re.compile(r"[×x*·]\s?10[ªº°?'’\"](?!\w)")
_UNCLEAR = re.compile(r"(?<![\d.,])10[{^][⁰¹²³⁴⁵⁶⁷⁸⁹\d]{1,2}")  # a brace for a minus, or for nothing
_LARGEST = 0.9  # of the digits before it: a smaller last digit is no digit of the same number
_LIFTED = 0.13  # of their height above the baseline: of digits of one number at most .1

_LARGEST_SMALL, _LIFTED_SMALL = 0.8, 0.25  # the same in print whose capitals are lower than 9 pixels
_ALIKE = 1.4  # times the lowest digit of a number: the highest
_TOUCHED, _SIGN = 0.1, 0.4  # of their height: the part of a touching digit that is skipped, and that is examined


def doubtful_numbers(crop: Image, line: Print) -> list[str]:
    """Return the numbers of a line whose last digit may be a sign, and powers of ten with an unknown exponent."""
    found = [
        *overlong_numbers(line.text),
        *(power[0] for pattern in (_POWER, _UNCLEAR) for power in pattern.finditer(line.text)),
    ]
    found += [number[0] for number in _NUMBER.finditer(line.text) if _may_be_raised(crop, line, *number.span())]
    return list(dict.fromkeys(found))


def unsure_numbers(text: str, seen: str, scores: Sequence[float]) -> list[str]:
    """Return the numbers of a line with a digit of low confidence; single digits are too common.

    Args:
        text: The line, with its signs.
        seen: What was recognised in it, before signs and spaces were corrected.
        scores: The confidence in each character of `seen`.
    """
    found = [number[0] for number in _LEADING.finditer(text) if not _DECIMAL.fullmatch(number[0])]
    words, own = [(word[0], word.span()) for word in _WORD.finditer(seen)], text.split()
    for at, (word, (start, end)) in enumerate(words):
        unsure = any(_is_number(char) and score < _UNSURE for char, score in zip(word, scores[start:end], strict=True))
        if unsure and (len(word) > 1 or word in FRACTIONS):
            found.append((own[at] if len(own) == len(words) else word).strip(".,;:()[]|"))
    return [number for number in dict.fromkeys(found) if _is_listed(number)]


def _is_listed(number: str) -> bool:
    """Return whether a number may be listed; a single digit, which is too common, and names with digits are not."""
    return (len(number) > 1 or number in FRACTIONS) and not _LETTERS.search(number)


def _is_number(char: str) -> bool:
    return char.isdigit() or char in FRACTIONS


def overlong_numbers(text: str) -> list[str]:
    """Return the numbers with digits beyond their groups of three, or with groups and three decimals."""
    return [number[0] for number in _OVERLONG.finditer(text) if not _DATE.search(text[: number.end()])]


def _may_be_raised(crop: Image, line: Print, start: int, end: int) -> bool:
    """Return whether the last digit of a number ends above the line, and is smaller than comparable ones before."""
    last = end - 1
    beside = [line.shapes[at] for at in range(start, last) if at in line.shapes and line.text[at].isdecimal()]
    if not beside:
        return False
    heights = [digit.height for digit in beside]
    size = median(heights)
    if max(heights) > _ALIKE * min(heights):  # the edge of a bar, or the rest of a digit
        return False
    shape = line.shapes.get(last) or _ink_after(crop, line, last, size)
    if shape is None:
        return False
    base = line.base_at(shape.middle, range(last, end), beside)
    largest, lifted = (_LARGEST_SMALL, _LIFTED_SMALL) if line.is_small else (_LARGEST, _LIFTED)
    return base is not None and shape.height <= largest * size and base - shape.bottom >= lifted * size


def _ink_after(crop: Image, line: Print, at: int, size: float) -> Shape | None:
    """Return the ink at the right of the character before one without a shape, since it touches others."""
    before = line.shapes.get(at - 1)
    if before is None:
        return None
    start = before.right + _TOUCHED * size
    following = line.shapes.get(at + 1)
    end = min(start + _SIGN * size, following.left - 1 if following else crop.shape[1])
    return ink_between(crop, start, end)
