"""Printed dashes of a scan, which the recogniser never finds: isolated short strokes at the height of a row."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from loaders.ocr.ink import Ink
from loaders.ocr.lines import OcrLine
from loaders.types import Box

DASH = "-"

_READ_AS = "一ー―—–−‒"  # the recogniser's readings of an isolated dash
_CJK = 0x2E80  # first code of Chinese and Japanese, where 一 is a word

_SHORTEST, _LONGEST = 0.14, 1.5  # of a line's height: hyphens have 0.147-0.35, dashes of any kind up to 1.1
_THICK = 0.22  # of a line's height: they have 0.07-0.17
_FLAT = 1.5  # times as wide as high
_OFF = 0.2  # of a line's height from the middle of its row: they have 0.0-0.12, an underscore 0.3
_ALONE = 0.6  # of a line's height to each side without other print: a minus sign is nearer to its number
_ROW = 0.35  # of a line's height above and below: the boxes of narrow rows overlap, their print does not
_SPECK = 2  # pixels: smaller shapes beside a dash are dirt


def find_dashes(ink: Ink, lines: Sequence[OcrLine]) -> list[OcrLine]:
    """Return the isolated dashes in the rows of these lines, outside of all of them, as separate lines."""
    if not lines or not ink.shapes:
        return []
    shapes = np.array(ink.shapes, np.float64)
    boxes = np.array([line.box for line in lines], np.float64)
    sizes = shapes[:, 2] - shapes[:, 0], shapes[:, 3] - shapes[:, 1]
    size = ink.size
    flat = (sizes[0] >= _SHORTEST * size) & (sizes[0] <= _LONGEST * size) & (sizes[1] <= _THICK * size)
    middles = (boxes[:, 1] + boxes[:, 3]) / 2
    found = []
    for x0, y0, x1, y1 in shapes[flat & (sizes[0] >= _FLAT * sizes[1])].tolist():
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        off = np.abs(middles - y)
        if off.min() > _OFF * size:
            continue
        inside = (boxes[:, 0] < x) & (x < boxes[:, 2]) & (boxes[:, 1] < y) & (y < boxes[:, 3])
        reach = _ALONE * size
        near = (shapes[:, 0] < x1 + reach) & (shapes[:, 2] > x0 - reach)
        near &= (shapes[:, 1] < y + _ROW * size) & (shapes[:, 3] > y - _ROW * size)
        # A drawn line beside the dash is the border of its cell, and a speck is dirt.
        near &= (sizes[1] < 2 * size) & (sizes[0] < 3 * size) & (np.maximum(*sizes) > _SPECK)
        if not inside.any() and near.sum() == 1:
            row = lines[int(off.argmin())]
            box = Box(x0, row.box.y0, x1, row.box.y1)
            found.append(OcrLine(DASH, 1.0, ink.on_page(box), box))
    return found


def plain_dashes(texts: Sequence[str]) -> list[str]:
    """Return the texts of a page's lines with `-` for each lone dash; in print without Chinese, 一 is one."""
    lone = [bool(text.strip()) and text.strip() in _READ_AS for text in texts]
    chinese = any(ord(char) >= _CJK for text, alone in zip(texts, lone, strict=True) if not alone for char in text)
    return [DASH if alone and not chinese else text for text, alone in zip(texts, lone, strict=True)]
