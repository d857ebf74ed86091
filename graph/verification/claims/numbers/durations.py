"""End dates that follow from a start date and a duration: "from 1 May 2024 for thirty months"."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator

from graph.verification.claims.dates import Date, dates
from graph.verification.claims.notation import with_halves
from graph.verification.claims.numbers.parsing import spelled

_DURATION = re.compile(
    r"(?<![\w.,])(?P<count>\d{1,3}(?:\.5)?)[ -]"
    r"(?P<unit>years?|months?|weeks?|days?|jahren?|jahre|monaten?|monate|wochen?|tagen?|"
    r"tage)\b",
    re.IGNORECASE,
)
_LAST_MONTH = 12


def ends(text: str) -> list[Date]:
    """Return every date of a text plus every duration of it, and the day before each."""
    begins = [one for one in dates(text) if one.day and one.year]
    found: list[Date] = []
    for one in begins[:1] if len({(one.day, one.month, one.year) for one in begins}) == 1 else ():
        for count, unit in _durations(text):
            try:
                start = datetime.date(one.year or 1, one.month, one.day or 1)
                end = _after(start, count, unit)
            except ValueError:  # no such day: 30 February
                continue
            for day in (end, end - datetime.timedelta(days=1)):
                found.append(Date(day.isoformat(), day.month, day.day, day.year))
    return found


def _durations(text: str) -> Iterator[tuple[float, str]]:
    """Yield the durations of a text, in figures and in words."""
    shown = with_halves(text)
    for word, value in sorted(spelled(shown).items(), key=lambda one: -len(one[0])):
        shown = re.sub(rf"\b{re.escape(word)}\b", str(value), shown)
    for found in _DURATION.finditer(shown):
        yield float(found["count"]), found["unit"].lower()[:1]


def _after(start: datetime.date, count: float, unit: str) -> datetime.date:
    if unit in ("y", "j", "m"):
        months = start.month - 1 + int(count * (1 if unit == "m" else _LAST_MONTH))
        return start.replace(year=start.year + months // _LAST_MONTH, month=months % _LAST_MONTH + 1)
    return start + datetime.timedelta(days=int(count * (7 if unit == "w" else 1)))
