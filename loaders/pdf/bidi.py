"""The order of words in lines of right-to-left print that hold numbers or Latin words.

The PDF library puts the letters of each right-to-left word in the order in which they are read, but leaves the runs of
a line in the order of the screen: "the fee is 4,500 shekels" comes out as "shekels 4,500 the fee is".
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import groupby

from loaders.types import Word

_RIGHT_TO_LEFT = ("R", "AL")


def in_reading_order(words: Sequence[Word]) -> list[Word]:
    """Return the words of an upright line as they are read; a line of mostly left-to-right letters is left as it is.

    Words are taken from the right; neighbours without right-to-left letters (numbers, Latin names) keep the order in
    which they stand, as the Unicode bidirectional algorithm shows them.
    """
    if not is_right_to_left(words):
        return list(words)
    from_right = sorted(words, key=lambda word: -word.box.x1)
    ordered: list[Word] = []
    for is_rtl, run in groupby(from_right, key=lambda word: _letters(word.text)[0] > 0):
        group = list(run)
        ordered += group if is_rtl else reversed(group)
    return ordered


def is_right_to_left(words: Sequence[Word]) -> bool:
    """Return whether most letters of a line are of a script that is read from right to left."""
    counts = [_letters(word.text) for word in words]
    return sum(right for right, _ in counts) > sum(left for _, left in counts)


def _letters(text: str) -> tuple[int, int]:
    """Return how many letters of a word are read to the left, and how many to the right."""
    if text.isascii():
        return 0, sum(map(str.isalpha, text))
    kinds = [unicodedata.bidirectional(character) for character in text]
    return sum(kind in _RIGHT_TO_LEFT for kind in kinds), kinds.count("L")
