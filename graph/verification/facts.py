"""The facts of a claim: each number, date and name in it must stand in its evidence.

Numbers are looked for in what is quoted (for a table row also in its caption and column headers; years also in the
headings above), dates and names in the passage around it too, because a quote says "she" where the passage named her.
What is forgiven is the way of writing, never the value: 1,800 and 1800, 3.2 million and 3,200,000, ninety-seven and 97,
9 February and 2025-02-09.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from graph.retrieval import terms
from graph.verification import dates, names
from graph.verification.numbers import Amount, amounts, canonical, magnitudes, numbers, spelled

__all__ = ["Evidence", "calculated", "numbers", "unsupported_facts"]

_AMOUNT = r"(\d+(?:,\d{3})*(?:\.\d+)?)"
_SUBTRACTION = re.compile(rf"{_AMOUNT}\s*[-−–]\s*{_AMOUNT}\s*=\s*{_AMOUNT}")
_UNCOUNTED = {"one", "a", "an"}  # "one of them" counts nothing


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a claim may rest on.

    `exact` is the quote with the caption and headers of the rows in it; `above` are the headings over the passage;
    `around` is the passage without the table rows that are not quoted, and the names of the document; `whole` is the
    passage with all its rows.
    """

    exact: str
    above: str = ""
    around: str = ""
    whole: str = ""


def unsupported_facts(text: str, evidence: Evidence) -> list[str]:
    """The numbers, dates and names of a claim that its evidence does not hold, as the claim writes them."""
    proven = calculated(text, evidence.whole)
    # A difference of two rows names both of them, and its numbers are proven to be theirs.
    around = evidence.whole if proven else evidence.around
    held = f"{evidence.exact} {evidence.above} {around}"
    lacking = [
        *_numbers(text, evidence, proven),
        *dates.unsupported_dates(text, held),
        *names.unsupported_names(text, held),
    ]
    return list(dict.fromkeys(lacking))


def calculated(text: str, passage: str) -> set[str]:
    """The numbers of subtractions that a text writes out ("62.1 − 55.0 = 7.1").

    Only those count that are right, and whose operands both stand in the passage.
    """
    held = numbers(passage)
    proven: set[str] = set()
    for found in _SUBTRACTION.findall(unicodedata.normalize("NFKC", text)):
        high, low, result = map(canonical, found)
        if {high, low} <= held and Decimal(high) - Decimal(low) == Decimal(result):
            proven |= {high, low, result}
    return proven


def _numbers(text: str, evidence: Evidence, proven: set[str]) -> list[str]:
    exact, text = evidence.exact, dates.without_figures(text)
    given = amounts(exact)
    values = {amount.value for amount in given} | {Decimal(value) for value in spelled(exact).values()}
    values |= {
        Decimal(amount.digits) * scale for amount in given for scale in magnitudes(exact) if amount.value is not None
    }
    held = {amount.digits for amount in given if amount.scale == 1 or not amount.certain}
    held |= {str(value) for value in spelled(exact).values()}
    held |= dates.numbers(exact) | terms.years(evidence.above) | proven
    # "Revenue in millions was 3.2": the claim names the magnitude, only elsewhere.
    held |= {amount.digits for amount in given if amount.scale in magnitudes(text)}
    lacking = [amount.text for amount in amounts(text) if not _is_supported(amount, held, values)]
    for word, value in spelled(text).items():
        if word.lower() not in _UNCOUNTED and Decimal(value) not in values and str(value) not in held:
            lacking.append(word)
    return sorted(lacking)


def _is_supported(amount: Amount, held: set[str], values: set[Decimal | None]) -> bool:
    if amount.scale == 1:
        scaled = amount.value is not None and amount.value >= 1000 and amount.value in values
        return amount.digits in held or scaled
    return amount.value in values or (not amount.certain and amount.digits in held)
