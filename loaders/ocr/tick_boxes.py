"""Tick boxes of a scan: isolated squares of four drawn sides, and whether they have a mark in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from loaders.geometry import centre, contains
from loaders.ocr.ink import Ink
from loaders.ocr.lines import OcrLine
from loaders.pdf.forms import CHECK_BOX, Widget, with_widgets
from loaders.pdf.text_layer import Line, TextLayer
from loaders.pdf.tick_boxes import is_filled_in
from loaders.types import Box, Word

Image = NDArray[np.uint8]

UNCLEAR = "not clear whether it is ticked"

_SIDE = (0.5, 1.1)  # of a line's height: squares of 0.8-1.6 times the text size
_SKEW = 1.25  # longest side by shortest
_STRAIGHT = 0.3  # of a line's height: pieces of the sides
_OUTSIDE = 0.25  # of a box: most distance that a mark extends beyond its sides
_EDGE = 0.22  # of a box at each side that is not searched for a mark: its own lines
_DRAWN = 0.8  # share of each side that is straight: of an O 0.4-0.6, of a D and an E one side less
_SIGNS = "xXvVO0"  # letters that may be a box or a mark in it, if they are a word by themselves
_EMPTY, _TICKED = 0.04, 0.09  # share of ink inside: dirt has less, a thin hook 0.12 and more
_FULL = 0.85  # share of ink inside from which it is a filled square: all of it; beside a web form's pale hook 0.7
_ALONE = 0.25  # of a line's height to the left that is empty: letters of a word are nearer
_POINTS = 12.0  # of a line of print: the reach of labels is in points
_MAX_BOXES = 200
_CJK = 0x2E80
_NEAR = 1.0  # of a line's height around a box without Chinese or Japanese


def with_tick_boxes(lines: Sequence[OcrLine], ink: Ink) -> tuple[list[OcrLine], list[OcrLine]]:
    """Return the lines without tick boxes and their labels, and for each box a line: "label: yes (ticked)".

    Empty squares are bullets of a list unless one on the page is ticked, or two are in one row.
    """
    boxes = _boxes(lines, ink)
    if not boxes or len(boxes) > _MAX_BOXES or not (any(boxes.values()) or _share_row(list(boxes), ink.size)):
        return list(lines), []
    bare = [line for line in (_without(line, list(boxes)) for line in lines) if line.text]
    widgets = [Widget(CHECK_BOX, "", box, "", bool(on), "", ()) for box, on in boxes.items()]
    found = with_labelled(bare, widgets, ink)
    if found is None:
        return list(lines), []
    kept, fields = found
    unclear = [box for box, on in boxes.items() if on is None]
    return kept, [
        replace(each, text=f"{each.text.rpartition(': ')[0]}: {UNCLEAR}")
        if any(contains(each.box, centre(box)) for box in unclear)
        else each
        for each in fields
    ]


def with_labelled(
    lines: Sequence[OcrLine], widgets: Sequence[Widget], ink: Ink
) -> tuple[list[OcrLine], list[OcrLine]] | None:
    """Return the lines without the labels of these boxes, and a line for each field; None if no box has a label.

    The boxes are in pixels without the skew, as those of the lines.
    """
    scale = _POINTS / ink.size
    printed = [
        Line(
            tuple(Word(word.text, _scaled(word.box, scale)) for word in line.level_words),
            at,
            0.8 * _POINTS,
            True,
            False,
        )
        for at, line in enumerate(lines)
    ]
    scaled = [replace(widget, box=_scaled(widget.box, scale)) for widget in widgets]
    layer = with_widgets(TextLayer(0.0, 0.0, tuple(printed), ()), scaled, only_labelled=True)
    if layer is None:
        return None
    fields = []
    for each in layer.fields:
        box = _scaled(each.box, 1 / scale)
        fields.append(OcrLine(each.text, 1.0, ink.on_page(box), box))
    left = {line.block: line.words for line in layer.lines}
    kept = [_only(line, printed[at].words, left.get(at, ())) for at, line in enumerate(lines)]
    return [line for line in kept if line.text], fields


def _boxes(lines: Sequence[OcrLine], ink: Ink) -> dict[Box, bool | None]:
    """Return the isolated squares, and whether each is ticked; None if that is not clear."""
    size = ink.size
    step = max(5, round(_STRAIGHT * size))
    across = cv2.morphologyEx(ink.mask, cv2.MORPH_OPEN, np.ones((1, step), np.uint8)).astype(np.uint8)
    down = cv2.morphologyEx(ink.mask, cv2.MORPH_OPEN, np.ones((step, 1), np.uint8)).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(np.maximum(across, down), connectivity=8)
    found: dict[Box, bool | None] = {}
    filled: list[Box] = []
    for x, y, w, h, _ in stats[1:].tolist():
        if not (_SIDE[0] * size <= min(w, h) and max(w, h) <= min(_SIDE[1] * size, _SKEW * min(w, h))):
            continue
        sides = _sides(across[y : y + h, x : x + w], down[y : y + h, x : x + w])
        if sides is None:
            continue
        x, y, w, h = x + sides[0], y + sides[1], sides[2] - sides[0], sides[3] - sides[1]
        if not _is_alone(Box(x, y, x + w, y + h), lines, ink):
            continue
        edge = max(4, round(_EDGE * min(w, h)))
        if min(w, h) <= 2 * edge:
            continue  # too small to see a mark: print of less than 6 points at 150 dpi
        share = float(ink.mask[y + edge : y + h - edge, x + edge : x + w - edge].mean())
        box = Box(x, y, x + w, y + h)
        if share < _FULL:
            found[box] = True if share > _TICKED else False if share < _EMPTY else None
        else:
            filled.append(box)
    return found | dict.fromkeys((box for box in filled if is_filled_in(box, list(found))), True)


def _sides(across: Image, down: Image) -> tuple[int, int, int, int] | None:
    """Return left, top, right and bottom of the four drawn sides in a picture; None if one is missing."""
    left, right = _side(down), _side(down[:, ::-1])
    top, bottom = _side(across.T), _side(across.T[:, ::-1])
    if left is None or right is None or top is None or bottom is None:
        return None
    return left, top, down.shape[1] - right, down.shape[0] - bottom


def _side(lines: Image) -> int | None:
    """Return the distance from the left edge of a picture of a line down it; the end of a hook may be beyond it."""
    for at in range(max(1, round(_OUTSIDE * lines.shape[1]))):
        if float(lines[:, at : at + 3].any(1).mean()) >= _DRAWN:
            return at
    return None


def _is_alone(box: Box, lines: Sequence[OcrLine], ink: Ink) -> bool:
    """Return whether a square is no letter: empty space at its left, no word in it, no Chinese around it."""
    gap = Box(box.x0 - _ALONE * ink.size, box.y0 + 2, box.x0 - 2, box.y1 - 2)
    if ink.share(gap) > _EMPTY:
        return False
    for line in lines:
        if not line.box.y0 < (box.y0 + box.y1) / 2 < line.box.y1:
            continue
        for at, (char, x) in enumerate(characters(line)):
            chinese = ord(char) >= _CJK  # a box is often read as 口 or 冈
            if box.x0 - 2 < x < box.x1 + 2:
                letter = char.isalnum() and not chinese and not _is_separate_sign(line.text, at)
            else:
                letter = chinese and box.x0 - _NEAR * ink.size < x < box.x1 + _NEAR * ink.size
            if letter:
                return False
    return True


def _is_separate_sign(text: str, at: int) -> bool:
    """Return whether a character (by its index without spaces) is one of `_SIGNS` and a word by itself."""
    place = [index for index, char in enumerate(text) if not char.isspace()][at]
    beside = text[max(0, place - 1) : place] + text[place + 1 : place + 2]
    return text[place] in _SIGNS and not beside.strip()


def characters(line: OcrLine) -> list[tuple[str, float]]:
    """Return the characters of a line that are no spaces, each with its x."""
    chars = [char for char in line.text if not char.isspace()]
    width = line.box.x1 - line.box.x0
    places = line.places if len(line.places) == len(chars) else [(at + 0.5) / len(chars) for at in range(len(chars))]
    return [(char, line.box.x0 + place * width) for char, place in zip(chars, places, strict=True)]


def _without(line: OcrLine, boxes: Sequence[Box]) -> OcrLine:
    """Return a line without the characters that were read in tick boxes."""
    own = [box for box in boxes if box.y0 < line.middle < box.y1 or line.box.y0 < (box.y0 + box.y1) / 2 < line.box.y1]
    inside = [any(box.x0 - 1 < x < box.x1 + 1 for box in own) for _, x in characters(line)]
    return without_characters(line, inside, own)


def without_characters(
    line: OcrLine, inside: Sequence[bool], boxes: Sequence[Box], edge: float | None = None
) -> OcrLine:
    """Return a line without the characters as which boxes in its row were read, given by `inside`.

    `edge` is the x at which its other characters begin, computed from the boxes if it is not given.
    """
    edge = _edge(line, inside, boxes) if edge is None else edge
    if not any(inside) and edge == line.box.x0:
        return line
    text, at, places = "", 0, list[float]()
    for char in line.text:
        if char.isspace():
            text += char
            continue
        if not inside[at]:
            text += char
            places += line.places[at : at + 1]
        at += 1
    left = edge
    width, new = line.box.x1 - line.box.x0, line.box.x1 - left
    shifted = tuple(max(0.0, (line.box.x0 + place * width - left) / new) for place in places) if new > 0 else ()
    return replace(line, text=" ".join(text.split()), box=line.box._replace(x0=left), places=shifted)


def _edge(line: OcrLine, inside: Sequence[bool], boxes: Sequence[Box]) -> float:
    """Return the x at which a line begins after the tick box at its left edge, which the detector included."""
    first = next((x for (_, x), own in zip(characters(line), inside, strict=True) if not own), line.box.x1)
    return max([line.box.x0, *(box.x1 for box in boxes if box.x1 <= first and box.x0 < line.box.x0 + line.height)])


def _only(line: OcrLine, words: Sequence[Word], kept: Sequence[Word]) -> OcrLine:
    """Return a line with only those of its words that are in `kept`, outside the labels of tick boxes."""
    if len(kept) == len(words):
        return line
    level = line.level_words
    own = [level[at] for at, word in enumerate(words) if word in kept]
    if not own:
        return replace(line, text="")
    box = Box(own[0].box.x0, line.box.y0, own[-1].box.x1, line.box.y1)
    return replace(line, text=" ".join(word.text for word in own), box=box, places=())


def _share_row(boxes: Sequence[Box], size: float) -> bool:
    return any(
        box is not other and contains(Box(0.0, other.y0 - 0.2 * size, 1e9, other.y1 + 0.2 * size), centre(box))
        for box in boxes
        for other in boxes
    )


def _scaled(box: Box, scale: float) -> Box:
    return Box(*(value * scale for value in box))
