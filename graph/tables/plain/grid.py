"""A table as rows and typed columns, its labels among them: persons, places, dates, times, amounts, texts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from graph.retrieval import terms
from graph.tables.row_names import UNITS
from graph.tables.views import Row, TableView
from loaders.text.dates import clock_minutes, date_number, duration_seconds, has_year
from loaders.text.raised_signs import without_notes
from loaders.text.units import have_different_units, in_one_unit, measured

Kind = Literal["number", "money", "date", "year", "clock", "duration", "measure", "mark", "person", "place", "text"]
IN_ORDER: frozenset[Kind] = frozenset({"number", "money", "date", "year", "clock", "duration", "measure"})
"""The kinds of cells that can be ordered; a "measure" has values in several units, none of them of time."""
AMOUNTS: tuple[Kind, ...] = ("number", "money", "duration", "measure")
"""The kinds of cells that are amounts."""
TIMES: frozenset[Kind] = frozenset({"date", "year", "clock"})
"""The kinds of cells that are points in time."""

_MARK = re.compile(r"(?:yes|no|y|n|[✓✔☑✗✘☐])\W*", re.IGNORECASE)
_IS_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
# "5a" is a class, "RX 14" a train.
_NUMBER = re.compile(r"(?!\d+[a-z]$)(?:[$€£¥~<>≤≥+−–(\s-]|US|EUR|USD|GBP|CHF)*\d")
# "9.00" may be a price.
_CLOCK_HEAD = re.compile(
    r"\b(?:times?|leaves?|depart\w*|arriv\w*|opens?|closes?|starts?|ends?|begins?|dep|arr)\b", re.I
)
_MONEY = re.compile(r"[$€£¥]|\b(?:EUR|USD|GBP|CHF|euros?|dollars?|pounds?|francs?)\b")
_MONEY_HEAD = re.compile(r"\b(?:prices?|costs?|fees?|amounts?|rents?|fares?|charges?|salary|wages?|budget)\b", re.I)
_PERSON_HEAD = re.compile(
    r"\b(?:names?|persons?|captains?|skippers?|drivers?|teachers?|tutors?|lecturers?|librarians?|technicians?|engineers?"
    r"|managers?|directors?|heads?|leaders?|owners?|authors?|editors?|doctors?|physicians?|nurses?|members?|employees?"
    r"|contacts?|tenants?|customers?|clients?|winners?|runners?|swimmers?|riders?|players?|coach|candidates?|speakers?"
    r"|applicants?|inspectors?|officers?|responsible|chair|president|mayor|keepers?|wardens?|surveyors?|instructors?"
    r"|(?:\w+ed|done|run|led|held) by)\b",
    re.IGNORECASE,
)
_PERSON = re.compile(
    r"(?:(?:Dr|Mr|Mrs|Ms|Prof|Miss)\.? )?(?:[A-Z]\.[ -]?)*[A-Z][\w'’-]+(?: (?:[a-z]{2,3} )?[A-Z][\w'’-]+){0,2}"
)
_TITLED = re.compile(r"(?:(?:Dr|Mr|Mrs|Ms|Prof|Miss)\.? |[A-Z]\. )[A-Z]")
_PLACE_HEAD = re.compile(
    r"\b(?:places?|locations?|where|sites?|address|rooms?|origin|country|countries|city|cities|towns?|venues?|destinations?"
    r"|stations?|streets?|region|district|from|port)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    name: str
    """Its header, "" where it has none."""
    kind: Kind
    """What its cells are."""
    is_label: bool
    """Whether it is the column of row labels."""

    @property
    def shown(self) -> str:
        """The header as an answer shows it."""
        return self.name

    @property
    def bare(self) -> str:
        """The header without its unit."""
        return " ".join(UNITS.sub(" ", self.name).split())

    @property
    def stems(self) -> frozenset[str]:
        """The stems of the header without its unit."""
        return terms.stems(self.bare)


@dataclass(frozen=True, slots=True)
class Grid:
    """A table with typed columns."""

    view: TableView
    columns: tuple[Column, ...]

    @property
    def rows(self) -> list[Row]:
        """The rows without the totals."""
        return self.view.rows

    @property
    def label(self) -> Column:
        """The column of the labels."""
        return self.columns[0]

    def cell(self, row: Row, column: Column) -> str:
        """Return a cell as it is printed; "" for an empty one."""
        return row.label if column.is_label else row.cells.get(column.name, "")

    def shown(self, row: Row, column: Column) -> str:
        """Return a cell without its note marks."""
        return without_notes(self.cell(row, column))

    def order(self, row: Row, column: Column) -> Decimal | None:
        """Return the sort key of a cell; None where it has none."""
        return _order(self.view, self.cell(row, column), column.kind)

    def of_kind(self, *kinds: Kind) -> list[Column]:
        """Return the columns of these kinds."""
        return [column for column in self.columns if column.kind in kinds]


def build_grid(view: TableView) -> Grid:
    """Return a table with its columns typed by their cells and headers."""
    header = next((row.cells[0][0] for chunk in view.chunks for row in chunk.sentences if row.cells), "")
    labels = Column(header, _kind(view, header, [row.label for row in view.rows]), is_label=True)
    rest = [
        Column(name, _kind(view, name, [row.cells[name] for row in view.rows if name in row.cells]), is_label=False)
        for name in view.columns
    ]
    return Grid(view, (labels, *rest))


def _kind(view: TableView, header: str, cells: Sequence[str]) -> Kind:
    filled = [without_notes(cell).strip() for cell in cells if cell.strip()]
    if not filled:
        return "text"
    if all(map(_MARK.fullmatch, filled)):
        return "mark"
    if all(map(_IS_YEAR.fullmatch, filled)):
        return "year"
    if all(date_number(cell) is not None for cell in filled) and len({has_year(cell) for cell in filled}) == 1:
        return "date"
    if all(clock_minutes(cell) is not None for cell in filled) and (":" in filled[0] or _CLOCK_HEAD.search(header)):
        return "clock"
    if all(duration_seconds(cell) is not None for cell in filled):
        return "duration"
    if have_different_units(filled, view.decimal):
        return _kind_of_measures(filled, view)
    if all(_NUMBER.match(cell) and _order(view, cell, "number") is not None for cell in filled):
        return "money" if _MONEY_HEAD.search(header) or any(map(_MONEY.search, [header, *filled])) else "number"
    return _kind_of_text(header, filled)


def _kind_of_measures(filled: Sequence[str], view: TableView) -> Kind:
    """Return the kind of values in several units: text where they cannot be brought into one."""
    one = measured(filled[0], view.decimal)
    if one is None or not in_one_unit(filled, view.decimal):
        return "text"
    return "duration" if one.is_time else "measure"


def _kind_of_text(header: str, filled: Sequence[str]) -> Kind:
    named = sum(bool(_PERSON.fullmatch(cell)) for cell in filled) * 4 >= 3 * len(filled)
    titled = sum(bool(_TITLED.match(cell)) for cell in filled) * 2 > len(filled)
    if titled or (named and _PERSON_HEAD.search(header)):
        return "person"
    return "place" if _PLACE_HEAD.search(header) else "text"


def _order(view: TableView, cell: str, kind: Kind) -> Decimal | None:
    cell = without_notes(cell).strip()
    if kind == "date":
        return date_number(cell)
    if kind == "clock":
        minutes = clock_minutes(cell)
        return None if minutes is None else Decimal(minutes)
    if kind in ("duration", "measure"):
        whole = measured(cell, view.decimal)
        return whole.amount if whole else duration_seconds(cell)
    return view.value(Row("", {"": cell}, (), "", "", 0), "") if cell else None
