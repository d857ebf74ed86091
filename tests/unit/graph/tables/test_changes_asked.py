"""Changes computed from a table: over time, and in the direction of the question's verb."""

from __future__ import annotations

import pytest

from graph.tables.changes_asked import is_other_change
from graph.tables.results import claim
from graph.types import Claim, Operand


def difference(*cells: tuple[str, str, str]) -> Claim:
    """The difference of cells, each with its row's label, its column and its value."""
    operands = [
        Operand(label=label, column=column, cell=value, value=value, chunk="c", quote=f"{label} {value}")
        for label, column, value in cells
    ]
    return claim("The difference", "difference", operands, "25")


@pytest.mark.parametrize(
    ("question", "is_other"),
    [
        ("By how much did grants rise?", True),
        ("By how much did grants fall?", False),
        ("How much did grants change?", False),
        ("What is the difference between the grants of the two years?", False),
    ],
)
def test_a_fall_is_no_rise(question: str, is_other: bool) -> None:
    assert is_other_change(question, difference(("Grants", "2024", "215"), ("Grants", "2023", "240"))) is is_other


def test_the_difference_of_two_groups_is_no_change_over_time() -> None:
    groups = difference(("Nausea", "Tolvaptin", "41"), ("Nausea", "Placebo", "18"))
    assert is_other_change("By how much did nausea fall with tolvaptin?", groups)
    assert not is_other_change("By how much does nausea differ?", groups)
