"""A deterministic comparison of an answer with the expected one, by letters and numbers.

Case, accents, spacing, hyphens and other marks, thousands separators, and signs against words of currency and percent
are ignored. Synonyms, number words and calculations are not recognised. Every digit and decimal point must match, and
`450` is not found in `18,450`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from graph.citation_markers import strip_markers
from loaders.text.raised_signs import without_marks, write_signs

METHOD = "strings and numbers"
"""The name of this method in reports."""

# Letters that Unicode does not decompose.
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i"})
_SIGNS = {"%": " percent ", "€": " euro ", "$": " dollar ", "£": " pound "}
_UNITS = {"percent": "percent", "pct": "percent", "euro": "euro", "euros": "euro", "eur": "euro", "dollar": "dollar",
          "dollars": "dollar", "usd": "dollar", "pound": "pound", "pounds": "pound", "gbp": "pound"}  # fmt: skip
_SPACED_THOUSANDS = re.compile(r"(?<=\d)[\u00a0\u2009\u202f](?=\d{3}(?!\d))")
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+")
_PER_CENT = re.compile(r"\bper cent\b")
_THOUSANDS = re.compile(r",(?=\d{3}(?:\D|$))")
# A number with a sign, which may be missing if it is in a table's header.
_SIGNED = re.compile(r"\s*[€$£]?\s*(\d+(?:[.,]\d+)*)\s*[%€$£]?\s*")
_ARTICLE = re.compile(r"\s*(?:the|an?)\s+(?=\w)", re.IGNORECASE)
_MAX_PHRASE = 6  # words; a longer expected text is a free answer, seldom found word for word


@dataclass(frozen=True, slots=True)
class Folded:
    """A text reduced to what is compared."""

    text: str
    """Its letters and numbers in one string."""
    tokens: tuple[str, ...]
    """The same as words and numbers."""
    starts: frozenset[int]
    """The offsets in `text` where words begin."""
    ends: frozenset[int]
    """The offsets where words end."""
    inside: frozenset[int]
    """The offsets inside numbers."""


def fold(text: str) -> Folded:
    """Return a text without case, accents, spacing and marks; numbers keep their decimal point only."""
    text = _SPACED_THOUSANDS.sub("", without_marks(write_signs(text)))
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
        if not text[max(0, found.start() - 1) : found.start()].isalpha():  # the 1 of "o1" is not the start of a word
            starts.add(length)
        tokens.append(token)
        length += len(token)
        ends.add(length)
    return Folded("".join(tokens), tuple(tokens), frozenset(starts), frozenset(ends), frozenset(inside))


def find(text: Folded, wanted: Folded, *, whole_words: bool) -> bool:
    """Return whether a folded text contains another: as whole words (or their plural), or only with whole numbers."""
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
    """Return whether an answer contains one of the expected texts, or all; `a|b` are alternatives of one."""
    said = fold(strip_markers(answer))
    held = [any(find(said, form, whole_words=True) for form in _forms(text)) for text in expected]
    return bool(held) and (all(held) if mode == "all" else any(held))


def is_free(expected: Sequence[str], mode: Literal["any", "all"]) -> bool:
    """Return whether an answer would have to contain a long text word for word, so that a judge is needed."""
    long = [all(len(part.split()) > _MAX_PHRASE for part in text.split("|")) for text in expected]
    return any(long) if mode == "all" else bool(long) and all(long)


def holds_evidence(texts: Sequence[str], evidence: Sequence[str]) -> bool:
    """Return whether each piece of evidence is in one of the texts, by letters and digits."""
    folded = [fold(text) for text in texts]
    return all(any(find(text, fold(piece), whole_words=False) for text in folded) for piece in evidence)


def _forms(text: str) -> Iterator[Folded]:
    """Yield the spellings of an expected text."""
    for part in text.split("|"):
        part = _ARTICLE.sub("", part, count=1) if _ARTICLE.match(part) else part
        folded = fold(part)
        yield folded
        if signed := _SIGNED.fullmatch(part):
            yield fold(signed[1])
        if len(folded.tokens) == 2 and set(folded.tokens) & set(_UNITS.values()):
            yield fold(" ".join(reversed(folded.tokens)))  # "€14" for "14 euros"
