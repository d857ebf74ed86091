"""Office files: converted by LibreOffice where it is installed, else told."""

from __future__ import annotations

import time
import zipfile
from pathlib import Path

import pytest

from loaders.errors import SourceError
from loaders.pages.reader import read
from loaders.sources.office import convert_to_pdf, find_converter
from loaders.types import PageJob, PageText

TEXT = "The winch cable holds 1,200 kilograms."
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>'
)


def docx(path: Path, text: str = TEXT) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("_rels/.rels", _RELATIONS)
        archive.writestr(
            "word/document.xml",
            '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>'
            f"{text}</w:t></w:r></w:p></w:body></w:document>",
        )
    return path


needs_office = pytest.mark.skipif(not find_converter("auto"), reason="LibreOffice is not installed")


def test_a_setting_names_the_converter_or_none(tmp_path: Path) -> None:
    command = tmp_path / "office"
    command.write_text("#!/bin/sh\n")
    command.chmod(0o755)
    assert find_converter(str(command)) == str(command)
    assert find_converter("off") == find_converter(str(tmp_path / "none")) == ""


@needs_office
@pytest.mark.parametrize("name", ["letter.docx", "-letter", "Brief für Jörg.doc"])
@pytest.mark.heavy
def test_a_document_becomes_a_pdf(tmp_path: Path, name: str) -> None:
    target = tmp_path / "out" / "a.pdf"
    convert_to_pdf(docx(tmp_path / name), target, find_converter("auto"))
    page = read(PageJob(str(target), 1))
    assert isinstance(page, PageText)
    assert TEXT in page.markdown
    assert [path.name for path in target.parent.iterdir()] == ["a.pdf"]


def test_a_converter_that_hangs_is_ended_with_its_children_and_one_that_makes_nothing_is_told(tmp_path: Path) -> None:
    hangs, empty = tmp_path / "hangs", tmp_path / "empty"
    hangs.write_text("#!/bin/sh\nsleep 300 &\nsleep 300\n")
    empty.write_text("#!/bin/sh\nexit 1\n")
    source = docx(tmp_path / "a.docx")
    for command in (hangs, empty):
        command.chmod(0o755)
    started = time.monotonic()
    with pytest.raises(SourceError, match=r"longer than 0\.5 s"):
        convert_to_pdf(source, tmp_path / "a.pdf", str(hangs), 0.5)
    assert time.monotonic() - started < 60
    with pytest.raises(SourceError, match="damaged or protected"):
        convert_to_pdf(source, tmp_path / "a.pdf", str(empty))
    assert not (tmp_path / "a.pdf").exists()
