"""Categories of a chart: the labels along its axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from loaders.charts.labels import Label

_ROW = 0.7  # of a label's height by which the tops of one row of labels may differ
_SINK = 0.3  # of a label's height by which categories may reach above the axis; the scale's zero reaches 0.5 above it
_NEXT_ROW = 1.9  # of a label's height from one line of a label to the next
_BAND = 6.0  # of a label's height below the axis within which categories begin


@dataclass(frozen=True, slots=True)
class Category:
    """A label on the axis, its position along the axis, and the space up to its neighbours."""

    text: str
    x: float
    room: float


def find_categories(
    labels: Sequence[Label], axis: float, lowest: float, size: float, lying: bool = False
) -> list[Category]:
    """Return the categories under an axis from left to right, not far below the `lowest` bar.

    With `lying` (horizontal) bars the labels are in a column beside them, which `transpose` has turned.
    """
    reach = lowest - axis + _BAND * size * (20 if lying else 1)
    below = [label for label in labels if -_SINK * size <= label.box.y0 - axis <= reach]
    if lying:
        return _rooms([(label.text, label.middle[0]) for label in _column(below, size)])
    if not below:
        return []
    top = _first_row(below, size)
    row = [label for label in below if 0 <= label.box.y0 - top <= _ROW * size]
    under = [label for label in below if label.box.y0 - top > _ROW * size and not label.turned]
    rest = sorted(under, key=lambda label: label.box.y0)
    texts = [[label] for label in sorted(row, key=lambda label: label.box.x0)]
    for label in _further_lines(rest, len(row)):
        own = [t for t in texts if abs(t[0].middle[0] - label.middle[0]) < 0.5 * max(_width(t[0]), _width(label))]
        if len(own) == 1 and label.box.y0 - own[0][-1].box.y0 < _NEXT_ROW * size:
            own[0].append(label)
    return _rooms([(" ".join(part.text for part in lines), _anchor(lines[0])) for lines in texts])


def _first_row(labels: Sequence[Label], size: float) -> float:
    """Return the top of the first row that has half as many labels as the fullest one."""
    tops = sorted(label.box.y0 for label in labels)
    counts = [sum(0 <= other - top <= _ROW * size for other in tops) for top in tops]
    return next(top for top, count in zip(tops, counts, strict=True) if 2 * count >= max(counts))


def nearest_category(x: float, categories: Sequence[Category]) -> int | None:
    """Return the index of the category at a position of the axis; None if there is none near."""
    if not categories:
        return None
    at = min(range(len(categories)), key=lambda index: abs(categories[index].x - x))
    return at if abs(categories[at].x - x) <= 0.55 * categories[at].room else None


def _anchor(label: Label) -> float:
    """Return the position on the axis that a label marks: its middle, for slanted print its upper end."""
    slanted = label.turned and label.box.x1 - label.box.x0 > 0.6 * (label.box.y1 - label.box.y0)
    return label.box.x1 - 0.1 * _width(label) if slanted else label.middle[0]


def _width(label: Label) -> float:
    return label.box.x1 - label.box.x0


def _further_lines(rest: Sequence[Label], count: int) -> list[Label]:
    """Return labels that may be second lines of `count` categories: a single one is the title of the axis."""
    return list(rest) if len(rest) > 1 and 2 * len(rest) >= count else []


def _column(below: Sequence[Label], size: float) -> list[Label]:
    """Return the labels beside horizontal bars: the one nearest to the axis for each bar, without turned print."""
    chosen: list[Label] = []
    for label in sorted((label for label in below if not label.turned), key=lambda label: label.box.y0):
        if all(abs(label.middle[0] - other.middle[0]) > 0.5 * size for other in chosen):
            chosen.append(label)
    return sorted(chosen, key=lambda label: label.middle[0])


def _rooms(places: Sequence[tuple[str, float]]) -> list[Category]:
    """Return the categories, each with the usual distance between neighbours as its room."""
    steps = [right - left for (_, left), (_, right) in pairwise(places)]
    room = median(steps) if steps else float("inf")
    return [Category(text, x, room) for text, x in places]
