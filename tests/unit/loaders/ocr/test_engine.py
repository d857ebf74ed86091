from __future__ import annotations

import io
import math
from collections.abc import Callable
from typing import Any

import cv2
import pymupdf
import pytest
from PIL import Image

from loaders.ocr.engine import read_image
from loaders.ocr.layout import build_blocks
from loaders.ocr.lines import OcrLine, Quad, deskew, split_words
from loaders.ocr.tables import ScanTable, find_tables
from loaders.text.line_joining import join_lines, vocabulary


def quad(x: float, y: float, width: float, height: float, angle: float = 0.0) -> Quad:
    """Corners of a line whose middle is at (x, y) before the whole page is turned by `angle` around its corner."""
    cos, sin = math.cos(angle), math.sin(angle)
    sides = [(-1, -1), (1, -1), (1, 1), (-1, 1)]
    points = [(x + dx * width / 2, y + dy * height / 2) for dx, dy in sides]
    a, b, c, d = ((px * cos - py * sin, px * sin + py * cos) for px, py in points)
    return a, b, c, d


def lines(*pieces: tuple[str, float, float], angle: float = 0.0, height: float = 20.0) -> list[OcrLine]:
    """Lines from (text, left edge, middle) in pixels; ten pixels to a character."""
    quads = [quad(x + 5 * len(text), y, 10 * len(text), height, angle) for text, x, y in pieces]
    found = zip(pieces, quads, deskew(quads), strict=True)
    return [OcrLine(text, 0.99, corners, box) for (text, _, _), corners, box in found]


def test_page_processes_read_with_one_thread_each() -> None:
    """OpenCV starts a thread for every core by itself, on cores that the other page processes use."""
    assert cv2.getNumThreads() == 1


def test_an_empty_cell_shifts_nothing_even_on_a_skewed_page() -> None:
    cells: list[tuple[str, float, float]] = [("A caption that is long enough for the page's angle", 50, 40)]
    for row, texts in enumerate(
        [["Model", "Score", "Cost"], ["One", "1.5", "20"], ["Two", "", "30"], ["Six", "2.5", ""]]
    ):
        cells += [(text, 100 + 200 * i, 100 + 30 * row) for i, text in enumerate(texts) if text]
    (table,) = find_tables(lines(*cells, angle=math.radians(2)))
    assert isinstance(table, ScanTable)
    assert table.text.splitlines() == ["|Model|Score|Cost|", "|---|---|---|", "|One|1.5|20|", "|Two||30|", "|Six|2.5||"]


def test_a_label_between_two_rows_does_not_merge_them() -> None:
    cells = [(text, 300.0 + 150 * i, y) for y in (100.0, 130.0) for i, text in enumerate(["Test", "1.0", "2.0"])]
    (table,) = find_tables(lines(("Group", 100, 115), *cells))
    assert table.text.splitlines()[-1].count("1.0") == 1
    assert sum("1.0" in line for line in table.text.splitlines()) == 2


def test_the_labels_of_a_chart_are_not_read_as_a_table() -> None:
    marks = [(str(value), 50.0, 100.0 + 40 * i) for i, value in enumerate([100, 80, 60, 40, 20, 0])]
    bars = [("96.396.6", 150.0, 112.0), ("85.2", 420.0, 150.0), ("75.7", 300.0, 190.0)]
    (block,) = build_blocks(lines(*marks, *bars, ("Score", 300.0, 330.0)), 1000)
    assert block.kind == "figure"
    assert block.text == "Score", "numbers along a scale that are joined to no label say nothing"
    (block,) = build_blocks(lines(*marks[:3], *bars), 1000)
    assert "96.3 96.6" in block.text, "without a scale they stay, two that were read as one apart"


def test_two_columns_are_read_one_after_the_other() -> None:
    left = [(f"left column of the page, line {i}", 50.0, 200.0 + 30 * i) for i in range(5)]
    right = [(f"right column of the page, line {i}", 500.0, 200.0 + 30 * i) for i in range(5)]
    title = ("A title that runs over both of the columns of this page of print", 60.0, 100.0)
    text = " ".join(block.text for block in build_blocks(lines(*left, *right, title), 1000))
    assert (
        text.index("A title")
        < text.index("left column of the page, line 4")
        < text.index("right column of the page, line 0")
    )


def test_a_page_number_is_recognised_and_broken_words_are_joined() -> None:
    page = lines(("This page was read by optical charac-", 50, 300), ("ter recognition.", 50, 330), ("12", 400, 980))
    first, last = build_blocks(page, 1000)
    assert first.text == "This page was read by optical character recognition."
    assert (last.kind, last.text) == ("furniture", "12")


def test_a_hyphen_is_kept_where_the_page_shows_the_word_with_it() -> None:
    known = vocabulary(["the question-answering task", "a recognised word"])
    assert (
        join_lines(["of question-", "answering and recog-", "nised"], known) == "of question-answering and recognised"
    )
    assert join_lines(["OpenAI-", "o1 is state-of-the-", "art"], set()) == "OpenAI-o1 is state-of-the-art"
    assert join_lines(["pre-", "(and post-)"], set()) == "pre- (and post-)"
    assert join_lines(["soft\u00ad", "ware", "水库", "竣工"], set()) == "software 水库竣工"


def test_words_get_their_share_of_the_lines_box() -> None:
    first, second = split_words("ab cdef", quad(70, 20, 140, 20))
    assert (first.box.x0, first.box.x1) == (0, 40)
    assert (second.box.x0, second.box.x1) == (60, 140)


@pytest.mark.parametrize("turn", [0, 180])
def test_a_small_scan_is_read_in_any_rotation(turn: int) -> None:
    doc = pymupdf.open()
    page = doc.new_page(width=330, height=80)
    page.insert_text((20, 30), "The reservoir holds 48.6 million litres", fontsize=14)
    page.insert_text((20, 55), "and was completed in 1931.", fontsize=14)
    image = Image.open(io.BytesIO(page.get_pixmap(dpi=110).tobytes("png"))).rotate(turn)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    found = read_image(buffer.getvalue(), 3)
    assert (found.page, found.engine) == (3, "ocr")
    assert found.markdown == "The reservoir holds 48.6 million litres and was completed in 1931."
    first = found.words[0]
    corner = (first.box.x0, first.box.y0) if turn == 0 else (1 - first.box.x1, 1 - first.box.y1)
    assert corner == pytest.approx((0.06, 0.22), abs=0.06)


def test_bytes_that_are_not_an_image_raise_a_value_error() -> None:
    with pytest.raises(ValueError, match="decoded"):
        read_image(b"no image", 1)


def drawn(draw: Callable[[Any], object], width: float = 420, height: float = 595) -> bytes:
    document: Any = pymupdf.open()
    page = document.new_page(width=width, height=height)
    draw(page)
    return bytes(page.get_pixmap(dpi=150).tobytes("png"))


def triangles(page: Any) -> None:
    for x, y, size in ((60, 60, 90), (250, 120, 40), (120, 330, 110), (300, 420, 60)):
        page.draw_polyline([(x, y), (x + size, y), (x + size / 2, y + size), (x, y)], fill=(0, 0, 0))


def bar(page: Any) -> None:
    page.draw_rect((50, 200, 70, 500), fill=(0, 0, 0))


def black_area(page: Any) -> None:
    page.draw_rect((50, 50, 200, 300), fill=(0, 0, 0))


@pytest.mark.parametrize(
    "draw", [triangles, pytest.param(bar, marks=pytest.mark.slow), pytest.param(black_area, marks=pytest.mark.slow)]
)
def test_shapes_of_a_drawing_are_not_read_as_signs(draw: Callable[[Any], object]) -> None:
    """A page of them is said to hold no text: its shapes look like "V", "1" and "I"."""
    assert read_image(drawn(draw), 1).words == ()


def test_a_page_number_alone_is_read() -> None:
    assert [word.text for word in read_image(drawn(lambda page: page.insert_text((206, 570), "7")), 1).words] == ["7"]


@pytest.mark.heavy
def test_a_flat_strip_is_read_with_its_boxes_in_place() -> None:
    """RapidOCR lays paper above and below an image that is more than eight times as wide as high."""
    png = drawn(lambda page: page.insert_text((30, 24), "Berths and depth in metres"), 400, 40)
    words = {word.text: word.box for word in read_image(png, 1).words}
    assert set(words) == {"Berths", "and", "depth", "in", "metres"}
    assert all(0.2 < box.y0 < box.y1 < 0.85 for box in words.values())


def test_two_columns_of_short_lists_under_headings_in_capitals_are_read_one_after_the_other() -> None:
    left = [("DIRECTORS", 50, 100), ("A. F. Holm", 150, 130), ("Ida Berg", 150, 160), ("SECRETARY", 50, 250)]
    left += [("Carl Lund", 150, 280)]
    right = [("BANKERS", 400, 100), ("Bank of Wick", 480, 130), ("Bank of Voss", 480, 160), ("OFFICES", 400, 250)]
    right += [("Old Quay House", 480, 280), ("Second Floor", 480, 310), ("Wick", 480, 340)]
    blocks = build_blocks(lines(*left, *right), 1000)
    assert (
        " ".join(block.text for block in blocks).replace("#", "").split()
        == " ".join(text for text, *_ in (*left, *right)).split()
    )
    headings = [block.text.lstrip("# ") for block in blocks if block.kind == "heading"]
    assert headings == ["DIRECTORS", "SECRETARY", "BANKERS", "OFFICES"]


def test_capitals_are_no_headings_on_a_page_that_is_all_capitals() -> None:
    told = [
        ("ARRIVING AT WICK ON MONDAY", 50, 100),
        ("HAVE THE BOAT READY", 50, 130),
        ("AND SAY NOTHING TO HOLM", 50, 160),
    ]
    assert {block.kind for block in build_blocks(lines(*told), 1000)} == {"text"}
