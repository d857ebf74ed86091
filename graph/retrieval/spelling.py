"""Correction of misspelt words of English questions by the words of the library.

A word is taken for misspelt only if neither the library nor the vocabulary of a language model knows it; so a question
about something that is not in the library is not changed into one about something that is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Protocol

from graph.retrieval import terms
from graph.retrieval.languages import language
from graph.storage.base import Catalog
from graph.storage.fulltext import stem

_WORD = re.compile(r"(?<![\w.@/-])[A-Za-z]{6,}(?![\w@/-]|\.\w)")
_PLAIN = re.compile(r"(?<![\w.@/-])[a-z]{3,24}(?![\w@/-]|\.\w)")
_LONG = 10  # letters from which a word may have two mistakes
_LONGEST = 24  # letters; a longer word is none
_SUFFIXES = ("s", "es", "d", "ed", "ing", "r", "er", "rs", "ers", "ly", "ism", "ist")
_ROOT = 5  # letters that two words made of one share
_ENDINGS = frozenset(
    ("", *"al ally ian ians er ers or ors ist ists ity ic ics ary ory ion ive able ance ant ment".split())
)
_MAX_STEMS, _MAX_TEXTS = 12, 3  # that are looked at for one misspelt word


class Vocabulary(Catalog, Protocol):
    """A catalog whose words can be looked up by their beginning and length."""

    def near_stems(self, word: str, shortest: int, longest: int) -> list[tuple[str, int]]:
        """Return the stems that a word may be a misspelling of, with the number of their units."""


def corrected(question: str, vocabulary: Vocabulary, is_word: Callable[[str], bool]) -> str:
    """Return a question with its misspelt words as the library spells them; unchanged if it has none.

    Args:
        question: The question.
        vocabulary: The library's words.
        is_word: Whether a lower-case word is known to be spelt right, whatever the library holds.
    """
    if language(question) not in ("en", ""):
        return question
    found = [word[0] for word in _WORD.finditer(question) if len(word[0]) <= _LONGEST]
    doubtful = [word for word in dict.fromkeys(found) if not any(map(is_word, _forms(word.lower())))]
    counts, _ = vocabulary.document_frequencies([word.lower() for word in doubtful]) if doubtful else ({}, 0)
    for word in doubtful:
        if not counts[word.lower()] and (right := _nearest(word.lower(), vocabulary)):
            written = right.capitalize() if word[0].isupper() else right
            question = re.sub(rf"\b{re.escape(word)}\b", written, question)
    return question


def _forms(word: str) -> list[str]:
    """Return a word and its possible base forms: "convening", "conven", "convene"."""
    bases = [word.removesuffix(suffix) for suffix in _SUFFIXES if word.endswith(suffix)]
    bases = [base for base in bases if base[-1] != "s"]  # "advertsing" is no form of "adverts"
    return [word, *bases, *(f"{base}e" for base in bases)]


def _nearest(word: str, vocabulary: Vocabulary) -> str:
    """Return the library's word at the least edit distance, the most frequent of equal ones; or ""."""
    most = 2 if len(word) >= _LONG else 1
    # The index holds stems: a word is looked for among those of each stem that the misspelt word begins like.
    found = [
        (apart, -len(other), other)
        for other, _ in vocabulary.near_stems(word, max(4, len(word) // 2), len(word) + most)
        if other.isalpha() and (apart := _apart(word, other, most)) <= most
    ]
    told = {}
    for _, _, stemmed in sorted(found)[:_MAX_STEMS]:
        for other, count in _written(stemmed, vocabulary).items():
            if (mistakes := distance(word, other, most)) <= most and not _is_derived(word, other):
                told[other] = (mistakes, -count)
    return min(told, key=lambda other: told[other], default="")


def _is_derived(word: str, other: str) -> bool:
    """Return whether two words are derived from one root: "electrician" is not a misspelt "electrical"."""
    shared = next(
        (at for at, (a, b) in enumerate(zip(word, other, strict=False)) if a != b), min(len(word), len(other))
    )
    return shared >= _ROOT and word[shared:] in _ENDINGS and other[shared:] in _ENDINGS


def _apart(word: str, stemmed: str, most: int) -> int:
    """Return the least edit distance of a word's beginning, or of its own stem, from a stem."""
    ends = {min(len(word), len(stemmed) + shift) for shift in (-1, 0, 1)}
    return min(distance(own, stemmed, most) for own in (stem(word), *(word[:end] for end in ends)))


def _written(stemmed: str, vocabulary: Vocabulary) -> Counter[str]:
    """Return the library's words with a stem, counted in the first texts that have it."""
    # A search stems its words, and a stem's stem may be another: "advertis" is found by "advertise".
    forms = [word for word in (stemmed, f"{stemmed}e", f"{stemmed}ing") if stem(word) == stemmed]
    hits = vocabulary.search_text(forms, [], _MAX_TEXTS)
    return Counter(
        word.text
        for chunk in vocabulary.chunks([key for key, _ in hits])
        for word in terms.terms(" ".join([chunk.name, *chunk.headings, chunk.text]))
        if stem(word.text) == stemmed
    )


def with_names(text: str, vocabulary: Vocabulary, is_word: Callable[[str], bool]) -> str:
    """Return a text in lower case with the names that the library has in it ("the dunnock", "the Dunnock").

    A name has a capital within sentences too. Words that `is_word` knows are left: they may be defined terms of a
    contract ("the Tenant"). Texts with capitals of their own are unchanged.
    """
    if text[1:] != text[1:].lower():
        return text
    for word in dict.fromkeys(found[0] for found in _PLAIN.finditer(text)):
        hits = () if is_word(word) else vocabulary.search_text([word], [], _MAX_TEXTS)
        held = " ".join(chunk.text for chunk in vocabulary.chunks([key for key, _ in hits]))
        forms = re.findall(rf"(?<![\w-]){re.escape(word)}(?![\w-])", held, re.IGNORECASE)
        amid = re.search(rf"[a-z,] (?-i:{re.escape(word.capitalize())})(?![\w-])", held)
        if amid and all(form[0].isupper() for form in forms):
            text = re.sub(rf"(?<![\w-]){re.escape(word)}(?![\w-])", word.capitalize(), text)
    return text


def distance(one: str, other: str, most: int) -> int:
    """Return the edit distance with swaps of neighbours (Damerau-Levenshtein); `most` + 1 for more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        last, before, row = before, row, [at]
        for place, sign in enumerate(other, 1):
            cost = min(before[place] + 1, row[-1] + 1, before[place - 1] + (letter != sign))
            if at > 1 and place > 1 and letter == other[place - 2] and one[at - 2] == sign:
                cost = min(cost, last[place - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]
