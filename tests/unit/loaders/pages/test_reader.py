from __future__ import annotations

import pickle
import threading
from pathlib import Path

import pymupdf
import pytest
from PIL import Image

from loaders.errors import SourceError
from loaders.pages.reader import inspect, profile, read, render
from loaders.pages.text_quality import is_garbage
from loaders.types import Failure, PageImage, PageJob, PageText
from tests.conftest import DATA, MakePdf

NASTY = DATA / "nasty"
PROSE = (
    "The Harrow Valley reservoir was completed in 1931 and holds 48.6 million cubic metres of water. "
    "Its keeper lives in a small house beside the dam, and reads the level twice a day. "
) * 2


@pytest.fixture
def report(tmp_path: Path) -> Path:
    doc = pymupdf.open()
    doc.set_metadata({"title": "Reservoirs"})
    doc.new_page().insert_textbox(pymupdf.Rect(72, 72, 500, 300), PROSE, fontsize=11)
    doc.new_page()
    path = tmp_path / "report.pdf"
    doc.save(str(path))
    return path


def test_a_pdf_is_inspected_rendered_and_read_from_its_text_layer(report: Path) -> None:
    info = inspect(report)
    assert (info.kind, info.pages, info.title, info.size) == ("pdf", 2, "Reservoirs", report.stat().st_size)
    image = render(PageJob(str(report), 1, dpi=72))
    assert isinstance(image, PageImage)
    assert image.legible
    assert image.ink > 0
    assert image.words[0].text == "The"
    page = read(PageJob(str(report), 1))
    assert isinstance(page, PageText)
    assert page.engine == "text-layer"
    assert page.markdown.startswith("The Harrow Valley reservoir")
    assert [word.text for word in page.words] == PROSE.split()
    assert all(0 <= value <= 1 for word in page.words for value in word.box)
    assert pickle.loads(pickle.dumps(page)) == page


def test_a_blank_page_has_no_blocks(report: Path) -> None:
    page = read(PageJob(str(report), 2))
    assert isinstance(page, PageText)
    assert page.blocks == ()


def test_pages_that_are_not_there_are_failures_not_errors(report: Path) -> None:
    for function in (read, render):
        outcome = function(PageJob(str(report), 9))
        assert isinstance(outcome, Failure)
        assert outcome.reason == "render_error"
        assert "\n" not in outcome.detail
        assert isinstance(function(PageJob(str(report) + ".missing", 1)), Failure)


def test_the_text_over_a_full_page_image_is_not_taken_for_the_page(tmp_path: Path) -> None:
    scan = tmp_path / "scan.png"
    Image.effect_noise((300, 400), 90).save(scan)
    doc = pymupdf.open()
    page = doc.new_page(width=300, height=400)
    page.insert_image(page.rect, filename=str(scan))
    page.insert_text((10, 390), "Scanned by a machine", fontsize=6)
    doc.save(str(tmp_path / "stamped.pdf"))
    image = render(PageJob(str(tmp_path / "stamped.pdf"), 1, dpi=36))
    assert isinstance(image, PageImage)
    assert not image.legible
    assert image.text == "Scanned by a machine"


def test_garbage_text_layers_are_recognised_by_their_letters() -> None:
    shifted = "".join(chr((ord(c) - 97 + 3) % 26 + 97) if c.islower() else c for c in PROSE)
    assert is_garbage(shifted)
    assert is_garbage("\ufffd\ue012\ue013\ufffd " * 10)
    assert is_garbage("(cid:12)(cid:44)(cid:7) " * 10)
    assert not is_garbage(PROSE)
    assert not is_garbage("水库于1931年竣工，蓄水量为4860万立方米。" * 5)
    assert not is_garbage("1. Introduction . . . . . . . . . . . . . . . . . . . . . . . 3\n" * 10)
    assert not is_garbage("2023 14,694 2022 14,544 (5) 1,048 " * 10)
    assert not is_garbage("")


CUT_OFF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Count 5>>endobj
trailer<</Root 1 0 R>>
"""
"""A PDF that the library opens, and whose pages it cannot count."""


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("zero.pdf", b"", "empty (0 bytes)"),
        ("page.pdf", b"<html><body><p>Not found</p></body></html>", "not in PDF format"),
        ("picture.pdf", b"PNG", "not a PDF"),
        ("noise.pdf", b"%PDF-1.4\nnothing else", "damaged"),
        ("cut-off.pdf", CUT_OFF, "damaged"),
        ("noise.png", b"nothing", "not in PNG format"),
    ],
)
def test_files_that_cannot_be_used_are_refused_in_one_sentence(
    tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    if content == b"PNG":
        Image.new("RGB", (20, 20)).save(path, "PNG")
    with pytest.raises(SourceError) as caught:
        inspect(path)
    assert words in str(caught.value)
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_formats_are_recognised_by_content_not_by_name(tmp_path: Path, report: Path) -> None:
    path = tmp_path / "really-a.jpg"
    path.write_bytes(report.read_bytes())
    assert inspect(path).kind == "pdf"
    Image.new("RGB", (40, 40), "white").save(
        tmp_path / "page.tif", save_all=True, append_images=[Image.new("L", (9, 9))]
    )
    info = inspect(tmp_path / "page.tif")
    assert (info.kind, info.pages) == ("image", 2)
    blank = read(PageJob(str(tmp_path / "page.tif"), 1))
    assert blank == PageText(1, (), (), "ocr")


def test_a_file_that_grows_while_it_is_opened_is_refused(tmp_path: Path) -> None:
    path, done = tmp_path / "download.txt", threading.Event()
    path.write_text("The lido was closed.\n" * 50_000)

    def write() -> None:
        with path.open("a") as file:
            while not done.is_set():
                file.write("More of it.\n")
                file.flush()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        with pytest.raises(SourceError, match="changed while it was opened"):
            inspect(path)
    finally:
        done.set()
        writer.join()


def test_a_page_of_a_file_that_has_changed_since_it_was_opened_is_not_read(make_pdf: MakePdf) -> None:
    path = make_pdf("a.pdf", "The lido was closed for 41 days.")
    size = path.stat().st_size
    assert isinstance(read(PageJob(str(path), 1, size=size)), PageText)
    with path.open("ab") as file:
        file.write(b"\n% more")
    for function in (read, render, profile):
        outcome = function(PageJob(str(path), 1, size=size))
        assert isinstance(outcome, Failure)
        assert "changed while it was read" in outcome.detail
