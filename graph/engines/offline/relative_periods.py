"""Periods with which another is only compared: whether a sentence gives the value of the period asked for.

"Last year 45 came, two more than the year before" gives last year's number alone, and "two more than in 2023" no
number of 2023.
"""

from __future__ import annotations

import re

_UNIT = r"(?:year|season|month|week|quarter|term)"
_BEFORE_LAST = re.compile(rf"\b{_UNIT} before last\b|\btwo {_UNIT}s (?:ago|earlier|before)\b", re.IGNORECASE)
_LAST = re.compile(
    rf"\b(?:last|previous|prior|preceding) (?P<one>{_UNIT})\b|\b(?P<two>{_UNIT}) (?:before(?! last)|earlier)\b",
    re.IGNORECASE,
)
_COMPARED = re.compile(
    r"\b(?:than|as|from|over|on|to|with|against|since|like)(?: (?:in|for|during|at|those|that|of|the|a))*\s*$", re.I
)
# "... than last year's 1,632" tells the number of last year as well.
_THEN_ITS_VALUE = re.compile(r"(?:['’]s)?(?: \w+)?,? ?(?:\(|when \w+ |of )?[$€£]?\d")


def is_of_another_period(question: str, quote: str) -> bool:
    """Return whether a quote has the period that a question asks for only as one that another is compared with."""
    if _BEFORE_LAST.search(question):
        return _LAST.search(quote) is not None and not _BEFORE_LAST.search(quote)
    if _only_compares_year(question, quote):
        return True
    asked = _LAST.search(question)
    if asked is None or _COMPARED.search(question[: asked.start()]):
        return False
    told = [one for one in _LAST.finditer(quote) if _unit_of(one) == _unit_of(asked)]
    return bool(told) and not any(_is_told(quote, one) for one in told)


_YEAR = re.compile(r"(?<![\w.,-])(?:19|20)\d\d(?![\w-]|[.,]\d)")
# "From" and "on" stand before years that begin or date something, too.
_THAN_YEAR = re.compile(
    r"\b(?:than|against|versus|compared (?:with|to)|as (?:many|much|high|large) as)"
    r"(?: (?:in|for|during|at|those|that|the|of|a|year|those of|[A-Z][a-z]{2,}))*\s*$",
    re.IGNORECASE,
)


def _only_compares_year(question: str, quote: str) -> bool:
    """Return whether a question's one year, with which it compares nothing, stands in a quote only as compared with."""
    asked = list(_YEAR.finditer(question))
    if len(asked) != 1 or _THAN_YEAR.search(question[: asked[0].start()]):
        return False
    told = [one for one in _YEAR.finditer(quote) if one.group() == asked[0].group()]
    return bool(told) and all(
        _THAN_YEAR.search(quote[: one.start()]) and not _THEN_ITS_VALUE.match(quote[one.end() :]) for one in told
    )


def _unit_of(period: re.Match[str]) -> str:
    """Return the unit of a period that is named: "year" of "the year before"."""
    return (period["one"] or period["two"]).lower()


def _is_told(quote: str, period: re.Match[str]) -> bool:
    """Return whether a quote tells a value of a period that it names, rather than compares another with it."""
    compared = _COMPARED.search(quote[: period.start()])
    return compared is None or _THEN_ITS_VALUE.match(quote[period.end() :]) is not None
