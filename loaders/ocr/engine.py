"""OCR of page images on this machine, by RapidOCR, whose models ship inside its package."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import lru_cache
from typing import Any

# Threads that spin while they wait take the cores from other workers: 15-24 s a page instead of 7 on two cores.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import cv2
import numpy as np
from numpy.typing import NDArray
from rapidocr import RapidOCR

from loaders.geometry import to_fractions, words_to_fractions
from loaders.ocr.charts import chart_of, find_charts
from loaders.ocr.layout import PlacedBlock, build_blocks, build_figure, chart_blocks
from loaders.ocr.lines import OcrLine, Quad, deskew, is_tall, quarter_turn, split_words
from loaders.types import Block, Box, PageText, Word

THREADS_PER_ENGINE = 1
"""One process per core is faster than one process with many threads."""

MIN_SCORE = 0.5
"""Confidence (0-1) under which a line is noise: specks, rules, halves of pictures."""

POOR_SCORE = 0.85
"""Mean confidence under which a page may be turned. Upright pages of the development set have 0.97-0.99."""

Image = NDArray[np.uint8]


def read_image(png: bytes, page: int) -> PageText:
    """Read a page image (any format OpenCV decodes): blocks in reading order and words, boxes as fractions.

    A page that is turned by 90, 180 or 270 degrees is turned upright first; the boxes refer to the image as given.
    Raises ValueError if the image cannot be decoded.
    """
    blocks, words = _read(
        png, lambda lines, image: build_blocks(lines, float(image.shape[0]), find_charts(lines, image))
    )
    return PageText(page, blocks, words, "ocr")


def read_figure(png: bytes) -> tuple[tuple[Block, ...], tuple[Word, ...]]:
    """Read a picture: figure and table blocks, and words, boxes as fractions of the picture. Raises ValueError."""
    return _read(png, _arrange_figure)


def _arrange_figure(lines: list[OcrLine], image: Image) -> list[PlacedBlock]:
    chart = chart_of(lines, image)
    return chart_blocks(chart) if chart else build_figure(lines)


def _read(
    png: bytes, arrange: Callable[[list[OcrLine], Image], list[PlacedBlock]]
) -> tuple[tuple[Block, ...], tuple[Word, ...]]:
    """Recognise the lines of an image, arrange them as blocks, and return these and their words."""
    image = cv2.imdecode(np.frombuffer(png, dtype=np.uint8), cv2.IMREAD_COLOR)
    if image is None:
        raise ValueError("the page image cannot be decoded")
    turns, lines = _read_upright(image.astype(np.uint8))
    height, width = image.shape[:2]
    upright_width, upright_height = (height, width) if turns % 2 else (width, height)
    blocks: list[Block] = []
    words: list[Word] = []
    for placed in arrange(lines, np.rot90(image, turns).astype(np.uint8)):
        own = [word for line in placed.lines for word in split_words(line.text, line.quad)]
        shown = [Word(word.text, _turn_back(word.box, turns, upright_width, upright_height)) for word in own]
        words += words_to_fractions(shown, width, height)
        blocks.append(_with_box(placed, words_to_fractions(shown, width, height)))
    return tuple(blocks), tuple(words)


def _with_box(placed: PlacedBlock, words: tuple[Word, ...]) -> Block:
    x0s, y0s, x1s, y1s = zip(*(word.box for word in words), strict=True)
    box = to_fractions(Box(min(x0s), min(y0s), max(x1s), max(y1s)), 1.0, 1.0)
    return Block(placed.kind, placed.text, placed.level, box)


def _read_upright(image: Image) -> tuple[int, list[OcrLine]]:
    """Return by how many quarters (anticlockwise) the image had to be turned, and the lines of the turned image."""
    found = _recognise(image)
    if not found:
        return 0, []
    tall = sum(is_tall(quad) for _, _, quad in found) > len(found) / 2
    poor = _mean(found) < POOR_SCORE
    if not tall and not poor:
        return 0, _lines(found)
    if tall and not poor:
        # The engine turns tall pieces by itself and reads them; only their positions have to be turned.
        width = float(image.shape[1])
        return 1, _lines([(text, score, quarter_turn(quad, width)) for text, score, quad in found])
    turns = 3 if tall else 2
    again = _recognise(np.rot90(image, turns).copy())
    if again and _mean(again) > _mean(found):
        return turns, _lines(again)
    return 0, _lines(found)


def _lines(found: list[tuple[str, float, Quad]]) -> list[OcrLine]:
    boxes = deskew([quad for _, _, quad in found])
    return [OcrLine(text, score, quad, box) for (text, score, quad), box in zip(found, boxes, strict=True)]


def _mean(found: list[tuple[str, float, Quad]]) -> float:
    """Return the mean score, weighted by length, because a page has many short stray pieces."""
    weight = sum(len(text) for text, _, _ in found)
    return sum(score * len(text) for text, score, _ in found) / max(weight, 1)


def _recognise(image: Image) -> list[tuple[str, float, Quad]]:
    result = _engine()(image)
    if result.txts is None or result.boxes is None:
        return []
    return [
        (text, float(score), _quad(box))
        for text, score, box in zip(result.txts, result.scores, result.boxes, strict=True)
        if text.strip()
    ]


def _quad(box: Any) -> Quad:
    a, b, c, d = ((float(x), float(y)) for x, y in box)
    return a, b, c, d


def _turn_back(box: Box, turns: int, width: float, height: float) -> Box:
    """Return the position in the original image of a box of the turned image (`width` x `height`)."""
    for _ in range(turns):
        box = Box(height - box.y1, box.x0, height - box.y0, box.x1)
        width, height = height, width
    return box


@lru_cache(maxsize=1)
def _engine() -> Any:
    """Build the engine once per process: 1 s and 300 MB.

    One line per recogniser batch, since a batch pads all lines to the longest (7.3 -> 5.0 s a page of prose). The
    detector keeps the full resolution: at 960 pixels it finds 39 of 59 labels of a chart.
    """
    return RapidOCR(
        params={
            "Global.use_cls": False,
            "Global.log_level": "error",
            "Global.text_score": MIN_SCORE,
            "Rec.rec_batch_num": 1,
            "EngineConfig.onnxruntime.intra_op_num_threads": THREADS_PER_ENGINE,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )
