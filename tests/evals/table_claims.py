"""Rules that make claims from rows of tables: true values and results, and false claims of one kind each."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from graph.storage.rows import SentenceRow
from loaders.text.numbers import Mark, cell_values

Made = tuple[str, str] | None
Rule = Callable[["Table", SentenceRow, random.Random], Made]


class Table:
    """The rows of one table, with the columns that hold numbers."""

    def __init__(self, rows: Sequence[SentenceRow], decimal: str) -> None:
        self.decimal: Mark = "," if decimal == "," else "." if decimal == "." else ""
        self.rows = [row for row in rows if len(row.cells) > 1 and self.label(row)]
        self.labels = [self.label(row) for row in self.rows]

    @staticmethod
    def label(row: SentenceRow) -> str:
        return row.cells[0][1]

    def values(self, row: SentenceRow) -> dict[str, tuple[str, Decimal]]:
        """Return the numbers of a row by column, each as it is written and its value; doubtful ones are left out."""
        found: dict[str, tuple[str, Decimal]] = {}
        headers = [column for column, _ in row.cells]
        for column, cell in row.cells[1:]:
            read = cell_values(cell, self.decimal)
            if column and read and headers.count(column) == 1 and not cell.startswith("("):
                found[column] = (cell.strip("*"), read[0])
        return found

    def subject(self, row: SentenceRow) -> str:
        """Return what a row is about, with its bands."""
        return ", ".join([*row.band, self.label(row)])

    def column(self, name: str) -> list[tuple[Decimal, SentenceRow]]:
        return [(self.values(row)[name][1], row) for row in self.rows if name in self.values(row)]


def _pick(table: Table, row: SentenceRow, rng: random.Random, least: int = 1) -> list[tuple[str, str, Decimal]]:
    held = [(column, shown, value) for column, (shown, value) in table.values(row).items()]
    return rng.sample(held, least) if len(held) >= least else []


def _is_clear(table: Table, row: SentenceRow) -> bool:
    return table.labels.count(table.label(row)) == 1


def cell(table: Table, row: SentenceRow, rng: random.Random) -> Made:
    for column, shown, _ in _pick(table, row, rng):
        subject = table.subject(row)
        forms = [f"The {column} of {subject} is {shown}.", f"{subject}: {column} {shown}.",
                 f"For {subject}, the table gives a {column} of {shown}."]  # fmt: skip
        return rng.choice(forms), row.text
    return None


def two_cells(table: Table, row: SentenceRow, rng: random.Random) -> Made:
    picked = _pick(table, row, rng, 2)
    if not picked:
        return None
    (one, shown, _), (other, second, _) = picked
    return f"{table.subject(row)} has a {one} of {shown} and a {other} of {second}.", row.text


def rounded_cell(table: Table, row: SentenceRow, rng: random.Random) -> Made:
    for column, _, value in _pick(table, row, rng):
        if value >= 20 and value != value.to_integral_value():
            return f"The {column} of {table.subject(row)} is about {round(value)}.", row.text
    return None


def column_difference(table: Table, row: SentenceRow, rng: random.Random) -> Made:
    picked = _pick(table, row, rng, 2)
    if not picked:
        return None
    (one, first, a), (other, second, b) = sorted(picked, key=lambda item: -item[2])
    if a <= b:
        return None
    return f"For {table.subject(row)}, {one} ({first}) and {other} ({second}) differ by {a - b}.", row.text


def row_difference(table: Table, row: SentenceRow, rng: random.Random) -> Made:
    return _difference(table, row, rng, Decimal(0))


def _difference(table: Table, row: SentenceRow, rng: random.Random, off: Decimal) -> Made:
    for column, shown, value in _pick(table, row, rng):
        others = [(v, r) for v, r in table.column(column) if r.id != row.id and v < value]
        if others and _is_clear(table, row):
            low, other = rng.choice(others)
            if _is_clear(table, other):
                text = f"In {column}, {table.subject(row)} exceeds {table.subject(other)} by {shown} − "
                return f"{text}{table.values(other)[column][0]} = {value - low + off}.", row.text
    return None


def sum_of_two(table: Table, row: SentenceRow, rng: random.Random) -> Made:
    at = table.rows.index(row)
    for column, shown, value in _pick(table, row, rng):
        if at + 1 < len(table.rows) and column in (values := table.values(table.rows[at + 1])):
            other = table.rows[at + 1]
            below, second = values[column]
            text = f"Together, {table.subject(row)} ({shown}) and {table.subject(other)} ({below}) have a {column} of "
            return f"{text}{value + second}.", f"{row.text} … {other.text}"
    return None


def highest(table: Table, row: SentenceRow, rng: random.Random) -> Made:
    return _extreme(table, row, rng, lambda value, others: value > max(others))


def not_highest(table: Table, row: SentenceRow, rng: random.Random) -> Made:
    return _extreme(table, row, rng, lambda value, others: value < max(others))


def _extreme(
    table: Table, row: SentenceRow, rng: random.Random, holds: Callable[[Decimal, list[Decimal]], bool]
) -> Made:
    picked = _pick(table, row, rng, len(table.values(row)) or 1)
    for column, shown, value in picked:
        others = [other for other, one in table.column(column) if one.id != row.id]
        if len(others) > 1 and holds(value, others) and "total" not in row.text.casefold():
            return f"{table.subject(row)} has the highest {column}, {shown}.", row.text
    return None


def other_column(table: Table, row: SentenceRow, rng: random.Random) -> Made:
    picked = _pick(table, row, rng, 2)
    if not picked or picked[0][2] == picked[1][2]:
        return None
    return f"The {picked[0][0]} of {table.subject(row)} is {picked[1][1]}.", row.text


def other_row(table: Table, row: SentenceRow, rng: random.Random) -> Made:
    others = [one for one in table.rows if table.label(one) != table.label(row) and one.band == row.band]
    for column, shown, value in _pick(table, row, rng):
        if others:
            other = rng.choice(others)
            if all(known[1] != value for known in table.values(other).values()):
                return f"The {column} of {table.subject(other)} is {shown}.", row.text
    return None


def other_band(table: Table, row: SentenceRow, rng: random.Random) -> Made:
    bands = sorted({one.band for one in table.rows if one.band and one.band != row.band})
    for column, shown, _ in _pick(table, row, rng):
        if bands and row.band:
            return f"The {column} of {', '.join([*rng.choice(bands), table.label(row)])} is {shown}.", row.text
    return None


def wrong_cell(table: Table, row: SentenceRow, rng: random.Random) -> Made:
    for column, _, value in _pick(table, row, rng):
        wrong = value + rng.choice([Decimal(2), Decimal(-1), Decimal(10)])
        if all(wrong != known[1] for known in table.values(row).values()) and value != value.to_integral_value():
            return f"The {column} of {table.subject(row)} is {wrong}.", row.text
    return None


def wrong_row_difference(table: Table, row: SentenceRow, rng: random.Random) -> Made:
    return _difference(table, row, rng, Decimal(4))


def swapped_cells(table: Table, row: SentenceRow, rng: random.Random) -> Made:
    picked = _pick(table, row, rng, 2)
    if not picked or picked[0][2] == picked[1][2]:
        return None
    (one, shown, _), (other, second, _) = picked
    return f"{table.subject(row)} has a {one} of {second} and a {other} of {shown}.", row.text


def reversed_rows(table: Table, row: SentenceRow, rng: random.Random) -> Made:
    return _comparison(table, row, rng, lambda value, other: value < other)


def right_rows(table: Table, row: SentenceRow, rng: random.Random) -> Made:
    return _comparison(table, row, rng, lambda value, other: value > other)


def _comparison(table: Table, row: SentenceRow, rng: random.Random, holds: Callable[[Decimal, Decimal], bool]) -> Made:
    for column, shown, value in _pick(table, row, rng):
        others = [(v, r) for v, r in table.column(column) if r.id != row.id and holds(value, v) and _is_clear(table, r)]
        if others and _is_clear(table, row):
            _, other = rng.choice(others)
            below = table.values(other)[column][0]
            text = f"{table.subject(row)} ({shown}) has a higher {column} than {table.subject(other)} ({below})."
            return text, f"{row.text} … {other.text}"
    return None


HONEST: Mapping[str, Rule] = {
    "cell": cell, "two cells": two_cells, "rounded cell": rounded_cell, "difference of columns": column_difference,
    "difference of rows": row_difference, "sum of rows": sum_of_two, "highest": highest, "higher": right_rows,
}  # fmt: skip
LIES: Mapping[str, Rule] = {
    "other column": other_column, "other row": other_row, "other band": other_band, "wrong cell": wrong_cell,
    "wrong difference of rows": wrong_row_difference, "swapped cells": swapped_cells, "not highest": not_highest,
    "higher reversed": reversed_rows,
}  # fmt: skip
