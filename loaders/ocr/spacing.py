"""Spaces that the recogniser left out where the print shows a wide gap: two cells of a table read as one word."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

import numpy as np
from numpy.typing import NDArray

from loaders.ocr.shapes import levels_of
from loaders.text.raised_signs import RAISED_DIGITS

Image = NDArray[np.uint8]

_WIDE = 0.4
"""Of the crop's height: width of a gap that is a space for certain. Spaces have 0.23-0.39 in the development set's
scans; 99.99 % of the gaps within words are narrower than 0.38."""

_NARROW = 0.17
"""The same between a small letter and a capital, in dates, and before an address: words have gaps of up to 0.13 there.
Behind a comma between two numbers as well: 21 of 22 spaces on the paper's office scan have 0.17-0.31, thousands up to
0.07."""

_FIGURES = 0.2  # the same before three figures and fewer, which may be thousands or decimals
_GROUP = 3  # figures of a group of thousands
_YEAR = 4  # figures of a year
_AFTER_COMMA = 1.8  # times the gap before it (2.3 behind a 1); in a typewriter's print those on both sides are alike

_SPACED = 2.5  # times the line's usual gap between letters: in spaced print all gaps are wide
_CJK = 0x2E80  # first code of Chinese and Japanese, whose characters have gaps between them


def with_spaces(crop: Image, text: str, places: Sequence[float]) -> str:
    """Return the text of a line with a space in each wide gap, and in each gap between two words.

    Args:
        crop: The upright image of the line.
        text: What was recognised in it.
        places: The x in pixels of each character that is no space.
    """
    spots = [index for index, char in enumerate(text) if not char.isspace()]
    if len(spots) != len(places) or len(spots) < 2:
        return text
    empty = gaps(crop)
    usual = median(right - left for left, right in empty) if empty else 0.0
    done, copied, last = "", 0, (0, 0)
    for left, right in empty:
        before, last = last, (left, right)
        if right - left < max(_NARROW * crop.shape[0], _SPACED * usual):
            continue
        after = sum(place < (left + right) / 2 for place in places)
        if not 0 < after < len(spots) or spots[after] != spots[after - 1] + 1:
            continue
        at, height = spots[after], crop.shape[0]
        tight = before[1] - before[0] if after > 1 and before[0] >= places[after - 2] else 0
        begins = _begins(text, at) or _is_next_number(text, at, (right - left) / height, tight / height)
        if at > copied and (_may_begin(text, at) if right - left >= _WIDE * height else begins):
            done, copied = f"{done}{text[copied:at]} ", at
    return done + text[copied:]


def _may_begin(text: str, at: int) -> bool:
    """Return whether a word may begin at a character: one of an alphabet, no sign that ends a sentence."""
    return max(ord(text[at - 1]), ord(text[at])) < _CJK and (text[at].isalnum() or text[at] in "([")


def _begins(text: str, at: int) -> bool:
    """Return whether a character looks like the first of a word: after a raised sign, in an address, date or name."""
    if text[at - 1] in RAISED_DIGITS and text[at].isalpha() and text[max(0, at - 3) : at - 1].strip(RAISED_DIGITS):
        return True
    address = text[at - 1].isalpha() and text.startswith(("http://", "https://"), at)
    return address or (text[at - 1].islower() and text[at].isupper()) or _is_in_date(text, at)


def _is_in_date(text: str, at: int) -> bool:
    """Return whether a character begins a capitalized word behind figures ("6May"), or a year behind a word."""
    if text[at - 1].isdecimal():
        return text[at].isupper() and text[at + 1 : at + 3].isalpha() and text[at + 1 : at + 3].islower()
    year = text[at : at + 5].rstrip(".,;:) ")
    return text[at - 1].islower() and len(year) == _YEAR and year.isdecimal()


def _is_next_number(text: str, at: int, gap: float, before: float) -> bool:
    """Return whether a figure begins another number, by the `gap` behind the comma before it and that `before` it.

    Both are in heights of the line: "2403.07974,2024" has a space behind its comma, "1,234" has none.
    """
    comma = at >= 2 and text[at - 1] in ",;" and text[at - 2].isdecimal() and text[at].isdecimal()
    figures = len(text[at:]) - len(text[at:].lstrip("0123456789"))
    return comma and gap >= (_NARROW if figures > _GROUP else _FIGURES) and gap >= _AFTER_COMMA * before


def gaps(crop: Image) -> list[tuple[int, int]]:
    """Return the ranges of x between shapes in which a line has no ink."""
    grey, level = levels_of(crop)
    inked = np.flatnonzero((grey <= level).any(axis=0))
    return [(left + 1, right) for left, right in pairwise(inked.tolist()) if right - left > 1]
