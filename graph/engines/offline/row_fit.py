"""Rows of tables that have words of a question and answer another one, of another row, measure or price.

"Which rivers flow into the Senn?" is not answered by the row of the Senn, "How deep is the Senn?" not by its length,
and "How much is the Spanish course?" not by one of two rows with "Spanish".
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from graph.engines.offline.asked_words import MONEY
from graph.retrieval import terms
from graph.retrieval.scoring import Query
from graph.storage.fulltext import stem
from graph.storage.rows import SentenceRow
from graph.tables.question_words import asks_for_rows, lacks_price

_ASKS_ROWS = re.compile(
    r"^\W*(?:and |so )?(?:in |on |at |for )?(?:which|what) (?P<rows>(?:[a-z-]+ )?[a-z-]+)", re.IGNORECASE
)
_CHOOSES = re.compile(r"\b(?:or|than|both|between)\b|,", re.IGNORECASE)
_MEASURES = tuple(
    (re.compile(rf"\bhow {word}\b", re.IGNORECASE), frozenset(map(stem, names.split())))
    for word, names in (
        ("deep", "depth deep"),
        ("thick", "thickness thick"),
        ("wide", "width breadth wide m metres cm mm"),
        ("tall", "height tall m metres cm feet"),
        ("heavy", "weight mass heavy load kg g t lb tonnes"),
    )
)


def answers_another(query: Query, row: SentenceRow, said: str, rows: Sequence[SentenceRow]) -> bool:
    """Return whether a row answers another question than the one asked.

    Args:
        query: The question.
        row: A row of a table.
        said: What an answer says of it: its label, and the columns and cells that are asked for.
        rows: All rows of its chunk.
    """
    if len(row.cells) < 2:
        return False
    return (
        asks_for_rows(query.text, row.cells[0][0], row.cells[0][1])
        or _has_other_measure(query.text, row)
        or (lacks_price(query.text, [column for column, _ in row.cells[1:]], said) and not MONEY.search(said))
        or _is_one_of_several(query, row, rows)
    )


def _has_other_measure(question: str, row: SentenceRow) -> bool:
    """Return whether a question asks how deep or heavy a thing is, and no header or cell of its row says so."""
    names = next((names for asked, names in _MEASURES if asked.search(question)), None)
    held = terms.stems(" ".join(part for cell in row.cells for part in cell)) | terms.stems(row.text)
    return names is not None and names.isdisjoint(held)


def _is_one_of_several(query: Query, row: SentenceRow, rows: Sequence[SentenceRow]) -> bool:
    """Return whether another row's label has all words of the question that this one's has: two Spanish courses."""
    own = terms.stems(row.cells[0][1]) & query.term_weights.keys()
    if not own or not re.match(r"\W*(?:how|what|when|where|who)\b", query.text, re.IGNORECASE):
        return False
    others = [other for other in rows if other.id != row.id and other.cells and other.band == row.band]
    return any(own <= terms.stems(other.cells[0][1]) for other in others) and own != terms.stems(row.cells[0][1])
