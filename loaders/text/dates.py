"""Dates spelled out, day before month, as questions name them: "12 Mar", "2024-03-12" and "12.03.2024".

A statement of account or a timetable has a date in each row, in the shortest notation that fits its column; a question
spells it out. The words are added to what is searched, never to what is shown or quoted.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

MONTHS = "January February March April May June July August September October November December".split()
"""The English names of the months."""

_SHORT = {name[:length].lower(): name for name in MONTHS for length in (3, 4, len(name))}
_NAME = "|".join(sorted({form for name in _SHORT for form in (name.title(), name.upper())}, key=len, reverse=True))
_DAY_FIRST = re.compile(rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[ .-]{{1,2}}(?P<month>{_NAME})\b\.?")
_MONTH_FIRST = re.compile(
    rf"\b(?P<month>{_NAME})\.? (?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:]|[.,]\d|\s?%)(?P<comma>,(?= \d{{4}}))?"
)
_FIGURES = re.compile(
    r"(?<![\d.,/-])(?:(?P<y>[12]\d{3})-(?P<m>\d{2})-(?P<d>\d{2})"
    r"|(?P<a>\d{1,2})(?P<t>[-/.])(?P<b>\d{1,2})(?P=t)(?P<c>[12]\d{3}|\d{2}))(?![\d/-])"
)


def month_name(short: str) -> str:
    """Return the name of a month from its abbreviation ("Jul", "Sept"), "" where it is none."""
    return _SHORT.get(short.lower(), "")


def spelled_dates(text: str) -> str:
    """Return a text with its dates spelled out, such as "12 March 2024"; ambiguous figures stay as they are."""
    text = _FIGURES.sub(_from_figures, text)
    return _MONTH_FIRST.sub(_spelled, _DAY_FIRST.sub(_spelled, text))


def day_first(text: str) -> str:
    """Return a text whose dates in figures are read day before month ("7/4/2025" becomes "7.4.2025")."""
    return _FIGURES.sub(lambda found: found[0] if found["y"] else found[0].replace(found["t"], "."), text)


def _spelled(found: re.Match[str]) -> str:
    day = int(found["day"])
    return f"{day} {_SHORT[found['month'].lower()]}" if 1 <= day <= _LAST_DAY else found[0]


def _from_figures(found: re.Match[str]) -> str:
    """Return a date in figures spelled out: the year first, dots (day before month), or a day above twelve."""
    if found["y"]:
        year, month, day = (int(found[part]) for part in "ymd")
    else:
        day, month, year = int(found["a"]), int(found["b"]), int(found["c"])
        if found["t"] != "." and max(day, month) <= len(MONTHS) and day != month:
            return found[0]
        if month > len(MONTHS):
            day, month = month, day
        year += (2000 if year < _THIS_CENTURY else 1900) if year < 100 else 0
    return f"{day} {MONTHS[month - 1]} {year}" if 1 <= month <= 12 and 1 <= day <= _LAST_DAY else found[0]


_LAST_DAY = 31
_THIS_CENTURY = 70  # as in POSIX: "69" is 2069, "70" is 1970


def single_date(line: str) -> str:
    """Return the date that a line consists of, as "2024-03-12" or "2024-03"; "" for any other line.

    The line may also have a place ("Skagen, 12 March 2024"), a weekday, or a label ("Published:", "Version 2").
    """
    text = _foreign_months(spelled_dates(_foreign_months(line)))
    found = _WHOLE.search(text)
    if not found:
        return ""
    rest = f"{text[: found.start()]} {text[found.end() :]}"
    rest = _PLACE.sub("", _ABOUT.sub(" ", rest.strip()))
    if rest.strip(" .,:;|()–—-"):
        return ""
    month = f"{found['year']}-{MONTHS.index(found['month']) + 1:02d}"
    return f"{month}-{int(found['day']):02d}" if found["day"] else month


def _foreign_months(text: str) -> str:
    return _FOREIGN_MONTH.sub(lambda found: _FOREIGN[found[0].lower().removeprefix("de ")], text)


_FOREIGN = {
    name: MONTHS[number]
    for number, names in enumerate(
        ("januar janvier enero", "februar février febrero", "märz mars marzo", "avril abril", "mai mayo",
         "juni juin junio", "juli juillet julio", "août agosto", "septembre septiembre",
         "oktober octobre octubre", "novembre noviembre",
         "dezember décembre diciembre")
    )
    for name in names.split()
}  # fmt: skip
_ANY_FOREIGN = "|".join(_FOREIGN)
_FOREIGN_MONTH = re.compile(rf"(?<=[\d.] )(?:de )?(?:{_ANY_FOREIGN})\b|^(?:{_ANY_FOREIGN})(?= \d)", re.IGNORECASE)
_WHOLE = re.compile(
    rf"(?:\b(?P<day>\d{{1,2}})\.? )?\b(?P<month>{'|'.join(MONTHS)}),? (?:de )?(?P<year>(?:19|20)\d\d)\b"
)
_ABOUT = re.compile(
    r"\b(?:dated?|published|publication|issued?|released?|revised|revision|updated|last|on|of|the|den|le|as|am|version|draft"
    r"|edition|v?\d+(?:\.\d+)+|(?<=version )\d+|(?:mon|tues|wednes|thurs|fri|satur|sun)day|datum|stand|fecha|du)\b\.?",
    re.IGNORECASE,
)
_PLACE = re.compile(r"^[^\W\d_][^\W\d_]+(?:[ -][^\W\d_]+){0,2},\s*$|^[^\W\d_]{3,},?\s*$")


_CLOCK = re.compile(r"\W*([01]?\d|2[0-4])[:.]([0-5]\d)(?: ?(a|p)\.?m\.?)?\W*", re.IGNORECASE)


def clock_minutes(text: str) -> int | None:
    """Return a clock time ("19:30", "7.30 pm") in minutes after midnight; None for other text."""
    found = _CLOCK.fullmatch(text)
    if not found:
        return None
    hour, half = int(found[1]), (found[3] or "").lower()
    hour = hour % 12 + 12 * (half == "p") if half else hour
    return 60 * hour + int(found[2])


_DURATION = re.compile(r"\s*(?:(\d{1,3}):)?(\d{1,2}):([0-5]\d(?:\.\d+)?)\s*")


def duration_seconds(text: str) -> Decimal | None:
    """Return a time as written in results ("2:31:05", "34:12", also "19:30") in seconds; None for other text.

    Two parts are taken as minutes and seconds, which also sorts clock times correctly.
    """
    found = _DURATION.fullmatch(text)
    return Decimal(found[1] or 0) * 3600 + Decimal(found[2]) * 60 + Decimal(found[3]) if found else None


_DAY = re.compile(rf"(?P<day>\d{{1,2}}) (?P<month>{'|'.join(MONTHS)})(?:,? (?P<year>[12]\d{{3}}))?\.?")
_MONTH_OF_YEAR = re.compile(rf"(?:(?P<name>{'|'.join(MONTHS)})|(?P<number>0?[1-9]|1[0-2])[/.]) ?(?P<year>[12]\d{{3}})")
_LEAP = 4  # the year of a day without one, which may be 29 February


def date_number(text: str) -> Decimal | None:
    """Return a cell's date ("14.02.2025", "3 March", "07/2020") as a number of days; None for other text.

    Days without a year are counted from the start of one, months from their first day.
    """
    spelled = spelled_dates(text.strip())
    if found := _DAY.fullmatch(spelled):
        day, month, year = int(found["day"]), MONTHS.index(found["month"]) + 1, int(found["year"] or _LEAP)
    elif found := _MONTH_OF_YEAR.fullmatch(spelled):
        month = int(found["number"]) if found["number"] else MONTHS.index(found["name"]) + 1
        day, year = 1, int(found["year"])
    else:
        return None
    try:
        return Decimal(date(year, month, day).toordinal())
    except ValueError:  # 31 April
        return None


def has_year(text: str) -> bool:
    """Return whether a date names its year."""
    return bool(re.search(r"[12]\d{3}", spelled_dates(text)))


def minutes_between(start: str, end: str) -> int | None:
    """Return the minutes from one clock time to a later one, past midnight if need be; None for other text."""
    first, last = clock_minutes(start), clock_minutes(end)
    return None if first is None or last is None else (last - first) % (24 * 60)
