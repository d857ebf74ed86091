"""Chart read from a picture: its values with their labels, and the other words in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from numpy.typing import NDArray

from loaders.charts.bars import Joined, join_bars
from loaders.charts.labels import MIN_VALUES, Label, has_logarithmic_scale, may_be_chart
from loaders.charts.legend import Entry, find_legend
from loaders.charts.pies import join_slices
from loaders.charts.pixels import Canvas
from loaders.charts.points import join_points
from loaders.text.charts import UNREAD, chart_line


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture of a chart: a line per category with its values, and the words that name none of them."""

    lines: tuple[str, ...]
    words: tuple[str, ...]

    @property
    def text(self) -> str:
        """The lines as the text of a block."""
        return "\n".join(self.lines)


def read_chart(labels: Sequence[Label], rgb: NDArray[Any]) -> Chart | None:
    """Return the values that could be joined to their labels; None if it is no chart or too few can be joined."""
    if not may_be_chart(labels):
        return None
    canvas = Canvas(rgb)
    legend = find_legend(labels, canvas)
    logarithmic = has_logarithmic_scale(labels)
    bars = [join_bars(labels, canvas.marks, legend, lying, logarithmic) for lying in (False, True)]
    if any(found is not None for found in bars):
        joined = max((found or [] for found in bars), key=_count_read)
    else:
        joined = join_slices(labels, canvas, legend) or join_points(labels, canvas, legend)
    if _count_read(joined) < MIN_VALUES:
        return None
    joined = _with_gaps(joined)
    return Chart(tuple(_lines(joined, legend)), tuple(_other_words(labels, joined)))


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
