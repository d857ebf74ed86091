"""Print that stands across: short numbers of a page scanned sideways, and a table set across on an upright page."""

from __future__ import annotations

import io
from typing import Any

import pymupdf
import pytest
from PIL import Image

from loaders.ocr.engine import read_page
from loaders.types import PageText
from tests.unit.loaders.ocr.scans import scanned

ROWS = (("Alder", "24", "9,314"), ("Birch", "35", "1,330"), ("Cedar", "9", "7,249"), ("Dogwood", "41", "6,612"))


def drawn(rows: int, x: float = 60, y: float = 60, page: Any = None) -> Any:
    page = page or pymupdf.open().new_page(width=420, height=300)
    for at, row in enumerate((("Berth", "Length", "Fee"), *ROWS[:rows])):
        for left, cell in zip((x, x + 130, x + 220), row, strict=True):
            page.insert_text((left, y + 20 * at), cell, fontsize=10)
    return page


def cells(read: PageText) -> list[list[str]]:
    (table,) = (block.text for block in read.blocks if block.is_table)
    return [line.strip("|").split("|") for line in table.splitlines() if "---" not in line]


@pytest.mark.parametrize("turn", [90, pytest.param(270, marks=pytest.mark.slow)])
def test_short_numbers_of_a_page_scanned_sideways_are_read(turn: int) -> None:
    page = drawn(4)
    page.insert_text((60, 200), "The next meeting is on the first Tuesday of the month.", fontsize=10)
    image = Image.open(io.BytesIO(scanned(page, turn=0.9, noise=12, quality=40))).rotate(turn, expand=True)
    target = io.BytesIO()
    image.save(target, "JPEG", quality=60)
    read = read_page(target.getvalue(), 1, "off")
    assert isinstance(read, PageText)
    assert cells(read)[1:] == [list(row) for row in ROWS]


@pytest.mark.parametrize("turn", [270, pytest.param(90, marks=pytest.mark.slow)])
@pytest.mark.heavy
def test_a_table_set_across_on_an_upright_page_is_turned(turn: int) -> None:
    page = pymupdf.open().new_page(width=480, height=560)
    page.insert_text((50, 50), "The table under this line is set across the page of the report.", fontsize=11)
    page.show_pdf_page(pymupdf.Rect(80, 90, 380, 510), drawn(4).parent, 0, rotate=turn)
    page.insert_text((50, 540), "Lengths are in metres, as the harbour master counts them.", fontsize=11)
    read = read_page(scanned(page), 1, "off")
    assert isinstance(read, PageText)
    assert cells(read) == [["Berth", "Length", "Fee"], *map(list, ROWS)]
    assert [block.kind for block in read.blocks] == ["text", "table", "text"]
    (table,) = (block for block in read.blocks if block.is_table)
    assert table.box is not None
    assert 0.15 < table.box.y0 < table.box.y1 < 0.92, "its place is that on the page"


def test_the_names_along_an_axis_are_left_as_they_are() -> None:
    page = pymupdf.open().new_page(width=480, height=400)
    page.insert_text((50, 50), "The chart under this line shows the boats of each port.", fontsize=11)
    for at, name in enumerate(("Plymouth", "Falmouth", "Brixham", "Newlyn", "Padstow", "Penzance", "Fowey")):
        page.draw_rect(pymupdf.Rect(80 + 50 * at, 200 - 12 * at, 105 + 50 * at, 300), fill=(0.2, 0.4, 0.7))
        page.insert_text((97 + 50 * at, 360), name, fontsize=10, rotate=90)
    read = read_page(scanned(page), 1, "off")
    assert isinstance(read, PageText)
    assert "shows the boats of each port" in read.markdown
