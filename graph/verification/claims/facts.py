"""A check of a claim's facts: every number, date and name in it must be in its evidence.

Numbers must be in the quote (of a table row also in its caption and column headers; years also in the headings above),
or follow from it. Dates and names may be in the chunk around it: a quote may say "she" of a person whom the chunk named
before. Notation may differ, the value may not.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from graph.verification.claims import acronyms, dates, names
from graph.verification.claims.evidence import Evidence
from graph.verification.claims.numbers import durations
from graph.verification.claims.numbers.support import unsupported_numbers

__all__ = ["Evidence", "Unsupported", "find_unsupported", "unsupported_facts"]


class Unsupported(NamedTuple):
    """The numbers, dates and names of a claim that its evidence lacks, as the claim writes them."""

    numbers: list[str]
    dates: list[str]
    names: list[str]
    nearby: list[str]
    """The names among them that other rows of the passage have: the quote lacks a row or a heading."""


def find_unsupported(text: str, evidence: Evidence) -> Unsupported:
    """Return the numbers, dates and names of a claim that its evidence does not contain."""
    numbers, calculates = unsupported_numbers(text, evidence)
    # A calculated difference of two rows may name both rows: its numbers come from them.
    around = evidence.whole if calculates else evidence.around
    held = f"{evidence.exact} {evidence.above} {around}"
    unnamed = names.unsupported_names(text, held)
    if unnamed:
        spelled = acronyms.spelled_out(text, held, evidence.document) | acronyms.abbreviated(text, held)
        unnamed = [name for name in unnamed if name.casefold() not in spelled]
    nearby = [name for name in unnamed if not names.unsupported_names(f"The {name}", evidence.whole)]
    lacking = dates.unsupported_dates(text, held)
    follows = _that_follow(text, lacking, evidence.quote or evidence.exact)
    # A day or year of an unsupported date is reported with the date.
    alone = [number for number in numbers if not any(number in date for date in lacking)]
    lacking = [date for date in lacking if date not in follows]
    return Unsupported(alone, lacking, unnamed, nearby)


def _that_follow(text: str, lacking: Collection[str], quote: str) -> set[str]:
    """Return the dates among `lacking` that follow from the quote by adding a duration to another date."""
    known = durations.ends(quote) if lacking else []
    return {one.text for one in dates.dates(text) if one.text in lacking and any(one.agrees(other) for other in known)}


def unsupported_facts(text: str, evidence: Evidence) -> list[str]:
    """Return the numbers, dates and names of a claim that its evidence does not contain, as the claim writes them."""
    found = find_unsupported(text, evidence)
    return list(dict.fromkeys([*found.numbers, *found.dates, *found.names]))
