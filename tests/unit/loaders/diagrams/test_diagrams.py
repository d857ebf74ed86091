"""Boxes of a diagram as units of their own, its arrows, and what only looks like a diagram."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pymupdf
import pytest

from loaders.diagrams.frames import find_frames
from loaders.pages.jobs import read
from loaders.types import Block, PageJob, PageText

BOXES = [
    (40, 90, "COLLECTION", "Boxes are emptied at six and at noon. A van takes 40 sacks."),
    (300, 90, "SORTING", "Machines read 30,000 addresses an hour."),
    (560, 90, "DELIVERY", "Each postman walks 9 km and serves 600 doors."),
    (40, 260, "DRAWBACKS", "Poor handwriting, wet envelopes"),
    (300, 260, "REJECTS", "Letters that nobody wrote an address on"),
    (560, 260, "RESULT", "92 % arrive on the next day"),
]
ARROWS = [((240, 135), (300, 135)), ((500, 135), (560, 135)), ((140, 180), (140, 260)), ((660, 260), (660, 180))]


def arrow(page: Any, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.draw_line(start, end, width=1.5)
    angle = math.atan2(end[1] - start[1], end[0] - start[0])
    sides = [(end[0] - 9 * math.cos(angle + turn), end[1] - 9 * math.sin(angle + turn)) for turn in (-0.4, 0.4)]
    page.draw_polyline([end, *sides, end], color=(0, 0, 0), fill=(0, 0, 0))


def diagram(path: Path, *, fill: tuple[float, float, float] | None, scanned: bool) -> Path:
    document: Any = pymupdf.open()
    page = document.new_page(width=800, height=450)
    page.insert_text((40, 50), "How a letter travels", fontsize=24, fontname="hebo")
    for x, y, title, text in BOXES:
        page.draw_rect(pymupdf.Rect(x, y, x + 200, y + 90), color=(0.1, 0.3, 0.6), fill=fill, width=1.2)
        page.insert_text((x + 8, y + 20), title, fontsize=13, fontname="hebo")
        page.insert_textbox(pymupdf.Rect(x + 8, y + 28, x + 194, y + 86), text, fontsize=10)
    for start, end in ARROWS:
        arrow(page, start, end)
    if scanned:
        pixels = page.get_pixmap(dpi=150)
        document = pymupdf.open()
        document.new_page(width=800, height=450).insert_image(pymupdf.Rect(0, 0, 800, 450), pixmap=pixels)
    document.save(str(path))
    return path


def blocks_of(path: Path) -> tuple[Block, ...]:
    found = read(PageJob(str(path), 1))
    assert isinstance(found, PageText)
    return found.blocks


@pytest.mark.parametrize("fill", [(0.9, 0.95, 1.0), None])
@pytest.mark.parametrize("scanned", [False, pytest.param(True, marks=pytest.mark.slow)])
@pytest.mark.heavy
def test_boxes_are_units_with_their_titles_and_arrows_have_ends(
    fill: tuple[float, float, float] | None, scanned: bool, tmp_path: Path
) -> None:
    blocks = blocks_of(diagram(tmp_path / "letter.pdf", fill=fill, scanned=scanned))
    assert [block.text for block in blocks if block.is_list] == [f"- {title} {text}" for _, _, title, text in BOXES]
    assert blocks[0].text == "# How a letter travels"
    (arrows,) = (block.text.splitlines() for block in blocks if block.is_figure)
    assert sorted(arrows) == [
        "COLLECTION -> DRAWBACKS", "COLLECTION -> SORTING", "RESULT -> DELIVERY", "SORTING -> DELIVERY",
    ]  # fmt: skip


@pytest.mark.parametrize("scanned", [False, True])
def test_the_cells_of_a_ruled_table_are_no_boxes(scanned: bool, tmp_path: Path) -> None:
    document: Any = pymupdf.open()
    page = document.new_page(width=595, height=400)
    rows = [("Post", "Doors", "Distance"), ("North", "600", "9 km"), ("South", "480", "7 km"), ("Quay", "210", "3 km")]
    for y, row in enumerate(rows):
        for x, cell in enumerate(row):
            page.draw_rect(pymupdf.Rect(60 + 150 * x, 90 + 30 * y, 210 + 150 * x, 120 + 30 * y), width=0.8)
            page.insert_text((70 + 150 * x, 110 + 30 * y), cell, fontsize=12)
    if scanned:
        pixels = page.get_pixmap(dpi=150)
        document = pymupdf.open()
        document.new_page(width=595, height=400).insert_image(pymupdf.Rect(0, 0, 595, 400), pixmap=pixels)
    document.save(str(tmp_path / "table.pdf"))
    blocks = blocks_of(tmp_path / "table.pdf")
    assert not [block for block in blocks if block.is_list]
    assert any("North" in block.text and "600" in block.text for block in blocks)


def test_specks_and_print_change_no_frames() -> None:
    plain = np.full((900, 700, 3), 255, np.uint8)
    for x, y in ((80, 100), (400, 100), (80, 500)):
        plain[y : y + 160, x : x + 200] = 60
        plain[y + 4 : y + 156, x + 4 : x + 196] = 255
    dirty = plain.copy()
    spots = np.random.default_rng(5).random((900, 700)) < 0.01
    spots[95:265, 75:285] &= plain[95:265, 75:285, 0] == 255  # a hole of a frame with specks in it
    dirty[spots & (plain[:, :, 0] == 255)] = 150
    frames, found = (sorted(find_frames(page), key=lambda box: (box.x0 > 200, box.y0)) for page in (plain, dirty))
    assert len(frames) == len(found) == 3
    for one, other in zip(frames, found, strict=True):
        assert max(abs(a - b) for a, b in zip(one, other, strict=True)) <= 2
