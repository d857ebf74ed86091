"""Fractions of a scan: named as signs, or named as doubtful, and never a part of the number before them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import pymupdf
import pytest
from PIL import Image, ImageFilter

from loaders.ocr.engine import read_image
from loaders.text.doubtful_numbers import unsure_numbers_of
from loaders.types import PageText

PROSE = [
    "Cut the plank to 12¾ inches and sand both ends.",
    "The walk to the mill is 2½ miles by the lower road.",
    "Rates rose to 7¼ per cent in the autumn of 2022.",
]
CELLS = [("Shelf", "12½", "8¼", "24"), ("Rail", "9¾", "51½", "12.5%"), ("Panel", "4½", "30", "2¼")]


def read(font: str, dpi: int, lines: Sequence[str] = (), rows: Sequence[Sequence[str]] = ()) -> PageText:
    """Draw lines and the ruled rows of a table, photograph them as a blurred JPEG, and read it."""
    doc: Any = pymupdf.open()
    page = doc.new_page(width=420, height=200)
    for at, line in enumerate(lines):
        page.insert_text((40, 40 + 25 * at), line, fontsize=11, fontname=font)
    for at, row in enumerate(rows):
        for column, text in enumerate(row):
            page.insert_text((44 + 80 * column, 120 + 20 * at), text, fontsize=11, fontname=font)
        page.draw_line((40, 126 + 20 * at), (360, 126 + 20 * at), color=(0.5,) * 3, width=0.6)
    pixmap = page.get_pixmap(dpi=dpi)
    image = Image.frombytes("RGB", (pixmap.width, pixmap.height), pixmap.samples)
    buffer = io.BytesIO()
    image.filter(ImageFilter.GaussianBlur(0.4)).save(buffer, "JPEG", quality=60)
    return read_image(buffer.getvalue(), 1)


@pytest.mark.parametrize(
    ("font", "dpi"),
    [("helv", 150), *(pytest.param(*one, marks=pytest.mark.slow) for one in (("tiro", 200), ("hebo", 110)))],
)
def test_fractions_after_numbers_are_signs_in_prose_and_in_cells(font: str, dpi: int) -> None:
    page = read(font, dpi, PROSE, CELLS)
    text = " ".join(word.text for word in page.words)
    for number in ("12¾", "2½", "7¼", "12½", "8¼", "9¾", "51½", "4½", "2¼"):
        assert f" {number} " in f" {text} ", text
    assert {"24", "12.5%", "30", "2022."} <= {word.text for word in page.words}


def test_a_fraction_too_small_to_tell_is_named_where_it_is_not_read_rightly() -> None:
    page = read("helv", 80, PROSE, CELLS)
    right = {word for text in (*PROSE, *(cell for row in CELLS for cell in row)) for word in text.split()}
    wrong = [word.text for word in page.words if word.text not in right and any(sign in word.text for sign in "½¼¾/")]
    assert wrong
    assert all(unsure_numbers_of(word, page.detail) for word in wrong), (wrong, page.detail)


@pytest.mark.parametrize("font", ["helv", *(pytest.param(font, marks=pytest.mark.slow) for font in ("cobo", "tibo"))])
def test_digits_and_signs_with_a_slanted_stroke_are_no_fractions(font: str) -> None:
    lines = ["In 2021, 2022 and 2023 the dues came to $373.56.", "Of 15,356 boats 4 % had 1/2 a crew, 3/4 of them 7."]
    page = read(font, 150, lines, [("2021", "2022", "6.127 €", "58%")])
    words = [word.text for word in page.words]
    assert not any(sign in word for word in words for sign in "½¼¾⅓⅔⅛⅙"), words
    assert {"2021", "2022", "58%", "1/2", "3/4"} <= set(words), words
