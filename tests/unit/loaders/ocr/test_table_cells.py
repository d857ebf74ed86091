"""Cells of scanned tables that the recogniser does not give as they are printed: dashes, cells read as one."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pymupdf
import pytest

from loaders.ocr.engine import read_image
from loaders.ocr.lines import OcrLine, split_words
from loaders.ocr.spacing import with_spaces
from loaders.ocr.tables import ScanTable, find_tables
from loaders.types import Box
from tests.unit.loaders.ocr.scans import scanned

HEAD = ["Harbour", "Cod", "Herring", "Sprat", "Eel"]
CATCH = [
    ["Utvik", "12.5", "-", "30.1", "4.2"],
    ["Kalvsund", "-", "18.4", "–", "7.7"],
    ["Norra Vik", "9.3", "22.0", "—", "-"],
    ["Stavnes", "−3.1", "- 4.6", "15.8", "1.0"],
    ["Closed port", "-", "-", "-", "-"],
    ["Form", "____", "2.2", "8.1", "3.3"],
]


def page_of(rows: list[list[str]], pitch: float = 15.0) -> Any:
    doc: Any = pymupdf.open()
    page = doc.new_page(width=500, height=320)
    font = pymupdf.Font("tiro")
    writer = pymupdf.TextWriter(page.rect)
    writer.append((60, 50), "Table 3: Catch of the harbours by kind of fish, in tonnes", font=font, fontsize=11)
    for at, row in enumerate(rows):
        for column, text in enumerate(row):
            x = 60 if column == 0 else 140 + 80 * column - font.text_length(text, 10) / 2
            writer.append((x, 80 + pitch * at), text, font=font, fontsize=10)
    writer.write_text(page)
    page.parent.keep = doc
    return page


def table_rows(png: bytes) -> list[list[str]]:
    text = "\n".join(block.text for block in read_image(png, 1).blocks if block.is_table)
    rows = [line.strip("|").split("|") for line in text.splitlines() if "---" not in line]
    return [[cell.strip() for cell in row] for row in rows]


@pytest.mark.parametrize(("dpi", "turn"), [(150, 0.6), pytest.param(200, -0.5, marks=pytest.mark.slow)])
def test_a_printed_dash_is_a_cell_and_a_minus_sign_or_a_blank_to_fill_in_is_none(dpi: int, turn: float) -> None:
    rows = {row[0]: row[1:] for row in table_rows(scanned(page_of([HEAD, *CATCH]), dpi, turn))}
    assert rows["Utvik"] == ["12.5", "-", "30.1", "4.2"]
    assert rows["Kalvsund"] == ["-", "18.4", "-", "7.7"]
    assert rows["Norra Vik"] == ["9.3", "22.0", "-", "-"]
    assert rows["Closed port"] == ["-"] * 4, "a row of dashes is a row, not the name of those below it"
    assert "-" not in (rows["Stavnes"][1], rows["Form"][0]), "a dash beside a number is its sign, a line is to fill in"


def test_a_dash_marks_its_own_place_on_the_page() -> None:
    text = read_image(scanned(page_of([HEAD, *CATCH])), 1)
    first = min((word for word in text.words if word.text == "-"), key=lambda word: word.box.y0)
    assert abs((first.box.x0 + first.box.x1) / 2 * 500 - 300) < 4
    assert abs((first.box.y0 + first.box.y1) / 2 * 320 - 92) < 4


def test_a_wide_gap_within_a_word_is_a_space() -> None:
    crop = np.full((30, 300, 3), 255, np.uint8)
    for x in (10, 25, 40, 80, 95, 110):
        cv2.rectangle(crop, (x, 5), (x + 10, 25), (0, 0, 0), -1)
    places = [15.0, 30.0, 45.0, 85.0, 100.0, 115.0]
    assert with_spaces(crop, "AB-C42", places) == "AB- C42"
    assert with_spaces(crop, "AB-,42", places) == "AB-,42", "no space before a comma, in whatever gap"
    assert with_spaces(crop, "AB- C42", places) == "AB- C42"
    assert with_spaces(crop, "日本語東京都", places) == "日本語東京都"
    narrow = np.full((30, 300, 3), 255, np.uint8)
    for x in (10, 22, 34, 50, 62, 74):
        cv2.rectangle(narrow, (x, 5), (x + 9, 25), (0, 0, 0), -1)
    places = [15.0, 27.0, 39.0, 55.0, 67.0, 79.0]
    assert with_spaces(narrow, "AnnLee", places) == "Ann Lee"
    assert with_spaces(narrow, "number", places) == "number", "too narrow to say more than the letters do"
    spaced = np.full((30, 300, 3), 255, np.uint8)
    for x in range(10, 290, 30):
        cv2.rectangle(spaced, (x, 5), (x + 10, 25), (0, 0, 0), -1)
    assert with_spaces(spaced, "SPACEDOUT!", [float(x + 5) for x in range(10, 290, 30)]) == "SPACEDOUT!"


def test_words_stand_where_their_characters_do() -> None:
    quad = ((0.0, 0.0), (100.0, 0.0), (100.0, 10.0), (0.0, 10.0))
    first, second = split_words("il MW", quad, (0.02, 0.06, 0.5, 0.6))
    assert first.box.x1 < 10
    assert 40 < second.box.x0 < 50
    assert second.box.x1 == 100
    assert split_words("il MW", quad, (0.1,)) == split_words("il MW", quad), "places of other characters say nothing"


def test_cells_read_as_one_are_given_to_their_columns_by_the_places_of_their_words() -> None:
    def line(text: str, x0: float, x1: float, y: float, places: tuple[float, ...] = ()) -> OcrLine:
        box = Box(x0, y - 10, x1, y + 10)
        return OcrLine(text, 0.99, ((x0, y - 10), (x1, y - 10), (x1, y + 10), (x0, y + 10)), box, places)

    body = [
        line(text, x, x + 40, 60 + 30 * row)
        for row in range(3)
        for text, x in ((f"Row{row}", 0.0), ("1.5", 100.0), ("2.5", 200.0), ("3.5", 300.0))
    ]
    # "Cod all year" is one heading of three words, "Eel" the other.
    places = (0.02, 0.05, 0.08, 0.13, 0.16, 0.18, 0.22, 0.25, 0.28, 0.31, 0.5, 0.53, 0.56, 0.94, 0.97, 0.99)
    head = [line("Kind", 0, 40, 30), line("Cod all year Eel Dab", 95, 345, 30, places)]
    (table,) = find_tables([*head, *body])
    assert isinstance(table, ScanTable)
    assert table.text.splitlines()[0] == "|Kind|Cod all year|Eel|Dab|"


def test_a_label_on_two_lines_beside_one_row_of_cells_keeps_the_table_whole() -> None:
    def line(text: str, x: float, y: float, width: float, high: float = 26) -> OcrLine:
        box = Box(x, y, x + width, y + high)
        return OcrLine(text, 1.0, ((x, y), (x + width, y), (x + width, y + high), (x, y + high)), box)

    cells = [(450, "(5)"), (575, "(4)"), (700, "12")]
    rows = [line("Landed", 76, 500, 90), *(line(text, x, 500, 32) for x, text in cells)]
    rows += [line("Landed from vessels", 76, 535, 240), line("abroad", 76, 551, 80)]
    rows += [line(text, x, 540, 32, 32) for x, text in cells]
    rows += [line("Sold", 76, 585, 60), *(line(text, x, 585, 32) for x, text in cells)]
    (table,) = find_tables(rows)
    assert isinstance(table, ScanTable)
    labels = [row.strip("|").split("|")[0] for row in table.text.splitlines() if "---" not in row]
    assert labels == ["Landed", "Landed from vessels", "abroad", "Sold"]
