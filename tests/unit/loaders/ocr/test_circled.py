"""Answers of a scan with a ring drawn around them, and rings that are no answers."""

from __future__ import annotations

import math
import random
from typing import Any

import pymupdf
import pytest

from loaders.ocr.engine import read_image
from tests.unit.loaders.ocr.scans import scanned

ROWS = [
    ("Is the weir dry?", ("Yes", "No"), 1),
    ("How calm is the pond?", ("Very", "Quite", "Hardly"), 1),
    ("Who opens the sluice?", ("Miller", "Warden", "Guest"), 0),
]


def page() -> Any:
    doc: Any = pymupdf.open()
    sheet = doc.new_page(width=480, height=300)
    sheet.doc_kept = doc
    sheet.insert_text((50, 40), "Questions about the water at the mill", fontsize=15)
    return sheet


def ring(sheet: Any, box: tuple[float, float, float, float], seed: int = 1) -> None:
    """Draw a ring as a hand does: not quite round, its end over its beginning."""
    rng, (x0, y0, x1, y1) = random.Random(seed), box
    points = []
    for step in range(46):
        angle, reach = -1.2 + step * 2 * math.pi / 43, 1 + rng.uniform(-0.03, 0.03)
        points.append(
            ((x0 + x1) / 2 + reach * (x1 - x0) / 2 * math.cos(angle),
             (y0 + y1) / 2 + reach * (y1 - y0) / 2 * math.sin(angle))
        )  # fmt: skip
    sheet.draw_polyline(points, color=(0, 0, 0.55), width=1.1)


def texts(sheet: Any, dpi: int) -> list[str]:
    return [block.text for block in read_image(scanned(sheet, dpi=dpi), 1).blocks]


@pytest.mark.parametrize(
    ("font", "size", "dpi"), [("helv", 11, 150), pytest.param("tiro", 12, 200, marks=pytest.mark.slow)]
)
def test_the_answer_in_a_ring_is_told_and_no_answer_is_lost(font: str, size: float, dpi: int) -> None:
    sheet = page()
    for row, (question, options, on) in enumerate(ROWS):
        y, x = 90 + 34 * row, 240.0
        sheet.insert_text((50, y), question, fontsize=size, fontname=font)
        for at, option in enumerate(options):
            width = pymupdf.get_text_length(option, font, size)
            sheet.insert_text((x, y), option, fontsize=size, fontname=font)
            if at == on:
                ring(sheet, (x - 0.5 * size, y - 1.1 * size, x + width + 0.5 * size, y + 0.4 * size), row)
            x += width + 22
    sheet.insert_text((50, 200), "The mill was built in 1912 by the miller.", fontsize=size, fontname=font)
    found = texts(sheet, dpi)
    for question, options, on in ROWS:
        shown = " ".join(f"{option} (circled)" if at == on else option for at, option in enumerate(options))
        assert f"* {question} {shown}" in found
    assert "The mill was built in 1912 by the miller." in found


def test_large_letters_numbers_of_a_list_and_frames_are_no_answers() -> None:
    sheet = page()
    sheet.insert_text((50, 90), "OCTOBER Q O", fontsize=30, fontname="helv")
    for at, line in enumerate(("Open the lid", "Turn the key")):
        sheet.draw_circle((58, 130 + 24 * at), 9, width=0.8)
        sheet.insert_text((55, 134 + 24 * at), str(at + 1), fontsize=11)
        sheet.insert_text((74, 134 + 24 * at), line, fontsize=11)
    sheet.insert_text((50, 200), "Press", fontsize=11)
    sheet.draw_rect((88, 187, 130, 205), width=0.8)
    sheet.insert_text((95, 200), "Enter", fontsize=11)
    assert "circled" not in "\n".join(texts(sheet, 150))
