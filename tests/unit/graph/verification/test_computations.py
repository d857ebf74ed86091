"""The check of computed results: times between cells, columns held against each other, shares."""

from __future__ import annotations

import pytest

from graph.types import Claim, Computation, Operand
from graph.verification.computations import failure_of_result


def cell(label: str, column: str, text: str, value: str, row: str) -> Operand:
    return Operand(label=label, column=column, cell=text, value=value, chunk="c", quote=row)


def failure(operation: str, operands: list[Operand], result: str, text: str = "") -> str:
    computation = Computation(operation=operation, operands=operands, result=result, low="", high="", table="")
    claim = Claim(text=text or result, chunk="c", quote=operands[0]["quote"], computation=computation)
    return failure_of_result(claim, computation)


ROW_1, ROW_2 = "F 1 | 06:10 | 07:05", "F 9 | 23:40 | 01:10"
TIMES = [
    cell("F 1", "Leaves", "06:10", "370", ROW_1), cell("F 1", "Arrives", "07:05", "425", ROW_1),
    cell("F 9", "Leaves", "23:40", "1420", ROW_2), cell("F 9", "Arrives", "01:10", "70", ROW_2),
]  # fmt: skip
PAIRS = [
    cell("Ely", "2024", "190", "190", "Ely | 210 | 190"), cell("Ely", "2023", "210", "210", "Ely | 210 | 190"),
    cell("Wick", "2024", "99", "99", "Wick | 95 | 99"), cell("Wick", "2023", "95", "95", "Wick | 95 | 99"),
]  # fmt: skip
DATES = [
    cell("K-2", "Serviced", "30.11.2024", "739220", "K-2 | 30.11.2024"),
    cell("K-1", "Serviced", "12.01.2024", "738897", "K-1 | 12.01.2024"),
]


@pytest.mark.parametrize(
    ("operation", "operands", "result"),
    [
        ("span", TIMES[:2], "55 minutes"),
        ("span", TIMES[2:], "1 h 30 min (90 minutes)"),
        ("spans least 1", TIMES, "55 minutes"),
        ("pairs less", PAIRS, "Ely"),
        ("pairs more", PAIRS, "Wick"),
        ("share", [PAIRS[0], PAIRS[0], PAIRS[2]], "65.7"),
        ("extreme most 1", DATES, "739220"),
    ],
)
def test_results_that_follow_from_their_cells_pass(operation: str, operands: list[Operand], result: str) -> None:
    assert failure(operation, operands, result, "computed") == ""


@pytest.mark.parametrize(
    ("operation", "operands", "result"),
    [
        ("span", TIMES[:2], "65 minutes"),
        ("spans most 1", TIMES, "55 minutes"),
        ("pairs less", PAIRS, "Ely | Wick"),
        ("share", [PAIRS[0], PAIRS[0], PAIRS[2]], "34.3"),
        ("extreme least 1", DATES, "739220"),
    ],
)
def test_results_that_do_not_follow_fail(operation: str, operands: list[Operand], result: str) -> None:
    assert "does not follow" in failure(operation, operands, result, "computed")


def test_a_time_has_the_value_of_its_cell() -> None:
    wrong = [cell("F 1", "Leaves", "06:10", "371", ROW_1), TIMES[1]]
    assert "06:10 is not 371" in failure("span", wrong, "55 minutes", "computed")
