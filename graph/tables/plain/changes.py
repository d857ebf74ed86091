"""The row that grew or fell most between two columns of years: "Which group grew most?"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from graph.tables import results
from graph.tables.label_forms import are_of_different_kinds
from graph.tables.plain.claims import operand
from graph.tables.plain.grid import Column, Grid
from graph.tables.plain.mentions import match_grid
from graph.tables.plain.question import changed_most
from graph.tables.plain.targets import is_settled, one_of, target_of
from graph.tables.views import Row
from graph.types import Claim

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_RISE = re.compile(r"\b(?:grew|grow|grown|rose|risen|rise|gain(?:ed)?|improved?|increased?|growth|up)\b", re.IGNORECASE)
_FALL = re.compile(
    r"\b(?:fell|fallen|fall|lost|lose|shrank|shrunk|decreased?|declined?|dropped|drop|down)\b", re.IGNORECASE
)
_LEAST = re.compile(r"\b(?:least|smallest)\b", re.IGNORECASE)
_LEAST_ROWS = 2


def most_changed(question: str, grid: Grid) -> list[Claim]:
    """Return the row with the largest rise or fall; [] where a question leaves open of what, or between which years.

    The largest change must be the largest in percent too, since a question does not say which of both it means.
    """
    words = changed_most(question)
    is_rise, is_fall = _RISE.search(words), _FALL.search(words)
    if not words or _LEAST.search(words) or bool(is_rise) == bool(is_fall):
        return []
    start = question.find(words)
    found = match_grid(question, grid, [(start, start + len(words))])
    two = _two_years(question, grid, [word.stem for word in found.rest()])
    if found.mentions or two is None or are_of_different_kinds(grid.rows):
        return []
    target = [column for column in target_of(found) if column not in two]
    if any(not column.is_label for column in target) or not is_settled(found, two, target):
        return []
    return one_of(_largest(grid, two, rise=bool(is_rise)))


def _two_years(question: str, grid: Grid, asked: Sequence[str]) -> tuple[Column, Column] | None:
    """Return the columns of the two years of a change, the earlier first; None where a question leaves them open."""
    of_year: dict[int, list[Column]] = {}
    for column in grid.of_kind("number", "money"):
        years = _YEAR.findall(column.name)
        if len(years) == 1 and not column.is_label:
            of_year.setdefault(int(years[0]), []).append(column)
    named = sorted(set(map(int, _YEAR.findall(question))))
    years = [named[0] - 1, named[0]] if len(named) == 1 else named or sorted(of_year)
    if len(years) != 2:
        return None
    pair = [_of_words(of_year.get(year, []), asked) for year in years]
    first, second = pair
    same = first and second and _YEAR.sub("", first.bare).strip() == _YEAR.sub("", second.bare).strip()
    return (first, second) if first and second and same else None


def _of_words(columns: Sequence[Column], asked: Sequence[str]) -> Column | None:
    """Return the only column of a year, or the only one of which a question has the other words."""
    if len(columns) > 1:
        columns = [one for one in columns if (own := {w for w in one.stems if not w.isdigit()}) and own <= set(asked)]
    return columns[0] if len(columns) == 1 else None


def _largest(grid: Grid, two: tuple[Column, Column], *, rise: bool) -> Claim | None:
    """Return the claim on the row that rose or fell most; None where a value is missing, or two rows did so."""
    changes: list[tuple[Decimal, Decimal, Row]] = []
    for row in grid.rows:
        before, after = (grid.order(row, column) for column in two)
        if before is None or after is None or before <= 0:
            return None
        change = after - before if rise else before - after
        changes.append((change, change / before, row))
    by_amount = sorted(changes, key=lambda one: one[0], reverse=True)
    by_share = sorted(changes, key=lambda one: one[1], reverse=True)
    if len(changes) < _LEAST_ROWS or by_amount[0][2] is not by_share[0][2]:
        return None
    if by_amount[0][0] <= 0 or by_amount[0][0] == by_amount[1][0]:
        return None
    winner = by_amount[0][2]
    said = [grid.shown(winner, column) for column in two]
    high, low = (said[1], said[0]) if rise else (said[0], said[1])
    result = results.written(by_amount[0][0], grid.view)
    text = (
        f"{winner.name}: {two[0].shown} {said[0]}, {two[1].shown} {said[1]}, the largest {'rise' if rise else 'fall'}"
        f" of {len(changes)} ({high} − {low} = {result})"
    )
    rows = [winner, *(row for row in grid.rows if row is not winner)]
    operands = [operand(grid, row, column) for row in rows for column in two]
    return results.claim(text, f"changes {'rise' if rise else 'fall'}", operands, result)
