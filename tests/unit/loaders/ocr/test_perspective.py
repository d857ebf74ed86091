from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pymupdf
import pytest
from numpy.typing import NDArray

from loaders.ocr.engine import read_image
from loaders.ocr.perspective import straighten
from loaders.pages.reader import read
from loaders.types import PageJob, PageText

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


@pytest.mark.parametrize(
    "angle",
    [
        pytest.param(
            angle,
            marks=[pytest.mark.slow]
            if angle.endswith("12 degrees") or angle in ("from the right", "from below")
            else [],
        )
        for angle in ANGLES
    ],
)
@pytest.mark.heavy
def test_a_page_photographed_at_an_angle_is_read_and_marked_where_it_stands(angle: str) -> None:
    photograph, matrix = photographed(ANGLES[angle])
    assert straighten(photograph) is not None
    found = read_image(png(photograph), 1)
    text = found.markdown.split()
    recall = sum(word in text for word in WORDS) / len(WORDS)
    assert recall >= 0.97
    # The far lines are half as high as the near ones: raised signs cannot be told there, and the page says so.
    assert found.detail == "" or angle == "from far below"
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


@pytest.mark.heavy
def test_print_that_is_hardly_read_is_said_to_be() -> None:
    small = cv2.resize(page(), None, fx=0.33, fy=0.33, interpolation=cv2.INTER_AREA)
    blurred = cv2.GaussianBlur(cv2.resize(small, None, fx=3, fy=3), (0, 0), 2.2)
    found = read_image(png(blurred.astype(np.uint8)), 1)
    assert not found.words or "little confidence" in found.detail


@pytest.mark.slow
@pytest.mark.parametrize("ground", [60, pytest.param(235, marks=pytest.mark.slow)])
@pytest.mark.heavy
def test_a_photograph_of_48_megapixels_taken_at_an_angle_is_read(ground: int, tmp_path: Path) -> None:
    doc: Any = pymupdf.open()
    page = doc.new_page(width=420, height=300)
    lines = [f"Stone {number} of the dike was laid by the women of the parish." for number in range(11, 21)]
    for at, line in enumerate(lines):
        page.insert_text((40, 60 + 20 * at), line, fontsize=11, fontname="tiro")
    shot = page.get_pixmap(dpi=400)
    sheet = np.frombuffer(shot.samples, np.uint8).reshape(shot.height, shot.width, 3)
    corners = np.array([(0, 0), (shot.width, 0), (shot.width, shot.height), (0, shot.height)], np.float32)
    seen = np.array([(1500, 900), (6900, 1300), (7300, 5000), (900, 5200)], np.float32)
    matrix = cv2.getPerspectiveTransform(corners, seen)
    photograph = cv2.warpPerspective(sheet, matrix, (8000, 6000), borderValue=(ground, ground, ground))
    path = tmp_path / "photograph.jpg"
    cv2.imwrite(str(path), photograph)
    found = read(PageJob(str(path), 1))
    assert isinstance(found, PageText), found
    text = " ".join(block.text for block in found.blocks)
    assert all(line in text for line in lines) or "confidence" in found.detail, "read, or said to be doubtful"


def test_a_shadow_on_the_paper_is_no_edge_of_the_sheet() -> None:
    """The lighter part of a sheet was taken for all of it, and print in the shadow was lost without a word."""
    photograph, _ = photographed([(-0.04, -0.02), (1.016, -0.01), (0.97, 1.04), (-0.04, 1.0)])
    height, width = photograph.shape[:2]
    light = np.linspace(1.0, 0.66, width)[None, :, None] * np.linspace(1.0, 0.8, height)[:, None, None]
    shaded = np.clip(photograph * light, 0, 255).astype(np.uint8)
    assert straighten(shaded) is None
