from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import pymupdf
import pytest
from numpy.typing import NDArray

from loaders.ocr.engine import read_image
from loaders.ocr.perspective import straighten

LINES = [
    f"Entry {at}: the boat number {at * 37 + 4} left the quay at {at + 5}:15 with nets and salt." for at in range(14)
]
WORDS = " ".join(LINES).split()


ROWS = [["Port", "2022", "2023", "2024"], *([name, *(str(at * 97 + year) for year in (61, 205, 340))] for at, name in
        enumerate(["Plymouth", "Falmouth", "Brixham", "Newlyn", "Looe", "Padstow"]))]  # fmt: skip


def page(table: bool = False) -> NDArray[np.uint8]:
    """A page of text, or with a table, at 120 dpi."""
    document = pymupdf.open()
    sheet = document.new_page()
    for at, line in enumerate(() if table else LINES):
        sheet.insert_text((70, 120 + 34 * at), line, fontsize=11)
    for at, row in enumerate(ROWS if table else ()):
        for column, cell in enumerate(row):
            sheet.insert_text((70 + 120 * column, 150 + 30 * at), cell, fontsize=11)
    pixels = sheet.get_pixmap(dpi=120)
    return np.frombuffer(pixels.samples, np.uint8).reshape(pixels.height, pixels.width, 3).copy()


def photographed(
    corners: Sequence[tuple[float, float]], table: bool = False
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """The page as it lies on a dark table, its corners at these fractions of a photograph, and the way onto it."""
    sheet = page(table)
    height, width = sheet.shape[:2]
    size = (1300, 1600)
    edges = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    matrix = cv2.getPerspectiveTransform(edges, np.array(corners, np.float32) * np.array(size, np.float32))
    photograph = cv2.warpPerspective(sheet, matrix, size, borderValue=(70, 60, 50))
    return photograph.astype(np.uint8), matrix.astype(np.float64)


def png(image: NDArray[np.uint8]) -> bytes:
    return bytes(cv2.imencode(".png", image)[1].tobytes())


ANGLES = {
    "from below": [(0.22, 0.08), (0.78, 0.08), (0.98, 0.95), (0.02, 0.95)],
    "from the right": [(0.05, 0.20), (0.95, 0.03), (0.95, 0.97), (0.05, 0.80)],
    "from far below": [(0.30, 0.28), (0.70, 0.28), (0.99, 0.90), (0.01, 0.90)],
    "turned by 25 degrees": [(0.38, 0.05), (0.97, 0.33), (0.62, 0.95), (0.03, 0.67)],
    "turned by 12 degrees": [(0.22, 0.03), (0.97, 0.17), (0.78, 0.97), (0.03, 0.83)],
}


@pytest.mark.parametrize("angle", ANGLES)
def test_a_page_photographed_at_an_angle_is_read_and_marked_where_it_stands(angle: str) -> None:
    photograph, matrix = photographed(ANGLES[angle])
    assert straighten(photograph) is not None
    found = read_image(png(photograph), 1)
    text = found.markdown.split()
    recall = sum(word in text for word in WORDS) / len(WORDS)
    assert recall >= 0.97
    assert found.detail == ""
    first = next(word for word in found.words if word.text.startswith("Entry"))
    scale = 120 / 72  # of the page's points
    x, y = cv2.perspectiveTransform(np.array([[(80 * scale, 116 * scale)]], np.float64), matrix)[0][0]
    assert first.box.x0 - 0.01 <= x / 1300 <= first.box.x1 + 0.01
    assert first.box.y0 - 0.01 <= y / 1600 <= first.box.y1 + 0.01


def test_a_table_photographed_at_an_angle_keeps_its_rows() -> None:
    """As it is photographed, none of its rows is whole."""
    photograph, _ = photographed(ANGLES["from the right"], table=True)
    text = read_image(png(photograph), 1).markdown.splitlines()
    assert [row for row in ROWS if "|" + "|".join(row) + "|" not in text] == []


def test_a_straight_scan_is_left_as_it_is() -> None:
    assert straighten(page()) is None
    framed = cv2.copyMakeBorder(page(), 40, 40, 40, 40, cv2.BORDER_CONSTANT, value=(60, 60, 60))
    assert straighten(framed.astype(np.uint8)) is None, "its corners are square"


def test_print_that_is_hardly_read_is_said_to_be() -> None:
    small = cv2.resize(page(), None, fx=0.33, fy=0.33, interpolation=cv2.INTER_AREA)
    blurred = cv2.GaussianBlur(cv2.resize(small, None, fx=3, fy=3), (0, 0), 2.2)
    found = read_image(png(blurred.astype(np.uint8)), 1)
    assert not found.words or "little confidence" in found.detail
