"""Reading order of words and signs in lines of right-to-left print with numbers or Latin words.

The PDF library puts the letters of each right-to-left word in the order in which they are read, but leaves the runs of
a line in the order of the screen: "the fee is 4,500 shekels" comes out as "shekels 4,500 the fee is". The signs at the
edges of a number stay as on the screen too: "16:00." comes out as ".16:00", and "-5" behind a prefix as "5-".
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import groupby

from loaders.geometry import bounding_box
from loaders.types import Word

_RIGHT_TO_LEFT = ("R", "AL")
_STOPS, _DASHES = ".,:;!?،؛؟…", "-–־"
_SIGNS = _STOPS + _DASHES  # take the direction of the line at the edge of a number or a Latin name
_TOUCH = 0.06  # of a word's height: closer signs belong to the word; spaces are 0.15 and more


def in_reading_order(words: Sequence[Word]) -> list[Word]:
    """Return the words of an upright line as they are read; a line of mostly left-to-right letters is left as it is.

    Words are taken from the right; neighbours without right-to-left letters keep their order on the page if a Latin
    name is among them, as the Unicode bidirectional algorithm shows them. Of two numbers without a name the right one
    is read first.
    """
    if not is_right_to_left(words):
        return list(words)
    from_right = sorted(words, key=lambda word: -word.box.x1)
    ordered: list[Word] = []
    for is_rtl, run in groupby(from_right, key=lambda word: _letters(word.text)[0] > 0):
        group = list(run)
        latin = [at for at, word in enumerate(group) if _letters(word.text)[1]]
        if is_rtl or not latin:
            ordered += group
            continue
        # Signs alone at the ends of a run belong to the line around it.
        first = next(at for at, word in enumerate(group) if not _is_sign(word.text))
        last = next(at for at in range(len(group), 0, -1) if not _is_sign(group[at - 1].text))
        ordered += [*group[:first], *reversed(group[first:last]), *group[last:]]
    return ordered


def as_read(words: Sequence[Word]) -> list[Word]:
    """Return the words of a line in reading order with the signs at the edges of numbers and names on their right side.

    A sign or number that touches a right-to-left word joins it, as in the prefix of a number.
    """
    if not is_right_to_left(words):
        return list(words)
    joined: list[Word] = []
    runs = [(is_rtl, list(run)) for is_rtl, run in groupby(words, key=lambda word: _letters(word.text)[0] > 0)]
    for is_rtl, run in runs:
        for word in run if is_rtl else _with_signs_moved(run):
            before = joined[-1] if joined else None
            if before and (_is_sign(word.text) or not (is_rtl and _letters(before.text)[0])) and _touch(before, word):
                joined[-1] = Word(before.text + word.text, bounding_box((before.box, word.box)))
            else:
                joined.append(word)
    return joined


def _with_signs_moved(run: Sequence[Word]) -> list[Word]:
    """Move the signs at the edges of a run of names, or of each of several numbers, to the side where they are read."""
    if any(_letters(word.text)[1] for word in run):
        first, last = run[0].text, run[-1].text
        head, tail = _head(first), _tail(last)
        if len(run) == 1:
            return [run[0]._replace(text=_moved(first))]
        start = run[0]._replace(text=tail[::-1] + first[len(head) :])
        end = run[-1]._replace(text=last[: len(last) - len(tail)] + head[::-1])
        return [start, *run[1:-1], end]
    return [word._replace(text=_moved(word.text)) for word in run]


def _moved(text: str) -> str:
    if _is_sign(text):
        return text
    head, tail = _head(text), _tail(text)
    return tail[::-1] + text[len(head) : len(text) - len(tail)] + head[::-1]


def _head(text: str) -> str:
    """Return the stops on the left, which are read last; a dash there is the minus of a separate number."""
    return text[: len(text) - len(text.lstrip(_STOPS))]


def _tail(text: str) -> str:
    return text[len(text.rstrip(_SIGNS)) :]


def _is_sign(text: str) -> bool:
    return not text.strip(_SIGNS)


def _touch(before: Word, after: Word) -> bool:
    gap = max(before.box.x0, after.box.x0) - min(before.box.x1, after.box.x1)
    return gap < _TOUCH * (before.box.y1 - before.box.y0)


def is_right_to_left(words: Sequence[Word]) -> bool:
    """Return whether most letters of a line are of a script that is read from right to left."""
    if all(word.text.isascii() for word in words):
        return False
    counts = [_letters(word.text) for word in words]
    return sum(right for right, _ in counts) > sum(left for _, left in counts)


def _letters(text: str) -> tuple[int, int]:
    """Return the number of right-to-left and of left-to-right letters of a word."""
    if text.isascii():
        return 0, sum(map(str.isalpha, text))
    kinds = [unicodedata.bidirectional(character) for character in text]
    return sum(kind in _RIGHT_TO_LEFT for kind in kinds), kinds.count("L")
