from __future__ import annotations

import io
import re
from pathlib import Path

import pymupdf
import pytest
from PIL import Image

from loaders.errors import SourceError
from loaders.sources.formats import FORMAT_NAMES, FORMATS, SUFFIXES, FileFormat, format_of, is_supported, sniff_suffix
from tests.conftest import ROOT


def zipped(*names: str) -> bytes:
    return b"PK\3\4" + b"\0" * 26 + "".join(names).encode()


def image(kind: str) -> bytes:
    buffer = io.BytesIO()
    Image.new("L", (8, 8), 255).save(buffer, kind)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("head", "name", "found"),
    [
        (b"%PDF-1.7", "a.png", ".pdf"),
        (b"\n" * 900 + b"%PDF-1.4", "", ".pdf"),
        (image("PNG"), "a.pdf", ".png"),
        (image("JPEG"), "a.jpeg", ".jpg"),
        (image("WEBP"), "", ".webp"),
        (image("TIFF"), "a.tiff", ".tif"),
        (zipped("mimetypeapplication/epub+zip"), "a.zip", ".epub"),
        (zipped("FixedDocSeq.fdseq"), "a.OXPS", ".oxps"),
        (zipped("1.png"), "a.cbz", ".cbz"),
        (zipped("word/document.xml"), "a.docx", ""),
        (b"\0" * 60 + b"BOOKMOBI", "a.prc", ".mobi"),
        (b'<?xml version="1.0"?><FictionBook>', "a.xml", ".fb2"),
        (b"<html>", "a.pdf", ""),
        (b"", "a.pdf", ""),
    ],
)
def test_the_content_of_a_file_decides_its_suffix(head: bytes, name: str, found: str) -> None:
    assert sniff_suffix(head, Path(name).suffix) == found


def test_a_file_is_opened_as_its_name_says_but_a_pdf_named_as_an_image_is_a_pdf(tmp_path: Path) -> None:
    for name, content in {"a.png": b"%PDF-1.7", "b.png": image("PNG"), "c.pdf": image("PNG"), "d.Epub": b""}.items():
        (tmp_path / name).write_bytes(content)
    found = {path.name: format_of(path).name for path in tmp_path.iterdir()}
    assert found == {"a.png": "PDF", "b.png": "PNG", "c.pdf": "PDF", "d.Epub": "EPUB"}


@pytest.mark.parametrize("each", FORMATS, ids=lambda each: each.name)
def test_the_reader_of_every_format_refuses_a_web_page(tmp_path: Path, each: FileFormat) -> None:
    path = tmp_path / f"login{each.suffixes[0]}"
    path.write_text("<html><body>Please log in</body></html>")
    with pytest.raises(SourceError, match="login"):
        each.open(path, None).page_count()


def test_a_reader_counts_profiles_renders_and_reads(tmp_path: Path) -> None:
    with pymupdf.open() as document:
        document.new_page().insert_text((72, 72), "A page of text.")
        document.save(tmp_path / "a.pdf")
    reader = format_of(tmp_path / "a.pdf").open(tmp_path / "a.pdf", None)
    assert (reader.page_count(), reader.title, reader.profile(1).legible) == (1, "", True)


def test_suffixes_are_lower_case_and_each_belongs_to_one_format() -> None:
    assert len(set(SUFFIXES)) == len(SUFFIXES)
    assert all(re.fullmatch(r"\.[a-z0-9]+", suffix) for suffix in SUFFIXES)
    assert is_supported(Path("a.PDF"))
    assert not is_supported(Path("a.txt"))


def test_the_manual_and_the_file_chooser_take_the_list_of_formats_from_here() -> None:
    assert FORMAT_NAMES == "PDF, EPUB, XPS, CBZ, FB2, MOBI, PNG, JPEG, WebP or TIFF"
    assert FORMAT_NAMES.replace(" or ", " and ") in (ROOT / "docs" / "reading.md").read_text("utf-8")
    assert "accept=" not in (ROOT / "web" / "static" / "index.html").read_text("utf-8"), "/health has the list"
