"""E-books and similar formats, laid out and read as PDFs."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pymupdf
import pytest

from loaders.errors import SourceError
from loaders.pages.reader import inspect, read, render
from loaders.types import PageImage, PageJob, PageText

TEXT = "The winch cable was tested in March and holds 1,200 kilograms."
_CONTAINER = (
    '<?xml version="1.0"?><container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="c.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
_PACKAGE = (
    '<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="i"><metadata '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier id="i">x</dc:identifier><dc:title>Logbook</dc:title>'
    '</metadata><manifest><item id="a" href="a.xhtml" media-type="application/xhtml+xml"/></manifest><spine><itemref '
    'idref="a"/></spine></package>'
)
_FB2 = (
    '<?xml version="1.0" encoding="utf-8"?><FictionBook xmlns="http://www.gribuser.ru/xml/fictionbook/2.0">'
    "<description><title-info><book-title>Logbook</book-title></title-info></description><body><section><p>"
    f"{TEXT}</p></section></body></FictionBook>"
)
_XPS = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship '
    'Id="r" Type="http://schemas.microsoft.com/xps/2005/06/fixedrepresentation" Target="/s.fdseq"/></Relationships>',
    "s.fdseq": '<FixedDocumentSequence xmlns="http://schemas.microsoft.com/xps/2005/06"><DocumentReference '
    'Source="/d.fdoc"/></FixedDocumentSequence>',
    "d.fdoc": '<FixedDocument xmlns="http://schemas.microsoft.com/xps/2005/06"><PageContent Source="/1.fpage"/>'
    "</FixedDocument>",
    "1.fpage": '<FixedPage xmlns="http://schemas.microsoft.com/xps/2005/06" Width="400" Height="600" '
    'xml:lang="en"><Path Data="M 50,50 L 350,50 350,150 50,150 Z" Fill="#FF000000"/></FixedPage>',
}


def pack(path: Path, files: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def epub(path: Path) -> Path:
    body = f'<html xmlns="http://www.w3.org/1999/xhtml"><head><title>t</title></head><body><p>{TEXT}</p></body></html>'
    return pack(path, {
        "mimetype": "application/epub+zip", "META-INF/container.xml": _CONTAINER, "c.opf": _PACKAGE, "a.xhtml": body,
    })  # fmt: skip


def test_an_epub_is_read_with_its_title(tmp_path: Path) -> None:
    path = epub(tmp_path / "log.epub")
    info = inspect(path)
    assert (info.kind, info.pages, info.title) == ("book", 1, "Logbook")
    page = read(PageJob(str(path), 1))
    assert isinstance(page, PageText)
    assert TEXT in page.markdown
    image = render(PageJob(str(path), 1))
    assert isinstance(image, PageImage)
    assert image.legible


def test_an_fb2_book_is_read(tmp_path: Path) -> None:
    path = tmp_path / "log.fb2"
    path.write_text(_FB2)
    assert inspect(path).title == "Logbook"
    page = read(PageJob(str(path), 1))
    assert isinstance(page, PageText)
    assert TEXT in page.markdown


def test_an_xps_file_is_rendered(tmp_path: Path) -> None:
    image = render(PageJob(str(pack(tmp_path / "log.xps", {**_XPS})), 1))
    assert isinstance(image, PageImage)
    assert image.ink > 0.05


def test_a_comic_is_read_by_ocr(tmp_path: Path) -> None:
    with pymupdf.open() as document:
        document.new_page(width=420, height=595).insert_textbox((40, 100, 380, 500), TEXT, fontsize=14)
        png = document[0].get_pixmap(dpi=150).tobytes("png")
    path = pack(tmp_path / "log.cbz", {"1.png": png, "2.png": png})
    assert inspect(path).pages == 2
    page = read(PageJob(str(path), 2))
    assert isinstance(page, PageText)
    assert page.engine == "ocr"
    assert "1,200 kilograms" in page.markdown


def test_a_file_that_is_not_a_book_is_refused_by_name(tmp_path: Path) -> None:
    web, broken = tmp_path / "a.epub", tmp_path / "b.mobi"
    web.write_text("<html><body>Please log in</body></html>")
    broken.write_bytes(b"BOOK\0" * 50)
    with pytest.raises(SourceError, match="not in EPUB format but an HTML page"):
        inspect(web)
    with pytest.raises(SourceError, match="damaged"):
        inspect(broken)
