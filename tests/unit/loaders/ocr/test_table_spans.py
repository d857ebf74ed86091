"""Spanning cells of tables in scans: headings over columns and bands, from the places of the words alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pymupdf
import pytest

from loaders.chunking.chunker import chunk_pages
from loaders.ocr.engine import read_image
from loaders.types import Sentence
from tests.unit.loaders.pdf.tables import BOLD, Align, TablePage
from tests.unit.loaders.pdf.test_table_spans import BANDED, HALVES, HEADS, MUSEUMS, check_ports


def scanned_rows(page: TablePage, folder: Path) -> list[Sentence]:
    doc: Any = pymupdf.open(page.save(folder / "table.pdf"))
    blocks = read_image(doc[0].get_pixmap(dpi=150).tobytes("png"), 1).blocks
    sentences = [sentence for chunk in chunk_pages("", [(1, blocks)]) for sentence in chunk.sentences]
    return [sentence for sentence in sentences if sentence.kind == "row"]


@pytest.mark.parametrize(("align", "head_align"), [("right", "centre"), ("left", "left")])
def test_a_heading_over_two_columns_of_a_scan(align: Align, head_align: Align, tmp_path: Path) -> None:
    page = TablePage("Table 2: Visitors, in thousands").unruled(HEADS, MUSEUMS, align, head_align)
    rows = scanned_rows(page, tmp_path)
    assert [row.cells for row in rows] == [tuple(zip(HALVES, row, strict=True)) for row in MUSEUMS]


def test_a_ruled_heading_over_two_columns_of_a_scan(tmp_path: Path) -> None:
    head = [["Museum", "2023", "", "2024", ""], ["", "H1", "H2", "H1", "H2"]]
    spans = [(0, 0, 1, 2), (0, 1, 2, 1), (0, 3, 2, 1)]
    page = TablePage("Table 2: Visitors").ruled([110, 60, 60, 60, 60], head + MUSEUMS, spans, (0, 1))
    rows = scanned_rows(page, tmp_path)
    assert [row.cells for row in rows] == [tuple(zip(HALVES, row, strict=True)) for row in MUSEUMS]


@pytest.mark.parametrize("align", ["left", "centre"])
def test_bands_of_a_scan(align: Align, tmp_path: Path) -> None:
    head = [[(0, 0, "Species"), (1, 1, "2023"), (2, 2, "2024")]]
    page = TablePage("Table 1: Catch").unruled(head, BANDED, band_align=align, band_font=BOLD)
    check_ports(scanned_rows(page, tmp_path))
