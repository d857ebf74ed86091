"""Struck-out words of a scan: a level stroke through the middle of their letters that begins and ends with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from loaders.ocr.ink import Ink
from loaders.ocr.lines import OcrLine
from loaders.types import Box, Word

_HIGHEST, _LOWEST = 0.4, 0.68  # of a line's height from its top: strikes have 0.5-0.57, underlines 0.8 and more
_SHORTEST = 1.2  # of a line's height: strokes of letters that touch are shorter
_THICK = 0.2  # of a line's height: strikes have 0.07-0.12
_COVERED = 0.7  # share of a word's width that its strike covers at least
_BEYOND = 0.6  # of a line's height: most distance of a strike's end from its words' end; rules and axes are longer
_CROSSED = 0.04
"""Share of a strike's length at which ink continues above and below it: the stems of letters cross it at 0.06-0.4, bars
of fractions and axes of charts at 0.0."""

_EVEN, _EVEN_SHORT, _SHORT = 0.55, 0.65, 2.0
"""Least darkness of the palest tenth of a strike, as a share of its darkest tenth; the same for short strikes.

In scans of 150 dpi hairlines have .52-.65, thicker lines .65-.9. The bars of e, f and t touch in small print of 95-110
dpi: of 288 such strokes 9 have .55 and more.
"""


def with_strikes(lines: Sequence[OcrLine], ink: Ink) -> list[OcrLine]:
    """Return the lines with their struck-out words marked as such (`~~word~~`)."""
    strokes = [box for box in ink.strokes if _crossed(box, ink) >= _CROSSED and _is_even(box, ink)]
    return [_marked(line, strokes) for line in lines] if strokes else list(lines)


def _is_even(stroke: Box, ink: Ink) -> bool:
    return ink.evenness(stroke) >= (_EVEN if stroke.x1 - stroke.x0 >= _SHORT * ink.size else _EVEN_SHORT)


def _marked(line: OcrLine, strokes: Sequence[Box]) -> OcrLine:
    words = line.level_words
    struck: set[int] = set()
    for stroke in strokes:
        height = ((stroke.y0 + stroke.y1) / 2 - line.box.y0) / line.height
        long = stroke.x1 - stroke.x0 >= _SHORTEST * line.height
        if not (_HIGHEST <= height <= _LOWEST and long and stroke.y1 - stroke.y0 <= max(3, _THICK * line.height)):
            continue
        under = [at for at, word in enumerate(words) if _covers(stroke, word)]
        if not under or not any(char.isalnum() for at in under for char in words[at].text):
            continue
        ends = words[under[0]].box.x0 - stroke.x0, stroke.x1 - words[under[-1]].box.x1
        if max(ends) <= _BEYOND * line.height:
            struck.update(under)
    if not struck:
        return line
    texts = [f"~~{word.text}~~" if at in struck else word.text for at, word in enumerate(words)]
    return replace(line, text=" ".join(texts), places=_with_marks(line, words, struck))


def _covers(stroke: Box, word: Word) -> bool:
    shared = min(stroke.x1, word.box.x1) - max(stroke.x0, word.box.x0)
    return shared >= _COVERED * (word.box.x1 - word.box.x0)


def _with_marks(line: OcrLine, words: Sequence[Word], struck: set[int]) -> tuple[float, ...]:
    """Return the places of a line's characters with those of the marks: where its words begin and end."""
    places, at = list[float](), 0
    for index, word in enumerate(words):
        own = line.places[at : at + len(word.text)]
        at += len(word.text)
        places += [*own[:1] * 2, *own, *own[-1:] * 2] if index in struck else own
    return tuple(places)


def _crossed(stroke: Box, ink: Ink) -> float:
    """Return the share of a stroke's length at which ink continues both above and below it."""
    x0, y0, x1, y1 = (round(value) for value in stroke)
    if y0 < 3 or y1 + 3 > ink.mask.shape[0] or x1 <= x0:
        return 0.0
    above, below = ink.mask[y0 - 3 : y0 - 1, x0:x1].all(0), ink.mask[y1 + 1 : y1 + 3, x0:x1].all(0)
    return float(np.mean(above & below))
