"""What the eye sees of a page: hidden words, watermarks and struck words, on pages drawn for each kind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pymupdf
import pytest

from loaders.chunking.chunker import chunk_pages
from loaders.pages.reader import read, render
from loaders.pdf.document import open_pdf
from loaders.types import PageImage, PageJob, PageText
from tests.conftest import DATA

Draw = Callable[[Any], object]


@pytest.fixture
def page_of(tmp_path: Path) -> Callable[..., PageText]:
    """Read page 1 of a document drawn by a function."""

    def make(draw: Draw) -> PageText:
        path = tmp_path / "page.pdf"
        document: Any = pymupdf.open()
        draw(document.new_page(width=420, height=595))
        document.save(str(path))
        found = read(PageJob(str(path), 1))
        assert isinstance(found, PageText), found
        return found

    return make


def _put(page: Any, y: float, text: str, **look: Any) -> object:
    return page.insert_text((50, y), text, fontsize=11, **look)


HIDING: dict[str, Draw] = {
    "set without paint": lambda page: _put(page, 140, "Secret words", render_mode=3),
    "white on white": lambda page: _put(page, 140, "Secret words", color=(1, 1, 1)),
    "transparent": lambda page: _put(page, 140, "Secret words", fill_opacity=0),
    "smaller than a point": lambda page: page.insert_text((50, 140), "Secret words", fontsize=0.5),
    "off the page": lambda page: page.insert_text((900, 140), "Secret words"),
    "black on black": lambda page: (
        page.draw_rect((40, 120, 300, 150), fill=(0, 0, 0)),
        _put(page, 140, "Secret words"),
    ),
    "under a bar": lambda page: (
        _put(page, 140, "Secret words"),
        page.draw_rect((40, 120, 300, 150), fill=(0, 0, 0)),
    ),
    "under a box of an annotation": lambda page: (
        _put(page, 140, "Secret words"),
        _filled(page.add_rect_annot((40, 120, 300, 150))),
    ),
    "under a picture": lambda page: (
        _put(page, 140, "Secret words"),
        page.insert_image((40, 120, 140, 150), stream=_picture()),
    ),
    "on a layer that is off": lambda page: _put(page, 140, "Secret words", oc=page.parent.add_ocg("off", on=False)),
}


def _filled(annotation: Any) -> object:
    annotation.set_colors(stroke=(0, 0, 0), fill=(1, 1, 1))
    return annotation.update()


def _picture() -> bytes:
    pixmap = pymupdf.Pixmap(pymupdf.csRGB, pymupdf.IRect(0, 0, 100, 30), False)
    pixmap.set_rect(pixmap.irect, (120, 160, 200))
    return bytes(pixmap.tobytes("png"))


@pytest.mark.parametrize("way", HIDING)
def test_text_that_no_viewer_shows_is_left_out(page_of: Callable[..., PageText], way: str) -> None:
    def draw(page: Any) -> None:
        _put(page, 100, "The award is 485,000 pounds.")
        HIDING[way](page)
        _put(page, 180, "It starts on 1 September.")

    page = page_of(draw)
    assert "Secret" not in page.markdown
    assert not any(word.text == "Secret" for word in page.words)
    assert "485,000" in page.markdown
    assert "September" in page.markdown


SHOWN: dict[str, Draw] = {
    "white on black": lambda page: (
        page.draw_rect((40, 120, 300, 150), fill=(0, 0, 0)),
        _put(page, 140, "Plain words", color=(1, 1, 1)),
    ),
    "pale grey": lambda page: _put(page, 140, "Plain words", color=(0.75, 0.75, 0.75)),
    "on a tinted cell": lambda page: (
        page.draw_rect((40, 120, 300, 150), fill=(0.9, 0.9, 1)),
        _put(page, 140, "Plain words"),
    ),
    "under a marker": lambda page: (
        _put(page, 140, "Plain words"),
        page.add_highlight_annot(page.search_for("Plain words")[0]),
    ),
    "small print": lambda page: page.insert_text((50, 140), "Plain words", fontsize=4),
    "over a picture": lambda page: (
        page.insert_image((40, 120, 140, 150), stream=_picture()),
        _put(page, 140, "Plain words"),
    ),
}


@pytest.mark.parametrize("way", SHOWN)
def test_text_that_is_seen_stays(page_of: Callable[..., PageText], way: str) -> None:
    def draw(page: Any) -> None:
        _put(page, 100, "The award is 485,000 pounds.")
        SHOWN[way](page)

    page = page_of(draw)
    assert "Plain words" in page.markdown
    assert page.detail == ""


def test_the_recognised_text_of_a_scan_stays(tmp_path: Path) -> None:
    """Under a scan the words are set without paint, and the picture shows them; one that it does not show goes."""
    source: Any = pymupdf.open()
    page = source.new_page(width=420, height=595)
    lines = [f"Line {number} of the scanned letter says what it says." for number in range(12)]
    for number, line in enumerate(lines):
        page.insert_text((40, 80 + 20 * number), line, fontsize=11)
    scan = page.get_pixmap(dpi=100).tobytes("png")
    document: Any = pymupdf.open()
    page = document.new_page(width=420, height=595)
    page.insert_image(page.rect, stream=scan)
    for number, line in enumerate(lines):
        page.insert_text((40, 80 + 20 * number), line, fontsize=11, render_mode=3)
    page.insert_text((40, 500), "Nothing like this is printed.", fontsize=11, render_mode=3)
    path = tmp_path / "scan.pdf"
    document.save(str(path))
    text = open_pdf(path).layer(1).text
    assert all(line in text for line in lines)
    assert "Nothing" not in text


def test_the_ledger_says_how_many_words_were_left_out(page_of: Callable[..., PageText]) -> None:
    def draw(page: Any) -> None:
        _put(page, 100, "The award is 485,000 pounds.")
        _put(page, 140, "Secret words", render_mode=3)

    assert page_of(draw).detail == "Page 1 holds 2 words that no viewer shows: left out."


def _stamp(page: Any, text: str, x: float, y: float, size: float, shade: float = 0.8, turn: int = 35) -> object:
    point = pymupdf.Point(x, y)
    return page.insert_text(point, text, fontsize=size, color=(shade,) * 3, morph=(point, pymupdf.Matrix(turn)))


WATERMARKS: dict[str, Draw] = {
    "tiled and turned": lambda page: [
        _stamp(page, "licensed to k.brand@x.org", 20 + 120 * x, 60 + 90 * y, 8) for x in range(4) for y in range(7)
    ],
    "tiled in black": lambda page: [
        _stamp(page, "licensed to k.brand@x.org", 20 + 120 * x, 60 + 90 * y, 8, 0) for x in range(4) for y in range(7)
    ],
    "one across the page": lambda page: _stamp(page, "licensed to", 60, 560, 60, 0.85, 45),
    "tiled upright": lambda page: [
        _stamp(page, "licensed to K. Brand", 20 + 130 * x, 50 + 77 * y, 8, turn=0) for x in range(3) for y in range(6)
    ],
    "large, upright and pale": lambda page: _stamp(page, "licensed to", 40, 150, 60, 0.85, 0),
}


@pytest.mark.parametrize("way", WATERMARKS)
def test_a_watermark_enters_no_paragraph_and_costs_no_heading(page_of: Callable[..., PageText], way: str) -> None:
    def draw(page: Any) -> None:
        page.insert_text((50, 90), "Prizes", fontsize=18, fontname="hebo")
        text = "The winner of the cup receives 600 pounds and a barometer. The second crew receives 250 pounds."
        page.insert_textbox((50, 110, 380, 200), text, fontsize=11)
        WATERMARKS[way](page)

    page = page_of(draw)
    heading, prose = (block for block in page.blocks if not block.is_never_searched)
    assert heading.is_heading
    assert heading.text.endswith("Prizes")
    assert prose.text.startswith("The winner of the cup receives 600 pounds and a barometer.")
    assert any("licensed to" in block.text for block in page.blocks if block.is_never_searched)
    assert "licensed" not in " ".join(chunk.text for chunk in chunk_pages("", [(1, page.blocks)]))


def test_turned_labels_of_a_chart_are_no_watermark(page_of: Callable[..., PageText]) -> None:
    def draw(page: Any) -> None:
        _put(page, 100, "Visitors in each month of the year.")
        for index, month in enumerate(("January", "February", "March", "April")):
            _stamp(page, month, 60 + 40 * index, 400, 9, 0.35, 45)

    page = page_of(draw)
    assert all(month in page.markdown for month in ("January", "February", "March", "April"))
    assert not any(block.is_never_searched for block in page.blocks)


@pytest.mark.data
@pytest.mark.parametrize("folder", ["docqa/pdfs", "deepseek-r1"])
@pytest.mark.heavy
def test_nothing_of_a_sound_document_is_hidden_struck_or_a_watermark(folder: str) -> None:
    for path in sorted((DATA / folder).glob("*.pdf")):
        pdf = open_pdf(path)
        for number in range(1, pdf.pages + 1):
            layer = pdf.layer(number)
            assert (path.name, number, layer.hidden, layer.watermarks) == (path.name, number, 0, ())
            assert (path.name, number, "~~" in layer.text) == (path.name, number, False)


def test_the_layer_given_to_a_model_holds_no_hidden_words_either(tmp_path: Path) -> None:
    document: Any = pymupdf.open()
    page = document.new_page(width=420, height=595)
    _put(page, 100, "The award is 485,000 pounds.")
    _put(page, 140, "Secret words", render_mode=3)
    path = tmp_path / "page.pdf"
    document.save(str(path))
    image = render(PageJob(str(path), 1))
    assert isinstance(image, PageImage)
    assert image.text == "The award is 485,000 pounds."
