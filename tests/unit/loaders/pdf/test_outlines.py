"""Print that is drawn as outlines is read by OCR, whatever little text the file has beside it; a drawing is not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pymupdf
import pytest

from loaders.pages.reader import read, render
from loaders.types import PageImage, PageJob, PageText

HEADING = "Notes on the cable car"
LINES = ("The cable car carried 4,318 riders in May.", "A trip takes eleven minutes.", "It stops at 18:15 in October.")


def _drawn() -> Any:
    """Return a document of a page of print without a letter in its text layer."""
    written: Any = pymupdf.open()
    page = written.new_page(width=420, height=595)
    page.insert_text((50, 80), HEADING, fontsize=16, fontname="hebo")
    for at, text in enumerate(LINES):
        page.insert_text((50, 120 + 20 * at), text, fontsize=11)
    picture: Any = pymupdf.open("svg", page.get_svg_image(text_as_path=True).encode())
    return pymupdf.open("pdf", picture.convert_to_pdf())


def _page(folder: Path, draw: Callable[[Any], object]) -> PageJob:
    document: Any = pymupdf.open()
    draw(document.new_page(width=420, height=595))
    document.save(str(folder / "page.pdf"))
    return PageJob(str(folder / "page.pdf"), 1)


def _outlines(page: Any, *live: tuple[int, str]) -> None:
    page.show_pdf_page(page.rect, _drawn(), 0)
    for height, text in live:
        page.insert_text((50, height), text, fontsize=9)


@pytest.mark.parametrize("live", [(), ((570, "12"),), ((40, "Bulletin of the valley, issue 7"), (570, "12"))])
def test_outlined_print_is_read_with_what_is_written_beside_it(
    tmp_path: Path, live: tuple[tuple[int, str], ...]
) -> None:
    job = _page(tmp_path, lambda page: _outlines(page, *live))
    page = read(job)
    assert isinstance(page, PageText)
    assert [text for text in (HEADING, *LINES, *(text for _, text in live)) if text not in page.markdown] == []
    shot = render(job)
    assert isinstance(shot, PageImage)
    assert (shot.legible, shot.blank) == (False, False), (
        "a model's reply is not held against the few words of the layer"
    )


def _chart(page: Any) -> None:
    """Draw points, ticks and broken lines, with a few labels that are written."""
    for at in range(120):
        page.draw_circle((60 + 2.5 * at, 200 + at % 7 * 12), 1.5, fill=(0, 0, 0))
        page.draw_line((60 + 2.5 * at, 400), (60 + 2.5 * at, 404))
        page.draw_line((60 + 2.5 * at, 300), (61.4 + 2.5 * at, 300), width=0.7)
    for at in range(5):
        page.insert_text((60 + 70 * at, 420), f"{20 * at}", fontsize=8)


def _text(page: Any) -> None:
    page.draw_rect((40, 60, 380, 560))
    for at in range(20):
        page.insert_text((50, 100 + 20 * at), f"Line {at} of the report says what was counted that day.", fontsize=10)


def _ground(page: Any) -> None:
    """Draw nothing that is seen beside the words."""
    page.draw_rect((40, 60, 380, 560), color=(1, 1, 1), fill=(1, 1, 1))
    page.insert_text((50, 112), "The boats were counted by the crew at noon.", fontsize=11)


def _form(page: Any) -> None:
    """Fill fields in: their values are drawn, and read from the file."""
    for at in range(4):
        page.insert_text((50, 112 + 40 * at), f"Item {at}", fontsize=11)
        field = pymupdf.Widget()
        field.field_type, field.field_name = pymupdf.PDF_WIDGET_TYPE_TEXT, f"field{at}"
        field.rect = pymupdf.Rect(120, 100 + 40 * at, 380, 118 + 40 * at)
        field.field_value = "The boats were counted by the crew at noon"
        page.add_widget(field)


@pytest.mark.parametrize("draw", [pytest.param(_chart, marks=pytest.mark.slow), _text, _ground, _form])
@pytest.mark.heavy
def test_points_and_rules_are_no_letters(tmp_path: Path, draw: Callable[[Any], object]) -> None:
    page = read(_page(tmp_path, draw))
    assert isinstance(page, PageText)
    assert page.engine.startswith("text-layer")
