"""Slices of a pie or ring joined to their names and values, by the colour under or behind them."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np

from loaders.charts.bars import Joined
from loaders.charts.labels import Label, label_size, magnitude
from loaders.charts.legend import Entry
from loaders.charts.pixels import NONE, Canvas

_NEAR = 1.75  # radii from the middle within which names and values lie
_RIM = 0.88  # of the radius: where the slice of a label outside is looked up
_OFF = 0.05  # of the whole by which a value's share may differ from its slice's
_NAMED_VALUE = re.compile(r"(?P<name>.*?[^\W\d_].*?)\s*[:,–-]?\s*\(?(?P<value>[\d.,]+\s?%|[\d.,]*\d)\)?")

Disc = tuple[float, float, float]


def join_slices(labels: Sequence[Label], canvas: Canvas, legend: Sequence[Entry]) -> list[Joined]:
    """Return the slices whose names and values could be joined and whose areas agree with the values."""
    disc = canvas.disc()
    if disc is None:
        return []
    size = label_size(labels)
    names = {entry.colour: {entry.label.text} for entry in legend}
    values: dict[int, list[Label]] = {}
    keyed = {id(entry.label) for entry in legend}
    for label in labels:
        colour = _slice(label, canvas, disc, size)
        if id(label) in keyed or colour is None:
            continue
        if label.is_value:
            values.setdefault(colour, []).append(label)
        elif (found := _NAMED_VALUE.fullmatch(label.text)) and not legend:
            names.setdefault(colour, set()).add(found["name"])
            values.setdefault(colour, []).append(Label(found["value"], label.box))
        elif not legend:
            names.setdefault(colour, set()).add(label.text)
    joined = {
        colour: Joined(next(iter(names[colour])), "", own[0])
        for colour, own in values.items()
        if len(own) == 1 and len(names.get(colour, ())) == 1
    }
    return _agreeing(joined, canvas, disc)


def _slice(label: Label, canvas: Canvas, disc: Disc, size: float) -> int | None:
    """Return the colour of the slice that a label is in or next to."""
    x, y, radius = disc
    dx, dy = label.middle[0] - x, label.middle[1] - y
    away = math.hypot(dx, dy)
    if away > _NEAR * radius or away == 0:
        return None
    if away < 0.97 * radius:
        colours = canvas.crop(label.box)
    else:
        nearest = (
            min(max(x, label.box.x0), label.box.x1) - x,
            min(max(y, label.box.y0), label.box.y1) - y,
        )
        dx, dy = (dx + nearest[0]) / 2, (dy + nearest[1]) / 2
        away = math.hypot(dx, dy) or 1.0
        spot = x + dx / away * _RIM * radius, y + dy / away * _RIM * radius
        colours = canvas.colours[round(spot[1]) - 2 : round(spot[1]) + 3, round(spot[0]) - 2 : round(spot[0]) + 3]
    kinds = colours[(colours != NONE) & (colours != 0)]
    return int(np.bincount(kinds).argmax()) if kinds.size else None


def _agreeing(joined: dict[int, Joined], canvas: Canvas, disc: Disc) -> list[Joined]:
    """Return the joins if the slices' areas agree with the values; none if one does not."""
    x, y, radius = disc
    ys, xs = np.mgrid[0 : canvas.height, 0 : canvas.width]
    rim = (np.abs(np.hypot(xs - x, ys - y) / radius - _RIM) < 0.06) & (canvas.colours > 0)
    areas = np.bincount(canvas.colours[rim], minlength=len(canvas.palette))
    whole = sum(areas[colour] for colour in joined) or 1
    total = sum(magnitude(item.value.text) for item in joined.values())
    percent = all("%" in item.value.text for item in joined.values())
    if total <= 0 or len(joined) < 2:
        return []
    scale, base = (100.0, areas.sum()) if percent else (total, whole)
    off = [abs(magnitude(item.value.text) / scale - areas[colour] / base) for colour, item in joined.items()]
    return list(joined.values()) if max(off) <= _OFF else []
