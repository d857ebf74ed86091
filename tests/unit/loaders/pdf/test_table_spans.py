"""Spanning cells of tables in PDFs: headings over columns, labels over rows, bands; ruled and without lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from loaders.chunking.chunker import chunk_pages
from loaders.pages.reader import read
from loaders.types import PageJob, PageText, Sentence
from tests.unit.loaders.pdf.tables import BOLD, PLAIN, Align, TablePage

MUSEUMS = [
    ["Whaling museum", "41", "67", "44", "71"],
    ["Lace museum", "18", "25", "16", "29"],
    ["Clock museum", "11", "12", "13", "14"],
]
HALVES = ["Museum", "2023 H1", "2023 H2", "2024 H1", "2024 H2"]
HEADS = [
    [(1, 2, "2023"), (3, 4, "2024")],
    [(0, 0, "Museum"), (1, 1, "H1"), (2, 2, "H2"), (3, 3, "H1"), (4, 4, "H2")],
]
BANDED = [
    ["Port of Tarn"], ["Cod", "412", "388"], ["Ling", "96", "104"],
    ["Port of Wick"], ["Cod", "731", "702"], ["Ling", "155", "149"],
    ["Total", "1,394", "1,343"],
]  # fmt: skip


def rows_of(page: TablePage, folder: Path) -> list[Sentence]:
    found = read(PageJob(str(page.save(folder / "table.pdf")), 1))
    assert isinstance(found, PageText)
    return [
        sentence
        for chunk in chunk_pages("", [(1, found.blocks)])
        for sentence in chunk.sentences
        if sentence.kind == "row"
    ]


def check_museums(rows: list[Sentence]) -> None:
    assert [row.cells for row in rows] == [tuple(zip(HALVES, row, strict=True)) for row in MUSEUMS]


def check_ports(rows: list[Sentence]) -> None:
    wanted: dict[str, tuple[str, ...]]
    wanted = {"Cod 412 388": ("Port of Tarn",), "Ling 96 104": ("Port of Tarn",), "Cod 731 702": ("Port of Wick",)}
    wanted |= {"Ling 155 149": ("Port of Wick",), "Total 1,394 1,343": ()}
    assert {row.text: row.band for row in rows} == wanted
    assert rows[0].cells == (("Species", "Cod"), ("2023", "412"), ("2024", "388"))


def test_a_ruled_heading_over_two_columns_is_repeated(tmp_path: Path) -> None:
    head = [["Museum", "2023", "", "2024", ""], ["", "H1", "H2", "H1", "H2"]]
    spans = [(0, 0, 1, 2), (0, 1, 2, 1), (0, 3, 2, 1)]
    page = TablePage("Table 2: Visitors, in thousands").ruled([110, 60, 60, 60, 60], head + MUSEUMS, spans, (0, 1))
    check_museums(rows_of(page, tmp_path))


def test_ruled_headings_on_three_levels(tmp_path: Path) -> None:
    head = [
        ["Region", "2023", "", "", "2024", "", ""],
        ["", "Shops", "", "Post", "Shops", "", "Post"],
        ["", "Food", "Tools", "All", "Food", "Tools", "All"],
    ]
    spans = [(0, 0, 1, 3), (0, 1, 3, 1), (0, 4, 3, 1), (1, 1, 2, 1), (1, 4, 2, 1)]
    rows = [["North", "1", "2", "3", "4", "5", "6"], ["South", "7", "8", "9", "10", "11", "12"]]
    page = TablePage("Table 9: Income").ruled([100, 50, 50, 50, 50, 50, 50], head + rows, spans, (0, 1, 2))
    found = rows_of(page, tmp_path)
    assert dict(found[1].cells)["2024 Shops Tools"] == "11"
    assert dict(found[0].cells)["2023 Post All"] == "3"


@pytest.mark.parametrize(
    ("align", "head_align", "underlined"),
    [("right", "centre", False), ("left", "left", False), ("centre", "centre", True)],
)
def test_a_heading_over_two_columns_without_lines(
    align: Align, head_align: Align, underlined: bool, tmp_path: Path
) -> None:
    page = TablePage("Table 2: Visitors").unruled(HEADS, MUSEUMS, align, head_align, underlined=underlined)
    check_museums(rows_of(page, tmp_path))


def test_headings_with_other_names_under_them_stand_over_their_middle(tmp_path: Path) -> None:
    names = [(0, 0, "Museum"), (1, 1, "Adults"), (2, 2, "Children"), (3, 3, "Tickets"), (4, 4, "Shop")]
    heads = [[(1, 2, "Visitors"), (3, 4, "Income")], names]
    found = rows_of(TablePage("Table 2: Museums").unruled(heads, MUSEUMS, "right", "centre"), tmp_path)
    assert [column for column, _ in found[0].cells] == [
        "Museum", "Visitors Adults", "Visitors Children", "Income Tickets", "Income Shop",
    ]  # fmt: skip


def test_a_name_on_two_lines_spans_nothing(tmp_path: Path) -> None:
    names = [(0, 0, "Museum"), (1, 1, "sold"), (2, 2, "given"), (3, 3, "Shop"), (4, 4, "Post")]
    heads = [[(1, 1, "Tickets"), (2, 2, "Tickets")], names]
    found = rows_of(TablePage("Table 2: Museums").unruled(heads, MUSEUMS, "right", "right"), tmp_path)
    assert [column for column, _ in found[0].cells] == ["Museum", "Tickets sold", "Tickets given", "Shop", "Post"]


def test_bands_of_a_ruled_table(tmp_path: Path) -> None:
    rows = [["Species", "2023", "2024"], *([*row, "", ""][:3] for row in BANDED)]
    check_ports(rows_of(TablePage("Table 1: Catch").ruled([150, 90, 90], rows, [(1, 0, 3, 1), (4, 0, 3, 1)]), tmp_path))


@pytest.mark.parametrize(("align", "font"), [("left", PLAIN), ("left", BOLD), ("centre", BOLD)])
def test_bands_of_a_table_without_lines(align: Align, font: str, tmp_path: Path) -> None:
    head = [[(0, 0, "Species"), (1, 1, "2023"), (2, 2, "2024")]]
    page = TablePage("Table 1: Catch").unruled(head, BANDED, band_align=align, band_font=font)
    check_ports(rows_of(page, tmp_path))


@pytest.mark.heavy
def test_empty_cells_that_are_drawn_make_no_band_but_a_bold_name_does(tmp_path: Path) -> None:
    rows = [["Parish", "2023", "2024"], ["Ashby", "12", "14"], ["Corrie", "", ""], ["Dunmore", "41", "38"]]
    rows += [["Easton", "96", "104"], ["Forres", "", ""], ["Garth", "73", "70"]]
    plain = rows_of(TablePage("Table 1: Returns").ruled([150, 90, 90], rows), tmp_path)
    assert {row.text: row.band for row in plain}["Dunmore 41 38"] == ()
    assert "Corrie" in {row.text for row in plain}
    bold = rows_of(TablePage("Table 1: Returns").ruled([150, 90, 90], rows, bold=(0, 2, 5)), tmp_path)
    assert {row.text: row.band for row in bold}["Dunmore 41 38"] == ("Corrie",)


def test_a_label_over_several_rows_is_given_to_each(tmp_path: Path) -> None:
    rows = [["Harbour", "Year", "Boats", "Crew"], ["Tarn", "2022", "14", "61"], ["", "2023", "15", "66"]]
    rows += [["Wick", "2022", "24", "161"], ["", "2023", "25", "166"]]
    page = TablePage("Table 3: Fleets").ruled([120, 90, 80, 80], rows, [(1, 0, 1, 2), (3, 0, 1, 2)])
    assert [row.cells[0] for row in rows_of(page, tmp_path)] == [("Harbour", "Tarn")] * 2 + [("Harbour", "Wick")] * 2


def test_headings_over_the_drawn_lines_belong_to_their_columns(tmp_path: Path) -> None:
    page = TablePage("Table 2: Visitors by half-year")
    halves = ["Museum", "H1", "H2", "H1", "H2"]
    page.ruled([110, 60, 60, 60, 60], [halves, *MUSEUMS, ["Bell museum", "1", "2", "3", "4"]])
    for left, year in ((200, "2023"), (320, "2024")):
        page.page.insert_text((left, 92), year, fontsize=9, fontname=BOLD)
    check_museums(rows_of(page, tmp_path)[:3])


@pytest.mark.parametrize("gap", [4.5, 6.0, 8.0])
def test_a_right_aligned_column_close_to_a_left_aligned_one_is_a_column(tmp_path: Path, gap: float) -> None:
    page = TablePage("Table 4: Cores of the ridge")
    cores = [
        ["HR-1", "0.12", "grey slate"],
        ["HR-2", "n/a", "schist"],
        ["HR-3", "10.5", "skarn"],
        ["HR-4", "0.7", "flint"],
    ]
    for row, texts in enumerate([["Sample", "Gold", "Rock"], *cores]):
        for text, x, right in zip(texts, (72, 240, 240 + gap), (False, True, False), strict=True):
            page.put(text, x, 110 + 16 * row, right=right, font=PLAIN if row else BOLD)
    assert [row.cells for row in rows_of(page, tmp_path)] == [
        tuple(zip(("Sample", "Gold", "Rock"), core, strict=True)) for core in cores
    ]


def test_words_of_one_cell_are_not_divided(tmp_path: Path) -> None:
    page = TablePage("Table 5: Deaths")
    wanted = [
        ["North", "12 (40%)", "5 km"],
        ["South", "7 (31%)", "12 km"],
        ["West", "140 (9%)", "8 km"],
        ["East", "3 (2%)", "1 km"],
    ]
    for row, texts in enumerate([["Ward", "Cases (%)", "Way"], *wanted]):
        for text, x, right in zip(texts, (72, 240, 360), (False, True, True), strict=True):
            page.put(text, x, 110 + 16 * row, right=right, font=PLAIN if row else BOLD)
    assert [[cell for _, cell in row.cells] for row in rows_of(page, tmp_path)] == wanted


def test_two_lines_of_a_cell_stay_in_order_beside_a_label_in_their_middle(tmp_path: Path) -> None:
    page = TablePage("Table 6: Clients")
    page.ruled([110, 110, 60], [["Client", "Street", "Units"], ["Arden", "", "9"], ["Bolt", "", "7"]])
    for row in (0, 1):
        top = 95 + 18 * (row + 1)
        page.put("53 Mill Lane", 186, top + 8, size=8)
        page.put("Back house", 186, top + 16, size=8)
    rows = rows_of(page, tmp_path)
    assert [row.cells[1] for row in rows] == [("Street", "53 Mill Lane Back house")] * 2
