"""A check of a claim's facts: every number, date and name in it must be in its evidence.

Numbers must be in the quote (of a table row also in its caption and column headers; years also in the headings above).
Dates and names may be in the chunk around it, because a quote says "she" where the chunk named her before. Notation may
differ, the value may not: 1,800 and 1800, 3.2 million and 3,200,000, ninety-seven and 97, 9 February and 2025-02-09.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from graph.retrieval import terms
from graph.verification import dates, names
from graph.verification.numbers import amounts, canonical, magnitudes, numbers, spelled
from loaders.text.numbers import Number, decimal_mark, find_numbers, fold, spaced_numbers

__all__ = ["Evidence", "calculated", "numbers", "unsupported_facts"]

_AMOUNT = r"(\d+(?:,\d{3})*(?:\.\d+)?)"
_SUBTRACTION = re.compile(rf"{_AMOUNT}\s*[-−–]\s*{_AMOUNT}\s*=\s*{_AMOUNT}")
_SMALLEST_SCALED = 1000  # smaller numbers are not written with a magnitude
_UNCOUNTED = {"one", "a", "an"}  # "one of them" counts nothing


@dataclass(frozen=True, slots=True)
class Evidence:
    """The texts that may support a claim."""

    exact: str
    """The quote, with the caption and column headers of the table rows in it."""
    above: str = ""
    """The headings above the chunk."""
    around: str = ""
    """The document's name and title, and the chunk without the table rows that are not quoted."""
    whole: str = ""
    """The document's name and title, and the chunk with all its rows."""


def unsupported_facts(text: str, evidence: Evidence) -> list[str]:
    """Return the numbers, dates and names of a claim that its evidence does not contain, as the claim writes them."""
    supported = calculated(text, evidence.whole)
    # A calculated difference of two rows may name both rows: its numbers come from them.
    around = evidence.whole if supported else evidence.around
    held = f"{evidence.exact} {evidence.above} {around}"
    unsupported = [
        *_numbers(text, evidence, supported),
        *dates.unsupported_dates(text, held),
        *names.unsupported_names(text, held),
    ]
    return list(dict.fromkeys(unsupported))


def calculated(text: str, chunk_text: str) -> set[str]:
    """Return the numbers of subtractions that a text writes out ("62.1 − 55.0 = 7.1").

    Only correct subtractions count, and only if both operands are in the chunk's text.
    """
    held = numbers(chunk_text, decimal_mark(chunk_text))
    supported: set[str] = set()
    for found in _SUBTRACTION.findall(fold(text)):
        high, low, result = map(canonical, found)
        if {high, low} <= held and Decimal(high) - Decimal(low) == Decimal(result):
            supported |= {high, low, result}
    return supported


def _numbers(text: str, evidence: Evidence, supported: set[str]) -> list[str]:
    exact, text = evidence.exact, dates.without_figures(text)
    mark = decimal_mark(f"{exact} {evidence.whole}")
    given = amounts(exact, mark)
    values = {value for amount in given for value in amount.values} | {Decimal(v) for v in spelled(exact).values()}
    values |= {value * scale for amount in given for scale in magnitudes(exact) for value in amount.unscaled}
    held = {reading for amount in given if amount.scale == 1 or not amount.certain for reading in amount.readings}
    held |= {str(value) for value in spelled(exact).values()}
    held |= dates.numbers(exact) | terms.years(evidence.above) | supported
    # "Revenue in millions was 3.2": the claim states the magnitude elsewhere.
    held |= {reading for amount in given if amount.scale in magnitudes(text) for reading in amount.readings}
    # A number that is copied as it is written means what it means in the document.
    copied = {(amount.written, amount.scale) for amount in given}
    lacking = [
        amount.text
        for amount in find_numbers(_joined(text, held), decimal_mark(text) or mark)
        if (amount.written, amount.scale) not in copied and not _is_supported(amount, held, values)
    ]
    for word, value in spelled(text).items():
        if word.lower() not in _UNCOUNTED and Decimal(value) not in values and str(value) not in held:
            lacking.append(word)
    return sorted(lacking)


def _joined(text: str, held: set[str]) -> str:
    """Return a text in which the spaced groups of a number that the evidence holds are one ("12 480,1")."""
    text = fold(text)
    for number in spaced_numbers(text):
        if not held.isdisjoint(number.readings):
            text = text.replace(number.text, number.text.replace(" ", "'"))
    return text


def _is_supported(amount: Number, held: set[str], values: set[Decimal]) -> bool:
    if amount.scale == 1:
        scaled = any(value >= _SMALLEST_SCALED and value in values for value in amount.values)
        return not held.isdisjoint(amount.readings) or scaled
    in_digits = not amount.certain and not held.isdisjoint(amount.readings)
    return in_digits or any(value in values for value in amount.values)
