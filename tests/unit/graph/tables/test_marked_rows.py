"""Rows with a "yes" in a column, and rows of a place in a race."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from graph.storage.rows import ChunkRow, SentenceRow
from graph.tables.marked_rows import answer_from_marked_rows
from graph.tables.views import TableView, build_views

PLANS = [
    ("Plan", "Price", "Classes", "Sauna"),
    ("Basic", "29", "no", "no"),
    ("Plus", "39", "yes", "no"),
    ("Premium", "54", "yes", "yes"),
]
RACE = [
    ("Runner", "Place", "Time"),
    ("Vogt", "1", "34:12"),
    ("Reyes", "2", "34:50"),
    ("Lunde", "3", "35:31"),
    ("Stern", "3", "35:31"),
]


def view(caption: str, rows: Sequence[tuple[str, ...]], ordinal: int = 0) -> TableView:
    head, *body = rows
    sentences = [SentenceRow(f"{ordinal}/c", caption, caption, "caption", (1,))]
    sentences += [
        SentenceRow(f"{ordinal}/{at}", " ".join(row), " ".join(row), "row", (1,), tuple(zip(head, row, strict=True)))
        for at, row in enumerate(body)
    ]
    chunk = ChunkRow(f"c{ordinal}", f"d{ordinal}", "a.pdf", 0, "table", caption, (1,), (), tuple(sentences))
    return build_views([chunk], {})[0]


def quoted(question: str, *views: TableView) -> list[str]:
    return [claim["quote"].split()[0] for claim in answer_from_marked_rows(question, views)[0]]


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("Which plan comes with a sauna?", ["Premium"]),
        ("Which plans include classes?", ["Plus", "Premium"]),
        ("Which plans have a pool?", []),
        ("Which boats have a sauna?", []),
        ("Which plans have no sauna?", []),
        ("Which plans have only a sauna?", []),
        ("Which plan has the sauna and classes?", []),
        ("Which plan has a price?", []),
    ],
)
def test_rows_with_yes_in_the_column_asked_for(question: str, rows: list[str]) -> None:
    assert quoted(question, view("Plans of the gym", PLANS), view("Harbour run", RACE, 1)) == rows


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("Who came second?", ["Reyes"]),
        ("Who won the harbour run?", ["Vogt"]),
        ("Who was third in the run?", ["Lunde", "Stern"]),
        ("Who finished in 2nd place?", ["Reyes"]),
        ("Who came fifth?", []),
        ("Who won the hill race?", []),
        ("Who was second in command?", []),
    ],
)
def test_rows_of_a_place(question: str, rows: list[str]) -> None:
    assert quoted(question, view("Plans of the gym", PLANS), view("Harbour run", RACE, 1)) == rows


def test_places_that_are_not_all_told_or_of_two_races_answer_nothing() -> None:
    gap = [*RACE, ("Dorn", "–", "gave up")]
    assert quoted("Who finished last?", view("Harbour run", gap)) == []
    assert quoted("Who came second?", view("Harbour run", RACE), view("Hill race", RACE, 1)) == []
    assert quoted("Who came second in the hill race?", view("Harbour run", RACE), view("Hill race", RACE, 1)) == [
        "Reyes"
    ]
