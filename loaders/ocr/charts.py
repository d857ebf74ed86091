"""Charts in a scan or picture: found by their drawn lines and areas, read from the pixels and the lines of the OCR."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray

from loaders.charts.labels import Label, has_scale, label_size, may_be_chart, words_of
from loaders.charts.reading import Chart, read_chart
from loaders.geometry import area, bounding_box, overlap
from loaders.ocr.ink import Ink
from loaders.ocr.lines import OcrLine, Quad, is_tall, split_words
from loaders.ocr.readings import HEIGHT
from loaders.ocr.recognition import careful_reader
from loaders.types import Box

Image = NDArray[np.uint8]

_GLUED = re.compile(r"\b(\d{2,3}\.\d)(\d{2,3}\.\d)\b")  # neighbouring values read as one
_NUMBERS = re.compile(r"[-−–]?\d[\d.,]*%?(?:\s+[-−–]?\d[\d.,]*%?)+")
_DARK = 40  # grey levels under the background from which a pixel belongs to a drawing
_SHARE = 0.12  # of the page's width or height that a chart's largest drawing covers
_GRAIN = 40  # grey levels: the noise of a scan that is smoothed; edges of colours are kept
_LONGEST = 44  # characters of a label: lines of prose are longer
_KEY = 0.8  # of a line's height before its first character: more is no margin
_SURE_LABEL = 0.8  # confidence of the recogniser in each character of a label that was looked for in its place
_ABOVE = 4.0  # of a label's height around the drawing within which its labels lie


@dataclass(frozen=True, slots=True)
class ScanChart:
    """A chart of a scan: its values, and the lines of the OCR that it consists of."""

    chart: Chart
    lines: tuple[OcrLine, ...]
    others: tuple[OcrLine, ...]
    """Those of the lines that name no value: titles of axes and the like."""
    scale: tuple[OcrLine, ...]
    """Those that are numbers along its axis."""


def find_charts(lines: Sequence[OcrLine], image: Image, *, noisy: bool = False) -> list[ScanChart]:
    """Return the charts of a page, by its large drawings: about 10 ms for a page that has none.

    Those of a `noisy` page are searched for in a smaller image and cleaned one by one: the whole page takes 170 ms.
    """
    if not may_be_chart([label for line in lines for label in _labels(line)], share=0.0):
        return []
    size = float(np.median([line.height for line in lines]))
    found: list[ScanChart] = []
    for place in _drawings(image, size, noisy=noisy):
        inside = [line for line in lines if len(line.text) <= _LONGEST and _is_near(_box(line), place, size)]
        inside = [line for line in inside if not any(line in chart.lines for chart in found)]
        if inside and (chart := chart_of(inside, image, place, noisy=noisy)):
            found.append(chart)
    return found


def find_level_charts(lines: Sequence[OcrLine], image: Image, ink: Ink) -> list[ScanChart]:
    """Return the charts of a scanned page, after removal of its skew and noise: bars on a tilted axis share no end."""
    if not may_be_chart([label for line in lines for label in _labels(line)], share=0.0):
        return []
    level = [replace(line, quad=_corners(line.box)) for line in lines]
    given = {id(copy): line for copy, line in zip(level, lines, strict=True)}

    def on_page(found: Sequence[OcrLine]) -> tuple[OcrLine, ...]:
        return tuple(given.get(id(line)) or replace(line, quad=ink.quad_on_page(line.quad)) for line in found)

    return [
        ScanChart(found.chart, on_page(found.lines), on_page(found.others), on_page(found.scale))
        for found in find_charts(level, ink.level(image), noisy=True)
    ]


def _corners(box: Box) -> Quad:
    return (box.x0, box.y0), (box.x1, box.y0), (box.x1, box.y1), (box.x0, box.y1)


def chart_of(
    lines: Sequence[OcrLine], image: Image, place: Box | None = None, *, noisy: bool = False
) -> ScanChart | None:
    """Return the chart in an image (or a place in it) with these lines of the OCR; None if it cannot be read."""
    placed = [(label, line) for line in lines for label in _labels(line)]
    if not may_be_chart([label for label, _ in placed]):
        return None
    height, width = image.shape[:2]
    boxes = [label.box for label, _ in placed]
    around = bounding_box([*boxes, place or Box(0, 0, width, height)])
    margin = 4 * label_size([label for label, _ in placed])
    x0, y0 = max(int(around.x0 - margin), 0), max(int(around.y0 - 4), 0)
    x1, y1 = min(math.ceil(around.x1 + 4), width), min(math.ceil(around.y1 + 4), height)
    labels = [Label(label.text, _moved(label.box, x0, y0), label.turned) for label, _ in placed]
    part = image[y0:y1, x0:x1]
    rgb = cv2.cvtColor(_without_grain(part) if noisy else part, cv2.COLOR_BGR2RGB)
    chart = read_chart(labels, rgb, partial(_read_label, part))
    if chart is None:
        return None
    others = [line for label, line in placed if label.text in chart.words]
    own = [(label, line) for label, (_, line) in zip(labels, placed, strict=True)]
    own += [(label, _line_of(label, x0, y0)) for label in chart.overlooked]
    marks = {id(label) for label in chart.scale}
    values = [line for label, line in own if id(label) not in marks]
    scale = [line for label, line in own if id(label) in marks and line not in values]
    rest = [line for line in dict.fromkeys((*lines, *values)) if line not in others and line not in scale]
    return ScanChart(chart, tuple(rest), tuple(dict.fromkeys(others)), tuple(scale))


def _line_of(label: Label, x: float, y: float) -> OcrLine:
    """Return a label that was read in its place in a part of the image, whose corner is at `x` and `y`, as a line."""
    box = _moved(label.box, -x, -y)
    return OcrLine(label.text, _SURE_LABEL, _corners(box), box)


def _read_label(image: Image, place: Box) -> str:
    """Return the print in a place of a picture as the careful recogniser reads it, "" if it is not sure of it."""
    x0, y0, x1, y1 = (max(0, round(edge)) for edge in place)
    crop = np.ascontiguousarray(image[y0:y1, x0:x1])
    if not crop.size:
        return ""
    found = careful_reader()(crop, HEIGHT)
    return found.text.strip() if min(found.sure, default=0.0) >= _SURE_LABEL else ""


def picture_text(lines: Sequence[OcrLine], text: str) -> str:
    """Return the `text` of a picture; of a chart that could not be read only the words.

    Its numbers without labels mean nothing, and would match any question.
    """
    labels = [label for line in lines for label in _labels(line)]
    return (words_of(labels) if has_scale(labels) else "") or text


def _labels(line: OcrLine) -> list[Label]:
    """Return a line as a label; several numbers that were read as one line are separate labels."""
    text = _GLUED.sub(r"\1 \2", line.text.strip())
    if not any(map(str.isalnum, text)):  # a marker, read as a sign
        return []
    if _NUMBERS.fullmatch(text):
        return [Label(word.text, word.box) for word in split_words(text, line.quad, line.places)]
    return [Label(text, _print_box(line), turned=is_tall(line.quad) and len(text) > 1)]


def _print_box(line: OcrLine) -> Box:
    """Return the box of a line from its first character on: the detector joins the key of a legend to its name."""
    box = _box(line)
    if is_tall(line.quad) or len(line.places) < 2:
        return box
    half = (line.places[-1] - line.places[0]) / (len(line.places) - 1) / 2 if line.places else 0.0
    before = (line.places[0] - half) * (box.x1 - box.x0)
    return box._replace(x0=box.x0 + before) if before > _KEY * (box.y1 - box.y0) else box


def _without_grain(image: Image) -> Image:
    return cv2.bilateralFilter(image, 7, _GRAIN, 5).astype(np.uint8)


def _drawings(image: Image, size: float, *, noisy: bool = False) -> list[Box]:
    """Return the places of large drawings, those that overlap as one."""
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    height, width = grey.shape
    half = (width + 1) // 2, (height + 1) // 2
    small = cv2.resize(grey, half, interpolation=cv2.INTER_AREA) if noisy else grey[::2, ::2]
    grey = _without_grain(small.astype(np.uint8)) if noisy else small
    paper = int(np.bincount(grey.ravel(), minlength=256).argmax())
    mask = (np.abs(grey.astype(np.int16) - paper) > _DARK).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    height, width = mask.shape
    boxes = [
        Box(2.0 * x, 2.0 * y, 2.0 * (x + w), 2.0 * (y + h))
        for x, y, w, h, _ in stats[1:].tolist()
        if (w > _SHARE * width or h > _SHARE * height) and w < 0.95 * width and h < 0.95 * height
    ]
    merged: list[Box] = []
    for box in sorted(boxes, key=area, reverse=True):
        near = [other for other in merged if overlap(_grown(box, _ABOVE * size), other) > 0]
        merged = [other for other in merged if other not in near] + [bounding_box([box, *near])]
    return [box for box in merged if box.y1 - box.y0 > 3 * size]


def _is_near(box: Box, place: Box, size: float) -> bool:
    return overlap(box, _grown(place, _ABOVE * size)) > 0.3 * area(box)


def _box(line: OcrLine) -> Box:
    return bounding_box(Box(x, y, x, y) for x, y in line.quad)


def _grown(box: Box, by: float) -> Box:
    return Box(box.x0 - by, box.y0 - by, box.x1 + by, box.y1 + by)


def _moved(box: Box, x: float, y: float) -> Box:
    return Box(box.x0 - x, box.y0 - y, box.x1 - x, box.y1 - y)
