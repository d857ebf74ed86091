"""Rows of a table that are sums of other rows without a word that says so: "Group", "Europe" below its countries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from graph.tables.views import Row, TableView

# Least rows that add up, in a table with one column of numbers and with several: 1 + 2 = 3 may be a coincidence.
_LEAST_ROWS, _LEAST_ROWS_OF_SEVERAL = 4, 2


def without_sums(view: TableView, column: str) -> TableView:
    """Return a table without its last or first row where that is the sum of the others with another label ("Group").

    It must be the sum in most columns of numbers, and in the given one. Rows that are sums of the rows over or under
    them are left out too, with the sum of all: "Europe", "Asia" and "World" of a table of countries.
    """
    if parts := _sums_of_groups(view, column):
        rows = [row for at, row in enumerate(view.rows) if at not in parts]
        return replace(view, rows=rows, totals=[*view.totals, *(view.rows[at] for at in sorted(parts))])
    for row in {id(row): row for row in (view.rows[-1], view.rows[0])}.values():
        adds_up = {name: _adds_up(view, row, name) for name in view.columns if view.value(row, name) is not None}
        least = _LEAST_ROWS_OF_SEVERAL if sum(adds_up.values()) > 1 else _LEAST_ROWS
        if adds_up.get(column) and 2 * sum(adds_up.values()) > len(adds_up) and len(view.rows) > least:
            return replace(view, rows=[one for one in view.rows if one is not row], totals=[*view.totals, row])
    return view


def without_any_sum(view: TableView) -> TableView:
    """Return a table without a row that is the sum of the others in most columns of numbers."""
    return next((less for column in view.columns if (less := without_sums(view, column)) is not view), view)


def counts_rows(view: TableView, column: str) -> bool:
    """Return whether a column numbers three or more rows 1, 2, 3 and so on."""
    values = [view.value(row, column) for row in view.rows]
    return len(values) > 2 and values == list(range(1, len(values) + 1))


def _adds_up(view: TableView, row: Row, column: str) -> bool:
    if counts_rows(view, column):  # 1 + 2 = 3 is no sum here
        return False
    values = [view.value(one, column) for one in view.rows if one is not row]
    known = [value for value in values if value is not None]
    return len(known) > 1 and sum(known, Decimal(0)) == view.value(row, column)


_LEAST_GROUP = 2  # rows of a group
_LEAST_SUMS = 2  # one row alone may be the sum of two others by chance: 4 gold and 4 silver of 3 and 1, 1 and 3


def _sums_of_groups(view: TableView, column: str) -> set[int]:
    """Return the places of the rows that are sums of the rows before them, or after them, back to the sum before."""
    columns = [name for name in view.columns if sum(view.value(row, name) is not None for row in view.rows) > 1]
    if column not in columns or counts_rows(view, column):
        return set()
    for order in (range(len(view.rows)), range(len(view.rows) - 1, -1, -1)):
        found: set[int] = set()
        group: list[Row] = []
        for at in order:
            if len(group) >= _LEAST_GROUP and _is_sum_of(view, view.rows[at], group, column, columns):
                found.add(at)
                group = []
            else:
                group.append(view.rows[at])
        found |= _sum_of_all(view, found, column, columns) if found else set()
        if len(found) >= _LEAST_SUMS:
            return found
    return set()


def _sum_of_all(view: TableView, sums: set[int], column: str, columns: Sequence[str]) -> set[int]:
    rest = [at for at in range(len(view.rows)) if at not in sums]
    for at in (rest[-1], rest[0]):
        others = [view.rows[other] for other in rest if other != at]
        if len(others) >= _LEAST_GROUP and _is_sum_of(view, view.rows[at], others, column, columns):
            return {at}
    return set()


def _is_sum_of(view: TableView, row: Row, parts: Sequence[Row], column: str, columns: Sequence[str]) -> bool:
    """Return whether a row is the sum of others in a column and in most columns of numbers, of several in two."""
    adding = [name for name in columns if view.value(row, name) == _sum(view, parts, name)]
    return column in adding and 2 * len(adding) > len(columns) and len(adding) >= min(len(columns), 2)


def _sum(view: TableView, rows: Sequence[Row], column: str) -> Decimal | None:
    values = [view.value(row, column) for row in rows]
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if known and any(known) else None
