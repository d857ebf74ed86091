"""Short columns: two or three lines of prose beside each other, which the layout model joins in one region."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from statistics import mean

from loaders.types import Box

Piece = tuple[str, Box]
"""A piece of a line of print with its box, in any unit."""

MIN_LINES = 2
"""Lines of the shortest column."""
MAX_PIECES = 40
"""Most pieces of a region that is examined: the layout model separates longer columns itself."""
MIN_WORDS = 3.0
"""Mean words of a column's lines: labels before their values have fewer, and are read row by row."""
_GAP = 1.2  # times the height of a line: the least gap between columns; words are 0.3 apart
_SENTENCE_END = re.compile(r"[.!?…:][\"'”’»)\]]*$")


def column_gap(pieces: Sequence[Piece]) -> float | None:
    """Return the x between two short columns of prose, None for other pieces.

    Both columns have at least two lines that begin under each other, no piece crosses the gap, and in one of them a
    sentence continues in the next line, which distinguishes columns from labels with values.
    """
    if not 2 * MIN_LINES <= len(pieces) <= MAX_PIECES:
        return None
    if max(box.x0 for _, box in pieces) <= min(box.x1 for _, box in pieces):
        return None  # none is beside another one
    height = mean(box.y1 - box.y0 for _, box in pieces)
    for left_text, left in pieces:
        beside = [box for _, box in pieces if box.x0 > left.x1 and _on_one_row(left, box)]
        if not beside or not left_text:
            continue
        gap = (left.x1 + min(box.x0 for box in beside)) / 2
        sides = [piece for piece in pieces if piece[1].x1 <= gap], [piece for piece in pieces if piece[1].x0 >= gap]
        if sum(map(len, sides)) == len(pieces) and all(_is_column(side, height) for side in sides):
            width = min(box.x0 for _, box in sides[1]) - max(box.x1 for _, box in sides[0])
            if width >= _GAP * height and any(map(_has_continued_sentence, sides)):
                return gap
    return None


def ends_sentence(text: str) -> bool:
    """Return whether a line ends with a full stop or another mark that ends a sentence."""
    return bool(_SENTENCE_END.search(text))


def _is_column(side: Sequence[Piece], height: float) -> bool:
    rows = [box for _, box in side]
    starts = [box.x0 for box in rows]
    alone = not any(_on_one_row(one, other) for at, one in enumerate(rows) for other in rows[:at])
    words = mean(len(text.split()) for text, _ in side) if side else 0.0
    return len(side) >= MIN_LINES and alone and words >= MIN_WORDS and max(starts) - min(starts) < height


def _has_continued_sentence(side: Sequence[Piece]) -> bool:
    ordered = [text for text, _ in sorted(side, key=lambda piece: piece[1].y0)]
    return any(after[:1].islower() and not ends_sentence(text) for text, after in pairwise(ordered))


def _on_one_row(one: Box, other: Box) -> bool:
    shared = min(one.y1, other.y1) - max(one.y0, other.y0)
    return shared > 0.5 * min(one.y1 - one.y0, other.y1 - other.y0)
