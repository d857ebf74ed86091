"""Statements of account and printed averages, asked for offline in the words of a person who holds the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pymupdf
import pytest

from graph.context import Context
from graph.ingestion.graph import app as ingestion
from graph.query.graph import app as query

ROWS = (
    ("01/06/2025", "Balance brought forward", "", "", "812.10"),
    ("04/06/2025", "Water Tarn Board", "38.40", "", "773.70"),
    ("07/06/2025", "Wages Oakum Ropes", "", "1,640.00", "2,413.70"),
    ("11/06/2025", "Rent loft 9", "705.00", "", "1,708.70"),
    ("19/06/2025", "Grocer Pell", "52.15", "", "1,656.55"),
    ("24/06/2025", "Gift from T Aske", "", "30.00", "1,686.55"),
    ("30/06/2025", "Balance carried forward", "", "", "1,686.55"),
)
CARD = (
    ("3 May", "Hotel Brigg", "-412.00"), ("5 May", "Cafe Orla", "-18.40"), ("9 May", "Refund Rail", "75.00"),
    ("14 May", "Dentist Voss", "-230.00"),
)  # fmt: skip


def _table(page: Any, y: float, rows: tuple[tuple[str, ...], ...], *, names: int) -> None:
    """Write rows without lines, the first `names` columns from the left, the others to the right."""
    places = (60, 130, 370, 450, 540)
    for number, row in enumerate(rows):
        for at, cell in enumerate(row):
            font = "helv" if number else "hebo"
            x = places[at] - (0 if at < names else pymupdf.get_text_length(cell, font, 9.5))
            page.insert_text((x, y), cell, fontname=font, fontsize=9.5)
        y += 20


def _ingest(
    path: Path, title: str, rows: tuple[tuple[str, ...], ...], *, names: int, lines: tuple[str, ...] = ()
) -> None:
    document: Any = pymupdf.open()
    page = document.new_page(width=595, height=842)
    page.insert_text((60, 70), title, fontname="hebo", fontsize=13)
    for at, line in enumerate(lines):
        page.insert_text((60, 95 + 15 * at), line, fontsize=10)
    _table(page, 150, rows, names=names)
    document.save(str(path))
    ingestion.invoke({"sources": [str(path)]}, context=Context())


def _asked(question: str) -> Any:
    return query.invoke({"question": question}, context=Context())


@pytest.mark.usefixtures("home")
def test_payments_are_found_by_side_purpose_and_day(tmp_path: Path) -> None:
    head = ("Date", "Details", "Debit", "Credit", "Balance")
    _ingest(tmp_path / "june.pdf", "Statement of the current account", (head, *ROWS), names=2)
    right = {
        "What is the largest payment?": "Rent loft 9: Debit 705.00, the highest of 3 values",
        "What was the smallest expense?": "Water Tarn Board: Debit 38.40, the lowest of 3 values",
        "What was the largest deposit?": "Wages Oakum Ropes: Credit 1,640.00, the highest of 2 values",
        "How much was paid for rent?": "11/06/2025, Rent loft 9: Debit 705.00",
        "What were the wages?": "Wages Oakum Ropes: Credit 1,640.00",
        "How much was paid in on 7 June?": "07/06/2025, Wages Oakum Ropes: Credit 1,640.00",
        "What was the total amount spent?": "38.40 + 705.00 + 52.15 = 795.55",
        "How much was spent in total?": "38.40 + 705.00 + 52.15 = 795.55",
    }
    for question, answer in right.items():
        found = _asked(question)
        assert found["verdict"] == "proven", question
        assert answer in found["answer"], question
    for question in ("How much was spent on books?", "How much was paid in on 4 June?"):
        assert _asked(question)["verdict"] != "proven", question


@pytest.mark.usefixtures("home")
def test_payments_below_zero_share_a_column_with_receipts(tmp_path: Path) -> None:
    _ingest(tmp_path / "card.pdf", "Card statement", (("Date", "Merchant", "Amount"), *CARD), names=2)
    assert "Hotel Brigg: Amount -412.00" in _asked("What was the largest payment?")["answer"]
    assert "Dentist Voss: Amount -230.00" in _asked("What was the second largest payment?")["answer"]
    assert "Refund Rail: Amount 75.00" in _asked("What was the refund?")["answer"]


HERDS = (("Herd", "Litres", "Cows"), ("North", "24.1", "40"), ("Hill", "19.6", "22"), ("Fen", "28.3", "51"))


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("rows", "lines", "answer"),
    [
        ((*HERDS, ("Average", "24.6", "38")), (), "Average: Litres 24.6"),
        (HERDS, ("The average litres of a herd fell to 23.9 in the winter.",), "fell to 23.9 in the winter"),
        (HERDS, (), "(24.1 + 19.6 + 28.3) / 3 = 24.00"),
    ],
)
def test_an_average_is_computed_only_where_none_is_printed(
    tmp_path: Path, rows: tuple[tuple[str, ...], ...], lines: tuple[str, ...], answer: str
) -> None:
    _ingest(tmp_path / "milk.pdf", "Milk of the herds", rows, names=1, lines=lines)
    found = _asked("What is the average number of litres?")
    assert found["verdict"] == "proven"
    assert answer in found["answer"]
    assert "24.00" in answer or "24.00" not in found["answer"]


@pytest.mark.usefixtures("home")
def test_the_name_of_the_label_column_may_stand_in_a_question(tmp_path: Path) -> None:
    _ingest(tmp_path / "milk.pdf", "Milk", HERDS, names=1)
    found = _asked("How many cows are in the Hill herd?")
    assert (found["verdict"], found["answer"].startswith("Hill: Cows 22")) == ("proven", True)


@pytest.mark.usefixtures("home")
def test_note_marks_of_cells_and_averages_are_not_shown(tmp_path: Path) -> None:
    document: Any = pymupdf.open()
    page = document.new_page(width=595, height=842)
    page.insert_text((60, 70), "Milk of the herds", fontname="hebo", fontsize=13)
    _table(page, 150, HERDS, names=1)
    page.insert_text((130, 166.5), "4", fontsize=6)  # the columns of numbers end at their places
    document.save(str(tmp_path / "milk.pdf"))
    ingestion.invoke({"sources": [str(tmp_path / "milk.pdf")]}, context=Context())
    for question in ("How many litres did the North herd give?", "Which herd gave the most litres?"):
        assert "\u2074" not in _asked(question)["answer"]
    assert "24.1 + 19.6" in _asked("What is the average number of litres?")["answer"]
