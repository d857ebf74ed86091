"""Rows chosen by a word in one of their cells: the trains to Tolz, the skarn samples, the runners of one club."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from graph.retrieval import terms
from graph.storage.fulltext import stem
from graph.tables import results
from graph.tables.row_names import FRAME_STEMS
from graph.tables.views import Row, TableView
from graph.types import Claim

_LEAST_LETTERS = 3
_WORD = re.compile(r"[^\W\d_]")
_LISTS = re.compile(
    r"^\W*(?:and |so )?(?:in |on |at |for |to |from )?"
    r"(?:(?P<count>how many)|which|what|who|where|(?:list|name|show|give)"
    r"(?: me)?(?: all)?(?: the| of the)?)\b",
    re.IGNORECASE,
)
_NEGATED = re.compile(
    r"\b(?:not|no|never|without|except|excluding|other|besides?|neither|nor|or|only|than|before|after|since|most|least"
    r"|first|last|\w+est)\b|n['’]t\b",
    re.IGNORECASE,
)
# Words that link rows to the text in their cells and add no condition.
_JOINS = frozenset(
    map(
        stem,
        """go goes going run runs running leave leaves leaving depart departs departing start starts arrive arrives
        come comes sail sails travel travels belong belongs member members play plays played race raced finish finished
        work works live lives use uses made make contain contains consist consists grow grows held take takes place
        won win wins classed classified marked label labelled rank ranked kind type be been being call called there
        available offer offers serve serves open opens close closes born come from""".split(),
    )
)  # fmt: skip
_FROM = re.compile(r"\b(?:from|leav\w*|depart\w*|start\w*)\W+(?:the )?$", re.IGNORECASE)
_TO = re.compile(r"\b(?:to|for|towards|reach\w*|arriv\w* (?:in|at))\W+(?:the )?$", re.IGNORECASE)
_STARTS = re.compile(r"\b(?:from|start|origin|departure|depart\w*|leav\w*)\b", re.IGNORECASE)
_ENDS = re.compile(r"\b(?:to|end|destination|arrival|arriv\w*)\b", re.IGNORECASE)
_MOST_CLAIMS = 30


@dataclass(frozen=True, slots=True)
class _Condition:
    """A text that the rows asked for have in a column ("" for the bands), and its span in the question."""

    column: str
    cell: str
    start: int
    end: int


def answer_from_text_conditions(question: str, views: Sequence[TableView]) -> tuple[list[Claim], TableView | None]:
    """Return the rows with the texts that a question names, or their number, with their table.

    ([], None) for other questions, and where no table or several explain every word.
    """
    asks = _LISTS.match(question)
    if not asks or _NEGATED.search(question):
        return [], None
    found = [(view, conditions) for view in views if (conditions := _conditions(question, view))]
    if len(found) != 1:
        return [], None
    view, conditions = found[0]
    rows = [row for row in view.rows if all(_has(row, one) for one in conditions)]
    if not _is_explained(question, asks, view, conditions) or not 0 < len(rows) <= _MOST_CLAIMS:
        return [], None
    if asks["count"]:
        return [_counted(view, rows, conditions)] if len(conditions) == 1 and conditions[0].column else [], view
    held = [[f"{one.column} {row.cells[one.column]}" for one in conditions if one.column] for row in rows]
    said = [": ".join(filter(None, (row.name, ", ".join(its)))) for row, its in zip(rows, held, strict=True)]
    claims = [Claim(text=text, chunk=row.chunk, quote=row.text) for text, row in zip(said, rows, strict=True)]
    return claims, view


def _counted(view: TableView, rows: Sequence[Row], conditions: Sequence[_Condition]) -> Claim:
    one = conditions[0]
    operands = [results.operand(view, row, one.column) for row in view.rows if one.column in row.cells]
    names = results.joined([row.name for row in rows])
    text = f"{len(rows)}: {names} {'has' if len(rows) == 1 else 'have'} {one.column} {one.cell}"
    return results.claim(text, "same count", operands, str(len(rows)), (one.cell, ""))


def _conditions(question: str, view: TableView) -> list[_Condition]:
    """Return the texts of cells that are in a question, the longest first; [] where a text may be of two columns."""
    words = terms.terms(question)
    labels = {tuple(term.text for term in terms.terms(row.label)) for row in view.rows}
    kinds = _texts(view)
    taken: set[int] = set()
    found: list[_Condition] = []
    for cell in sorted(kinds, key=len, reverse=True):
        own = tuple(term.text for term in terms.terms(cell))
        if own in labels:
            return []  # a row is named
        for at in range(len(words) - len(own) + 1):
            run = words[at : at + len(own)]
            if tuple(word.text for word in run) != own or any(word.start in taken for word in run):
                continue
            column = _column_of(question, run[0].start, kinds[cell])
            if not column and kinds[cell] != [""]:
                return []
            taken.update(word.start for word in run)
            found.append(_Condition(column, cell, run[0].start, run[-1].end))
    found.sort(key=lambda one: one.start)
    return found if len({one.column for one in found}) == len(found) else []


def _texts(view: TableView) -> dict[str, list[str]]:
    """Return the texts of cells with their columns, of columns in which some text is repeated."""
    found: dict[str, list[str]] = {}
    for column in view.columns:
        cells = [row.cells[column] for row in view.rows if column in row.cells]
        texts = Counter(cell for cell in cells if len(_WORD.findall(cell)) >= _LEAST_LETTERS)
        if sum(texts.values()) < len(cells):
            continue
        for cell in texts:
            own = terms.stems(cell)
            if own and not own <= view.scope | FRAME_STEMS | terms.stems(column):
                found.setdefault(cell, []).append(column)
    bands = dict.fromkeys(name for row in view.rows for name in row.band if len(_WORD.findall(name)) >= _LEAST_LETTERS)
    return {**found, **{name: [""] for name in bands if name not in found}} if len(bands) > 1 else found


def _column_of(question: str, start: int, columns: Sequence[str]) -> str:
    """Return the column of a text in the question; of several the one for its direction ("from", "to"), or ""."""
    if len(columns) == 1:
        return columns[0]
    before = question[:start]
    heads = _STARTS if _FROM.search(before) else _ENDS if _TO.search(before) else None
    fit = [column for column in columns if heads and heads.search(column)]
    return fit[0] if len(fit) == 1 else ""


def _has(row: Row, one: _Condition) -> bool:
    if not one.column:
        return one.cell in row.band
    return row.cells.get(one.column) == one.cell


def _is_explained(question: str, asks: re.Match[str], view: TableView, conditions: Sequence[_Condition]) -> bool:
    """Return whether every other word is of the rows or the conditions' columns, or links the two."""
    rest = question[asks.end() :]
    for one in sorted(conditions, key=lambda one: one.start, reverse=True):
        rest = question[asks.end() : one.start] + " " * (one.end - one.start) + rest[one.end - asks.end() :]
    over = view.scope | frozenset[str]().union(*(terms.stems(one.column) for one in conditions))
    others = {word for word in terms.words(rest) if word not in terms.STOP_WORDS}
    return all(stem(word) in over | FRAME_STEMS | _JOINS for word in others) and any(
        stem(word) in view.scope for word in others
    )
