"""Radio buttons of a scan: told by their rings, and never made of letters, bullets or points of a chart."""

from __future__ import annotations

from typing import Any

import pymupdf
import pytest

from loaders.ocr.engine import read_image
from tests.unit.loaders.ocr.scans import scanned

QUESTIONS = [
    ("Is there a cat in the house?", ("Yes", "No", "Unknown"), "No"),
    ("How often is the gate oiled?", ("Daily", "Weekly", "Never"), "Daily"),
    ("Who keeps the keys?", ("Porter", "Owner"), ""),
]


def page() -> Any:
    doc: Any = pymupdf.open()
    sheet = doc.new_page(width=480, height=330)
    sheet.doc_kept = doc
    sheet.insert_text((50, 40), "Questions about the house at the weir", fontsize=15)
    return sheet


def button(sheet: Any, x: float, y: float, label: str, mark: str, font: str = "helv", size: float = 11) -> float:
    """Draw a button with its label, and return where the label ends."""
    radius = 0.4 * size
    middle = (x + radius, y - 0.33 * size)
    sheet.draw_circle(middle, radius, width=0.8)
    if mark == "dot":
        sheet.draw_circle(middle, radius / 2, fill=(0, 0, 0))
    elif mark == "disc":
        sheet.draw_circle(middle, radius, fill=(0, 0, 0))
    elif mark == "cross":
        for way in (1, -1):
            sheet.draw_line(
                (middle[0] - 0.6 * radius, middle[1] - way * 0.6 * radius),
                (middle[0] + 0.6 * radius, middle[1] + way * 0.6 * radius),
                width=1.1,
            )
    sheet.insert_text((x + 2 * radius + 4, y), label, fontsize=size, fontname=font)
    return float(x + 2 * radius + 4 + pymupdf.get_text_length(label, font, size))


def texts(sheet: Any, dpi: int = 150) -> list[str]:
    return [block.text for block in read_image(scanned(sheet, dpi=dpi), 1).blocks]


@pytest.mark.parametrize(
    ("mark", "font", "size", "dpi"), [("dot", "helv", 11, 150), ("disc", "tiro", 12, 110), ("cross", "helv", 10, 200)]
)
def test_the_chosen_button_of_a_row_is_told(mark: str, font: str, size: float, dpi: int) -> None:
    sheet = page()
    for row, (question, options, on) in enumerate(QUESTIONS):
        y, x = 90 + 28 * row, 240.0
        sheet.insert_text((50, y), question, fontsize=size, fontname=font)
        for option in options:
            x = 22 + button(sheet, x, y, option, mark if option == on else "", font, size)
    sheet.insert_text((50, 200), "The house was built in 1912 by the miller.", fontsize=size, fontname=font)
    found = texts(sheet, dpi)
    for question, options, on in QUESTIONS:
        names = ", ".join(options)
        assert f"* {question} " + (f"{on} (chosen of {names})" if on else f"none chosen (of {names})") in found
    assert "The house was built in 1912 by the miller." in found


def test_a_choice_that_may_have_been_made_is_not_denied() -> None:
    """The chosen ring is scribbled over and no ring any more, so that two empty ones are left: "none chosen"."""
    sheet, x = page(), 240.0
    sheet.insert_text((50, 90), "Is there a cat in the house?", fontsize=11)
    for option in ("Yes", "Unknown"):
        x = 22 + button(sheet, x, 90, option, "")
    for step in range(5):
        sheet.draw_line((x - 1, 82 + 2 * step), (x + 11, 80 + 2 * step + 3 * (step % 2)), width=1.6)
    sheet.draw_line((x, 80), (x + 10, 91), width=1.6)
    sheet.insert_text((x + 15, 90), "No", fontsize=11)
    found = " ".join(texts(sheet))
    assert "none chosen" not in found
    assert "not clear which is chosen" in found


def test_the_chosen_button_of_a_column_is_told() -> None:
    sheet = page()
    sheet.insert_text((50, 80), "The roof is made of", fontsize=11)
    for row, (name, mark) in enumerate((("slate", ""), ("thatch", "dot"), ("tiles", ""))):
        button(sheet, 50, 100 + 20 * row, name, mark)
    sheet.insert_text((50, 170), "The wall is made of", fontsize=11)
    for row, (name, mark) in enumerate((("brick", "dot"), ("timber", ""))):
        button(sheet, 50, 190 + 20 * row, name, mark)
    found = "\n".join(texts(sheet))
    assert "thatch (chosen of slate, thatch, tiles)" in found
    assert "brick (chosen of brick, timber)" in found


def test_letters_bullets_legends_and_circled_numbers_are_no_buttons() -> None:
    sheet = page()
    for at, line in enumerate(("Blood O and O or A, 0 of 10", "Oslo O Oder O Otto", "DOOR ROOD O O O")):
        sheet.insert_text((50, 70 + 18 * at), line, fontsize=11)
    for at, line in enumerate(("Bring a lamp", "Bring a rope", "Bring a coat")):
        button(sheet, 50, 130 + 18 * at, line, "")
    button(sheet, button(sheet, 250, 200, "Apples", "") + 20, 200, "Pears", "disc")
    for at, line in enumerate(("Open the lid", "Turn the key")):
        sheet.draw_circle((56, 226 + 20 * at), 6, width=0.8)
        sheet.insert_text((53, 229 + 20 * at), str(at + 1), fontsize=8)
        sheet.insert_text((68, 230 + 20 * at), line, fontsize=11)
    found = "\n".join(texts(sheet))
    assert "chosen" not in found
    assert "ticked" not in found
    assert "Bring a rope" in found
