from __future__ import annotations

import os
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import pymupdf
import pytest

from loaders.errors import PasswordError, SourceError
from loaders.pdf import document, layout_parts
from loaders.pdf.document import open_pdf
from loaders.pdf.layout import build_blocks
from loaders.pdf.tables import table_text
from loaders.pdf.text_layer import Line, Region
from loaders.types import Block, Box, Word
from tests.conftest import DATA, ROOT

PAPER = DATA / "deepseek-r1" / "DeepSeek_R1.pdf"


def save(doc: pymupdf.Document, path: Path) -> Path:
    doc.save(str(path))
    return path


def blocks_of(path: Path, page: int = 1) -> tuple[Block, ...]:
    pdf = open_pdf(path)
    return build_blocks(pdf.layer(page), pdf.regions(page), pdf.surroundings(page))[0]


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    doc = pymupdf.open()
    page = doc.new_page()
    page.insert_text((72, 90), "Annual report", fontsize=24, fontname="hebo")
    lines = [
        "The my_variable of the a*b model is set by DeepSeek-",
        "R1 under super-",
        "vised training, and DeepSeek-R1 is trained with supervised data.",
    ]
    page.insert_text((72, 140), lines, fontsize=11)
    page.insert_text((290, 820), "7", fontsize=9)
    return save(doc, tmp_path / "letter.pdf")


def test_every_word_is_in_one_block_and_identifiers_are_left_alone(letter: Path) -> None:
    text = "\n".join(block.text for block in blocks_of(letter))
    assert "Annual report" in text
    assert "my_variable of the a*b model is set by DeepSeek-R1 under supervised training" in text
    pdf = open_pdf(letter)
    words = build_blocks(pdf.layer(1), pdf.regions(1), pdf.surroundings(1))[1]
    assert sorted(word.text for word in words) == sorted(word.text for word in pdf.layer(1).words)


@pytest.mark.slow
@pytest.mark.parametrize(("side", "written"), [(400, True), pytest.param(1100, False, marks=pytest.mark.heavy)])
def test_large_pictures_are_not_written_out_for_the_layout_model(letter: Path, side: int, written: bool) -> None:
    doc = pymupdf.open(letter)
    picture = pymupdf.Pixmap(pymupdf.csRGB, (0, 0, side, side), False)
    picture.set_rect(picture.irect, (30, 90, 160))
    doc[0].insert_image((72, 300, 500, 700), pixmap=picture)
    pdf = open_pdf(save(doc, letter.with_name("picture.pdf")))
    page, layer = pdf._page(1), pdf.layer(1)
    flags = pymupdf.TEXT_PRESERVE_IMAGES | pymupdf.TEXT_PRESERVE_WHITESPACE
    assert document._has_large_pictures(page, layer) is not written
    with layout_parts.without_pictures(page, pymupdf.TEXT_PRESERVE_IMAGES):
        text = page.get_text("dict", textpage=page.get_textpage(flags=flags))["blocks"]
    whole = page.get_text("dict", textpage=page.get_textpage(flags=flags))["blocks"]
    assert [block["type"] for block in whole] == [*(block["type"] for block in text), 1]
    assert [block["lines"] for block in whole[:-1]] == [block["lines"] for block in text]
    assert [region.role for region in pdf.regions(1)].count("picture") == 1


def test_without_a_layout_the_words_are_still_all_there(letter: Path) -> None:
    pdf = open_pdf(letter)
    blocks, words = build_blocks(pdf.layer(1), [], pdf.surroundings(1))
    assert "supervised training" in " ".join(block.text for block in blocks)
    assert len(words) == len(pdf.layer(1).words)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_boxes_are_fractions_of_the_page_as_shown(tmp_path: Path, rotation: int) -> None:
    doc = pymupdf.open()
    page = doc.new_page(width=400, height=800)
    page.insert_text((40, 80), "Corner", fontsize=12)
    page.set_rotation(rotation)
    path = save(doc, tmp_path / f"turned{rotation}.pdf")
    layer = open_pdf(path).layer(1)
    x, y = layer.words[0].box.x0 / layer.width, layer.words[0].box.y1 / layer.height
    corner = {0: (0.1, 0.1), 90: (0.9, 0.1), 180: (0.9, 0.9), 270: (0.1, 0.9)}[rotation]
    assert (x, y) == pytest.approx(corner, abs=0.1)
    shot = open_pdf(path).render(1, 72, 3000)
    assert (shot.width > shot.height) == (rotation in (90, 270))


def row(y: float, *cells: tuple[float, str]) -> Line:
    """A line of print at height `y`: words by their left edge, five points to a character."""
    words = [Word(text, Box(x, y, x + 5 * len(text), y + 10)) for x, text in cells]
    return Line(tuple(words), 0, 10.0, True, False)


def test_a_heading_over_two_columns_is_written_over_both() -> None:
    xs, ys = [60, 160, 220, 300], [100, 120, 140, 160, 180]
    grid = [[Box(x0, y0, x1, y1) for x0, x1 in pairwise(xs)] for y0, y1 in pairwise(ys)]
    rows = [
        row(105, (62, "Model"), (205, "AIME"), (228, "2024")),
        row(125, (165, "pass@1"), (225, "cons@64")),
        row(145, (62, "Small"), (165, "63.6"), (225, "80.0")),
        row(165, (62, "A-very-long-name-in-print"), (225, "86.7")),
    ]
    region = Region("table", Box(60, 100, 300, 180), tuple(map(tuple, grid)))
    assert table_text(region, rows, set()).splitlines() == [
        "|Model|AIME 2024|AIME 2024|",
        "|---|---|---|",
        "||pass@1|cons@64|",
        "|Small|63.6|80.0|",
        "|A-very-long-name-in-print||86.7|",
    ]


def test_a_page_of_any_size_is_rendered_within_the_cap(tmp_path: Path) -> None:
    doc = pymupdf.open()
    doc.new_page(width=14400, height=3).draw_rect(pymupdf.Rect(0, 0, 7200, 3), fill=(0, 0, 0))
    shot = open_pdf(save(doc, tmp_path / "wide.pdf")).render(1, 300, 1000)
    assert max(shot.width, shot.height) <= 1000
    assert shot.ink == pytest.approx(0.5, abs=0.05)


def test_passwords_are_asked_for_and_checked(tmp_path: Path) -> None:
    doc = pymupdf.open()
    doc.new_page().insert_text((72, 72), "secret")
    path = tmp_path / "locked.pdf"
    doc.save(str(path), encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="right", owner_pw="owner")
    with pytest.raises(PasswordError, match="--password"):
        open_pdf(path)
    with pytest.raises(PasswordError, match="wrong"):
        open_pdf(path, "guess")
    assert open_pdf(path, "right").layer(1).text == "secret"


@pytest.mark.parametrize("content", [b"<html><body>no pdf</body></html>", b"\x89PNG\r\n\x1a\n", b"plain", b""])
def test_a_file_that_is_only_named_pdf_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "fake.pdf"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=r"not a PDF|damaged"):
        open_pdf(path)


def test_a_changed_file_is_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "changing.pdf"
    for text in ("first", "second text"):
        doc = pymupdf.open()
        doc.new_page().insert_text((72, 72), text)
        save(doc, path)
        assert open_pdf(path).layer(1).text == text
        time.sleep(0.01)  # file times are coarse


@pytest.mark.data
@pytest.mark.skipif(not PAPER.exists(), reason="the development data set is absent")
@pytest.mark.heavy
def test_the_papers_table_keeps_its_numbers_and_its_heading() -> None:
    table = next(block.text for block in blocks_of(PAPER, 7) if block.kind == "table")
    assert table.splitlines()[0].startswith("|Model|AIME 2024|AIME 2024|MATH-500|GPQA Diamond|")
    assert "|DeepSeek-R1-Zero|71.0|86.7|95.9|73.3|50.0|1444|" in table
    text = " ".join(block.text for block in blocks_of(PAPER, 1))
    assert "DeepSeek-R1 achieves performance comparable" in text  # broken as "DeepSeek-" + "R1" in print
    assert "without supervised fine-tuning" in text  # broken as "super-" + "vised"


LARGE_PAGE = """
import pymupdf
from loaders.pdf.document import PdfFile

document = pymupdf.open()
document.new_page(width=3500, height=3500).draw_rect((10, 10, 3400, 3400), color=None, fill=(1, 0, 0))
found = [PdfFile(document, "").pixels(1, 72, 4000) for _ in range(3)]
print(*(pixels[1750, 1750].tolist() for pixels in found))
"""


@pytest.mark.heavy
def test_the_pixels_of_a_large_page_are_copied_while_they_are_there() -> None:
    # Memory of 37 MB goes back to the system as soon as it is free: reading it then ends the process.
    command = [sys.executable, "-c", LARGE_PAGE]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert (ended.returncode, ended.stdout.strip()) == (0, "[255, 0, 0] [255, 0, 0] [255, 0, 0]")
