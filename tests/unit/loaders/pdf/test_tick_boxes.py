"""Printed tick boxes: drawn squares and the glyphs of symbol fonts, told from bullets, legends and grids."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pymupdf
import pytest

from loaders.pages.reader import read
from loaders.pdf.document import open_pdf
from loaders.text.markdown import parse_blocks
from loaders.types import PageJob, PageText
from tests.conftest import DATA

Draw = Callable[[Any], object]


def _markdown(tmp_path: Path, draw: Draw) -> str:
    document: Any = pymupdf.open()
    page = document.new_page(width=595, height=842)
    page.insert_text((72, 60), "Application for a permit", fontsize=16)
    draw(page)
    page.insert_textbox((72, 400, 520, 460), "The harbour master decides within ten working days.", fontsize=11)
    path = tmp_path / "flat.pdf"
    document.save(str(path))
    found = read(PageJob(str(path), 1))
    assert isinstance(found, PageText), found
    return found.markdown


def _square(page: Any, y: float = 100, **look: Any) -> None:
    page.draw_rect((76, y - 11, 90, y + 3), **look)
    page.insert_text((100, y), "Engine on board", fontsize=11)


def _crossed(page: Any) -> None:
    _square(page)
    page.draw_line((77, 90), (89, 102))
    page.draw_line((77, 102), (89, 90))


def _hooked(page: Any) -> None:
    _square(page)
    page.draw_line((78, 97), (81, 101))
    page.draw_line((81, 101), (91, 88))


def _crossed_to_the_corners(page: Any) -> None:
    _square(page)
    page.draw_line((76, 89), (90, 103), width=1.2)
    page.draw_line((76, 103), (90, 89), width=1.2)


def _crossed_in_one_path(page: Any) -> None:
    _square(page)
    shape = page.new_shape()
    shape.draw_line((76, 89), (90, 103))
    shape.draw_line((90, 89), (76, 103))
    shape.finish(width=1)
    shape.commit()


def _dotted(page: Any) -> None:
    _square(page)
    page.draw_circle((82, 95), 0.6, fill=(0, 0, 0))


def _with_glyph(page: Any, glyph: str, font: str) -> None:
    _square(page)
    page.insert_text((78, 100), glyph, fontname=font, fontsize=11)


TICKED: dict[str, Draw] = {
    "a drawn cross": _crossed,
    "a cross to the corners of the box": _crossed_to_the_corners,
    "a cross of one path": _crossed_in_one_path,
    "a drawn hook": _hooked,
    "a tick of a symbol font": lambda page: _with_glyph(page, "4", "zadb"),
    "a cross of a symbol font": lambda page: _with_glyph(page, "8", "zadb"),
    "the letter X": lambda page: _with_glyph(page, "X", "helv"),
}


@pytest.mark.parametrize("way", TICKED)
def test_a_ticked_square_says_so_beside_its_label(tmp_path: Path, way: str) -> None:
    assert "Engine on board: yes (ticked)" in _markdown(tmp_path, TICKED[way])


@pytest.mark.parametrize("draw", [_square, lambda page: _square(page, fill=(1, 1, 1)), _dotted])
def test_an_empty_square_is_not_ticked(tmp_path: Path, draw: Draw) -> None:
    assert "Engine on board: no (not ticked)" in _markdown(tmp_path, draw)


def test_boxes_in_a_row_keep_the_title_of_the_row(tmp_path: Path) -> None:
    def draw(page: Any) -> None:
        page.insert_text((72, 100), "Season:", fontsize=11)
        for x, label in ((130, "Summer"), (220, "Winter")):
            page.draw_rect((x, 90, x + 11, 101))
            page.insert_text((x + 16, 100), label, fontsize=11)
        page.insert_text((132, 99), "x", fontsize=10)

    text = _markdown(tmp_path, draw)
    assert "Season: Summer: yes (ticked)" in text
    assert "Season: Winter: no (not ticked)" in text


def _grid(page: Any) -> None:
    for column in range(6):
        page.draw_rect((76 + 14 * column, 89, 90 + 14 * column, 103))
    page.insert_text((168, 100), "Engine on board", fontsize=11)


NO_BOXES: dict[str, Draw] = {
    "a filled square of a legend": lambda page: _square(page, fill=(0.2, 0.4, 0.8)),
    "the cells of a grid": _grid,
    "a number in a frame": lambda page: _with_glyph(page, "3", "helv"),
    "a square without words": lambda page: page.draw_rect((300, 200, 314, 214)),
    "a large frame": lambda page: (
        page.draw_rect((60, 80, 110, 130)),
        page.insert_text((115, 100), "Engine on board", fontsize=11),
    ),
}


@pytest.mark.parametrize("way", NO_BOXES)
def test_other_squares_are_no_tick_boxes(tmp_path: Path, way: str) -> None:
    assert "ticked" not in _markdown(tmp_path, NO_BOXES[way])


def test_a_tick_of_a_symbol_font_is_no_digit(tmp_path: Path) -> None:
    def draw(page: Any) -> None:
        page.insert_text((76, 100), "4", fontname="zadb", fontsize=11)
        page.insert_text((100, 100), "Engine on board", fontsize=11)

    assert "✔ Engine on board" in _markdown(tmp_path, draw)


@pytest.mark.parametrize(
    ("item", "read_as"),
    [
        ("- [x] Engine on board", "- Engine on board: yes (ticked)"),
        ("- [ ] Engine on board:", "- Engine on board: no (not ticked)"),
        ("- ☒ Engine on board", "- Engine on board: yes (ticked)"),
        ("- [1] Engine on board", "- [1] Engine on board"),
        ("- Engine on board", "- Engine on board"),
    ],
)
def test_a_transcript_says_the_state_in_the_same_words(item: str, read_as: str) -> None:
    assert [block.text for block in parse_blocks(item)] == [read_as]


@pytest.mark.data
@pytest.mark.heavy
def test_pages_without_tick_boxes_have_none() -> None:
    for path in sorted([*(DATA / "docqa" / "pdfs").glob("*.pdf"), *(DATA / "deepseek-r1").glob("*.pdf")]):
        pdf = open_pdf(path)
        ticked = [number for number in range(1, pdf.pages + 1) if "ticked)" in pdf.layer(number).text]
        assert (path.name, ticked) == (path.name, [])


QUESTIONS = [("Water", [("piped", True), ("well", False)]), ("Fence", [("hedge", False), ("wall", True)])]
EXPECTED = (
    "Water: piped: yes (ticked)",
    "Water: well: no (not ticked)",
    "Fence: hedge: no (not ticked)",
    "Fence: wall: yes (ticked)",
)


def _questions(page: Any, glyphs: bool) -> None:
    for row, (question, choices) in enumerate(QUESTIONS):
        y = 120 + 30 * row
        page.insert_text((72, y), f"{question}:", fontsize=11)
        for column, (choice, ticked) in enumerate(choices):
            x = 170 + 110 * column
            if glyphs:
                page.insert_text((x, y), "n" if ticked else "o", fontsize=11, fontname="zadb")
            else:
                page.draw_rect((x, y - 9, x + 10, y + 1), color=0, fill=0 if ticked else None)
            page.insert_text((x + 17, y), choice, fontsize=11)


@pytest.mark.parametrize("glyphs", [False, True])
def test_a_filled_box_among_empty_ones_is_ticked(tmp_path: Path, glyphs: bool) -> None:
    found = _markdown(tmp_path, lambda page: _questions(page, glyphs))
    assert [text for text in EXPECTED if text not in found] == []


def test_the_middle_of_the_line_below_is_no_part_of_a_label(tmp_path: Path) -> None:
    def draw(page: Any) -> None:
        page.draw_rect((76, 89, 88, 101))
        page.insert_text((94, 100), "no", fontsize=11)
        start = "The term is"
        x = 94 - pymupdf.get_text_length(f"{start} ", fontsize=11)
        page.insert_text((x, 113), f"{start} seven working days.", fontsize=11)

    found = _markdown(tmp_path, draw)
    assert "no: no (not ticked)" in found
    assert "The term is seven working days." in found


def test_a_legend_of_a_filled_and_an_open_square_is_not_ticked(tmp_path: Path) -> None:
    def draw(page: Any) -> None:
        for x, name, fill in ((72, "Apples", 0), (172, "Pears", None), (272, "Plums", 0.5)):
            page.draw_rect((x, 90, x + 9, 99), color=0, fill=None if fill is None else (fill, fill, fill))
            page.insert_text((x + 15, 98), name, fontsize=10)

    assert "yes (ticked)" not in _markdown(tmp_path, draw)
