"""Small PDFs with tables: ruled as word processors draw them, or set without any lines."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import pymupdf

BOLD, PLAIN = "hebo", "helv"
EDGES = (72, 200, 270, 340, 410, 480)
"""Left edges of the columns of an unruled table, and its right edge."""

Align = Literal["left", "right", "centre"]
Heading = tuple[int, int, str]
"""First and last column of a heading, and its text."""


class TablePage:
    """A page with a caption, to be filled with one table."""

    def __init__(self, caption: str, width: float = 595, height: float = 842) -> None:
        self.doc: Any = pymupdf.open()
        self.page: Any = self.doc.new_page(width=width, height=height)
        self.page.insert_text((72, 80), caption, fontsize=12, fontname=BOLD)

    def ruled(
        self,
        widths: Sequence[float],
        rows: Sequence[Sequence[str]],
        spans: Sequence[tuple[int, int, int, int]] = (),
        bold: Sequence[int] = (0,),
        grey: float = 0.0,
    ) -> TablePage:
        """Draw a box around each cell; `spans` are (row, column, columns, rows), `bold` are rows, `grey` the lines."""
        xs = [72.0]
        for width in widths:
            xs.append(xs[-1] + width)
        spanning = {(row, column): (across, down) for row, column, across, down in spans}
        covered = {
            (row + y, column + x)
            for (row, column), (across, down) in spanning.items()
            for y in range(down)
            for x in range(across)
            if (x, y) != (0, 0)
        }
        for row, cells in enumerate(rows):
            for column, text in enumerate(cells):
                if (row, column) in covered:
                    continue
                across, down = spanning.get((row, column), (1, 1))
                box = pymupdf.Rect(xs[column], 95 + 18 * row, xs[column + across], 95 + 18 * (row + down))
                self.page.draw_rect(box, width=0.5, color=(grey,) * 3)
                self._put(
                    box.x0 + 4, box.x1 - 4, (box.y0 + box.y1) / 2 + 3, text, "left", BOLD if row in bold else PLAIN
                )
        return self

    def unruled(
        self,
        heads: Sequence[Sequence[Heading]],
        rows: Sequence[Sequence[str]],
        align: Align = "right",
        head_align: Align = "right",
        band_align: Align = "left",
        band_font: str = PLAIN,
        underlined: bool = False,
    ) -> TablePage:
        """Set a table without lines; a row of one text is a band over the rows below it."""
        y, right = 110.0, EDGES[max(map(len, rows))] - 8
        for line in heads:
            for first, last, text in line:
                self._put(EDGES[first], EDGES[last + 1] - 8, y, text, head_align if first else "left", BOLD)
                if underlined and last > first:
                    self.page.draw_line((EDGES[first], y + 4), (EDGES[last + 1] - 8, y + 4), width=0.5)
            y += 16
        for row in rows:
            if len(row) == 1:
                self._put(EDGES[0], right, y, row[0], band_align, band_font)
            else:
                for column, text in enumerate(row):
                    self._put(EDGES[column], EDGES[column + 1] - 8, y, text, align if column else "left", PLAIN)
            y += 16
        self.page.insert_text((72, y + 30), "The figures were collected by the harbour office and checked twice.")
        return self

    def _put(self, x0: float, x1: float, y: float, text: str, align: Align, font: str) -> None:
        if text:
            width = pymupdf.get_text_length(text, font, 9.5)
            x = {"left": x0, "right": x1 - width, "centre": (x0 + x1 - width) / 2}[align]
            self.page.insert_text((x, y), text, fontsize=9.5, fontname=font)

    def put(self, text: str, x: float, y: float, *, right: bool = False, font: str = PLAIN, size: float = 9.5) -> None:
        """Set a text that begins, or at the right ends, at a place."""
        x -= pymupdf.get_text_length(text, font, size) if right else 0
        self.page.insert_text((x, y), text, fontsize=size, fontname=font)

    def save(self, path: Path) -> Path:
        """Write the page as a PDF."""
        self.doc.save(str(path))
        return path


def sideways(page: TablePage, path: Path, turn: int = 90) -> Path:
    """Write a landscape page as a portrait one with its text running up (90) or down (270)."""
    doc: Any = pymupdf.open()
    source = page.doc[0]
    size = (source.rect.height, source.rect.width) if turn % 180 else (source.rect.width, source.rect.height)
    target = doc.new_page(width=size[0], height=size[1])
    target.show_pdf_page(target.rect, page.doc, 0, rotate=turn)
    doc.save(str(path))
    return path
