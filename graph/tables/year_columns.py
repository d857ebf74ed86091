"""Columns of one measure in several years: which of them "the site with the most employees" means."""

from __future__ import annotations

import re
from collections.abc import Sequence

from graph.tables.matching import Match
from graph.tables.open_values import is_settled_by_numbers
from graph.tables.row_names import UNITS
from graph.tables.sums import without_sums
from graph.tables.views import TableView

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_NOW = re.compile(r"\b(?:is|are|has|have|do|does)\b(?! been\b)", re.IGNORECASE)
_FORECAST = re.compile(
    r"\b(?:forecast|projection|projected|plan(?:ned)?|budget|target|estimated?|expected|est|proj)\b|\d[ef]\b", re.I
)
_LEAST_COLUMNS = 2


def of_last_year(found: Match) -> str:
    """Return the column of the last year where a question for the most or the least leaves the year open; else "".

    It does so where it is in the present tense, or the same row leads in every year. The columns must be of one
    measure: bare years under a caption that names it ("Employees": 2023, 2024), or "Sales 2023" and "Sales 2024".
    """
    columns = found.columns or found.partial or (found.view.columns if found.scoped else [])
    if found.asked.operation != "extreme" or found.rows or _YEAR.search(found.question):
        return ""
    years = {column: _YEAR.findall(column) for column in columns}
    measures = {" ".join(_YEAR.sub(" ", UNITS.sub(" ", column)).split()) for column in columns}
    if len(columns) < _LEAST_COLUMNS or len(measures) != 1 or any(len(own) != 1 for own in years.values()):
        return ""
    ordered = sorted(columns, key=lambda column: years[column])
    if len({years[column][0] for column in ordered}) < len(ordered):
        return ""
    firsts = [_first(found.view, column, most=found.asked.most) for column in ordered]
    agree = found.asked.rank == 1 and firsts[0] and all(one == firsts[0] for one in firsts)
    is_now = _NOW.search(found.question) and not any(map(_FORECAST.search, ordered))
    return ordered[-1] if agree or is_now else ""


def _first(view: TableView, column: str, *, most: bool) -> Sequence[str]:
    """Return the names of the rows with the most or least in a column; [] where its cells do not tell."""
    rows = without_sums(view, column).rows
    cells = [(row.cells.get(column, ""), view.order(row, column)) for row in rows]
    known = [value for _, value in cells if value is not None]
    if not known or not is_settled_by_numbers(cells, most=most):
        return []
    best = (max if most else min)(known)
    return [row.name for row, (_, value) in zip(rows, cells, strict=True) if value == best]
