"""Doubts that a page is running text: drawings, pictures, forms, formulas, other scripts, tables without lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from loaders.geometry import area, centre, contains
from loaders.pages.page_profile import FIGURE_SHARE, MIN_MATH
from loaders.pdf.plain_rows import DoubtError, Row, on_one_row
from loaders.pdf.text_layer import TextLayer
from loaders.types import Box

MAX_NUMBERS = 0.2
"""Share of words with a digit: prose of annual reports has up to 0.14, tables 0.4 and more."""
MIN_LETTERS = 0.9
"""Share of a page's letters in scripts that are written from the left with spaces between words."""
MAX_SHAPES = 300
"""Most drawn shapes of a page of text: more are a drawing."""

_CHANNEL = 0.55  # of the text size: width of white space that runs down through three rows and more
_CHANNEL_ROWS = 3
_MARGIN_ROWS = 3  # of a header or footer
_RULE_POINTS = 3.0  # thinner shapes are lines
_LONG_RULE = 0.15  # of the page's width
_LEADERS = re.compile(r"\.{5}|(?:\. ){4}|…{2}|_{4}")
_OF_LEADERS = ("..", ". .", "……", "__")  # one of them is in each: looked for first, in a tenth of the time
_SPACED = re.compile(r"[\u0000-\u02af\u0370-\u058f\u1e00-\u1fff\ufb00-\ufb06\u2c60-\u2c7f]")
_FORMULA = re.compile(r"[=≤≥≈∑∏∫√∂∈→←↔∝±×÷<>]")


def check_content(layer: TextLayer) -> None:
    """Raise DoubtError if the page has anything besides level, visible lines of text and a few thin lines."""
    reasons = {
        "form fields": bool(layer.fields),
        "a watermark": bool(layer.watermarks),
        "hidden words": bool(layer.hidden),
        "formulas": layer.math >= MIN_MATH,
        "turned text": not all(line.upright for line in layer.lines),
        "struck words": any("~~" in word.text for word in layer.words),
        "pictures": _has_pictures(layer),
        "drawings": _has_drawings(layer),
    }
    for reason, holds in reasons.items():
        if holds:
            raise DoubtError(reason)


def _has_pictures(layer: TextLayer) -> bool:
    whole = layer.width * layer.height
    words = [centre(word.box) for word in layer.words]
    return any(
        area(image) > FIGURE_SHARE * whole or any(contains(image, word) for word in words) for image in layer.images
    )


def _has_drawings(layer: TextLayer) -> bool:
    """Return whether there are shapes, upright lines, or long lines between the rows of text."""
    ys = sorted(centre(line.words[0].box)[1] for line in layer.lines)
    if len(layer.drawings) > MAX_SHAPES:
        return True
    between = 0
    shades: list[Box] = []
    for box in set(layer.drawings):
        width, height = box.x1 - box.x0, box.y1 - box.y0
        if width > 0.9 * layer.width and height > 0.9 * layer.height:
            continue  # the background of the page
        if height > _RULE_POINTS:
            if not _shades_row(box, layer):
                return True
            shades.append(box)
            continue
        if width > _LONG_RULE * layer.width and _is_between(box.y0, ys):
            between += 1
    beside = any(one.x1 <= two.x0 and on_one_row(one, two) for one in shades for two in shades)
    return between > 1 or beside


def _shades_row(box: Box, layer: TextLayer) -> bool:
    """Return whether an area is no higher than a row and has words in it: the background of a row, or marked text."""
    return any(
        box.y1 - box.y0 < 1.6 * line.size and any(contains(box, centre(word.box)) for word in line.words)
        for line in layer.lines
    )


def _is_between(y: float, ys: Sequence[float]) -> bool:
    """Return whether a line has more than a header above and more than a footer below it."""
    above = sum(each < y for each in ys)
    return _MARGIN_ROWS <= above <= len(ys) - _MARGIN_ROWS


def check_words(rows: Sequence[Row]) -> None:
    """Raise DoubtError for other scripts, many numbers, and leaders of dots."""
    words = [word.text for row in rows for word in row.words]
    letters = "".join(filter(str.isalpha, "".join(words)))
    spaced = len(letters) if letters.isascii() else len(_SPACED.findall(letters))
    if spaced < MIN_LETTERS * len(letters) or not letters:
        raise DoubtError("a script without spaces or from the right")
    numbers = sum(any(map(str.isdigit, word)) for word in words if not word.isalpha())
    if numbers > MAX_NUMBERS * len(words):
        raise DoubtError("many numbers")
    texts = "\n".join(row.text for row in rows)
    if any(sign in texts for sign in _OF_LEADERS) and _LEADERS.search(texts):
        raise DoubtError("leaders")


def check_channels(rows: Sequence[Row]) -> None:
    """Raise DoubtError if white space runs down between words: the columns of a table without lines."""
    open_gaps: list[tuple[float, float, int]] = []
    for row in rows:
        words = row.words[1:] if row.label else row.words
        gaps = [(one.box.x1, two.box.x0) for one, two in pairwise(words)]
        wide = [gap for gap in gaps if gap[1] - gap[0] > _CHANNEL * row.size]
        going_on = [
            (max(gap[0], left), min(gap[1], right), count + 1)
            for gap in wide
            for left, right, count in open_gaps
            if shared(gap, (left, right)) > _CHANNEL * row.size
        ]
        if any(count >= _CHANNEL_ROWS for *_, count in going_on):
            raise DoubtError("white space through several rows")
        open_gaps = [*going_on, *((left, right, 1) for left, right in wide)]
        if _FORMULA.search(row.text) and len(row.words) < 8 and row.box.x0 - rows[0].box.x0 > 2 * row.size:
            raise DoubtError("a formula on its own")


def shared(gap: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the width that two gaps have in common, negative if they do not overlap."""
    return min(gap[1], other[1]) - max(gap[0], other[0])
