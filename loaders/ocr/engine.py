"""OCR of page images on this machine: a page is turned upright, its lines are recognised and arranged as blocks."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace

# Threads that spin while they wait take the cores from other workers: 15-24 s a page instead of 7 on two cores.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import cv2
import numpy as np

from loaders.diagrams.units import MIN_FRAMES, MIN_PAGE_FRAMES, Diagram, read_diagram
from loaders.geometry import bounding_box, to_fractions, words_to_fractions
from loaders.ocr import tesseract
from loaders.ocr.charts import chart_of, find_level_charts
from loaders.ocr.circled import find_rings, with_circled, without_rings
from loaders.ocr.dashes import plain_dashes
from loaders.ocr.ink import Ink, drawn_skew
from loaders.ocr.layout import PlacedBlock, build_blocks, build_figure, chart_blocks, diagram_blocks
from loaders.ocr.legibility import (
    POOR_SCORE,
    Unread,
    failure,
    is_drawing,
    shortcoming_of_picture,
    shortcomings,
    sure_lines,
)
from loaders.ocr.lines import OcrLine, deskew, is_sideways, turn_back, without_watermarks
from loaders.ocr.pale_marks import mark_blocks, pale_marks
from loaders.ocr.perspective import Straightened, straighten
from loaders.ocr.recognition import Found, Image, careful_reader, rapid_ocr, recognise
from loaders.ocr.round_buttons import with_round_buttons
from loaders.ocr.strikes import with_strikes
from loaders.ocr.tick_boxes import with_tick_boxes
from loaders.ocr.turned_parts import turned_part, with_part
from loaders.pdf.strikes import join_struck, without_struck
from loaders.types import Block, Box, Failure, PageText, Word

# With a thread for every core, which other page processes use, joining the ink of a page took 48 CPU ms in place of
# 21, and three pages of a scan 6.1 s in place of 5.8 (medians of three in turns, a busy machine), with equal results.
cv2.setNumThreads(1)

_AS_SURE = 0.05  # of confidence: lower by less, a page that was turned by its boxes is right
Arrange = Callable[[list[OcrLine], Image], list[PlacedBlock]]


def load_models() -> None:
    """Load the models that nearly every page and picture needs, for processes that are forked from this one."""
    engine = rapid_ocr()
    engine._load_det_model()
    engine._load_rec_model()
    careful_reader()


def read_image(png: bytes, page: int) -> PageText:
    """Read a page image (any format OpenCV decodes): blocks in reading order and words, boxes as fractions.

    A page that is turned by 90, 180 or 270 degrees is turned upright first; the boxes refer to the image as given.
    Raises ValueError if the image cannot be decoded.
    """
    return _page_text(page, *_read(png, _arrange_page))


def read_page(png: bytes, page: int, languages: str = "auto") -> PageText | Failure:
    """Read a page image as `read_image` does, and by Tesseract if it is in a script that the models do not know.

    Args:
        png: The image.
        page: The number of its page.
        languages: The languages that Tesseract may read: `auto`, `off`, or codes with commas.
    """
    blocks, words, unread = _read(png, _arrange_page)
    if not unread.is_most and not unread.is_doubtful:
        return _page_text(page, blocks, words, unread)
    allowed = tesseract.wanted(languages)
    script = tesseract.script_of(png)
    if allowed and (found := tesseract.read(png, page, script, allowed)):
        return found
    return failure(page, unread, script) if unread.is_most else _page_text(page, blocks, words, unread)


def _page_text(page: int, blocks: tuple[Block, ...], words: tuple[Word, ...], unread: Unread) -> PageText:
    return PageText(page, blocks, words, "ocr", shortcomings(unread, with_text=bool(words)))


def _arrange_page(lines: list[OcrLine], image: Image) -> list[PlacedBlock]:
    lines, marks = without_watermarks(lines)
    ink = Ink(image, lines)
    lines, answers = _with_circled(lines, image, ink)
    lines, buttons = with_round_buttons(lines, ink)
    lines, boxes = with_tick_boxes(lines, ink)
    lines = with_strikes(lines, ink)
    charts = find_level_charts(lines, image, ink)
    diagram = None if charts else _diagram(lines, image, MIN_PAGE_FRAMES)
    units = diagram_blocks(diagram.without_text_around(), lines) if diagram else ()
    blocks = build_blocks(lines, float(image.shape[0]), charts, units, ink, answers + boxes + buttons)
    return blocks + [PlacedBlock("watermark", mark.text, 0, [mark]) for mark in marks]


def _with_circled(lines: list[OcrLine], image: Image, ink: Ink) -> tuple[list[OcrLine], list[OcrLine]]:
    """Return the lines of a page, and separately the rows with circled answers, read without the rings."""
    rings = find_rings(lines, image, ink)
    if not rings:
        return lines, []
    clean = without_rings(image, rings, ink)
    again, _ = without_watermarks(_lines(recognise(clean, False)[0], clean))
    return with_circled(again, rings, ink)


def _diagram(lines: list[OcrLine], image: Image, least: int = MIN_FRAMES) -> Diagram | None:
    """Return the diagram in a picture or on a page, None if there is none."""
    pieces = [(line.text, bounding_box(Box(x, y, x, y) for x, y in line.quad)) for line in lines]
    return read_diagram(pieces, image, least=least)


def read_figure(png: bytes) -> tuple[tuple[Block, ...], tuple[Word, ...], str]:
    """Read a picture: figure and table blocks, words, and a sentence about unread print or ""; raise ValueError.

    Boxes are fractions of the picture. If most of it is in a script that the models do not know, the lines in other
    scripts are kept.
    """
    blocks, words, unread = _read(png, _arrange_figure)
    return blocks, words, shortcoming_of_picture(unread)


def _arrange_figure(lines: list[OcrLine], image: Image) -> list[PlacedBlock]:
    chart = chart_of(lines, image)
    if chart:
        return chart_blocks(chart)
    diagram = _diagram(lines, image)
    return diagram_blocks(diagram, lines) if diagram else build_figure(lines, Ink(image, lines))


def _read(png: bytes, arrange: Arrange) -> tuple[tuple[Block, ...], tuple[Word, ...], Unread]:
    """Recognise the lines of an image, arrange them as blocks, and return these, their words and the unread lines."""
    image = cv2.imdecode(np.frombuffer(png, dtype=np.uint8), cv2.IMREAD_COLOR)
    if image is None:
        raise ValueError("the page image cannot be decoded")
    photograph = image.astype(np.uint8)
    sheet = straighten(photograph) if arrange is _arrange_page else None
    image = sheet.image if sheet else photograph
    blocks, words, unread = _read_sheet(image, arrange)
    if sheet:
        blocks = tuple(replace(block, box=_in_photograph(block.box, sheet, photograph)) for block in blocks)
        words = tuple(word._replace(box=_in_photograph(word.box, sheet, photograph)) for word in words)
    return blocks, words, unread


def _read_sheet(image: Image, arrange: Arrange) -> tuple[tuple[Block, ...], tuple[Word, ...], Unread]:
    """Read an image as `_read` does; a sideways part of a page is turned and read separately."""
    found, unread = recognise(image, arrange is _arrange_figure)
    if arrange is not _arrange_page:
        return _arranged(image, arrange, *_upright(image, found, unread))
    marks = pale_marks(image, [(piece.text, piece.quad) for piece in found])
    unread = unread._replace(covered=marks.cover)
    if marks.image is not None:
        again, unread_again = recognise(marks.image, False)
        image, found, unread = marks.image, again, unread_again._replace(covered=marks.cover)
    if part := turned_part([piece.quad for piece in found], image):
        blocks, words, unread = _read_sheet(part.rest, arrange)
        turned, own, unread_part = _read_sheet(part.image, arrange)
        if unread_part.is_most:
            return blocks, words, unread.beside(unread_part)
        blocks, own = with_part(blocks, turned, own, part.box, image.shape)
        return blocks, words + own, unread.beside(unread_part)
    blocks, words, unread = _arranged(image, arrange, *_upright(image, found, unread))
    return blocks + mark_blocks(marks, image), words, unread


def _arranged(
    image: Image, arrange: Arrange, turns: int, lines: list[OcrLine], unread: Unread
) -> tuple[tuple[Block, ...], tuple[Word, ...], Unread]:
    """Arrange the lines of an image that was turned by `turns` quarters as blocks and words."""
    height, width = image.shape[:2]
    if arrange is _arrange_figure and shortcoming_of_picture(unread):
        lines = sure_lines(lines)
    if arrange is _arrange_page and is_drawing(lines, max(height, width)):
        lines = []
    upright_width, upright_height = (height, width) if turns % 2 else (width, height)
    upright = np.rot90(image, turns).astype(np.uint8)
    blocks, words = list[Block](), list[Word]()
    for placed in arrange(lines, upright):
        own = [word for line in placed.lines for word in line.words]
        shown = [Word(word.text, turn_back(word.box, turns, upright_width, upright_height)) for word in own]
        if placed.kind != "watermark":  # stored once, and not among the words of the page
            words += words_to_fractions(without_struck(shown), width, height)
        blocks.append(_with_box(placed, words_to_fractions(shown, width, height)))
    score = _mean(lines) if lines else 1.0
    return tuple(blocks), tuple(words), unread._replace(score=score)


def _in_photograph(box: Box | None, sheet: Straightened, photograph: Image) -> Box:
    """Convert a box in fractions of the sheet to fractions of the photograph; without one, that of the sheet."""
    (sheet_height, sheet_width), (height, width) = sheet.image.shape[:2], photograph.shape[:2]
    x0, y0, x1, y1 = box or Box(0.0, 0.0, 1.0, 1.0)
    pixels = Box(x0 * sheet_width, y0 * sheet_height, x1 * sheet_width, y1 * sheet_height)
    return to_fractions(sheet.box_in_photograph(pixels), width, height)


def _with_box(placed: PlacedBlock, words: Sequence[Word]) -> Block:
    x0s, y0s, x1s, y1s = zip(*(word.box for word in words), strict=True)
    box = to_fractions(Box(min(x0s), min(y0s), max(x1s), max(y1s)), 1.0, 1.0)
    return Block(placed.kind, join_struck(placed.text), placed.level, box)


def _upright(image: Image, found: list[Found], unread: Unread) -> tuple[int, list[OcrLine], Unread]:
    """Return the anticlockwise quarter turns that the image needs, and its lines, read again after a turn."""
    if not found:
        return 0, [], unread
    tall = is_sideways([piece.quad for piece in found])
    poor = _mean(found) < POOR_SCORE
    if not tall and not poor:
        return 0, _lines(found, image), unread
    # RapidOCR turns tall pieces by itself and reads them, but no short ones: it read "24" as "2", with confidence.
    turns = (3 if poor else 1) if tall else 2
    upright = np.rot90(image, turns).copy()
    again, unread_again = recognise(upright, rapid_ocr().in_picture)
    if again and _mean(again) > _mean(found) - (0.0 if poor else _AS_SURE):
        return turns, _lines(again, upright), unread_again
    return 0, _lines(found, image), unread


def _lines(found: list[Found], image: Image) -> list[OcrLine]:
    boxes = deskew([piece.quad for piece in found], drawn_skew(image))
    texts = plain_dashes([piece.text for piece in found])
    return [
        OcrLine(text, piece.score, piece.quad, box, piece.places)
        for piece, text, box in zip(found, texts, boxes, strict=True)
    ]


def _mean(found: Sequence[Found | OcrLine]) -> float:
    """Return the mean score, weighted by length, because a page has many short stray pieces."""
    weight = sum(len(piece.text) for piece in found)
    return sum(piece.score * len(piece.text) for piece in found) / max(weight, 1)
