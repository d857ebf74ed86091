"""Strikes: lines drawn through words, told from underlines, rules of tables, bars of fractions and grids of charts."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import pairwise

from loaders.types import Box, Word

Path = Sequence[tuple[float, float]]
"""The points of a drawn path."""

_THIN = 0.22  # of the text size: a strike's line has 0.05-0.18, a bar that blacks words out 0.8
_LOWEST, _HIGHEST = 0.1, 0.48  # of the text size above the baseline; strikes of word processors stand at 0.2-0.33
_COVERED = 0.7  # share of a word's width that its strike covers at least
_BEYOND = 0.7  # of the text size: as far a strike may reach past its words; lines of charts and tables reach further
_SLANT = 1.3  # of the text size: from the foot of the first letter to the head of the last
_WAVE = 0.5  # of the text size: the height of a wave through words
_LONG = 1.5  # of the text size: the shortest wave or slanted line
_TURNS = 4  # how often a wave crosses its own middle at least: two humps may be a brace
_JOIN = 4.0  # points between the pieces of one strike: some programs draw one for each word
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


def waves(paths: Sequence[Path], size: float) -> list[Box]:
    """Return waves, zigzags and slanted lines as the level strokes through their middles, to be held against words.

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
    return _STRUCK.fullmatch(word) is not None


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
