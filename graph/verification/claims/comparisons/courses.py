"""A check of ranges and changes "from ... to ...": the order of their ends, and whether a rise is a rise.

A claim may have both ends of a range of its quote, but reversed ("from June to March"). English and German
words are known.
"""

from __future__ import annotations

import re
from decimal import Decimal

from graph.verification.claims.dates import MONTHS
from loaders.text.numbers import Mark, find_numbers, fold

_RANGE = re.compile(
    r"\b(?:from|between|von|zwischen|vom)\s+(?P<low>(?:[^,;.()]|[.,](?=\d)){1,40}?)\s+(?:to|and|until|till|"
    r"through|bis|auf|und)\s+"
    r"(?P<high>(?:[^,;.()]|[.,](?=\d)){1,40})",
    re.IGNORECASE,
)
_RISE = re.compile(
    r"\b(?:r[io]ses?|risen|rising|increas\w*|grow(?:s|n|ing)?|grew|climb\w*|jump\w*|soar\w*|escalat\w*|gain(?:s|ed)|up|"
    r"steig\w*|stieg\w*|gestiegen|wuchs|wächst|gewachsen|zunahm\w*|erhöht\w*)\b",
    re.IGNORECASE,
)
_FALL = re.compile(
    r"\b(?:los(?:es|t|ing)|falls?|fell|fallen|falling|decreas\w*|declin\w*|drop(?:s|ped|ping)?|shr[aiu]nk\w*|sank|sinks?|plunge[ds]?|"
    r"plummet\w*|slump\w*|down|fiel\w*|fällt|gefallen|sinkt|sank\w*|gesunken|abnahm\w*|verringert\w*)\b",
    re.IGNORECASE,
)
_BEFORE = 60  # characters before a range in which a word may say rise or fall
_DATED = re.compile(rf"\b(?:{'|'.join(sorted(MONTHS, key=len, reverse=True))}|(?:1[5-9]|20)\d\d)\b", re.IGNORECASE)


def wrong_course(text: str, decimal: Mark = "") -> str:
    """Return the contradiction between a rise or fall "from ... to ..." and its numbers; "" if there is none."""
    folded = fold(text)
    for found in _RANGE.finditer(folded):
        before = folded[max(0, found.start() - _BEFORE) : found.start()]
        rises, falls = bool(_RISE.search(before)), bool(_FALL.search(before))
        low, high = _value(found["low"], decimal), _value(found["high"], decimal)
        if low is None or high is None or rises == falls or low == high:
            continue
        if (high > low) != rises:
            return f"from {low} to {high} is no {'rise' if rises else 'fall'}"
    return ""


def stated_course(text: str) -> int:
    """Return 1 where a text says that something rises, -1 where it falls, and 0 for neither or both."""
    return int(bool(_RISE.search(text))) - int(bool(_FALL.search(text)))


def _value(text: str, decimal: Mark) -> Decimal | None:
    """Return the first number of the end of a range; None for a date."""
    if _DATED.search(text):
        return None
    numbers = find_numbers(text, decimal)
    return numbers[0].values[0] if numbers and numbers[0].values else None


def reversed_range(text: str, quote: str) -> str:
    """Return a doubt where a range of months or years is reversed; "" if none is."""
    for found in _RANGE.finditer(text):
        low, high = _DATED.findall(found["low"]), _DATED.findall(found["high"])
        for start in low:
            for end in high:
                first, last = _places(start, quote), _places(end, quote)
                if _key(start) != _key(end) and first and last and min(first) > max(last) and _RANGE.search(quote):
                    return f"the claim's range runs from {start} to {end}, the quote's the other way"
    return ""


def reversed_values(text: str, quote: str) -> str:
    """Return a doubt where a claim goes "from 206 to 137" and its quote "from 137 (2015) to 206"; "" if it does not."""
    held = {ends for found in _RANGE.finditer(_BRACKETED.sub("", fold(quote))) if None not in (ends := _ends(found))}
    for found in _RANGE.finditer(fold(text)):
        low, high = _ends(found)
        if low != high and (high, low) in held and (low, high) not in held:
            return f"the claim goes from {low} to {high}, the quote the other way"
    return ""


_BRACKETED = re.compile(r"\s?\([^()]*\)")


def _ends(found: re.Match[str]) -> tuple[Decimal | None, Decimal | None]:
    return _value(found["low"], ""), _value(found["high"], "")


def _places(date: str, text: str) -> list[int]:
    """Return the positions of a month or year in a text."""
    return [found.start() for found in _DATED.finditer(text) if _key(found[0]) == _key(date)]


def _key(date: str) -> int:
    return MONTHS.get(date.lower()) or int(date)


def other_end(text: str, quote: str) -> str:
    """Return a doubt where a claim has "from" a day for its quote's "until" that day, or vice versa."""
    held = {_day(one): one for one in _END.finditer(quote)}
    for one in _END.finditer(text):
        other = held.get(_day(one))
        if other and bool(one["until"]) != bool(other["until"]):
            return f"the claim says “{one[0]}”, the quote “{other[0]}”"
    return ""


_END = re.compile(
    r"\b(?:(?P<until>until|till|up to|no later than|bis(?: zum)?)|from|since|as of|starting(?: on)?|ab(?: dem)?|"
    r"seit(?: dem)?)\s"
    r"(?:the\s)?(?:(?P<day>\d{1,2})\.?(?:st|nd|rd|th)?\s(?:of\s)?)?(?P<month>"
    rf"{'|'.join(sorted(MONTHS, key=len, reverse=True))}|(?:1[5-9]|20)\d\d)\b(?!\s*(?:to|until|till|bis|–|-)\b)",
    re.IGNORECASE,
)
"""A day or year that starts or ends a period."""


def _day(found: re.Match[str]) -> tuple[str | None, str]:
    return found["day"], found["month"].lower()


def wrong_course_of_years(text: str, quote: str) -> str:
    """Return a doubt where a claim says "more" of the year with less in its quote: "1,240 in 2038, 1,415 in 2030"."""
    rises = stated_course(text) or _more_in(text)
    said = sorted(set(_YEAR.findall(text)))
    for years in _counted_by_year(quote).values():
        first, last = (min(years), max(years)) if len(years) > 1 else ("", "")
        is_meant = bool(said) and (said == [last] or said == [first, last])
        if first and rises and is_meant and (years[last] - years[first]) * rises < 0:
            return f"the quote has {years[first]} for {first} and {years[last]} for {last}"
    return ""


def _more_in(text: str) -> int:
    """Return 1 for "more ... in the later year than in the earlier one", -1 for less, and 0 for neither."""
    found = _MORE_IN.search(text)
    if not found:
        return 0
    sign = 1 if found["how"].lower() in ("more", "mehr", "higher", "larger") else -1
    return sign if found["one"] > found["other"] else -sign


def _counted_by_year(quote: str) -> dict[str, dict[str, Decimal]]:
    """Return the values of two years by the noun counted; nothing where a clause has several years."""
    found: dict[str, dict[str, Decimal]] = {}
    for part in _PARTS.split(fold(quote)):
        years = _YEAR.findall(part)
        for one in _COUNTED.finditer(part) if len(years) == 1 else ():
            numbers = find_numbers(one["number"])
            if numbers and numbers[0].values:
                found.setdefault(one["what"].lower(), {}).setdefault(years[0], numbers[0].values[0])
    return {what: years for what, years in found.items() if len(years) > 1}


_YEAR = re.compile(r"(?<![\d.,])(?:1[5-9]|20)\d\d(?![\d]|[.,]\d)")
_PARTS = re.compile(
    r",\s(?:while|whereas|compared with|against|up from|down from|but)\s|;\s|\s(?:while|whereas)\s", re.I
)
_COUNTED = re.compile(r"(?<![\w.,])(?P<number>\d[\d.,]*\d|\d)\s(?P<what>[a-zäöü]{3,})")
_MORE_IN = re.compile(
    r"\b(?P<how>more|less|fewer|higher|lower|larger|smaller|mehr|weniger)\b[^.;]*?\bin (?P<one>(?:1[5-9]|20)\d\d)\s"
    r"(?:than|als) (?:in )?(?P<other>(?:1[5-9]|20)\d\d)",
    re.IGNORECASE,
)
