"""Answers from tables: the columns that a question names, the row with the most or the least, differences."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from graph.engines.offline.named_bands import rows_asked
from graph.retrieval import terms
from graph.retrieval.scoring import Query
from graph.storage.rows import ChunkRow, SentenceRow
from graph.tables.header_words import implied_by_any, unit_asked
from graph.tables.open_values import is_settled_by_numbers
from graph.tables.operations import asked_of_table
from graph.tables.order_words import is_misjudged
from loaders.text.charts import UNREAD
from loaders.text.numbers import Mark, cell_values, decimal_mark
from loaders.text.raised_signs import without_notes
from loaders.text.whole_periods import whole_periods

_MOST = re.compile(r"\b(most|highest|largest|greatest|biggest|best|maximum|max|top|longest|strongest|fastest)\b", re.I)
_LEAST = re.compile(r"\b(least|lowest|smallest|fewest|minimum|min|worst|shortest|weakest|slowest)\b", re.I)
_ASKS_HOW_MUCH = re.compile(r"\b(how (much|many|far)|difference|gap|margin|by what)\b", re.I)
_ASKS_WHICH = re.compile(r"\b(which|what|who|where)\b", re.I)
# Stems in the labels of rows that summarize the others, which are not compared with them.
_SUMMARY_LABELS = frozenset({"total", "sum", "mean", "averag", "overal", "subtot", "all", "median"})
# Amounts that tables print as negative numbers of what they reduce: "profit or (loss)", "change".
_NEGATIVE = re.compile(r"\b(loss(es)?|deficits?|shortfalls?|declines?|decreases?|drops?|falls?|outflows?)\b", re.I)
_BOTH_SIGNS = re.compile(r"\b(profits?|gains?|surplus|income)\s*(or|and|/|,)\s*\(?(loss|deficit)(es|s)?\)?", re.I)
_EMPTY = " -–—"


def statement(query: Query, sentence: SentenceRow) -> str:
    """Return a sentence, a row as "band, label: column cell, column cell" of the columns asked for; no note marks."""
    if sentence.kind != "row" or len(sentence.cells) < 2:
        return without_notes(sentence.text)
    (_, label), *cells = sentence.cells
    filled = [(column, cell) for column, cell in cells if cell.strip(_EMPTY)]
    asked = columns_asked(query, [column for column, _ in filled], label)
    said = ", ".join(f"{column} {cell}".strip() for column, cell in filled if column in asked or not asked)
    name = full_label(sentence).rstrip(": ")
    return without_notes(f"{name}{'' if name.endswith('?') else ':'} {said}" if said else sentence.text)


def full_label(row: SentenceRow) -> str:
    """Return the label of a table row after the names of its bands: "Port of Mallaig, Haddock"."""
    return ", ".join(part for part in (*row.band, row.cells[0][1]) if part)


def columns_asked(query: Query, columns: list[str], label: str = "") -> list[str]:
    """Return the columns that a question names: those named in full, or else those that share most words with it.

    If one name is part of another ("pass@1" of "AIME 2024 pass@1"), the longer one counts.
    """
    asked = query.term_weights.keys() - terms.stems(label)
    words = {column: terms.stems(column) for column in columns}
    full = [column for column in columns if words[column] and words[column] <= query.term_weights.keys()]
    longest = [column for column in full if not any(words[column] < words[other] for other in full)]
    if longest:
        return longest
    weight = {column: sum(query.term_weights[word] for word in asked & words[column]) for column in columns}
    most = max(weight.values(), default=0.0)
    return [column for column in columns if weight[column] == most] if most > 0 else []


def extreme_row(query: Query, chunk: ChunkRow) -> SentenceRow | None:
    """Return the row with the most or the least in the column asked for; None if the question asks for neither.

    Rows without a number there and rows that summarize others are skipped. None, too, if the column is ambiguous.
    """
    most, least = _MOST.search(query.text), _LEAST.search(query.text)
    if bool(most) == bool(least) or not _ASKS_WHICH.search(query.text):
        return None
    rows = [sentence for sentence in chunk.sentences if sentence.kind == "row" and len(sentence.cells) > 1]
    rows = [row for row in rows_asked(query, rows) if not terms.stems(row.cells[0][1]) & _SUMMARY_LABELS]
    wholes = whole_periods([row.cells[0][1] for row in rows])  # "Year" below the months
    rows = [row for at, row in enumerate(rows) if at not in wholes]
    columns = list(dict.fromkeys(column for row in rows for column, _ in row.cells[1:]))
    asked = columns if len(columns) == 1 else columns_asked(query, columns)
    if not asked:
        return None
    # "The most chicks per nest in 2025" names two columns; the one with more words is meant.
    column = max(asked, key=lambda name: len(terms.stems(name)))
    if (column, UNREAD) in [cell for row in rows for cell in row.cells]:  # it may be the one that is not known
        return None
    decimal = decimal_of(chunk)
    if is_misjudged(query.text, column, [cell for row in rows for name, cell in row.cells if name == column], decimal):
        return None
    alike = [name for name in asked if len(terms.stems(name)) == len(terms.stems(column))]  # "2023" and "2024"
    found = {
        _extreme(query, rows, name, mark, most=bool(most))
        for name in alike
        for mark in ([decimal] if decimal else _MARKS)
    }
    best = found.pop()
    return rows[best] if best is not None and not found else None  # of two readings of "1,234" both must say the same


_MARKS: tuple[Mark, ...] = (".", ",")


def _extreme(query: Query, rows: Sequence[SentenceRow], column: str, decimal: Mark, *, most: bool) -> int | None:
    """Return the index of the row with the most or least in a column; None with fewer than two numbers in it.

    The largest loss is the lowest number where losses are negative.
    """
    readings = {index: _readings(row, column, decimal) for index, row in enumerate(rows)}
    values = {index: numbers[0] for index, numbers in readings.items() if numbers}
    cells = [(dict(row.cells[1:]).get(column, ""), values.get(index)) for index, row in enumerate(rows)]
    if len(values) < 2 or not is_settled_by_numbers(cells, most=most):
        return None
    if _NEGATIVE.search(_BOTH_SIGNS.sub("", query.text)) and min(values.values()) < 0:
        values, most = {index: value for index, value in values.items() if value < 0}, not most
    return (max if most else min)(values, key=lambda index: values[index])


def settles(query: Query, chunk: ChunkRow) -> bool:
    """Return whether a table has the row with the most or least that a question asks for, and all its other words.

    The words are in its caption, column names and labels: at least two, apart from "largest" and general verbs.
    """
    if chunk.kind != "table" or not (_MOST.search(query.text) or _LEAST.search(query.text)):
        return False
    held = frozenset[str]().union(*(terms.stems(row.search) for row in chunk.sentences if row.kind == "row"))
    asked = terms.stems(_GENERAL.sub("", _LEAST.sub("", _MOST.sub("", query.text)))) & query.term_weights.keys()
    return len(asked) > 1 and asked <= held and extreme_row(query, chunk) is not None


_GENERAL = re.compile(r"\b(make|made|report(s|ed)?|record(s|ed)?|suffer(s|ed)?|incur(s|red)?|used?)\b", re.I)


def difference(query: Query, rows: Sequence[SentenceRow], decimal: Mark = ".") -> str:
    """Return the difference of two rows in the column asked for, with its operands ("62.1 − 55.0 = 7.1"), or ""."""
    if len(rows) != 2 or not _ASKS_HOW_MUCH.search(query.text):
        return ""
    columns = columns_asked(query, [column for column, _ in rows[0].cells[1:]], " ".join(r.cells[0][1] for r in rows))
    if len(columns) != 1:
        return ""
    return _subtraction(columns[0], _only([_readings(row, columns[0], decimal) for row in rows]))


def column_difference(query: Query, row: SentenceRow, decimal: Mark = ".") -> str:
    """Return the difference of the two columns asked for ("in 2025 than in 2024") in one row, or ""."""
    if not _ASKS_HOW_MUCH.search(query.text) or len(row.cells) < 3:
        return ""
    columns = columns_asked(query, [column for column, _ in row.cells[1:]], row.cells[0][1])
    return _subtraction(full_label(row), _only([_readings(row, column, decimal) for column in columns]))


def _subtraction(name: str, values: Sequence[Decimal]) -> str:
    if len(values) != 2 or min(values) < 0:
        return ""
    low, high = sorted(values)
    return f"The difference in {name}: {high:f} − {low:f} = {high - low:f}"


_ASKS_SHARE = re.compile(
    r"\b(?:what|which|how (?:large|big|high)(?: is| was| are| were)?(?: the| a)?) (?:share|percentage|proportion"
    r"|fraction|per ?cent(?:age)?)\b",
    re.IGNORECASE,
)
_SHARE = re.compile(r"%|\bper ?cent|\b(?:share|percentage|proportion|fraction|rate|quota)\b|\d/\d", re.IGNORECASE)


_OVER_BUDGET = re.compile(r"\b(?:over|under|above|below) (?:the )?(?:budget|plan|estimate)\b", re.IGNORECASE)


def falls_short(question: str, row: SentenceRow, said: str) -> bool:
    """Return whether a question asks for more than a row says: a ratio, a share, rows above a limit, another unit.

    A limit in the row itself is part of its label: "up to 5 kg". The unit is read from the headers of the quoted cells.
    """
    if not row.cells:
        return False
    asked = asked_of_table(question)
    limits = [limit for limit in (asked.low, asked.high) if limit]
    texts = [cell for _, cell in row.cells if any(map(str.isalpha, cell))]
    named = any(re.search(rf"(?<![\d.,]){re.escape(limit)}(?![.,]?\d)", text) for limit in limits for text in texts)
    if asked.operation == "ratio" or _OVER_BUDGET.search(question) or (limits and not named):
        return True
    if _ASKS_SHARE.search(question) and not _SHARE.search(
        f"{said} {row.text} {' '.join(name for name, _ in row.cells)}"
    ):
        return True
    unit = unit_asked(question)
    headers = [column for column, _ in row.cells if column and column in said]
    return bool(unit) and unit not in terms.stems(f"{said} {row.text}") | implied_by_any(headers)


def alone_named(query: Query, row: SentenceRow, rows: Sequence[SentenceRow]) -> bool:
    """Return True if the question has a word of this row's label that no other label has ("puffins")."""
    others = frozenset[str]().union(*(terms.stems(other.cells[0][1]) for other in rows if other.id != row.id))
    return bool((terms.stems(row.cells[0][1]) - others) & query.term_weights.keys())


def _readings(row: SentenceRow, column: str, decimal: Mark) -> tuple[Decimal, ...]:
    """Return what the number in a column may be; none if there is none."""
    return cell_values(next((cell for name, cell in row.cells[1:] if name == column), ""), decimal)


def decimal_of(chunk: ChunkRow) -> Mark:
    """Return the mark before decimals in a chunk's document; if that is open, in the chunk's rows and text."""
    for mark in _MARKS:
        if mark == chunk.decimal:
            return mark
    rows = " ; ".join(cell for sentence in chunk.sentences for _, cell in sentence.cells[1:])
    return decimal_mark(f"{rows} ; {chunk.text}")


def _only(readings: Sequence[tuple[Decimal, ...]]) -> list[Decimal]:
    """Return the values of numbers that have one reading each; none if any is missing or open."""
    return [values[0] for values in readings] if all(len(values) == 1 for values in readings) else []
