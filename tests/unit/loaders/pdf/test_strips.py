"""Pages that are too long for the layout model: tables told by the print alone, and the rest strip by strip."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pymupdf
import pytest

from loaders.pages.jobs import read
from loaders.pdf.strips import MAX_WORDS, regions_in_strips
from loaders.pdf.text_layer import Line, Region, TextLayer
from loaders.text.tables import parse_table
from loaders.types import Box, PageJob, PageText, Word

ROWS = MAX_WORDS // 4


@pytest.mark.parametrize("ruled", [False, pytest.param(True, marks=pytest.mark.slow)])
@pytest.mark.heavy
def test_all_rows_of_a_roll_are_rows_of_one_table(ruled: bool, tmp_path: Path) -> None:
    document: Any = pymupdf.open()
    page = document.new_page(width=595, height=80 + 6 * ROWS)
    shape = page.new_shape()
    shape.insert_text((60, 30), "The log of the harbour of Skarv", fontsize=14, fontname="hebo")
    rows = [("Ship", "Quay", "Crew", "Tonnes"), *((f"S{n}", f"Q{n % 17}", f"{n % 40}", f"{n}.5") for n in range(ROWS))]
    for at, row in enumerate(rows):
        for x, text in zip((60, 200, 300, 400), row, strict=True):
            shape.insert_text((x, 60 + 6 * at), text, fontsize=5)
        if ruled:
            shape.draw_line((55, 61.2 + 6 * at), (480, 61.2 + 6 * at))
    shape.finish(width=0.3)
    shape.commit()
    document.save(str(tmp_path / "roll.pdf"))

    found = read(PageJob(str(tmp_path / "roll.pdf"), 1))
    assert isinstance(found, PageText)
    (table,) = (parse_table(block.text) for block in found.blocks if block.is_table)
    assert table is not None
    assert list(table.columns) == list(rows[0])
    assert [tuple(row) for row in table.rows] == rows[1:]
    assert any("harbour of Skarv" in block.text for block in found.blocks)


def test_a_full_timetable_is_told_by_its_print_with_the_days_over_their_columns(tmp_path: Path) -> None:
    """The layout model finds no table on such a page."""
    days = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    document: Any = pymupdf.open()
    page = document.new_page(width=1200, height=400)
    page.insert_text((30, 25), "Departures of the ferries", fontsize=12, fontname="hebo")
    page.insert_text((30, 60), "Pier", fontsize=6)
    times = {}
    for day, name in enumerate(days):
        left = 155 + 150 * day - pymupdf.get_text_length(name, "hebo", 6) / 2
        page.insert_text((left, 50), name, fontsize=6, fontname="hebo")
    for column in range(35):
        page.insert_text((90 + 30 * column, 60), f"T{column % 5 + 1}", fontsize=6)
        for row in range(30):
            if (column + row) % 4:
                times[row, column] = f"{5 + column // 2}:{10 + row}"
                page.insert_text((90 + 30 * column, 70 + 9 * row), times[row, column], fontsize=6)
    for row in range(30):
        page.insert_text((30, 70 + 9 * row), f"Pier {row + 1}", fontsize=6)
    document.save(str(tmp_path / "ferries.pdf"))

    found = read(PageJob(str(tmp_path / "ferries.pdf"), 1))
    assert isinstance(found, PageText)
    (table,) = (parse_table(block.text) for block in found.blocks if block.is_table)
    assert table is not None
    assert list(table.columns) == ["Pier", *(f"{day} T{number}" for day in days for number in range(1, 6))]
    assert [list(row) for row in table.rows] == [
        [f"Pier {row + 1}", *(times.get((row, column), "") for column in range(35))] for row in range(30)
    ]


def test_columns_of_prose_are_no_table_and_go_to_the_layout_model_in_strips() -> None:
    def line(x: float, y: float) -> Line:
        words = tuple(Word("fog", Box(x + 20 * n, y, x + 20 * n + 16, y + 10)) for n in range(9))
        return Line(words, 0, 10.0, True, False)

    lines = tuple(line(x, 14.0 * row) for row in range(300) for x in (50.0, 320.0))
    seen: list[int] = []

    def regions_of(strip: TextLayer) -> list[Region]:
        seen.append(len(strip.words))
        return [Region("page-header", Box(50, 20, 500, strip.height - 20))]

    regions = regions_in_strips(TextLayer(595, 4300, lines, ()), regions_of)
    assert sum(seen) == 5400
    assert max(seen) <= 1000
    assert {region.role for region in regions} == {"text"}
    assert all(before.box.y1 <= after.box.y0 + 14 for before, after in itertools.pairwise(regions))


def test_signs_that_make_no_words_stay_in_the_order_of_the_file() -> None:
    """A page of 100,000 numbers of one digit, each with a mark, would take the layout model longer than a page may."""
    words = [[Word("7¹", Box(40 + 4 * x, 3 * y, 43 + 4 * x, 3 * y + 2)) for x in range(120)] for y in range(60)]
    lines = tuple(Line((word,), at, 2.0, True, False) for at, row in enumerate(words) for word in row)

    def regions_of(strip: TextLayer) -> list[Region]:
        pytest.fail(f"the model is given {len(strip.words)} signs")

    assert regions_in_strips(TextLayer(595, 842, lines, ()), regions_of) == []
