"""The choice between two values of a sentence that a claim may mean, by a comparison or by names in the sentence.

In "21,400 in 2033, up from 18,900 in 2030" the second part does not repeat the words of the first, so that only the
year distinguishes the two. In "Orrin ringed 640, Harms 710" the names do.
"""

from __future__ import annotations

import re
from typing import Literal

from graph.verification.claims.dates import MONTHS
from graph.verification.claims.wording import content, language, words
from loaders.text.numbers import fold

Place = Literal["own", "other", ""]
"""Whether a claim is about the value that it states or about the other one; "" if undecided."""

_COMPARED = re.compile(
    r"\b(?:up from|down from|compared (?:with|to)|as against|against|versus|instead of|rather than|from|after|"
    r"gegenüber|statt|verglichen mit|im vergleich zu[mr]?|nach|von)\s(?:(?:an? |some |about |only |rund |etwa |einem |"
    r"einer )*)[$€£]?$",
    re.IGNORECASE,
)
"""Words before the second of two values of the same thing."""
_END = re.compile(r"[.;,]\s|[.;,]?$|\s(?:and|und|but|aber|while|während)\s")
_EARLIER = re.compile(
    r"\b(?:before|earlier|previous\w*|former\w*|prior|last year|zuvor|vorher|davor|vorjahr\w*|früher\w*)\b",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<![\w.,])(?:1[5-9]|20)\d\d(?![\w]|[.,]\d)")
_PARTS = re.compile(r"[,;:.!?]\s|\s(?:and|while|but|whereas|und|während|aber)\s")
_RANGE = re.compile(r"^[^,;]{0,12}\s(?:and|und)\s", re.IGNORECASE)
_BETWEEN = re.compile(r"\b(?:between|zwischen)\s(?:\w+\s){0,2}(?:\d{1,2}\.?\s)?$", re.IGNORECASE)
_NAMES = re.compile(r"[A-ZÄÖÜ][\w'’-]+(?:\s[A-ZÄÖÜ][\w'’-]+)+")
_NAME = re.compile(r"(?<=[a-zäöüß,;:] )[A-ZÄÖÜ][\w'’-]+")


def place_of(own: tuple[int, int], other: tuple[int, int], text: str, quote: str) -> Place:
    """Return whether a claim that states the first of two values of its quote is about it or the other.

    Args:
        own: The range of the stated value in the folded quote.
        other: The range of the other one.
        text: The claim.
        quote: Its quote.
    """
    folded = fold(quote)
    low, high = sorted((own, other))
    if _BETWEEN.search(folded[: low[0]]) and _RANGE.match(folded[low[1] : high[0]]):
        return "own"  # both ends of a range have the same subject
    if _COMPARED.search(folded[low[1] : high[0]]):
        return _by_comparison(folded, low, high, text, is_first=own == low)
    return _by_company(folded, own, other, text) or _by_name(folded, own, other, text)


def _by_comparison(folded: str, low: tuple[int, int], high: tuple[int, int], text: str, *, is_first: bool) -> Place:
    """Return whether a claim is about the first or the second value of a comparison."""
    starts = [found.end() for found in _START.finditer(folded[: high[0]]) if found.start() >= low[1]]
    ends = [found.start() for found in _END.finditer(folded, high[1])]
    second = f"{folded[max(starts, default=high[0]) : high[0]]} {folded[high[1] : min(ends, default=len(folded))]}"
    years, said = set(_YEAR.findall(second)), set(_YEAR.findall(text))
    distinctive = content(second) - content(folded[: low[0]]) - _CONNECTING
    distinctive -= content(folded[low[1] : max(starts, default=high[0])])  # its unit
    if not years and not distinctive and not _EARLIER.search(second):
        return ""
    speaks = bool(years & said) if years else distinctive <= content(text)
    speaks = speaks and (bool(years) or bool(_EARLIER.search(text)) >= bool(_EARLIER.search(second)))
    own_years = set(_YEAR.findall(folded[: high[0]])) & said
    if is_first:
        both = folded[high[0] : high[1]] in fold(text) or own_years
        return "other" if speaks and not both else "own" if years else ""
    is_earlier = bool(_EARLIER.search(second))
    if speaks or (is_earlier and said and not own_years):
        return "own"
    return "other" if own_years and (years or is_earlier) else ""


_START = re.compile(r",\s|\b(?:unter|über|below|above|under|over)\b", re.IGNORECASE)
_CONNECTING = content("compared against versus verglichen vergleich instead statt gegenüber")


def _by_company(folded: str, own: tuple[int, int], other: tuple[int, int], text: str) -> Place:
    """Return "own" where a claim has other figures from beside its value, and none from beside the other value."""
    said = {word.key for word in words(fold(text)) if word.key[0].isdigit()}
    mine, others = (
        {word.key for word in words(_part(folded, span)) if word.key[0].isdigit()}
        - {word.key for word in words(folded[slice(*span)])}
        for span in (own, other)
    )
    both = bool(mine - others) and bool(others - mine)
    return "own" if both and (mine - others) & said and not (others - mine) & said else ""


def _by_name(folded: str, own: tuple[int, int], other: tuple[int, int], text: str) -> Place:
    """Return which value a claim is about by the names of persons and bodies in the parts of its quote."""
    mine, others = _part(folded, own), _part(folded, other)
    if mine == others:
        return ""
    pattern = _NAMES if language(folded) == "de" else _NAME
    here, there = (
        {word for found in pattern.findall(part) for word in found.split() if word.lower() not in MONTHS}
        for part in (mine, others)
    )
    here, there = here - there, there - here
    if not here or not there:
        return ""
    said = {name for name in here | there if name in text}
    if said & here and not said & there:
        return "own"
    return "other" if said & there and not said & here else ""


def _part(folded: str, span: tuple[int, int]) -> str:
    """Return the part of a sentence, between commas and conjunctions, around a value."""
    ends = [found.start() for found in _PARTS.finditer(folded)]
    low = max((end for end in ends if end < span[0]), default=0)
    return folded[low : min((end for end in ends if end >= span[1]), default=len(folded))]
