"""Answers from tables: the columns that a question names, the row with the most or the least, differences."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from graph.engines.offline.named_bands import rows_asked
from graph.retrieval import terms
from graph.retrieval.scoring import Query
from graph.storage.base import ChunkRow, SentenceRow

_MOST = re.compile(r"\b(most|highest|largest|greatest|biggest|best|maximum|max|top|longest|strongest|fastest)\b", re.I)
_LEAST = re.compile(r"\b(least|lowest|smallest|fewest|minimum|min|worst|shortest|weakest|slowest)\b", re.I)
_ASKS_HOW_MUCH = re.compile(r"\b(how (much|many|far)|difference|gap|margin|by what)\b", re.I)
_ASKS_WHICH = re.compile(r"\b(which|what|who|where)\b", re.I)
# Stems in the labels of rows that summarize the others, which are not compared with them.
_SUMMARY_LABELS = frozenset({"total", "sum", "mean", "averag", "overal", "subtot", "all", "median"})
_NUMBER = re.compile(r"[-−–(]?\s*[$€£]?\s*\d[\d,]*(?:\.\d+)?")
_EMPTY = " -–—"


def statement(query: Query, sentence: SentenceRow) -> str:
    """Return a sentence unchanged, a table row as "band, label: column cell, column cell", of the columns asked for."""
    if sentence.kind != "row" or len(sentence.cells) < 2:
        return sentence.text
    (_, label), *cells = sentence.cells
    filled = [(column, cell) for column, cell in cells if cell.strip(_EMPTY)]
    asked = columns_asked(query, [column for column, _ in filled], label)
    said = ", ".join(f"{column} {cell}".strip() for column, cell in filled if column in asked or not asked)
    return f"{full_label(sentence)}: {said}" if said else sentence.text


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
    columns = list(dict.fromkeys(column for row in rows for column, _ in row.cells[1:]))
    asked = columns if len(columns) == 1 else columns_asked(query, columns)
    if not asked:
        return None
    # "The most chicks per nest in 2025" names two columns; the one with more words is meant.
    column = max(asked, key=lambda name: len(terms.stems(name)))
    values = {index: value for index, row in enumerate(rows) if (value := _value(row, column)) is not None}
    if len(values) < 2:
        return None
    best = (max if most else min)(values, key=lambda index: values[index])
    return rows[best]


def difference(query: Query, rows: Sequence[SentenceRow]) -> str:
    """Return the difference of two rows in the column asked for, with its operands ("62.1 − 55.0 = 7.1"), or ""."""
    if len(rows) != 2 or not _ASKS_HOW_MUCH.search(query.text):
        return ""
    columns = columns_asked(query, [column for column, _ in rows[0].cells[1:]], " ".join(r.cells[0][1] for r in rows))
    values = [value for row in rows if len(columns) == 1 and (value := _value(row, columns[0])) is not None]
    if len(values) != 2 or min(values) < 0:
        return ""
    low, high = sorted(values)
    return f"The difference in {columns[0]}: {high} − {low} = {high - low}"


def column_difference(query: Query, row: SentenceRow) -> str:
    """Return the difference of the two columns asked for ("in 2025 than in 2024") in one row, or ""."""
    if not _ASKS_HOW_MUCH.search(query.text) or len(row.cells) < 3:
        return ""
    columns = columns_asked(query, [column for column, _ in row.cells[1:]], row.cells[0][1])
    values = [value for column in columns if (value := _value(row, column)) is not None]
    if len(columns) != 2 or len(values) != 2 or min(values) < 0:
        return ""
    low, high = sorted(values)
    return f"The difference in {full_label(row)}: {high} − {low} = {high - low}"


def alone_named(query: Query, row: SentenceRow, rows: Sequence[SentenceRow]) -> bool:
    """Return True if the question has a word of this row's label that no other label has ("puffins")."""
    others = frozenset[str]().union(*(terms.stems(other.cells[0][1]) for other in rows if other.id != row.id))
    return bool((terms.stems(row.cells[0][1]) - others) & query.term_weights.keys())


def _value(row: SentenceRow, column: str) -> Decimal | None:
    cell = next((cell for name, cell in row.cells[1:] if name == column), "")
    found = _NUMBER.search(cell)
    if not found:
        return None
    value = Decimal(re.sub(r"[^\d.]", "", found.group()))
    return -value if found.group()[0] in "-−–(" else value
