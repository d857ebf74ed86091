"""Rows of tables that have words of a question and answer another one, of another row, measure, price or kind.

"Which rivers flow into the Senn?" is not answered by the row of the Senn, "How deep is the Senn?" not by its length,
"How much is the Spanish course?" not by one of two rows with "Spanish", and "Who abstained?" not by a number.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from graph.engines.offline.asked_words import MONEY
from graph.engines.offline.other_amounts import is_other_rate
from graph.retrieval import terms
from graph.retrieval.scoring import Query
from graph.storage.fulltext import stem
from graph.storage.rows import SentenceRow
from graph.tables.measures import IS_PERIOD
from graph.tables.question_words import asks_for_rows, is_other_end, is_other_measure, lacks_price

_MEASURES = tuple(
    (re.compile(rf"\bhow {word}\b", re.IGNORECASE), frozenset(map(stem, names.split())))
    for word, names in (
        ("deep", "depth deep"),
        ("thick", "thickness thick"),
        ("wide", "width breadth wide"),
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
        or _is_of_another_kind(query.text, row, said)
        or _is_any_holder(query, row, rows)
        or _counts_label(query.text, row, said)
        or is_other_rate(query.text, said)
        or _is_compared(query.text, row)
        or any(is_other_end(query.text, column, cell) for column, cell in row.cells[1:] if cell)
    )


def _quoted(row: SentenceRow, said: str) -> list[tuple[str, str]]:
    """Return the cells of a row, without its label, that an answer gives; all where it gives the row as printed."""
    found = [(column, cell) for column, cell in row.cells[1:] if cell.strip() and f"{column} {cell}".strip() in said]
    return found or list(row.cells[1:])


_WHO = re.compile(r"^\W*(?:and |so )?who(?:m|se)?\b", re.IGNORECASE)
_WHEN = re.compile(r"^\W*(?:and |so )?when\b", re.IGNORECASE)
_NUMBER_ALONE = re.compile(r"[^\w]*\d[\d.,' ]*[^\w]*")
_NAME = re.compile(r"(?:(?:[A-Z][\w.'’&-]*|[a-z]{1,3})(?:,? |$))+")  # "Ann de Boer", not "Close the lane"
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")


def _is_of_another_kind(question: str, row: SentenceRow, said: str) -> bool:
    """Return whether cells are numbers where a person or time is asked for, or amounts of money where things are.

    Who is asked for may be the row's label, if the question does not name that.
    """
    cells = _quoted(row, said)
    numbers = [(column, cell) for column, cell in cells if _NUMBER_ALONE.fullmatch(cell)]
    if not numbers:
        return False
    if _WHO.match(question):
        label = row.cells[0][1]
        is_answer = _NAME.fullmatch(label) and not terms.stems(label) <= terms.stems(question)
        return not is_answer and (len(numbers) == len(cells) or len(cells) > 1)
    if _WHEN.match(question):
        times = any(_YEAR.search(cell) or re.search(r"\d[.:/]\d\d", cell) for _, cell in cells)
        return len(numbers) == len(cells) and not times
    return all(is_other_measure(question, column, cell) for column, cell in numbers)


_HOW_MANY = re.compile(r"\bhow many (?P<what>[a-z-]+)", re.IGNORECASE)
_COUNT_HEAD = re.compile(r"\b(?:numbers?|count|quantity|total|units|pieces|stock|amount|no|how many)\b", re.IGNORECASE)


def _counts_label(question: str, row: SentenceRow, said: str) -> bool:
    """Return whether the things of a row's label are counted, and it gives unlike cells: beds and price of "Suite"."""
    counted, cells = _HOW_MANY.search(question), _quoted(row, said)
    if counted is None or not terms.stems(counted["what"]) & terms.stems(row.cells[0][1]) or len(cells) < 2:
        return False
    return not any(_COUNT_HEAD.search(column) or IS_PERIOD.search(column) for column, _ in cells)


_WHO_IS_THE = re.compile(r"^\W*(?:and |so )?who (?:is|was) (?:the|our|its|their) ", re.IGNORECASE)


def _is_any_holder(query: Query, row: SentenceRow, rows: Sequence[SentenceRow]) -> bool:
    """Return whether the one holder of a role is asked for, and a row has it only as a header of many: "Teacher"."""
    if not _WHO_IS_THE.match(query.text) or len(rows) < 2:
        return False
    held = terms.stems(" ".join(cell for _, cell in row.cells)) | terms.stems(" ".join(row.band))
    return held.isdisjoint(query.term_weights.keys())


# "Who is the deckhand?", but not "Who are the deckhands?"
_ASKS_ONE = re.compile(
    r"^\W*(?:(?:and |so )?who (?:is|was) the|(?:und )?wer (?:ist|war) (?:der|die|das)) ", re.IGNORECASE
)


def of_several_holders(question: str, quotes: Collection[str], rows: Iterable[SentenceRow]) -> set[str]:
    """Return the quotes of rows of several persons, of whom none is the one holder of a role that is asked for.

    Args:
        question: The question.
        quotes: The texts of the rows and sentences that answer it.
        rows: The rows of all chunks.
    """
    if not _ASKS_ONE.match(question):
        return set()
    labels = {row.text: row.cells[0][1] for row in rows if row.cells and row.text in quotes}
    return set(labels) if len(set(labels.values())) > 1 else set()


_ASKS_TOTAL = re.compile(
    r"^\W*(?:and |so )?(?:what|how (?:much|high|large)) (?:is|are|was|were) (?:the )?(?:grand |overall )?totals?"
    r"(?: amount| sum)?(?: (?:in|for|of) (?:19|20)\d\d)?\W*$",
    re.IGNORECASE,
)


def of_several_totals(question: str, quotes: Collection[str], rows: Iterable[SentenceRow]) -> set[str]:
    """Return the quotes of rows that are totals, if just the total is asked for and the rows hold several.

    Arguments as in `of_several_holders`: of members, income and expenditure each has its own.
    """
    if not _ASKS_TOTAL.match(question):
        return set()
    totals = {row.text: row.cells[0][1] for row in rows if row.cells and "total" in terms.stems(row.cells[0][1])}
    return set(totals) & set(quotes) if len(set(totals.values())) > 1 else set()


_BESIDE = re.compile(
    r"^\W*(?:and |so )?(?:which|what|who|how many)\b.*\b(?:below|above|over|under|within|outside|beyond|inside)"
    r" (?:the |its |their )?(?P<of>(?:[a-z-]+ )?[a-z-]+)",
    re.IGNORECASE,
)


def _is_compared(question: str, row: SentenceRow) -> bool:
    """Return whether rows are asked for by a comparison with a column, which no row says of itself.

    "Which results are below the reference range?" is not answered by the reference range "below 5.2".
    """
    beside = _BESIDE.search(question)
    of = terms.stems(beside["of"]) if beside else frozenset()
    return bool(of) and any(own and own <= of for own in (terms.stems(column) for column, _ in row.cells[1:]))


def _has_other_measure(question: str, row: SentenceRow) -> bool:
    """Return whether a question asks how deep or heavy a thing is, and no header or cell of its row says so."""
    names = next((names for asked, names in _MEASURES if asked.search(question)), None)
    held = terms.stems(" ".join(part for cell in row.cells for part in cell)) | terms.stems(row.text)
    return names is not None and names.isdisjoint(held)


_OF_ONE = re.compile(r"\W*(?:how|what|when|where|who|is|are|was|were|does|do|did|has|have|can|will)\b", re.IGNORECASE)


def _is_one_of_several(query: Query, row: SentenceRow, rows: Sequence[SentenceRow]) -> bool:
    """Return whether another row's label has all words of the question that this one's has: two Spanish courses."""
    own = terms.stems(row.cells[0][1]) & query.term_weights.keys()
    if not own or not _OF_ONE.match(query.text):
        return False
    others = [other for other in rows if other.id != row.id and other.cells and other.band == row.band]
    return any(own <= terms.stems(other.cells[0][1]) for other in others) and own != terms.stems(row.cells[0][1])
