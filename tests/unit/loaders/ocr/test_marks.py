"""Marks of a pen on a scan: struck-out words and tick boxes, told by their shapes."""

from __future__ import annotations

import re
from typing import Any

import pymupdf
import pytest

from loaders.ocr.engine import read_image
from loaders.types import PageText
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


@pytest.mark.parametrize(("font", "size"), [("helv", 11), ("tiro", 11), ("tiro", 9)])
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
