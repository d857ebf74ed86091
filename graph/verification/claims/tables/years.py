"""A check of a row's values by year: another year's value, a fall called a rise, dollars for cents.

The columns of a table often have a year and words that a claim does not repeat ("Twelve months ended June 30, 2023").
A finding is a doubt.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from graph.storage.rows import SentenceRow
from graph.verification.claims.comparisons.courses import stated_course
from graph.verification.claims.evidence import Evidence
from graph.verification.claims.numbers.arithmetic import Stated
from graph.verification.claims.tables.names import label, mentions, of_kind, tokens
from graph.verification.claims.tables.places import columns_of, named_rows
from loaders.text.numbers import Mark, cell_values

_YEAR = re.compile(r"(?<!\d)(?:1[5-9]|20)\d\d(?!\d)")
_FEWEST = 2  # least years of a row for a comparison
_CENTS = re.compile(r"\b(?:cents?|pence|cps)\b", re.IGNORECASE)
_WHOLE_MONEY = re.compile(r"\b(?:dollars?|euros?|pounds?|francs?|million|billion)\b|[$€£]", re.IGNORECASE)


def other_year(text: str, stated: Sequence[Stated], evidence: Evidence, decimal: Mark = "") -> str:
    """Return a doubt where all columns of a claim's value have other years than the claim; else ""."""
    said = set(_YEAR.findall(text))
    rows = named_rows(mentions(text, evidence.table), evidence.rows)
    years = {year for row in rows for column, _ in row.cells[1:] for year in _YEAR.findall(column)}
    if not said or not said <= years:
        return ""
    places = [(one, columns_of(one, rows, decimal)) for one in stated if not _PERCENT.match(text, one.end)]
    places = [(one, names) for one, names in places if names]
    if len(places) != 1 or _COMPARED.search(text):
        return ""  # "388 in 2024, down from 412"
    one, names = places[0]
    held = [set(_YEAR.findall(column)) for column in names]
    if all(of_one and not of_one & said for of_one in held):
        return f"{one.text} stands in a column of {', '.join(sorted(set.union(*held)))}"
    return ""


_PERCENT = re.compile(r"\s?(?:%|per ?cent|percent|Prozent)")
_COMPARED = re.compile(
    r"\b(?:year before|previous year|prior year|year earlier|before|until|after|since|last year|vorjahr|vor|nach|"
    r"seit)\b",
    re.IGNORECASE,
)
"""Words that say that a value is of another year than the one named."""


def other_course(text: str, evidence: Evidence, decimal: Mark = "") -> str:
    """Return a doubt where a claim says that a row rose in a year in which all its measures fell; else ""."""
    found = mentions(text, evidence.table)
    rows, names = named_rows(found, evidence.rows), {at for one in of_kind(found, "row") for at in one.places}
    course = stated_course(" ".join(token.text for at, token in enumerate(tokens(text)) if at not in names))
    said = set(_YEAR.findall(text))
    if not course or len(rows) != 1 or not said:
        return ""
    pairs = [pair for values in _by_measure(rows[0], decimal) if (pair := _ends(values, max(said)))]
    if pairs and all((abs(last) - abs(first)) * course <= 0 for first, last in pairs):
        return f"the row goes from {pairs[-1][0]} to {pairs[-1][1]}"
    return ""


def _by_measure(row: SentenceRow, decimal: Mark) -> list[dict[str, Decimal]]:
    """Return the values of a row by year, for each measure that its columns have besides the year."""
    measures: dict[str, dict[str, Decimal]] = {}
    for column, cell in row.cells[1:]:
        years, values = _YEAR.findall(column), cell_values(cell, decimal)
        if len(years) == 1 and values:
            measures.setdefault(_YEAR.sub("", column).casefold().strip(), {})[years[0]] = values[0]
    return [values for values in measures.values() if len(values) >= _FEWEST]


def _ends(values: dict[str, Decimal], last: str) -> tuple[Decimal, Decimal] | None:
    """Return the value of the year before a year, and that of the year; None where one is missing."""
    before = [year for year in values if year < last]
    return (values[max(before)], values[last]) if before and last in values else None


def other_money(text: str, stated: Sequence[Stated], evidence: Evidence, decimal: Mark = "") -> str:
    """Return a doubt where a row is in cents, and a claim has its value in dollars; else ""."""
    rows = [row for row in named_rows(mentions(text, evidence.table), evidence.rows) if _CENTS.search(label(row))]
    if not rows or _CENTS.search(text) or not _WHOLE_MONEY.search(text):
        return ""
    for one in stated:
        if columns_of(one, rows, decimal):
            return f"the row “{label(rows[0])}” has {one.text} in cents"
    return ""
