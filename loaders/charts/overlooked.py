"""Labels of a chart that the OCR overlooked, read in the places where they must stand.

A detector of print misses a value that touches the hatched bar under it, and a single digit beside an axis.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from loaders.charts.labels import Label, label_size, magnitude, scale_of
from loaders.geometry import area, overlap
from loaders.types import Box

ReadLabel = Callable[[Box], str]
"""Reads the print in a place of a picture, "" if it is not sure of it."""

_MOST = 12  # places to read in a chart, at 10 ms each: one that lacks more is not understood
_HIGH, _WIDE = 1.05, 1.7  # of a label's height over the end of a bar: the place of a value of four characters
_SHARED = 0.2  # of a value that stands in that place: then it was not overlooked
_ZERO = "0"


def values_over(bars: Sequence[Box], labels: Sequence[Label], read: ReadLabel) -> list[Label]:
    """Return the values that are read over the ends of standing `bars`, which have none; their lengths are to check."""
    size = label_size(labels)
    found: list[Label] = []
    for bar in bars[:_MOST] if len(bars) <= _MOST else ():
        middle, half = (bar.x0 + bar.x1) / 2, max(bar.x1 - bar.x0, _WIDE * size) / 2
        place = Box(middle - half, bar.y0 - _HIGH * size, middle + half, bar.y0)
        taken = any(label.is_value and overlap(label.box, place) > _SHARED * area(label.box) for label in labels)
        label = Label("" if taken else read(place), place)
        found += [label] if label.is_value else []
    return found


def end_of_scale(labels: Sequence[Label], read: ReadLabel) -> list[Label]:
    """Return the zero under the numbers of a vertical axis, if it stands one step under the lowest."""
    known = scale_of(labels)
    scale = sorted((label for label in labels if id(label) in known), key=lambda label: -label.middle[1])
    numbers = [magnitude(label.text) for label in scale]
    if len(scale) < 2 or not all(low < high for low, high in pairwise(numbers)):
        return []
    first, second = scale[0], scale[1]
    step = first.middle[1] - second.middle[1]
    if abs(numbers[0] - (numbers[1] - numbers[0])) > 1e-6 * numbers[1]:
        return []
    place = first.box._replace(y0=first.box.y0 + step, y1=first.box.y1 + step)
    return [Label(_ZERO, place)] if read(place) == _ZERO else []
