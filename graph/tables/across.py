"""Results across the columns of one row: the year with the highest sales, the difference of two models."""

from __future__ import annotations

import re

from graph.retrieval import terms
from graph.storage.fulltext import stem
from graph.tables import results
from graph.tables.matching import Match
from graph.tables.measures import IS_PERIOD
from graph.tables.operations import Asked
from graph.tables.question_words import Word
from graph.tables.views import TOTALS, Row, TableView
from graph.types import Claim

_PAIRS = frozenset({"difference", "change", "ratio", "comparison", "yes-no"})
_OVER_ALL = frozenset({"extreme", "filter", "count"})
_OVER_TIME = frozenset({"difference", "change"})
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_PERIOD = frozenset(map(stem, ("year", "years", "ended", "ending", "fiscal", "fy", "31", "30", "june", "december")))
# Columns that are computed from the others, or only point elsewhere.
_DERIVED = re.compile(r"\b(change|growth|variance|difference|delta|notes?)\b|^\W*%\W*$|[Δ±]", re.IGNORECASE)
# "Which year had the highest sales?": such a noun for the columns need not be in the table, as any other has to.
_ANY_COLUMN = frozenset(
    "model type version variant one option product item kind device machine sort candidate column".split()
)
_OF_TIME = frozenset("year month quarter week day season period half date time decade term".split())
_ASKED_NOUN = re.compile(r"\b(?:which|what) (?:of the )?(\w+)|\bhow many (\w+)", re.IGNORECASE)


def claims_across(question: str, found: Match) -> list[Claim]:
    """Return claims across the columns of the one row that a question names; [] where it does not ask for that."""
    asked, rows = found.asked, found.rows
    if len(rows) != 1 or found.missing or not _is_explained(question, found):
        return []
    if asked.operation in _OVER_TIME and (years := _two_years(question, found)):
        across = as_column(found.view, rows[0], years)
        return _one(results.pair(across, rows[0].name, across.rows, asked)) if len(across.rows) == 2 else []
    if asked.operation in _PAIRS and len(found.columns) == 2 and not asked.has_condition:
        if asked.operation in ("comparison", "yes-no") and is_degree_of_others(question, found.view):
            return []
        by_time = asked.operation == "change"
        order = sorted(found.columns, key=_in_time if by_time else lambda column: _place(question, column))
        across = as_column(found.view, rows[0], order)
        return _one(results.pair(across, rows[0].name, across.rows, asked)) if len(across.rows) == 2 else []
    if asked.operation not in _OVER_ALL or found.columns or (asked.operation == "count" and not asked.has_condition):
        return []
    columns = [one for one in found.view.columns if not (_DERIVED.search(one) or TOTALS.search(one))]
    across = as_column(found.view, rows[0], columns)
    if len(across.rows) < 2:
        return []
    if asked.operation == "extreme":
        return _one(results.extreme(across, rows[0].name, asked))
    return _one(results.filtered(across, rows[0].name, asked))


_PER = re.compile(r"\bper ([^\W\d_]+)", re.IGNORECASE)


def quotient(found: Match) -> list[Claim] | None:
    """Return one column of a row divided by another ("pupils per teacher"); None if a question asks for no quotient."""
    per = _PER.search(found.question)
    over = [column for column in found.columns if per and stem(per[1].lower()) in terms.stems(column)]
    if len(found.columns) < 2 or len(over) != 1:  # "Price per dose" is one column
        return None
    rest = [column for column in found.columns if column not in over]
    if len(found.rows) != 1 or len(rest) != 1:
        return []
    across = as_column(found.view, found.rows[0], [*rest, *over])
    return _one(results.pair(across, found.rows[0].name, across.rows, Asked("ratio"))) if len(across.rows) == 2 else []


def _two_years(question: str, found: Match) -> list[str]:
    """Return the columns of the two years of a change, the earlier one first; [] if the question leaves them open.

    One year in the question means that year and the one before; no year means the only two of the table.
    """
    by_year = {int(years[0]): column for column in found.view.columns if len(years := _YEAR.findall(column)) == 1}
    if len(by_year) < 2 or len(by_year) < sum(bool(_YEAR.search(column)) for column in found.view.columns):
        return []
    said = terms.stems(question) | _PERIOD
    others = set(found.columns) - set(by_year.values())
    if others or not all(terms.stems(_YEAR.sub(" ", column)) <= said for column in by_year.values()):
        return []
    asked = sorted(set(map(int, _YEAR.findall(question))))
    wanted = [asked[0] - 1, asked[0]] if len(asked) == 1 else asked or sorted(by_year)
    return [by_year[year] for year in wanted if year in by_year] if len(wanted) == 2 else []


def as_column(view: TableView, row: Row, columns: list[str]) -> TableView:
    """Return a row as a table of one column, whose labels are the row's column names."""
    cells = [
        Row(one, {row.name: row.cells[one]}, (), row.chunk, row.text, row.page) for one in columns if one in row.cells
    ]
    return TableView(
        view.document, view.name, view.caption, view.scope, [row.name], cells, [], view.decimal, view.chunks
    )  # fmt: skip


def _is_explained(question: str, found: Match) -> bool:
    """Return whether the table explains every word but a noun for columns of any kind or of times ("which year")."""
    asked = _ASKED_NOUN.search(question)
    noun = next((one.lower() for one in asked.groups() if one), "") if asked else ""
    in_time = any(IS_PERIOD.search(column) for column in found.view.columns)
    free = {form for one in (_OF_TIME if in_time else _ANY_COLUMN) for form in (one, f"{one}s")}
    partial = frozenset[str]().union(*(terms.stems(column) for column in found.partial))
    return all(word.text == noun and noun in free for word in found.unexplained if word.stem not in partial)


_DEGREE = re.compile(r"\b(?:more|less) ([a-z]+) than\b", re.IGNORECASE)
_PART_NUMBER = re.compile(r"\b[QH]([1-4])\b|\b([1-4])(?:st|nd|rd|th)\b", re.IGNORECASE)


def is_degree_of_others(question: str, view: TableView) -> bool:
    """Return whether a question compares an adjective that several rows grade: "more satisfied", "Very satisfied"."""
    degree = _DEGREE.search(question)
    own = stem(degree[1].lower()) if degree else ""
    return sum(own in terms.stems(row.label) for row in view.rows) > 1


def _in_time(column: str) -> tuple[str, str]:
    """Return the year of a column and the number of its quarter or half."""
    year, part = _YEAR.search(column), _PART_NUMBER.search(column)
    return (year[0] if year else "", (part[1] or part[2]) if part else "")


def _place(question: str, column: str) -> int:
    """Return the position at which a question names a column."""
    stems = terms.stems(column)
    return next((term.start for term in terms.terms(question) if stem(term.text) in stems), len(question))


def _one(claim: Claim | None) -> list[Claim]:
    return [claim] if claim else []


def verbs_of(question: str, words: list[Word]) -> bool:
    """Return whether words follow a noun, as a verb does: "work" in "how many people work in Oslo"."""
    before = question[: words[0].start].split() if words else []
    return bool(before) and before[-1].lower().strip(",;:") not in _BEFORE_NOUNS


_BEFORE_NOUNS = terms.STOP_WORDS | frozenset(
    ["its", "their", "our", "your", "his", "her", "this", "that", "these", "those", "no", "each", "every"]
)
