"""Claims from a table that explains every word of a question: its cells, its rows, or a computed value."""

from __future__ import annotations

import re

from graph.retrieval import terms
from graph.storage.fulltext import stem
from graph.tables import results
from graph.tables.across import quotient
from graph.tables.matching import Match, only
from graph.tables.measures import IS_PERIOD
from graph.tables.operations import Asked
from graph.tables.order_words import cells_of, is_misjudged
from graph.tables.question_words import asks_for_rows, is_other_measure, lacks_price
from graph.tables.results import MEAN, PAIRS
from graph.tables.row_names import FRAME_STEMS
from graph.tables.sums import without_any_sum, without_sums
from graph.tables.views import Row, TableView
from graph.tables.year_columns import of_last_year
from graph.types import Claim
from loaders.text.whole_periods import is_whole_period


def claims_of(found: Match) -> list[Claim]:
    """Return the claims of a table that explains the whole question; [] where the operation lacks a row or column."""
    asked, view, rows = found.asked, found.view, found.rows
    if asked.operation == "list":
        return [results.listed(without_any_sum(view))] if _lists_all(found) else []
    column = _column(found) or of_last_year(found)
    if (
        asked.operation == "extreme"
        and column
        and is_misjudged(found.question, column, cells_of(view, column), view.decimal)
    ):
        return []
    if (divided := quotient(found)) is not None:
        return divided
    if asked.operation == "cell" or (asked.operation in ("count", "sum", "mean", "extreme") and len(rows) == 1):
        columns = found.columns or ([column] if column else _of_values(found) or _of_key(found) or _periods(found))
        other = lacks_price(found.question, view.columns, " | ".join(columns)) or _asks_for_others(found)
        other = other or all(_is_other(found, row, column) for row in rows for column in columns)
        return results.cells(found, columns) if columns and rows and not other else []
    if not column:
        counts_all = asked.operation == "count" and not asked.has_condition and _lists_all(found)
        return [results.listed(without_any_sum(view))] if counts_all and _counts_rows(found) else []
    if asked.operation == "yes-no" and asked.has_condition:
        return _one(results.fulfils(view, column, rows[0], asked)) if len(rows) == 1 else []
    if asked.operation == "mean" and not rows and (printed := _printed_mean(view, column)):
        return [printed]
    if asked.operation in PAIRS:
        return _one(results.pair(view, column, rows, asked)) if len(rows) == 2 else []
    if asked.operation == "sum" and not rows and any(adds_up_others(found.question, view, row) for row in view.totals):
        return []  # of the total of a table with "Total income" and "Total costs"
    return _one(_over_rows(asked, only(view, rows) if rows else without_sums(view, column), column))


def _is_other(found: Match, row: Row, column: str) -> bool:
    cell = row.cells.get(column, "")
    return bool(cell) and is_other_measure(found.question, column, cell)


def _asks_for_others(found: Match) -> bool:
    header = next(iter(_headers(found.view)), "")
    return any(asks_for_rows(found.question, header, row.label) for row in found.rows)


_VALUES = re.compile(r"(?:values?|data|specifications?|ratings?|amounts?|figures?|details?)\b.*", re.IGNORECASE)
_ASKS_VALUE = re.compile(r"^\W*(?:and |so )?(?:what|how|which|[a-z]+ (?:of|for))\b", re.IGNORECASE)


def _of_values(found: Match) -> list[str]:
    """Return the only column of a table of properties ("Item | Value"), which questions leave out."""
    columns = found.view.columns
    is_table_of_values = len(columns) == 1 and _VALUES.fullmatch(columns[0])
    return columns if is_table_of_values and len(found.rows) == 1 and _ASKS_VALUE.match(found.question) else []


_MOST_PERIODS = 5  # values of one row that an answer names where the question leaves the period open


def _periods(found: Match) -> list[str]:
    """Return all columns of a table whose columns are periods, where a question names one row and no period."""
    columns = found.view.columns
    is_open = len(found.rows) == 1 and not found.partial and found.asked.operation in ("cell", "count")
    return columns if is_open and len(columns) <= _MOST_PERIODS and all(map(IS_PERIOD.search, columns)) else []


def _of_key(found: Match) -> list[str]:
    """Return the key column, where a question asks only for the name of the row with a number ("plot 5")."""
    header = terms.stems(next(iter(_headers(found.view)), ""))
    return [found.key] if found.key and header and header <= terms.stems(found.question) else []


def _printed_mean(view: TableView, column: str) -> Claim | None:
    """Return the mean of a column that the table prints itself; None if it has no such row, or several."""
    found = [row for row in view.totals if MEAN.search(row.label) and column in row.cells]
    if len(found) != 1:
        return None
    row = found[0]
    return results.claim(
        f"{row.name}: {column} {results.shown(row, column)}", "cell", [results.operand(view, row, column)], ""
    )


def _over_rows(asked: Asked, view: TableView, column: str) -> Claim | None:
    if asked.operation == "extreme":
        return results.extreme(view, column, asked)
    if asked.has_condition:
        return results.filtered(view, column, asked)
    return results.total(view, column, asked) if asked.operation in ("sum", "mean") else None


_TOTALS = frozenset(map(stem, "total totals sum all overall grand subtotal together mean average".split()))


def adds_up_others(question: str, view: TableView, row: Row) -> bool:
    """Return whether a printed total is one of things that a question does not name: "Total assets"."""
    if is_whole_period(row.label):
        return False
    known = _TOTALS | view.scope | terms.stems(question) | FRAME_STEMS
    return bool(terms.stems(row.label) - known)


# "How many stations ...": what is counted.
_ASKS_COUNT = re.compile(
    r"\b(?:how many|number of) (?:of the |the |different )?((?:[\w-]+ ){0,2}?[\w-]+)", re.IGNORECASE
)
_ASIDE = re.compile(r"\b(?:per|by|in|at|for|on|with|from|during|between|according)\b.*", re.IGNORECASE | re.DOTALL)


_OTHERS = re.compile(
    r"\b(?:and|with|to|against|versus|vs\.?) (?:some |several )?(?:other|comparable)\b|\b\w{3,}ed and \w+",
    re.IGNORECASE,
)


# Labels of sorts, of which there may be many each: "Double" in a list of rooms, "Adults" in one of members.
_SORT_OF_THING = (
    r"single|double|triple|twin|family|suite|studio|small|medium|large|big|standard|superior|deluxe|economy|business"
    r"|budget|premium|basic|for (?:one|two|three|four|five|six|\d+)"
)
_OF_THINGS = re.compile(rf"\b(?:{_SORT_OF_THING})\b", re.IGNORECASE)
_OF_ANY = re.compile(
    rf"\b(?:{_SORT_OF_THING}|families|adults?|child(?:ren)?|seniors?|students?|youths?|concession|others?|various)\b",
    re.IGNORECASE,
)


def are_sorts(view: TableView, *, of_things: bool = False) -> bool:
    """Return whether the rows of a table are sorts rather than single things or persons, by two or more labels.

    Only sorts of things, if asked: the members of all groups are added up, the beds of all sorts of rooms are not.
    """
    return sum(bool((_OF_THINGS if of_things else _OF_ANY).search(row.label)) for row in view.rows) > 1


def _has_column_of(view: TableView, counted: frozenset[str]) -> bool:
    """Return whether a column counts what is asked for: "Members 2024" of a table of groups, which are no members."""
    kinds = counted - FRAME_STEMS
    return any(kinds & terms.stems(column) for column in view.columns)


def _counts_rows(found: Match) -> bool:
    """Return whether the noun counted is the kind of the rows, by the header over their labels or the caption.

    "Costs of measures per courtyard" lists measures, no courtyards. Without header and caption the title decides.
    """
    counted = _ASKS_COUNT.search(found.question)
    header = next(iter(_headers(found.view)), "")
    if are_sorts(found.view) or (counted and _has_column_of(found.view, terms.stems(counted[1]))):
        return False
    lists = f"{header} {_ASIDE.sub('', found.view.caption)}"
    return not counted or not lists.strip() or bool(terms.stems(counted[1]) & terms.stems(lists))


def _lists_all(found: Match) -> bool:
    """Return whether a question names nothing but words of a table's caption, headings or the header over its labels.

    A table of "distilled and other models" does not list the distilled ones alone.
    """
    if _OTHERS.search(found.view.caption) and not _OTHERS.search(found.question):
        return False
    asked = {term.text for term in terms.terms(found.question)}
    if any(cell.lower() in asked for row in found.view.rows for cell in row.cells.values() if cell.isalpha()):
        return False  # "How many motions were carried?": only those whose result is "carried"
    header = next(iter(_headers(found.view)), "")
    headed = found.scoped == 1 and terms.stems(header) - FRAME_STEMS <= terms.stems(found.question) and bool(header)
    return not found.rows and not found.columns and not found.partial and (found.scoped > 1 or headed)


def _headers(view: TableView) -> list[str]:
    """Return the headers over the labels of a table."""
    return [row.cells[0][0] for chunk in view.chunks for row in chunk.sentences if row.cells]


_PERCENT = re.compile(r"%|\bper ?cent\b", re.IGNORECASE)


def _column(found: Match) -> str:
    """Return the one column that is asked for, or ""."""
    columns = found.columns or found.partial
    if len(columns) > 1 and _PERCENT.search(found.question):
        columns = [column for column in columns if "%" in column]
    return columns[0] if len(columns) == 1 else ""


def _one(claim: Claim | None) -> list[Claim]:
    return [claim] if claim else []
