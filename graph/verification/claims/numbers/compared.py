"""Values implied by a comparison: "14.2 metres, 2.6 metres wider than before" implies 11.6.

A claim may state the implied value of the other side. To give the other side the written value is a doubt: "before, it
was 14.2 metres wide".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from graph.verification.claims.comparisons.directions import poles
from graph.verification.claims.evidence import Evidence
from graph.verification.claims.numbers.arithmetic import Stated, values_of
from graph.verification.claims.values.context import values_in
from graph.verification.claims.wording import content, same_language
from loaders.text.numbers import Mark, find_numbers, fold

_LESS = re.compile(
    r"^(?:less|fewer|lower|smaller|shorter|narrower|lighter|younger|cheaper|slower|below|under|weniger|niedriger|"
    r"kleiner|kürzer|schmaler|leichter|jünger|billiger|günstiger|geringer|unter|earlier|früher)$",
    re.IGNORECASE,
)
_COMPARISON = re.compile(
    r"(?P<by>\d[\d.,' ]*\d|\d|half an?|an? half|eine halbe|ein halbes|einen halben)\s?"
    r"(?P<unit>(?:%|[$€£]|[^\W\d]+\.?)(?:\s[^\W\d]+\.?){0,3}?)?\s"
    r"(?:(?P<than>\w+er|more|less|mehr|weniger)(?:\s\w+)?\s(?:than|als)|(?P<side>below|above|under|over|unter|über))\s"
    r"(?P<what>[^.;,()]{1,60})",
    re.IGNORECASE,
)
"""A difference from a value that the quote names but does not write."""
_CHANGE_TO = re.compile(
    r"\b(?:by|um)\s(?P<by>\d[\d.,' ]*\d|\d)\s?(?P<unit>[^\W\d]+(?:\s[^\W\d]+)?\s)?(?:to|auf)\s[$€£]?(?P<to>\d)",
    re.IGNORECASE,
)
_EARLIER = re.compile(
    r"\b(?:before|earlier|previous\w*|former\w*|initial\w*|original\w*|prior|until|had been|used to|last year|"
    r"zuvor|vorher|früher|davor|ursprünglich|anfangs|vorjahr\w*|hatten?|ehemal\w*)\b",
    re.IGNORECASE,
)
_PER_CENT = re.compile(r"^(?:%|per ?cent|prozent|percent\w*|points?|punkte?n?)", re.IGNORECASE)
_POINTS = re.compile(r"points?|punkte?n?", re.IGNORECASE)
_SINCE = re.compile(r"\b(?:since|seit)\s(?P<year>(?:1[5-9]|20)\d\d)\b", re.IGNORECASE)
_HALF = re.compile(r"half|an? half|eine? halb|einen halb", re.IGNORECASE)
_COMPARING = ("amount", "quality")
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")


class Compared(NamedTuple):
    """The difference that a quote states between a value and that of another side."""

    by: Decimal
    sign: int
    """1 if the written value is the greater one, else -1."""
    what: str
    """The words for the other side: "before", "the approved budget", "in 2035"."""


def is_compared_with(one: Stated, text: str, evidence: Evidence) -> bool:
    """Return whether a number of a claim is the value that a comparison of its quote implies."""
    quote = evidence.quote or evidence.exact
    quoted = values_of(quote, evidence)
    return any(
        _speaks_of(text, compared) and _fits(one, value - compared.sign * compared.by)
        for compared in _compared(quote)
        for value in quoted - {compared.by}
    )


def other_side(text: str, quote: str, decimal: Mark = "") -> str:
    """Return a doubt where a claim gives the written value of a comparison to its other side."""
    said = values_in(text, decimal)
    if not same_language(text, quote) or len([one for one in said if one.kind not in ("year", "month")]) != 1:
        return ""
    (stated,) = (one for one in said if one.kind not in ("year", "month"))
    for compared in _compared(quote):
        own = content(quote) - content(compared.what)
        years = set(_YEAR.findall(compared.what))
        speaks = years & set(_YEAR.findall(text)) if years else _names(text, compared)
        tells_both = any(pole.axis in _COMPARING for pole in poles(text)) or (not years and bool(_YEAR.search(text)))
        held = any(stated.values & set(number.values) for number in find_numbers(fold(quote)))
        if speaks and held and compared.by not in stated.values and not tells_both and content(text) & own:
            return f"in the quote, {stated.text} is compared with that of “{compared.what.strip()}”"
    return ""


def _names(text: str, compared: Compared) -> bool:
    """Return whether a claim names the whole other side, or says "before" where the quote does."""
    what = content(compared.what)
    if what:
        return what <= content(text)
    return bool(_EARLIER.search(compared.what) and _EARLIER.search(text))


def _speaks_of(text: str, compared: Compared) -> bool:
    years = set(_YEAR.findall(compared.what))
    return bool(_EARLIER.search(text) or years & set(_YEAR.findall(text)) or content(compared.what) & content(text))


def _compared(quote: str) -> Iterator[Compared]:
    """Yield the comparisons of a quote's values; percentages are left out, since their base is unknown."""
    folded = fold(quote)
    for found in _COMPARISON.finditer(folded):
        if _PER_CENT.match(found["unit"] or ""):
            continue
        sign = -1 if _LESS.match(found["than"] or found["side"]) else 1
        for by in _values(folded, found.start("by")):
            yield Compared(by, sign, found["what"])
    for found in _CHANGE_TO.finditer(folded):
        signs = {pole.sign for pole in poles(quote) if pole.axis == "amount"}
        if len(signs) == 1 and (not _PER_CENT.match(found["unit"] or "") or _POINTS.search(found["unit"])):
            since = _SINCE.search(folded)
            for by in _values(folded, found.start("by")):
                yield Compared(by, min(signs), f"before {since['year']}" if since else "before")


def _values(folded: str, start: int) -> set[Decimal]:
    """Return the possible values of the number at a position of a text, with and without its magnitude."""
    if _HALF.match(folded, start):
        return {Decimal("0.5")}
    number = next(iter(find_numbers(folded[start : start + 40])), None)
    return {*number.values, *number.unscaled} if number else set()


def _fits(one: Stated, value: Decimal) -> bool:
    return any(abs(value - stated) * 2 <= one.step for stated in one.values)
