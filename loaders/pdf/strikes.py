"""Strikes: lines drawn through words, as opposed to underlines, rules of tables, bars of fractions and chart grids."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from typing import Any

from loaders.geometry import centre, contains
from loaders.types import Box, Word

Path = Sequence[tuple[float, float]]
"""The points of a drawn path."""

Seam = tuple[str, str, float, float, float]
"""Where the print changes within a word: the parts before and after, the place between them, their top and bottom."""

_THIN = 0.22  # of the text size: a strike's line has 0.05-0.18, a bar that blacks words out 0.8
_LOWEST, _HIGHEST = 0.1, 0.48  # of the text size above the baseline; strikes of word processors are at 0.2-0.33
_COVERED = 0.7  # share of a word's width that its strike covers at least
_BEYOND = 0.7  # of the text size: most length of a strike beyond its words; lines of charts and tables are longer
_SLANT = 1.3  # of the text size: from the foot of the first letter to the head of the last
_WAVE = 0.5  # of the text size: the height of a wave through words
_LONG = 1.5  # of the text size: the shortest wave or slanted line
_TURNS = 4  # how often a wave crosses its own middle at least: two humps may be a brace
_JOIN = 4.0  # points between the pieces of one strike: some programs draw one for each word
_AT_SEAM = 1.5  # points: from the end of a stroke to where the print changes
_MIDDLE = (0.35, 0.78)  # of a span's height: the place of strikes; underlines are at 0.85 and lower
_SAME_HEIGHT = 0.8  # points
_MAX_STROKES = 2000

_STRUCK = re.compile(r"~~(?!~).*~~", re.DOTALL)
_SEAM = re.compile(r"~~(\s+)~~")


def strike_out(words: Sequence[tuple[Word, float, float]], shapes: Sequence[Box]) -> set[Word]:
    """Return the words that are struck out.

    Args:
        words: Upright words, each with its text size and the height of its baseline, in points.
        shapes: Places of all drawn lines and areas.
    """
    if not words:
        return set()
    largest = max(size for _, size, _ in words)
    strokes = [box for box in shapes if box.y1 - box.y0 <= _THIN * largest < box.x1 - box.x0]
    if len(strokes) > _MAX_STROKES:
        return set()
    struck: set[Word] = set()
    ordered = sorted(words, key=lambda each: each[2])
    baselines = [baseline for _, _, baseline in ordered]
    for stroke in _joined(strokes):
        near = ordered[bisect_left(baselines, stroke.y0) : bisect_right(baselines, stroke.y1 + largest)]
        crossed = [(word, size) for word, size, baseline in near if _crosses(stroke, word, size, baseline)]
        if not crossed or not any(any(map(str.isalnum, word.text)) for word, _ in crossed):
            continue
        size = max(size for _, size in crossed)
        left, right = min(word.box.x0 for word, _ in crossed), max(word.box.x1 for word, _ in crossed)
        if stroke.x0 >= left - _BEYOND * size and stroke.x1 <= right + _BEYOND * size:
            struck.update(word for word, _ in crossed)
    return struck


def seams_of(content: Sequence[dict[str, Any]]) -> Iterator[Seam]:
    """Yield the seams of the words in blocks of the PDF library."""
    spans = (line["spans"] for block in content for line in block.get("lines", ()))
    for one, two in (pair for line in spans for pair in pairwise(line)):
        left, right = one["text"], two["text"]
        if left[-1:].strip() and right[:1].strip():
            (_, top, x0, bottom), x1 = one["bbox"], two["bbox"][0]
            yield left.split()[-1], right.split()[0], (x0 + x1) / 2, top, bottom


def cut_at_strokes(words: Sequence[Word], seams: Sequence[Seam], shapes: Sequence[Box]) -> dict[Word, list[Word]]:
    """Return the words of which a part is struck out, each in its two parts: "openclosed" where "open" was replaced.

    Args:
        words: Upright words.
        seams: Where the print changes within a word.
        shapes: Places of all drawn lines and areas.
    """
    cuts: dict[Word, list[Word]] = {}
    for left, right, x, top, bottom in seams:
        high, low = top + _MIDDLE[0] * (bottom - top), top + _MIDDLE[1] * (bottom - top)
        ends = any(
            min(abs(box.x0 - x), abs(box.x1 - x)) < _AT_SEAM and high < box.y0 and box.y1 < low for box in shapes
        )
        if not ends:
            continue
        for word in words:
            box = word.box
            if word.text == left + right and box.x0 < x < box.x1 and box.y0 < (top + bottom) / 2 < box.y1:
                parts = (left, Box(box.x0, box.y0, x, box.y1)), (right, Box(x, box.y0, box.x1, box.y1))
                cuts[word] = [Word(text, place) for text, place in parts]
    return cuts


def in_parts(words: Sequence[Word], pieces: Sequence[Word], struck: Collection[Word]) -> dict[Word, list[Word]]:
    """Return the words with a struck part, each as the pieces that the PDF library cuts at drawn lines."""
    cuts: dict[Word, list[Word]] = {}
    for part in struck:
        for word in words:
            if len(word.text) > len(part.text) and part.text in word.text and contains(word.box, centre(part.box)):
                inside = sorted(
                    (each for each in pieces if contains(word.box, centre(each.box))), key=lambda w: w.box.x0
                )
                if "".join(each.text for each in inside) == word.text:
                    cuts[word] = inside
    return cuts


def waves(paths: Sequence[Path], size: float) -> list[Box]:
    """Return waves, zigzags and slanted lines as the level strokes through their middles, to be compared with words.

    Args:
        paths: The points of each stroked path, in their order.
        size: The largest text size of the page.
    """
    return [stroke for points in paths if points and (stroke := _levelled(points, size))]


def _levelled(points: Path, size: float) -> Box | None:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    high, wide, middle = max(ys) - min(ys), max(xs) - min(xs), (max(ys) + min(ys)) / 2
    if wide < _LONG * size:
        return None
    if len(points) == 2:  # drawn slanted, from the foot of a line's first letter to the head of its last, or down
        flat = high <= _SLANT * size and wide >= 4 * high
    else:
        onward = all(b[0] >= a[0] for a, b in pairwise(points)) or all(b[0] <= a[0] for a, b in pairwise(points))
        above = [y < middle for y in ys]
        flat = high <= _WAVE * size and onward and sum(a != b for a, b in pairwise(above)) >= _TURNS
    return Box(min(xs), middle, max(xs), middle) if flat else None


def is_struck(word: str) -> bool:
    """Return whether a word is marked as struck out."""
    return word.startswith("~~") and _STRUCK.fullmatch(word) is not None


def without_struck(words: Sequence[Word]) -> list[Word]:
    """Return the words that are not struck out."""
    return [word for word in words if not is_struck(word.text)]


def join_struck(text: str) -> str:
    """Join the marks of struck words that follow one another: "~~a~~ ~~b~~" becomes "~~a b~~"."""
    return _SEAM.sub(r"\1", text) if "~~" in text else text


def _crosses(stroke: Box, word: Word, size: float, baseline: float) -> bool:
    """Return whether a line runs through the middle of a word, over most of its width."""
    middle = (stroke.y0 + stroke.y1) / 2
    if not (_LOWEST * size <= baseline - middle <= _HIGHEST * size and stroke.y1 - stroke.y0 <= _THIN * size):
        return False
    shared = min(stroke.x1, word.box.x1) - max(stroke.x0, word.box.x0)
    return shared >= _COVERED * (word.box.x1 - word.box.x0)


def _joined(strokes: Sequence[Box]) -> list[Box]:
    """Join lines that continue one another."""
    joined: list[Box] = []
    for stroke in sorted(strokes, key=lambda box: (round(box.y0), box.x0)):
        last = joined[-1] if joined else None
        if last and abs(last.y0 - stroke.y0) < _SAME_HEIGHT and stroke.x0 - last.x1 < _JOIN:
            joined[-1] = Box(last.x0, last.y0, max(last.x1, stroke.x1), max(last.y1, stroke.y1))
        else:
            joined.append(stroke)
    return joined
