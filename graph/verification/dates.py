"""Dates as texts write them: `9 February 2025`, `February 9th`, `2025-02-09`, `9.2.25`, in a few languages."""

from __future__ import annotations

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
    re.compile(rf"\b{_MONTH}\s+{_DAYS}\b(?!\d)(?:,?\s+{_YEAR})?", re.IGNORECASE),
    re.compile(rf"\b{_MONTH},?{_OF}{_YEAR}", re.IGNORECASE),
]
NUMERIC = re.compile(
    r"(?<![\d.,/-])(?:(?P<y>[12]\d{3})(?P<s>[-/.])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})"
    r"|(?P<a>\d{1,2})(?P<t>[-/.])(?P<b>\d{1,2})(?P=t)(?P<c>[12]\d{3}|\d{2}))(?![\d/-])"
)
# A month that stands alone is told from a word ("may", "march") by its capital, and counts within a sentence only.
_ALONE = re.compile(rf"(?<=[a-zà-ÿ,;:0-9] )(?P<month>{'|'.join(word.title() for word in MONTHS)})\b")


class Date(NamedTuple):
    """What a text says of a date; None for what it leaves out."""

    text: str
    month: int
    day: int | None = None
    year: int | None = None

    def agrees(self, other: Date) -> bool:
        """Whether the other one says no other thing about the same date; the year may stand elsewhere."""
        return (
            self.month == other.month
            and (self.day is None or self.day == other.day)
            and (self.year is None or other.year in (None, self.year))
        )


def dates(text: str) -> list[Date]:
    """The dates of a text; one written in figures alone (3/4/2024) is read both ways."""
    return [*_numeric(text), *_named(text)]


def numbers(text: str) -> set[str]:
    """The days, months and years of the dates of a text, without leading zeros."""
    parts = [part for date in dates(text) for part in (date.day, date.year)]
    parts += [part for date in _numeric(text) for part in (date.month,)]
    return {str(part) for part in parts if part is not None}


def unsupported_dates(text: str, held: str) -> list[str]:
    """The dates of a text with which no date that is held agrees."""
    told = dates(text)
    known = dates(held) if told else []
    lacking: dict[str, bool] = {}
    for date in told:
        # Of the two ways to read a date in figures, one that agrees is enough.
        lacking[date.text] = lacking.get(date.text, True) and not any(date.agrees(other) for other in known)
    return [found for found, absent in lacking.items() if absent]


def without_figures(text: str) -> str:
    """The text without its dates in figures, whose parts are no numbers of their own."""
    return NUMERIC.sub("…", text)


def _named(text: str) -> Iterator[Date]:
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            parts = match.groupdict()
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
            year += (2000 if year < 70 else 1900) if year < 100 else 0  # 70: where POSIX draws the line
            readings = [(other, one, year), (one, other, year)]
        for month, day, year in readings:
            if 1 <= month <= 12 and 1 <= day <= 31:
                yield Date(match.group(), month, day, year)
