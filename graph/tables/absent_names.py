"""Codes and model numbers that a question names and no document has, beside siblings that a table has.

A question for "Tern-R1-3B" gets no answer where the rows are Tern-R1-7B and Tern-R1-32B: their values would be taken
for its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from graph.retrieval import terms
from graph.storage.rows import ChunkRow
from graph.tables.absences import some_of
from graph.tables.results import TableAnswer
from graph.tables.row_names import FRAME_STEMS
from graph.tables.views import TOTALS, TableView
from loaders.text.dates import MONTHS

_CODE = re.compile(r"(?<![\w-])[^\W\d_][\w.]*(?:-[\w.]*\w)+(?![\w-])")
_YEAR = re.compile(r"(?:1[0-9]|20)\d\d")  # "FY-2019" is never reported as absent: it has too many spellings
_LEAST_SIBLINGS = 2  # one label with the same beginning may be a coincidence


def absence_of_code(
    question: str, views: Sequence[TableView], is_known: Callable[[str], bool], chunks: Sequence[ChunkRow] = ()
) -> TableAnswer:
    """Return the absence of a code that no document has, with its siblings; an empty answer if all codes are known.

    Args:
        question: One question.
        views: The tables that were found for it.
        is_known: Whether any of the documents searched has a code.
        chunks: The passages that were found for it.
    """
    for code in _CODE.findall(question):
        parts = _parts(code)
        if len(parts) < 2 or not any(map(str.isdigit, parts[-1])) or _YEAR.fullmatch(parts[-1]):
            continue
        beside = [(view, names) for view in views if len(names := _siblings(view, parts)) >= _LEAST_SIBLINGS]
        in_prose = [] if beside else _siblings_in(chunks, code)
        if not (beside or in_prose) or is_known(code):
            continue
        if in_prose:
            having = {chunk.name: chunk for chunk in chunks if any(other in _said(chunk) for other in in_prose)}
            absence = f"There is no {code} in {', '.join(having)}; there are {some_of(in_prose)}."
            return TableAnswer(chunks=list(having.values()), absence=absence)
        asked = terms.stems(question)
        view, names = max(beside, key=lambda one: (len(asked & _headed(one[0])), len(one[1])))
        where = f"{view.title} of {view.name} (page {view.rows[0].page})"
        return TableAnswer(chunks=view.chunks, absence=f"There is no {code} in {where}; there are {some_of(names)}.")
    return TableAnswer()


def written_otherwise(code: str) -> re.Pattern[str]:
    """Return the pattern of a code whose hyphens may be spaces or left out: "KX 204" and "KX204" for "KX-204"."""
    return re.compile(rf"(?<!\w){_LINK.join(map(re.escape, _parts(code)))}(?!\w)", re.IGNORECASE)


_LINK = r"[-–\s/_]?"


def _said(chunk: ChunkRow) -> str:
    return " ".join([*chunk.headings, chunk.text])


def _siblings_in(chunks: Sequence[ChunkRow], code: str) -> list[str]:
    """Return the codes of passages that differ from a code only in the digits of the last part, in order."""
    parts = _parts(code)
    found = dict.fromkeys(other for chunk in chunks for other in _CODE.findall(_said(chunk)))
    alike = [
        other
        for other in found
        if (its := _parts(other))[:-1] == parts[:-1] and its[-1].isdigit() and len(its[-1]) == len(parts[-1])
    ]
    return sorted(alike) if parts[-1].isdigit() and len(alike) >= _LEAST_SIBLINGS else []


def _parts(code: str) -> list[str]:
    return [part for part in re.split(r"[-\s/_]", code.lower()) if part]


def _siblings(view: TableView, parts: Sequence[str]) -> list[str]:
    """Return the labels of a table that differ from a code in the last part alone."""
    labels = dict.fromkeys([*(row.name for row in view.rows), *view.columns])
    own = {label: _parts(label) for label in labels}
    return [label for label, its in own.items() if its[:-1] == parts[:-1] and its != parts]


def _headed(view: TableView) -> frozenset[str]:
    return terms.stems(" ".join([view.title, *view.columns]))


_MONTH = re.compile(rf"\b(?:{'|'.join(MONTHS)})\b")


def absence_of_month(question: str, views: Sequence[TableView]) -> TableAnswer:
    """Return the absence of a month from a table of months that has a row and every other word of the question."""
    asked = _MONTH.findall(question)
    for view in views if len(set(asked)) == 1 else ():
        columns = {column: _SHORT.match(column.strip()) for column in view.columns if not TOTALS.search(column)}
        if len(columns) < _LEAST_MONTHS or not all(columns.values()):
            continue
        known = {found[0][:3].lower() for found in columns.values() if found}
        rest = terms.stems(question.replace(asked[0], " ")) - terms.STOP_WORDS - FRAME_STEMS - view.scope
        rows = [row for row in view.rows if terms.stems(row.label) and terms.stems(row.label) <= rest]
        if asked[0][:3].lower() not in known and rows and any(rest <= terms.stems(row.label) for row in rows):
            where = f"{view.title} of {view.name} (page {view.rows[0].page})"
            there = some_of(view.columns)
            return TableAnswer(
                chunks=view.chunks, absence=f"There is no {asked[0]} in {where}; the columns are {there}."
            )
    return TableAnswer()


_SHORT = re.compile("|".join(month[:3] for month in MONTHS), re.IGNORECASE)
_LEAST_MONTHS = 2
