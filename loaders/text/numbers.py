"""Parser of numbers in every notation that documents use, and of the decimal mark that one document uses.

`12.480,1`, `12 480,1`, `1'204`, `1,234.5`, `12,34,567`, `(1,930)`, `−7`, `12 %`, `1½`, `3.5 bn`, `1e6` and `10⁶` are
numbers. An ambiguous number keeps all its readings: `1,234` has two until the document's decimal mark is known. Note
marks (`320¹`) are no part of a number.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from loaders.text.raised_signs import FRACTIONS, is_exponent, without_marks, write_signs
from loaders.types import Block

Mark = Literal[".", ",", ""]

_THOUSAND, _MILLION, _BILLION, _TRILLION = 10**3, 10**6, 10**9, 10**12
_CRORE, _LAKH = 10**7, 10**5
# English, German, French, Spanish, Italian, Portuguese, Indian. French "billion" (10^12) is read as the English one.
MAGNITUDES = {
    **dict.fromkeys(("thousand", "thousands", "tausend", "tsd", "milliers"), _THOUSAND),
    **dict.fromkeys(("million", "millions", "millionen", "mio", "mln", "millones", "milioni", "milhões"), _MILLION),
    **dict.fromkeys(
        ("billion", "billions", "bn", "milliarde", "milliarden", "mrd", "mld", "milliard", "milliards", "miliardi"),
        _BILLION,
    ),
    **dict.fromkeys(("trillion", "trillions", "billionen", "tn"), _TRILLION),
    **dict.fromkeys(("lakh", "lakhs"), _LAKH),
    **dict.fromkeys(("crore", "crores"), _CRORE),
}
"""Words of magnitude with their values."""
LETTERS = {"k": _THOUSAND, "K": _THOUSAND, "m": _MILLION, "M": _MILLION, "B": _BILLION}
"""Letters after a number that may be a magnitude or a unit (31m, 4K, 32B)."""

_SPACES = "\u00a0\u2009\u202f\u2007\u2008"  # they are used inside numbers; an ordinary one may separate two table cells
_APOSTROPHES = "'’ʼ"
_GROUP_SPACE = re.compile(rf"(?<=\d)[{_SPACES}](?=\d{{3}}(?!\d))")
_LONE_FRACTION = re.compile(f"(?<!\\d)([{''.join(FRACTIONS)}])")
_MINUS = "\\-−–‒"
_CURRENCY = r"(?:US\$|[$€£¥₹]|(?:USD|EUR|GBP|CHF|Rs\.?|Fr\.?)(?![A-Za-z]))"
_WORD = "|".join(sorted(MAGNITUDES, key=len, reverse=True))
_PLAIN = r"\d+(?:[.,]\d+)*"
_QUOTED = rf"\d{{1,3}}(?:[{_APOSTROPHES}]\d{{3}})+(?:[.,]\d+)?(?![.,]?\d)"
_BARE = r"(?<![\w.,])[.,]\d+(?![.,]?\d)"
_POWER = r"[eE][+-]?\d{1,3}(?![\w.])|\s?[×x·⋅*]\s?10\^[+-]?\d{1,3}|\^[+-]?\d{1,3}"
_TAIL = rf"(?:[ -]?(?P<word>{_WORD})\b|(?P<letter>[kKmMB])\b)?"
_NUMBER = re.compile(
    rf"(?P<digits>{_QUOTED}|{_PLAIN}|{_BARE})(?P<power>{_POWER})?"
    rf"(?:[ -](?P<over>\d{{1,2}}/\d{{1,3}})(?![\d/]))?{_TAIL}",
    re.IGNORECASE,
)
_SPACED = re.compile(r"(?<![\w.,])\d{1,3}(?: \d{3})+(?:[.,]\d+)?(?![.,]?\d)")
_SPACED_DECIMAL = re.compile(r"(?<![\w.,])\d{1,3}(?: \d{3})+,\d+(?![.,]?\d)")
_GROUPED = re.compile(r"\d{1,3}(?P<mark>[.,])\d{3}(?:(?P=mark)\d{3})*(?:(?!(?P=mark))[.,]\d+)?")
_INDIAN = re.compile(r"\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d+)?")
_ONE_MARK = re.compile(r"(\d*)([.,])(\d+)")
_SHARE = 0.8  # of the numbers that must agree on a decimal mark
_WORDS = {
    ".": re.compile(r"\b(?:the|of|and|with|was|were|by)\b", re.IGNORECASE),
    ",": re.compile(r"\b(?:der|die|das|und|für|les|des|dans|est|los|las|del|della|het|een|och|jest)\b", re.IGNORECASE),
}
_MIN_WORDS = 3  # of a language, from which its decimal mark is taken


@dataclass(frozen=True, slots=True)
class Number:
    """A number in digits in a text that `fold` returned."""

    text: str
    """The number as it is written, with its magnitude."""
    written: str
    """Its digits as they are written."""
    readings: tuple[str, ...]
    """The possible values of its digits in canonical notation ("1234.5"), the likeliest first; one if unambiguous."""
    scale: int = 1
    """Its magnitude: 1,000,000 for millions."""
    certain: bool = True
    """Whether the magnitude is certain; false for a letter that may be a unit."""

    @property
    def digits(self) -> str:
        """The likeliest reading."""
        return self.readings[0]

    @property
    def values(self) -> tuple[Decimal, ...]:
        """The decimal value of each reading; none for a version or a date."""
        return tuple(value * self.scale for value in self.unscaled)

    @property
    def unscaled(self) -> tuple[Decimal, ...]:
        """The values of its digits alone."""
        return tuple(Decimal(reading) for reading in self.readings if _PLAIN_VALUE.fullmatch(reading))


_PLAIN_VALUE = re.compile(r"\d+(?:\.\d+)?")


def fold(text: str) -> str:
    """Return a text with its numbers in one notation: no note marks, `10^6`, apostrophes between groups."""
    text = _LONE_FRACTION.sub(r"0\1", write_signs(text))
    return unicodedata.normalize("NFKC", _GROUP_SPACE.sub("'", without_marks(text)))


def find_numbers(text: str, decimal: Mark = "") -> list[Number]:
    """Return the numbers in digits of a text, in order; `decimal` is its document's decimal mark.

    Groups with an ordinary space between them are separate numbers (see `spaced_numbers`), unless a decimal comma
    follows in a document that uses decimal commas.
    """
    folded = fold(text)
    if decimal == ",":
        folded = _SPACED_DECIMAL.sub(lambda found: found[0].replace(" ", "'"), folded)
    return [_number_of(found, decimal) for found in _NUMBER.finditer(folded)]


def spaced_numbers(text: str, decimal: Mark = "") -> list[Number]:
    """Return what may be one number with ordinary spaces between its groups ("12 480,1"), or several numbers."""
    return [_spaced(found[0], decimal) for found in _SPACED.finditer(fold(text))]


def _spaced(text: str, decimal: Mark) -> Number:
    return Number(text, text, readings(text.replace(" ", "'"), decimal))


def readings(number: str, decimal: Mark = "") -> tuple[str, ...]:
    """Return the possible values of a number in canonical notation: without separators, with a decimal point.

    Versions and dates stay as they are. `1,234` has two readings unless `decimal` is known.
    """
    if any(mark in number for mark in _APOSTROPHES):
        return (re.sub(f"[{_APOSTROPHES}]", "", number).replace(",", "."),)
    if _INDIAN.fullmatch(number):
        return (number.replace(",", ""),)
    one = _ONE_MARK.fullmatch(number)
    grouped = _GROUPED.fullmatch(number)
    if one and grouped and one[1][0] != "0":
        whole, parted = one[1] + one[3], f"{one[1]}.{one[3]}"
        if decimal:
            return (parted,) if decimal == one[2] else (whole,)
        return (whole, parted) if one[2] == "," else (parted, whole)
    if one:
        return (f"{one[1] or 0}.{one[3]}",)
    if grouped and not number.startswith("0"):
        return (number.replace(grouped["mark"], "").replace(",", "."),)
    return (number,)


@lru_cache(maxsize=16)  # each check of a claim calls it with the same passage
def decimal_mark(text: str) -> Mark:
    """Return the decimal mark of a text, or "" if it is not clear.

    It follows from unambiguous numbers, then from the language, then from whole numbers below 1000 beside grouped
    ones.
    """
    votes: Counter[str] = Counter()
    folded = fold(text)
    for found in (*_NUMBER.finditer(folded), *_SPACED.finditer(folded)):
        votes.update(_vote(found[0] if found.re is _SPACED else found["digits"]))
    for strong in (True, False):
        of_kind = {mark: votes[mark * (2 if strong else 1)] for mark in (".", ",")}
        total = sum(of_kind.values())
        if total:
            return next((mark for mark in _MARKS if of_kind[mark] >= _SHARE * total), "")
    known = [mark for mark in _MARKS if len(_WORDS[mark].findall(text)) >= _MIN_WORDS]
    return known[0] if len(known) == 1 else _beside_whole_numbers(folded)


def document_mark(pages: Sequence[tuple[int, Sequence[Block]]]) -> Mark:
    """Return the decimal mark of a whole document, or "" if it is not clear.

    It follows from its tables, else from all its text without headings, dates and numbers of clauses, whose points
    are no decimal marks.
    """
    blocks = [block for _, page in pages for block in page if not block.is_heading and not block.is_header_or_footer]
    tables = " ; ".join(
        _only_amounts(block.text.replace("|", " ; ")) for block in blocks if block.is_table or block.is_chart
    )
    return decimal_mark(tables) or decimal_mark("\n".join(_only_amounts(block.text) for block in blocks))


def _only_amounts(text: str) -> str:
    # Most paragraphs have no such number, and the whole expression took a third of the time of cutting a report.
    return _NO_AMOUNT.sub(" ", text) if _NUMBER_WITH_POINT.search(text) else text


_NUMBER_WITH_POINT = re.compile(r"\d\.")
_NO_AMOUNT = re.compile(
    r"(?<![\d.,])\d{1,2}\.\d{1,2}\.(?:\d{2,4})?(?!\d)|^[\s§#*-]*(?:\d+\.)+\d+\.?(?=\s)"
    r"|\b\d{1,2}\.\d\d(?= ?(?:Uhr|h|am|pm)\b)|\bv?(?!\d{1,3}(?:\.\d{3})+(?![.\d]))\d+(?:\.\d+){2,}"
    r"|\b(?:section|version|figure|table|chapter|abschnitt|kapitel|tabelle|abbildung|artikel|art\.)\s+\d+(?:\.\d+)+",
    re.IGNORECASE | re.MULTILINE,
)
"""Points that are no decimal marks: in dates, clauses, times, versions, references."""


def _beside_whole_numbers(folded: str) -> Mark:
    """Return the decimal mark if the other mark only groups thousands: "1,120" beside "330" and "12"."""
    numbers = [found["digits"] for found in _NUMBER.finditer(folded)]
    marks = {number[-_GROUP - 1] for number in numbers if _GROUPED.fullmatch(number)}
    short = any(number.isdecimal() and len(number) <= _GROUP for number in numbers)
    return ("." if marks == {","} else ",") if short and len(marks) == 1 else ""


_GROUP = 3  # digits


_MARKS: tuple[Mark, ...] = (".", ",")


def _vote(number: str) -> list[str]:
    """Return the decimal mark that a number implies, twice if it is certain ("1.234,5", "1,234,567")."""
    if _INDIAN.fullmatch(number):
        return [".."]
    if grouped := _GROUPED.fullmatch(number):
        if not re.fullmatch(r"\d{1,3}[.,]\d{3}", number):
            return [2 * ("," if grouped["mark"] == "." else ".")]
        return [2 * grouped["mark"]] if number.startswith("0") else []
    if spaced := re.fullmatch(rf"\d{{1,3}}(?:[ {_APOSTROPHES}]\d{{3}})+([.,])\d+", number):
        return [2 * spaced[1]]
    one = _ONE_MARK.fullmatch(number)
    return [one[2] * (2 if one[1] in ("", "0") else 1)] if one else []


def cell_values(cell: str, decimal: Mark = "") -> tuple[Decimal, ...]:
    """Return the possible values of a table cell, the likeliest first; none if it is not a single number.

    Parentheses around all of it and every minus sign make it negative. Percent signs, units and notes are left out.
    """
    text = fold(cell).strip()
    bracketed = re.fullmatch(rf"{_CURRENCY}?\s*\((?P<inner>[^()A-Za-z]*(?:{_CURRENCY})?[^()A-Za-z]*)\)\s*[%*†‡]*", text)
    inner = bracketed["inner"] if bracketed else text
    spaced = _SPACED.search(inner)
    found = _NUMBER.search(inner)
    if not found:
        return ()
    if spaced and spaced.start() == found.start():
        number, end = _spaced(spaced[0], decimal), spaced.end()
    else:
        number, end = _number_of(found, decimal), found.end()
    rest = inner[end:]
    if re.match(rf"\s*(?:[{_MINUS}]|to\b|bis\b)\s*\d|[/:]\d", rest):  # a range, a date, a time
        return ()
    before = inner[: found.start()]
    minus = re.search(rf"(?:^|[\s(])[{_MINUS}]\s*(?:{_CURRENCY}\s*)?$", before)
    if re.search(r"\w[-–]$", before):  # "GPT-4": the digit is a part of a name
        return ()
    negative = bool(bracketed or minus or re.fullmatch(rf"\s*[{_MINUS}]", rest))
    if number.scale != 1 and not number.certain and number.text[-1] == "m" and not re.search(_CURRENCY, before):
        number = replace(number, scale=1)  # metres
    return tuple(-value if negative else value for value in number.values)


def is_number(cell: str) -> bool:
    """Return whether a cell is a number and nothing else but signs, a unit of one letter or two, and notes."""
    if len(cell) > _LONGEST_CELL or not any(map(str.isnumeric, cell)):
        return False
    return bool(_CELL.match(fold(cell).strip()))


def is_value(cell: str) -> bool:
    """Return whether a cell is a number, or the sign of a missing one: dashes, "n/a"."""
    return is_number(cell) or bool(_MISSING.fullmatch(cell))


_MISSING = re.compile(r"[-–—]+|n/?a", re.IGNORECASE)
_LONGEST_CELL = 60  # characters of a cell that is one number with its notes


_CELL = re.compile(
    rf"^[\s(<>~≈±+{_MINUS}]*(?:{_CURRENCY})?[\s(<>~≈±+{_MINUS}]*[.,]?\d[\d.,\s/^{_APOSTROPHES}]*"
    rf"(?:[%)x×°]|{_CURRENCY}|[KMBkmb]n?|pp|bps|[{_MINUS}]$|e[+-]?\d+|\s?(?:{_WORD})\b)*[\s*†‡§)%]*(?:[\[(]\w{{1,2}}[\])])?$",
    re.IGNORECASE,
)


def _number_of(found: re.Match[str], decimal: Mark) -> Number:
    """Return the number of a match, without a note mark that looks like an exponent ("320^1")."""
    digits, power, over = found["digits"], found["power"] or "", found["over"] or ""
    word, letter = found["word"], found["letter"]
    scale = MAGNITUDES[word.lower()] if word else LETTERS.get(letter or "", 1)
    shown = readings(digits, decimal)
    if power[:1] == "^":
        shown = (_power(shown[0], int(power[1:])),) if is_exponent(digits, power[1:]) else shown
    elif power:
        shown = tuple(_scaled(reading, int(power.rsplit("^", 1)[-1].lstrip("eE"))) for reading in shown)
    if over:
        top, bottom = map(Decimal, over.split("/"))
        shown = tuple(_added(reading, top / bottom) for reading in shown) if bottom else shown
    return Number(found[0], digits, shown, scale, not letter)


def _power(base: str, exponent: int) -> str:
    """Return a power in digits: 10^6 is 1000000."""
    small = base.isdecimal() and len(base) <= _LARGEST_POWER and abs(exponent) <= _LARGEST_POWER
    return format(Decimal(base) ** exponent, "f") if small and int(base) else f"{base}^{exponent}"


def _scaled(reading: str, exponent: int) -> str:
    small = _PLAIN_VALUE.fullmatch(reading) and abs(exponent) <= _LARGEST_POWER
    return format(Decimal(reading).scaleb(exponent), "f") if small else f"{reading}e{exponent}"


def _added(reading: str, fraction: Decimal) -> str:
    return format(Decimal(reading) + fraction, "f") if reading.isdecimal() else reading


_LARGEST_POWER = 30
