"""Charts in many looks, drawn on a page of text, each with its values by (category, series).

`python -m tests.drawn_charts` reads each as a drawing, as a picture in a page and as a scan, and prints the table of
docs/reading.md.
"""

from __future__ import annotations

import math
import random
import sys
import tempfile
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import pymupdf

from loaders.pages.reader import read
from loaders.text.charts import UNREAD, parse_chart_line
from loaders.types import PageJob, PageText

Truth = dict[tuple[str, str], str]
Form = Literal["drawing", "picture", "scan"]
FORMS: tuple[Form, ...] = ("drawing", "picture", "scan")
COLOURS = [(0.12, 0.47, 0.71), (1.0, 0.5, 0.05), (0.17, 0.63, 0.17), (0.84, 0.15, 0.16)]
GREYS = [(0.74, 0.74, 0.74), (0.35, 0.35, 0.35)]
HATCHED = [(0.3, 0.42, 0.99), (0.74, 0.74, 0.74)]
PORTS = ("Plymouth", "Falmouth", "Brixham", "Newlyn", "Looe", "Padstow")
LEFT, TOP, RIGHT, BOTTOM = 110.0, 190.0, 500.0, 390.0
_PROSE = (
    "The figures below were gathered by the harbour office over the year and are given as they were counted at the "
    "quay by the two clerks, who compared them with the books of the pilots in the last week of January."
)


class Sheet:
    """A page with a title, a paragraph above and below, and the strokes of a chart between them."""

    def __init__(self) -> None:
        self.document: Any = pymupdf.open()
        self.page: Any = self.document.new_page()
        self.page.insert_text((70, 60), "A report of the harbour office", fontsize=16)
        for top in (80, 480):
            self.page.insert_textbox((70, top, 525, top + 60), _PROSE, fontsize=10.5)

    def text(
        self, x: float, y: float, text: str, align: str = "c", size: float = 9, turn: int = 0, ink: Any = (0, 0, 0)
    ):
        width = pymupdf.get_text_length(text, "helv", size)
        if turn == 90:
            at = (x + size * 0.35, y + (width if align == "top" else width / 2))
            self.page.insert_text(at, text, fontsize=size, rotate=90)
            return
        left = x - {"c": width / 2, "r": width, "l": 0}[align]
        morph = (pymupdf.Point(x, y), pymupdf.Matrix(turn)) if turn else None
        self.page.insert_text((left, y), text, fontsize=size, color=ink, morph=morph)

    def area(self, box: Any, ink: Any, hatched: bool = False, edge: Any = None) -> None:
        x0, y0, x1, y1 = box
        self.page.draw_rect(pymupdf.Rect(box), fill=ink, color=edge, width=1)
        high, start = y1 - y0, x0 - (y1 - y0)
        while hatched and start < x1:
            a, b = max(start, x0), min(start + high, x1)
            if b > a:
                self.line((a, y1 - (a - start)), (b, y1 - (b - start)), (1, 1, 1))
            start += 5

    def line(self, start: Any, end: Any, ink: Any = (0.5, 0.5, 0.5), width: float = 0.7) -> None:
        self.page.draw_line(start, end, color=ink, width=width)

    def scale(self, low: float, high: float, grid: float = RIGHT) -> None:
        for step in range(6):
            y = BOTTOM - (BOTTOM - TOP) * step / 5
            self.text(LEFT - 6, y + 3, f"{low + (high - low) * step / 5:g}", "r")
            self.line((LEFT, y), (grid, y), (0.88, 0.88, 0.88), 0.5)

    def legend(self, names: Sequence[str], colours: Any = COLOURS, y: float = 172, line: bool = False, hatch: Any = ()):
        for at, name in enumerate(names):
            x = 130 + 100 * at
            if line:
                self.line((x - 6, y - 3), (x + 14, y - 3), colours[at], 1.8)
            else:
                self.area((x, y - 7, x + 12, y), colours[at], at in hatch)
            self.text(x + 18, y, name, "l")

    def caption(self, text: str) -> None:
        self.page.insert_text((90, 462), text, fontsize=10)


Drawn = tuple[Any, Truth]


def bars(
    series: Sequence[str] = ("",), ports: Sequence[str] = PORTS[:5], colours: Any = COLOURS, hatch: Any = (),
    turn: int = 0, cut: float = 0.0, negative: bool = False, labelled: bool = True, seed: int = 1,
) -> Drawn:  # fmt: skip
    """Draw standing bars, side by side for several series."""
    chance, sheet, truth = random.Random(seed), Sheet(), Truth()
    low = -100.0 if negative else cut
    zero = BOTTOM - (max(low, 0 if negative else low) - low) / (100 - low) * (BOTTOM - TOP)
    sheet.scale(low, 100)
    room = (RIGHT - LEFT) / len(ports)
    wide = room * 0.7 / len(series)
    for at, port in enumerate(ports):
        for order, name in enumerate(series):
            value = round(chance.uniform(max(12, cut + 5), 96), 1) * (-1 if negative and chance.random() < 0.4 else 1)
            end = BOTTOM - (value - low) / (100 - low) * (BOTTOM - TOP)
            x = LEFT + room * at + room * 0.15 + wide * order
            sheet.area((x, min(zero, end), x + wide, max(zero, end)), colours[order], order in hatch)
            if labelled:
                sheet.text(x + wide / 2, end - 3 if value > 0 else end + 9, f"{value:.1f}", size=7 if wide < 22 else 8)
                truth[port, name] = f"{value:.1f}"
        x = LEFT + room * (at + 0.5)
        if turn == 90:
            sheet.text(x, BOTTOM + 5, port, "top", turn=90)
        else:
            sheet.text(x + (3 if turn else 0), BOTTOM + (10 if turn else 14), port, "r" if turn else "c", turn=turn)
    sheet.line((LEFT, zero), (RIGHT, zero), (0.2, 0.2, 0.2))
    if len(series) > 1:
        sheet.legend(series, colours, hatch=hatch)
    sheet.text(70, 290, "Landings (tonnes)", turn=90)
    sheet.caption("Figure 1: Landings of the ports, in tonnes")
    return sheet.document, truth


def logarithmic(as_line: bool = False, seed: int = 20) -> Drawn:
    """Draw bars or a line on an axis from 1 to 10,000 whose steps are powers of ten."""
    chance, sheet, truth = random.Random(seed), Sheet(), Truth()
    for power in range(5):
        y = BOTTOM - (BOTTOM - TOP) * power / 4
        sheet.text(LEFT - 6, y + 3, f"{10**power:,}", "r")
        sheet.line((LEFT, y), (RIGHT, y), (0.88, 0.88, 0.88), 0.5)
    room, before = (RIGHT - LEFT) / 5, None
    for at, port in enumerate(PORTS[:5]):
        value = round(10 ** chance.uniform(0.5, 3.9))
        x, end = LEFT + room * (at + 0.5), BOTTOM - (BOTTOM - TOP) * math.log10(value) / 4
        if as_line:
            if before:
                sheet.line(before, (x, end), COLOURS[0], 1.5)
            before = (x, end)
        else:
            sheet.area((x - 25, end, x + 25, BOTTOM), COLOURS[0])
        sheet.text(x, end - 5, f"{value:,}", size=8)
        sheet.text(x, BOTTOM + 14, port)
        truth[port, ""] = f"{value:,}"
    sheet.line((LEFT, BOTTOM), (RIGHT, BOTTOM), (0.2, 0.2, 0.2))
    sheet.caption("Figure 1: Landings of the ports, in tonnes")
    return sheet.document, truth


def lying(series: Sequence[str] = ("",), inside: bool = False, seed: int = 2) -> Drawn:
    """Draw bars that lie, their names to the left, a scale below."""
    chance, sheet, truth = random.Random(seed), Sheet(), Truth()
    fish = ("Cod and haddock", "Herring", "Mackerel", "Blue whiting", "Lobster")
    left, room = 180.0, (BOTTOM - TOP) / len(fish)
    high = room * 0.75 / len(series)
    for at, name in enumerate(fish):
        for order, one in enumerate(series):
            value, y = chance.randint(320, 2900), TOP + room * at + room * 0.12 + high * order
            end = left + value / 10
            sheet.area((left, y, end, y + high), COLOURS[order])
            x, align, ink = (end - 3, "r", (1, 1, 1)) if inside else (end + 4, "l", (0, 0, 0))
            sheet.text(x, y + high / 2 + 3, f"{value:,}", align, 8, ink=ink)
            truth[name, one] = f"{value:,}"
        sheet.text(left - 6, TOP + room * (at + 0.5) + 3, name, "r")
    for step in range(0, 3001, 500):
        sheet.text(left + step / 10, BOTTOM + 12, f"{step:,}")
    sheet.line((left, TOP), (left, BOTTOM))
    if len(series) > 1:
        sheet.legend(series)
    sheet.caption("Figure 2: Catch by species, in tonnes")
    return sheet.document, truth


def lines(series: Sequence[str] = ("",), coloured: bool = False, labelled: bool = True, seed: int = 3) -> Drawn:
    """Draw lines with a value above each point."""
    chance, sheet, truth = random.Random(seed), Sheet(), Truth()
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug")
    sheet.scale(0, 50)
    for order, name in enumerate(series):
        points = []
        for at, month in enumerate(months):
            value = round(12 + 18 * order + chance.uniform(-6, 6) + 6 * math.sin(at), 1)
            x, y = LEFT + (RIGHT - LEFT) * (at + 0.5) / len(months), BOTTOM - value / 50 * (BOTTOM - TOP)
            points.append((x, y))
            if labelled:
                sheet.text(x, y - 6, f"{value:.1f}", size=8, ink=COLOURS[order] if coloured else (0, 0, 0))
                truth[month, name] = f"{value:.1f}"
        for start, end in pairwise(points):
            sheet.line(start, end, COLOURS[order], 1.6)
        for point in points:
            sheet.page.draw_circle(point, 2.6, color=COLOURS[order], fill=COLOURS[order])
    for at, month in enumerate(months):
        sheet.text(LEFT + (RIGHT - LEFT) * (at + 0.5) / len(months), BOTTOM + 14, month)
    sheet.line((LEFT, BOTTOM), (RIGHT, BOTTOM))
    sheet.text(305, BOTTOM + 28, "Month")
    if len(series) > 1:
        sheet.legend(series, line=True)
    sheet.caption("Figure 3: Water temperature by month")
    return sheet.document, truth


def stacked(seed: int = 4) -> Drawn:
    """Draw stacks of three with a value in each segment, over years."""
    chance, sheet, truth = random.Random(seed), Sheet(), Truth()
    goods, years = ("Coal", "Grain", "Timber"), ("2019", "2020", "2021", "2022", "2023")
    room = (RIGHT - LEFT) / len(years)
    sheet.scale(0, 100, LEFT + 3)
    for at, year in enumerate(years):
        base = BOTTOM
        for order, name in enumerate(goods):
            value = chance.randint(12, 33)
            top, x = base - value * 2, LEFT + room * (at + 0.2)
            sheet.area((x, top, x + room * 0.6, base), COLOURS[order], edge=(1, 1, 1))
            sheet.text(
                x + room * 0.3, (top + base) / 2 + 3, str(value), size=8, ink=(0, 0, 0) if order == 1 else (1, 1, 1)
            )
            truth[year, name], base = str(value), top
        sheet.text(LEFT + room * (at + 0.5), BOTTOM + 14, year)
    sheet.legend(goods)
    sheet.caption("Figure 4: Goods by year, in thousand tonnes")
    return sheet.document, truth


def pie(legend: bool = False, ring: bool = False, values: Sequence[int] = (38, 27, 19, 16), unit: str = "%") -> Drawn:
    """Draw a pie or a ring with the values in its slices, the names outside or in a legend."""
    sheet, truth = Sheet(), Truth()
    names, (x, y, radius), start = ("Wages", "Fuel", "Repairs", "Harbour dues"), (300, 290, 85), -90.0
    for order, (name, value) in enumerate(zip(names, values, strict=True)):
        wide = 360 * value / sum(values)
        rim = (x + radius * math.cos(math.radians(start)), y + radius * math.sin(math.radians(start)))
        shape = sheet.page.new_shape()
        shape.draw_sector((x, y), rim, -wide)
        shape.finish(fill=COLOURS[order], color=(1, 1, 1), width=1)
        shape.commit()
        angle, start = math.radians(start + wide / 2), start + wide
        cos, sin, deep = math.cos(angle), math.sin(angle), radius * (0.78 if ring else 0.62)
        sheet.text(x + deep * cos, y + deep * sin + 3, f"{value}{unit}", ink=(1, 1, 1))
        if not legend:
            align = "l" if cos >= 0.15 else "r" if cos < -0.15 else "c"
            sheet.text(x + (radius + 8) * cos, y + (radius + 8) * sin + 3, name, align)
        truth[name, ""] = f"{value}{unit}"
    if ring:
        sheet.page.draw_circle((x, y), radius * 0.55, fill=(1, 1, 1), color=(1, 1, 1))
    if legend:
        sheet.legend(names, y=410)
    sheet.caption("Figure 5: Where the money went")
    return sheet.document, truth


def cloud(points: int = 10_000) -> Drawn:
    """Draw points without values, and two scales."""
    chance, sheet = random.Random(9), Sheet()
    shape = sheet.page.new_shape()
    for _ in range(points):
        shape.draw_circle((chance.uniform(LEFT, RIGHT), chance.uniform(TOP, BOTTOM)), 1.2)
    shape.finish(fill=COLOURS[0], color=None)
    shape.commit()
    sheet.scale(0, 50)
    for step in range(8):
        sheet.text(130 + step * 50, BOTTOM + 14, str(step * 10))
    sheet.caption("Figure 6: Ten thousand soundings")
    return sheet.document, {}


LOOKS: dict[str, Callable[[], Drawn]] = {
    "bars, one series": bars,
    "bars, two series, legend": lambda: bars(("2023", "2024"), seed=2),
    "bars, three series, legend": lambda: bars(("North", "South", "West"), seed=3),
    "bars, one series hatched": lambda: bars(("Quay A", "Quay B"), colours=HATCHED, hatch=(0,), seed=4),
    "bars in greys": lambda: bars(("Quay A", "Quay B"), colours=GREYS, seed=5),
    "bars, slanted names": lambda: bars(ports=PORTS, turn=45, seed=6),
    "bars, turned names": lambda: bars(("In", "Out"), ports=PORTS, turn=90, seed=7),
    "bars, axis not from zero": lambda: bars(cut=40, seed=8),
    "bars, some negative": lambda: bars(negative=True, seed=9),
    "bars, values only on the axis": lambda: bars(("In", "Out"), labelled=False, seed=10),
    "bars, logarithmic axis": logarithmic,
    "lying bars": lying,
    "lying bars, two series": lambda: lying(("Spring", "Autumn"), seed=12),
    "lying bars, values inside": lambda: lying(inside=True, seed=13),
    "line, values at points": lines,
    "two lines, legend": lambda: lines(("Harbour", "Open sea"), seed=15),
    "two lines, coloured values": lambda: lines(("Harbour", "Open sea"), coloured=True, seed=16),
    "line, values only on the axis": lambda: lines(labelled=False),
    "line, logarithmic axis": lambda: logarithmic(as_line=True),
    "stacked bars": stacked,
    "pie, names outside": pie,
    "pie, legend": lambda: pie(legend=True),
    "ring, legend": lambda: pie(legend=True, ring=True, values=(410, 260, 190, 140), unit=""),
    "10,000 points": cloud,
}
"""The function that draws each look."""


def save(drawn: Any, path: Path, form: Form = "drawing") -> Path:
    """Save a page as it was drawn, with the chart as a picture in it, or as a scan in colour (JPEG)."""
    page = drawn[0]
    if form == "picture":
        place = pymupdf.Rect(60, 150, 530, 450)
        picture = page.get_pixmap(dpi=150, clip=place)
        page.add_redact_annot(place)
        page.apply_redactions(graphics=2)
        page.insert_image(place, pixmap=picture)
    elif form == "scan":
        scan = page.get_pixmap(dpi=150).tobytes("jpg", jpg_quality=75)
        drawn = pymupdf.open()
        sheet: Any = drawn.new_page()
        sheet.insert_image(sheet.rect, stream=scan)
    drawn.save(str(path))
    return path


def stated(path: Path) -> Truth:
    """Return the values that the reader finds in a page's chart."""
    page = read(PageJob(str(path), 1))
    assert isinstance(page, PageText), page
    rows = [parse_chart_line(line) for block in page.blocks if block.is_chart for line in block.text.splitlines()]
    return {(cells[0][1], series): value for cells in rows if cells for series, value in cells[1:] if value != UNREAD}


def is_joined(item: tuple[tuple[str, str], str], truth: Truth, alike: float = 1.0) -> bool:
    """Return whether a value has its true labels; OCR may misread letters of a name (`alike`), never the value."""
    name, value = " ".join(item[0]).lower(), item[1]
    return any(
        value == true and SequenceMatcher(None, name, " ".join(own).lower()).ratio() >= alike
        for own, true in truth.items()
    )


def main() -> None:
    """Print the numbers of right, wrong and missing values for each look and form."""
    with tempfile.TemporaryDirectory() as folder:
        for name, draw in LOOKS.items():
            cells = []
            for form in FORMS:
                document, truth = draw()
                found = stated(save(document, Path(folder) / "chart.pdf", form))
                right = sum(is_joined(item, truth, 1.0 if form == "drawing" else 0.8) for item in found.items())
                cells.append(f"{right} / {len(found) - right} / {len(truth) - right}")
            sys.stdout.write(f"| {name} | {' | '.join(cells)} |\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
