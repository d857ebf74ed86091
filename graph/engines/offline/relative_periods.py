"""Periods told from today, "last year" and "the year before": whether a sentence gives the value of the one asked for.

"Last year 45 came, two more than the year before" gives last year's number alone: the year before is only compared.
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
    asked = _LAST.search(question)
    if asked is None or _COMPARED.search(question[: asked.start()]):
        return False
    told = [one for one in _LAST.finditer(quote) if _unit_of(one) == _unit_of(asked)]
    return bool(told) and not any(_is_told(quote, one) for one in told)


def _unit_of(period: re.Match[str]) -> str:
    """Return the unit of a period that is named: "year" of "the year before"."""
    return (period["one"] or period["two"]).lower()


def _is_told(quote: str, period: re.Match[str]) -> bool:
    """Return whether a quote tells a value of a period that it names, rather than compares another with it."""
    compared = _COMPARED.search(quote[: period.start()])
    return compared is None or _THEN_ITS_VALUE.match(quote[period.end() :]) is not None
