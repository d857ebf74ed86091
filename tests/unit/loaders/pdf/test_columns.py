"""Short columns beside each other, and what only looks like them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pymupdf
import pytest

from loaders.ocr.layout import build_blocks
from loaders.ocr.lines import OcrLine
from loaders.pages.jobs import read
from loaders.pdf.columns import column_gap
from loaders.types import Box, PageJob, PageText


def pieces(*rows: tuple[str, str]) -> list[tuple[str, Box]]:
    """Return the two pieces of each row, 10 high and 5 wide a letter; "" for none."""
    found = []
    for number, row in enumerate(rows):
        for text, x in zip(row, (0.0, 300.0), strict=True):
            if text:
                found.append((text, Box(x, 14.0 * number, x + 5 * len(text), 14.0 * number + 10)))
    return found


def test_two_short_columns_have_a_gap() -> None:
    gap = column_gap(
        pieces(
            ("The committee of the club has", "set the fee for the coming"), ("seen the accounts and", "winter at 95")
        )
    )
    assert gap is not None
    assert 145 < gap < 300


@pytest.mark.parametrize(
    "rows",
    [
        [("Name:", "Ingrid Solheim of Bergen"), ("Trade:", "studies herring and other fish")],  # labels and values
        [("Direct debit Moorland Water", "41.20"), ("ref 88123 March bill", "2,269.24")],  # a statement
        [("The north pier is open", "The south pier is shut"), ("The mole is closed now", "The quay is being built")],
        [("A line that stands alone here", "and another one beside it")],
    ],
)
def test_labels_numbers_and_cells_are_no_columns(rows: list[tuple[str, str]]) -> None:
    assert column_gap(pieces(*rows)) is None


def test_columns_of_two_lines_are_read_one_after_the_other(tmp_path: Path) -> None:
    document: Any = pymupdf.open()
    page = document.new_page(width=595, height=842)
    for x, y, text in [
        (60, 130, "The council of the rowing club has seen"), (60, 144, "the plans and"),
        (330, 130, "moved the start of the"), (330, 144, "regatta to 14 June."),
    ]:  # fmt: skip
        page.insert_text((x, y), text, fontsize=11)
    document.save(str(tmp_path / "club.pdf"))
    found = read(PageJob(str(tmp_path / "club.pdf"), 1))
    assert isinstance(found, PageText)
    said = " ".join(" ".join(block.text.split()) for block in found.blocks)
    assert said == "The council of the rowing club has seen the plans and moved the start of the regatta to 14 June."
    assert [word.text for word in found.words] == said.split()


def test_short_columns_of_a_scan_are_read_one_after_the_other() -> None:
    rows = pieces(
        ("The committee of the club has", "set the fee for the coming"), ("seen the accounts and", "winter at 95")
    )
    lines = [OcrLine(text, 0.99, ((0, 0), (0, 0), (0, 0), (0, 0)), box) for text, box in rows]
    said = [block.text for block in build_blocks(lines, 842.0)]
    assert said == ["The committee of the club has seen the accounts and", "set the fee for the coming winter at 95"]
