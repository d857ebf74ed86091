"""Pages and tables set sideways: they are turned before they are read, and their places fit the page as it is shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pymupdf
import pytest

from loaders.chunking.chunker import chunk_pages
from loaders.pages.reader import profile, read
from loaders.types import PageJob, PageProfile, PageText
from tests.unit.loaders.pdf.tables import TablePage, sideways

ROWS = [
    ["Task", "Every 100 h", "Every 300 h", "Every 900 h"],
    ["Change engine oil", "yes", "", ""],
    ["Replace fuel filter", "", "yes", ""],
    ["Adjust valve clearance", "0.25 mm", "", ""],
]
SENTENCE = "Engine coolant must be renewed with 18.6 litres of type G40 after 900 hours."


def intervals() -> TablePage:
    page = TablePage("Table 7: Service intervals", 842, 595).ruled([200, 110, 110, 110], ROWS)
    page.page.insert_text((72, 260), SENTENCE, fontsize=10.5)
    return page


def page_of(path: Path) -> PageText:
    found = read(PageJob(str(path), 1))
    assert isinstance(found, PageText)
    return found


def words_under(path: Path, page: PageText, text: str) -> str:
    """Return what the PDF shows in the boxes of the words of a text, whatever way they run."""
    doc: Any = pymupdf.open(path)
    width, height = doc[0].rect.width, doc[0].rect.height
    boxes = [word.box for word in page.words if word.text in text.split()]
    shown = (doc[0].get_textbox(pymupdf.Rect(b.x0 * width, b.y0 * height, b.x1 * width, b.y1 * height)) for b in boxes)
    return " ".join("".join(shown).split())


@pytest.mark.parametrize("turn", [90, 180, 270])
@pytest.mark.heavy
def test_a_sideways_page_is_read_like_an_upright_one(turn: int, tmp_path: Path) -> None:
    upright = page_of(intervals().save(tmp_path / "upright.pdf"))
    path = sideways(intervals(), tmp_path / "turned.pdf", turn)
    turned = page_of(path)
    assert [(block.kind, block.text) for block in turned.blocks] == [(b.kind, b.text) for b in upright.blocks]
    assert "|Adjust valve clearance|0.25 mm|||" in turned.markdown
    for wanted in ("coolant", "0.25", "G40"):
        assert wanted in words_under(path, turned, wanted)


def test_a_page_that_is_shown_turned_and_set_sideways(tmp_path: Path) -> None:
    path = sideways(intervals(), tmp_path / "turned.pdf")
    doc: Any = pymupdf.open(path)
    doc[0].set_rotation(270)
    doc.save(str(tmp_path / "shown.pdf"))
    assert "|Adjust valve clearance|0.25 mm|||" in page_of(tmp_path / "shown.pdf").markdown


def test_a_sideways_table_on_an_upright_page(tmp_path: Path) -> None:
    source = TablePage("Table 7: Service intervals", 500, 330).ruled([140, 80, 80, 80], ROWS)
    doc: Any = pymupdf.open()
    page = doc.new_page(width=595, height=842)
    before, after = (
        "The engine has two cylinders and eight kilowatts.",
        "The propeller is made of bronze and has three blades.",
    )
    page.insert_text((72, 90), before)
    page.show_pdf_page(pymupdf.Rect(100, 130, 430, 630), source.doc, 0, rotate=90)
    page.insert_text((72, 720), after)
    doc.save(str(tmp_path / "mixed.pdf"))
    found = page_of(tmp_path / "mixed.pdf")
    texts = [block.text for block in found.blocks]
    assert texts[0] == before
    assert texts[-1] == after
    rows = [s for chunk in chunk_pages("", [(1, found.blocks)]) for s in chunk.sentences if s.kind == "row"]
    assert ("Every 300 h", "yes") in rows[1].cells
    assert rows[1].cells[0] == ("Task", "Replace fuel filter")


def test_a_sideways_page_is_sent_to_a_vision_model(tmp_path: Path) -> None:
    found = profile(PageJob(str(sideways(intervals(), tmp_path / "turned.pdf")), 1))
    assert isinstance(found, PageProfile)
    assert found.needs_vision


def test_names_along_the_axis_of_a_chart_are_not_turned(tmp_path: Path) -> None:
    doc: Any = pymupdf.open()
    page = doc.new_page(width=595, height=842)
    page.insert_text((72, 90), "Landings by harbour in the first half of the year, in tonnes.")
    for index, name in enumerate(("Tarn", "Wick", "Ullock", "Dunmore", "Port of Easton", "Forres")):
        page.insert_text((110 + 40 * index, 400), name, rotate=90, fontsize=9)
        page.draw_rect(pymupdf.Rect(100 + 40 * index, 200 + 10 * index, 120 + 40 * index, 350), fill=(0.2, 0.4, 0.8))
    doc.save(str(tmp_path / "chart.pdf"))
    found = page_of(tmp_path / "chart.pdf")
    assert found.blocks[0].text.startswith("Landings by harbour")
    assert not any(block.kind == "table" for block in found.blocks)


def test_a_sideways_table_of_words_is_read_once(tmp_path: Path) -> None:
    rows = [["Task", "50 h", "250 h", "Gap"], ["Oil", "yes", "yes", "-"], ["Valves", "no", "yes", "0.35 mm"]]
    source = TablePage("", 500, 330).ruled([120, 70, 70, 90], rows)
    doc: Any = pymupdf.open()
    page = doc.new_page(width=595, height=842)
    page.insert_text((72, 90), "The table below stands across, since it is wide.")
    page.show_pdf_page(pymupdf.Rect(200, 150, 530, 650), source.doc, 0, rotate=270)
    doc.save(str(tmp_path / "mixed.pdf"))
    found = page_of(tmp_path / "mixed.pdf")
    assert found.engine == "text-layer", "it is no picture that OCR reads a second time"
    assert "|Valves|no|yes|0.35 mm|" in found.markdown
    assert found.markdown.count("Valves") == 1
