"""The forms in which a text may name a word of a question: inflections, synonyms, initials, one wrong letter."""

from __future__ import annotations

import re
from functools import lru_cache

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
    if len(form) >= _MIN_PREFIX:
        if any(form[:end] in held for end in range(_MIN_PREFIX, len(form))):
            return True
        if f" {form[:-1]}" in _in_line(held):
            return True
    if f"{lower}able" in held or f"{form}able" in held:  # what can be read is readable
        return True
    if len(lower) < _MIN_TYPO or form in SAME:  # a known word is not a typing error: "contract", "contact"
        return False
    alike = rf"(?<= ){lower[0]}[^ ]{{{len(lower) - 2},{len(lower)}}}(?= )"
    return any(_is_typo(lower, other) for other in re.findall(alike, _in_line(held)))


# Searched, not compared word by word: one question of a library of 1,000 chunks compared 2,300 pairs of words, 2 ms.
@lru_cache(maxsize=128)
def _in_line(held: frozenset[str]) -> str:
    """Return the words of a text in one line, each between spaces."""
    return f" {' '.join(held)} "


_MONTHS = frozenset(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec"])
_MONTH_NAMES = frozenset(
    ["january", "february", "march", "april", "june", "july", "august", "september", "october", "november", "december"]
)


_IN_YEAR = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?:the )?(?:\d{1,2}(?:st|nd|rd|th)? )?"
    r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?(?: \d{1,2}(?:st|nd|rd|th)?)?"
)
_MONTHS_RANGE = re.compile(rf"\b(?:between|from) {_MONTH} (?:and|to|until|till) {_MONTH}\b", re.IGNORECASE)


def is_month_within(word: str, text: str) -> bool:
    """Return whether a word is a month inside a range that a text names: "july" of "from 1 May to 30 September"."""
    lower = word.lower()
    if lower not in _MONTH_NAMES and lower != "may":
        return False
    month = _IN_YEAR.index(lower[:3])
    ranges = ((_IN_YEAR.index(a.lower()), _IN_YEAR.index(b.lower())) for a, b in _MONTHS_RANGE.findall(text))
    return any(a <= month <= b if a <= b else month >= a or month <= b for a, b in ranges)


def _is_typo(word: str, other: str) -> bool:
    """Return whether two words differ by one letter: wrong, missing, added, or exchanged with its neighbour."""
    if abs(len(word) - len(other)) > 1 or word[0] != other[0] or word == other:
        return word == other
    at = next((i for i, (a, b) in enumerate(zip(word, other, strict=False)) if a != b), min(len(word), len(other)))
    swapped = word[at : at + 2] == other[at : at + 2][::-1] and word[at + 2 :] == other[at + 2 :]
    return swapped or word[at + 1 :] == other[at + 1 :] or word[at:] == other[at + 1 :] or word[at + 1 :] == other[at:]


# The chunks, headings and titles of a library recur: grading and answering need those of a chunk six times.
@lru_cache(maxsize=256)
def stems(text: str) -> frozenset[str]:
    """Return the words of a text, lower case, and their stems."""
    words = set(map(str.lower, WORD.findall(text)))
    return frozenset(words.union(map(stem, words)))


def initials_of(text: str) -> frozenset[str]:
    """Return the initials of the names in a text, by which a question may call them ("GRPO")."""
    runs = (re.findall(r"\b[A-Za-z]", found) for found in NAME_RUN.findall(text))
    return frozenset("".join(letters).lower() for letters in runs if len(letters) > 1)


_ABSTRACT = ("ion", "ment", "ness", "ity", "ance", "ence", "ship", "ism")


def is_derived(word: str, text: str) -> bool:
    """Return whether a text has a word only as a noun made from it, or the reverse: "associate" in "association".

    The two have one stem, and name different things: "associate members" are not all members of an association.
    """
    form, ends = stem(word.lower()), word.lower().removesuffix("s").endswith(_ABSTRACT)
    alike = [other for other in map(str.lower, WORD.findall(text)) if stem(other) == form]
    return bool(alike) and all(other.removesuffix("s").endswith(_ABSTRACT) != ends for other in alike)
