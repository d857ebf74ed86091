"""Which detector looks at an image: the larger one where the tiny one may have missed print."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pymupdf
import pytest
from rapidocr.main import RapidOCRError

from loaders.ocr.detection import detect, is_sharp
from loaders.ocr.lines import Quad
from loaders.ocr.recognition import rapid_ocr


def bars() -> Any:
    """Return a bar chart with three labels, of whose ink most is none of print."""
    page = pymupdf.open().new_page(width=300, height=220)
    for at, label in enumerate(["Harbour", "Meadow", "Village"]):
        page.draw_rect((30 + 90 * at, 60 + 20 * at, 90 + 90 * at, 180), fill=(0.2, 0.4, 0.7), color=None)
        page.insert_text((30 + 90 * at, 200), label, fontsize=12)
    png = page.get_pixmap(dpi=150).tobytes("png")
    return cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)


def looks(image: Any, in_picture: bool) -> tuple[list[Quad], int]:
    """Return what is found in an image, and how often the larger detector was asked."""
    engine, asked = rapid_ocr(), []

    def larger(image: Any) -> Any:
        asked.append(image)
        raise RapidOCRError("nothing")

    return detect(image, engine.find, larger, in_picture=in_picture), len(asked)


def test_the_larger_detector_is_not_asked_about_sharp_print_in_a_picture() -> None:
    found, asked = looks(bars(), in_picture=True)
    assert (len(found), asked) == (3, 0)
    assert looks(bars(), in_picture=False)[1] == 1  # a page may have print that is not found beside it


@pytest.mark.parametrize("sigma", [1.0, 1.4])
def test_the_larger_detector_looks_at_blurred_print_in_a_picture(sigma: float) -> None:
    assert looks(cv2.GaussianBlur(bars(), (0, 0), sigma), in_picture=True)[1] == 1


def page_with(draw: Callable[[Any], None]) -> Any:
    """Return the image of a page of 17 lines with a drawing below them."""
    page = pymupdf.open().new_page()
    for at in range(17):
        page.insert_text((60, 60 + 16 * at), f"Berth {at} lies between the harbour wall and the old mill {at * 37}")
    draw(page)
    return cv2.imdecode(np.frombuffer(page.get_pixmap(dpi=150).tobytes("png"), np.uint8), cv2.IMREAD_COLOR)


def is_asked_about(image: Any) -> bool:
    return looks(image, in_picture=False)[1] > 0


def test_the_larger_detector_is_not_asked_about_rules_and_sharp_print() -> None:
    def rules(page: Any) -> None:
        for at in range(60):
            page.draw_line((50, 380 + 6 * at), (540, 380 + 6 * at), width=1.5)

    def chart(page: Any) -> None:
        for at in range(24):
            page.draw_rect((60 + 20 * at, 480 - 3 * at, 76 + 20 * at, 560), color=(0, 0, 0), width=2)

    assert not is_asked_about(page_with(rules))
    assert is_asked_about(page_with(chart))


def test_nothing_found_is_not_sharp() -> None:
    assert not is_sharp(bars(), [])
    flat = np.full((60, 200, 3), 250, np.uint8)
    assert not is_sharp(flat, [((10.0, 10.0), (150.0, 10.0), (150.0, 40.0), (10.0, 40.0))])
