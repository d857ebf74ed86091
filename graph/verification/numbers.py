"""Numbers as texts write them: digits in several notations, magnitudes ("3.2 million"), English number words.

Which digits belong together is what counts, so that `1,800` is 1800 and `71.0` is not 71. Two texts agree on a number
that both write alike; the value decides only where a magnitude or a number word is involved.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

_THOUSAND, _MILLION, _BILLION, _TRILLION = 10**3, 10**6, 10**9, 10**12
# English, German, French, Spanish, Italian, Portuguese. French "billion" is 10^12 and not told from the English one.
_MAGNITUDES = {
    **dict.fromkeys(("thousand", "thousands", "tausend", "tsd", "milliers"), _THOUSAND),
    **dict.fromkeys(("million", "millions", "millionen", "mio", "mln", "millones", "milioni", "milhões"), _MILLION),
    **dict.fromkeys(
        ("billion", "billions", "bn", "milliarde", "milliarden", "mrd", "mld", "milliard", "milliards", "miliardi"),
        _BILLION,
    ),
    **dict.fromkeys(("trillion", "trillions", "billionen"), _TRILLION),
}
# A letter at a number may be a magnitude or a unit (31m, 4K, 32B), so that both readings stand.
_LETTERS = {"k": _THOUSAND, "K": _THOUSAND, "m": _MILLION, "M": _MILLION, "B": _BILLION}
_NUMBER = r"\d+(?:[.,]\d+)*"
_WORD = "|".join(sorted(_MAGNITUDES, key=len, reverse=True))
_AMOUNT = re.compile(rf"({_NUMBER})(?:[ -]?({_WORD})\b|([kKmMB])\b)?", re.IGNORECASE)
_MAGNITUDE = re.compile(rf"\b({_WORD})\b", re.IGNORECASE)
# The narrow and the unbreakable space between groups of digits; an ordinary one may part two cells of a table.
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
# "in million euros" names a magnitude, and counts nothing without a word before it.
_FIRST = rf"(?:{'|'.join(_UNITS)}|an? (?:{'|'.join(_MULTIPLES)}))"
_WORDS = re.compile(rf"(?<![\w.]){_FIRST}(?:[ -](?:and )?(?:{_SPELLED}))*\b", re.IGNORECASE)
# "ten" is a preposition in Dutch, and "one" and "a" count nothing in most sentences.
_DUTCH = re.compile(r"\b(het|een|van|niet)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Amount:
    """A number in digits: as it is written, its digits in one notation, its magnitude, and whether that is certain."""

    text: str
    digits: str
    scale: int = 1
    certain: bool = True

    @property
    def value(self) -> Decimal | None:
        """The number that it stands for; None for what is no decimal number (a version, a date)."""
        return Decimal(self.digits) * self.scale if re.fullmatch(r"\d+(\.\d+)?", self.digits) else None


def canonical(number: str) -> str:
    """Digits without thousands separators and with a decimal point; what is written otherwise stays as it is."""
    if re.fullmatch(r"\d{1,3}(\.\d{3})+,\d+|\d{1,3}(\.\d{3}){2,}", number):  # 1.234,5 and 1.234.567
        return number.replace(".", "").replace(",", ".")
    if re.fullmatch(r"\d{1,2}(,\d{2})+,\d{3}(\.\d+)?", number):  # 12,34,567
        return number.replace(",", "")
    number = re.sub(r",(?=\d{3}(?:\D|$))", "", number)
    return number.replace(",", ".") if re.fullmatch(r"\d+,\d+", number) else number


def amounts(text: str) -> list[Amount]:
    """The numbers in digits of a text, in order."""
    text = unicodedata.normalize("NFKC", _GROUP_SPACE.sub(",", text))
    found = []
    for match in _AMOUNT.finditer(text):
        digits, word, letter = match.groups()
        scale = _MAGNITUDES[word.lower()] if word else _LETTERS.get(letter or "", 1)
        found.append(Amount(match.group(), canonical(digits), scale, certain=not letter))
    return found


def numbers(text: str) -> set[str]:
    """The numbers in digits of a text, in one notation: `1,800` and `1800` are one."""
    return {amount.digits for amount in amounts(text)}


def magnitudes(text: str) -> set[int]:
    """The magnitudes that a text names ("in millions"), wherever."""
    return {_MAGNITUDES[word.lower()] for word in _MAGNITUDE.findall(text)}


def spelled(text: str) -> dict[str, int]:
    """The number words of an English text with their values: `ninety-seven`, `two hundred and five`, `a dozen`."""
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
