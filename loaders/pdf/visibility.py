"""Visibility of the text layer: which of its words a viewer shows, which are struck out, and which are a watermark.

A file may have invisible text: set without paint, in the colour of its background, under a shape or a picture, or off
the page. The rendering decides: an invisible word has nothing at its place that differs from the background. The layer
of recognised text under a scan is set without paint too; the picture shows its words, so it stays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loaders.geometry import area, centre, contains
from loaders.pdf.comments import under_strike_marks
from loaders.pdf.page_content import PageContent
from loaders.pdf.strikes import cut_at_strokes, in_parts, seams_of, strike_out, waves
from loaders.pdf.styled_words import LIGHT, OBLIQUE, TINY, StyledWord, rgb, styled_words
from loaders.pdf.text_alone import draws_dark_text_alone
from loaders.pdf.text_layer import Line, TextLayer, as_box
from loaders.text.raised_signs import FALL
from loaders.types import Box, Word

_NEARLY_WHITE = 0.85  # brightness from which text on white paper may be invisible
_WHITE = 250  # least level of 255 of each colour of a line that is invisible on white paper
_SHEER = 200  # opacity of 255 below which text lets the page show through
_CONTRAST = 12  # grey levels of 255 between a word and its background; pale grey (0.8) letters of 8 points have 25
_LIKE = 24  # levels of 255 by which the colours of a text and its background may differ and count as equal
_TILES = 3  # copies of an oblique line that make a watermark
_UPRIGHT_TILES = 6  # copies of a pale upright line that make one
_LARGE = 2.0  # times the page's usual text size
_SCAN = 0.5  # share of the page from which a picture is a scan, and text under it its recognised text
_GROUND = 4.0  # points: a lower or narrower shape is no background of a word, and covers none
_MAX_GROUNDS = 500
_DPI = 72
_RULE = 3.0  # points: thinner shapes are lines
_MAX_WAVES = 200  # stroked paths among which waves are searched for: a chart or map has more
_MAX_WAVE_POINTS = 400
_MAX_VECTORS = 4000  # shapes examined; a map has 100,000, and none of them covers a text


@dataclass(frozen=True, slots=True)
class _Shape:
    """A drawn shape: its place, its colour from 0 to 255, whether it is filled, and its rank in the drawing order."""

    box: Box
    colour: tuple[int, int, int]
    filled: bool
    rank: int


def visible_layer(page: Any, look: PageContent, layer: TextLayer) -> TextLayer:
    """Return a text layer without the words that no viewer shows and without watermarks, struck words marked.

    `look` must have been read with its vectors. `hidden` of the result counts the words that were left out.
    """
    content = look.blocks
    if draws_dark_text_alone(page, look, layer):
        return layer
    prints = styled_words(look)
    shapes = _shapes(content)
    seams = list(seams_of(content))
    cuts = cut_at_strokes([each.word for each in prints], seams, [each.box for each in shapes]) if seams else {}
    if cuts:
        prints = [each._replace(word=part) for each in prints for part in cuts.get(each.word, [each.word])]
        layer = replace(layer, lines=tuple(_cut(line, cuts) for line in layer.lines))
    hidden = _hidden(page, layer, prints, shapes)
    marks, stamps = _watermarks([each for each in prints if each.word not in hidden])
    struck = strike_out(
        [(each.word, each.size, each.baseline) for each in prints if each.direction[0] > 0.99],
        [
            *(shape.box for shape in shapes if min(shape.colour) < _WHITE),  # a white line under words strikes nothing
            *_waves(page, content, max((each.size for each in prints), default=0.0)),
        ],
    )
    struck |= under_strike_marks(page, [each.word for each in prints])
    if struck and (lost := struck - {_as_cut(word) for word in layer.words}):
        pieces = [each.word for each in prints]
        layer = replace(layer, lines=tuple(_cut(line, in_parts(line.words, pieces, lost)) for line in layer.lines))
    drop = set(map(_as_cut, hidden | marks))
    struck = set(map(_as_cut, struck))
    if not (drop or struck or "~~" in layer.text):
        return layer
    lines = [replace(line, words=words) for line in layer.lines if (words := _shown(line, drop, struck))]
    return replace(layer, lines=tuple(lines), hidden=layer.hidden + len(hidden), watermarks=stamps)


def copy_of_text(document: Any, layer: TextLayer) -> Any:
    """Return a new page of an empty document with a layer's words and lines in their places, and nothing else.

    The layout of a page under a watermark is analysed on it: the mark would hide headings and cut paragraphs.
    """
    page = document.new_page(width=layer.width, height=layer.height)
    usual = median([line.size for line in layer.lines] or [0])
    shape = page.new_shape()  # written once: a page rewritten for each word takes time with the square of the words
    for line in layer.lines:
        font = "hebo" if line.bold or line.size > usual else "helv"
        for word in line.words if line.upright else ():
            place = word.box.x0, word.box.y1 - 0.22 * line.size
            shape.insert_text(place, word.text, fontsize=line.size, fontname=font)
    for box in layer.drawings:
        if min(box.x1 - box.x0, box.y1 - box.y0) <= _RULE:
            shape.draw_line((box.x0, box.y0), (box.x1, box.y1))
            shape.finish(width=0.5)
    shape.commit()
    return page


def _cut(line: Line, cuts: dict[Word, list[Word]]) -> Line:
    return replace(line, words=tuple(part for word in line.words for part in cuts.get(_as_cut(word), [word])))


def _shown(line: Line, drop: set[Word], struck: set[Word]) -> tuple[Word, ...]:
    kept = (word for word in line.words if _as_cut(word) not in drop)
    return tuple(Word(_marked(word.text, struck=_as_cut(word) in struck), word.box) for word in kept)


def _as_cut(word: Word) -> Word:
    """Return a word as the PDF library cut it, raised signs in ordinary characters: a layer has them marked."""
    return word._replace(text=word.text.translate(FALL))


def _marked(text: str, *, struck: bool) -> str:
    safe = text.replace("~~", "\\~\\~")
    return f"~~{safe}~~" if struck else safe


def _shapes(content: Sequence[dict[str, Any]]) -> list[_Shape]:
    """Return the drawn shapes of a page; none of a page with too many."""
    vectors = [(rank, block) for rank, block in enumerate(content) if block["type"] == 3]
    if len(vectors) > _MAX_VECTORS:
        return []
    return [
        _Shape(as_box(block["bbox"]), rgb(block["color"]), not block["stroked"] and block["alpha"] >= _SHEER, rank)
        for rank, block in vectors
    ]


def _waves(page: Any, content: Sequence[dict[str, Any]], size: float) -> list[Box]:
    """Return the waves and slanted lines of a page that may strike words out; none of a page of many lines, as a map.

    The boxes of stroked paths in a text page include room for sharp corners, so their points are read instead.
    """
    stroked = [block for block in content if block["type"] == 3 and block["stroked"] and not block["isrect"]]
    slanted = [one for one in stroked if as_box(one["bbox"]).y1 - as_box(one["bbox"]).y0 > _RULE]
    if not 0 < len(slanted) <= _MAX_WAVES:
        return []
    drawings = (one for one in page.get_drawings() if one["type"] == "s" and min(one["color"] or (1,)) < _NEARLY_WHITE)
    return waves([_points(one["items"]) for one in drawings], size)


def _points(items: Sequence[Any]) -> list[tuple[float, float]]:
    """Return the points of a path of lines and curves; none of one with rectangles, or with more than a wave has."""
    if len(items) > _MAX_WAVE_POINTS or any(item[0] not in ("l", "c") for item in items):
        return []
    points = [tuple(items[0][1])] if items else []
    for item in items:
        points += [tuple(point) for point in item[2:]]
    return [(float(x), float(y)) for x, y in points]


def _hidden(page: Any, layer: TextLayer, prints: Sequence[StyledWord], shapes: Sequence[_Shape]) -> set[Word]:
    """Return the words that no viewer shows."""
    whole = Box(0, 0, layer.width, layer.height)
    gone = {
        each.word
        for each in prints
        if each.size < TINY or (each.opacity == 0 and each.painted) or not contains(whole, centre(each.word.box))
    }
    rest = [each for each in prints if each.word not in gone]
    grounds = [shape for shape in shapes if shape.filled and _shortest(shape.box) > _GROUND][:_MAX_GROUNDS]
    doubtful = [each for each in rest if each.painted and _is_doubtful(each, grounds)]
    unpainted = [each for each in rest if not each.painted]
    if doubtful or unpainted:
        is_visible = _visibility_of(page)
        gone |= {each.word for each in doubtful if not is_visible(each.word)}
        gone |= _unprinted(unpainted, [each for each in rest if each.painted and each.word not in gone], is_visible)
    return gone | _under_pictures(page, layer, [each.word for each in rest if each.painted])


def _shortest(box: Box) -> float:
    return min(box.x1 - box.x0, box.y1 - box.y0)


def _is_doubtful(each: StyledWord, grounds: Sequence[_Shape]) -> bool:
    """Return whether a word may be invisible: pale, transparent, under a shape, or on one of its own colour."""
    if each.brightness > _NEARLY_WHITE or each.opacity < _SHEER / 4:
        return True
    middle = centre(each.word.box)
    return any(
        (ground.rank > each.rank or max(abs(a - b) for a, b in zip(ground.colour, each.colour, strict=True)) < _LIKE)
        and contains(ground.box, middle)
        for ground in grounds
    )


def _unprinted(
    words: Sequence[StyledWord], printed: Sequence[StyledWord], is_visible: Callable[[Word], bool]
) -> set[Word]:
    """Return the words without paint that are not in the picture under them: all of a line, or none."""
    lines: dict[tuple[int, int], list[Word]] = {}
    for each in words:
        lines.setdefault(each.line, []).append(each.word)
    places = [each.word.box for each in printed]
    gone: set[Word] = set()
    for line in lines.values():
        seen = [w for w in line if is_visible(w) and not any(contains(box, centre(w.box)) for box in places)]
        if 2 * len(seen) < len(line):
            gone.update(line)
    return gone


def _visibility_of(page: Any) -> Callable[[Word], bool]:
    """Return a function that returns whether the rendered page shows anything at the place of a word."""
    pixmap = page.get_pixmap(dpi=_DPI, alpha=False)
    rows = np.frombuffer(pixmap.samples_mv, dtype=np.uint8).reshape(pixmap.height, pixmap.stride)
    pixels: NDArray[np.uint8] = rows[:, : pixmap.width * pixmap.n].reshape(pixmap.height, pixmap.width, pixmap.n)
    scale = _DPI / 72

    def is_visible(word: Word) -> bool:
        x0, y0, x1, y1 = (edge * scale for edge in word.box)
        if any(map(str.isalnum, word.text)):  # the lines above and below may overlap the box
            y0, y1 = y0 + 0.3 * (y1 - y0), y1 - 0.25 * (y1 - y0)
        part = pixels[max(int(y0), 0) : max(int(np.ceil(y1)), 1), max(int(x0), 0) : max(int(np.ceil(x1)), 1)]
        if part.size == 0:
            return False
        flat = part.reshape(-1, part.shape[-1]).astype(np.int16)
        return bool((flat.max(axis=0) - flat.min(axis=0)).max() >= _CONTRAST)

    return is_visible


def _under_pictures(page: Any, layer: TextLayer, words: Sequence[Word]) -> set[Word]:
    """Return the words over which an opaque picture was drawn later, unless the pictures are a scan of the page."""
    if not layer.images or sum(map(area, layer.images)) > _SCAN * layer.width * layer.height:
        return set()
    inside = [word for word in words if any(contains(image, centre(word.box)) for image in layer.images)]
    if not inside:
        return set()
    masked = {tuple(info["bbox"]) for info in page.get_image_info() if info.get("has-mask")}
    log = page.get_bboxlog()
    later = [
        (rank, as_box(box)) for rank, (kind, box) in enumerate(log) if kind == "fill-image" and tuple(box) not in masked
    ]
    texts = [(span["seqno"], as_box(span["bbox"])) for span in page.get_texttrace()]
    found = set()
    for word in inside:
        middle = centre(word.box)
        drawn = max((seqno for seqno, box in texts if contains(box, middle)), default=None)
        if drawn is not None and any(rank > drawn and contains(box, middle) for rank, box in later):
            found.add(word)
    return found


def _watermarks(prints: Sequence[StyledWord]) -> tuple[set[Word], tuple[str, ...]]:
    """Return the words of watermarks, and their texts: oblique or pale lines that are repeated, pale or large."""
    lines: dict[tuple[int, int], list[StyledWord]] = {}
    for each in prints:
        lines.setdefault(each.line, []).append(each)
    if not any(_may_be_watermark(line[0]) for line in lines.values()):
        return set(), ()
    texts = {key: " ".join(each.word.text for each in line) for key, line in lines.items()}
    counts = Counter(texts[key] for key, line in lines.items() if _may_be_watermark(line[0]))
    usual = median(each.size for each in prints)
    common = [text for text, count in counts.items() if count >= _TILES]
    marks: set[Word] = set()
    stamps: dict[str, None] = {}
    for key, line in lines.items():
        if _is_watermark(line, texts[key], counts, common, usual, prints):
            marks.update(each.word for each in line)
            if not any(text.startswith(texts[key]) and text != texts[key] for text in common):
                stamps[texts[key]] = None
    return marks, tuple(stamps)


def _is_oblique(each: StyledWord) -> bool:
    return min(map(abs, each.direction)) > OBLIQUE


def _is_pale(each: StyledWord) -> bool:
    return each.brightness >= LIGHT or each.opacity < _SHEER


def _may_be_watermark(each: StyledWord) -> bool:
    return _is_oblique(each) or _is_pale(each)


def _is_watermark(
    line: Sequence[StyledWord],
    text: str,
    counts: Counter[str],
    common: Sequence[str],
    usual: float,
    prints: Sequence[StyledWord],
) -> bool:
    first = line[0]
    if _is_oblique(first):
        part = any(text in whole or whole in text for whole in common)  # the page's edge cuts some copies
        return part or _is_pale(first) or first.size >= _LARGE * usual
    if not _is_pale(first):
        return False
    if counts[text] >= _UPRIGHT_TILES:
        return True
    if first.size < _LARGE * usual:
        return False
    others = [each.word for each in prints if each.size <= first.size / _LARGE and not _is_pale(each)]
    return sum(any(contains(each.word.box, centre(word.box)) for each in line) for word in others) > 1
