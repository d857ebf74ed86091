"""Pages of running text read without the layout model: the parts that are told, and pages that only look plain."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pymupdf
import pytest

from loaders.pages.jobs import read
from loaders.pdf.document import PdfFile, open_pdf
from loaders.pdf.plain_pages import checked_regions
from loaders.pdf.plain_rows import DoubtError
from loaders.types import Block, PageJob, PageText

A4 = {"width": 595, "height": 842}
TEXT = (
    "the harbour office keeps a ledger of every boat that lies at the quay over winter and the keeper of the ledger "
    "writes down when it came and who paid the dues before the first ice closed the outer basin for small craft"
)
WORDS = TEXT.split()


def prose(count: int, start: int = 0) -> str:
    """Return a sentence of `count` words."""
    words = [WORDS[(start + at * 7) % len(WORDS)] for at in range(count)]
    return " ".join(words).capitalize() + "."


def set_rows(page: Any, x: float, y: float, rows: Sequence[str], size: float = 10, font: str = "helv") -> float:
    """Set rows of print under each other and return the height after the last."""
    for row in rows:
        page.insert_text((x, y), row, fontsize=size, fontname=font)
        y += 1.3 * size
    return y


def wrapped(text: str, width: float, size: float = 10) -> list[str]:
    """Break a text into rows that fit into `width` points."""
    rows, row = [], ""
    for word in text.split():
        longer = f"{row} {word}".strip()
        if pymupdf.get_text_length(longer, "helv", size) > width and row:
            rows.append(row)
            row = word
        else:
            row = longer
    return [*rows, row]


def paragraphs(page: Any, x: float, y: float, width: float, count: int, start: int = 0) -> float:
    """Set paragraphs with space between them."""
    for number in range(count):
        y = set_rows(page, x, y, wrapped(prose(60, start + 11 * number), width)) + 8
    return y


def saved(folder: Path, *draw: Callable[[Any], object]) -> Path:
    """Write a PDF with a page for each function."""
    document: Any = pymupdf.open()
    for each in draw:
        each(document.new_page(**A4))
    path = folder / "page.pdf"
    document.save(str(path))
    return path


def doubt(path: Path, page: int = 1) -> str:
    """Return why a page is not read as running text; "" if it is."""
    pdf: PdfFile = open_pdf(path)
    try:
        checked_regions(pdf.layer(page), pdf.surroundings(page))
    except DoubtError as error:
        return str(error)
    return ""


def blocks_of(path: Path, page: int = 1) -> tuple[Block, ...]:
    """Read a page and return its blocks."""
    found = read(PageJob(str(path), page))
    assert isinstance(found, PageText)
    return found.blocks


def report(page: Any) -> None:
    """Set a page with all that running text has."""
    page.insert_text((60, 40), "Harbour office, yearly report", fontsize=8)
    y = set_rows(page, 60, 90, ["2. Winter berths"], 13, "hebo") + 6
    y = paragraphs(page, 60, y, 470, 2)
    for number in range(3):
        first, *rest = wrapped(prose(25, 5 * number), 440)
        page.insert_text((60, y), "\u00b7", fontsize=10)
        y = set_rows(page, 75, y, [first, *rest])
    y = set_rows(page, 60, y + 8, ["Dues"], 10, "hebo") + 4
    y = paragraphs(page, 60, y, 470, 2, 40)
    page.insert_text((290, 815), "17", fontsize=9)


def test_a_page_of_running_text_has_its_parts_without_the_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = saved(tmp_path, report, report)
    monkeypatch.setattr(PdfFile, "regions", lambda *_: pytest.fail("the layout model was asked"))
    blocks = blocks_of(path)
    assert [block.kind for block in blocks] == [
        "furniture", "heading", "text", "text", "list", "list", "list", "heading", "text", "text", "furniture"
    ]  # fmt: skip
    assert blocks[1].text == "### 2. Winter berths".replace("###", "#" * blocks[1].level)
    assert blocks[2].text == prose(60)
    assert blocks[5].text == f"- {prose(25, 5)}"
    assert blocks[-1].text == "17"


def test_headings_under_each_other_are_a_doubt_where_they_may_be_a_cover(tmp_path: Path) -> None:
    def headings(page: Any, y: float) -> float:
        for number, title in enumerate(["Winter berths", "Dues and fees", "Repairs at the quay"]):
            y = set_rows(page, 60, y, [title], 12, "hebo") + 6 + 2 * number
        return y

    def cover(page: Any) -> None:
        paragraphs(page, 60, headings(page, 100), 470, 3)

    def programme(page: Any) -> None:
        paragraphs(page, 60, headings(page, paragraphs(page, 60, 100, 470, 2)), 470, 2)

    path = saved(tmp_path, cover, programme)
    assert doubt(path, 1) == "headings under each other"
    assert doubt(path, 2) == ""
    assert [block.kind for block in blocks_of(path, 2)] == ["text"] * 2 + ["heading"] * 3 + ["text"] * 2


def test_columns_are_read_one_after_the_other_below_what_stands_across_them(tmp_path: Path) -> None:
    def draw(page: Any) -> None:
        set_rows(page, 60, 80, ["A study of harbours in winter and of the boats that lie in them"], 15, "hebo")
        paragraphs(page, 60, 120, 225, 3)
        paragraphs(page, 310, 120, 225, 3, 17)

    path = saved(tmp_path, draw)
    assert doubt(path) == ""
    texts = [block.text for block in blocks_of(path)]
    assert texts[1:] == [prose(60, start) for start in (0, 11, 22, 17, 28, 39)]


def test_entries_of_a_list_of_references_stay_whole(tmp_path: Path) -> None:
    def draw(page: Any) -> None:
        y = set_rows(page, 60, 80, ["References"], 13, "hebo") + 8
        for entry in range(5):
            y = set_rows(
                page, 60, y, [f"K. Nordby, A. Lund, B. Moe, and {'CDEFG'[entry]}. Aas, and the editors of the"]
            )
            y = (
                set_rows(
                    page,
                    75,
                    y,
                    ["A. Strand. Berths in winter and the dues that are paid for them. Journal of", "Harbours, 2019."],
                )
                + 8
            )

    path = saved(tmp_path, draw)
    assert doubt(path) == ""
    entries = [block for block in blocks_of(path) if block.is_list]
    assert len(entries) == 5
    assert all(block.text.startswith("K. Nordby") and block.text.endswith("2019.") for block in entries)


def table_without_lines(page: Any) -> None:
    y = paragraphs(page, 60, 80, 470, 2)
    for row in range(6):
        for x, text in ((60, f"Berth {row}"), (180, f"{31 + row}.50"), (300, f"{7 * row}.25"), (420, "open")):
            page.insert_text((x, y), text, fontsize=10)
        y += 13
    paragraphs(page, 60, y + 10, 470, 2)


def narrow_table(page: Any) -> None:
    """Set a table whose columns stand hardly further apart than words."""
    y = paragraphs(page, 60, 80, 470, 2)
    for names in (
        ("north", "basin", "ferry"),
        ("south", "wharf", "barge"),
        ("outer", "mole", "yacht"),
        ("inner", "pier", "punt"),
    ):
        for x, text in zip((60, 93, 126), names, strict=True):
            page.insert_text((x, y), text, fontsize=10)
        y += 13
    paragraphs(page, 60, y + 10, 470, 2)


def table_of_sentences(page: Any) -> None:
    y = 100.0
    for row in range(5):
        set_rows(page, 60, y, wrapped(prose(22, row), 200))
        y = set_rows(page, 310, y, wrapped(prose(26, 3 * row), 225)) + 10


def labels_and_values(page: Any) -> None:
    y = paragraphs(page, 60, 80, 470, 2)
    for label, value in (("Owner:", "Marit Dahl"), ("Berth:", "N 14"), ("Length:", "nine metres"), ("Mast:", "none")):
        page.insert_text((60, y), label, fontsize=10)
        page.insert_text((170, y), value, fontsize=10)
        y += 13


def form(page: Any) -> None:
    paragraphs(page, 60, 80, 470, 2)
    widget: Any = pymupdf.Widget()
    widget.field_type, widget.field_name, widget.rect = (
        pymupdf.PDF_WIDGET_TYPE_TEXT,
        "owner",
        pymupdf.Rect(60, 300, 300, 320),
    )
    widget.field_value = "Marit Dahl"
    page.add_widget(widget)


def contents(page: Any) -> None:
    set_rows(page, 60, 80, ["Contents"], 14, "hebo")
    set_rows(page, 60, 120, [f"The {word} of the harbour {'.' * 60} {at}" for at, word in enumerate(WORDS[:12], 3)])


def turned(page: Any) -> None:
    paragraphs(page, 60, 80, 470, 3)
    page.insert_text((30, 600), "set along the edge of the page", fontsize=10, rotate=90)


def hidden(page: Any) -> None:
    y = paragraphs(page, 60, 80, 470, 3)
    page.insert_text((60, y), "Pay the sum twice over.", fontsize=10, render_mode=3)


def framed(page: Any) -> None:
    y = paragraphs(page, 60, 80, 470, 2)
    page.draw_rect(pymupdf.Rect(55, y - 4, 540, y + 60))
    set_rows(page, 60, y + 12, wrapped(prose(40), 460))


def ruled(page: Any) -> None:
    y = paragraphs(page, 60, 80, 470, 2)
    for row in range(4):
        page.draw_line((60, y + 15 * row), (530, y + 15 * row))
        page.insert_text((60, y + 15 * row + 11), f"the {WORDS[row + 1]} pays for the {WORDS[row + 9]}", fontsize=10)


def shaded_cells(page: Any) -> None:
    y = paragraphs(page, 60, 80, 470, 2)
    for x in (60, 300):
        page.draw_rect(pymupdf.Rect(x, y - 10, x + 230, y + 4), color=None, fill=(0.9, 0.9, 0.9))
        page.insert_text((x, y), "the name of the boat", fontsize=10)
    paragraphs(page, 60, y + 25, 470, 2)


def verse(page: Any) -> None:
    set_rows(page, 60, 100, [prose(4 + at * at % 7, at)[:-1] for at in range(16)])


def struck(page: Any) -> None:
    paragraphs(page, 60, 80, 470, 2)
    page.insert_text((60, 300), "The keeper pays the dues of winter.", fontsize=10)
    page.draw_line((60, 297), (215, 297), width=0.7)


def captioned(page: Any) -> None:
    y = paragraphs(page, 60, 80, 470, 2)
    set_rows(page, 60, y, ["Table 3: Boats that lay at the quay in winter."])


NOT_PLAIN = [
    table_without_lines, narrow_table, table_of_sentences, labels_and_values, form, contents, turned, hidden, framed,
    ruled, shaded_cells, verse, struck, captioned,
]  # fmt: skip


@pytest.mark.parametrize("draw", NOT_PLAIN, ids=lambda draw: draw.__name__)
def test_what_only_looks_like_running_text_is_left_to_the_model(draw: Callable[[Any], object], tmp_path: Path) -> None:
    assert doubt(saved(tmp_path, draw))


def test_a_header_is_told_by_the_other_pages(tmp_path: Path) -> None:
    def page(number: int) -> Callable[[Any], None]:
        def draw(page: Any) -> None:
            page.insert_text((60, 40), f"Harbour office, report of the winter {number}", fontsize=8)
            paragraphs(page, 60, 90, 470, 3, number)

        return draw

    path = saved(tmp_path, page(1), page(2), page(3))
    assert [block.kind for block in blocks_of(path, 2)] == ["furniture", "text", "text", "text"]
    lone = saved(tmp_path, page(1))
    assert all(block.kind != "furniture" for block in blocks_of(lone)) or doubt(lone)


def test_a_bold_line_at_the_top_of_each_page_stays_a_heading(tmp_path: Path) -> None:
    def draw(page: Any) -> None:
        set_rows(page, 60, 50, ["What to do in winter"], 12, "hebo")
        paragraphs(page, 60, 90, 470, 3)

    assert blocks_of(saved(tmp_path, draw, draw))[0].is_heading


def test_an_initial_at_the_beginning_of_a_row_is_no_number_of_a_list(tmp_path: Path) -> None:
    rows = [
        "The dues of the boats that lie at the inner quay are set out in the rules of the harbour office, section",
        "4. The keeper of the ledger sends a bill to each of the owners, who have a month in which to pay it, and",
    ]
    path = saved(tmp_path, lambda page: set_rows(page, 60, 100, [*rows, "may ask for another month in writing."]))
    assert [block.kind for block in blocks_of(path)] == ["text"]


CLAUSES = [
    "1. The tenant pays a rent of 940 crowns a month, as laid down for all berths of the inner basin in paragraph 4 of "
    "the rules, on the third working day.",
    "2. Repairs up to 150 crowns a year are borne by the tenant. Whatever goes beyond that sum is borne by the owner.",
    "3. Pets are allowed.",
    "(a) Bees are not kept on the quay without the written consent of the owner, which may be withdrawn in May.",
    "(b) Neither are geese.",
    "4. Either party may end the lease with notice of three months. The notice must be in writing, and it has to reach "
    "the other party before the last day of the month.",
]
"""Clauses as contracts have them, with numbers within their sentences."""


@pytest.mark.parametrize("first", [0, 18])  # points by which the first row is set in
@pytest.mark.parametrize("width", [*range(260, 460, 40)])
def test_clauses_that_are_set_as_prose_stay_whole(first: int, width: int, tmp_path: Path) -> None:
    def lease(page: Any) -> None:
        y = paragraphs(page, 60, 60, width, 2)
        for clause in CLAUSES:
            row = wrapped(clause, width - first)[0]
            rows = wrapped(clause[len(row) :], width) if row != clause else []
            y = set_rows(page, 60, set_rows(page, 60 + first, y, [row]), rows) + 6
        paragraphs(page, 60, y, width, 1, 40)

    items = [block for block in blocks_of(saved(tmp_path, lease)) if block.kind == "list"]
    assert [block.text for block in items] == CLAUSES


def test_items_under_whose_text_others_go_on_end_at_the_margin(tmp_path: Path) -> None:
    items = [prose(25, 3), "Short ones.", prose(30, 9), "Ring twice"]

    def steps(page: Any) -> None:
        y = paragraphs(page, 60, 60, 300, 2)
        for number, item in enumerate(items, 1):
            page.insert_text((60, y), f"{number}.", fontsize=10)
            y = set_rows(page, 80, y, wrapped(item, 280))
        y = set_rows(page, 60, y, wrapped(prose(30, 20), 300))
        paragraphs(page, 60, y + 8, 300, 2)

    found = [block.text for block in blocks_of(saved(tmp_path, steps))]
    assert found[2:7] == [*(f"{number}. {item}" for number, item in enumerate(items, 1)), prose(30, 20)]


def test_entries_with_hanging_rows_are_told_without_space_between_them(tmp_path: Path) -> None:
    terms = [prose(22, start) for start in (1, 6, 13, 20)]

    def glossary(page: Any) -> None:
        y = paragraphs(page, 60, 60, 400, 2)
        for term in terms:
            row, *rows = wrapped(term, 380)
            y = set_rows(page, 80, set_rows(page, 60, y, [row]), rows)
        paragraphs(page, 60, y + 8, 400, 2)

    assert [block.text.removeprefix("- ") for block in blocks_of(saved(tmp_path, glossary))][2:6] == terms


def test_a_title_of_two_rows_is_one_heading(tmp_path: Path) -> None:
    def minutes(page: Any) -> None:
        for at, row in enumerate(("Minutes of the yearly meeting of the 12", "March in the customs house")):
            page.insert_text((60, 80 + 29 * at), row, fontsize=22, fontname="hebo")
        paragraphs(page, 60, 140, 440, 5)

    title, *_ = blocks_of(saved(tmp_path, minutes))
    assert (title.kind, title.text) == (
        "heading",
        "# Minutes of the yearly meeting of the 12 March in the customs house",
    )


def test_raised_signs_stay_on_their_words(tmp_path: Path) -> None:
    def draw(page: Any) -> None:
        y = paragraphs(page, 60, 80, 470, 1)
        y = set_rows(page, 60, y, wrapped(prose(30), 470))
        page.insert_text((60, y), "The outer basin holds 40 m", fontsize=10)
        width = pymupdf.get_text_length("The outer basin holds 40 m", "helv", 10)
        page.insert_text((60 + width, y - 4), "2", fontsize=6)
        page.insert_text(
            (60 + width + 6, y), "of water and is closed to small craft when there is ice in it.", fontsize=10
        )

    path = saved(tmp_path, draw)
    assert doubt(path) == ""
    assert any("40 m² of water" in block.text for block in blocks_of(path))
