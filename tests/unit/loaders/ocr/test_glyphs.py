"""Raised and lowered digits of a scan, told by the shapes of the print."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import pymupdf
import pytest
from PIL import Image, ImageFilter

from loaders.ocr.engine import read_image
from loaders.ocr.glyphs import with_signs

LINES = [
    "Mooring fees came to $640^{1} and towage to 17,350^{2} that year.",
    "The output of CO_{2} fell to 31.5 tonnes in 18 months.",
    "A surety of 2,860^{4} crowns was repaid on 14 March 2016.",
    "The ferry carried 5,204 people and 1,377 cars, 12.5 % more.",
]


def scan(font: str, dpi: int, lines: Sequence[str] = LINES, share: float = 0.6) -> bytes:
    """Draw lines with raised and lowered digits of a share of their size, and photograph them as a blurred JPEG."""
    doc: Any = pymupdf.open()
    page = doc.new_page(width=420, height=200)
    for number, line in enumerate(lines):
        left, size = 40.0, 11.0
        for part in line.replace("^{", "|^").replace("_{", "|_").replace("}", "|").split("|"):
            shift = {"^": -0.35, "_": 0.15}.get(part[:1], 0.0)
            text, used = (part[1:], share * size) if shift else (part, size)
            page.insert_text((left, 50 + 30 * number + shift * size), text, fontsize=used, fontname=font)
            left += pymupdf.Font(font).text_length(text, used)
    pixmap = page.get_pixmap(dpi=dpi)
    image = Image.frombytes("RGB", (pixmap.width, pixmap.height), pixmap.samples)
    buffer = io.BytesIO()
    image.filter(ImageFilter.GaussianBlur(0.4)).save(buffer, "JPEG", quality=60)
    return buffer.getvalue()


@pytest.mark.parametrize(("font", "dpi"), [("helv", 150), ("helv", 300), ("tiro", 200)])
def test_digits_that_are_raised_or_lowered_are_no_part_of_a_number(font: str, dpi: int) -> None:
    text = " ".join(block.text for block in read_image(scan(font, dpi), 1).blocks)
    assert "$640¹ and" in text
    assert "17,350² that" in text
    assert "CO₂" in text
    assert "2,860⁴ crowns" in text
    assert "5,204 people and 1,377 cars" in text
    assert not any(number in text for number in ("6401", "17,3502", "28604"))
    assert sum(char in "⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉" for char in text) == 4


@pytest.mark.parametrize("font", ["helv", "tiro"])
def test_digits_that_are_raised_as_browsers_do_are_no_part_of_a_number(font: str) -> None:
    lines = [
        "Mooring fees came to $640^{1} and towage to 17,350^{2} that year.",
        "Of 10^{6} birds 4,320^{1} were ringed, and 12,875^{12} were seen.",
        "The wharf [4] was sold for 1,250 crowns (12) in 1916, the isotope ^{235}U was not.",
    ]
    text = " ".join(block.text for block in read_image(scan(font, 200, lines, 0.83), 1).blocks)
    for wanted in ("$640¹ and", "17,350² that", "10⁶ birds", "4,320¹ were", "12,875¹² were", "[4]", "(12)", "²³⁵U"):
        assert wanted in text


@pytest.mark.parametrize(("lift", "read"), [(4, "1,950⁴ PENCE"), (0, "1,9504 PENCE")])
def test_a_digit_beyond_the_groups_of_a_number_is_a_sign_if_it_ends_above_the_line(lift: int, read: str) -> None:
    crop = np.full((36, 260, 3), 255, np.uint8)
    places = []
    for at, char in enumerate("1,9504 PENCE"):
        x = 10 + 20 * at
        if char != " ":
            top, bottom = (24, 28) if char == "," else (8 - lift // 2, 28 - lift) if char == "4" else (8, 28)
            cv2.rectangle(crop, (x, top), (x + 12, bottom), (0, 0, 0), -1)
            places.append(x + 6.0)
    assert with_signs(crop, "1,9504 PENCE", places) == read


DECIMALS = [("86.7 PENCE", "7", "86.7 PENCE"), ("865,7 PENCE", "57", "86⁵,⁷ PENCE")]


@pytest.mark.parametrize(("text", "lifted", "read"), DECIMALS)
def test_decimals_that_look_raised_are_no_signs(text: str, lifted: str, read: str) -> None:
    crop = np.full((36, 240, 3), 255, np.uint8)
    places = []
    for at, char in enumerate(text):
        x = 10 + 20 * at
        if char != " ":
            top, bottom = (24, 28) if char in ".," else (4, 19) if char in lifted else (8, 28)
            cv2.rectangle(crop, (x, top), (x + 12, bottom), (0, 0, 0), -1)
            places.append(x + 6.0)
    assert with_signs(crop, text, places) == read
