"""Charts of scans: bars in the noise of a scanner, and labels that the detector misses or joins to others."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from loaders.charts.bars import join_bars
from loaders.charts.labels import Label, scale_of
from loaders.charts.pixels import Canvas, Mark
from loaders.chunking.headers_footers import drop_headers_footers
from loaders.ocr.charts import ScanChart, chart_of
from loaders.ocr.engine import read_image
from loaders.ocr.layout import chart_blocks
from loaders.ocr.lines import OcrLine
from loaders.text.charts import UNREAD, parse_chart_line
from loaders.types import Block, Box
from tests.drawn_charts import HATCHED, LOOKS, bars
from tests.unit.loaders.ocr.scans import scanned

PIXELS = 150 / 72


def chart_in(document: Any, left_out: tuple[str, ...] = (), joined: str = "", noise: float = 4.0) -> ScanChart:
    """Return the chart of a drawn page's noisy scan, with its words in place of lines of the OCR.

    Those `left_out` count as overlooked, and the detector took the key of the legend beside `joined` for print.
    """
    page = document[0]
    lines = []
    for x0, y0, x1, y1, text, *_ in page.get_text("words", clip=(60, 150, 530, 450)):
        box = Box(x0 * PIXELS, y0 * PIXELS, x1 * PIXELS, y1 * PIXELS)
        places = tuple((at + 0.5) / len(text) for at in range(len(text)))
        if text.startswith(joined) and joined:
            wide = box._replace(x0=box.x0 - 20 * PIXELS)
            share = (box.x1 - box.x0) / (wide.x1 - wide.x0)
            box, places = wide, tuple(1 - share + place * share for place in places)
        quad = (box.x0, box.y0), (box.x1, box.y0), (box.x1, box.y1), (box.x0, box.y1)
        lines += [OcrLine(text, 1.0, quad, box, places)] if text not in left_out else []
    image = cv2.imdecode(np.frombuffer(scanned(page, turn=0, noise=noise), np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    found = chart_of(lines, image.astype(np.uint8), noisy=True)
    assert found is not None
    return found


def values_of(found: ScanChart) -> dict[tuple[str, str], str]:
    rows = [parse_chart_line(line) for line in found.chart.lines]
    return {(cells[0][1], series): value for cells in rows if cells for series, value in cells[1:]}


def test_hatched_bars_and_a_key_beside_its_name_are_read_in_a_noisy_scan() -> None:
    document, truth = bars(("Inner", "Outer"), colours=HATCHED, hatch=(0,), seed=13)
    assert values_of(chart_in(document, joined="Inner")) == truth


def test_a_value_and_a_zero_that_the_detector_missed_are_read_where_they_must_stand() -> None:
    document, truth = bars(("Inner", "Outer"), colours=HATCHED, hatch=(0,), seed=13)
    missed = truth["Falmouth", "Inner"]
    found = chart_in(document, left_out=(missed, "0"))
    assert values_of(found) == truth
    blocks = chart_blocks(found)
    assert [block.text for block in blocks if block.kind == "scale"] == ["0 20 40 60 80 100"]
    [chart] = [block for block in blocks if block.kind == "chart"]
    assert missed in {line.text for line in chart.lines}, "the value has its place on the page"
    assert not {"0", "100"} & {line.text for line in chart.lines}


def test_a_value_whose_print_is_gone_stays_unread() -> None:
    document, truth = bars(seed=1)
    name = ("Falmouth", "")
    page = document[0]
    [place] = page.search_for(truth[name])
    page.draw_rect(place, fill=(1, 1, 1), color=None)
    found = values_of(chart_in(document, left_out=(truth[name],)))
    assert found == truth | {name: UNREAD}


def test_the_numbers_of_a_scale_are_stored_and_never_searched() -> None:
    page = [Block("chart", "Looe: In 4"), Block("scale", "0 20 40 60")]
    assert drop_headers_footers([(1, page)]) == [(1, page[:1])]
    assert drop_headers_footers([(1, page[1:])]) == [(1, [])]


def test_the_title_of_an_axis_is_read_upwards() -> None:
    document, _ = LOOKS["bars, one series"]()
    text = "\n".join(block.text for block in read_image(scanned(document[0]), 1).blocks)
    assert "Landings (tonnes)" in text


def label(text: str, middle: float, bottom: float) -> Label:
    half = 4.0 * len(text)
    return Label(text, Box(middle - half, bottom - 16, middle + half, bottom))


def test_bars_that_an_axis_of_their_colour_joins_are_bars_of_their_own() -> None:
    picture = np.full((200, 320, 3), 255, np.uint8)
    for left, top in ((40, 60), (140, 100), (240, 20)):
        picture[top:180, left : left + 24] = 190
    picture[178:181, 20:300] = 190
    boxes = sorted(mark.box for mark in Canvas(picture).marks)
    assert [(box.x0, box.y0, box.x1) for box in boxes] == [(40, 60, 64), (140, 100, 164), (240, 20, 264)]


def test_a_bar_parted_by_a_thin_line_is_one_and_the_zero_of_a_scale_names_nothing() -> None:
    marks = [Mark(Box(100, 100, 124, 140), 1), Mark(Box(100, 149, 124, 200), 1)]
    marks += [Mark(Box(200, 150, 224, 200), 1), Mark(Box(300, 120, 324, 200), 1), Mark(Box(90, 197, 99, 201), 1)]
    values = [label("100", 112, 98), label("50", 212, 148), label("80", 312, 118)]
    names = [label("Looe", 112, 220), label("Fowey", 212, 220), label("Padstow", 312, 220)]
    scale = [Label(text, Box(20, y - 10, right, y + 10)) for text, y, right in
             (("0", 206, 38), ("40", 160, 44), ("80", 120, 42), ("120", 80, 43))]  # fmt: skip
    joined = join_bars([*values, *names, *scale], marks, [], lying=False)
    assert joined is not None
    found = [(item.category, item.value.text) for item in joined]
    assert found == [("Looe", "100"), ("Fowey", "50"), ("Padstow", "80")]
    assert scale_of([*values, *names, *scale]) == {id(number) for number in scale}
