"""Signs of currencies in a scan that the recognisers do not know, before the numbers of cells."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pymupdf
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from loaders.ocr.currency import with_currencies
from loaders.ocr.engine import read_image
from loaders.ocr.readings import Reading

FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
ROWS = [
    ("Hall", "₹2,413", "₹13,76,911"),
    ("Garden", "₹238", "$4,180"),
    ("Library", "£512", "₹50,560"),
    ("Stable", "€77", "918"),
]


@pytest.mark.skipif(not FONT.exists(), reason="no font with the sign of rupees (Debian: fonts-dejavu-core)")
@pytest.mark.parametrize("dpi", [150, pytest.param(200, marks=pytest.mark.slow)])
def test_the_sign_of_rupees_is_kept_before_numbers_and_put_before_no_other(dpi: int) -> None:
    doc: Any = pymupdf.open()
    page = doc.new_page(width=420, height=200)
    for at, row in enumerate(ROWS):
        for column, text in enumerate(row):
            page.insert_text((44 + 110 * column, 60 + 24 * at), text, fontsize=11, fontname="own", fontfile=str(FONT))
    pixmap = page.get_pixmap(dpi=dpi)
    image = Image.frombytes("RGB", (pixmap.width, pixmap.height), pixmap.samples)
    buffer = io.BytesIO()
    image.filter(ImageFilter.GaussianBlur(0.4)).save(buffer, "JPEG", quality=60)
    words = [word.text for word in read_image(buffer.getvalue(), 1).words]
    assert {"₹2,413", "₹13,76,911", "₹238", "$4,180", "£512", "€77", "918"} <= set(words), words
    assert sum("₹" in word for word in words) == 4


def test_shares_and_bracketed_numbers_cost_no_further_reading() -> None:
    doc: Any = pymupdf.open()
    page = doc.new_page(width=240, height=30)
    text = "71.0% 86.7% 2024) 18)"
    page.insert_text((10, 20), text, fontsize=11, fontname="helv")
    pixmap = page.get_pixmap(dpi=150, colorspace=pymupdf.csRGB)
    line = np.frombuffer(pixmap.samples, np.uint8).reshape(pixmap.height, pixmap.width, 3)
    ends = np.cumsum([pymupdf.get_text_length(char, fontsize=11) for char in text])
    places = tuple((10 + end - 3) / 240 for end in ends)
    seen: list[int] = []

    def read(image: NDArray[np.uint8], least: int) -> tuple[str, float]:
        seen.append(least)
        return "", 0.0

    assert with_currencies(line, Reading(text, (0.99,) * len(text), places), read).text == text
    assert not seen
