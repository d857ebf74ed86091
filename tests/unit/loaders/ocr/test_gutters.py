"""Pieces of print that hold several columns are divided, and rows of tables are known before anything is read."""

from __future__ import annotations

from typing import Any

import numpy as np
import pymupdf
import pytest

from loaders.ocr.detection import QuickInput
from loaders.ocr.engine import read_image
from loaders.ocr.gutters import Image, divide, in_tables
from loaders.ocr.lines import Quad
from tests.unit.loaders.ocr.scans import scanned

HIGH = 20
SPACE, GUTTER = 6, 16
Words = tuple[tuple[float, float], ...]

HEADING: Words = ((400, 480), (486, 560), (576, 680))  # two words of one column, and one of the next
CELLS: list[Words] = [((460, 500),), ((600, 640),)]
LABEL: Words = ((100, 220),)


def sheet(rows: list[list[Words]], slope: float = 0.0) -> tuple[list[Quad], Image]:
    """Return the pieces of these rows, each of words from x to x, and the picture of it; a row is 30 pixels high."""
    image = np.full((60 + 30 * len(rows), 1000, 3), 255, np.uint8)
    quads: list[Quad] = []
    for at, row in enumerate(rows):
        for words in row:
            y = 30.0 * (at + 1)
            for left, right in words:
                top = y + slope * left
                for x in range(int(left), int(right), 4):  # letters of three pixels
                    image[int(top) + 4 : int(top) + HIGH - 4, x : x + 3] = 0
            x0, x1 = words[0][0] - 2, words[-1][1] + 2
            a, b = y + slope * x0, y + slope * x1
            quads.append(((x0, a), (x1, b), (x1, b + HIGH), (x0, a + HIGH)))
    return quads, image


def divided(rows: list[list[Words]], slope: float = 0.0) -> list[tuple[float, float]]:
    quads, image = sheet(rows, slope)

    def crop(quad: Quad) -> Image:
        (x0, y0), _, (x1, y1), _ = quad
        return image[int(y0) : int(y1), int(x0) : int(x1)]

    return [(quad[0][0], quad[1][0]) for quad in divide(quads, crop)]


@pytest.mark.parametrize("slope", [0.0, 0.01, -0.01])
@pytest.mark.parametrize("above", [True, False])
def test_headings_that_were_found_as_one_are_divided_where_the_rows_near_them_are(above: bool, slope: float) -> None:
    body = [[LABEL, *CELLS]] * 2
    rows = [[HEADING], *body] if above else [*body, [HEADING]]
    found = divided(rows, slope)
    assert len(found) == 8, "one piece more than was found"
    left, right = (found[0], found[1]) if above else (found[-2], found[-1])
    assert (left[0], right[1]) == (398, 682)
    assert [left[1], right[0]] == pytest.approx([568, 568], abs=2)


def test_a_heading_over_two_columns_stays_whole() -> None:
    spanning: Words = ((400, 480), (486, 560), (566, 680))
    assert (398, 682) in divided([[spanning], [LABEL, *CELLS], [LABEL, *CELLS]])


@pytest.mark.parametrize(
    "near",
    [
        [],
        [[LABEL, *CELLS]],  # one row is chance
        [[((400, 900),)], [((400, 900),)]],
        [[((400, 450),), ((500, 640),)]] * 2,  # print in the gap
        [[((600, 640),), ((650, 680),)]] * 2,  # print on one side of it
    ],
)
def test_a_wide_gap_alone_divides_nothing(near: list[list[Words]]) -> None:
    assert (398, 682) in divided([[HEADING], *near])


def test_rows_far_away_do_not_divide_a_line() -> None:
    assert (398, 682) in divided([[HEADING], *[[] for _ in range(6)], [LABEL, *CELLS], [LABEL, *CELLS]])


def dashes(between: float = 30, rows: int = 2) -> tuple[list[Quad], Image]:
    """Return a page of rows with two dashes, one over the other, that were found as one piece, the last one."""
    quads, image = sheet([[LABEL, *CELLS] for _ in range(rows)])
    for y in (40, 40 + int(between)):
        image[y - 1 : y + 1, 300:316] = 0
    return [*quads, ((298.0, 32.0), (318.0, 32.0), (318.0, 48.0 + between), (298.0, 48.0 + between))], image


def test_dashes_that_were_found_as_one_are_divided_into_the_rows() -> None:
    quads, image = dashes()

    def crop(quad: Quad) -> Image:
        (x0, y0), _, (x1, y1), _ = quad
        return np.rot90(image[int(y0) : int(y1), int(x0) : int(x1)])

    *others, upper, lower = divide(quads, crop)
    assert others == quads[:-1]
    for part, (top, bottom) in ((upper, (32.0, 55.0)), (lower, (55.0, 78.0))):
        (x0, y0), (x1, _), (_, y1), (x3, _) = part
        assert (x0, x3, x1) == (298.0, 298.0, 318.0)
        assert [y0, y1] == pytest.approx([top, bottom], abs=1)


@pytest.mark.parametrize(("between", "rows"), [(8, 2), (30, 1), (60, 2)])
def test_other_high_pieces_stay_whole(between: float, rows: int) -> None:
    quads, image = dashes(between, rows)
    assert divide(quads, lambda quad: np.rot90(image[32 : 48 + int(between), 298:318])) == quads


def test_a_label_beside_two_cells_stands_in_a_table() -> None:
    label: Words = ((100, 400),)
    prose: Words = ((100, 900),)
    quads, _ = sheet([[label, *CELLS], [prose], [label, CELLS[0]]])
    assert in_tables(quads) == [True, False, False, False, False, False]
    assert in_tables([]) == []
    assert divide([], lambda quad: np.zeros((1, 1, 3), np.uint8)) == []


@pytest.mark.heavy
def test_close_headings_of_a_scanned_table_stand_over_their_columns() -> None:
    document: Any = pymupdf.open()
    page = document.new_page()
    for x, text in ((70, "Berth"), (250, "Cargo Landed"), (320, "Fuel Taken On")):
        page.insert_text((x, 100), text, fontsize=11, fontname="tiro")
    for at in range(6):
        for x, cell in ((70, f"Berth number {at}"), (265, f"{at * 31 + 17}.5"), (340, f"{at * 47 + 21}.5")):
            page.insert_text((x, 120 + 16 * at), cell, fontsize=11, fontname="tiro")
    found = read_image(scanned(page), 1)
    document.close()
    table = next(block.text for block in found.blocks if block.kind == "table")
    assert table.splitlines()[0] == "|Berth|Cargo Landed|Fuel Taken On|"


def test_the_quick_input_of_a_detector_is_the_one_of_rapidocr() -> None:
    image = np.random.default_rng(0).integers(0, 256, (800, 640, 3), dtype=np.uint8)
    arguments = (736, "min", [0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
    quick = QuickInput(*arguments)
    assert np.allclose(quick.normalize(image), super(QuickInput, quick).normalize(image), atol=1e-6)
