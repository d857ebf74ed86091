"""Bars of a chart, vertical, horizontal, grouped or stacked, joined to their values, categories and series."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import median

from loaders.charts.categories import Category, find_categories, nearest_category
from loaders.charts.labels import Label, label_size, logarithm, magnitude, scale_of, transpose
from loaders.charts.legend import Entry, series_of
from loaders.charts.pixels import Mark
from loaders.geometry import bounding_box, contains
from loaders.text.charts import UNREAD
from loaders.types import Box

_TOUCH = 4.0  # pixels at 150 dpi between edges that still count as touching
_SEAM = 8.0  # pixels between the segments of a stack
_CRACK = 12.0  # pixels: a thin line through a bar, and what blur mixes with it on both sides
_CRUMB = 0.5  # of the usual width of a bar
_ABOVE = 1.6  # of a label's height between a bar's end and its value
_SINK = 0.7  # of a label's height by which the value may reach into the bar
_OFF = 0.06  # of the largest value: most that a value may differ from its bar's length
_MOST_OFF = 0.2  # share of values that differ by more, up to which the others are used
UNNAMED = "other"
"""The series of bars whose colour no key of the legend has."""


@dataclass(frozen=True, slots=True)
class Joined:
    """A value with the category and the series that it belongs to ("" where the chart has one series)."""

    category: str
    series: str
    value: Label

    @property
    def is_unread(self) -> bool:
        """Whether the value is not known."""
        return self.value.text == UNREAD


@dataclass(frozen=True, slots=True)
class _Bar:
    mark: Mark
    value: Label
    length: float


def join_bars(
    labels: Sequence[Label], marks: Sequence[Mark], legend: Sequence[Entry], lying: bool, logarithmic: bool = False
) -> list[Joined] | None:
    """Return the values of the bars that could be joined, category by category; None if there are no such bars.

    `lying` reads horizontal bars. With a `logarithmic` axis, which may be that of the categories, the lengths may be
    those of the values' logarithms.
    """
    size = label_size(labels)
    keys = [entry.key for entry in legend]
    named = {id(entry.label) for entry in legend}
    free = [label for label in labels if id(label) not in named]
    shown = [
        mark for mark in marks if not any(contains(mark.box, ((k.x0 + k.x1) / 2, (k.y0 + k.y1) / 2)) for k in keys)
    ]
    if lying:
        free = [label.transposed() for label in free]
        shown = [Mark(transpose(mark.box), mark.colour) for mark in shown]
    axis, bars = _bars(_without_cracks(shown))
    valued = _values(free, bars, axis, size)
    measures = (magnitude, logarithm) if logarithmic else (magnitude,)
    found = max((_consistent(valued, measure) for measure in measures), key=len)
    if not found:
        return None
    taken = {id(bar.value) for bar in found} | (set() if lying else scale_of(labels))
    lowest = max(bar.box.y1 for bar in bars)
    categories = find_categories([label for label in free if id(label) not in taken], axis, lowest, size, lying)
    return _join(found, bars, categories, legend)


def _without_cracks(marks: Sequence[Mark]) -> list[Mark]:
    """Return the marks, those of one colour as one that a thin line parts: hatches are drawn in tiles."""
    whole: list[Mark] = []
    for mark in sorted(marks, key=lambda mark: mark.box.y0):
        above = next((one for one in whole if one.colour == mark.colour and _goes_on(one.box, mark.box)), None)
        if above is not None:
            whole.remove(above)
            mark = Mark(bounding_box([above.box, mark.box]), mark.colour)
        whole.append(mark)
    return whole


def _goes_on(above: Box, below: Box) -> bool:
    same = abs(above.x0 - below.x0) <= _TOUCH and abs(above.x1 - below.x1) <= _TOUCH
    return same and 0 <= below.y0 - above.y1 <= _CRACK


def _bars(marks: Sequence[Mark]) -> tuple[float, list[Mark]]:
    """Return the position of the axis on which most bars stand, and these bars with those stacked on them."""
    best: tuple[float, list[Mark]] = (0.0, [])
    for end in {mark.box.y1 for mark in marks}:
        based = [mark for mark in marks if min(abs(mark.box.y1 - end), abs(mark.box.y0 - end)) <= _TOUCH]
        if len(based) > len(best[1]):
            best = (end, based)
    axis, based = best
    based = _without_crumbs(_without_backgrounds(based))
    tops = list(based)
    while tops:
        tops = [
            mark for mark in marks if mark not in based and any(_is_stacked_on(mark.box, below.box) for below in tops)
        ]
        based += tops
    return axis, based


def _is_stacked_on(box: Box, below: Box) -> bool:
    same = abs(box.x0 - below.x0) <= _TOUCH and abs(box.x1 - below.x1) <= _TOUCH
    return same and -_TOUCH <= below.y0 - box.y1 <= _SEAM


def _without_backgrounds(marks: list[Mark]) -> list[Mark]:
    """Return the marks without those that lie behind others: the plot area, a frame."""
    return [
        mark
        for mark in marks
        if sum(contains(mark.box, ((m.box.x0 + m.box.x1) / 2, (m.box.y0 + m.box.y1) / 2)) for m in marks) < 3
    ]


def _without_crumbs(marks: list[Mark]) -> list[Mark]:
    """Return the marks without bits of a broken axis: both sides are short beside the width of a bar."""
    least = _CRUMB * median([mark.box.x1 - mark.box.x0 for mark in marks] or [0.0])
    return [mark for mark in marks if max(mark.box.x1 - mark.box.x0, mark.box.y1 - mark.box.y0) >= least]


def _values(labels: Sequence[Label], bars: Sequence[Mark], axis: float, size: float) -> list[_Bar]:
    """Return the bars with their values: the only one inside a bar, or else the nearest at its end.

    A value that fits several bars is left out. A number farther off may be the category's name, such as a year below
    a negative bar.
    """
    choices: dict[int, list[Label]] = {}
    for label in labels:
        if not label.is_value:
            continue
        fits = [index for index, bar in enumerate(bars) if contains(bar.box, label.middle)]
        if not fits:
            fits = [index for index, bar in enumerate(bars) if _at_end(label, bar, bars, axis, size)]
        if len(fits) == 1:
            choices.setdefault(fits[0], []).append(label)
    found = []
    for index, candidates in choices.items():
        box = bars[index].box
        if not any(contains(box, label.middle) for label in candidates):
            candidates = [min(candidates, key=lambda label: abs(label.middle[1] - (box.y0 + box.y1) / 2))]
        if len(candidates) == 1:
            sign = -1.0 if abs(box.y0 - axis) < abs(box.y1 - axis) and box.y1 - axis > _TOUCH else 1.0
            found.append(_Bar(bars[index], candidates[0], sign * (box.y1 - box.y0)))
    return found


def _at_end(label: Label, bar: Mark, bars: Sequence[Mark], axis: float, size: float) -> bool:
    """Return whether a label is at the outer end of a bar that is not part of a stack."""
    x, box = label.middle[0], bar.box
    if not box.x0 <= x <= box.x1:
        return False
    if any(_is_stacked_on(other.box, box) or _is_stacked_on(box, other.box) for other in bars if other is not bar):
        return False
    if box.y0 - axis >= -_TOUCH:  # a negative bar, below the axis
        return -_SINK * size <= label.box.y0 - box.y1 <= _ABOVE * size
    return -_SINK * size <= box.y0 - label.box.y1 <= _ABOVE * size


def _consistent(bars: list[_Bar], measure: Callable[[str], float]) -> list[_Bar]:
    """Return the bars whose values fit their lengths; none if too many do not, or if there are fewer than two."""
    if len(bars) < 2:
        return []
    values = [measure(bar.value.text) for bar in bars]
    slope, offset = _fit([bar.length for bar in bars], values)
    limit = _OFF * max(abs(value) for value in values)
    fits = [bar for bar, value in zip(bars, values, strict=True) if abs(slope * bar.length + offset - value) <= limit]
    return fits if slope > 0 and len(fits) >= (1 - _MOST_OFF) * len(bars) else []


def _fit(lengths: Sequence[float], values: Sequence[float]) -> tuple[float, float]:
    """Return slope and offset of the line through most points (Theil and Sen), through zero where that fits as well."""
    ratios = [value / length for length, value in zip(lengths, values, strict=True) if length]
    ratio = median(ratios)
    limit = _OFF * max(abs(value) for value in values)
    through = sum(abs(ratio * length - value) <= limit for length, value in zip(lengths, values, strict=True))
    if len(values) < 3 or through >= (1 - _MOST_OFF) * len(values):
        return ratio, 0.0
    points = sorted(zip(lengths, values, strict=True))[:: max(1, len(values) // 100)]
    slopes = [(v2 - v1) / (l2 - l1) for (l1, v1), (l2, v2) in combinations(points, 2) if l2 - l1 > 1]
    slope = median(slopes) if slopes else 0.0
    return slope, median(value - slope * length for length, value in points)


def _join(
    found: Sequence[_Bar], bars: Sequence[Mark], categories: Sequence[Category], legend: Sequence[Entry]
) -> list[Joined]:
    values = {id(bar.mark): bar.value for bar in found}
    groups: dict[int, list[Mark]] = {}
    for bar in bars:
        at = nearest_category((bar.box.x0 + bar.box.x1) / 2, categories)
        if at is not None:
            groups.setdefault(at, []).append(bar)
    order = sorted(at for at in groups if _is_centred(groups[at], categories[at]))
    members = [sorted(groups[at], key=lambda bar: (bar.box.x0, -bar.box.y1)) for at in order]
    series = series_of([[bar.colour for bar in group] for group in members], legend)
    joined: list[Joined] = []
    for at, group, names in zip(order, members, series, strict=True):
        own = [
            Joined(categories[at].text, name, values.get(id(bar), _unread(bar.box)))
            for bar, name in zip(group, names, strict=True)
            if name is not None
        ]
        if legend and len(own) < len(group):  # a key of the legend lies over a bar, or was not found
            rest = next(bar for bar, name in zip(group, names, strict=True) if name is None)
            own.append(Joined(categories[at].text, UNNAMED, _unread(rest.box)))
        joined += own
    return joined


def _unread(box: Box) -> Label:
    return Label(UNREAD, box)


def _is_centred(group: Sequence[Mark], category: Category) -> bool:
    """Return whether a group of bars is centred over its category (or a bar covers its whole width)."""
    left, right = min(bar.box.x0 for bar in group), max(bar.box.x1 for bar in group)
    return abs((left + right) / 2 - category.x) <= 0.3 * category.room
