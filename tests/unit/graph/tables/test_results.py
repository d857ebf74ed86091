"""Results computed from a table: which columns have a highest and a lowest value."""

from __future__ import annotations

import pytest

from graph.tables.answers import answer_from_tables
from tests.unit.graph.tables.test_answers import table

NUMBERED = (
    ("Plot", "Tenant", "Size (m)", "Rank"),
    (("1", "Korn", "120", "1"), ("2", "Ostrow", "60", "2"), ("3", "Aalto", "200", "3")),
)
NAMED = (
    ("Tenant", "Plot", "Size (m)", "Rank"),
    (("Korn", "1", "120", "1"), ("Ostrow", "2", "60", "2"), ("Aalto", "3", "200", "3")),
)


def answers(plots: tuple[tuple[str, ...], tuple[tuple[str, ...], ...]], question: str) -> list[str]:
    chunk = table(plots[1], plots[0], "Table 1: Plots and tenants")
    return [claim["text"] for claim in answer_from_tables(question, [chunk], {}).claims]


@pytest.mark.parametrize("plots", [NUMBERED, NAMED])
def test_a_column_that_numbers_the_rows_has_no_extreme(
    plots: tuple[tuple[str, ...], tuple[tuple[str, ...], ...]],
) -> None:
    assert answers(plots, "Which tenant has the highest plot?") == []
    assert all("Ostrow: Size (m) 60" in text for text in answers(plots, "Who has the smallest plot?"))


def test_other_columns_and_ranks_have_one() -> None:
    assert answers(NUMBERED, "Which plot has the lowest size?") == ["2, Ostrow: Size (m) 60, the lowest of 3 values"]
    assert answers(NAMED, "Which tenant has the smallest size?") == ["Ostrow: Size (m) 60, the lowest of 3 values"]


def test_a_column_with_a_value_that_is_not_known_has_no_extreme_and_no_sum() -> None:
    unread = (("Tenant", "Size (m)"), (("Korn", "120"), ("Ostrow", "60"), ("Aalto", "200"), ("Lind", "?")))
    for question in (
        "Which tenant has the smallest size?",
        "What is the sum of the sizes?",
        "Who has a size below 90?",
    ):
        assert answers(unread, question) == [], question
    assert "120" in " ".join(answers(unread, "What is the size of Korn?"))


def test_the_third_of_numbered_rows_is_no_sum_of_the_others() -> None:
    assert answers(NAMED, "Which tenant has the lowest rank?") == ["Aalto: Rank 3, the highest of 3 values"]


def test_how_many_there_are_of_something_is_no_number_of_a_row() -> None:
    flats = (("Flat", "Bedrooms", "Rent"), (("Attic", "1", "500"), ("Garden", "2", "700"), ("Corner", "3", "800")))
    assert answers(flats, "Which flat has the most bedrooms?") == ["Corner: Bedrooms 3, the highest of 3 values"]


SAILINGS = (
    ("Route", "Crossing", "Distance", "Fare"),
    (
        ("Skerry", "45 min", "900 m", "£4"),
        ("Brae", "1 h 50 min", "12 km", "€9"),
        ("Ness", "2 h", "8.5 km", "£7"),
        ("Holm", "28 min", "2 km", "£3"),
    ),
)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Which route has the shortest crossing?", "Holm: Crossing 28 min, the lowest of 4 values"),
        ("Which route has the longest crossing?", "Ness: Crossing 2 h, the highest of 4 values"),
        ("Which route has the greatest distance?", "Brae: Distance 12 km, the highest of 4 values"),
        ("Which route has the lowest fare?", ""),
        ("What is the sum of the crossings?", ""),
    ],
)
def test_values_in_several_units_are_compared_in_one_or_not_at_all(question: str, answer: str) -> None:
    assert answers(SAILINGS, question) == [answer][: bool(answer)]
