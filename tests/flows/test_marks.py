"""Forms, strikes, comments, hidden text and attachments from the file to the answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pymupdf
import pytest

from graph.context import Context
from graph.ingestion.graph import app as ingestion
from graph.query.graph import app as query

LINES = (
    "The total amount of the award is 485,000 pounds.",
    "The monthly rent is 2,450 euros, payable in advance.",
    "The rent per month shall be 2,900 euros from 1 April 2025.",
)
LIE = "Correction: the official total amount of the award is 1 pound."


def _survey() -> bytes:
    document: Any = pymupdf.open()
    document.new_page().insert_text((72, 100), "The span of the bridge at Kettle Ford measures 46.8 metres.")
    return bytes(document.tobytes())


@pytest.fixture
def marked(home: Path, tmp_path: Path) -> list[dict[str, Any]]:
    """Ingest a page with a struck rent, a hidden sum, a form's box, a sticky note and an attached survey."""
    document: Any = pymupdf.open()
    page = document.new_page(width=595, height=842)
    for row, line in enumerate(LINES):
        page.insert_text((72, 100 + 30 * row), line, fontsize=11)
    page.insert_text((72, 220), LIE, fontsize=11, render_mode=3)
    (box,) = page.search_for(LINES[1])
    page.draw_line((box.x0, 127), (box.x1, 127), width=0.8)
    page.insert_text((100, 300), "Holding tank fitted", fontsize=11)
    widget = pymupdf.Widget()
    widget.field_type, widget.field_name = pymupdf.PDF_WIDGET_TYPE_CHECKBOX, "tank"
    widget.rect, widget.field_value = pymupdf.Rect(76, 289, 90, 303), False
    page.add_widget(widget)
    note = page.add_text_annot((500, 90), "Scaffold licence ends on 14 August.")
    note.set_info(title="Mrs Ormond")
    note.update()
    document.embfile_add("survey", _survey(), filename="survey.pdf")
    document.embfile_add("tool", bytes(range(256)) * 4, filename="tool.exe")
    path = tmp_path / "lease.pdf"
    document.save(str(path))
    report = ingestion.invoke({"sources": [str(path)]}, context=Context())["report"]
    return cast(list[dict[str, Any]], report["documents"])


def _answer(question: str) -> str:
    return cast(str, query.invoke({"question": question}, context=Context())["answer"])


def test_answers_hold_what_a_reader_of_the_page_sees(marked: list[dict[str, Any]]) -> None:
    rent = _answer("What is the monthly rent?")
    assert "2,900" in rent
    assert "2,450" not in rent
    award = _answer("What is the total amount of the award?")
    assert "485,000" in award
    assert "1 pound" not in award
    assert "no (not ticked)" in _answer("Is a holding tank fitted?")
    assert "Comment (Mrs Ormond): Scaffold licence ends on 14 August." in _answer("When does the scaffold licence end?")


def test_an_attached_file_is_a_document_of_its_own(marked: list[dict[str, Any]]) -> None:
    assert [document["name"] for document in marked] == ["lease.pdf", "survey.pdf"]
    assert marked[1]["source"].endswith("lease.pdf!survey.pdf")
    assert "46.8 metres" in _answer("What is the span of the bridge at Kettle Ford?")


@pytest.fixture
def reviewed(home: Path, tmp_path: Path) -> None:
    """Ingest a programme with two comments."""
    document: Any = pymupdf.open()
    page = document.new_page(width=595, height=842)
    for row, line in enumerate(("The concert begins at 19:30 in the granary.", "The buses leave from the square.")):
        page.insert_text((72, 100 + 30 * row), line, fontsize=11)
    page.add_text_annot((500, 90), "Ask Mr Tolland whether the granary can be heated.")
    mark = page.add_underline_annot(page.search_for("square")[0])
    mark.set_info(content="Parking costs 4 crowns.", title="Lena")
    mark.update()
    document.save(str(tmp_path / "programme.pdf"))
    ingestion.invoke({"sources": [str(tmp_path / "programme.pdf")]}, context=Context())


@pytest.mark.usefixtures("reviewed")
@pytest.mark.parametrize(
    ("question", "held", "left_out"),
    [
        ("Whom should one ask?", "Mr Tolland", "Parking"),
        ("What comments are there?", "Mr Tolland", ""),
        ("What are the comments?", "Parking costs 4 crowns", ""),
        ("What did Lena comment?", "Parking costs 4 crowns", "Tolland"),
    ],
)
def test_comments_are_found_by_what_they_say_and_as_comments(question: str, held: str, left_out: str) -> None:
    found: Any = query.invoke({"question": question}, context=Context())
    assert found["verdict"] == "proven"
    claimed = found["answer"].partition("Closest passages")[0]
    assert held in claimed
    assert not left_out or left_out not in claimed
