"""Pages with fully drawn tables, and short notes, read without the layout model: what is told, what looks like it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pymupdf
import pytest

from loaders.pages.jobs import read
from loaders.pdf.document import open_pdf
from loaders.pdf.gridded_pages import gridded_regions
from loaders.pdf.layout import build_blocks
from loaders.pdf.plain_pages import plain_regions
from loaders.types import Block, PageJob, PageText

XS, YS = (60, 200, 300, 400), (200, 222, 244, 266, 288)
ROWS = (("Boat", "Length", "Dues"), ("Anna", "7.5", "120"), ("Berta", "11.0", "240"), ("Cem", "", "95"))
PROSE = (
    "The harbour office keeps a ledger of every boat that lies at the quay over winter.",
    "The keeper of the ledger writes down when it came and who paid the dues for it.",
    "Each spring the list is put up in the hall, where all members may read it.",
)
NOTES = "# Berths\n\n{intro}\n\n## Boats\n\nTable 1: Boats and dues\n\n{table}\n\n{intro}\n\n- Pay in May.\n"
PIPES = "|Boat|Length|Dues|\n|---|---|---|\n|Anna|7.5|120|\n|Berta|11.0|240|\n|Cem|8.2|95|"


def page_of(path: Path, page: int = 1) -> PageText:
    found = read(PageJob(str(path), page))
    assert isinstance(found, PageText)
    return found


def shapes(blocks: tuple[Block, ...]) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in blocks]


def drawn_table(page: Any, rows: tuple[tuple[str, ...], ...] = ROWS) -> None:
    """Draw a table of four rows and three columns, every cell framed, its header bold."""
    for y in YS:
        page.draw_line((XS[0], y), (XS[-1], y))
    for x in XS:
        page.draw_line((x, YS[0]), (x, YS[-1]))
    for row, cells in enumerate(rows):
        for column, text in enumerate(cells):
            place = (XS[column] + 6, YS[row] + 15)
            page.insert_text(place, text, fontsize=10, fontname="hebo" if row == 0 else "helv")


def prose(page: Any, y: float) -> None:
    for number, row in enumerate(PROSE):
        page.insert_text((60, y + 14 * number), row, fontsize=10, fontname="helv")


def saved(folder: Path, *draw: Callable[[Any], object]) -> Path:
    document: Any = pymupdf.open()
    page = document.new_page(width=595, height=842)
    for each in draw:
        each(page)
    document.save(str(folder / "page.pdf"))
    return folder / "page.pdf"


def is_told(path: Path) -> bool:
    pdf = open_pdf(path)
    return gridded_regions(pdf.layer(1), pdf.surroundings(1), pdf.rules(1)) is not None


def test_drawn_tables_and_short_notes_are_read_without_the_layout_models(tmp_path: Path) -> None:
    path, note, short = (tmp_path / name for name in ("notes.md", "note.md", "short.txt"))
    path.write_text(NOTES.format(intro=" ".join(PROSE), table=PIPES))
    note.write_text(f"**Quay**\n\n{PROSE[0]}\n\n**Hall**\n\n{PROSE[2]}")
    short.write_text("The meeting was moved to Thursday because the hall is being painted.")
    code = (
        "import sys\nfrom loaders.pages.jobs import read\nfrom loaders.types import PageJob\n"
        f"for path in {[str(path), str(note), str(short)]!r}:\n"
        "    print(*[block.kind for block in read(PageJob(path, 1)).blocks])\n"
        "print('pymupdf.layout' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "heading text heading caption table text list",
        "heading text heading text",
        "text",
        "False",
    ]
    assert (tables := [block.text for block in page_of(path).blocks if block.is_table]) == [PIPES], tables


@pytest.mark.parametrize("table", [PIPES, PIPES.replace("7.5", ""), PIPES + "\n|Dora and Emil|14.25|1,310|"])
def test_the_layout_model_finds_the_same_blocks_and_words(tmp_path: Path, table: str) -> None:
    path = tmp_path / "notes.md"
    path.write_text(NOTES.format(intro=" ".join(PROSE), table=table))
    found = page_of(path)
    pdf: Any = open_pdf_of(path)
    blocks, words = build_blocks(pdf.layer(1), pdf.regions(1), pdf.surroundings(1))
    assert shapes(found.blocks) == shapes(blocks)
    assert found.words == words


def open_pdf_of(path: Path) -> Any:
    from loaders.sources.formats import format_of

    reader: Any = format_of(path).open(path, None)
    return reader._pdf


def test_rows_that_a_page_cuts_off_keep_their_cells(tmp_path: Path) -> None:
    """Over the first row of a page no line is drawn where the table goes on from the page before."""
    rows = [f"Boat {number},Lund,{number}.5,{100 + number}" for number in range(60)]
    path = tmp_path / "boats.csv"
    path.write_text("\n".join(["Name,Town,Length,Dues", *rows]))
    tables = [page_of(path, page).blocks[0].text.splitlines() for page in (1, 2)]
    cells = [line for table in tables for line in table if "---" not in line]
    assert cells[1:] == [f"|{row.replace(',', '|')}|" for row in rows]


def test_a_table_and_nothing_else_is_told(tmp_path: Path) -> None:
    assert shapes(page_of(saved(tmp_path, drawn_table)).blocks) == [
        ("table", "|Boat|Length|Dues|\n|---|---|---|\n|Anna|7.5|120|\n|Berta|11.0|240|\n|Cem||95|")
    ]
    assert is_told(tmp_path / "page.pdf")


def test_text_over_and_under_a_table_is_told_in_its_order(tmp_path: Path) -> None:
    path = saved(tmp_path, drawn_table, lambda page: prose(page, 100), lambda page: prose(page, 330))
    assert is_told(path)
    assert [block.kind for block in page_of(path).blocks] == ["text", "table", "text"]


DOUBTS: dict[str, Callable[[Any], object]] = {
    "a heading over two columns": lambda page: page.insert_text((230, 194), "Size and dues", fontsize=10),
    "text beside": lambda page: page.insert_text((420, 237), "Anna is new.", fontsize=10),
    "a word through a line": lambda page: page.insert_text((285, 281), "undivided", fontsize=10),
    "a bar in a cell": lambda page: page.draw_rect((206, 226, 260, 240), fill=(0.2, 0.3, 0.8)),
    "a curve over cells": lambda page: page.draw_bezier((80, 210), (150, 280), (250, 200), (390, 280)),
    "an upright line of its own": lambda page: page.draw_line((500, 210), (500, 280)),
    "a frame beside": lambda page: page.draw_rect((430, 200, 520, 288)),
    "turned text": lambda page: page.insert_text((390, 280), "turned", fontsize=8, rotate=90),
    "a second column of lines": lambda page: page.draw_line((250, 222), (250, 266)),
}


@pytest.mark.parametrize("more", DOUBTS.values(), ids=DOUBTS)
def test_what_is_more_than_a_drawn_table_is_left_to_the_layout_model(
    tmp_path: Path, more: Callable[[Any], object]
) -> None:
    assert not is_told(saved(tmp_path, drawn_table, lambda page: prose(page, 100), more))


def test_frames_of_few_numbers_are_left_to_the_layout_model(tmp_path: Path) -> None:
    rows = (("Name", "Street", "Town"), ("Anna", "Low Road", "Ulm"), ("Berta", "High Street", "Lund"), ("", "", ""))

    def plain(page: Any) -> None:
        drawn_table(page, (("", "", ""),) * 4)
        for row, cells in enumerate(rows):
            for column, text in enumerate(cells):
                page.insert_text((XS[column] + 6, YS[row] + 15), text, fontsize=10)

    assert not is_told(saved(tmp_path, plain))


@pytest.mark.parametrize(
    "html",
    [
        "<table><tr><th rowspan=2>Kind</th><th colspan=2>Dues</th></tr><tr><th>2024</th><th>2025</th></tr>"
        "<tr><td>Dinghy</td><td>8</td><td>9</td></tr><tr><td>Tug</td><td>20</td><td>22</td></tr></table>",
        "<table><tr><th>Kind</th><th>Dues</th></tr><tr><td>Dinghy</td><td>8</td></tr></table>",
    ],
    ids=["spans", "two rows"],
)
def test_spans_and_small_frames_of_web_pages_are_left_to_the_layout_model(tmp_path: Path, html: str) -> None:
    path = tmp_path / "page.html"
    path.write_text(f"<html><body><h1>Dues</h1><p>{' '.join(PROSE)}</p>{html}</body></html>")
    pdf = open_pdf_of(path)
    assert gridded_regions(pdf.layer(1), pdf.surroundings(1), pdf.rules(1)) is None


def test_rows_that_may_be_of_one_paragraph_or_of_two_are_left_to_the_layout_model(tmp_path: Path) -> None:
    """Of a few rows at 1.6 times their size the usual distance is not known."""

    def rows(step: float) -> Callable[[Any], None]:
        def draw(page: Any) -> None:
            for number, row in enumerate(PROSE):
                page.insert_text((60, 80 + step * number), row, fontsize=10, fontname="helv")

        return draw

    for step, told in ((13, 1), (16, None), (24, 3)):
        pdf = open_pdf(saved(tmp_path, rows(step)))
        regions = plain_regions(pdf.layer(1), pdf.surroundings(1), few=True)
        assert (regions and len(regions)) == told, step
