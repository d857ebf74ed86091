"""Tables whose rows are what a question asks for: of plans and add-ons, "the cheapest plan" is no add-on."""

from __future__ import annotations

import re
from collections.abc import Sequence

from graph.retrieval import terms
from graph.tables.question_words import is_same_noun
from graph.tables.row_names import FRAME_STEMS
from graph.tables.views import TableView

_SUPERLATIVE = r"(?:[a-z]{3,}est|most|least|best|worst|top)"
_THING = re.compile(
    rf"\b(?:which|what)(?: of the)? (?!(?:is|are|was|were|does|do|did|has|have)\b)(?P<which>[a-z][\w-]*)"
    rf"|\b{_SUPERLATIVE}(?: (?:expensive|costly|often))? (?P<best>[a-z][\w-]*)",
    re.IGNORECASE,
)
_ORDERED = re.compile(rf"\b{_SUPERLATIVE}\b", re.IGNORECASE)


def of_rows_asked(question: str, views: Sequence[TableView]) -> list[TableView]:
    """Return the tables of which a question for the most or the least may mean the rows.

    Where it names the rows of one table by the header over their labels ("Plan"), tables of the same document under
    another such header ("Add-on"), with no column of that name, are left out.
    """
    if len(views) < 2 or not _ORDERED.search(question):
        return list(views)
    things = {word.lower() for found in _THING.finditer(question) for word in found.groups() if word}
    named = {(view.document, one) for view in views for one in things if _has(_head(view), one)}
    return [
        view
        for view in views
        if not _head(view)
        or not (own := {one for document, one in named if document == view.document})
        or any(_has(" ".join([_head(view), view.caption, *view.columns]), one) for one in own)
    ]


def _head(view: TableView) -> str:
    """Return the header over the labels of a table; "" for one that says nothing, such as "No."."""
    header = next((row.cells[0][0] for chunk in view.chunks for row in chunk.sentences if row.cells), "")
    return header if terms.stems(header) - FRAME_STEMS else ""


def _has(text: str, noun: str) -> bool:
    return any(is_same_noun(noun, one.text) for one in terms.terms(text))
