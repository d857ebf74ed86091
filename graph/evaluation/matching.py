"""Whether an answer holds what was expected, by letters and numbers alone: no model, the same result every time.

It forgives how things are written: case, accents, spacing, hyphens and other marks, thousands separators, signs of
currency and percent against their words. It does not know synonyms, number words or calculation. A digit or a decimal
point that differs is never forgiven, and `450` is not found in `18,450`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from graph.citation_markers import strip_markers

METHOD = "strings and numbers"
"""The name of this way to compare, for reports."""

# What Unicode does not take apart into a letter and its accent.
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i"})
_SIGNS = {"%": " percent ", "€": " euro ", "$": " dollar ", "£": " pound "}
_UNITS = {"percent": "percent", "pct": "percent", "euro": "euro", "euros": "euro", "eur": "euro", "dollar": "dollar",
          "dollars": "dollar", "usd": "dollar", "pound": "pound", "pounds": "pound", "gbp": "pound"}  # fmt: skip
_SPACED_THOUSANDS = re.compile(r"(?<=\d)[\u00a0\u2009\u202f](?=\d{3}(?!\d))")
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+")
_PER_CENT = re.compile(r"\bper cent\b")
_THOUSANDS = re.compile(r",(?=\d{3}(?:\D|$))")
# A bare number with a sign: the sign may be missing where it stands in a table's header.
_SIGNED = re.compile(r"\s*[€$£]?\s*(\d+(?:[.,]\d+)*)\s*[%€$£]?\s*")
_ARTICLE = re.compile(r"\s*(?:the|an?)\s+(?=\w)", re.IGNORECASE)
_LONGEST_PHRASE = 6  # words; a longer expectation is a free answer, which is seldom found word for word


@dataclass(frozen=True, slots=True)
class Folded:
    """A text without what may differ: its letters and numbers in one string.

    `starts` and `ends` are where words begin and end in it, `inside` where it is in the middle of a number.
    """

    text: str
    tokens: tuple[str, ...]
    starts: frozenset[int]
    ends: frozenset[int]
    inside: frozenset[int]


def fold(text: str) -> Folded:
    """Text without case, accents, spacing and marks; numbers keep their decimal point and lose separators."""
    text = _SPACED_THOUSANDS.sub("", text)
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    text = "".join(c for c in text if not unicodedata.combining(c)).translate(_LETTERS)
    for sign, word in _SIGNS.items():
        text = text.replace(sign, word)
    text = _PER_CENT.sub("percent", text)
    tokens: list[str] = []
    starts: set[int] = set()
    ends: set[int] = set()
    inside: set[int] = set()
    length = 0
    for found in _TOKEN.finditer(text):
        token = _UNITS.get(found.group(), found.group())
        if token[0].isdigit():
            token = _THOUSANDS.sub("", token).replace(",", ".")
            inside.update(range(length + 1, length + len(token)))
        if not text[max(0, found.start() - 1) : found.start()].isalpha():  # the 1 of "o1" begins no word
            starts.add(length)
        tokens.append(token)
        length += len(token)
        ends.add(length)
    return Folded("".join(tokens), tuple(tokens), frozenset(starts), frozenset(ends), frozenset(inside))


def find(text: Folded, wanted: Folded, *, whole_words: bool) -> bool:
    """Whether a folded text holds another: as whole words (a plural counts), or at least with whole numbers."""
    at = text.text.find(wanted.text) if wanted.text else -1
    while at >= 0:
        end = at + len(wanted.text)
        if whole_words:
            plural = next((n for n in (1, 2) if text.text[end : end + n] in ("s", "es") and end + n in text.ends), 0)
            fits = at in text.starts and (end in text.ends or plural > 0)
        else:
            fits = at not in text.inside and end not in text.inside
        if fits:
            return True
        at = text.text.find(wanted.text, at + 1)
    return False


def matches(answer: str, expected: Sequence[str], mode: Literal["any", "all"]) -> bool:
    """Whether an answer holds one of the expected texts, or all of them; `a|b` are alternatives of one."""
    said = fold(strip_markers(answer))
    held = [any(find(said, form, whole_words=True) for form in _forms(text)) for text in expected]
    return bool(held) and (all(held) if mode == "all" else any(held))


def is_free(expected: Sequence[str], mode: Literal["any", "all"]) -> bool:
    """Whether an answer would have to hold a long text word for word, so that only a judge can tell."""
    long = [all(len(part.split()) > _LONGEST_PHRASE for part in text.split("|")) for text in expected]
    return any(long) if mode == "all" else bool(long) and all(long)


def holds_evidence(texts: Sequence[str], evidence: Sequence[str]) -> bool:
    """Whether each piece of evidence stands in one of the texts, letters and digits compared."""
    folded = [fold(text) for text in texts]
    return all(any(find(text, fold(piece), whole_words=False) for text in folded) for piece in evidence)


def _forms(text: str) -> Iterator[Folded]:
    """The ways in which an expected text may be written."""
    for part in text.split("|"):
        part = _ARTICLE.sub("", part, count=1) if _ARTICLE.match(part) else part
        folded = fold(part)
        yield folded
        if signed := _SIGNED.fullmatch(part):
            yield fold(signed[1])
        if len(folded.tokens) == 2 and set(folded.tokens) & set(_UNITS.values()):
            yield fold(" ".join(reversed(folded.tokens)))  # "€14" for "14 euros"
