"""Labels of a chart: its words with their places in the picture, and which of them are values.

Coordinates are pixels of the picture, origin top left.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from loaders.geometry import bounding_box, centre
from loaders.types import Box, Word

_VALUE = re.compile(
    r"[(~≈<>+−–-]*[$€£¥]?[−–-]?\d{1,3}(?:(?:[.,'’\u00a0\u202f]\d+)+|\d*)\s?(?:%|‰|bn|[kKmMBx×°])?\)?[*†‡]*"
)
_POWER = re.compile(r"10([⁻⁰¹²³⁴-⁹]+)")
_RAISED_DIGITS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_YEAR = re.compile(r"(?:FY\s?)?(?:19|20)\d\d(?:[/–-]\d\d)?")
MIN_VALUES = 3
"""Fewest joined values with which a picture counts as a chart that was read."""

MAX_LABELS = 1500
"""Most labels of a chart: a picture with more is a map or a cloud of points, without a label for each value."""

_NUMBERS = 0.2  # share of a chart's labels that are numbers: the least of the charts drawn for the tests has 0.33
_ALIGNED = 0.35  # of a label's height by which the edges of a scale's numbers differ: the OCR's by up to 6 pixels of 20
_SCALE = 4  # numbers in equal steps along an edge that make a scale
_POWERS = 3  # numbers in equal ratios that make a logarithmic one
_MIN_RATIO = 1.9
_NO_LOGARITHM = 100.0
_SPACE = 0.45  # of a label's height: words of one label are closer (0.25-0.35), neighbouring labels further apart
_SAME_ROW = 0.5  # of the height by which words of one label overlap


@dataclass(frozen=True, slots=True)
class Label:
    """Words printed together; `turned` print runs upwards or slanted, so that its box does not show its text size."""

    text: str
    box: Box
    turned: bool = False

    @property
    def middle(self) -> tuple[float, float]:
        """The middle of the box."""
        return centre(self.box)

    @property
    def is_value(self) -> bool:
        """Whether it is a number with at most a sign, a currency or a unit."""
        return not self.turned and (_VALUE.fullmatch(self.text) or _POWER.fullmatch(self.text)) is not None

    @property
    def is_year(self) -> bool:
        """Whether it may be a year, which names a category or a series as often as it is a value."""
        return _YEAR.fullmatch(self.text) is not None

    def transposed(self) -> Label:
        """Return the label in the picture turned so that horizontal bars become vertical: right becomes up."""
        return replace(self, box=transpose(self.box))


def transpose(box: Box) -> Box:
    """Turn a box a quarter to the left, so that horizontal bars become vertical, the first category leftmost."""
    return Box(box.y0, -box.x1, box.y1, -box.x0)


def label_size(labels: Sequence[Label]) -> float:
    """Return the usual height of upright print in pixels."""
    heights = [label.box.y1 - label.box.y0 for label in labels if not label.turned]
    return median(heights) if heights else 0.0


def magnitude(text: str) -> float:
    """Return a value's number, for comparing with lengths: the last mark before one or two digits is a decimal mark."""
    if power := _POWER.fullmatch(text):
        return float(10.0 ** int(power[1].translate(_RAISED_DIGITS)))
    digits = re.sub(r"[^\d.,]", "", text).strip(".,")
    head, mark, tail = re.fullmatch(r"(.*?)(?:([.,])(\d*))?", digits).groups()  # type: ignore[union-attr]  # it always matches
    marks = set(re.sub(r"\d", "", digits))
    thousands = mark is not None and len(tail) == 3 and head and len(head) <= 3 and head != "0" and len(marks) == 1
    whole = re.sub(r"\D", "", head)
    number = float(f"{whole}{tail}") if mark and (thousands or not tail) else float(f"{whole or 0}.{tail or 0}")
    negative = text.lstrip("(~≈<>$€£¥")[:1] in ("−", "–", "-") or (text[:1] == "(" and text[-1:] == ")")
    return -number if negative else number


def logarithm(text: str) -> float:
    """Return the logarithm of a value's number; far below all others if it has none."""
    number = magnitude(text)
    return math.log10(number) if number > 0 else -_NO_LOGARITHM


def labels_of(words: Iterable[Word]) -> list[Label]:
    """Group words of upright print into labels: neighbours on a row that are as close as words of one label.

    Two numbers never make one label, since the values of neighbouring bars may touch.
    """
    labels: list[Label] = []
    near: list[int] = []  # indices of the labels that a word this far to the right may continue, the latest last
    for word in sorted(words, key=lambda word: (word.box.x0, word.box.y0)):
        near = [at for at in near if word.box.x0 - labels[at].box.x1 < _SPACE * (labels[at].box.y1 - labels[at].box.y0)]
        at = next((at for at in reversed(near) if _go_on(labels[at], word)), None)
        if at is None:
            near.append(len(labels))
            labels.append(Label(word.text, word.box))
        else:
            labels[at] = Label(f"{labels[at].text} {word.text}", bounding_box((labels[at].box, word.box)))
    return labels


def _go_on(label: Label, word: Word) -> bool:
    height = min(label.box.y1 - label.box.y0, word.box.y1 - word.box.y0)
    shared = min(label.box.y1, word.box.y1) - max(label.box.y0, word.box.y0)
    gap = word.box.x0 - label.box.x1
    close = shared > _SAME_ROW * height and -0.3 * height < gap < _SPACE * height
    return close and not (label.is_value and Label(word.text, word.box).is_value)


def may_be_chart(labels: Sequence[Label], share: float = _NUMBERS) -> bool:
    """Return whether enough of a picture's labels (`share`) are numbers, before its pixels are analysed."""
    if not MIN_VALUES <= len(labels) <= MAX_LABELS:
        return False
    numbers = sum(label.is_value for label in labels)
    return numbers >= MIN_VALUES and numbers >= share * len(labels)


def has_scale(labels: Sequence[Label]) -> bool:
    """Return whether numbers in equal steps or ratios are aligned along one edge: the scale of an axis."""
    return has_logarithmic_scale(labels) or any(_in_steps(numbers) for numbers in _along_edges(labels))


def scale_of(labels: Sequence[Label]) -> set[int]:
    """Return the ids of the numbers of a vertical axis: in equal steps, one under the other."""
    runs = (run for edge in (2, 0) for run in _runs(labels, edge))
    return {id(label) for run in runs if _in_steps([magnitude(label.text) for label in run]) for label in run}


def has_logarithmic_scale(labels: Sequence[Label]) -> bool:
    """Return whether the numbers along one edge are each the same multiple of the one before: 1, 10, 100."""
    return any(_in_ratios(numbers) for numbers in _along_edges(labels))


def _along_edges(labels: Sequence[Label]) -> Iterator[list[float]]:
    """Yield the numbers that are aligned along one edge: at the right or left, or in a row."""
    for edge in (2, 0, 1):  # of the box: x1, x0, y0
        yield from ([magnitude(label.text) for label in run] for run in _runs(labels, edge))


def _runs(labels: Sequence[Label], edge: int) -> list[list[Label]]:
    """Return the values whose boxes share the position of one edge, group by group."""
    runs: list[list[Label]] = []
    for label in sorted((label for label in labels if label.is_value), key=lambda label: label.box[edge]):
        if runs and label.box[edge] - runs[-1][0].box[edge] < _ALIGNED * (label.box.y1 - label.box.y0):
            runs[-1].append(label)
        else:
            runs.append([label])
    return runs


def _in_steps(numbers: Sequence[float]) -> bool:
    ordered = sorted(set(numbers))
    steps = [right - left for left, right in pairwise(ordered)]
    return len(ordered) >= _SCALE and max(steps) - min(steps) <= 1e-6 * max(abs(number) for number in ordered)


def _in_ratios(numbers: Sequence[float]) -> bool:
    ordered = sorted(set(numbers))
    if len(ordered) < _POWERS or ordered[0] <= 0:
        return False
    ratios = [right / left for left, right in pairwise(ordered)]
    regular = max(ratios) - min(ratios) <= 1e-6 * max(ratios)
    return regular and (ratios[0] > 9 or (ratios[0] > _MIN_RATIO and len(ordered) >= _SCALE))


def words_of(labels: Sequence[Label]) -> str:
    """Return the text of a chart that could not be read: its words without its numbers; "" if it has none."""
    return "\n".join(label.text for label in labels if not label.is_value)
