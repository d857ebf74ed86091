"""Results of two values of a quote, in claims without a word for the calculation.

A model computes the value asked for and states it alone: "$10.50 a share" for 431 million dollars and 41 million
shares. Few values rarely give a number of three digits or more by coincidence; a number of the passage with a digit
changed is a slip and no result.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import permutations

from graph.verification.claims.comparisons.directions import directions_of
from graph.verification.claims.evidence import Evidence
from graph.verification.claims.numbers.arithmetic import Stated, matches
from graph.verification.claims.numbers.parsing import amounts, spelled, without_names
from loaders.text.numbers import decimal_mark, find_numbers, fold

_LEAST_DIGITS = 3
_MOST_VALUES = 5
"""Most values of a quote: five give 10 ratios, which equal a given three-digit number in one of fifty cases."""
_SPACE = re.compile(r"(?<=\d) (?=\d{3}(?!\d))")
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
_SHARE = re.compile(r"(?<![\w.,])(\d{1,2}(?:[.,]\d+)?)\s?(?:%|per ?cent\b|prozent\b)", re.IGNORECASE)
_AFTER = re.compile(
    r"\s?(?:%|[$€£]|[^\W\d]+\.?)?(?:\s[^\W\d]+){0,2}?\s(?P<word>[^\W\d]{4,})(?:\s[^\W\d]+)?\s(?:than|as|als)\b",
    re.IGNORECASE,
)


def follows_from_quote(one: Stated, evidence: Evidence) -> bool:
    """Return whether a number is a ratio of two values of the quote, or a share or change in percent.

    Sums and differences have the unit of the values, and without a word for them may be wrong values.
    """
    values = _values(evidence)
    if not 2 <= len(values) <= _MOST_VALUES or _digits(one.text) < _LEAST_DIGITS or _is_slip(one, evidence):
        return False
    if any(matches(one, result) for a, b in permutations(values, 2) for result in _results(a, b, one)):
        return True
    quote = fold(evidence.quote or evidence.exact)
    shares = {Decimal(found[1].replace(",", ".")) for found in _SHARE.finditer(quote)} - {Decimal(0)}
    wholes = (value / share * 100 for value in values for share in shares if value != share)
    return not one.is_percent and any(matches(one, whole) for whole in wholes)


def _results(a: Decimal, b: Decimal, one: Stated) -> Iterable[Decimal]:
    if one.is_percent:
        return (a / b * 100, abs(a - b) / b * 100) if b else ()
    return (a / b,) if b and a > b else ()


def _values(evidence: Evidence) -> list[Decimal]:
    """Return the values of a quote's numbers except years and names, each by its likeliest reading."""
    mark = decimal_mark(f"{evidence.exact} {evidence.whole}") or evidence.decimal
    bare = _SPACE.sub("'", fold(without_names(evidence.quote or evidence.exact)))
    found = [one.values[0] for one in find_numbers(bare, mark) if one.values and not _YEAR.fullmatch(one.text)]
    return list(dict.fromkeys([*found, *map(Decimal, spelled(bare).values())]))


def _digits(number: str) -> int:
    """Return the number of significant digits, without leading zeros and the zeros at the end of a whole number."""
    digits = "".join(re.findall(r"\d", number)).lstrip("0")
    is_whole = not re.search(r"[.,]\d{1,2}(?!\d)", number)
    return len(digits.rstrip("0")) if is_whole else len(digits)


def _is_slip(one: Stated, evidence: Evidence) -> bool:
    """Return whether a number is one of the quote with a digit changed, two exchanged, or its magnitude changed."""
    said = _bare_digits(one.text)
    return any(_differ_in_one(said, _bare_digits(other.written)) for other in amounts(evidence.quote or evidence.exact))


def _bare_digits(number: str) -> str:
    return "".join(re.findall(r"\d", number)).strip("0")


def _differ_in_one(one: str, other: str) -> bool:
    if one == other:
        return True
    if len(one) != len(other) or len(one) < _LEAST_DIGITS:
        return False
    places = [at for at, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    is_exchanged = len(places) == 2 and places[1] == places[0] + 1 and sorted(one) == sorted(other)
    return len(places) == 1 or is_exchanged


def wrong_sign(text: str, stated: Sequence[Stated], evidence: Evidence) -> str:
    """Return the contradiction where a claim says "2.4 points more than" for a value 2.4 points less; else ""."""
    held = [one for one in stated if one.is_held and one.values]
    values = _values(evidence)
    for one in stated:
        found = _AFTER.match(text, one.end) if not one.is_held else None
        signs = {sign for axis, sign in directions_of(found["word"].lower()) if axis == "amount"} if found else set()
        if len(signs) != 1 or len(held) != 1 or held[0].end > one.start:
            continue
        (sign,) = signs
        own = held[0].values[0]
        above, below = (any(matches(one, (own - other) * way) for other in values) for way in (1, -1))
        if above != below and (sign == 1) != above:
            return (
                f"{held[0].text} is {'more' if above else 'less'} by {one.text}, not “{found['word'] if found else ''}”"
            )
    return ""


def without_differences(text: str, stated: Sequence[Stated]) -> str:
    """Return a claim without the comparatives after calculated numbers: "less than" in "2.4 points less than"."""
    for one in sorted(stated, key=lambda number: -number.start):
        found = _AFTER.match(text, one.end) if not one.is_held else None
        if found:
            text = f"{text[: found.start('word')]}…{text[found.end('word') :]}"
    return text
