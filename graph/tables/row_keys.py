"""Rows named by a number or code in a key column: "plot 3" where the column "Plot" has a 3."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from graph.retrieval import terms
from graph.storage.fulltext import stem
from graph.tables.question_words import Word
from graph.tables.views import Row, TableView

# "Plot no. 3", "plot number 3"
_BETWEEN = frozenset({"no", "nr", "number"})
_NUMBERS = re.compile(r"\b(?:no|nr|number|id|code)\b\.?|[#№]", re.IGNORECASE)
_KEY = re.compile(r"[A-Za-z]{0,3}\d{1,5}[A-Za-z]?")
_LEAST_ROWS = 2
_MONEY = frozenset(
    map(stem, ("fee", "fees", "price", "cost", "costs", "rent", "charge", "charges", "due", "dues", "pay", "paid"))
)
_CURRENCY = re.compile(r"[€$£¥]|\b(?:EUR|USD|GBP|CHF|euros?|dollars?|pounds?)\b")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


def row_by_key(view: TableView, words: Sequence[Word]) -> tuple[str, list[Row], set[int]]:
    """Return the column that numbers the rows, the rows that a question names by it, and their words' start positions.

    ("", [], set()) where it names none; a column without rows for a number that no row has ("plot 9"). "Plots 2 and 5"
    name two rows.
    """
    for column in _keys(view):
        noun = terms.stems(_NUMBERS.sub(" ", column)) or terms.stems(column)
        rows = {row.cells[column].lower(): row for row in view.rows}
        named: list[Row] = []
        taken: set[int] = set()
        for at, word in enumerate(words):
            before = [one for one in words[max(0, at - 2) : at] if one.text not in _BETWEEN]
            follows = bool(before) and (before[-1].stem in noun or before[-1].start in taken)
            if follows and word.raw.lower() in rows and (named or before[-1].stem in noun):
                named.append(rows[word.raw.lower()])
                taken |= {before[-1].start, word.start}
                taken |= {one.start for one in words[max(0, at - 2) : at] if one.text in _BETWEEN}
        if named:
            return column, named, taken
        for before_, word in pairwise(words):
            if before_.stem in noun and word.raw.isdigit() and word.start - before_.end == 1 and _is_small(word, rows):
                return column, [], {before_.start, word.start}
    return "", [], set()


def _is_small(word: Word, rows: dict[str, Row]) -> bool:
    """Return whether a number may be a row's: it is no year, and the rows are numbered by digits alone."""
    return len(word.raw) < _YEAR_DIGITS and all(map(str.isdigit, rows))


_YEAR_DIGITS = 4


def asked_keys(question: str, view: TableView) -> list[str]:
    """Return the columns that number the rows and whose header the question uses for the rows ("which plot")."""
    asked = {stem(found[0].lower()) for found in _NO_NUMBER.finditer(question)}
    banded = [column for column in _keys(view) if not _NUMBERS.search(column)]
    return [column for column in banded if terms.stems(column) <= asked]


_NO_NUMBER = re.compile(r"\b[^\W\d_]+\b(?!\W*\d)")


def _keys(view: TableView) -> list[str]:
    """Return the columns of short numbers or codes that differ in all rows and are no values."""
    found = []
    for column in view.columns:
        cells = [row.cells.get(column, "") for row in view.rows]
        banded = all(row.cells.get(column, "-") in row.band for row in view.rows)
        numbered = banded or bool(_NUMBERS.search(column))
        if numbered and len(cells) >= _LEAST_ROWS and len(set(cells)) == len(cells) and all(map(_KEY.fullmatch, cells)):
            found.append(column)
    return found


def is_money_of_years(word: Word, view: TableView) -> bool:
    """Return whether a word is "fee" or "cost" and the table's columns of values are years in one currency."""
    if word.stem not in _MONEY:
        return False
    years = [column for column in view.columns if _YEAR.search(column)]
    others = [column for column in view.columns if column not in years and terms.stems(column) & _MONEY]
    return len(years) > 1 and not others and all(map(_CURRENCY.search, years))
