"""Legend of a chart: labels with a coloured key to their left, and the series of the marks in these colours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from loaders.charts.labels import Label, label_size, scale_of
from loaders.charts.pixels import NONE, Canvas, components
from loaders.geometry import centre, contains
from loaders.types import Box

_REACH = 3.6  # of a label's height to the left within which its key lies; the usual handle and gap take 2.5-3
_GAP = 1.6  # of the height between a key and its label
_PADDING = 0.35  # of the height by which the OCR's box begins before the first letter
_MIN_KEY = 0.12  # of the height, squared: the area of a key


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a legend: its label, the number of its colour, and the box of its key."""

    label: Label
    colour: int
    key: Box


def find_legend(labels: Sequence[Label], canvas: Canvas) -> list[Entry]:
    """Return the legend's entries in reading order; a single one is enough."""
    size, scale = label_size(labels), scale_of(labels)
    found = [entry for label in labels if (entry := _entry(label, labels, canvas, size, scale))]
    return sorted(found, key=lambda entry: (round(entry.label.middle[1] / max(size, 1.0)), entry.label.box.x0))


def _entry(label: Label, labels: Sequence[Label], canvas: Canvas, size: float, scale: Collection[int]) -> Entry | None:
    """Return the entry of a label with a key; a sign may be a marker, unless it is the zero of the `scale`."""
    if label.turned or (label.is_value and not label.is_year):
        return None  # a value beside its marker is no legend
    box = label.box
    window = Box(
        max(box.x0 - _REACH * size, 0), max(box.y0 - 0.3 * size, 0), box.x0 + _PADDING * size, box.y1 + 0.3 * size
    )
    colours = canvas.crop(window)
    if colours.size == 0:
        return None
    height, width = colours.shape
    left, top = round(window.x0), round(window.y0)
    keys: list[tuple[Box, int]] = []
    for part, mask in components(colours != 0):
        alone = part.x0 > 0 and part.y0 > 0 and part.y1 < height and part.x1 < width
        near = part.x1 >= width - (_GAP + _PADDING) * size and part.x1 - part.x0 >= 0.35 * size
        kinds = colours[mask & (colours != NONE)]
        if not (alone and near) or kinds.size < _MIN_KEY * size * size:
            continue
        key = Box(part.x0 + left, part.y0 + top, part.x1 + left, part.y1 + top)
        printed = (other for other in labels if other is not label and (len(other.text) > 1 or id(other) in scale))
        if not any(contains(other.box, centre(key)) for other in printed):
            keys.append((key, int(np.bincount(kinds).argmax())))
    if not keys:
        return None
    key, colour = max(keys, key=lambda pair: pair[0].x1)
    return Entry(label, colour, key)


def series_of(groups: Sequence[Sequence[int]], legend: Sequence[Entry]) -> list[list[str | None]]:
    """Return the series of each mark, given the colours of each category's marks in order; None where it is unclear.

    Where entries share a colour (a chart printed in grey, hatched areas), the order decides, if each category has as
    many marks as the legend has entries and the unambiguous colours are in the legend's order.
    """
    if not legend:
        return [["" if len(group) == 1 else None for _ in group] for group in groups]
    times = Counter(entry.colour for entry in legend)
    clear = {entry.colour: entry.label.text for entry in legend if times[entry.colour] == 1}
    named = [[clear.get(colour) for colour in group] for group in groups]
    if all(name for group in named for name in group):
        return _unique(named)
    order = [entry.label.text for entry in legend]
    complete = all(len(group) == len(legend) for group in groups)
    agrees = all(name in (None, own) for group in named for name, own in zip(group, order, strict=False))
    if complete and agrees and any(name for group in named for name in group):
        return [list[str | None](order) for _ in groups]
    return _unique(named)


def _unique(named: list[list[str | None]]) -> list[list[str | None]]:
    """Return the names without those that a category has twice."""
    return [[name if group.count(name) == 1 else None for name in group] for group in named]
