"""Pages with tables of numbers without drawn cells, read without the layout model: what is told, what looks like it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pymupdf
import pytest

from loaders.pages.jobs import read
from loaders.pdf.document import PdfFile, open_pdf
from loaders.pdf.layout import build_blocks
from loaders.pdf.number_pages import checked_number_regions
from loaders.pdf.plain_rows import DoubtError
from loaders.types import Block, PageJob, PageText

SIZE, STEP = 10, 15
PROSE = (
    "The harbour office keeps a ledger of every boat that lies at the quay over winter, and of the dues that they pay.",
    "The keeper of the ledger writes down when each of them came, and who paid the dues for it before the first ice.",
)
Line = tuple[str, ...]
HEADER: tuple[Line, ...] = (("", "2023", "2022"),)
BODY: tuple[Line, ...] = (
    ("Dues of members", "$ 4,586", "$ 4,313"),
    ("Fees of guests", "(229)", "-"),
    ("Repairs:", "", ""),
    ("  Outer quay", "1,371", "2,083"),
    ("Total", "$ 5,728", "$ 6,396"),
)


def statement(
    page: Any, lines: Sequence[Line] = HEADER + BODY, y: float = 200, rights: Sequence[float] = (420, 520)
) -> float:
    """Set rows of a label and numbers that end at `rights`, with a line over the last; return the height after them."""
    for at, (label, *values) in enumerate(lines):
        indent = len(label) - len(label.lstrip())
        page.insert_text((60 + 5 * indent, y), label.strip(), fontsize=SIZE)
        for value, right in zip(values, rights, strict=True):
            digits = value.rstrip(")")
            page.insert_text((right - pymupdf.get_text_length(digits, fontsize=SIZE), y), value, fontsize=SIZE)
        if at == len(lines) - 1:
            page.draw_line((rights[0] - 60, y - SIZE), (rights[-1], y - SIZE))
        y += STEP
    return y


def prose(page: Any, y: float) -> float:
    """Set two paragraphs of four rows."""
    for _ in range(2):
        for row in PROSE * 2:
            page.insert_text((60, y), row, fontsize=SIZE - 1)
            y += 12
        y += 10
    return y


def saved(folder: Path, *draw: Callable[[Any], object]) -> Path:
    document: Any = pymupdf.open()
    page = document.new_page(width=612, height=792)
    for each in draw:
        each(page)
    document.save(str(folder / "page.pdf"))
    return folder / "page.pdf"


def around(lines: Sequence[Line], **places: Any) -> tuple[Callable[[Any], object], ...]:
    """Return what draws a table between two texts."""
    return (
        lambda page: prose(page, 70),
        lambda page: statement(page, lines, **places),
        lambda page: prose(page, 240 + STEP * len(lines)),
    )


def blocks_of(path: Path) -> tuple[Block, ...]:
    found = read(PageJob(str(path), 1))
    assert isinstance(found, PageText)
    return found.blocks


def doubt(path: Path) -> str:
    """Return why a page is not read as one with tables of numbers; "" if it is."""
    pdf = open_pdf(path)
    try:
        checked_number_regions(pdf.layer(1), pdf.surroundings(1), lambda: pdf.rules(1))
    except DoubtError as error:
        return str(error)
    return ""


def test_a_statement_between_texts_is_read_without_the_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def shades(page: Any) -> None:
        for at in (1, 3, 5):
            y = 200 + STEP * at - 11
            page.draw_rect((58, y, 540, y + STEP), color=None, fill=(0.8, 0.9, 1))

    path = saved(tmp_path, shades, *around(HEADER + BODY))
    monkeypatch.setattr(PdfFile, "regions", lambda *_: pytest.fail("the layout model was asked"))
    blocks = blocks_of(path)
    assert [block.kind for block in blocks] == ["text", "text", "table", "text", "text"]
    assert blocks[2].text.splitlines() == [
        "||2023|2022|",
        "|---|---|---|",
        "|Dues of members|$ 4,586|$ 4,313|",
        "|Fees of guests|(229)|-|",
        "|Repairs:|||",
        "|Outer quay|1,371|2,083|",
        "|Total|$ 5,728|$ 6,396|",
    ]


def test_the_model_reads_the_same_of_a_statement(tmp_path: Path) -> None:
    path = saved(tmp_path, *around(HEADER + BODY))
    pdf = open_pdf(path)
    model, _ = build_blocks(pdf.layer(1), pdf.regions(1), pdf.surroundings(1))
    assert [(block.kind, block.text) for block in model] == [(block.kind, block.text) for block in blocks_of(path)]


def test_headings_over_several_columns_are_repeated(tmp_path: Path) -> None:
    lines = (("", "Half of 2023", "Year to June"), ("", "2023", "2022"), *BODY)

    def heading(page: Any) -> None:
        for middle, text in ((265, "Three months"), (475, "Twelve months")):
            page.insert_text((middle - pymupdf.get_text_length(text, fontsize=SIZE) / 2, 200), text, fontsize=SIZE)

    names = ("($ million)", "2023", "2022", "2023", "2022")
    wide = [(label, *values, *values) for label, *values in lines[2:]]
    path = saved(
        tmp_path,
        lambda page: prose(page, 70),
        heading,
        lambda page: statement(page, [names, *wide], 200 + STEP, (240, 320, 450, 530)),
    )
    assert doubt(path) == ""
    assert blocks_of(path)[2].text.splitlines()[:3] == [
        "||Three months|Three months|Twelve months|Twelve months|",
        "|---|---|---|---|---|",
        "|($ million)|2023|2022|2023|2022|",
    ]


def test_a_label_on_two_lines_is_one_row(tmp_path: Path) -> None:
    def second_line(page: Any) -> None:
        page.insert_text((60, 200 + 2 * STEP + 10), "and of visitors", fontsize=SIZE)

    lines = [*HEADER, *BODY[:2], ("", "", ""), *BODY[2:]]
    draw = around([lines[0], *(line for line in lines[1:] if any(line))])
    path = saved(tmp_path, *draw)
    assert "|Fees of guests|" in blocks_of(path)[2].text

    document: Any = pymupdf.open()
    page = document.new_page(width=612, height=792)
    prose(page, 70)
    y = statement(page, [*HEADER, *BODY[:2]])
    page.insert_text((60, y - STEP + 10), "and of visitors", fontsize=SIZE)
    statement(page, BODY[2:], y + 10)
    document.save(str(tmp_path / "two.pdf"))
    assert "|Fees of guests and of visitors|(229)|-|" in blocks_of(tmp_path / "two.pdf")[2].text


LONG = "Income before taxes and the share of the affiliated"
DOUBTS: tuple[tuple[str, tuple[Line, ...]], ...] = (
    ("a table without a header", BODY),
    ("columns without names", (("", "2023", ""), *BODY)),
    (
        "a label that may go on in the next row",
        (*HEADER, *BODY[:2], (LONG, "", ""), ("companies", "1", "2"), *BODY[3:]),
    ),
    ("a column of few numbers", (*HEADER, BODY[0], *((*line[:2], "") for line in BODY[1:]))),
    ("few numbers under each other", (*HEADER, *BODY[:2])),
)


@pytest.mark.parametrize(("reason", "lines"), DOUBTS, ids=[reason for reason, _ in DOUBTS])
def test_what_is_not_clear_is_a_doubt(reason: str, lines: tuple[Line, ...], tmp_path: Path) -> None:
    assert doubt(saved(tmp_path, *around(lines))) == reason


def test_numbers_that_end_at_different_places_are_a_doubt(tmp_path: Path) -> None:
    def uneven(page: Any) -> None:
        y = statement(page, HEADER + BODY[:4])
        statement(page, BODY[4:], y, (432, 520))

    assert doubt(saved(tmp_path, lambda page: prose(page, 70), uneven)) == "numbers whose edges differ"


def test_two_columns_of_labels_are_a_doubt(tmp_path: Path) -> None:
    def notes(page: Any) -> None:
        for at in (1, 2, 4):
            page.insert_text((240, 200 + STEP * at), "note a", fontsize=SIZE)

    assert doubt(saved(tmp_path, *around(HEADER + BODY), notes)) == "two columns of labels"


def test_a_heading_that_may_be_over_one_column_or_two_is_a_doubt(tmp_path: Path) -> None:
    def heading(page: Any) -> None:
        page.insert_text((220, 200 - STEP), "Years ended September 30, 2023 and 2022", fontsize=SIZE)

    path = saved(tmp_path, lambda page: statement(page), heading)
    assert doubt(path) == "a title or a heading over a table"


def test_upright_lines_and_areas_over_rows_are_a_doubt(tmp_path: Path) -> None:
    def line(page: Any) -> None:
        page.draw_line((400, 190), (400, 270))

    def area(page: Any) -> None:
        page.draw_rect((360, 225, 430, 250), color=None, fill=(0.8, 0.8, 0.8))

    assert doubt(saved(tmp_path, *around(HEADER + BODY), line)) == "upright lines through a column"
    assert doubt(saved(tmp_path, area, *around(HEADER + BODY))) == "drawings in a table"


def test_prose_with_numbers_is_no_table(tmp_path: Path) -> None:
    assert doubt(saved(tmp_path, lambda page: prose(page, 70))) == "no table of numbers"
