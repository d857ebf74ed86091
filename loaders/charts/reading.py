"""Chart read from a picture: its values with their labels, and the other words in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from numpy.typing import NDArray

from loaders.charts.bars import Joined, join_bars
from loaders.charts.labels import MIN_VALUES, Label, has_logarithmic_scale, may_be_chart, scale_of
from loaders.charts.legend import Entry, find_legend
from loaders.charts.overlooked import ReadLabel, end_of_scale, values_over
from loaders.charts.pies import join_slices
from loaders.charts.pixels import Canvas
from loaders.charts.points import join_points
from loaders.text.charts import UNREAD, chart_line


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture of a chart: a line per category with its values, and the words that name none of them."""

    lines: tuple[str, ...]
    words: tuple[str, ...]
    scale: tuple[Label, ...] = ()
    """The numbers along its vertical axis, from below: they are no values, and would match any question."""
    overlooked: tuple[Label, ...] = ()
    """Labels that were read in places where the chart must have one."""

    @property
    def text(self) -> str:
        """The lines as the text of a block."""
        return "\n".join(self.lines)

    @property
    def scale_text(self) -> str:
        """The numbers along its vertical axis as the text of a block, "" if there are none."""
        return " ".join(label.text for label in self.scale)


def read_chart(labels: Sequence[Label], rgb: NDArray[Any], read: ReadLabel | None = None) -> Chart | None:
    """Return the values that could be joined to their labels; None if it is no chart or too few can be joined.

    `read` reads the print in a place of the picture: labels that the OCR did not find, but that must be there.
    """
    if not may_be_chart(labels):
        return None
    canvas = Canvas(rgb)
    legend = find_legend(labels, canvas)
    joined = _joined(labels, canvas, legend)
    if _count_read(joined) < MIN_VALUES:
        return None
    found: list[Label] = []
    if read:
        found = [*values_over([item.value.box for item in joined if item.is_unread], labels, read),
                 *end_of_scale(labels, read)]  # fmt: skip
        joined = max(joined, _joined([*labels, *found], canvas, legend), key=_count_read) if found else joined
    joined = _with_gaps(joined)
    scale = scale_of(labels := [*labels, *found])
    along = sorted((label for label in labels if id(label) in scale), key=lambda label: -label.middle[1])
    return Chart(
        tuple(_lines(joined, legend)),
        tuple(_other_words(labels, joined)),
        tuple(label for label in along if not any(label is item.value for item in joined)),
        tuple(found),
    )


def _joined(labels: Sequence[Label], canvas: Canvas, legend: Sequence[Entry]) -> list[Joined]:
    """Return the values of a chart with their labels, of the kind of chart that has most of them."""
    logarithmic = has_logarithmic_scale(labels)
    bars = [join_bars(labels, canvas.marks, legend, lying, logarithmic) for lying in (False, True)]
    if any(found is not None for found in bars):
        return max((found or [] for found in bars), key=_count_read)
    return join_slices(labels, canvas, legend) or join_points(labels, canvas, legend)


def _count_read(joined: Sequence[Joined]) -> int:
    return sum(not item.is_unread for item in joined)


def _with_gaps(joined: Sequence[Joined]) -> list[Joined]:
    """Return the values, with an unread one for each category without a series that half of the categories have."""
    categories = list(dict.fromkeys(item.category for item in joined))
    times = Counter(item.series for item in joined)
    usual = [series for series, count in times.items() if 2 * count >= len(categories)]
    known = {(item.category, item.series) for item in joined}
    gaps = [
        Joined(category, series, Label(UNREAD, joined[0].value.box))
        for category in categories
        for series in usual
        if (category, series) not in known
    ]
    return sorted([*joined, *gaps], key=lambda item: categories.index(item.category))


def _lines(joined: Sequence[Joined], legend: Sequence[Entry]) -> list[str]:
    """Return a line for each category, its values in the order of the legend."""
    order = {entry.label.text: at for at, entry in enumerate(legend)}
    lines = []
    for category, group in groupby(joined, key=lambda item: item.category):
        values = sorted(group, key=lambda item: order.get(item.series, 0))
        lines.append(chart_line(category, [(item.series, item.value.text) for item in values]))
    return lines


def _other_words(labels: Sequence[Label], joined: Sequence[Joined]) -> list[str]:
    """Return the other words of a chart: titles of axes, notes, names without a value."""
    names = " ".join(f"{item.category} {item.series}" for item in joined)
    return [label.text for label in labels if not label.is_value and label.text not in names]
