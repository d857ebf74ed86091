"""Print as designers set it: wide spaces between letters, the same words set twice, each read as the eye reads it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pymupdf
import pytest

from loaders.pages.reader import read
from loaders.types import PageJob, PageText

PROSE = "1 0 0 1 60 740 Tm (The gate of the lower lock is closed at nine every evening.) Tj"
NUMBERS = "(In all 1,250 boats of 48 owners passed it in June.)"


def _read(folder: Path, content: str) -> str:
    """Return the text of a page with this content, in text objects of 11 points."""
    document: Any = pymupdf.open()
    page = document.new_page(width=595, height=842)
    page.insert_font(fontname="helv")
    xref = document.get_new_xref()
    document.update_object(xref, "<<>>")
    document.update_stream(xref, f"BT /helv 11 Tf {content} ET".encode())
    document.xref_set_key(page.xref, "Contents", f"{xref} 0 R")
    path = folder / "print.pdf"
    document.save(str(path))
    found = read(PageJob(str(path), 1))
    assert isinstance(found, PageText), found
    return " ".join(" ".join(block.text for block in found.blocks).split())


@pytest.mark.parametrize("space", [2.5, 3, 5])
def test_letters_set_apart_are_words(tmp_path: Path, space: float) -> None:
    text = _read(tmp_path, f"{PROSE} {space} Tc 1 0 0 1 60 700 Tm (TOTAL DUE 1,250) Tj")
    assert "TOTAL DUE 1,250" in text
    assert "closed at nine" in text


@pytest.mark.parametrize("cells", ["7 1 4 0 3 9", "A 1 2 3 4 5 6"])
def test_cells_of_one_sign_stay_apart(tmp_path: Path, cells: str) -> None:
    placed = " ".join(f"1 0 0 1 {60 + 11 * at} 700 Tm ({cell}) Tj" for at, cell in enumerate(cells.split()))
    assert cells in _read(tmp_path, f"{PROSE} {placed}")


def test_letters_with_spaces_of_the_file_between_them_stay_apart(tmp_path: Path) -> None:
    assert "A B C D E F" in _read(tmp_path, f"{PROSE} 1 0 0 1 60 700 Tm (A B C D E F) Tj")


@pytest.mark.parametrize(("right", "down"), [(0.3, 0), (0.25, 0.2), (1, 1)])
def test_print_that_is_set_twice_is_read_once(tmp_path: Path, right: float, down: float) -> None:
    text = _read(tmp_path, f"1 0 0 1 60 700 Tm {NUMBERS} Tj 1 0 0 1 {60 + right} {700 - down} Tm {NUMBERS} Tj")
    assert text == NUMBERS[1:-1]


def test_the_same_words_in_two_places_are_both_read(tmp_path: Path) -> None:
    text = _read(tmp_path, f"1 0 0 1 60 700 Tm {NUMBERS} Tj 1 0 0 1 60 686 Tm {NUMBERS} Tj")
    assert text.count("1,250 boats") == 2
