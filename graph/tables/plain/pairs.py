"""Comparisons of two values: of two rows, columns, years or times, or of a part and the whole."""

from __future__ import annotations

import re
from collections.abc import Sequence

from graph.retrieval import terms
from graph.tables.across import is_degree_of_others
from graph.tables.operations import Asked, Operation, asked_of_table
from graph.tables.plain import claims
from graph.tables.plain.grid import AMOUNTS, Column, Kind
from graph.tables.plain.mentions import Named, columns_named, says
from graph.tables.plain.question import Wanted, Way
from graph.tables.plain.targets import is_settled, one_of, target_of, values_of
from graph.tables.views import Row
from graph.types import Claim

_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_YEAR_BEFORE = re.compile(r"\b(?:before|previous|prior|earlier|preceding)\b", re.IGNORECASE)
_PER = re.compile(r"\bper\b", re.IGNORECASE)
_ASKS_ROWS = re.compile(r"^\W*(?:(?:in|for|at|on|of) )?(?:which|what|whose?|how many|list|name)\b", re.IGNORECASE)


def span(found: Named, wanted: Wanted) -> list[Claim]:
    """Return the time from one cell to another, in one row or between two."""
    grid, rows = found.grid, found.rows()
    if not found.mentions or any(column.kind == "duration" for column in grid.columns):
        return []
    kind: Kind = "date" if wanted.unit in ("day", "week") else "clock"
    if len(rows) == 1:
        among = grid.of_kind(kind) if wanted.unit else grid.of_kind("clock") or grid.of_kind("date")
        if len(among) != 2 or not is_settled(found, among, among):
            return []
        return one_of(claims.span(grid, (rows[0], among[0]), (rows[0], among[1])))
    columns = columns_named(found, grid.of_kind("clock"))
    if len(rows) != 2 or len(columns) != 1 or not all(one.column.is_label for one in found.mentions):
        return []
    if not is_settled(found, columns):
        return []
    return one_of(claims.span(grid, (rows[0], columns[0]), (rows[1], columns[0])))


def trend(found: Named, wanted: Wanted) -> list[Claim]:
    """Return the rows in which one column is above another."""
    if found.mentions or not _ASKS_ROWS.match(found.question):
        return []
    two = _two_columns(found)
    target = [column for column in target_of(found) if two and column not in two]
    if two is None or not is_settled(found, two, target):
        return []
    return one_of(claims.trend(found.grid, found.grid.rows, two, more=wanted.most, target=target))


def _two_columns(found: Named) -> tuple[Column, Column] | None:
    """Return the two columns that a question compares, in its order."""
    grid, mentioned = found.grid, [one.column for one in found.mentions]
    among = [column for column in grid.columns if column.kind in AMOUNTS and column not in mentioned]
    years = sorted(found.years)
    if years:
        pair = _of_years(found, among, years)
        if pair:
            return pair
    named = _in_order(found, among)
    if len(named) == 2:
        side = _BOUND.search(found.question)
        return (named[1], named[0]) if side and _first(found, named) > side.start() else (named[0], named[1])
    if not named and len(among) == 2 and _OVER_BUDGET.search(found.question):
        return among[0], among[1]
    if len(named) == 1 and len(among) == 2:  # "above the minimum", "more than planned"
        other = next(column for column in among if column is not named[0])
        return other, named[0]
    return None


# "Below the minimum stock": the first column after the word is the bound.
_BOUND = re.compile(r"\b(?:above|below|over|under|exceed(?:s|ed|ing)?)\b(?!.*\bthan\b)", re.IGNORECASE)
_OVER_BUDGET = re.compile(
    r"\b(?:over|under|above|below|exceed(?:s|ed)?) (?:the )?(?:budget|plan|estimate)\b", re.IGNORECASE
)


def _first(found: Named, columns: Sequence[Column]) -> int:
    """Return the position at which a question names the first of some columns."""
    own = frozenset[str]().union(*(column.stems for column in columns)) - terms.STOP_WORDS
    return min((word.start for word in found.rest() if says(word, own)), default=0)


def _in_order(found: Named, among: Sequence[Column]) -> list[Column]:
    """Return the columns that a question names in full, in its order; of columns with years only the year asked for."""
    places: list[tuple[int, Column]] = []
    for column in among:
        own = {one for one in column.stems if not _YEAR.fullmatch(one)} - terms.STOP_WORDS
        year = set(_YEAR.findall(column.name))
        if year and found.years and year.isdisjoint(found.years):
            continue
        hits = [word.start for word in found.rest() if says(word, own)]
        if own and all(any(says(word, [one]) for word in found.rest()) for one in own):
            places.append((hits[0], column))
        elif per := _PER.search(found.question):  # "per square metre" of "Size (m2)"
            units = terms.stems(column.name) - column.stems
            at = [word.start for word in found.rest() if word.start > per.start() and says(word, units)]
            places += [(at[0], column)] if at else []
    return [column for _, column in sorted(places, key=lambda one: one[0])]


def _of_years(found: Named, among: Sequence[Column], years: Sequence[str]) -> tuple[Column, Column] | None:
    """Return the columns of the two years that a question names, or of one and the year before."""
    if len(years) == 1 and (_YEAR_BEFORE.search(found.question) or len(_in_order(found, among)) < 2):
        years = [str(int(years[0]) - 1), *years]
    if len(years) != 2:
        return None
    asked = _YEAR.findall(found.question)
    order = asked if len(asked) == 2 else years[::-1]
    pair: list[Column] = []
    for year in order:
        of_year = [column for column in among if year in column.name]
        best = _of_year(found, of_year)
        if len(best) != 1:
            return None
        pair.append(best[0])
    return (pair[0], pair[1]) if len(pair) == 2 and _bare(pair[0]) == _bare(pair[1]) else None


def _of_year(found: Named, of_year: Sequence[Column]) -> list[Column]:
    """Return the columns of one year with the most words of a question, if the question has all words of theirs."""
    scored = []
    for column in of_year:
        own = {one for one in column.stems if not _YEAR.fullmatch(one)}
        covered = {one for one in own if any(says(word, [one]) for word in found.rest())}
        scored.append((covered == own, len(covered), column))
    best = max(((full, count) for full, count, _ in scored), default=None)
    return [column for full, count, column in scored if (full, count) == best and full]


def _bare(column: Column) -> str:
    return " ".join(_YEAR.sub(" ", column.bare).split())


def pair(found: Named, wanted: Wanted) -> list[Claim]:
    """Return the comparison of two rows in a column, or of two columns in a row."""
    grid, rows = found.grid, found.rows() if found.mentions else []
    operation = _OPERATIONS[wanted.way]
    inverted = operation == "ratio" and asked_of_table(found.question).inverted
    asked = Asked(operation, wanted.spans, most=wanted.most, inverted=inverted)
    if len(rows) == 2:
        columns = values_of(found) or _implied(found)
        rows = sorted(rows, key=lambda row: _place(found, row))
        settled = len(columns) == 1 and is_settled(found, columns)
        return one_of(claims.of_pair(grid, rows, columns, asked)) if settled else []
    if not rows and operation == "yes-no" and len(grid.view.totals) == 1:
        rows = list(grid.view.totals)
    two = _two_columns(found) if len(rows) == 1 and operation != "comparison" else None
    if two is None or not is_settled(found, two) or is_degree_of_others(found.question, grid.view):
        return []
    return one_of(claims.of_pair(grid, rows, list(two), asked))


_OPERATIONS: dict[Way, Operation] = {
    "difference": "difference", "ratio": "ratio", "yes-no": "yes-no", "comparison": "comparison",
}  # fmt: skip
_IMPLIED: tuple[tuple[re.Pattern[str], tuple[Kind, ...]], ...] = (
    (re.compile(r"\b(?:faster|slower|quicker)\b", re.I), ("duration",)),
    (re.compile(r"\b(?:cheaper|dearer|more expensive|less expensive|pricier)\b", re.I), ("money",)),
)


_LARGER = re.compile(r"\b(?:larger|bigger|smaller)\b", re.IGNORECASE)
_SIZES = terms.stems("area size")


def _implied(found: Named) -> list[Column]:
    """Return the only column of the kind that a comparative implies: times for "faster", areas for "larger"."""
    for pattern, kinds in _IMPLIED:
        if pattern.search(found.question):
            return found.grid.of_kind(*kinds)
    if _LARGER.search(found.question):
        return [column for column in found.grid.columns if column.kind == "number" and column.stems & _SIZES]
    return []


def _place(found: Named, row: Row) -> int:
    """Return the position at which a question names a row."""
    return min(
        (one.words[0].start for one in found.mentions if found.grid.cell(row, one.column) in one.cells),
        default=0,
    )


def share(found: Named, _: Wanted) -> list[Claim]:
    """Return the share of one row in the total of a column."""
    rows = found.rows() if found.mentions else []
    columns = values_of(found)
    if len(rows) != 1 or len(columns) != 1 or not is_settled(found, columns):
        return []
    if "%" in f"{columns[0].name} {found.grid.cell(rows[0], columns[0])}":  # the cell is a share itself
        return claims.looked_up(found.grid, rows, columns, [])
    return one_of(claims.share(found.grid, rows[0], columns[0]))
