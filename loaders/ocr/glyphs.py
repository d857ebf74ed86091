"""Raised and lowered digits of a scanned line, told by the shapes of its print."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from statistics import median
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from loaders.ocr.shapes import Shape, aligned, shapes_of
from loaders.text.raised_signs import lowered, raised

Image = NDArray[np.uint8]

_SMALLEST, _LARGEST = 0.38, 0.8  # of the height of the line's capitals and digits: signs have 0.5-0.75
_LARGEST_HIGH, _HIGH = 0.9, 0.35  # of one that ends so far above the baseline: browsers set 0.83, raised by 0.5
_RISE = 0.22  # of that height by which a raised digit ends above the baseline: they have 0.35-0.55
_LARGEST_LOW, _LOW = 0.92, 0.18  # of one that ends so far below it: browsers set 0.83, lowered by 0.2
_DROP = 0.08  # of that height by which a lowered digit ends below the baseline: they have 0.12-0.3
_TOP = 0.25  # of that height by which a raised digit may begin under the top of the capitals, a lowered one must
_MIN_FULL = 3  # letters and digits that tell the baseline of a line
_MIN_HEIGHT = 9  # pixels of a capital: in smaller print a digit's shape is noise
_CAPITAL = 1.4  # heights of a small letter without a stem; 1.33 in DejaVu, 1.5 in Times
_NEAREST = 8  # characters around a digit that tell the baseline at its place
_STEEPEST = 0.06  # slope of a line's print in its crop
_SLOPED = 6  # characters that tell the slope
_SKEWED, _ASKEW = 2, 0.15  # digits that tell the slope of a cell with hardly a letter, and the steepest
_APART = 0.8  # of the capitals' height between two numbers
_LIFTED = 0.1  # of the capitals' height by which a digit beyond the groups ends above the baseline

_DIGITS = re.compile(r"[0-9]+")
_LIST = re.compile(r"[0-9.,]*")
_DASHES = "-−–"
_TALL = re.compile(r"[A-Zbdfhkl]")
_SMALL = re.compile(r"[acemnorsuvwxz]")
_ON_LINE = re.compile(r"[A-PR-Za-fhik-or-xz]")
_HANGING = re.compile(r"[gjpqyQ]")  # letters that end below the baseline
_YEAR = re.compile(r"(?<![\d.,])(?:1[5-9]|20)\d\d\.$")
_NOTE, _MARK = re.compile(r" ?[^\W\d_]{2}"), 2  # what follows the mark of a footnote, and the digits of one
_NUMERO = re.compile(r"(?<!\w)([nN])⁰(?= ?\d)")  # the raised o of "nº 7" is read as a zero
_OVERLONG = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(\d{1,2})(?![\d,.])")
"""A number with digits beyond its last group of three ("1,9504"): they are a sign, or a point before them was lost."""


class _Print(NamedTuple):
    """The shape of each character of a line, by its place in the text, and what is measured on all of them."""

    text: str
    shapes: dict[int, Shape]
    size: float  # height of a capital
    slope: float

    def base(self, at: int, rest: range, beside: Sequence[Shape] = ()) -> float | None:
        """Return the y of the baseline at a character, None if nothing tells it.

        Args:
            at: The character.
            rest: The digits to which it belongs, which may be raised as it is.
            beside: The digits before them.
        """
        x, slope = self.shapes[at].middle, self.slope
        if not slope and len(beside) > _SKEWED:  # the cell of a table, cut out askew
            slope = (beside[-1].bottom - beside[0].bottom) / (beside[-1].middle - beside[0].middle)
            slope = 0.0 if abs(slope) > _ASKEW else slope
        also = range(rest.start, _LIST.match(self.text, rest.start).end())  # type: ignore[union-attr]
        standing = [at for at in self.shapes if self.text[at].isalnum() and not _HANGING.match(self.text[at])]
        own = [at for at in standing if at not in also] or [at for at in standing if at not in rest]
        ends = sorted((abs(s.middle - x), s.bottom + slope * (x - s.middle)) for s in map(self.shapes.__getitem__, own))
        return median(end for _, end in ends[:_NEAREST]) if ends else None


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
    own = aligned("".join(text[spot] for spot in spots), places, shapes_of(crop))
    line = _print_of(text, {spot: shape for spot, shape in zip(spots, own, strict=True) if shape})
    if line is None:
        return text
    signs: dict[int, str] = {}
    for run in _numbers(line):
        signs |= _signs(line, run, signs)
    return _written(text, signs | dict.fromkeys(_beyond_groups(line), "raised"))


def _print_of(text: str, shapes: dict[int, Shape]) -> _Print | None:
    """Return a line's print with its measures; None where there is too little, or it is too small to tell signs."""
    letters = {at: shape for at, shape in shapes.items() if _TALL.match(text[at]) or _SMALL.match(text[at])}
    digits = [shape.height for at, shape in shapes.items() if text[at].isdecimal()]
    tall = [shape.height for at, shape in letters.items() if _TALL.match(text[at])]
    if len(tall) < _MIN_FULL:
        tall += [shape.height * _CAPITAL for at, shape in letters.items() if _SMALL.match(text[at])]
    if len(tall) < _MIN_FULL:  # some of the digits may be signs
        tall = sorted([*tall, *digits])[(len(tall) + len(digits)) // 3 :]
    size = median(tall or [0.0])
    if len(letters) + len(digits) < _MIN_FULL or size < _MIN_HEIGHT:
        return None
    return _Print(text, shapes, size, _slope([shape for at, shape in shapes.items() if _ON_LINE.match(text[at])]))


def _slope(shapes: Sequence[Shape]) -> float:
    """Return the slope of the line on which the shapes stand: the median of those between two that are far apart."""
    if len(shapes) < _SLOPED:
        return 0.0
    half = len(shapes) // 2
    pairs = list(zip(shapes[:half], shapes[-half:], strict=True))
    slope = median((right.bottom - left.bottom) / max(right.middle - left.middle, 1.0) for left, right in pairs)
    return min(max(slope, -_STEEPEST), _STEEPEST)


def _numbers(line: _Print) -> Iterator[range]:
    """Iterate over the places of the line's numbers; a wide gap between two digits ends one."""
    for run in _DIGITS.finditer(line.text):
        start = run.start()
        for at in range(run.start() + 1, run.end()):
            left, right = line.shapes.get(at - 1), line.shapes.get(at)
            if left and right and right.left - left.right > _APART * line.size:
                yield range(start, at)
                start = at
        yield range(start, run.end())


def _signs(line: _Print, run: range, before: dict[int, str]) -> dict[int, str]:
    """Return the digits at the end of a number that are raised or lowered: all from the first that is."""
    for first in run:
        rest = range(first, run.stop)
        kinds = {_kind(line, at, rest, run.start) for at in rest if at in line.shapes}
        missing = sum(at not in line.shapes for at in rest)
        if len(kinds) == 1 and (kind := kinds.pop()) and missing < len(rest) - missing:
            hangs = kind == "raised" if first > run.start else _hangs(line, run, kind, before)
            return dict.fromkeys(rest, kind) if hangs else {}
    return {}


def _kind(line: _Print, at: int, rest: range, start: int) -> str:
    """Return whether a digit is raised or lowered against the print around it, or neither ("")."""
    beside = [line.shapes[digit] for digit in range(start, rest.start) if digit in line.shapes]
    shape, base = line.shapes[at], line.base(at, rest, beside)
    if base is None:
        return ""
    # Digits before it in the number are the measure: small letters may be nearly as high as capitals.
    size = max(digit.height for digit in beside) if beside else line.size
    lift = base - shape.bottom
    largest = _LARGEST_HIGH if lift >= _HIGH * size else _LARGEST_LOW if lift <= -_LOW * size else _LARGEST
    if not _SMALLEST * size <= shape.height <= largest * size:
        return ""
    if lift >= _RISE * size and shape.top - (base - size) <= _TOP * size:
        return "raised"
    return "lowered" if lift <= -_DROP * size and shape.top - (base - size) >= _TOP * size else ""


def _hangs(line: _Print, run: range, kind: str, before: dict[int, str]) -> bool:
    """Return whether a number that is raised or lowered as a whole hangs on what stands beside it."""
    text, start = line.text, run.start
    last, next_one = text[max(0, start - 1) : start], text[run.stop : run.stop + 1]
    if last + next_one in ("()", "[]"):  # "(161)" is a negative number, "(1)" is kept apart as it is
        return False
    if kind == "lowered":
        return last.isalpha() or last == ")"
    if start - 2 in before or (last in _DASHES and text[max(0, start - 2) : start - 1].isalnum()):
        return True  # the 6 of "⁵,⁶", the 4 of "10⁻⁴"
    if last in (".", ",") and text[max(0, start - 2) : start - 1].isdecimal():  # the 7 of "86.7"
        return bool(_YEAR.search(text[:start])) and not next_one.strip()
    # The number of an isotope stands before its letter, the mark of a footnote before its text.
    is_note = len(run) <= _MARK and bool(_NOTE.match(text[run.stop :]))
    return bool(last.strip()) or next_one.isalpha() or is_note


def _beyond_groups(line: _Print) -> list[int]:
    """Return the digits beyond the groups of a number that end above the baseline: large signs of a note."""
    found: list[int] = []
    for number in _OVERLONG.finditer(line.text):
        rest = range(*number.span(1))
        if all(
            at in line.shapes
            and (base := line.base(at, rest)) is not None
            and base - line.shapes[at].bottom >= _LIFTED * line.size
            for at in rest
        ):
            found += rest
    return found


def _written(text: str, signs: dict[int, str]) -> str:
    """Return the text with these of its digits raised or lowered, with the minus before a raised number.

    What looks like a point between two of them is the comma of a list, which is read as a point in small print.
    """
    done = ""
    for index, char in enumerate(text):
        kind = signs.get(index, "")
        minus = char in _DASHES and signs.get(index + 1) == "raised" and text[max(0, index - 1) : index].isalnum()
        listed = char == "." and signs.get(index - 1) == signs.get(index + 1) == "raised"
        done += raised(char) if kind == "raised" or minus else lowered(char) if kind == "lowered" else char
        done = f"{done[:-1]}," if listed else done
    return _NUMERO.sub(r"\1º", done)
