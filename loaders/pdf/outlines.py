"""Print drawn as outlines: letters as shapes, which the text layer does not contain.

Design programs and plotters write such files. A page of outlines with a page number or running header in letters has a
text layer of little text; it is read by OCR like a scan, so that its print is not lost. Letters are counted in the
pixels, since some programs draw each as a separate shape and others a whole page as one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from loaders.pdf.text_layer import TextLayer
from loaders.types import Box

MAX_CHARACTERS = 1500
"""Most characters of the text layer of a page that is examined: half a page of print."""
DPI = 100
MIN_LETTERS = 60
"""Letters in rows from which a page counts as outlined: two lines of print; the labels of a drawn chart have 10-40."""
_MORE = 2  # times as many letters as the text layer has: the labels of a chart on a page of text have fewer
_LEVELS = 60  # of 255 that a letter differs from the page
_SMALL, _LARGE = 3, 60  # pixels: the height of letters of 4-30 points
_FLAT = 3.0  # width by height: a dash or the piece of a broken line is flatter than any letter
_GAP = 1.0  # of the letters' height, between two of one word or two words
_ROW = 8  # letters of the shortest row
_HEIGHTS = 3  # different heights in a row: dots and ticks have one, letters several


class _Shape(NamedTuple):
    x: int
    y: int
    width: int
    height: int


def is_outlined(page: Any, layer: TextLayer) -> bool:
    """Return whether most print of a page is drawn as outlines: about 25 ms for a page with drawings.

    Args:
        page: The PDF library's page.
        layer: Its text layer.
    """
    characters = sum(len(word.text) for line in layer.lines for word in line.words)
    if not layer.drawings or characters > MAX_CHARACTERS:
        return False
    pixmap = page.get_pixmap(dpi=DPI, alpha=False, colorspace="gray")
    rows = np.frombuffer(pixmap.samples_mv, dtype=np.uint8).reshape(pixmap.height, pixmap.stride)
    grey = rows[:, : pixmap.width].copy()
    known = [word.box for line in layer.lines for word in line.words]
    # What is drawn in fields and comments is read from the file.
    known += [field.box for field in layer.fields] + [comment.box for comment in layer.comments]
    letters = sum(map(len, _rows(_shapes(grey, [*known, *layer.images]))))
    return letters >= MIN_LETTERS and letters > _MORE * characters


def _shapes(grey: NDArray[np.uint8], known: Sequence[Box]) -> list[_Shape]:
    """Return the shapes as large as letters outside the words and pictures of the file."""
    import cv2  # imported here: most pages have no drawings, and it takes 0.1 s and 50 MB

    paper = int(cv2.calcHist([grey], [0], None, [256], [0, 256]).argmax())
    ink = cv2.LUT(grey, (np.abs(np.arange(256) - paper) > _LEVELS).astype(np.uint8))
    for x0, y0, x1, y1 in known:
        left, top, right, bottom = (max(int(edge * DPI / 72), 0) for edge in (x0, y0, x1 + 1, y1 + 1))
        ink[top:bottom, left:right] = 0
    filled: NDArray[np.bool_] = np.any(ink, axis=1)
    if not filled.any():
        return []
    kept = filled | np.append(filled[1:], False)  # one empty row over each part: all others take 6 ms to search
    _, _, found, _ = cv2.connectedComponentsWithStats(ink[kept], connectivity=8)
    shapes = (_Shape(*map(int, row[:4])) for row in found[1:])
    return [one for one in shapes if _SMALL <= one.height <= _LARGE and one.width <= _FLAT * one.height]


def _rows(shapes: Sequence[_Shape]) -> list[list[_Shape]]:
    """Return the shapes that are side by side like letters, in rows from the left."""
    open_rows: list[list[_Shape]] = []
    done: list[list[_Shape]] = []
    for one in sorted(shapes):
        still = [
            row for row in open_rows if one.x - row[-1].x - row[-1].width <= _GAP * max(row[-1].height, _SMALL * 3)
        ]
        done += [row for row in open_rows if row not in still]
        home = next((row for row in still if _is_beside(row[-1], one)), None)
        if home is None:
            still.append([one])
        else:
            home.append(one)
        open_rows = still
    return [row for row in (*done, *open_rows) if len(row) >= _ROW and len({one.height for one in row}) >= _HEIGHTS]


def _is_beside(left: _Shape, right: _Shape) -> bool:
    shared = min(left.y + left.height, right.y + right.height) - max(left.y, right.y)
    return shared >= min(left.height, right.height) / 2 and max(left.height, right.height) <= 4 * min(
        left.height, right.height
    )
