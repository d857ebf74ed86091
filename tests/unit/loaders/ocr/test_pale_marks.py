"""Pale marks across the print of a scan: taken off, or said to cover it."""

from __future__ import annotations

from typing import Any

import pymupdf
import pytest

from loaders.ocr.engine import read_page
from loaders.types import PageText
from tests.unit.loaders.ocr.scans import scanned

pytestmark = pytest.mark.heavy
ROWS = [("Berth", "Length", "Fee"), ("Alder", "22", "8,607"), ("Birch", "31", "6,336"), ("Cedar", "14", "3,744")]
FACTS = [
    "The lighthouse at Pladda has 266 steps, as the committee was told in the town hall.",
    "The harbour dredger moved 9,109 tonnes of silt in the spring of the year before.",
    "The tide gauge was repaired on 23 March 1996 by the two clerks of the harbour.",
    "Warden Elspeth Rennie keeps 6 boats on the slipway, which is 23 metres long.",
]


def marked(text: str, size: float, angle: float, places: list[tuple[float, float]], *, over: bool) -> PageText:
    """Read a scan of a page of text and a table with marks over or under its print."""
    page: Any = pymupdf.open().new_page(width=480, height=420)
    for at, fact in enumerate(FACTS):
        page.insert_text((40, 60 + 22 * at), fact, fontsize=10)
    for at, row in enumerate(ROWS):
        for x, cell in zip((40, 200, 300), row, strict=True):
            page.insert_text((x, 180 + 20 * at), cell, fontsize=10)
    page.insert_text((40, 300), "The next meeting is on the first Tuesday of the month.", fontsize=10)
    for place in places:
        turn = (pymupdf.Point(place), pymupdf.Matrix(angle))
        page.insert_text(place, text, fontsize=size, fontname="hebo", color=(0.8,) * 3, morph=turn, overlay=over)
    read = read_page(scanned(page), 1, "off")
    assert isinstance(read, PageText)
    return read


TILES = [(x, y) for x in (30, 170, 310) for y in (90, 205, 320)]
COVERED = "A mark across the page covers a part of its print"


@pytest.mark.parametrize(
    ("text", "size", "angle", "places"),
    [
        ("COPY", 24, 30, TILES),
        pytest.param("CONFIDENTIAL", 46, 0, [(40, 170)], marks=pytest.mark.slow),
        pytest.param("DRAFT", 80, 40, [(80, 330)], marks=pytest.mark.slow),
    ],
)
def test_what_is_printed_over_pale_marks_is_read(
    text: str, size: float, angle: float, places: list[tuple[float, float]]
) -> None:
    read = marked(text, size, angle, places, over=False)
    (table,) = (block.text for block in read.blocks if block.is_table)
    assert [tuple(line.strip("|").split("|")) for line in table.splitlines() if "---" not in line] == ROWS
    prose = " ".join(block.text for block in read.blocks if not block.is_never_searched)
    assert all(number in prose for number in ("266", "9,109", "23 March 1996", "6 boats"))
    assert not any(text[:4] in block.text for block in read.blocks if not block.is_never_searched)


@pytest.mark.parametrize(
    ("text", "size", "angle", "places"),
    [("COPY", 24, 30, TILES), pytest.param("VOID", 110, -40, [(100, 60)], marks=pytest.mark.slow)],
)
def test_a_page_says_that_marks_cover_its_print(
    text: str, size: float, angle: float, places: list[tuple[float, float]]
) -> None:
    assert COVERED in marked(text, size, angle, places, over=True).detail


def test_a_page_without_marks_says_nothing() -> None:
    assert marked("", 20, 0, [], over=False).detail == ""
