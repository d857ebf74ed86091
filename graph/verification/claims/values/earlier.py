"""A check of two values that a quote compares over time: "$193 million compared with $300 million last year".

The first is the later one. A claim does not call that a rise, and does not give the first to the year before. What is
found is a doubt.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from graph.verification.claims.assertions.negation import is_negation
from graph.verification.claims.comparisons.directions import poles
from graph.verification.claims.wording import words
from loaders.text.numbers import Mark, find_numbers, fold

_NUMBER = r"(?:[$€£]|Rs\.?|EUR|USD|CHF)?\s?(?:\d[\d.,]*\d|\d)"
_THEN = (
    r"last (?:year|month|quarter|week|season)|(?:the )?(?:prior|previous|preceding)[- ](?:\w+[- ])?(?:year|month|"
    r"quarter|period|week|season)|(?:a|one|the) (?:year|month|quarter|week) (?:earlier|before|ago)|"
    r"the same (?:\w+ )?(?:quarter|period|month|time|week) (?:of )?(?:last|the previous|the prior|the preceding|a) \w+|"
    r"the corresponding (?:quarter|period|month)[^.;,]{0,20}|vorjahr\w*|im jahr (?:zuvor|davor)|ein jahr zuvor"
)
_YEAR = r"(?:1[5-9]|20)\d\d"
_COMPARED = re.compile(
    rf"(?P<now>{_NUMBER})(?P<between>(?:[^.;\d]|\b{_YEAR}\b){{0,60}}?)\s?\(?\b"
    rf"(?:compare[sd]? (?:with|to)|against|versus|vs\.?|up from|"
    rf"down from|gegenüber|nach|verglichen mit)\s(?:about |some |only |an? )?(?P<before>{_NUMBER})[^.;\d]{{0,40}}?\s"
    rf"(?:{_THEN}|in (?P<year>{_YEAR}))\b",
    re.IGNORECASE,
)
_COURSE = re.compile(
    rf"\b(?:from|von)\s(?P<first>{_NUMBER})[^.;\d]{{0,30}}?\b(?:to|auf)\s(?P<second>{_NUMBER})", re.IGNORECASE
)


class _Pair(NamedTuple):
    now: frozenset[Decimal]
    before: frozenset[Decimal]
    words: str


def other_time_of_values(text: str, quote: str, decimal: Mark = "") -> str:
    """Return a doubt where a claim exchanges the later and the earlier of two values; "" if it does not."""
    folded = fold(text)
    for held in _pairs(fold(quote), decimal):
        if len(held.now) != 1 or len(held.before) != 1 or held.now == held.before:
            continue
        if any(one.now == held.before and one.before == held.now for one in _pairs(folded, decimal)):
            return f"the quote says “{held.words}”, the claim the other way round"
        for found in _COURSE.finditer(folded):
            if (_value(found["first"], decimal), _value(found["second"], decimal)) == (held.now, held.before):
                return f"the quote says “{held.words}”, the claim the other way round"
        if _is_against_course(folded, held, decimal):
            return f"the quote says “{held.words}”, which goes the other way"
    return ""


def _is_against_course(folded: str, held: _Pair, decimal: Mark) -> bool:
    """Return whether a claim on the later value alone calls a fall a rise, or vice versa."""
    said = {value for one in find_numbers(folded, decimal) for value in (*one.values, *one.unscaled)}
    if not held.now & said or held.before & said or any(is_negation(word.key) for word in words(folded)):
        return False
    signs = {one.sign for one in poles(folded) if one.axis == "amount" and not one.is_common}
    return signs == {-1 if max(held.now) > max(held.before) else 1}


def _pairs(folded: str, decimal: Mark) -> list[_Pair]:
    return [
        _Pair(_value(found["now"], decimal), _value(found["before"], decimal), found[0])
        for found in _COMPARED.finditer(folded)
        if not found["year"] or any(year > found["year"] for year in re.findall(_YEAR, found["between"]))
    ]


def _value(number: str, decimal: Mark) -> frozenset[Decimal]:
    found = find_numbers(number, decimal)
    return frozenset(found[0].values) if found else frozenset()
