"""Replacement texts in a file (/ActualText): right for ligatures and broken fonts, otherwise they may be false."""

from __future__ import annotations

import unicodedata
from difflib import SequenceMatcher

from loaders.pages.text_quality import is_garbage

KEY = b"/ActualText"
"""The key of such a text in a page's content."""
_WORDS, _LETTERS = 2, 3  # drawn words, of so many letters, from which they are preferred to the replacement
_ALIKE = 0.6  # likeness of both from which the replacement is a repair: "o#ce" and "office" have 0.8
_VOWELS = (0.2, 0.65)  # share of the letters; letters of a font whose codes are shifted ("JDWH FORVHV") have 0-0.2
_MAX_WORDS = 5000


def other_words(given: str, drawn: str) -> int:
    """Return the number of replaced words that differ from the drawn print: another sentence, another number."""
    drawn_words, given_words = drawn.split(), given.split()
    if drawn_words == given_words or max(len(drawn_words), len(given_words)) > _MAX_WORDS:
        return 0
    changes = SequenceMatcher(None, given_words, drawn_words, autojunk=False).get_opcodes()
    return sum(
        stop - start
        for kind, start, stop, first, last in changes
        if kind == "replace" and _differs(" ".join(given_words[start:stop]), " ".join(drawn_words[first:last]))
    )


def _differs(given: str, drawn: str) -> bool:
    """Return whether legible print differs from its replacement."""
    digits = [_digits(text) for text in (given, drawn)]
    if all(digits) and digits[0] != digits[1]:
        return not is_garbage(drawn)
    words = [word for word in drawn.split() if sum(map(str.isalpha, word)) >= _LETTERS]
    if len(words) < _WORDS or is_garbage(drawn) or not _VOWELS[0] <= _vowels(drawn) <= _VOWELS[1]:
        return False
    return SequenceMatcher(None, _letters(given), _letters(drawn), autojunk=False).ratio() < _ALIKE


def _digits(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKC", text) if sign.isdigit())


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


def _vowels(text: str) -> float:
    letters = [sign for sign in unicodedata.normalize("NFD", text).casefold() if sign.isalpha()]
    return sum(sign in "aeiouy" for sign in letters) / max(len(letters), 1)
