"""Cognates: words of two languages that begin alike, as "Pharmazie" and "pharmacy", or "mecánico" and "mechanic".

Most are names and terms from Greek and Latin, which tell what a text is about; a few are alike by chance ("bekommen",
"become").
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Mapping

# Letters that two words begin with alike, and their least part of the longer one. Chosen on 300 German and Spanish
# questions over 20 English articles.
_LETTERS, _PART = 5, 0.6


def weight_of_cognates(asked: Mapping[str, float], words: Iterable[str]) -> float:
    """Return the sum of the weights of those words of a question that have a cognate among the words of a text.

    Args:
        asked: The weights of the words of the question, in lower case or as stems.
        words: The words of the text, in the same form.
    """
    beginnings: dict[str, list[str]] = {}
    for word in map(_plain, words):
        beginnings.setdefault(word[:_LETTERS], []).append(word)
    plain = {_plain(word): weight for word, weight in asked.items()}
    return sum(
        weight
        for word, weight in plain.items()
        if len(word) >= _LETTERS and any(_are_alike(word, other) for other in beginnings.get(word[:_LETTERS], ()))
    )


def _are_alike(one: str, other: str) -> bool:
    """Return whether two words begin alike for long enough; numbers and codes never do."""
    least = math.ceil(_PART * max(len(one), len(other)))
    return one.isalpha() and one[:least] == other[:least]


def _plain(word: str) -> str:
    """Return a word without accents."""
    return "".join(sign for sign in unicodedata.normalize("NFD", word) if not unicodedata.combining(sign))
