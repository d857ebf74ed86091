"""Raised and lowered digits of a scanned line, recognised by the shapes of its print."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from loaders.ocr.letter_o import with_letter_o
from loaders.ocr.line_print import Print, kind_of, own_shapes, print_of
from loaders.ocr.lost_signs import ReadSign, read_again, with_lost_digits, with_minus
from loaders.ocr.sign_doubts import doubtful_numbers, overlong_numbers
from loaders.ocr.thousands import with_commas
from loaders.text.raised_signs import FRACTIONS, lowered, raised

Image = NDArray[np.uint8]

_APART = 0.8  # of the capitals' height between two numbers
_LIFTED = 0.1  # of the capitals' height by which a digit beyond the groups ends above the baseline

_DIGITS = re.compile(r"[0-9]+")
_DASHES = "-−–"
_YEAR = re.compile(r"(?<![\d.,])(?:1[5-9]|20)\d\d\.$")
_NOTE, _MARK = re.compile(r" ?[^\W\d_]{2}"), 2  # what follows the mark of a footnote, and the digits of one
_NUMERO = re.compile(r"(?<!\w)([nN])⁰(?= ?\d)")  # the raised o of "nº 7" is read as a zero
_OVERLONG = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(\d{1,2})(?![\d,.])")
"""A number with digits beyond its last group of three ("1,9504"): they are raised, or a point before them was lost."""


class Signed(NamedTuple):
    """A line with its raised and lowered signs."""

    text: str
    places: tuple[float, ...]
    """The x in pixels of each character that is no space."""
    doubtful: tuple[str, ...] = ()
    """Its numbers of which the last digit may be a sign."""
    old_style: int = 0
    """Its numbers in old-style figures, minus those in lining figures."""
    unsure: tuple[str, ...] = ()
    """Its numbers with a point that may be a comma."""


def with_signs(
    crop: Image, text: str, places: Sequence[float], read: ReadSign | None = None, *, old: bool = False
) -> Signed:
    """Return the text of a line with its raised and lowered digits as such (`$320¹`, `CO₂`).

    Args:
        crop: The upright image of the line.
        text: What was recognised in it.
        places: The x in pixels of each character that is no space.
        read: Reads the image of one sign; without it, signs that were misread as letters are kept as letters.
        old: Whether the figures of the page are old-style ones, of which some end below the baseline.
    """
    spots = [index for index, char in enumerate(text) if not char.isspace()]
    if len(spots) != len(places) or not any(map(str.isdecimal, text)):
        return Signed(text, tuple(places))
    own = own_shapes(crop, "".join(text[spot] for spot in spots), places)
    line = print_of(text, {spot: shape for spot, shape in zip(spots, own, strict=True) if shape}, old=old)
    if line is None:
        return Signed(text, tuple(places), tuple(overlong_numbers(text)))
    if line.is_small:
        return Signed(text, tuple(places), tuple(doubtful_numbers(crop, line)), line.old_style)
    line, unsure = with_commas(with_letter_o(line))
    powers: tuple[str, ...] = ()
    if read:
        line, places, powers = with_lost_digits(crop, read_again(crop, line, read), places, read)
    signs: dict[int, str] = {}
    for run in _numbers(line):
        signs |= _signs(line, run, signs)
    written = line._replace(text=_written(line.text, signs | dict.fromkeys(_beyond_groups(line), "raised")))
    doubtful = (*doubtful_numbers(crop, written), *powers)
    return Signed(*with_minus(crop, written, places), doubtful, line.old_style, unsure)


def _numbers(line: Print) -> Iterator[range]:
    """Iterate over the places of the line's numbers; a wide gap between two digits ends one."""
    for run in _DIGITS.finditer(line.text):
        if line.text[run.end() : run.end() + 1] in FRACTIONS:  # there is no mark between a number and its fraction
            continue
        start = run.start()
        for at in range(run.start() + 1, run.end()):
            left, right = line.shapes.get(at - 1), line.shapes.get(at)
            if left and right and right.left - left.right > _APART * line.size:
                yield range(start, at)
                start = at
        yield range(start, run.end())


def _signs(line: Print, run: range, before: dict[int, str]) -> dict[int, str]:
    """Return the digits at the end of a number that are raised or lowered: all from the first that is."""
    for first in run:
        rest = range(first, run.stop)
        kinds = {kind_of(line, at, rest, run.start) for at in rest if at in line.shapes}
        missing = sum(at not in line.shapes for at in rest)
        if len(kinds) == 1 and (kind := kinds.pop()) and missing < len(rest) - missing:
            attached = kind == "raised" if first > run.start else _is_attached(line, run, kind, before)
            return dict.fromkeys(rest, kind) if attached else {}
    return {}


def _is_attached(line: Print, run: range, kind: str, before: dict[int, str]) -> bool:
    """Return whether a number that is raised or lowered as a whole belongs to the text beside it."""
    text, start = line.text, run.start
    last, next_one = text[max(0, start - 1) : start], text[run.stop : run.stop + 1]
    if last + next_one in ("()", "[]"):  # "(161)" is a negative number, "(1)" is separate already
        return False
    if kind == "lowered":
        return last.isalpha() or last == ")"
    if start - 2 in before or (last in _DASHES and text[max(0, start - 2) : start - 1].isalnum()):
        return True  # the 6 of "⁵,⁶", the 4 of "10⁻⁴"
    if last in (".", ",") and text[max(0, start - 2) : start - 1].isdecimal():  # the 7 of "86.7"
        return bool(_YEAR.search(text[:start])) and not next_one.strip()
    # The number of an isotope is before its letter, the mark of a footnote before its text.
    is_note = len(run) <= _MARK and bool(_NOTE.match(text[run.stop :]))
    return bool(last.strip()) or next_one.isalpha() or is_note


def _beyond_groups(line: Print) -> list[int]:
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

    A point between two of them is the comma of a list, which in small print is read as a point.
    """
    done = ""
    for index, char in enumerate(text):
        kind = signs.get(index, "")
        minus = char in _DASHES and signs.get(index + 1) == "raised" and text[max(0, index - 1) : index].isalnum()
        listed = char == "." and signs.get(index - 1) == signs.get(index + 1) == "raised"
        done += raised(char) if kind == "raised" or minus else lowered(char) if kind == "lowered" else char
        done = f"{done[:-1]}," if listed else done
    return _NUMERO.sub(r"\1º", done)
