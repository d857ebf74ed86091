"""Fractions of scanned print (½, ¾, ⅛): found by their slanted stroke, and named by reading the sign alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from statistics import median

import cv2
import numpy as np
from numpy.typing import NDArray

from loaders.ocr.lost_signs import alone
from loaders.ocr.readings import HEIGHT, Reading
from loaders.ocr.shapes import Shape, levels_of, percentiles, pieces_of, shapes_of
from loaders.text.raised_signs import FALL, FRACTIONS

Image = NDArray[np.uint8]
Ink = NDArray[np.bool_]
ReadAlone = Callable[[Image, int], tuple[str, float]]
"""Reads the image of a few signs, at a least width in scaled pixels; returns their text, and the confidence in it."""

_SIGN_OF = {text: sign for sign, text in FRACTIONS.items() if len(text) == 3}
_SIGNS = "".join(_SIGN_OF.values())

_HEIGHT = 40  # pixels to which digits are scaled before the stroke is searched for
_SLOPES = np.linspace(0.3, 1.0, 15)  # of the stroke: pixels to the left for each one down
_STROKE, _DARK = 0.88, 0.45  # of a stroke's rows that have ink; of the darkness of ink
_HALF = 0.13  # of the digits' height: half of the stroke, with its blur
_CLEAR = 0.08  # of the pixels right of the stroke's head and left of its foot: paper with the noise of scans
_RIGHT, _LEFT = 0.3, 0.2  # of that height: how far this paper reaches
_WIDTHS = (0.68, 1.35)  # of that height: fractions of eleven fonts have .75 to 1.2, strokes of other print up to .65
_REACH = 0.75  # of that height beside the stroke within which both numbers lie
_APART = 0.05  # of that height: a gap between columns of ink that ends a sign
_PERCENT = 0.95
"""Confidence from which a sign read as "%" is that: of 45 signs of per cent 42 have more, of three ¾ none in both."""
_WIDE_PERCENT = 0.95  # of the digits' height: fractions that are read as "%" have up to .88
_START, _MIDDLE = 0.25, (0.3, 0.75)  # of that height from the top: where a numerator begins at most, and where it ends
_MOST_SHAPES, _SMALLEST = 12, 7.0  # shapes around a word that give its digits' height; pixels of the lowest
_PAPER = (0.35, 0.6)  # of a sign's height: the paper around it where it is read alone

_DIGIT = re.compile(rf"[\d%‰{_SIGNS}]")
_READ = re.compile(r"([1-7])[½/⁄%]{0,2}([2-8])|½([2-8])|1([1357])[/⁄]([2-8])")
_DECIMALS = re.compile(r"\d[.,]\d+\s?%[\s.,;:)]*$")  # of per cent: no fraction follows decimals
_NO_FRACTION = re.compile(r"\d[.,](?:\d{1,2}|\d{4,})(?!\d)|/\d+/|\d:|://|[^\W\d]{4}|[^\W\d]\d.*\d")
"""Decimals, dates, times, addresses, names with digits: no fraction is in them."""
_UNIT = re.compile(r"[%\"”″']?\)?|[A-Za-zµ²³]{1,3}[.,;:)]?")  # what may follow a fraction without a space
_OF_FRACTION = re.compile(rf"[\d%/⁄{_SIGNS}]")
_UNCLEAR = re.compile(rf"[{_SIGNS}]|[¹²³⁴⁵⁶⁷⁸⁹][/⁄]|(?<![\d/])\d{{1,2}}[1357]/[248](?![\d/])|\d/(?![\w/])")
_CERTAIN = 0.8
"""Confidence from which two equal readings need not agree with the whole word's: a ¾ was twice 1/4, with .73."""


def with_fractions(crop: Image, reading: Reading, read: ReadAlone) -> Reading:
    """Return the reading of a line in which fractions are signs ("7½"; recognisers make 7½2, 71/2, 7%, 7 of it).

    The characters of a word with an uncertain fraction get the confidence 0.

    Args:
        crop: The upright image of the line.
        reading: What was recognised in it.
        read: Reads the signs in an image.
    """
    if not _DIGIT.search(reading.text):
        return reading
    shapes = pieces_of(crop)
    for start, end, left, right in reversed(list(words_with_edges(reading, crop.shape[1]))):
        word = reading.text[start:end]
        if not _DIGIT.search(word) or _NO_FRACTION.search(word) or _DECIMALS.search(reading.text[:end]):
            continue
        spot = _fraction(crop, shapes, left, right)
        sign, sure = _named(crop, spot, read, word) if spot else ("", True)
        if spot and sign not in ("", "%"):
            new, places = _rewritten(crop, spot, (left, right), sign, word, read)
            spots = tuple(place / crop.shape[1] for place in places)
            reading = _with_word(reading, start, end, Reading(new, (float(sure),) * len(new), spots))
        elif not sure or _UNCLEAR.search(word):
            own = Reading(word, (0.0,) * len(word), reading.places[start:end])
            reading = _with_word(reading, start, end, own)
    return reading


def words_with_edges(reading: Reading, width: int) -> Iterator[tuple[int, int, float, float]]:
    """Iterate over the words of a line: their range in the text, and their edges in pixels, between the words."""
    words = [found.span() for found in re.finditer(r"\S+", reading.text)]
    places = [place * width for place in reading.places]
    middles = [(places[end - 1] + places[start]) / 2 for (_, end), (start, _) in pairwise(words)]
    for (start, end), left, right in zip(words, [0.0, *middles], [*middles, float(width)], strict=True):
        yield start, end, left, right


def _fraction(crop: Image, shapes: Sequence[Shape], left: float, right: float) -> Shape | None:
    """Return the box of a fraction between two x, None if there is none."""
    height = crop.shape[0]
    near = sorted(shapes, key=lambda shape: max(left - shape.middle, shape.middle - right, 0.0))
    tall = [each for each in near if 0.3 * height < each.height < 0.8 * height and not _is_level(each)][:_MOST_SHAPES]
    if not tall:
        return None
    size = float(np.percentile([shape.height for shape in tall], 75))
    base = median(shape.bottom for shape in tall if shape.height >= 0.6 * size)
    top = base - size
    x0, x1 = max(0, round(left)), min(crop.shape[1], round(right))
    y0, y1 = max(0, int(top - 0.08 * size)), min(height, int(np.ceil(base + 0.08 * size)))
    if size < _SMALLEST or x1 - x0 < _WIDTHS[0] * size or y1 - y0 < 0.9 * size:
        return None
    scale = max(1.0, _HEIGHT / size)
    found = _stroke(_ink(crop, x0, x1, y0, y1, scale), (top - y0) * scale, size * scale)
    return found and Shape(x0 + found[0] / scale, top, x0 + found[1] / scale, base)


def _is_level(shape: Shape) -> bool:
    """Return whether a shape is wider than a character: the line of a table."""
    return shape.right - shape.left > _WIDTHS[1] * shape.height


def _ink(crop: Image, x0: int, x1: int, y0: int, y1: int, scale: float) -> NDArray[np.float32]:
    """Return a part of a line, enlarged, with the darkness of its print from 0 (paper) to 1."""
    grey, _ = levels_of(crop)
    paper, darkest = percentiles(grey, (50, 1))
    part = cv2.resize(grey[y0:y1, x0:x1], None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    return ((paper - part.astype(np.float32)) / max(1.0, paper - darkest)).clip(0, 1).astype(np.float32)


def _stroke(ink: NDArray[np.float32], top: float, size: float) -> tuple[float, float] | None:
    """Return the x of the edges of a fraction, that of the fullest slanted stroke; None if there is none.

    The picture is slanted until the stroke is upright: its head then has paper at the right, its foot at the left.
    """
    rows, width = ink.shape
    first, last = max(0, int(top + 0.06 * size)), min(rows, int(top + 0.94 * size))
    dark = ink > _DARK
    found: list[tuple[float, float, float]] = []
    for slope in _SLOPES:
        move = np.array([[1, slope, -slope * top], [0, 1, 0]], np.float32)
        upright = cv2.warpAffine(ink, move, (int(width + slope * size) + 2, rows)) > _DARK
        full = upright[first:last].mean(axis=0)
        for x in np.flatnonzero(full >= _STROKE):
            if _has_paper(upright, int(x), top, size) and (edges := _edges(dark, int(x), slope, top, size)):
                found.append((float(full[x]), *edges))
    if not found:
        return None
    _, left, right = max(found)
    return left, right


def _has_paper(upright: Ink, x: int, top: float, size: float) -> bool:
    """Return whether there is paper right of the head of an upright stroke, and left of its foot."""
    half, right, left = round(_HALF * size), round(_RIGHT * size), round(_LEFT * size)
    head = upright[_rows(top, size, 0.08, 0.3), x + half : x + right]
    foot = upright[_rows(top, size, 0.72, 0.92), max(0, x - left) : max(0, x - half)]
    return not (head.size and head.mean() > _CLEAR) and not (foot.size and foot.mean() > _CLEAR)


def _edges(dark: Ink, x: int, slope: float, top: float, size: float) -> tuple[float, float] | None:
    """Return the edges of the fraction of a stroke, whose head is at an x; None if it is no fraction's."""
    line = x - slope * (np.arange(dark.shape[0]) - top)[:, None]
    beside = np.arange(dark.shape[1])[None, :] - line
    half, reach = _HALF * size, _REACH * size
    before: Ink = np.array(dark & (beside < -half))
    after: Ink = np.array(dark & (beside > half))
    upper, lower = _rows(top, size, 0.05, 0.5), _rows(top, size, 0.5, 0.95)
    numerator = _run(np.flatnonzero(np.any((before & (beside > -reach))[upper], axis=0)[::-1]), size)
    denominator = _run(np.flatnonzero(np.any((after & (beside < reach))[lower], axis=0)), size)
    if numerator is None or denominator is None:
        return None
    left, right = dark.shape[1] - numerator[1], denominator[1]
    over = np.flatnonzero(np.any(before[:, left : dark.shape[1] - numerator[0]], axis=1))
    under = np.flatnonzero(np.any(after[:, denominator[0] : right], axis=1))
    (over_first, over_last), (under_first, under_last) = ((each[[0, -1]] - top) / size for each in (over, under))
    if over_first > _START or not _MIDDLE[0] <= over_last <= _MIDDLE[1]:
        return None
    if under_last < 1 - _START or not 1 - _MIDDLE[1] <= under_first <= 1 - _MIDDLE[0]:
        return None
    edges = min(float(left), x - slope * size), max(float(right), float(x))
    return edges if _WIDTHS[0] * size <= edges[1] - edges[0] <= _WIDTHS[1] * size else None


def _rows(top: float, size: float, start: float, end: float) -> slice:
    return slice(max(0, int(top + start * size)), max(0, int(top + end * size)))


def _run(inked: NDArray[np.intp], size: float) -> tuple[int, int] | None:
    """Return the range of the first columns of ink up to a gap; None where there are none, or too many for a digit."""
    if not inked.size:
        return None
    gaps = np.flatnonzero(np.diff(inked) > max(1.0, _APART * size))
    first, last = int(inked[0]), int(inked[gaps[0] if gaps.size else -1])
    return (first, last + 1) if last - first <= _REACH * size else None


def _named(crop: Image, spot: Shape, read: ReadAlone, word: str) -> tuple[str, bool]:
    """Return the fraction at a spot and whether it is certain; "%" for a sign of per cent, "" for any other sign.

    It is read twice, with less and with more paper around it, and compared with the reading of the whole word.
    """
    seen = [read(alone(crop, spot, share), 2 * HEIGHT) for share in _PAPER]
    texts, score = [text for text, _ in seen], min(score for _, score in seen)
    if texts == ["%", "%"]:
        return "%", score >= _PERCENT or spot.right - spot.left >= _WIDE_PERCENT * (spot.bottom - spot.top)
    same = len(set(texts)) == 1 and texts[0] in word and not _fraction_of(texts[0])
    if same or not any(map(_OF_FRACTION.search, texts)):  # a 2, a ¥, the 74 of 374
        return "", True
    known = [fraction for fraction in map(_fraction_of, texts) if fraction]
    if not known:
        return "", all(text.startswith("/") for text in texts)  # the middle of 3/4, set as three digits
    whole = any(_fraction_of(text) and "½" not in text.removesuffix("½2") for text in texts)
    alike = score >= _CERTAIN or all(
        fraction in (None, known[0]) for fraction in map(_fraction_of, (word[-3:], word[-2:], word[-1:]))
    )
    return _SIGN_OF[known[0]], len(set(known)) == 1 and len(known) == len(seen) and whole and alike


def _fraction_of(text: str) -> str | None:
    """Return the fraction that a reading of one sign means, as "1/2", None if it means none."""
    if text.strip("/") == "½":
        return "1/2"
    found = _READ.fullmatch(text.translate(FALL))
    fraction = f"{found[1] or found[4] or '1'}/{found[2] or found[3] or found[5]}" if found else ""
    return fraction if fraction in _SIGN_OF else None


def _rewritten(
    crop: Image, spot: Shape, edges: tuple[float, float], sign: str, word: str, read: ReadAlone
) -> tuple[str, list[float]]:
    """Return a word with its fraction, and the x of its characters in pixels: those beside it are read again."""
    before = _part(crop, edges[0], spot.left, read)
    after = _part(crop, spot.right, edges[1], read)
    after = after if _UNIT.fullmatch(after) else word[len(word.rstrip(".,;:)")) :]
    step = (spot.left - edges[0]) / (len(before) + 1)
    places = [edges[0] + step * (at + 1) for at in range(len(before))]
    rest = (edges[1] - spot.right) / (len(after) + 1)
    places += [(spot.left + spot.right) / 2, *(spot.right + rest * (at + 1) for at in range(len(after)))]
    return before + sign + after, places


def _part(crop: Image, left: float, right: float, read: ReadAlone) -> str:
    """Return the whole number before a fraction, as it is read alone; "" where there is only paper."""
    x0, x1 = max(0, round(left)), min(crop.shape[1], int(right))
    if x1 - x0 < 3 or not shapes_of(np.ascontiguousarray(crop[:, x0:x1])):
        return ""
    return read(np.ascontiguousarray(crop[:, x0:x1]), 2 * HEIGHT)[0].strip().replace(" ", "")


def _with_word(reading: Reading, start: int, end: int, word: Reading) -> Reading:
    return Reading(
        reading.text[:start] + word.text + reading.text[end:],
        reading.scores[:start] + word.scores + reading.scores[end:],
        reading.places[:start] + word.places + reading.places[end:],
    )
