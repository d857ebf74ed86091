"""Numbers of a claim and of its evidence: digits in every notation, and English number words.

Numbers are compared by their digits: `1,800` is 1800, while `71.0` is not 71. The value decides only for magnitudes and
number words. How digits are written and read is in `loaders/text/numbers.py`.
"""

from __future__ import annotations

import re

from loaders.text.numbers import MAGNITUDES, Mark, Number, find_numbers, readings, spaced_numbers

_THOUSAND, _MILLION, _BILLION = 10**3, 10**6, 10**9
_MAGNITUDE = re.compile(rf"\b({'|'.join(sorted(MAGNITUDES, key=len, reverse=True))})\b", re.IGNORECASE)

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


def canonical(number: str) -> str:
    """Return a number without thousands separators and with a decimal point, by its likeliest reading."""
    return readings(number)[0]


def amounts(text: str, decimal: Mark = "") -> list[Number]:
    """Return the numbers in digits of a text; what may be one number in spaced groups comes as one and several."""
    return [*find_numbers(text, decimal), *spaced_numbers(text, decimal)]


def numbers(text: str, decimal: Mark = "") -> set[str]:
    """Return every reading of the numbers in digits of a text: `1,800` and `1800` are the same."""
    return {reading for amount in amounts(text, decimal) for reading in amount.readings}


def magnitudes(text: str) -> set[int]:
    """Return the magnitudes that a text names anywhere ("in millions")."""
    return {MAGNITUDES[word.lower()] for word in _MAGNITUDE.findall(text)}


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
