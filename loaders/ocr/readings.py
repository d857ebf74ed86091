"""Recognition of lines in two steps: by a tiny model, and doubtful ones by a careful model, five times as costly."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]

HEIGHT = 48
"""Pixels to which both recognisers scale the height of a line."""

SHORT = 320
"""Scaled pixels up to which a line is read by the careful model at once: cells of tables, labels of charts, numbers.
It takes 2-7 ms there, and reads 387 of 388 such lines of an office scan as it does with more paper at their right."""

_NARROWEST = 96  # scaled pixels of a short line with the paper added to it: narrower ones are misread more often

_SURE = 0.95
"""Mean confidence (0-1) of the tiny model under which the careful one reads the whole line. Sound print has .97-.99,
and scripts that the tiny model does not know .7-.85."""

_SURE_CHARACTER = 0.6
"""Confidence in a character under which its words are read again. Of 600 lines of an office scan 3 stay wrong that the
careful model reads rightly with .55, and 4 with .65, for .50 and .62 CPU seconds a page; of 929 lines of three other
documents 20 and 13, nearly all in a mark of punctuation."""

_SURE_LOOKALIKE = 0.9
"""The same for signs that look alike. With .8 five numbers of 600 lines stay wrong ("ol" for "o1"), with .9 three."""

_LOOKALIKES = frozenset("lI1O0o|")
_NAME_WITH_DIGITS = re.compile(r"(?<!\w)(?:[lI1O0o|]\d|\d[lI1O0o|]|[lI1O0o|]{2})(?!\w)")
"""A part of a word that may be another ("ol-mini" for "o1-mini", "GPT-40"): the tiny model misreads it with high
confidence."""

_BESIDE, _BESIDE_NAMES = 1, 3
"""Words on either side that are read with a doubtful one. Alone a word is read worse ("o1" as "01"); of 20 names with
digits one stayed wrong with one or two words, none with three."""

_FAMILIAR = frozenset("äöüÄÖÜßéèêàâçñáíóúôîûëÉÈÀÑ€£§°©®·•–—−“”‘’„…¿¡×½¼¾")
"""Signs beyond ASCII that the tiny model reads as well as the careful one; it lacks kana and the comma letters of
Romanian, and takes rare marks for others."""

_FEW = 2
"""Characters of a short line up to which it is read with paper: without, a black area is read as "I" with high
confidence."""

_DENSITY = 1.0  # characters for each line height of a line's width: sound lines have more
_WHOLE = 0.8  # of a line's width: if more of it is doubtful, the whole line is read again


class Reading(NamedTuple):
    """The characters of a line, the confidence in each (0-1), and their middles as shares of the line's width."""

    text: str
    scores: tuple[float, ...]
    places: tuple[float, ...]

    @property
    def score(self) -> float:
        """The mean confidence, 0 if nothing was read."""
        return sum(self.scores) / len(self.scores) if self.scores else 0.0

    @property
    def printed_places(self) -> tuple[float, ...]:
        """The places of the characters that are no spaces."""
        return tuple(place for char, place in zip(self.text, self.places, strict=True) if not char.isspace())


Reader = Callable[[Image, int], Reading]
"""Reads a line; the number is the least width in scaled pixels, to which paper is added at the right."""


def reader_of(recogniser: Any) -> Reader:
    """Return a function that reads a line by a recogniser of RapidOCR."""

    def read(crop: Image, least: int) -> Reading:
        height, width = crop.shape[:2]
        scaled = recogniser.resize_norm_img(crop, max(least / HEIGHT, width / height))
        steps = recogniser.session(scaled[np.newaxis].astype(np.float32))[0]
        best, chances = steps.argmax(axis=1), steps.max(axis=1)
        kept = best != 0  # of a character in several steps the first counts; 0 is no character
        kept[1:] &= best[1:] != best[:-1]
        characters = recogniser.postprocess_op.character
        # The steps go over the added paper too, the places over the line alone.
        places = (np.flatnonzero(kept) + 0.5) / len(best) * (scaled.shape[2] * height / (HEIGHT * width))
        seen = [
            (char, chance, min(place, 1.0))
            for index, chance, place in zip(best[kept], chances[kept].tolist(), places.tolist(), strict=True)
            for char in characters[index]
        ]
        text, scores, spots = zip(*seen, strict=True) if seen else ((), (), ())
        return Reading("".join(text), scores, spots)

    return read


def read_line(crop: Image, tiny: Reader, careful: Reader, cell: bool = False) -> Reading:
    """Read the upright image of a line: by the tiny model, and by the careful one where that is unsure.

    A `cell` of a table is read by the careful one alone: the tiny one read "(Pass@1-COT)" as "(Pass@1-con" with high
    confidence.
    """
    height, width = crop.shape[:2]
    if HEIGHT * width <= SHORT * height:
        found = careful(crop, _NARROWEST)
        # Without the paper that it is trained on, it read "1,468" as "1.468": on numbers both models must agree.
        sure = min(found.scores, default=0.0) >= _SURE_LOOKALIKE and len(found.text) > _FEW
        agreed = sure and not (_has_digit(found.text) and tiny(crop, _NARROWEST).text != found.text)
        return found if agreed else careful(crop, SHORT)
    if cell:
        return careful(crop, SHORT)
    found = tiny(crop, SHORT)
    if found.score < _SURE or len(found.printed_places) * height < _DENSITY * width:
        return careful(crop, SHORT)
    parts = _doubtful_parts(found)
    if sum(max(right - left, _NARROWEST * height / (HEIGHT * width)) for _, _, left, right in parts) > _WHOLE:
        return careful(crop, SHORT)
    for start, end, left, right in reversed(parts):
        x0, x1 = int(left * width), int(right * width)
        again = careful(np.ascontiguousarray(crop[:, x0:x1]), _NARROWEST)
        found = _replaced(found, start, end, _stripped(again), x0 / width, (x1 - x0) / width)
    return found


def _doubtful_parts(found: Reading) -> list[tuple[int, int, float, float]]:
    """Return the doubtful words of a line with those beside them: their range in the text, and their edges."""
    words = _words(found.text)
    reaches = [_reach(found.text[start:end], found.scores[start:end]) for start, end in words]
    near = [any(abs(at - other) <= reach for other, reach in enumerate(reaches)) for at in range(len(words))]
    middles = [(found.places[end - 1] + found.places[start]) / 2 for (_, end), (start, _) in pairwise(words)]
    edges = [0.0, *middles, 1.0]
    parts: list[tuple[int, int, float, float]] = []
    for at, (start, end) in enumerate(words):
        if near[at] and at and near[at - 1]:
            parts[-1] = parts[-1][0], end, parts[-1][2], edges[at + 1]
        elif near[at]:
            parts.append((start, end, edges[at], edges[at + 1]))
    return parts


def _words(text: str) -> list[tuple[int, int]]:
    spaces = [-1, *(at for at, char in enumerate(text) if char.isspace()), len(text)]
    return [(before + 1, after) for before, after in pairwise(spaces) if after > before + 1]


def _reach(word: str, scores: Sequence[float]) -> int:
    """Return the number of words on either side with which a word is to be read again, -1 if it is not doubtful."""
    if _NAME_WITH_DIGITS.search(word) and any(map(str.isalpha, word)):
        return _BESIDE_NAMES
    doubtful = any(
        (not char.isascii() and char not in _FAMILIAR)
        or score < _SURE_CHARACTER
        or (char in _LOOKALIKES and score < _SURE_LOOKALIKE)
        for char, score in zip(word, scores, strict=True)
    )
    return _BESIDE if doubtful else -1


def _has_digit(text: str) -> bool:
    return any(map(str.isdecimal, text))


def _stripped(found: Reading) -> Reading:
    start = len(found.text) - len(found.text.lstrip())
    end = len(found.text.rstrip())
    return Reading(found.text[start:end], found.scores[start:end], found.places[start:end])


def _replaced(found: Reading, start: int, end: int, part: Reading, left: float, width: float) -> Reading:
    """Return a reading with the characters from `start` to `end` read again, in a part of the line's width."""
    places = tuple(left + place * width for place in part.places)
    return Reading(
        found.text[:start] + part.text + found.text[end:],
        found.scores[:start] + part.scores + found.scores[end:],
        found.places[:start] + places + found.places[end:],
    )
