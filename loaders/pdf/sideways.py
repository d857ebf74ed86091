"""Sideways pages and tables: the turn that a page needs, and the sideways parts of an upright page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from loaders.geometry import centre
from loaders.pdf.text_layer import Line, TextLayer
from loaders.types import Box, Word

MIN_ROWS = 3
"""Rows of several texts or of running text that make a separate part. The names along the axes of a chart, the headings
of narrow columns side by side, and the mark at the edge of an arXiv paper make none."""

_PROSE_WORDS = 5
_GAP = 0.6  # of the text size: words of one phrase are closer than this


def page_turn(layer: TextLayer) -> int:
    """Return the clockwise quarter turns after which most of a page's text is upright."""
    counts: Counter[int] = Counter()
    for line in layer.lines:
        counts[line.turn] += sum(len(word.text) for word in line.words)
    turn, most = max(counts.items(), key=lambda item: item[1], default=(0, 0))
    return turn if turn > 0 and most > counts[0] and _has_rows(turned_lines(layer, turn)) else 0


def is_sideways(layer: TextLayer) -> bool:
    """Return whether a page or a part of it is set sideways."""
    return bool(page_turn(layer)) or sideways_part(layer) is not None


def sideways_part(layer: TextLayer) -> tuple[int, TextLayer, TextLayer] | None:
    """Cut a sideways table or text from an upright page; return None if there is none.

    Returns the quarter turns that it needs, the page without it, and only it, turned upright.
    """
    for turn in (1, 3):
        lines = turned_lines(layer, turn)
        if _has_rows(lines):
            width, height = layer.height, layer.width
            drawings = tuple(turned_box(box, layer.width, layer.height, turn) for box in layer.drawings)
            alone = TextLayer(width, height, tuple(lines), (), drawings)
            return turn, without_turn(layer, turn), alone
    return None


def without_turn(layer: TextLayer, turn: int) -> TextLayer:
    """Return a layer without the lines that are upright only after this turn of the page."""
    return replace(layer, lines=tuple(line for line in layer.lines if line.turn != turn))


def turned_lines(layer: TextLayer, turn: int) -> list[Line]:
    """Return the lines that are upright after a turn of the page, with their places on the turned page."""
    return [
        replace(
            line,
            words=tuple(Word(word.text, turned_box(word.box, layer.width, layer.height, turn)) for word in line.words),
            upright=True,
            turn=0,
        )
        for line in layer.lines
        if line.turn == turn
    ]


def turned_box(box: Box, width: float, height: float, turn: int) -> Box:
    """Return the box on the page turned clockwise by quarters."""
    for _ in range(turn % 4):
        box = Box(height - box.y1, box.x0, height - box.y0, box.x1)
        width, height = height, width
    return box


def turned_back(box: Box, turn: int) -> Box:
    """Return the box of a turned page on the page as it is shown; fractions."""
    back = turned_box(box, 1.0, 1.0, 4 - turn % 4)
    return Box(*(round(edge, 5) for edge in back))


def _has_rows(lines: Sequence[Line]) -> bool:
    """Return whether lines form rows like those of a table or a text."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: centre(line.words[0].box)[1]):
        y = centre(line.words[0].box)[1]
        if rows and y - centre(rows[-1][0].words[0].box)[1] < _GAP * line.size:
            rows[-1].append(line)
        else:
            rows.append([line])
    return sum(map(_is_row, rows)) >= MIN_ROWS


def _is_row(row: Sequence[Line]) -> bool:
    words = sorted((word for line in row for word in line.words), key=lambda word: word.box.x0)
    gaps = sum(right.box.x0 - left.box.x1 > _GAP * row[0].size for left, right in pairwise(words))
    return gaps > 0 or len(words) >= _PROSE_WORDS
