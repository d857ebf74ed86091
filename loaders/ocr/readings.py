"""Recognition of lines in two steps: by a tiny model, and doubtful ones by a careful model, five times as costly."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]

HEIGHT = 48
"""Pixels to which both recognisers scale the height of a line."""

SHORT = 320
"""Scaled pixels up to which a line is a cell of a table, the label of a chart or a number. The careful model reads 387
of 388 such lines of an office scan as it does with more paper at their right."""

_NARROWEST = 96  # scaled pixels of a short line with the paper added to it: narrower ones are misread more often

_SURE = 0.95
"""Mean confidence (0-1) of the tiny model under which the careful one reads the whole line. Sound print has .97-.99,
and scripts that the tiny model does not know .7-.85."""

_SURE_CELL, _SURE_NUMBER = 0.95, 0.98
"""Confidence of the tiny model in each character of a cell or short piece, and of one with a digit, from which it is
not read again. It accepts 330 of 489 short pieces of eight scanned pages with tables, two of them noisy, all of them
as the careful model reads them; it read "(Pass@1-COT)" as "(Pass@1-con" with .86."""

_SURE_FIRST = 0.6
"""Confidence at the first step of each character of a number from which its peak counts: a sign before it that was left
out is seen there at times ("EM)" for "(EM)", .73)."""

_SURE_CHARACTER = 0.8
"""Peak of the confidence in a character under which its words are read again. On eight scanned pages, one of them
noisy, 56 parts of lines have a character of less than .6 at its first step and of more than .8 at its peak: read
again, one changed, to an error. Of 15 with a peak under .8 seven changed, of 15 others with one of .8-.9 a dash."""

_OTHER = 0.2
"""Confidence in another character at the first step of one from which its peak does not count: "ill" was read for
"will" with .63 for the i, 1.00 at its peak, and .34 for the other."""

_AGREED = 0.6  # confidence of the careful model in each character that the tiny one reads alike

_SURE_LOOKALIKE = 0.9
"""The same for signs that look alike. With .8 five numbers of 600 lines stay wrong ("ol" for "o1"), with .9 three."""

_LOOKALIKES = frozenset("lI1O0o|")
_SMALL_LETTERS, _LETTERS = frozenset("lo"), 4
"""Those that need no more confidence than others in a word of so many letters and no digit: of 14 such words on three
pages of an office scan all were right, sure by .61-.89 ("introduce")."""
_NAME_WITH_DIGITS = re.compile(r"(?<!\w)(?:[lI1O0o|]\d|\d[lI1O0o|]|[lI1O0o|]{2})(?!\w)")
"""A part of a word that may be another ("ol-mini" for "o1-mini", "GPT-40"): the tiny model misreads it with high
confidence."""

_TWO_POINTS = re.compile(r"\d\.\d+\.\d")

_BESIDE, _BESIDE_NAMES = 1, 3
"""Words on either side that are read with a doubtful one. Alone a word is read worse ("o1" as "01"); of 20 names with
digits one stayed wrong with one or two words, none with three."""

_FAMILIAR = frozenset("äöüÄÖÜßéèêàâçñáíóúôîûë€£§°©®·•–—−“”‘’„…¿¡×½¼¾")
"""Signs beyond ASCII that the tiny model reads as well as the careful one; it lacks kana and the comma letters of
Romanian, takes rare marks for others, and reads "É" for "E"."""

_FEW, _STROKES = 2, frozenset("lI1|!i")
"""Characters of a short line up to which both models must read it alike, and those that count only if it is read with
paper: without, a black area is read as "I" with high confidence."""

_LEVELS = ((np.arange(256, dtype=np.float32) / 255 - 0.5) / 0.5)[np.newaxis]  # as a recogniser expects grey levels
_DENSITY = 1.0  # characters for each line height of a line's width: sound lines have more
_WHOLE = 0.8  # of a line's width: if more of it is doubtful, the whole line is read again


class Reading(NamedTuple):
    """The characters of a line, the confidence in each (0-1), and their middles as shares of the line's width."""

    text: str
    scores: tuple[float, ...]
    places: tuple[float, ...]
    peaks: tuple[float, ...] = ()
    """The highest confidence in each character: `scores` are those of its first step, which is shared with the gap
    before it (.5 for a sound letter that begins between two steps)."""

    @property
    def sure(self) -> tuple[float, ...]:
        """The peaks, or the scores where those are not known."""
        return self.peaks or self.scores

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
        scaled = line_input(crop, max(least / HEIGHT, width / height))
        steps = recogniser.session(scaled)[0]
        best = steps.argmax(axis=1)
        chances = np.take_along_axis(steps, best[:, np.newaxis], axis=1)[:, 0]
        starts = np.flatnonzero(np.append(True, best[1:] != best[:-1]))  # a character may take several steps
        peaks = np.maximum.reduceat(chances, starts)[best[starts] != 0]
        starts = starts[best[starts] != 0]  # 0 is no character
        for at in np.flatnonzero(chances[starts] < _SURE_FIRST).tolist():
            others = steps[starts[at]].copy()
            others[[0, best[starts[at]]]] = 0
            if others.max() >= _OTHER:  # it shares the step with another character, which may have been left out
                peaks[at] = chances[starts[at]]
        characters = recogniser.postprocess_op.character
        # The steps go over the added paper too, the places over the line alone.
        places = (starts + 0.5) / len(best) * (scaled.shape[3] * height / (HEIGHT * width))
        seen = [
            (char, chance, min(place, 1.0), peak)
            for index, chance, place, peak in zip(
                best[starts], chances[starts].tolist(), places.tolist(), peaks.tolist(), strict=True
            )
            for char in characters[index]
        ]
        text, scores, spots, tops = zip(*seen, strict=True) if seen else ((), (), (), ())
        return Reading("".join(text), scores, spots, tops)

    return read


def line_input(crop: Image, ratio: float) -> NDArray[np.float32]:
    """Return what a recogniser expects for a line: its levels from -1 to 1 in `ratio` times its height, (1, 3, 48, x).

    The same numbers as those of RapidOCR's `resize_norm_img`, which computes each in three steps.
    """
    height, width = crop.shape[:2]
    whole = int(HEIGHT * ratio)
    scaled = min(whole, math.ceil(HEIGHT * (width / height)))
    resized = cv2.LUT(cv2.resize(crop, (scaled, HEIGHT)), _LEVELS)
    line = np.zeros((1, 3, HEIGHT, whole), np.float32)
    line[0, :, :, :scaled] = resized.transpose(2, 0, 1)
    return line


def read_line(crop: Image, tiny: Reader, careful: Reader, cell: bool = False) -> Reading:
    """Read the upright image of a line: by the tiny model, and by the careful one where that is unsure.

    A short piece is read again as a whole, and so is the `cell` of a table if the tiny model is unsure of a character.
    """
    height, width = crop.shape[:2]
    if HEIGHT * width <= SHORT * height:
        return _read_short(crop, tiny, careful)
    found = tiny(crop, SHORT)
    if found.score < _SURE or len(found.printed_places) * height < _DENSITY * width:
        return careful(crop, SHORT)
    parts = _doubtful_parts(found, strict=cell)
    share = sum(max(right - left, _NARROWEST * height / (HEIGHT * width)) for _, _, left, right in parts)
    if (cell and parts) or share > _WHOLE:
        return careful(crop, SHORT)
    for start, end, left, right in reversed(parts):
        x0, x1 = int(left * width), int(right * width)
        again = careful(np.ascontiguousarray(crop[:, x0:x1]), _NARROWEST)
        found = _replaced(found, start, end, _stripped(again), x0 / width, (x1 - x0) / width)
    return found._replace(scores=found.sure)


def _read_short(crop: Image, tiny: Reader, careful: Reader) -> Reading:
    """Read a short piece: by the tiny model alone where it is sure of every character."""
    height, width = crop.shape[:2]
    quick = tiny(crop, _NARROWEST)
    sure = _SURE_NUMBER if _has_digit(quick.text) else _SURE_CELL
    whole = len(quick.printed_places) * height >= _DENSITY * width
    enough = len(quick.text) > _FEW or (quick.text.isdecimal() and not _are_strokes(quick.text))
    if enough and whole and _is_plain(quick, sure):
        return quick._replace(scores=quick.sure)
    found = careful(crop, _NARROWEST)
    # Without the paper that it is trained on, it read "1,468" as "1.468": on numbers both models must agree.
    alike = quick.text == found.text
    found = found._replace(scores=found.sure) if alike else found
    least = min(found.scores, default=0.0)
    if len(found.text) <= _FEW:
        agreed = alike and min((least, *quick.sure)) >= _SURE_CELL and not _are_strokes(found.text)
    elif _has_digit(found.text):
        agreed = alike and least >= _SURE_LOOKALIKE
    else:
        agreed = least >= (_AGREED if alike else _SURE_LOOKALIKE)
    if agreed:
        return found
    again = careful(crop, SHORT)  # it saw another bracket there in "(Pass@1)"
    return found if again.text != found.text and _is_closed(found.text) and not _is_closed(again.text) else again


def _is_closed(text: str) -> bool:
    """Return whether each bracket of a text is closed."""
    return text.count("(") == text.count(")")


def _is_plain(found: Reading, sure: float) -> bool:
    """Return whether the tiny model is sure of each character, and knows them all as well as the careful one.

    Of a number the peaks count, of other pieces the first steps; an open bracket shows that a sign was left out, two
    points in a number that a space was ("90.090.2").
    """
    known = all(char.isascii() or char in _FAMILIAR for char in found.text)
    named = any(_is_name_with_digits(found.text[start:end]) for start, end in _words(found.text))
    closed = _is_closed(found.text) and not _TWO_POINTS.search(found.text)
    least = min(found.scores)
    if least >= _SURE_FIRST and not any(map(str.isalpha, found.text)):
        least = min(found.sure)
    return known and not named and closed and least >= sure


def _are_strokes(text: str) -> bool:
    return _STROKES.issuperset(text)


def _doubtful_parts(found: Reading, *, strict: bool) -> list[tuple[int, int, float, float]]:
    """Return the doubtful words of a line with those beside them: their range in the text, and their edges."""
    words = _words(found.text)
    reaches = [_reach(found.text[start:end], found.sure[start:end], strict=strict) for start, end in words]
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


def _reach(word: str, scores: Sequence[float], *, strict: bool) -> int:
    """Return the number of words on either side with which a word is to be read again, -1 if it is not doubtful.

    In the `strict` way of cells the tiny model must be sure of each character.
    """
    if _is_name_with_digits(word):
        return _BESIDE_NAMES
    letters = not strict and not _has_digit(word) and sum(map(str.isalpha, word)) >= _LETTERS
    least = (_SURE_NUMBER if _has_digit(word) else _SURE_CELL) if strict else _SURE_CHARACTER
    doubtful = any(
        (not char.isascii() and char not in _FAMILIAR) or score < _least_score(char, least, in_letters=letters)
        for char, score in zip(word, scores, strict=True)
    )
    return _BESIDE if doubtful else -1


def _least_score(char: str, usual: float, *, in_letters: bool) -> float:
    """Return the confidence from which a character is not read again, by whether its word consists of letters."""
    if char not in _LOOKALIKES or (in_letters and char in _SMALL_LETTERS):
        return usual
    return max(usual, _SURE_LOOKALIKE)


def _is_name_with_digits(word: str) -> bool:
    return bool(_NAME_WITH_DIGITS.search(word)) and any(map(str.isalpha, word))


def _has_digit(text: str) -> bool:
    return any(map(str.isdecimal, text))


def _stripped(found: Reading) -> Reading:
    start = len(found.text) - len(found.text.lstrip())
    end = len(found.text.rstrip())
    return Reading(found.text[start:end], found.scores[start:end], found.places[start:end], found.peaks[start:end])


def _replaced(found: Reading, start: int, end: int, part: Reading, left: float, width: float) -> Reading:
    """Return a reading with the characters from `start` to `end` read again, in a part of the line's width."""
    places = tuple(left + place * width for place in part.places)
    return Reading(
        found.text[:start] + part.text + found.text[end:],
        found.scores[:start] + part.scores + found.scores[end:],
        found.places[:start] + places + found.places[end:],
        found.sure[:start] + part.scores + found.sure[end:],
    )
