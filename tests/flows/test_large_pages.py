"""Pages with far more of one kind than anybody prints: each is read, in bounded time, and what it says is found."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, cast

import pymupdf
import pytest

from graph.app import app
from graph.context import Context
from graph.query.graph import app as query

MARKS, POINTS, ROWS, BANDS = 100_000, 10_000, 3_000, 300
FACT = "The lock keeper closed the gate at 21:40."


def _page(document: Any) -> Any:
    page = document.new_page(width=595, height=842)
    page.insert_text((60, 60), FACT, fontsize=11)
    return page


def _marks(document: Any, across: int = 250) -> None:
    """Write a page of numbers with a raised mark on each, as many in a row; of fewer each is a word of its own."""
    page = _page(document)
    pieces = ["BT"]
    for at in range(MARKS):
        x, y = 40 + at % across * 500 / across, 740 - at // across * 700 * across / MARKS
        pieces.append(
            f"/helv 2 Tf 1 0 0 1 {x} {y:.2f} Tm (7) Tj /helv 1.2 Tf 1 0 0 1 {x + 1.15:.2f} {y + 0.8:.2f} Tm (1) Tj"
        )
    page.insert_font(fontname="helv")
    xref = document.get_new_xref()
    document.update_object(xref, "<<>>")
    document.update_stream(xref, "\n".join([*pieces, "ET"]).encode())
    old = document.xref_get_key(page.xref, "Contents")[1].strip("[]")
    document.xref_set_key(page.xref, "Contents", f"[{old} {xref} 0 R]")


def _marks_apart(document: Any) -> None:
    _marks(document, 125)


def _points(document: Any) -> None:
    """Draw a chart of ten thousand points, each with its value."""
    page = _page(document)
    page.draw_line((70, 700), (560, 700))
    page.draw_line((70, 700), (70, 200))
    shape = page.new_shape()
    for at in range(POINTS):
        x, y = 70 + 490 * at / POINTS, 450 + 200 * math.sin(at / 90)
        shape.draw_circle((x, y), 0.7)
        if at % 5 == 0:
            shape.insert_text((x, y - 2), f"{at / 10:.1f}", fontsize=2)
    shape.finish(fill=(0.2, 0.4, 0.8), width=0)
    shape.commit()


def _rows(document: Any) -> None:
    """Write a table of bands and rows over many pages, each with its header."""
    lines: list[tuple[str, str, str]] = []
    for band in range(BANDS):
        lines.append((f"Depot {band}", "", ""))
        lines += [(f"Tool {band}-{row}", str(1000 + band), str(row)) for row in range(ROWS // BANDS)]
    for start in range(0, len(lines), 42):
        page = document.new_page(width=595, height=842)
        for at, cells in enumerate([("Tool", "Price", "Number"), *lines[start : start + 42]]):
            for column, cell in enumerate(cells):
                x, y = 60 + 150 * column, 40 + 18 * at
                page.draw_rect((x, y, x + 150, y + 18), width=0.4)
                font = "hebo" if at == 0 or not cells[1] else "helv"
                page.insert_text((x + 4, y + 13), cell, fontsize=9, fontname=font)


def _ingest(path: Path, draw: Any) -> dict[str, Any]:
    document: Any = pymupdf.open()
    draw(document)
    document.save(str(path), deflate=True)
    report = app.invoke({"sources": [str(path)]}, context=Context(engine="offline"))["report"]
    return cast(dict[str, Any], report["documents"][0])


def _answer(question: str) -> str:
    return cast(str, query.invoke({"question": question}, context=Context(engine="offline"))["answer"])


@pytest.mark.slow
@pytest.mark.parametrize("draw", [_marks, _marks_apart, _points])
def test_a_page_with_too_many_signs_is_read(home: Path, tmp_path: Path, draw: Any) -> None:
    assert _ingest(tmp_path / "dense.pdf", draw)["status"] == "complete"
    assert "21:40" in _answer("When did the lock keeper close the gate?")


@pytest.mark.slow
def test_each_row_of_a_table_over_many_pages_has_its_band(home: Path, tmp_path: Path) -> None:
    assert _ingest(tmp_path / "stock.pdf", _rows)["status"] == "complete"
    assert "Depot 217, Tool 217-6" in _answer("What is the price of Tool 217-6?")
