"""Marks of a pen on a scan: struck-out words and tick boxes, told by their shapes."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pymupdf
import pytest

from loaders.chunking.chunker import chunk_pages
from loaders.ocr.engine import read_image
from loaders.ocr.ink import Ink
from loaders.ocr.lines import OcrLine
from loaders.ocr.tick_boxes import with_tick_boxes
from loaders.types import Box, PageText
from tests.unit.loaders.ocr.scans import scanned


def page() -> Any:
    doc: Any = pymupdf.open()
    sheet = doc.new_page(width=480, height=330)
    sheet.doc_kept = doc
    return sheet


def put(sheet: Any, y: float, parts: list[tuple[str, float | None]], font: str, size: float) -> None:
    """Print parts of a line; a number draws a line at the part, as high over its foot as that share of the size."""
    x = 50.0
    for text, height in parts:
        sheet.insert_text((x, y), text, fontsize=size, fontname=font)
        width = pymupdf.get_text_length(text, font, size)
        if height is not None:
            sheet.draw_line((x, y - height * size), (x + width, y - height * size), width=0.07 * size)
        x += width


def read(sheet: Any, turn: float = 0.5) -> PageText:
    return read_image(scanned(sheet, turn=turn), 1)


@pytest.mark.parametrize(
    ("font", "size"), [("helv", 11), ("tiro", 9), pytest.param("tiro", 11, marks=pytest.mark.slow)]
)
def test_struck_out_words_are_marked_and_underlined_ones_are_not(font: str, size: float) -> None:
    sheet = page()
    sheet.insert_text((50, 50), "Terms of the mooring at the old quay", fontsize=15, fontname=font)
    put(
        sheet,
        90,
        [("The mooring may be given up with ", None), ("nine weeks", 0.28), (" notice in writing.", None)],
        font,
        size,
    )
    put(sheet, 115, [("Guests are admitted on Sundays.", 0.28), (" Guests are not admitted.", None)], font, size)
    put(sheet, 140, [("The quay is ", None), ("closed on Fridays", -0.12), (" from October on.", None)], font, size)
    put(sheet, 165, [("The rent is due in May – not in June – and is paid in three parts.", None)], font, size)
    found = read(sheet)
    text = "\n".join(block.text for block in found.blocks)
    assert re.search("up with ~~nine.?weeks~~ notice", text), "the recogniser may read the line as a hyphen"
    assert re.search("~~Guests are admitted on Sundays.~~ Guests are not admitted", text)
    assert text.count("~~") == 4, text
    assert "weeks" not in " ".join(word.text for word in found.words)
    assert "closed on Fridays" in text


@pytest.mark.parametrize("font", ["helv", pytest.param("tiro", marks=pytest.mark.slow)])
def test_the_bars_of_letters_in_small_print_strike_nothing(font: str) -> None:
    """In scans of 100 dpi the bars of e, f and t touch: "therefore" was struck, and never quoted."""
    sheet = page()
    words = "before reform refer therefore free offer reference coffee terrace effect ferret street tree"
    for at in range(8):
        sheet.insert_text((50, 60 + 20 * at), " ".join((words.split() * 2)[at : at + 8]), fontsize=9.5, fontname=font)
    struck = [block.text for block in read_image(scanned(sheet, dpi=100), 1).blocks if "~~" in block.text]
    assert struck == []


def test_rules_bars_and_axes_strike_nothing() -> None:
    sheet = page()
    sheet.insert_text((50, 50), "Yield of the apple trees by orchard", fontsize=12)
    for at, row in enumerate([("Orchard", "2021", "2022"), ("Upper", "14.5", "17.1"), ("Lower", "9.8", "11.2")]):
        for x, text in zip((50, 180, 260), row, strict=True):
            sheet.insert_text((x, 90 + 16 * at), text, fontsize=10)
        sheet.draw_line((50, 94 + 16 * at), (320, 94 + 16 * at), width=0.6)
    sheet.insert_text((50, 170), "The mean is", fontsize=11)
    sheet.insert_text((122, 163), "23 + 28", fontsize=11)
    sheet.draw_line((120, 167), (165, 167), width=0.6)
    sheet.insert_text((138, 179), "2", fontsize=11)
    put(sheet, 210, [("Date: ________________  Name: ________________", None)], "helv", 11)
    assert "~~" not in "".join(block.text for block in read(sheet).blocks)


BOXES = [
    ("Fire watch on board", ""),
    ("Gas bottles shut off", "x"),
    ("Bilge pump tried", "hook"),
    ("Lights left on", ""),
    ("Papers of the boat shown", "X"),
]


def draw_box(sheet: Any, x: float, y: float, side: float, mark: str) -> None:
    box = pymupdf.Rect(x, y - 0.85 * side, x + side, y + 0.15 * side)
    sheet.draw_rect(box, width=0.8)
    if mark == "x":
        sheet.draw_line((box.x0 + 1.5, box.y0 + 1.5), (box.x1 - 1.5, box.y1 - 1.5), width=1)
        sheet.draw_line((box.x1 - 1.5, box.y0 + 1.5), (box.x0 + 1.5, box.y1 - 1.5), width=1)
    elif mark == "hook":
        sheet.draw_line((box.x0 + 1.5, box.y0 + side / 2), (box.x0 + 0.4 * side, box.y1 - 1.5), width=1.1)
        sheet.draw_line((box.x0 + 0.4 * side, box.y1 - 1.5), (box.x1 + 2, box.y0 - 2), width=1.1)
    elif mark:
        sheet.insert_text((box.x0 + 0.15 * side, box.y1 - 0.15 * side), mark, fontsize=0.9 * side, fontname="hebo")


@pytest.mark.parametrize(("font", "turn"), [("helv", 0.5), pytest.param("tiro", -0.6, marks=pytest.mark.slow)])
def test_a_box_says_whether_it_is_ticked(font: str, turn: float) -> None:
    sheet = page()
    sheet.insert_text(
        (50, 50), "Report of the watch at the pontoon on the night of the storm", fontsize=14, fontname=font
    )
    for at, (label, mark) in enumerate(BOXES):
        draw_box(sheet, 50, 90 + 24 * at, 10, mark)
        sheet.insert_text((67, 90 + 24 * at), label, fontsize=11, fontname=font)
    for x, label, mark in ((50, "Calm", ""), (150, "Breeze", "x"), (250, "Gale", "")):
        draw_box(sheet, x, 240, 10, mark)
        sheet.insert_text((x + 16, 240), label, fontsize=11, fontname=font)
    sheet.insert_text((50, 275), "The watch was relieved at six in the morning by the harbour master.", fontsize=11)
    found = read(sheet, turn)
    items = {block.text for block in found.blocks if block.is_list}
    for label, mark in [*BOXES, ("Calm", ""), ("Breeze", "x"), ("Gale", "")]:
        assert f"* {label}: {'yes (ticked)' if mark else 'no (not ticked)'}" in items
    assert any(block.text.startswith("The watch was relieved") for block in found.blocks), "other text is as it was"


def test_a_box_that_is_filled_with_ink_is_ticked_and_a_legend_is_not() -> None:
    sheet = page()
    for row, choices in enumerate([(True, False, False), (False, True, False)]):
        sheet.insert_text((50, 60 + 30 * row), ("Water:", "Fence:")[row], fontsize=11)
        for column, (name, filled) in enumerate(zip(("north", "east", "south"), choices, strict=True)):
            x, y = 140 + 100 * column, 60 + 30 * row
            sheet.draw_rect((x, y - 9, x + 10, y + 1), width=0.8, color=0)
            if filled:
                for stroke in range(7):
                    sheet.draw_line((x + 1, y - 8 + 1.3 * stroke), (x + 9, y - 7.5 + 1.3 * stroke), width=1.5)
            sheet.insert_text((x + 15, y), name, fontsize=11)
    text = "\n".join(block.text for block in read(sheet).blocks)
    assert re.findall(r"(\w+: \w+): yes \(ticked\)", text) == ["Water: north", "Fence: east"]
    assert text.count("no (not ticked)") == 4
    sheet = page()
    for x, name, fill in ((50, "Apples", 0), (150, "Pears", None), (250, "Plums", 0)):
        sheet.draw_rect((x, 80, x + 9, 89), color=0, fill=fill)
        sheet.insert_text((x + 15, 89), name, fontsize=11)
    assert "yes (ticked)" not in "\n".join(block.text for block in read(sheet).blocks)


def test_a_box_of_a_web_form_with_a_pale_hook_is_ticked() -> None:
    sheet = page()
    sheet.insert_text((50, 50), "Enrolment for the course in navigation", fontsize=14)
    sheet.insert_text((50, 90), "Insurance:", fontsize=11)
    for x, name, ticked in ((120, "yes", True), (190, "no", False)):
        box = pymupdf.Rect(x, 81, x + 10, 91)
        sheet.draw_rect(box, width=0.7, radius=0.15, color=(0, 0.46, 1) if ticked else (0.46, 0.46, 0.46),
                        fill=(0, 0.46, 1) if ticked else None)  # fmt: skip
        if ticked:
            sheet.draw_polyline([(x + 2, 86), (x + 4.2, 88.4), (x + 8, 83.5)], color=(1, 1, 1), width=1.4)
        sheet.insert_text((x + 16, 90), name, fontsize=11)
    text = "\n".join(block.text for block in read(sheet).blocks)
    assert "Insurance: yes: yes (ticked)" in text


def test_letters_and_bullets_and_cells_are_no_tick_boxes() -> None:
    sheet = page()
    for at, line in enumerate(["DOOR, BOOK and ROOD ODD BOB OO D O Q 0", "Die Oder im Oktober: 0 Boote, 8 O-Ringe"]):
        sheet.insert_text((50, 50 + 20 * at), line, fontsize=11, fontname="helv")
    for at, line in enumerate(("Bring a lamp", "Bring a rope")):
        draw_box(sheet, 50, 110 + 20 * at, 8, "")
        sheet.insert_text((67, 110 + 20 * at), line, fontsize=11)
    for row in range(3):
        for column in range(6):
            sheet.draw_rect((50 + 16 * column, 160 + 16 * row, 66 + 16 * column, 176 + 16 * row), width=0.8)
    assert "ticked" not in "".join(block.text for block in read(sheet).blocks)


def test_large_slanted_print_across_a_scan_is_a_watermark() -> None:
    sheet = page()
    for at in range(6):
        sheet.insert_text((50, 60 + 40 * at), f"On day {at + 2} the crew counted {31 * at + 45} boats.", fontsize=11)
    place = pymupdf.Point(280, 310)
    sheet.insert_text(
        place, "SPECIMEN", fontsize=40, fontname="hebo", color=(0.6, 0.6, 0.6), morph=(place, pymupdf.Matrix(55))
    )
    found = read(sheet)
    assert [block.text for block in found.blocks if block.kind == "watermark"] == ["SPECIMEN"]
    assert "On day 7 the crew counted 200 boats." in found.markdown
    assert "SPECIMEN" not in [word.text for word in found.words]
    assert all("SPECIMEN" not in chunk.text for chunk in chunk_pages("", [(1, found.blocks)]))


@pytest.mark.filterwarnings("error")
def test_squares_that_are_too_small_to_see_into_are_no_boxes() -> None:
    sheet = np.full((60, 200, 3), 255, np.uint8)
    for left in (20, 100):
        sheet[22:30, left : left + 8] = 0
        sheet[23:29, left + 1 : left + 7] = 255
    box = Box(32, 21, 90, 31)
    lines = [OcrLine("Pets", 1.0, ((32, 21), (90, 21), (90, 31), (32, 31)), box)]
    assert with_tick_boxes(lines, Ink(sheet, lines)) == (lines, [])
