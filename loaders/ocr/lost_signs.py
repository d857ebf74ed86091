"""Signs of scanned print that the recogniser leaves out or takes for letters: an exponent's minus, a note mark."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from loaders.ocr.line_print import TOUCHING, Print, kind_of
from loaders.ocr.shapes import Shape, full_height, percentiles, shapes_of
from loaders.text.raised_signs import RAISED_DIGITS

Image = NDArray[np.uint8]
ReadSign = Callable[[Image], tuple[str, float]]
"""Reads the image of one sign; returns its text, and the confidence in it."""

MINUS = "⁻"

_GAP = 0.2  # of the capitals' height between a base and its exponent, from which a minus may be there: without 0.05-0.2
_HIGHEST, _LOWEST = 0.15, 0.9  # of the exponent's height from its top, between which its minus is
_INKED = 0.2  # of the contrast: ink of a thin stroke in a blurred scan; noise of two pixels has up to 0.1
_STROKE = 0.12  # of the capitals' height: the length of the stroke that is examined
_REACH, _MIN_ROWS = 0.3, 5  # of the exponent's height: rows around its middle that its blur may reach; least rows
_AROUND = 0.5  # of the stroke's ink above and below it at most
_LOOKALIKES = frozenset("ªº°?'’‘\"*sSzZlIi|!gqbB^†o")  # misreadings of a raised digit
_SURE = 0.9  # confidence from which a sign that is read alone counts
_PAPER = 0.6  # of a sign's height around it when it is read alone
_SIGN_HEIGHT = 32  # pixels to which a sign is enlarged
_LAST_DIGIT = re.compile(r"(?<![\d.,])\d[\d.,]*(?<=\d)(?=\s|[.,;:)]|$)")
_DARKER = 0.8  # of the threshold between ink and paper, at which a sign and the digit that it touches separate
_SAME, _BESIDE = 0.3, 0.35  # of the narrower shape; of the capitals' height between a number and its sign
_HAS_EXPONENT = re.compile(r"(?:(?<![\d.,])10|[×x*·⋅]\s?\d+)$")  # the base of an exponent with a minus
_AFTER_MINUS = re.compile(rf"(?<=[\w)])\^?[-−–·](?=[{RAISED_DIGITS}])")


def read_again(crop: Image, line: Print, read: ReadSign) -> Print:
    """Return a line with the raised digits that were taken for letters or quotes."""
    text = line.text
    for at in range(1, len(text)):
        if text[at] not in _LOOKALIKES or not text[at - 1].isdecimal() or text[at + 1 : at + 2].isalnum():
            continue
        if at in line.shapes and _is_raised(line, at, text) and (digit := _digit(crop, line.shapes[at], read)):
            text = text[:at] + digit + text[at + 1 :]
    return line._replace(text=text)


def with_lost_digits(
    crop: Image, line: Print, places: Sequence[float], read: ReadSign
) -> tuple[Print, tuple[float, ...], tuple[str, ...]]:
    """Return a line with the raised digits that were left out after numbers, its places, and powers still without."""
    known = sorted(line.shapes.values())
    shapes = shapes_of(crop)
    free = _free(shapes, known)
    if any(shape.right - shape.left > TOUCHING * line.size for shape in shapes):  # a sign may touch its number
        free += [full_height(crop, shape) for shape in _free(shapes_of(crop, _DARKER), known)]
    doubts: list[str] = []
    for number in reversed(list(_LAST_DIGIT.finditer(line.text))):
        at, base = number.end(), line.shapes.get(number.end() - 1)
        near = [shape for shape in free if base and 0 <= shape.left - base.right + 1 <= _BESIDE * line.size]
        if not near:
            continue
        new = line.inserted(at, "1", near[0])
        if not _is_raised(new, at, new.text):
            continue
        if digit := _digit(crop, near[0], read):
            line = new._replace(text=f"{new.text[:at]}{digit}{new.text[at + 1 :]}")
            spot = sum(not char.isspace() for char in line.text[:at])
            places = (*places[:spot], near[0].middle, *places[spot:])
        elif number[0] == "10":
            doubts.append("10")
    return line, tuple(places), tuple(doubts)


def _free(shapes: Sequence[Shape], known: Sequence[Shape]) -> list[Shape]:
    """Return the shapes that belong to no character: that share less than `_SAME` of the narrower one's width.

    All pairs at once: one by one those of a page took a twentieth of its CPU time.
    """
    if not shapes or not known:
        return list(shapes)
    (left, right), (own_left, own_right) = _edges(shapes), _edges(known)
    shared = np.minimum(right[:, np.newaxis], own_right) - np.maximum(left[:, np.newaxis], own_left)
    narrower = np.minimum((right - left)[:, np.newaxis], own_right - own_left)
    free = np.flatnonzero((shared / np.maximum(1.0, narrower)).max(axis=1) <= _SAME)
    return [shapes[at] for at in free.tolist()]


def _edges(shapes: Sequence[Shape]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the left and the right edges of shapes."""
    return np.array([shape.left for shape in shapes], float), np.array([shape.right for shape in shapes], float)


def _is_raised(line: Print, at: int, text: str) -> bool:
    start = len(text[:at].rstrip("0123456789"))
    return kind_of(line, at, range(at, at + 1), start) == "raised"


def _digit(crop: Image, shape: Shape, read: ReadSign) -> str:
    """Return the digit that a shape is read as by itself, "" if that is not certain."""
    seen, score = read(alone(crop, shape))
    return seen if len(seen) == 1 and seen in "123456789" and score >= _SURE else ""


def alone(crop: Image, shape: Shape, share: float = _PAPER) -> Image:
    """Return the image of one shape, enlarged, with paper around it of a share of its height."""
    top, bottom = max(0, round(shape.top) - 1), round(shape.bottom) + 1
    left, right = max(0, round(shape.left) - 1), round(shape.right) + 1
    part = crop[top:bottom, left:right]
    scale = _SIGN_HEIGHT / part.shape[0]
    large = cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    margin = round(share * _SIGN_HEIGHT)
    paper = [percentiles(crop[..., channel], (50,))[0] for channel in range(crop.shape[-1])]
    return cv2.copyMakeBorder(large, margin, margin, margin, margin, cv2.BORDER_CONSTANT, value=paper).astype(np.uint8)


def _minus_places(crop: Image, line: Print) -> Iterator[tuple[int, float]]:
    """Iterate over the exponents with a minus that was not recognised: its place in the text, and its x."""
    text = line.text
    for at in range(1, len(text)):
        before = at - 1
        if text[at] not in RAISED_DIGITS or text[before] in RAISED_DIGITS or not _HAS_EXPONENT.search(text[:at]):
            continue
        base, sign = line.shapes.get(before), line.shapes.get(at)
        if base and sign and sign.left - base.right >= _GAP * line.size and _has_stroke(crop, line, base.right, sign):
            yield at, (base.right + sign.left) / 2


def _has_stroke(crop: Image, line: Print, left: float, sign: Shape) -> bool:
    """Return whether there is a level stroke between an x and a sign, in the middle of the sign's height."""
    grey = (cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY) if crop.ndim == 3 else crop).astype(np.float32)
    paper = float(np.median(grey))
    ink = np.abs(paper - grey)
    contrast = float(np.percentile(ink, 98))
    x0, x1 = round(left), min(round(sign.left), ink.shape[1])
    rows = ink[round(sign.top) : round(sign.bottom), x0:x1]
    width = max(2, round(_STROKE * line.size))
    return any(_is_stroke(rows[:, at : at + width].mean(axis=1), contrast) for at in range(x1 - x0 - width + 1))


def _is_stroke(rows: NDArray[np.float32], contrast: float) -> bool:
    """Return whether the ink of rows from a sign's top to its bottom is that of one level stroke in its middle."""
    if rows.size < _MIN_ROWS:
        return False
    peak = int(rows.argmax())
    reach = max(2, round(_REACH * rows.size))
    around = [*rows[: max(0, peak - reach)], *rows[peak + reach + 1 :]]
    inside = _HIGHEST * rows.size <= peak <= _LOWEST * rows.size
    return bool(inside and rows[peak] >= _INKED * contrast and max(around, default=0.0) <= _AROUND * rows[peak])


def with_minus(crop: Image, line: Print, places: Sequence[float]) -> tuple[str, tuple[float, ...]]:
    """Return a line's text with the minus signs of its exponents, and the x of its characters that are no spaces."""
    text, new = line.text, dict(_minus_places(crop, line))
    if new:
        shown, spots, own = "", list[float](), iter(places)
        for at, char in enumerate(text):
            if at in new:
                shown += MINUS
                spots.append(new[at])
            shown += char
            spots += [] if char.isspace() else [next(own)]
        text, places = shown, spots
    return _AFTER_MINUS.sub(MINUS, text), tuple(places)
