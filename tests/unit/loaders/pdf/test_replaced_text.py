"""Texts that a file gives in place of its print: they mend what cannot be read, and say nothing that is not drawn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pymupdf
import pytest

from loaders.pages.reader import read
from loaders.pdf.replaced_text import other_words
from loaders.types import PageJob, PageText


def _read(folder: Path, drawn: str, given: str, before: str = "", after: str = "") -> PageText:
    """Return a page that draws one text and gives another for it."""
    document: Any = pymupdf.open()
    page = document.new_page(width=595, height=842)
    page.insert_text((60, 60), "The gate of the lower lock is closed at nine every evening.", fontsize=11)
    page.insert_font(fontname="helv")
    xref = document.get_new_xref()
    document.update_object(xref, "<<>>")
    span = f"/Span <</ActualText ({given})>> BDC ({drawn}) Tj EMC"
    content = f"BT /helv 11 Tf 60 700 Td (Please note: {before}) Tj {span} ({after}) Tj ET"
    document.update_stream(xref, content.encode())
    old = document.xref_get_key(page.xref, "Contents")[1].strip("[]")
    document.xref_set_key(page.xref, "Contents", f"[{old} {xref} 0 R]")
    document.save(str(folder / "notice.pdf"))
    found = read(PageJob(str(folder / "notice.pdf"), 1))
    assert isinstance(found, PageText)
    return found


@pytest.mark.parametrize(
    ("drawn", "given"),
    [
        ("ask at the office for the code.", "the secret code is hidden under the mat."),
        ("the toll is 1,250 pounds.", "the toll is 9,900 pounds."),
    ],
)
def test_what_is_drawn_counts_where_the_file_says_something_else(tmp_path: Path, drawn: str, given: str) -> None:
    page = _read(tmp_path, drawn, given)
    text = " ".join(" ".join(block.text for block in page.blocks).split())
    assert drawn in text
    assert given not in text
    assert "that no viewer shows" in page.detail


def test_a_text_that_is_given_by_name_does_not_count_either(tmp_path: Path) -> None:
    _read(tmp_path, "ask at the office for the code.", "x")
    document: Any = pymupdf.open(str(tmp_path / "notice.pdf"))
    xref = document[0].get_contents()[-1]
    content = document.xref_stream(xref).replace(b"<</ActualText (x)>>", b"/Given")
    document.update_stream(xref, content)
    given = document.get_new_xref()
    document.update_object(given, "<</Given <</ActualText (the secret code is hidden under the mat.)>>>>")
    resources = int(document.xref_get_key(document[0].xref, "Resources")[1].split()[0])
    document.xref_set_key(resources, "Properties", f"{given} 0 R")
    document.save(str(tmp_path / "named.pdf"))
    found = read(PageJob(str(tmp_path / "named.pdf"), 1))
    assert isinstance(found, PageText)
    text = " ".join(" ".join(block.text for block in found.blocks).split())
    assert "ask at the office for the code." in text
    assert "secret" not in text


def test_a_ligature_is_mended(tmp_path: Path) -> None:
    page = _read(tmp_path, "#", "ffi", before="the o", after="ce opens at nine")
    assert "the office opens at nine" in " ".join(block.text for block in page.blocks)
    assert page.detail == ""


def test_print_whose_codes_are_shifted_is_mended(tmp_path: Path) -> None:
    page = _read(tmp_path, "WKH RIILFH RSHQV DW QLQH", "the office opens at nine")
    assert "the office opens at nine" in " ".join(block.text for block in page.blocks)
    assert page.detail == ""


def test_equal_texts_and_added_words_are_no_other_words() -> None:
    assert other_words("the gate is closed", "the gate is closed") == 0
    assert other_words("the gate is closed at nine", "the gate closed at nine") == 0
