"""Letters o in names with digits, commas read as points and numbers behind commas, told by shapes and gaps."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pymupdf
import pytest

from loaders.ocr.glyphs import with_signs
from loaders.ocr.line_print import Print
from loaders.ocr.readings import SHORT, Image, Reading, read_line
from loaders.ocr.shapes import Shape
from loaders.ocr.spacing import with_spaces
from loaders.ocr.thousands import with_commas
from tests.unit.loaders.ocr.scans import scanned

PIXELS = 150 / 72


def printed(text: str, font: str, size: float = 11.0) -> tuple[Image, list[float]]:
    """Return the scan of a line at 150 dpi, and the x of the middle of each of its characters that is no space."""
    document: Any = pymupdf.open()
    page = document.new_page(width=400, height=60)
    page.insert_text((20, 36), text, fontname=font, fontsize=size)
    chars = [
        char["bbox"]
        for block in page.get_text("rawdict")["blocks"]
        for line in block["lines"]
        for span in line["spans"]
        for char in span["chars"]
        if not char["c"].isspace()
    ]
    image = cv2.imdecode(np.frombuffer(scanned(page, turn=0), np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    left, right = int(chars[0][0] * PIXELS) - 4, int(chars[-1][2] * PIXELS) + 4
    crop = np.ascontiguousarray(image[int(24 * PIXELS) : int(40 * PIXELS), left:right], np.uint8)
    return crop, [(x0 + x1) / 2 * PIXELS - left for x0, _, x1, _ in chars]


@pytest.mark.parametrize("font", ["tiro", "helv", "cour"])
@pytest.mark.parametrize("text", ["OpenAI-o1-1217", "o1-0912-pass@1", "model GPT-4o of 2014", "Look at Looe"])
def test_a_letter_that_was_read_as_a_zero_is_told_by_its_height(font: str, text: str) -> None:
    crop, places = printed(text, font)
    misread = text.replace("o1", "01").replace("4o", "40").replace("ooe", "o0e")
    assert with_signs(crop, misread, places).text == text


@pytest.mark.parametrize("font", ["tiro", "helv", "cour"])
@pytest.mark.parametrize("text", ["MATH-500, GPT-40", "size a0b of 12", "A-01-1217 and B200", "10,204 in 2008"])
def test_a_printed_zero_stays_one(font: str, text: str) -> None:
    crop, places = printed(text, font)
    assert with_signs(crop, text, places).text == text


@pytest.mark.parametrize("font", ["tiro", "helv", "cour"])
@pytest.mark.parametrize(
    "text", ["abs/2403.07974, 2024. URL", "on pages 12, 145 and 23, 7", "a total of 32,768 or 12,5 of 1,111,011 tons"]
)
def test_a_number_behind_a_comma_is_another_one_where_a_space_is_printed(font: str, text: str) -> None:
    crop, places = printed(text, font)
    glued = text.replace(", ", ",")
    assert with_spaces(crop, glued, places) == text


@pytest.mark.parametrize("font", ["tiro", "helv", "cour"])
@pytest.mark.parametrize("text", ["approved on 6 May 2024.", "from 30 June on to 11 Juli 2024, at 5"])
def test_the_words_and_figures_of_a_date_are_apart_where_a_space_is_printed(font: str, text: str) -> None:
    crop, places = printed(text, font)
    glued = text.replace(" May ", "May").replace(" June", "June").replace(" Juli ", "Juli")
    assert with_spaces(crop, glued, places) == text


@pytest.mark.parametrize("font", ["tiro", "helv", "cour"])
@pytest.mark.parametrize("text", ["from 3Com or 10Mbit", "Fortran2008 and Version2024", "4Kids, May2024"])
def test_names_with_figures_are_not_parted_where_no_space_is_printed(font: str, text: str) -> None:
    crop, places = printed(text, font)
    assert with_spaces(crop, text, places) == text


@pytest.mark.parametrize("font", ["tiro", "helv", "cour"])
def test_a_comma_that_was_read_as_a_point_is_told_by_how_deep_it_hangs(font: str) -> None:
    text = "a total of 1,048 and 17,426,300 tons"
    crop, places = printed(text, font)
    assert with_signs(crop, text.replace(",", "."), places).text == text
    german = "Summe von 1.048 und 17.426.300 t zu 0.532"
    crop, places = printed(german, font)
    found = with_signs(crop, german, places)
    assert (found.text, found.unsure) == (german, ())


def test_a_number_whose_mark_hangs_a_little_is_unsure() -> None:
    def shape(at: int, bottom: float, height: float) -> Shape:
        return Shape(10.0 * at, bottom - height, 10.0 * at + 6, bottom)

    shapes = {at: shape(at, 20.0, 12.0) for at in (0, 1, 3, 4, 5)} | {2: shape(2, 20.5, 2.0)}
    line, unsure = with_commas(Print("17.426", shapes, 12.0, 0.0))
    assert (line.text, unsure) == ("17.426", ("17.426",))


def test_of_two_readings_of_a_short_piece_that_with_its_brackets_closed_is_taken() -> None:
    crop = np.full((20, 60, 3), 255, np.uint8)

    def reading(text: str, score: float) -> Reading:
        return Reading(text, (score,) * len(text), tuple((at + 0.5) / len(text) for at in range(len(text))))

    def careful(image: Image, least: int) -> Reading:
        return reading("(Pass(@1)" if least == SHORT else "(Pass@1)", 0.85)

    assert read_line(crop, lambda image, least: reading("(Pass(@1)", 0.9), careful).text == "(Pass@1)"
