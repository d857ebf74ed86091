"""Timetables, and questions for the first or last departure or arrival."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from graph.retrieval import terms
from graph.tables import results
from graph.tables.row_names import FRAME_STEMS
from graph.tables.views import Row, TableView
from graph.types import Claim
from loaders.text.dates import MONTHS, clock_minutes

_ASKED = re.compile(r"\b(?P<first>first|earliest)\b|\b(?:last|latest)\b", re.IGNORECASE)
_ASKS_TIME = re.compile(
    r"\b(?:when|what time|which time)\b|^\W*(?:and )?(?:the )?(?:first|earliest|last|latest)\b", re.I
)
# "Which museum opens the earliest?"; where the days differ too, the hour does not decide.
_WHICH = re.compile(r"^\W*(?:and )?which [\w -]+ (?:first|earliest|last|latest)\W*$", re.IGNORECASE)
_DAY = re.compile(r"\b(?:dates?|days?|weekday|when|month|year|week)\b", re.IGNORECASE)
_MONTH = re.compile(rf"\b(?:{'|'.join(MONTHS)})|\d[./]\d", re.IGNORECASE)
# Words of questions to a timetable besides its places.
_FRAME = FRAME_STEMS | terms.stems(
    """first earliest last latest time clock when bus buses coach train trains tram ferry ferries boat boats ship
    sailing crossing flight plane service connection departure departures arrival arrivals leave leaves leaving depart
    departs departing start starts go goes going sail sails run runs arrive arrives arriving get gets reach reaches back
    come comes return end ends finish begin begins day"""
)
_LEAVES = re.compile(r"\b(?:leav\w+|depart\w*|from|start\w*|sails?|dep)\b", re.IGNORECASE)
_ARRIVES = re.compile(r"\b(?:arriv\w*|arr|reach\w*|to|end|gets?)\b", re.IGNORECASE)
_ASKS_ARRIVAL = re.compile(r"\b(?:arriv\w*|reach(?:es)?|gets? (?:to|in|there))\b", re.IGNORECASE)
_FROM = re.compile(r"\bfrom (?:the )?([A-Z][\w'’-]*)", re.IGNORECASE)
_TO = re.compile(r"\b(?:to|for|towards|reach(?:es)?|arrives? (?:at|in)) (?:the )?([A-Z][\w'’-]*)", re.IGNORECASE)
_LEAST_TIMES = 2


@dataclass(frozen=True, slots=True)
class _Series:
    """The times at one place."""

    place: str
    times: tuple[tuple[Row, str], ...]
    """The row and the column of each time."""
    ordinal: int


def answer_from_timetables(question: str, views: Sequence[TableView]) -> tuple[Claim, TableView] | None:
    """Return the first or last time that a question asks for, with its table; None where not exactly one has it."""
    order = _ASKED.search(question)
    if not order or not (_ASKS_TIME.search(question) or _WHICH.match(question)):
        return None
    if _WHICH.match(question):
        views = [view for view in views if not _dated(view)]
    found = [(view, one) for view in map(_with_times_in_cells, views) if (one := _asked_series(question, view))]
    if len(found) != 1:
        return None
    view, series = found[0]
    timed = [(clock_minutes(row.cells[column]), row, column) for row, column in series.times]
    known = sorted(((at, row, column) for at, row, column in timed if at is not None), key=lambda one: one[0])
    at, row, column = known[0] if order["first"] else known[-1]
    if _WHICH.match(question) and sum(other == at for other, _, _ in known) > 1:
        return None
    others = [(r, c) for _, r, c in known if (r, c) != (row, column)]
    operands = [results.operand(view, r, c) for r, c in [(row, column), *others]]
    name = "earliest" if order["first"] else "latest"
    in_row = len({c for _, c in series.times}) > 1
    beside = (
        ""
        if in_row
        else "".join(
            f", {c} {row.cells[c]}" for c in view.columns if c != column and row.cells.get(c, row.name) != row.name
        )
    )
    about = f"{row.name}: " if row.name else ""
    text = f"{about}{column} {row.cells[column]}{beside}, the {name} of {len(known)} times"
    return results.claim(text, f"time {name}", operands, row.cells[column]), view


def _dated(view: TableView) -> bool:
    """Return whether a table has days, by a header or by dates in its cells."""
    cells = [cell for row in view.rows for cell in row.cells.values()]
    return any(map(_DAY.search, view.columns)) or any(map(_MONTH.search, cells))


def _with_times_in_cells(view: TableView) -> TableView:
    """Return a table whose labels are times with these as its first column of cells; unchanged for other labels."""
    if not all(clock_minutes(row.label) is not None for row in view.rows):
        return view
    header = next((row.cells[0][0] for chunk in view.chunks for row in chunk.sentences if row.cells), "")
    rows = [replace(row, label="", cells={header: row.label, **row.cells}) for row in view.rows]
    return replace(view, columns=[header, *view.columns], rows=rows)


def _asked_series(question: str, view: TableView) -> _Series | None:
    """Return the times of the place and direction that a question asks for; None where a table does not have them."""
    series = _by_column(view) or _by_row(view)
    asked = terms.stems(question) - _FRAME - terms.STOP_WORDS
    places = frozenset[str]().union(*(terms.stems(one.place) for one in series))
    if not series or not asked <= places | view.scope:
        return None
    start, end = _place(_FROM.search(question)), _place(_TO.search(question))
    if start and end and not _runs(series, start, end):
        return None
    named = [one for one in series if (terms.stems(one.place) - _FRAME) & asked]
    if not named and asked & places:
        return None
    arrives = bool(_ASKS_ARRIVAL.search(question)) or (bool(end) and not start and bool(named))
    way, other = (_ARRIVES, _LEAVES) if arrives else (_LEAVES, _ARRIVES)
    if start and not arrives:
        named = [one for one in named if start & terms.stems(one.place)]
    if named and all(other.search(one.place) and not way.search(one.place) for one in named):
        return None
    of_way = [one for one in named or series if way.search(one.place)]
    fit = of_way or [one for one in named if not other.search(one.place)]
    return fit[0] if len(fit) == 1 else None


def _place(found: re.Match[str] | None) -> frozenset[str]:
    return terms.stems(found[1]) if found else frozenset()


def _runs(series: Sequence[_Series], start: frozenset[str], end: frozenset[str]) -> bool:
    """Return whether the times at one place come before those at another in the table."""
    at = [one.ordinal for one in series if start & terms.stems(one.place)]
    then = [one.ordinal for one in series if end & terms.stems(one.place)]
    return bool(at and then) and at[0] < then[0]


def _by_column(view: TableView) -> list[_Series]:
    """Return the columns with times only, each the times at one place."""
    found = []
    for number, column in enumerate(view.columns):
        cells = [row.cells[column] for row in view.rows if column in row.cells]
        if len(cells) >= _LEAST_TIMES and all(clock_minutes(cell) is not None for cell in cells):
            found.append(_Series(column, tuple((row, column) for row in view.rows if column in row.cells), number))
    is_across = len(found) == len(view.columns) and not any(
        _LEAVES.search(c) or _ARRIVES.search(c) for c in view.columns
    )
    return [] if is_across and any(char.isdigit() for char in view.columns[0]) else found


def _by_row(view: TableView) -> list[_Series]:
    """Return the rows with times only, where each label is a place."""
    found = []
    for number, row in enumerate(view.rows):
        if len(row.cells) >= _LEAST_TIMES and all(clock_minutes(cell) is not None for cell in row.cells.values()):
            found.append(_Series(row.label, tuple((row, column) for column in row.cells), number))
    return found
