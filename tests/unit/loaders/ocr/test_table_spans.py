"""Spanning cells of tables in scans: headings over columns and bands, from the places of the words alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pymupdf
import pytest

from loaders.chunking.chunker import chunk_pages
from loaders.ocr.engine import read_image
from loaders.types import Sentence
from tests.unit.loaders.ocr.scans import scanned
from tests.unit.loaders.pdf.tables import BOLD, Align, TablePage
from tests.unit.loaders.pdf.test_table_spans import BANDED, HALVES, HEADS, MUSEUMS, check_ports

pytestmark = pytest.mark.heavy


class HalfPage(TablePage):
    """A page no longer than its table needs: the time of OCR goes by the area, white or not."""

    def __init__(self, caption: str, width: float = 595) -> None:
        super().__init__(caption, width, height=421)


def scanned_rows(page: TablePage, folder: Path) -> list[Sentence]:
    doc: Any = pymupdf.open(page.save(folder / "table.pdf"))
    return rows_of(doc[0].get_pixmap(dpi=150).tobytes("png"))


def skewed_rows(page: TablePage) -> list[Sentence]:
    return rows_of(scanned(page.page))


def rows_of(png: bytes) -> list[Sentence]:
    blocks = read_image(png, 1).blocks
    sentences = [sentence for chunk in chunk_pages("", [(1, blocks)]) for sentence in chunk.sentences]
    return [sentence for sentence in sentences if sentence.kind == "row"]


@pytest.mark.parametrize(
    ("align", "head_align"), [("right", "centre"), pytest.param("left", "left", marks=pytest.mark.slow)]
)
def test_a_heading_over_two_columns_of_a_scan(align: Align, head_align: Align, tmp_path: Path) -> None:
    page = HalfPage("Table 2: Visitors, in thousands").unruled(HEADS, MUSEUMS, align, head_align)
    rows = scanned_rows(page, tmp_path)
    assert [row.cells for row in rows] == [tuple(zip(HALVES, row, strict=True)) for row in MUSEUMS]


def test_a_ruled_heading_over_two_columns_of_a_scan(tmp_path: Path) -> None:
    head = [["Museum", "2023", "", "2024", ""], ["", "H1", "H2", "H1", "H2"]]
    spans = [(0, 0, 1, 2), (0, 1, 2, 1), (0, 3, 2, 1)]
    page = HalfPage("Table 2: Visitors").ruled([110, 60, 60, 60, 60], head + MUSEUMS, spans, (0, 1))
    rows = scanned_rows(page, tmp_path)
    assert [row.cells for row in rows] == [tuple(zip(HALVES, row, strict=True)) for row in MUSEUMS]


def test_headings_and_bands_over_the_columns_of_a_ruled_scan() -> None:
    """A vertical line between two headings is as short as their row, and none parts the words of a band."""
    head = [["Museum", "2023 in thousands", "", "2024 in thousands", ""], ["", *["First half", "Second half"] * 2]]
    rows = [*head, ["Museums of the old quay and of the sea", "", "", "", ""], *MUSEUMS[:2],
            ["Museums of the upper town and the hills", "", "", "", ""], *MUSEUMS[2:]]  # fmt: skip
    spans = [(0, 0, 1, 2), (0, 1, 2, 1), (0, 3, 2, 1), (2, 0, 5, 1), (5, 0, 5, 1)]
    page = HalfPage("Table 2: Visitors").ruled([90, 70, 70, 70, 70], rows, spans, (0, 1, 2, 5))
    found = skewed_rows(page)
    halves = ["Museum", *(f"{year} in thousands {half} half" for year in (2023, 2024) for half in ("First", "Second"))]
    assert [row.cells for row in found] == [tuple(zip(halves, row, strict=True)) for row in MUSEUMS]
    assert [row.band for row in found][:2] == [("Museums of the old quay and of the sea",)] * 2


@pytest.mark.parametrize("align", ["left", pytest.param("centre", marks=pytest.mark.slow)])
def test_bands_of_a_scan(align: Align, tmp_path: Path) -> None:
    head = [[(0, 0, "Species"), (1, 1, "2023"), (2, 2, "2024")]]
    page = HalfPage("Table 1: Catch").unruled(head, BANDED, band_align=align, band_font=BOLD)
    check_ports(scanned_rows(page, tmp_path))


WIDE = [
    ["", *["2020"] + [""] * 3, *["2021"] + [""] * 3],
    ["", *["Men", "", "Women", ""] * 2],
    ["Bath", *["Hall", "Pool"] * 4],
]
BATHS = [
    ["North", "611", "204", "588", "377", "623", "218", "601", "390"],
    ["Sea", "93", "215", "71", "248", "97", "222", "75", "251"],
]
THREE_LEVELS = ["Bath", *(f"{a} {b} {c}" for a in ("2020", "2021") for b in ("Men", "Women") for c in ("Hall", "Pool"))]


def test_a_ruled_header_of_three_levels_on_a_skewed_scan() -> None:
    spans = [(0, 0, 1, 3), (0, 1, 4, 1), (0, 5, 4, 1), *((1, column, 2, 1) for column in (1, 3, 5, 7))]
    head = [["Bath", *WIDE[0][1:]], WIDE[1], ["", *WIDE[2][1:]]]
    page = HalfPage("Table 5: Visitors", 650).ruled([90, *[50] * 8], head + BATHS, spans, (0, 1, 2))
    assert [row.cells for row in skewed_rows(page)] == [tuple(zip(THREE_LEVELS, row, strict=True)) for row in BATHS]


def test_a_header_of_three_levels_without_lines_on_a_skewed_scan(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.unit.loaders.pdf.tables.EDGES", (72, 150, *range(200, 551, 50)))
    heads = [
        [(1, 4, "2020"), (5, 8, "2021")],
        [(1, 2, "Men"), (3, 4, "Women"), (5, 6, "Men"), (7, 8, "Women")],
        [(column, column, text) for column, text in enumerate(WIDE[2])],
    ]
    page = HalfPage("Table 5: Visitors", 650).unruled(heads, BATHS, "right", "centre")
    assert [row.cells for row in skewed_rows(page)] == [tuple(zip(THREE_LEVELS, row, strict=True)) for row in BATHS]


@pytest.mark.slow
def test_a_label_over_several_ruled_rows_of_a_scan_is_given_to_each() -> None:
    rows = [["Mallaig", "Haddock", "689", "702"], ["", "Cod", "41", "-"], ["", "Ling", "12", "17"],
            ["Oban", "Haddock", "70", "77"], ["", "Cod", "11", "15"]]  # fmt: skip
    head = ["Port", "Species", "2023", "2024"]
    page = HalfPage("Table 6: Catch").ruled([90, 90, 60, 60], [head, *rows], [(1, 0, 1, 3), (4, 0, 1, 2)])
    ports = ["Mallaig"] * 3 + ["Oban"] * 2
    expected = [tuple(zip(head, (port, *row[1:]), strict=True)) for port, row in zip(ports, rows, strict=True)]
    assert [row.cells for row in skewed_rows(page)] == expected


def test_cells_of_several_lines_of_print_are_one_cell_each() -> None:
    page = HalfPage("Table 8: Repairs")
    rows = [("Date", "Work", "By"), ("03/11/21", "Grease the cap and turn the stones|of the upper floor", "Anna Lund"),
            ("07/02/22", "Set the sails", "Miller, two|apprentices")]  # fmt: skip
    top = 95.0
    for row in rows:
        for left, right, text in zip((72, 132, 342), (132, 342, 442), row, strict=True):
            page.page.draw_rect((left, top, right, top + 32), width=0.5)
            for at, line in enumerate(text.split("|")):
                page.page.insert_text((left + 4, top + 13 + 12 * at), line, fontsize=9.5)
        top += 32
    expected = [dict(zip(rows[0], (text.replace("|", " ") for text in row), strict=True)) for row in rows[1:]]
    assert [dict(row.cells) for row in skewed_rows(page)] == expected


@pytest.mark.parametrize("in_the_middle", [True, False])
def test_a_label_of_the_rows_between_two_lines_is_given_to_each(in_the_middle: bool) -> None:
    page = HalfPage("Table 7: Output of the pumps")
    rows = [("", "Test", "North", "South"), ("", "Weight", "88", "91"), ("Flow", "Summer", "12.5", "13.1"),
            ("", "Autumn", "11.2", "11.9"), ("", "Winter", "9.4", "9.8"), ("Heat", "Summer", "31.0", "30.2"),
            ("", "Winter", "8.1", "7.7")]  # fmt: skip
    lower = {"Flow": 16, "Heat": 8} if in_the_middle else {}
    for at, row in enumerate(rows):
        for x, text in zip((72, 150, 260, 340), row, strict=True):
            page.page.insert_text((x, 110 + 16 * at + lower.get(text, 0)), text, fontsize=9.5)
        if at in (0, 1, 4, 6):
            page.page.draw_line((72, 115 + 16 * at), (400, 115 + 16 * at), width=0.5)
    found = skewed_rows(page)
    flow, heat = ("Flow",), ("Heat",)
    assert [(row.band, row.cells[0][1], row.cells[-1][1]) for row in found] == [
        ((), "Weight", "91"), (flow, "Summer", "13.1"), (flow, "Autumn", "11.9"), (flow, "Winter", "9.8"),
        (heat, "Summer", "30.2"), (heat, "Winter", "7.7"),
    ]  # fmt: skip


@pytest.mark.parametrize("grey", [0.8, pytest.param(0.7, marks=pytest.mark.slow)])
def test_pale_lines_part_the_cells_of_a_scan(grey: float) -> None:
    """Of two columns that a pale line parts, both values came out in one cell."""
    head = [["Museum", "2023", "", "2024", ""], ["", "H1", "H2", "H1", "H2"]]
    spans = [(0, 0, 1, 2), (0, 1, 2, 1), (0, 3, 2, 1), (2, 0, 5, 1)]
    band = ["Museums of the old quay", "", "", "", ""]
    page = HalfPage("Table 2: Visitors").ruled([110, 60, 60, 60, 60], [*head, band, *MUSEUMS], spans, (0, 1, 2), grey)
    page.page.draw_rect((72, 95, 422, 95 + 18 * (len(MUSEUMS) + 3)), width=1)
    rows = skewed_rows(page)
    assert [row.cells for row in rows] == [tuple(zip(HALVES, row, strict=True)) for row in MUSEUMS]
    assert {row.band for row in rows} == {("Museums of the old quay",)}


def test_a_heading_stands_over_the_columns_whose_names_repeat() -> None:
    """Set in the middle of its cell, it is off the middle of numbers that are set to the right."""
    years = [(at, at, str(2022 + (at - 1) % 2)) for at in (1, 2, 3, 4)]
    heads = [[(0, 0, "Depot"), (1, 2, "Members"), (3, 4, "Visitors")], years]
    page = HalfPage("Table 2: Depots").unruled(heads, MUSEUMS)
    names = ["Depot", "Members 2022", "Members 2023", "Visitors 2022", "Visitors 2023"]
    assert [row.cells for row in skewed_rows(page)] == [tuple(zip(names, row, strict=True)) for row in MUSEUMS]


def test_shaded_bands_of_a_scan_are_no_boxes_of_a_diagram() -> None:
    """The bands became the boxes of a diagram, and the rows under them lost their labels."""
    page = HalfPage("Table 1: Bins and shops").page
    rows = [("Ward", "2023", "2024")]
    for at, ward in enumerate(("Castle ward", "Mill ward", "Quay ward")):
        rows += [
            (ward, "", ""),
            ("Bins", f"5,{at}07", f"27{at}"),
            ("Shops", f"33{at}", f"5{at}"),
            ("Trees", "39", "281"),
        ]
    for at, row in enumerate(rows):
        y = 110 + 16 * at
        if not row[1]:
            page.draw_rect((60, y - 12, 370, y + 4), color=None, fill=(0.88, 0.88, 0.88))
        for x, text in zip((64, 240, 320), row, strict=True):
            page.insert_text((x, y), text, fontsize=9.5)
    page.insert_text((60, 340), "All figures were rounded before they were added.", fontsize=10)
    found = rows_of(scanned(page, dpi=110, noise=3, quality=80))
    assert [(row.band[0], *(cell for _, cell in row.cells)) for row in found] == [
        (ward[0], *row) for ward, *group in (rows[1:5], rows[5:9], rows[9:13]) for row in group
    ]


def test_the_spaces_of_a_typewriter_part_no_columns() -> None:
    """A line of text under a table was cut at its spaces, and its words became a row of it."""
    page = HalfPage("Table 3: Buses and trams").page
    rows = [("Depot", "Men", "Women", "Men", "Women"), *((name, f"{at}4.6", f"8{at}.0", f"{at},913", f"{at}3.2")
            for at, name in enumerate(("North", "Mill", "Harbour", "Quay"), 2))]  # fmt: skip
    for at, row in enumerate(rows):
        for right, text in zip((130, 266, 350, 438, 526), row, strict=True):
            x = 64 if right == 130 else right - pymupdf.get_text_length(text, "cour", 9)
            page.insert_text((x, 110 + 16 * at), text, fontsize=9, fontname="cour")
    line = "All figures were rounded before they were added, so that sums may differ"
    page.insert_text((60, 206), line, fontsize=10.5, fontname="cour")
    page.insert_text(
        (60, 220),
        "in the last place. Questions go to the office in the old customs house.",
        fontsize=10.5,
        fontname="cour",
    )
    blocks = read_image(scanned(page), 1).blocks
    (table,) = (block for block in blocks if block.is_table)
    assert table.text.splitlines()[-1] == "|Quay|54.6|85.0|5,913|53.2|"
    assert any(line in block.text for block in blocks)
