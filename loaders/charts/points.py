"""Points of a line chart joined to their values, categories and series."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import combinations
from statistics import median

import numpy as np

from loaders.charts.bars import Joined
from loaders.charts.categories import Category, find_categories, nearest_category
from loaders.charts.labels import Label, has_logarithmic_scale, label_size, logarithm, magnitude, scale_of
from loaders.charts.legend import Entry
from loaders.charts.pixels import Canvas
from loaders.types import Box

_MIN_POINTS = 3
_REACH = 1.3  # of a label's height around a value in which its line passes
_CLEARER = 1.6  # times as many pixels of one series' colour around a value as of any other
_OFF = 2.0  # of a label's height: most distance of a value from its place on the scale
_MIN_SPREAD = 4.0  # of a label's height over which values must be spread to be checked against a scale


def join_points(labels: Sequence[Label], canvas: Canvas, legend: Sequence[Entry]) -> list[Joined]:
    """Return the values beside points of lines that could be joined."""
    size = label_size(labels)
    named = {id(entry.label) for entry in legend}
    free = [label for label in labels if id(label) not in named]
    row = _axis_row(free, size)
    if not row:
        return []
    top = min(label.box.y0 for label in row)
    categories = find_categories([label for label in free if label.box.y0 >= top - 0.1 * size], top, top, size)
    scale = scale_of(free)
    values = [label for label in free if label.is_value and label.box.y1 < top and id(label) not in scale]
    placed = [(at, label) for label in values if (at := _category(label, categories)) is not None]
    measures = (magnitude, logarithm) if has_logarithmic_scale(labels) else (magnitude,)
    chosen = max((_on_scale(placed, size, measure) for measure in measures), key=len)
    joined = [(at, name, label) for at, label in chosen if (name := _series(label, canvas, legend, size)) is not None]
    times = Counter((at, name) for at, name, _ in joined)
    return [
        Joined(categories[at].text, name, label)
        for at, name, label in sorted(joined, key=lambda item: item[0])
        if times[at, name] == 1
    ]


def _axis_row(labels: Sequence[Label], size: float) -> list[Label]:
    """Return the lowest row of three labels or more."""
    for label in sorted(labels, key=lambda label: -label.box.y0):
        row = [other for other in labels if abs(other.box.y0 - label.box.y0) <= 0.5 * size]
        if len(row) >= _MIN_POINTS:
            return row
    return []


def _category(label: Label, categories: Sequence[Category]) -> int | None:
    at = nearest_category(label.middle[0], categories)
    return at if at is not None and abs(categories[at].x - label.middle[0]) <= 0.35 * categories[at].room else None


def _on_scale(
    placed: Sequence[tuple[int, Label]], size: float, measure: Callable[[str], float]
) -> list[tuple[int, Label]]:
    """Return the values whose height on the chart fits their number; none if they give no scale."""
    if len(placed) < _MIN_POINTS:
        return []
    points = [(label.middle[1], measure(label.text)) for _, label in placed]
    if max(y for y, _ in points) - min(y for y, _ in points) < _MIN_SPREAD * size:
        return []
    some = points[:: max(1, len(points) // 100)]
    slopes = [(y2 - y1) / (v2 - v1) for (y1, v1), (y2, v2) in combinations(some, 2) if abs(v2 - v1) > 1e-9]
    slope = median(slopes) if slopes else 0.0
    if slope >= 0:
        return []
    offset = median(y - slope * value for y, value in some)
    fits = [
        item for item, (y, value) in zip(placed, points, strict=True) if abs(slope * value + offset - y) <= _OFF * size
    ]
    return fits if len(fits) >= 0.8 * len(placed) else []


def _series(label: Label, canvas: Canvas, legend: Sequence[Entry], size: float) -> str | None:
    """Return the series whose colour the value is printed in, or whose line passes nearest; None in doubt."""
    if not legend:
        return ""
    near = label.box._replace(y0=label.box.y0 - _REACH * size, y1=label.box.y1 + _REACH * size)
    for box in (label.box, _grown(label.box, 0.5 * size), _grown(label.box, _REACH * size), near):
        colours = canvas.crop(box)
        shares = sorted(
            ((int(np.count_nonzero(colours == entry.colour)), entry.label.text) for entry in legend), reverse=True
        )
        second = shares[1][0] if len(shares) > 1 else 0
        if shares[0][0] > 0.02 * size * size:
            return shares[0][1] if shares[0][0] >= _CLEARER * second else None
    return None


def _grown(box: Box, by: float) -> Box:
    return Box(box.x0 + 0.2 * (box.x1 - box.x0), box.y0 - by, box.x1 - 0.2 * (box.x1 - box.x0), box.y1 + by)
