"""A parser of numbers: digits in several notations, magnitudes ("3.2 million"), English number words.

Numbers are compared by their digits: `1,800` is 1800, while `71.0` is not 71. The value decides only for magnitudes and
number words.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

_THOUSAND, _MILLION, _BILLION, _TRILLION = 10**3, 10**6, 10**9, 10**12
# English, German, French, Spanish, Italian, Portuguese. French "billion" (10^12) is read as the English one.
_MAGNITUDES = {
    **dict.fromkeys(("thousand", "thousands", "tausend", "tsd", "milliers"), _THOUSAND),
    **dict.fromkeys(("million", "millions", "millionen", "mio", "mln", "millones", "milioni", "milhões"), _MILLION),
    **dict.fromkeys(
        ("billion", "billions", "bn", "milliarde", "milliarden", "mrd", "mld", "milliard", "milliards", "miliardi"),
        _BILLION,
    ),
    **dict.fromkeys(("trillion", "trillions", "billionen"), _TRILLION),
}
# A letter after a number may be a magnitude or a unit (31m, 4K, 32B), so both readings count.
_LETTERS = {"k": _THOUSAND, "K": _THOUSAND, "m": _MILLION, "M": _MILLION, "B": _BILLION}
_NUMBER = r"\d+(?:[.,]\d+)*"
_WORD = "|".join(sorted(_MAGNITUDES, key=len, reverse=True))
_AMOUNT = re.compile(rf"({_NUMBER})(?:[ -]?({_WORD})\b|([kKmMB])\b)?", re.IGNORECASE)
_MAGNITUDE = re.compile(rf"\b({_WORD})\b", re.IGNORECASE)
# Narrow and non-breaking spaces between groups of digits; an ordinary space may separate two table cells.
_GROUP_SPACE = re.compile(r"(?<=\d)[\u00a0\u2009\u202f](?=\d{3}(?!\d))")

_ONES = (
    "zero one two three four five six seven eight nine ten "
    "eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_UNITS = {word: value for value, word in enumerate(_ONES.split())}
_UNITS |= {word: 10 * tens for tens, word in enumerate(_TENS.split(), 2)}
_MULTIPLES = {"dozen": 12, "hundred": 100, "thousand": _THOUSAND, "million": _MILLION, "billion": _BILLION}
_SPELLED = "|".join([*_UNITS, *_MULTIPLES])
# "in million euros" is a magnitude, not a number word.
_FIRST = rf"(?:{'|'.join(_UNITS)}|an? (?:{'|'.join(_MULTIPLES)}))"
_WORDS = re.compile(rf"(?<![\w.]){_FIRST}(?:[ -](?:and )?(?:{_SPELLED}))*\b", re.IGNORECASE)
# "ten" is a preposition in Dutch.
_DUTCH = re.compile(r"\b(het|een|van|niet)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Amount:
    """A number in digits."""

    text: str
    """The number as it is written, with its magnitude."""
    digits: str
    """Its digits in canonical notation."""
    scale: int = 1
    """Its magnitude: 1,000,000 for millions."""
    certain: bool = True
    """Whether the magnitude is certain; false for a letter that may be a unit."""

    @property
    def value(self) -> Decimal | None:
        """The decimal value; None for a version or a date."""
        return Decimal(self.digits) * self.scale if re.fullmatch(r"\d+(\.\d+)?", self.digits) else None


def canonical(number: str) -> str:
    """Return a number without thousands separators and with a decimal point; other notations stay as they are."""
    if re.fullmatch(r"\d{1,3}(\.\d{3})+,\d+|\d{1,3}(\.\d{3}){2,}", number):  # 1.234,5 and 1.234.567
        return number.replace(".", "").replace(",", ".")
    if re.fullmatch(r"\d{1,2}(,\d{2})+,\d{3}(\.\d+)?", number):  # 12,34,567
        return number.replace(",", "")
    number = re.sub(r",(?=\d{3}(?:\D|$))", "", number)
    return number.replace(",", ".") if re.fullmatch(r"\d+,\d+", number) else number


def amounts(text: str) -> list[Amount]:
    """Return the numbers in digits of a text, in order."""
    text = unicodedata.normalize("NFKC", _GROUP_SPACE.sub(",", text))
    found = []
    for match in _AMOUNT.finditer(text):
        digits, word, letter = match.groups()
        scale = _MAGNITUDES[word.lower()] if word else _LETTERS.get(letter or "", 1)
        found.append(Amount(match.group(), canonical(digits), scale, certain=not letter))
    return found


def numbers(text: str) -> set[str]:
    """Return the numbers in digits of a text in canonical notation: `1,800` and `1800` are the same."""
    return {amount.digits for amount in amounts(text)}


def magnitudes(text: str) -> set[int]:
    """Return the magnitudes that a text names anywhere ("in millions")."""
    return {_MAGNITUDES[word.lower()] for word in _MAGNITUDE.findall(text)}


def spelled(text: str) -> dict[str, int]:
    """Return the English number words of a text with their values: `ninety-seven`, `two hundred and five`."""
    found: dict[str, int] = {}
    dutch = bool(_DUTCH.search(text))
    for match in _WORDS.finditer(text):
        words = [word for word in re.split(r"[\s-]+", match.group().lower()) if word not in ("a", "an", "and")]
        if not (dutch and words == ["ten"]):
            found[match.group()] = _value(words)
    return found


def _value(words: list[str]) -> int:
    total = part = 0
    for word in words:
        if word in _UNITS:
            part += _UNITS[word]
        elif _MULTIPLES[word] <= 100:
            part = max(part, 1) * _MULTIPLES[word]
        else:
            total, part = total + max(part, 1) * _MULTIPLES[word], 0
    return total + part
