"""Printed tick boxes, without form fields: drawn squares, and the boxes and ticks of symbol fonts.

A tick of a symbol font is stored as a digit or a letter ("4" of Zapf Dingbats), a drawn cross is no text at all. Both
are found in the page's drawings. Squares that touch others are cells of a grid, filled ones belong to a legend unless
they are among boxes that are not filled.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from loaders.geometry import centre, contains
from loaders.pdf.forms import CHECK_BOX, Widget, with_widgets
from loaders.pdf.page_content import PageContent
from loaders.pdf.text_layer import TextLayer, as_box
from loaders.pdf.web_forms import drawn_controls, place, written_boxes
from loaders.types import Box, Word

_SYMBOLS = re.compile(r"Dingbats|Wingdings|Webdings|ZaDb", re.IGNORECASE)
_ZAPF = {"3": "✓", "4": "✔", "5": "✕", "6": "✖", "7": "✗", "8": "✘", "o": "☐", "n": "■", "l": "●", "m": "❍", "u": "◆"}
_WINGDINGS = {"ü": "✓", "û": "✗", "þ": "☑", "ý": "☒", "o": "□", "¨": "□", "n": "■", "l": "●", "§": "▪", "q": "❑"}
_WINGDINGS_2 = {"P": "✓", "O": "✗", "R": "☑", "T": "☒", "£": "□"}

_TICKED, _EMPTY, _OPEN, _FULL = "☑☒⊠🗹🗷", "☐", "□◻▢", "■◼"
_ALL = frozenset(_TICKED + _EMPTY + _OPEN + _FULL)
_MARKS = "✓✔✕✖✗✘×xXvV√"
_SMALLEST, _LARGEST = 6.0, 18.0  # points: sides of a box to tick
_SKEW = 1.25  # longest side by shortest
_MARK = (0.25, 1.5)  # least and greatest size of a tick, times the side of its box
_SLANT = 1.0  # points in both directions from which a stroke is slanted
_ALIKE, _IN_LINE = 0.2, 0.4  # of a filled box's side: difference from the others, and from their edges
_TOUCH = 1.5  # points between cells of a grid
_PALE = 0xC0  # least level of each colour in the background of a box
_MAX_SHAPES = 4000
_MAX_SQUARES = 300


class _Shape(NamedTuple):
    box: Box
    stroked: bool
    square: bool
    pale: bool


class _Mark(NamedTuple):
    box: Box
    slanted: bool


def with_tick_boxes(page: Any, look: PageContent, layer: TextLayer) -> TextLayer:
    """Return a text layer in which printed tick boxes are fields with a state, and symbol fonts' glyphs are symbols.

    `look` must have been read with its vectors.
    """
    content = look.blocks
    layer = _with_symbols(look, layer)
    words = [word for line in layer.lines if line.upright for word in line.words]
    signs = [word for word in words if word.text in _ALL]
    held = [word.box for each in layer.fields for word in each.words]
    drawn = _squares(page, content) | (drawn_controls(page) if _has_round_shapes(content) else {})
    squares = {box: on for box, on in drawn.items() if not any(_same(box, other) for other in held)}
    written = written_boxes(layer.lines)
    if not signs and not squares and not written:
        return layer
    boxes: dict[Box, bool] = {word.box: word.text in (*_TICKED, *_FULL) for word in signs if _is_box(word, signs)}
    marks: set[Word] = {word for word in signs if word.box in boxes}
    boxes |= {place(words): ticked for words, ticked in written.items()}
    marks.update(word for words in written for word in words)
    for square, ticked in squares.items():
        inside = [word for word in words if contains(square, centre(word.box), 1.0)]
        if all(word.text in _MARKS for word in inside):
            boxes[square] = ticked or bool(inside)
            marks.update(inside)
    if not boxes:
        return layer
    bare = replace(layer, lines=tuple(_without(line, marks) for line in layer.lines))
    widgets = [Widget(CHECK_BOX, "", box, "", ticked, "", ()) for box, ticked in boxes.items()]
    labelled = with_widgets(bare, widgets, only_labelled=True)
    if labelled is None:
        return layer
    return labelled


def _has_round_shapes(content: Sequence[dict[str, Any]]) -> bool:
    """Return whether a page draws shapes of a control's size that are no rectangles."""
    vectors = [block for block in content if block["type"] == 3]
    if len(vectors) > _MAX_SHAPES:
        return False
    return any(not block["isrect"] and _is_small(as_box(block["bbox"])) for block in vectors)


def _is_small(box: Box) -> bool:
    # Twice the size: the vectors of a text page include room for the pointed ends of strokes.
    return min(box.x1 - box.x0, box.y1 - box.y0) >= _SMALLEST and max(box.x1 - box.x0, box.y1 - box.y0) <= 2 * _LARGEST


def _without(line: Any, marks: set[Word]) -> Any:
    return replace(line, words=tuple(word for word in line.words if word not in marks))


def _is_box(word: Word, signs: Sequence[Word]) -> bool:
    """Return whether a sign is a box to tick, and no bullet.

    An open square is one if others are ticked or share its row, a filled one beside open ones as large.
    """
    if word.text in _FULL:
        return is_filled_in(word.box, [other.box for other in signs if other.text in (*_OPEN, *_EMPTY)])
    if word.text not in _OPEN or any(other.text in _TICKED for other in signs):
        return True
    height = word.box.y1 - word.box.y0
    return any(o is not word and abs(centre(o.box)[1] - centre(word.box)[1]) < height / 2 for o in signs)


def _with_symbols(look: PageContent, layer: TextLayer) -> TextLayer:
    """Replace the letters that encode the glyphs of symbol fonts."""
    texts = [block for block in look.blocks if "lines" in block]
    if not any(_SYMBOLS.search(span["font"]) for block in texts for line in block["lines"] for span in line["spans"]):
        return layer
    found: dict[Word, str] = {}
    for (number, index), words in look.words.items():
        for word in words:
            for span in texts[number]["lines"][index]["spans"]:
                if _SYMBOLS.search(span["font"]) and contains(as_box(span["bbox"]), centre(word.box), 0.5):
                    found[word] = _symbol(word.text, span["font"])
    lines = (
        replace(line, words=tuple(Word(found.get(word, word.text), word.box) for word in line.words))
        for line in layer.lines
    )
    return replace(layer, lines=tuple(lines))


def _symbol(text: str, font: str) -> str:
    plain = "".join(chr(ord(char) - 0xF000) if 0xF020 <= ord(char) <= 0xF0FF else char for char in text)
    if "dings" not in font.lower() or "webdings" in font.lower():
        table: dict[str, str] = {} if "web" in font.lower() else _ZAPF
    else:
        table = _WINGDINGS_2 if "2" in font else _WINGDINGS
    if "dingbats" in font.lower():
        table = _ZAPF
    return "".join(table.get(char, given) for char, given in zip(plain, text, strict=True))


def _squares(page: Any, content: Sequence[dict[str, Any]]) -> dict[Box, bool]:
    """Return the isolated drawn squares, and whether something is drawn in each."""
    vectors = [block for block in content if block["type"] == 3]
    if len(vectors) > _MAX_SHAPES:
        return {}
    shapes = [_shape(block) for block in vectors]
    squares = {shape.box: None for shape in shapes if shape.square and shape.stroked}
    if len(squares) > _MAX_SQUARES:
        return {}
    near = [box for box in squares if not any(other != box and _touch(box, other) for other in squares)]
    marks = list(_marks(page)) if near else []
    found, full = {}, list[Box]()
    for box in near:
        filled = [shape for shape in shapes if not shape.stroked and not shape.pale and _same(shape.box, box)]
        if not filled:
            found[box] = any(_is_tick(mark, box) for mark in marks)
        else:
            full.append(box)
    return found | dict.fromkeys((box for box in full if is_filled_in(box, list(found))), True)


def is_filled_in(box: Box, others: Sequence[Box]) -> bool:
    """Return whether a filled square is a box that was filled in, by the squares that are not filled.

    Two of these must be as large, and one of them in its row or column; the squares of a legend are all filled.
    """
    side = max(box.x1 - box.x0, box.y1 - box.y0)
    alike = [other for other in others if abs(max(other.x1 - other.x0, other.y1 - other.y0) - side) < _ALIKE * side]
    return len(alike) > 1 and any(min(abs(x.x0 - box.x0), abs(x.y0 - box.y0)) < _IN_LINE * side for x in alike)


def _marks(page: Any) -> Iterator[_Mark]:
    """Yield possible ticks: all drawings but pale shapes and frames.

    The vectors of a text page have room for the pointed ends of strokes, twenty times their width, so that a dot has
    the size of a tick; the library's drawings have their true places, and take longer.
    """
    for drawing in page.get_cdrawings():
        colour, items = drawing.get("color") or drawing.get("fill") or (0.0,), drawing["items"]
        frame = "s" in drawing["type"] and all(item[0] in ("re", "qu") for item in items)
        if not frame and min(colour) * 255 < _PALE:
            yield _Mark(as_box(drawing["rect"]), any(item[0] == "l" and _is_slanted(*item[1:3]) for item in items))


def _is_slanted(start: tuple[float, float], end: tuple[float, float]) -> bool:
    return min(abs(start[0] - end[0]), abs(start[1] - end[1])) > _SLANT


def _shape(block: dict[str, Any]) -> _Shape:
    box, colour = as_box(block["bbox"]), block["color"]
    width, height = box.x1 - box.x0, box.y1 - box.y0
    square = (
        bool(block["isrect"])
        and min(width, height) >= _SMALLEST
        and max(width, height) <= min(_LARGEST, _SKEW * min(width, height))
    )
    pale = min(colour >> 16 & 255, colour >> 8 & 255, colour & 255) >= _PALE
    return _Shape(box, bool(block["stroked"]), square, pale)


def _touch(box: Box, other: Box) -> bool:
    """Return whether two squares are cells of one grid, or one is in the other."""
    return (
        box.x0 - _TOUCH <= other.x1
        and other.x0 - _TOUCH <= box.x1
        and box.y0 - _TOUCH <= other.y1
        and other.y0 - _TOUCH <= box.y1
        and not _same(box, other)
    )


def _same(box: Box, other: Box) -> bool:
    return all(abs(a - b) < _TOUCH for a, b in zip(box, other, strict=True))


def _is_tick(mark: _Mark, square: Box) -> bool:
    """Return whether a mark is a tick in a square: its middle lies in it, and it is neither a dot nor much larger."""
    if _same(mark.box, square) and not mark.slanted:
        return False
    side = max(square.x1 - square.x0, square.y1 - square.y0)
    longest = max(mark.box.x1 - mark.box.x0, mark.box.y1 - mark.box.y0)
    return contains(square, centre(mark.box)) and _MARK[0] * side < longest < _MARK[1] * side
