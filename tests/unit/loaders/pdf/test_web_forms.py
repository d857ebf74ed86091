"""Controls of web forms that were printed to a PDF: rounded boxes, radio buttons, and boxes written as [x]."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pymupdf
import pytest

from loaders.pdf.document import open_pdf

GREY, BLUE, WHITE = (0.46, 0.46, 0.46), (0.0, 0.46, 1.0), (1.0, 1.0, 1.0)


def a_page() -> Any:
    doc: Any = pymupdf.open()
    page = doc.new_page(width=400, height=300)
    page.doc_kept = doc
    page.insert_text((40, 40), "Application for a berth in the old harbour", fontsize=14)
    return page


def box(page: Any, y: float, label: str, *, ticked: bool) -> None:
    """Draw a box as browsers do: an empty one has an outline, a ticked one is filled and has a white hook."""
    at = pymupdf.Rect(40, y, 49.5, y + 9.5)
    if ticked:
        page.draw_rect(at, color=None, fill=BLUE, radius=0.16)
        page.draw_polyline([(42, y + 5), (44, y + 7), (48, y + 2)], color=WHITE, width=1.2)
    else:
        page.draw_rect(at, color=GREY, fill=WHITE, radius=0.16, width=0.5)
    page.insert_text((54, y + 9), label, fontsize=11)


def button(page: Any, x: float, y: float, label: str, *, chosen: bool) -> None:
    page.draw_circle((x, y - 4), 4.7, color=BLUE if chosen else GREY, width=0.5)
    if chosen:
        page.draw_circle((x, y - 4), 2.9, color=None, fill=BLUE)
    page.insert_text((x + 9, y), label, fontsize=11)


def fields(page: Any, path: Path) -> list[str]:
    page.parent.save(str(path))
    return [each.text for each in open_pdf(path).layer(1).fields]


def test_boxes_and_buttons_have_a_state(tmp_path: Path) -> None:
    page = a_page()
    box(page, 60, "Shore power", ticked=True)
    box(page, 80, "Water supply", ticked=False)
    button(page, 45, 120, "Resident", chosen=False)
    button(page, 145, 120, "Visitor", chosen=True)
    assert fields(page, tmp_path / "a.pdf") == [
        "Shore power: yes (ticked)", "Water supply: no (not ticked)", "Resident: no (not ticked)",
        "Visitor: yes (ticked)",
    ]  # fmt: skip


def test_written_boxes_have_a_state(tmp_path: Path) -> None:
    page = a_page()
    for at, line in enumerate(("[x] Deposit paid", "[ ] Contract signed", "[] Keys handed over")):
        page.insert_text((40, 80 + 20 * at), line, fontsize=11)
    assert fields(page, tmp_path / "a.pdf") == [
        "Deposit paid: yes (ticked)", "Contract signed: no (not ticked)", "Keys handed over: no (not ticked)",
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["bullet", "ring", "index", "reference"])
def test_what_only_looks_like_a_control_has_none(kind: str, tmp_path: Path) -> None:
    page = a_page()
    if kind == "bullet":  # the key of a legend
        page.draw_rect(pymupdf.Rect(40, 60, 49.5, 69.5), color=None, fill=BLUE, radius=0.16)
        page.insert_text((54, 69), "Timber", fontsize=11)
    if kind == "ring":  # the points of a line
        for at in range(4):
            page.draw_circle((60 + 60 * at, 100), 4, color=BLUE, fill=WHITE)
            page.insert_text((66 + 60 * at, 104), str(12 + at), fontsize=11)
    if kind == "index":
        page.insert_text((40, 80), "[x] is the place of the last ship in the list", fontsize=11)
    if kind == "reference":
        for at in range(3):
            page.insert_text((40, 80 + 20 * at), f"[{at}] Harbours and their keepers", fontsize=11)
    assert fields(page, tmp_path / "a.pdf") == []
