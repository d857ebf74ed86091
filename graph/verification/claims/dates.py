"""A parser of dates in several languages: `9 February 2025`, `February 9th`, `2025-02-09`, `9.2.25`."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from typing import NamedTuple

_NAMES = (
    "january jan januar jänner janvier enero gennaio janeiro januari",
    "february feb februar février febrero febbraio fevereiro februari",
    "march mar märz mars marzo março maart",
    "april apr avril abril aprile",
    "may mai mayo maggio maio mei",
    "june jun juni juin junio giugno junho",
    "july jul juli juillet julio luglio julho",
    "august aug août agosto augustus",
    "september sep sept septembre septiembre settembre setembro",
    "october oct oktober okt octobre octubre ottobre outubro",
    "november nov novembre noviembre novembro",
    "december dec dezember dez décembre diciembre dicembre dezembro",
)
MONTHS = {word: number for number, words in enumerate(_NAMES, 1) for word in words.split()}
_MONTH = rf"(?P<month>{'|'.join(sorted(MONTHS, key=len, reverse=True))})\b\.?"
_DAY = r"\d{1,2}(?:st|nd|rd|th|er|\.|º)?"
_AND = r"\s*(?:,|-|–|/|\bto\b|\band\b|\bund\b|\bbis\b|\bet\b|\bau\b|\by\b|\bal\b)\s*"
_DAYS = rf"(?P<days>{_DAY}(?:{_AND}{_DAY})*)"
_OF = r"\s+(?:of\s+|de\s+)?"
_YEAR = r"(?P<year>[12]\d{3})\b"
_PATTERNS = [
    re.compile(rf"\b{_DAYS}{_OF}{_MONTH}(?:,?{_OF}{_YEAR})?", re.IGNORECASE),
    re.compile(rf"\b{_MONTH}\s+{_DAYS}\b(?!\d|[.,]\d)(?:,?\s+{_YEAR})?", re.IGNORECASE),
    re.compile(rf"\b{_MONTH},?{_OF}{_YEAR}", re.IGNORECASE),
]
NUMERIC = re.compile(
    r"(?<![\d.,/-])(?:(?P<y>[12]\d{3})(?P<s>[-/.])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})"
    r"|(?P<a>\d{1,2})(?P<t>[-/.])(?P<b>\d{1,2})(?P=t)(?P<c>[12]\d{3}|\d{2}))(?![\d/-])"
)
_MONTH_OF_YEAR = re.compile(
    r"(?<![\d.,/-])(?P<month>0?[1-9]|1[0-2])(?:/|(?<=\d\d)\.)(?P<year>(?:19|20)\d\d)(?![\w/-]|[.,]\d)"
)
"""A month in figures: "05/2021", "05.2021"."""
_ALONE_ANYWHERE = re.compile(rf"\b(?P<month>{'|'.join(word.title() for word in MONTHS if len(word) > 2)})\b")
# A month without day or year must have a capital and not begin a sentence, to differ from "may" and "march".
_ALONE = re.compile(rf"(?<=[a-zà-ÿ,;:0-9] )(?P<month>{'|'.join(word.title() for word in MONTHS)})\b")


DAY_OF_MONTH = re.compile(
    rf"\b\d{{1,2}}(?:st|nd|rd|th|\.)?\s+(?:of\s+|de\s+)?{_MONTH}|\b{_MONTH.replace('month', 'second')}\s+\d{{1,2}}\b",
    re.IGNORECASE,
)
"""A day with its month, in either order."""


class Date(NamedTuple):
    """A date in a text, with None for missing parts."""

    text: str
    """The date as it is written."""
    month: int
    """1-12."""
    day: int | None = None
    """1-31."""
    year: int | None = None
    """Four digits."""

    def agrees(self, other: Date) -> bool:
        """Return whether `other` may be the same date: it may lack the year, but no part may differ."""
        return (
            self.month == other.month
            and (self.day is None or self.day == other.day)
            and (self.year is None or other.year in (None, self.year))
        )


def dates(text: str) -> list[Date]:
    """Return the dates of a text; a date in figures (3/4/2024) in both readings."""
    return [*_numeric(text), *_named(text), *_day_and_month(text), *_month_of_year(text)]


def _month_of_year(text: str) -> Iterator[Date]:
    for found in _MONTH_OF_YEAR.finditer(text):
        yield Date(found[0], int(found["month"]), None, int(found["year"]))


def _day_and_month(text: str) -> Iterator[Date]:
    """Yield the German dates in figures that have no year: "bis 30.9."."""
    for found in _NO_YEAR.finditer(text):
        day, month = int(found["day"]), int(found["month"])
        if 1 <= month <= 12 and 1 <= day <= 31:
            yield Date(found["date"], month, day)


_NO_YEAR = re.compile(
    r"\b(?:bis|am|vom|zum|ab|seit|dem|den|der)\s+(?P<date>(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.)(?!\s?\d)",
    re.IGNORECASE,
)


def numbers(text: str) -> set[str]:
    """Return the days, months and years of a text's dates as digits without leading zeros."""
    parts = [part for date in dates(text) for part in (date.day, date.year)]
    parts += [part for date in _numeric(text) for part in (date.month,)]
    return {str(part) for part in parts if part is not None}


def unsupported_dates(text: str, source: str) -> list[str]:
    """Return the dates of `text`, as it writes them, with which no date in `source` agrees."""
    claimed = dates(text)
    known = dates(source) if claimed else []
    # A month may be the label of a row or the header of a column.
    known += [Date(one[0], MONTHS[one[0].lower()]) for one in _ALONE_ANYWHERE.finditer(source)] if claimed else []
    unsupported: dict[str, bool] = {}
    for date in claimed:
        # A date in figures has two readings; it is enough that one of them agrees.
        unsupported[date.text] = unsupported.get(date.text, True) and not any(date.agrees(other) for other in known)
    return [found for found, absent in unsupported.items() if absent]


def spans(text: str, unit: str) -> frozenset[int]:
    """Return the distances in years, months, weeks or days between any two dates of a text."""
    found = set(dates(text))
    years = {date.year for date in found if date.year} | {int(year) for year in _ANY_YEAR.findall(text)}
    if unit[:2] in ("ye", "ja", "an", "añ"):
        return frozenset(abs(one - other) for one in years for other in years)
    if unit.startswith("dec"):
        return frozenset(abs(one - other) // 10 for one in years for other in years)
    if unit[:2] in ("mo", "me"):
        months = {(date.year or 0) * 12 + date.month for date in found}
        return frozenset(abs(one - other) for one in months for other in months)
    days = {day for date in found if (day := _ordinal(date))}
    size = 7 if unit[:2] in ("we", "wo") else 1
    return frozenset(abs(one - other) // size for one in days for other in days)


_ANY_YEAR = re.compile(r"(?<![\w.,])(?:1[0-9]{3}|20[0-9]{2})(?![\w]|[.,]\d)")


def _ordinal(date: Date) -> int | None:
    """Return the ordinal number of a day; None for a date without a day, or an impossible one."""
    try:
        return datetime.date(date.year or 2001, date.month, date.day or 0).toordinal()
    except ValueError:
        return None


def without_figures(text: str) -> str:
    """Return the text without dates in figures, whose parts must not count as numbers."""
    return NUMERIC.sub("…", _NO_YEAR.sub("…", _MONTH_OF_YEAR.sub("…", text)))


_WORDS = ("may", "march")
"""English months that in lower case are other words."""


def _named(text: str) -> Iterator[Date]:
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            parts = match.groupdict()
            if parts["month"] in _WORDS and not parts["year"]:
                continue  # "members under 16 may not"
            year = int(parts["year"]) if parts["year"] else None
            days = [int(day) for day in re.findall(r"\d+", parts.get("days") or "")]
            possible: list[int | None] = [day for day in days if 1 <= day <= 31]
            for day in possible or [None]:
                yield Date(match.group().strip(" ."), MONTHS[parts["month"].lower()], day, year)
    for match in _ALONE.finditer(text):
        yield Date(match.group(), MONTHS[match["month"].lower()])


def _numeric(text: str) -> Iterator[Date]:
    for match in NUMERIC.finditer(text):
        if match["y"]:
            readings = [(int(match["m"]), int(match["d"]), int(match["y"]))]
        else:
            one, other, year = int(match["a"]), int(match["b"]), int(match["c"])
            year += (2000 if year < 70 else 1900) if year < 100 else 0  # as in POSIX
            readings = [(other, one, year), (one, other, year)]
        for month, day, year in readings:
            if 1 <= month <= 12 and 1 <= day <= 31:
                yield Date(match.group(), month, day, year)
