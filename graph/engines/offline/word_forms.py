"""The forms in which a text may name a word of a question: inflections, synonyms, initials, one wrong letter."""

from __future__ import annotations

import re

from graph.engines.offline.asked_words import NAME_RUN, WORD
from graph.engines.offline.synonyms import SAME
from graph.storage.fulltext import stem

_MIN_TYPO = 5  # letters of a word in which one wrong letter may be a typing error
_MIN_PREFIX = 5  # letters that two forms of a word share ("administer", "administration")


def is_named(word: str, held: frozenset[str], initials: frozenset[str]) -> bool:
    """Return whether a text names a word of a question; `held` are its `stems`, `initials` those of its names."""
    form, lower = stem(word.lower()), word.lower()
    if form in held or lower in held or lower in initials:
        return True
    if not held.isdisjoint(SAME.get(form, ())):
        return True
    if len(lower) <= 3 or any(letter.isdigit() for letter in lower):
        return False
    if lower in _MONTH_NAMES and any(lower.startswith(other) for other in held & _MONTHS):
        return True
    if len(form) >= _MIN_PREFIX and any(
        other[: len(form) - 1] == form[:-1] or (len(other) >= _MIN_PREFIX and form.startswith(other)) for other in held
    ):
        return True
    return len(lower) >= _MIN_TYPO and any(_is_typo(lower, other) for other in held)


_MONTHS = frozenset(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec"])
_MONTH_NAMES = frozenset(
    ["january", "february", "march", "april", "june", "july", "august", "september", "october", "november", "december"]
)


def _is_typo(word: str, other: str) -> bool:
    """Return whether two words differ by one letter: wrong, missing, added, or exchanged with its neighbour."""
    if abs(len(word) - len(other)) > 1 or word[0] != other[0] or word == other:
        return word == other
    at = next((i for i, (a, b) in enumerate(zip(word, other, strict=False)) if a != b), min(len(word), len(other)))
    swapped = word[at : at + 2] == other[at : at + 2][::-1] and word[at + 2 :] == other[at + 2 :]
    return swapped or word[at + 1 :] == other[at + 1 :] or word[at:] == other[at + 1 :] or word[at + 1 :] == other[at:]


def stems(text: str) -> frozenset[str]:
    """Return the words of a text, lower case, and their stems."""
    words = {word.lower() for word in WORD.findall(text)}
    return frozenset(words | {stem(word) for word in words})


def initials_of(text: str) -> frozenset[str]:
    """Return the initials of the names in a text, by which a question may call them ("GRPO")."""
    runs = (re.findall(r"\b[A-Za-z]", found) for found in NAME_RUN.findall(text))
    return frozenset("".join(letters).lower() for letters in runs if len(letters) > 1)
