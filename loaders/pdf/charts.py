"""Charts of a PDF page: pictures whose words are in the text layer become lines of values with their labels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from numpy.typing import NDArray

from loaders.charts.labels import MAX_LABELS, Label, has_scale, labels_of, may_be_chart, words_of
from loaders.geometry import bounding_box, centre, contains
from loaders.pdf.text_layer import TextLayer
from loaders.types import Block, Box, Word

_MARGIN = 2.0  # points around a picture's box: the layout model cuts through the outermost labels
_KEYS = 30.0  # points to the left of a picture's box, where its first label's key may be
CHART_DPI = 150
"""Resolution at which charts are analysed: the measures of `loaders.charts` are pixels of it."""

MAX_CHARTS = 12
"""Pictures of a page that are rendered for this, at about 0.1 CPU seconds each."""

_CLOUD = 0.8
"""Least share of numbers among more than MAX_LABELS labels in a cloud of points: a plan has half."""


def read_charts(blocks: Sequence[Block], layer: TextLayer, look: Callable[[Box], NDArray[Any]]) -> tuple[Block, ...]:
    """Return a page's blocks, with the values of charts joined to their labels.

    `look` returns the pixels of a box in points. A chart that cannot be read keeps its words and loses the numbers
    along its scale and in its plot, because numbers without labels mean nothing and match any question.
    """
    found: list[Block] = []
    rendered = 0
    for block in blocks:
        labels = _labels_in(block, layer) if block.is_figure and block.box else []
        if block.box is None or not may_be_chart(labels):
            found += [Block(block.kind, words_of(labels), box=block.box)] if is_cloud(labels) else [block]
            continue
        rendered += 1
        chart = _read(block.box, labels, layer, look) if rendered <= MAX_CHARTS else None
        found += chart if chart is not None else [_without_loose_numbers(block, labels)]
    return tuple(found)


def numbers_left_out(before: Sequence[Block], after: Sequence[Block], page: int) -> str:
    """Return a sentence with the count of numbers in clouds of points that `read_charts` left out; "" if few."""
    count = sum(len(block.text.split()) for block in before) - sum(len(block.text.split()) for block in after)
    return (
        f"Page {page} shows about {count} numbers in a picture that belong to no name: left out."
        if count > MAX_LABELS
        else ""
    )


def is_cloud(labels: Sequence[Label]) -> bool:
    """Return whether a picture's labels are nearly all numbers, and too many to have a name each."""
    return len(labels) > MAX_LABELS and sum(label.is_value for label in labels) >= _CLOUD * len(labels)


def _read(
    place: Box, labels: Sequence[Label], layer: TextLayer, look: Callable[[Box], NDArray[Any]]
) -> list[Block] | None:
    """Return a chart's other words and its lines; None if it cannot be read, or OpenCV is not installed."""
    try:
        from loaders.charts.reading import read_chart  # OpenCV comes with the extra "offline"
    except ModuleNotFoundError:
        return None
    inner = bounding_box([_points(place, layer), *(label.box for label in labels)])
    box = Box(
        max(inner.x0 - _KEYS, 0),
        max(inner.y0 - _MARGIN, 0),
        min(inner.x1 + _MARGIN, layer.width),
        min(inner.y1 + _MARGIN, layer.height),
    )
    rgb = look(box)
    scale = rgb.shape[1] / (box.x1 - box.x0)
    placed = [Label(label.text, _scaled(label.box, box, scale), label.turned) for label in labels]
    chart = read_chart(placed, rgb)
    if chart is None:
        return None
    others = [Block("figure", "\n".join(chart.words), box=place)] if chart.words else []
    scale = [Block("scale", chart.scale_text, box=place)] if chart.scale else []
    return [*others, Block("chart", chart.text, box=place), *scale]


def _labels_in(block: Block, layer: TextLayer) -> list[Label]:
    """Return the labels in a picture, in points; a line of turned print is one label."""
    if block.box is None:
        return []
    place = _points(block.box, layer)
    upright: list[Word] = []
    turned: list[Label] = []
    for line in layer.lines:
        words = [word for word in line.words if contains(place, centre(word.box), _MARGIN)]
        if line.upright:
            upright += words
        elif words:
            text = " ".join(word.text for word in words)
            turned.append(Label(text, bounding_box(word.box for word in words), turned=True))
    return labels_of(upright) + turned


def _without_loose_numbers(block: Block, labels: Sequence[Label]) -> Block:
    if block.is_chart or not has_scale(labels):
        return block
    return Block(block.kind, words_of(labels) or block.text, box=block.box)


def _points(box: Box, layer: TextLayer) -> Box:
    return Box(box.x0 * layer.width, box.y0 * layer.height, box.x1 * layer.width, box.y1 * layer.height)


def _scaled(box: Box, origin: Box, scale: float) -> Box:
    return Box(
        (box.x0 - origin.x0) * scale,
        (box.y0 - origin.y0) * scale,
        (box.x1 - origin.x0) * scale,
        (box.y1 - origin.y0) * scale,
    )
