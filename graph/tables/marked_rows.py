"""Rows that a table marks: those with "yes" in a column, and those with a rank ("second place")."""

from __future__ import annotations

import re
from collections.abc import Sequence

from graph.retrieval import terms
from graph.tables.row_names import FRAME_STEMS
from graph.tables.views import Row, TableView
from graph.types import Claim

_YES = re.compile(r"(?:yes|y|[✓✔☑]|included|available)\W*", re.IGNORECASE)
_NO = re.compile(r"(?:no|n|none|[✗✘☐]|not included|not available|unavailable)\W*", re.IGNORECASE)
_ASKS_MARKED = re.compile(
    r"^\W*(?:and |so )?(?:which|what) (?P<things>[\w-]+(?: [\w-]+)??) "
    r"(?:is|are|was|were|has|have|comes? with|includes?|offers?|contains?|gets?|provides?|covers?) "
    r"(?P<marked>(?!.*\b(?:no|not|without|only|neither|both|and|or|but)\b)[\w -]+?)\W*$",
    re.IGNORECASE,
)
_ASKS_OF_ROW = re.compile(
    r"^\W*(?:and |so )?(?:is|are|was|were|does|do|did|has|have|can) "
    r"(?P<rest>(?!.*\b(?:no|not|without|only|or)\b).+?)\W*$",
    re.IGNORECASE,
)
_HAS = re.compile(r"^\W*(?:have|come with|include|offer|contain|get|provide|cover)?\W*(?:an?|the|any)?\b", re.I)
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_ASKS_PLACE = re.compile(
    rf"^\W*(?:and |so )?(?:who|which [\w-]+) (?:(?P<won>won)|(?:came|finished|was|ended up|was placed|was ranked|got)"
    rf"(?: in)?(?: the)? (?P<rank>{'|'.join(_ORDINALS)}|last|\d{{1,2}}(?:st|nd|rd|th))(?: place)?)\b(?P<of>[\w ]*)\W*$",
    re.IGNORECASE,
)
_PLACES = re.compile(r"(?:final |overall )?(?:place|rank|position|pos|ranking|standing)s?\W*", re.IGNORECASE)
_LEAST_ROWS = 2
Marked = tuple[list[Claim], TableView | None]


def answer_from_marked_rows(question: str, views: Sequence[TableView]) -> Marked:
    """Return the rows that a question asks for by a mark or a rank, with their table.

    ([], None) for other questions, and where no table or several have such rows.
    """
    if marked := _ASKS_MARKED.match(question):
        found = [(view, *one) for view in views if (one := _with_yes(marked["things"], marked["marked"], view))]
    elif place := _ASKS_PLACE.match(question):
        rank = (place["rank"] or "first").lower()
        found = [(view, *one) for view in views if (one := _at_place(rank, place["of"], view))]
    elif of_row := _ASKS_OF_ROW.match(question):
        found = [(view, *one) for view in views if (one := _said_of_row(of_row, view))]
    else:
        return [], None
    if len(found) != 1:
        return [], None
    view, column, rows = found[0]
    said = [f"{row.label}: {column} {row.cells[column]}" for row in rows]
    if _ASKS_OF_ROW.match(question) and rows:
        said = [f"{'Yes' if _YES.fullmatch(rows[0].cells[column]) else 'No'}: {said[0]}"]
    claims = [Claim(text=text, chunk=row.chunk, quote=row.text) for text, row in zip(said, rows, strict=True)]
    return claims, view if claims else None


def _with_yes(things: str, marked: str, view: TableView) -> tuple[str, list[Row]] | None:
    """Return the yes-or-no column of the thing asked for, and the rows with yes; None if there is no such column."""
    if not _asked_words(things) <= view.scope:
        return None
    for column in _marking(view):
        if _is_same(column, marked):
            return column, [row for row in view.rows if _YES.fullmatch(row.cells.get(column, ""))]
    return None


def _marking(view: TableView) -> list[str]:
    """Return the columns with yes or no in every row."""
    cells = {column: [row.cells[column] for row in view.rows if column in row.cells] for column in view.columns}
    return [
        column
        for column, its in cells.items()
        if len(its) >= _LEAST_ROWS and all(_YES.fullmatch(cell) or _NO.fullmatch(cell) for cell in its)
    ]


def _is_same(column: str, asked: str) -> bool:
    """Return whether words name a column, hyphens and spaces aside ("Waterproof", "water-proof")."""
    own, its = _asked_words(column), _asked_words(asked)
    return bool(own) and (own == its or _letters(column) == _letters(asked))


def _letters(text: str) -> str:
    return re.sub(r"[\W_]", "", text).lower()


def _said_of_row(asked: re.Match[str], view: TableView) -> tuple[str, list[Row]] | None:
    """Return the column and the one row of a yes-or-no question: "Is the Gull waterproof?"."""
    text = asked["rest"]
    for row in sorted(view.rows, key=lambda row: len(row.label), reverse=True):
        named = re.match(rf"(?:the )?{re.escape(row.label)}(?!\w)", text, re.IGNORECASE) if row.label else None
        if named:
            marked = _HAS.sub("", text[named.end() :])
            columns = [column for column in _marking(view) if column in row.cells and _is_same(column, marked)]
            return (columns[0], [row]) if len(columns) == 1 else None
    return None


def _at_place(rank: str, of: str, view: TableView) -> tuple[str, list[Row]] | None:
    """Return the column of ranks and the rows with one rank; None where a row has no rank, or no row has this one."""
    columns = [column for column in view.columns if _PLACES.fullmatch(column)]
    if len(columns) != 1 or not _asked_words(of) <= view.scope:
        return None
    places = [re.fullmatch(r"=?(\d{1,3})(?:st|nd|rd|th)?\W*", row.cells.get(columns[0], "")) for row in view.rows]
    numbers = [int(found[1]) for found in places if found]
    if len(numbers) < len(view.rows) or len(numbers) < _LEAST_ROWS or min(numbers) != 1:
        return None
    digits = re.match(r"\d+", rank)
    wanted = max(numbers) if rank == "last" else int(digits[0]) if digits else _ORDINALS.index(rank) + 1
    rows = [row for row, number in zip(view.rows, numbers, strict=True) if number == wanted]
    return (columns[0], rows) if rows else None


def _asked_words(text: str) -> frozenset[str]:
    return terms.stems(text) - FRAME_STEMS - terms.STOP_WORDS
