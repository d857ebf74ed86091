"""Attached files: named where they are attached, and taken out by name and content."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pymupdf
import pytest

from loaders.pages.reader import read
from loaders.pdf.document import open_pdf
from loaders.types import PageJob, PageText


@pytest.fixture
def cover(tmp_path: Path) -> Path:
    """A cover letter with a survey attached to it, and a note pinned to its second page."""
    document: Any = pymupdf.open()
    document.new_page().insert_text((72, 100), "Please find the survey attached.", fontsize=11)
    second = document.new_page()
    second.insert_text((72, 100), "We look forward to your decision.", fontsize=11)
    second.add_file_annot((300, 300), b"a note", "note.txt", desc="A note")
    document.embfile_add("survey", b"%PDF-1.7 survey", filename="survey.pdf", desc="Annex\nA")
    path = tmp_path / "cover.pdf"
    document.save(str(path))
    return path


def _read(path: Path, number: int) -> PageText:
    page = read(PageJob(str(path), number))
    assert isinstance(page, PageText), page
    return page


def test_attached_files_are_named_on_their_page_and_in_the_ledger(cover: Path) -> None:
    first, second = _read(cover, 1), _read(cover, 2)
    assert [block.text for block in first.blocks if block.is_comment] == ["Attached file: survey.pdf (Annex A)"]
    assert [block.text for block in second.blocks if block.is_comment] == ["Attached file: note.txt (A note)"]
    assert first.detail == "Page 1 has 1 attached file, which is no part of what is read here: survey.pdf."


def test_attached_files_are_taken_out_with_their_contents(cover: Path) -> None:
    assert open_pdf(cover).attachments() == [("survey.pdf", b"%PDF-1.7 survey"), ("note.txt", b"a note")]


def test_a_file_that_is_attached_to_itself_is_read_once(cover: Path) -> None:
    document: Any = pymupdf.open(str(cover))
    document.embfile_add("self", cover.read_bytes(), filename="cover.pdf")
    path = cover.with_name("loop.pdf")
    document.save(str(path))
    page = _read(path, 1)
    assert page.markdown.count("Please find") == 1
    assert "survey.pdf, cover.pdf" in page.detail or "cover.pdf, survey.pdf" in page.detail


def test_a_file_without_attachments_has_none(tmp_path: Path) -> None:
    document: Any = pymupdf.open()
    document.new_page().insert_text((72, 100), "Nothing is attached.", fontsize=11)
    path = tmp_path / "plain.pdf"
    document.save(str(path))
    assert open_pdf(path).attachments() == []
    assert _read(path, 1).detail == ""
