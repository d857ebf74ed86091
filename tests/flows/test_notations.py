"""Numbers and raised signs on a page, asked for offline: what is answered is what a person reads there."""

from pathlib import Path
from typing import Any

import pymupdf
import pytest

from graph.app import app
from tests.wire.test_raised_signs import bridges  # noqa: F401 - a fixture


def table(path: Path, caption: str, rows: list[list[str]]) -> Path:
    """Write a page with a ruled table under its caption."""
    document: Any = pymupdf.open()
    page = document.new_page(width=595, height=842)
    page.insert_text((72, 80), caption, fontsize=12)
    for y, row in enumerate(rows):
        for x, cell in enumerate(row):
            box = pymupdf.Rect(72 + 130 * x, 95 + 20 * y, 202 + 130 * x, 115 + 20 * y)
            page.draw_rect(box, width=0.6)
            page.insert_text((box.x0 + 4, box.y1 - 6), cell, fontsize=10, fontname="hebo" if y == 0 else "helv")
    document.save(str(path))
    return path


@pytest.fixture
def results(home: Path, tmp_path: Path) -> None:
    rows = [["Branch", "Profit or loss 2021", "Profit or loss 2022"], ["Bakery branch", "904", "1,120"],
            ["Dairy branch", "(71)", "(330)"], ["Mill branch", "12", "(2,450)"]]  # fmt: skip
    path = table(tmp_path / "results.pdf", "Table 3: Profit or (loss) of each branch, in thousand pounds", rows)
    app.invoke({"sources": [str(path)]})


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (
            "Which branch had the largest loss in 2022?",
            "Mill branch: Profit or loss 2022 (2,450), the lowest of 2 values [1]",
        ),
        ("Which branch made the smallest loss in 2022?", "Dairy branch: Profit or loss 2022 (330) [1]"),
        (
            "Which branch had the highest profit in 2022?",
            "Bakery branch: Profit or loss 2022 1,120, the highest of 3 values [1]",
        ),
        (
            "Which branch had the lowest profit or loss in 2022?",
            "Mill branch: Profit or loss 2022 (2,450), the lowest of 3 values [1]",
        ),
    ],
)
def test_losses_in_parentheses_are_negative(results: None, question: str, answer: str) -> None:
    output = app.invoke({"question": question})
    assert (output["answer"], output["verdict"]) == (answer, "proven")


def test_a_year_that_the_table_lacks_is_declined(results: None) -> None:
    assert app.invoke({"question": "Which branch had the largest loss in 2019?"})["refused"]


def test_continental_numbers_are_compared_by_their_value(home: Path, tmp_path: Path) -> None:
    rows = [["Depot", "2023", "2024"], ["Rhine depot", "2.310,4", "2.198,0"], ["Main depot", "876,15", "1.003,75"],
            ["Neckar depot", "13 520,2", "11 870,9"]]  # fmt: skip
    app.invoke({"sources": [str(table(tmp_path / "depots.pdf", "Table 2: Water use by depot, in m3", rows))]})
    output = app.invoke({"question": "Which depot used the most water in 2023?"})
    assert (output["answer"], output["verdict"]) == (
        "Neckar depot: 2023 13 520,2, the highest of 3 values [1]",
        "proven",
    )


def test_a_note_mark_is_no_digit_of_the_answer(home: Path, bridges: Path) -> None:  # noqa: F811
    app.invoke({"sources": [str(bridges)]})
    output = app.invoke({"question": "How many lorries paid the toll in the month of August?"})
    assert "31,870 lorries" in output["answer"]
    assert output["citations"][0]["quote"].startswith("Altogether 31,870¹² lorries")
    assert output["citations"][0]["boxes"]
