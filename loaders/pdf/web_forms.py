"""Tick boxes and radio buttons of a web form that was printed to a PDF: rounded squares, circles, and signs as [x]."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from loaders.geometry import bounding_box, centre, contains
from loaders.pdf.text_layer import Line, as_box
from loaders.types import Box, Word

_SMALLEST, _LARGEST = 6.0, 18.0  # points: sides of a control; browsers draw 9.75
_SKEW = 1.1  # longest side by shortest
_SIDES = 0.4  # share of a rounded square's outline that is straight; browsers draw 0.68
_INNER = (0.3, 0.85)  # size of a hook or dot, times that of its control
_DARK = 0.75  # least of the three colours under which a drawing is visible on paper
_MAX_CONTROLS = 300


class _Drawn(NamedTuple):
    box: Box
    stroke: bool
    """Whether its outline is visible on paper."""
    fill: bool
    pale: bool
    """Whether it is drawn in white or nearly white, like the hook in a filled box."""
    form: str
    """`square`, `circle` or `other`."""


def drawn_controls(page: Any) -> dict[Box, bool]:
    """Return the controls that a page of the PDF library draws, and whether each is ticked or chosen.

    A filled square with a hook in it is a control, others are bullets. Circles are controls where one of them has a
    dot.
    """
    drawn = [shape for drawing in page.get_cdrawings() if (shape := _drawn(drawing))]
    outlines = [shape for shape in drawn if shape.form != "other" and _is_control(shape.box)]
    if len(outlines) > _MAX_CONTROLS:
        return {}
    found: dict[Box, bool] = {}
    circles: dict[Box, bool] = {}
    for shape in outlines:
        inside = [other for other in drawn if _is_inside(other.box, shape.box)]
        if shape.form == "square" and shape.stroke:
            found[shape.box] = any(other.stroke or other.fill for other in inside)
        elif shape.form == "square" and shape.fill and any(other.pale and other.form == "other" for other in inside):
            found[shape.box] = True
        elif shape.form == "circle" and shape.stroke:
            circles[shape.box] = any(other.fill and other.form == "circle" for other in inside)
    return found | (circles if len(circles) > 1 and any(circles.values()) else {})


def written_boxes(lines: Sequence[Line]) -> dict[tuple[Word, ...], bool]:
    """Return the signs [x] and [ ] at the beginnings of lines, where there are two, and whether each is ticked."""
    found: dict[tuple[Word, ...], bool] = {}
    for line in lines:
        words = line.words
        first = words[0].text if line.upright and len(words) > 1 else ""
        if first in ("[x]", "[X]"):
            found[words[:1]] = True
        elif first in ("[]", "[_]"):
            found[words[:1]] = False
        elif first == "[" and words[1].text == "]" and len(words) > 2:
            found[words[:2]] = False
    return found if len(found) > 1 else {}


def place(words: Sequence[Word]) -> Box:
    """Return the box of a written tick box."""
    return bounding_box(word.box for word in words)


def _drawn(drawing: dict[str, Any]) -> _Drawn | None:
    box = as_box(drawing["rect"])
    if max(box.x1 - box.x0, box.y1 - box.y0) > _LARGEST:
        return None
    kind, stroke, fill = drawing["type"], drawing.get("color"), drawing.get("fill")
    stroked = "s" in kind and stroke is not None and min(stroke) < _DARK
    filled = "f" in kind and fill is not None and min(fill) < _DARK
    return _Drawn(box, stroked, filled, not stroked and not filled, _form(box, drawing["items"]))


def _form(box: Box, items: Sequence[Any]) -> str:
    """Return the form of a path of lines and curves: a square with round corners, a circle, or another."""
    curves = sum(item[0] == "c" for item in items)
    if curves < 4 or any(item[0] not in "lc" for item in items) or not _is_square(box):
        return "other"
    straight = list(_level_lengths(items))
    if len(straight) < sum(item[0] == "l" for item in items):
        return "other"
    around = 2 * (box.x1 - box.x0 + box.y1 - box.y0)
    share = sum(straight) / around
    return "square" if share > _SIDES else "circle" if share < 0.05 else "other"


def _level_lengths(items: Sequence[Any]) -> Iterator[float]:
    """Yield the lengths of the lines that run along the sides."""
    for kind, *points in items:
        if kind == "l":
            (x0, y0), (x1, y1) = points
            if min(abs(x0 - x1), abs(y0 - y1)) < 0.1:
                yield math.hypot(x0 - x1, y0 - y1)


def _is_square(box: Box) -> bool:
    width, height = box.x1 - box.x0, box.y1 - box.y0
    return max(width, height) <= _SKEW * min(width, height)


def _is_control(box: Box) -> bool:
    return min(box.x1 - box.x0, box.y1 - box.y0) >= _SMALLEST


def _is_inside(box: Box, control: Box) -> bool:
    longest = max(box.x1 - box.x0, box.y1 - box.y0) / (control.x1 - control.x0)
    return contains(control, centre(box)) and _INNER[0] < longest < _INNER[1]
