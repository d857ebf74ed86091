from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pymupdf
import pytest
from PIL import Image

from loaders.errors import SourceError
from loaders.sources.formats import FORMAT_NAMES, FORMATS, SUFFIXES, FileFormat, format_of, is_supported, sniff_suffix
from tests.conftest import ROOT


def zipped(*names: str) -> bytes:
    return b"PK\3\4" + b"\0" * 26 + "".join(names).encode()


def packed(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "x" * 300)
    return buffer.getvalue()


def compound(stream: str) -> bytes:
    """A file of Windows's compound format with this stream in its directory, which is the second sector."""
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(30, b"\0") + (9).to_bytes(2, "little")
    return header.ljust(512, b"\0") + stream.encode("utf-16-le").ljust(512, b"\0")


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
        (image("JPEG"), "a.jpeg", ".jpeg"),
        (image("WEBP"), "", ".webp"),
        (image("TIFF"), "a.tiff", ".tiff"),
        (zipped("mimetypeapplication/epub+zip"), "a.zip", ".epub"),
        (zipped("FixedDocSeq.fdseq"), "a.OXPS", ".oxps"),
        (packed("1.png"), "a.cbz", ".cbz"),
        (packed("1.png"), "photos.zip", ""),
        (packed("[Content_Types].xml", "word/document.xml"), "a.docx", ".docx"),
        (packed("[Content_Types].xml", "word/document.xml"), "", ".docx"),
        (packed("xl/workbook.xml"), "a.xlsx", ".xlsx"),
        (packed("FixedDocumentSequence.fdseq"), "", ".xps"),
        (compound("WordDocument"), "a.doc", ".doc"),
        (compound("Workbook"), "", ".docx"),
        (compound("__properties_version1.0"), "a.msg", ""),
        (rb"{\rtf1 a}", "a", ".docx"),
        (image("GIF"), "a", ".gif"),
        (image("BMP"), "a.jpg", ".bmp"),
        (b"\0\0\0\x18ftypheic", "a.jpg", ".heic"),
        (b"\0" * 60 + b"BOOKMOBI", "a.prc", ".mobi"),
        (b'<?xml version="1.0"?><FictionBook>', "a.xml", ".fb2"),
        (b"<html>", "a.pdf", ""),
        (b"<html>", "a", ".html"),
        (b"<!-- saved -->\n<!DOCTYPE html>", "a.txt", ".html"),
        (b"just words", "a", ".txt"),
        (b"just words", "a.csv", ".csv"),
        (b"just words", "a.md", ".md"),
        (b"just words", "a.docx", ""),
        ("Grüße".encode("utf-16"), "a.xyz", ".txt"),
        ("Grüße".encode("utf-16-le"), "a", ".txt"),
        ("Die Tür ist grün".encode("cp1252"), "a", ".txt"),
        ("Цена пять рублей".encode("cp1251"), "a", ""),
        (bytes(range(256)), "a.txt", ""),
        (b"A text that mentions %PDF-1.7 is no PDF", "a.txt", ".txt"),
        (b"From: a@x.org\nTo: b@x.org\nSubject: c\n\nd", "a.txt", ".eml"),
        (b"From: here\nthe road goes on\n\nd", "a.txt", ".txt"),
        (b"", "a.pdf", ""),
    ],
)
def test_the_content_of_a_file_decides_its_suffix(head: bytes, name: str, found: str) -> None:
    assert sniff_suffix(io.BytesIO(head), Path(name).suffix) == found


def test_a_file_is_what_its_bytes_say_and_damaged_bytes_are_left_to_the_reader_of_the_name(tmp_path: Path) -> None:
    contents = {"a.png": b"%PDF-1.7", "b.txt": image("PNG"), "c": b"%PDF-1.7", "d.Epub": b"", "e.pdf": b"\0\1\2"}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    found = {path.name: format_of(path).name for path in tmp_path.iterdir()}
    assert found == {"a.png": "PDF", "b.txt": "PNG", "c": "PDF", "d.Epub": "EPUB", "e.pdf": "PDF"}


def test_a_web_page_saved_in_place_of_a_file_is_not_read_as_that_file(tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_text("<html><body>Please log in</body></html>")
    with pytest.raises(SourceError, match=r"is not in PDF format but an HTML page.*rename it to \.html"):
        format_of(path)


def test_a_file_of_unknown_bytes_and_name_is_unsupported(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(bytes(range(256)))
    with pytest.raises(SourceError, match=r"unsupported format \(\.bin\)"):
        format_of(tmp_path / "a.bin")


@pytest.mark.parametrize(
    "each", [one for one in FORMATS if one.kind not in ("text", "mail")], ids=lambda each: each.name
)
def test_the_reader_of_every_format_refuses_a_web_page(tmp_path: Path, each: FileFormat) -> None:
    path = tmp_path / f"login{each.suffixes[0]}"
    path.write_text("<html><body>Please log in</body></html>")
    with pytest.raises(SourceError, match="login"):
        format_of(path).open(path, None).page_count()


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
    assert not is_supported(Path("a.exe"))


def test_the_manual_and_the_file_chooser_take_the_list_of_formats_from_here() -> None:
    assert FORMAT_NAMES == (
        "PDF, EPUB, XPS, CBZ, FB2, MOBI, PNG, JPEG, WebP, TIFF, GIF, BMP, HEIC, text, Markdown, HTML, e-mail or Office"
    )
    assert FORMAT_NAMES.replace(" or ", " and ") in (ROOT / "docs" / "reading.md").read_text("utf-8")
    assert "accept=" not in (ROOT / "web" / "static" / "index.html").read_text("utf-8"), "/health has the list"
