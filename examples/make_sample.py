"""Write `sample.pdf`, the yearly report of an invented island observatory.

Each page tries something else: plain facts, a sentence that runs over a page break, tables, a chart whose values
stand only in its pixels, and a scanned letter without a text layer. The same bytes come out at every run with the
same library versions.

    python examples/make_sample.py [TARGET]
"""

from __future__ import annotations

import html
import io
import random
import re
import sys
from pathlib import Path

import pymupdf
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

A4 = pymupdf.Rect(0, 0, 595, 842)
BODY = pymupdf.Rect(80, 94, 515, 766)
FIRST_BODY = pymupdf.Rect(80, 316, 515, 776)


def _rgb(code: int) -> tuple[float, float, float]:
    return (code >> 16) / 255, (code >> 8 & 255) / 255, (code & 255) / 255


NAVY, RED, SAND, GREY = _rgb(0x12324A), _rgb(0xB5482F), _rgb(0xF3EDE1), _rgb(0x6B7780)
BEAM, SEA, ISLAND = _rgb(0xF6DFA0), _rgb(0x2C5A78), _rgb(0x0B2233)
REPORT = Path(__file__).with_name("sample_report.html")
HEADER = "Ardveyra Island Observatory · Annual Report 2025"

FOG_HOURS = {
    "Jan": 21.4, "Feb": 18.2, "Mar": 33.9, "Apr": 47.1, "May": 83.6, "Jun": 112.3,
    "Jul": 138.7, "Aug": 96.5, "Sep": 52.8, "Oct": 38.4, "Nov": 26.6, "Dec": 17.3,
}  # fmt: skip
"""Drawn into the picture of Figure 1 and written nowhere in the text."""


def read_sheets() -> dict[str, str]:
    """Read the words and the style sheet; the letter comes as plain lines."""
    style, *sheets = re.split(r"<!-- sheet: (\w+) -->\n", REPORT.read_text("utf-8"))
    texts = dict(zip(sheets[::2], sheets[1::2], strict=True))
    texts["style"] = style[style.index("<style>") + len("<style>") : style.index("</style>")]
    texts["letter"] = html.unescape(texts["letter"].removeprefix("<pre>").removesuffix("</pre>\n"))
    return texts


def draw_chart() -> bytes:
    """Draw Figure 1 as pixels: bars with their values above them."""
    width, height, base, scale = 1353, 600, 520, 3.1
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    label, value = ImageFont.load_default(30), ImageFont.load_default(28)
    for hours in (50, 100):
        draw.line((70, base - hours * scale, width, base - hours * scale), fill="#d5d5cf", width=2)
        draw.text((55, base - hours * scale), str(hours), fill="#6b7780", font=label, anchor="rm")
    step = (width - 90) / len(FOG_HOURS)
    for index, (month, hours) in enumerate(FOG_HOURS.items()):
        middle = 90 + step * (index + 0.5)
        draw.rectangle((middle - 34, base - hours * scale, middle + 34, base), fill="#2c5a78")
        draw.text((middle, base - hours * scale - 8), f"{hours}", fill="#12324a", font=value, anchor="mb")
        draw.text((middle, base + 14), month, fill="#444444", font=label, anchor="mt")
    draw.line((70, base, width, base), fill="#12324a", width=4)
    return _encode(image, "PNG", optimize=True)


def scan_letter(text: str) -> bytes:
    """Type the letter, then age it: soft type, a slight skew, paper grain, JPEG."""
    sheet = pymupdf.open()
    page = sheet.new_page(width=A4.width, height=A4.height)
    page.insert_text((92, 110), text.split("\n"), fontname="cour", fontsize=11.5, lineheight=1.45)
    pixmap = page.get_pixmap(dpi=150, colorspace=pymupdf.csGRAY)
    clean = Image.frombytes("L", (pixmap.width, pixmap.height), pixmap.samples)
    skewed = clean.rotate(0.7, Image.Resampling.BICUBIC, fillcolor=255).filter(ImageFilter.GaussianBlur(0.6))
    # A seeded generator: Pillow's own effect_noise cannot be repeated.
    grain = Image.frombytes("L", skewed.size, random.Random(1911).randbytes(skewed.width * skewed.height))
    soft = grain.filter(ImageFilter.GaussianBlur(0.8)).point(lambda level: level // 5)
    paper = ImageChops.subtract(skewed.point(lambda level: 25 + level * 230 // 255), soft)
    return _encode(ImageChops.add(paper, Image.new("L", paper.size, 18)), "JPEG", quality=58)


def _encode(image: Image.Image, kind: str, **options: int | bool) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def typeset(sheets: dict[str, str]) -> pymupdf.Document:
    """Flow each sheet over as many pages as it needs; the letter's page stays empty."""
    buffer = io.BytesIO()
    writer = pymupdf.DocumentWriter(buffer)
    figures = pymupdf.Archive(draw_chart(), "figure.png")
    for name in ("brief", "station", "weather", "letter", "money"):
        if name == "letter":
            writer.begin_page(A4)
            writer.end_page()
            continue
        story = pymupdf.Story(sheets[name], user_css=sheets["style"], archive=figures)
        more = True
        while more:
            device = writer.begin_page(A4)
            more, _ = story.place(FIRST_BODY if name == "brief" else BODY)
            story.draw(device)
            writer.end_page()
    writer.close()
    return pymupdf.open("pdf", buffer.getvalue())


def paint_cover(page: pymupdf.Page, sheets: dict[str, str]) -> None:
    """Paint the title over a night sea with the island's light."""
    shape = page.new_shape()
    shape.draw_rect(pymupdf.Rect(0, 0, A4.width, 270))
    shape.finish(fill=NAVY, color=None)
    lamp = pymupdf.Point(452, 116)
    for far, near in (((A4.width, 62), (A4.width, 112)), ((0, -70), (0, 10))):
        shape.draw_polyline([lamp, far, near])
        shape.finish(fill=BEAM, color=None, fill_opacity=0.16)
    shape.draw_polyline([(443, 222), (447, 124), (457, 124), (461, 222)])
    shape.finish(fill=SAND, color=None)
    for top, half in ((146, 6.2), (184, 7.8)):
        shape.draw_rect(pymupdf.Rect(452 - half, top, 452 + half, top + 18))
        shape.finish(fill=RED, color=None)
    shape.draw_rect(pymupdf.Rect(446, 110, 458, 124))
    shape.finish(fill=BEAM, color=None)
    shape.draw_polyline([(444, 110), (452, 99), (460, 110)])
    shape.finish(fill=RED, color=None)
    shape.draw_bezier((340, 240), (400, 200), (500, 212), (A4.width, 240))
    shape.finish(fill=ISLAND, color=None)
    shape.draw_rect(pymupdf.Rect(0, 240, A4.width, 270))
    shape.finish(fill=SEA, color=None)
    # Under the body, and so before it: the title is the first text of the page. Each call goes below the last one.
    page.insert_htmlbox(pymupdf.Rect(80, 88, 400, 240), sheets["cover"], css=sheets["style"], overlay=False)
    shape.commit(overlay=False)


def number_pages(document: pymupdf.Document) -> None:
    """Write the running header and the page number on every page that was typeset."""
    for page in document:
        if page.number == 0 or not page.get_text().strip():
            continue
        number = str(page.number + 1)
        middle = (A4.width - pymupdf.get_text_length(number, "helv", 9)) / 2
        page.draw_line((BODY.x0, 62), (BODY.x1, 62), color=GREY, width=0.5)
        page.insert_text((BODY.x0, 55), HEADER, fontname="helv", fontsize=8.5, color=GREY)
        page.insert_text((middle, 806), number, fontname="helv", fontsize=9, color=GREY)


def make(target: Path) -> None:
    """Build the whole report and save it."""
    sheets = read_sheets()
    document = typeset(sheets)
    paint_cover(document[0], sheets)
    scan = next(page for page in document if not page.get_text().strip())
    number_pages(document)
    scan.insert_image(scan.rect, stream=scan_letter(sheets["letter"]))
    dates = dict.fromkeys(("creationDate", "modDate"), "D:20260301090000Z")
    document.set_metadata({"title": "Annual Report 2025", "author": "Ardveyra Island Observatory", **dates})
    document.subset_fonts()
    document.save(target, garbage=4, deflate=True, no_new_id=True, reproducible=True)


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("sample.pdf"))
