"""Text layer of a PDF page as plain values, without types of the PDF library.

Units are points of the page as it is shown (rotation undone), origin top left.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any

from loaders.geometry import bounding_box
from loaders.packed_words import PackedWords
from loaders.pdf.bidi import as_read, in_reading_order, is_right_to_left
from loaders.pdf.page_content import PageContent
from loaders.pdf.raised_signs import mark_signs
from loaders.pdf.replaced_text import KEY, other_words
from loaders.pdf.ruled import Rules
from loaders.pdf.strikes import join_struck
from loaders.types import Box, Word


@dataclass(frozen=True)  # without slots, which allow no cached properties
class Line:
    """A line of the text layer: its words in reading order, and its typesetting.

    `turn` is the clockwise quarter turns of the page after which it is upright; -1 for slanted text.
    """

    words: tuple[Word, ...]
    block: int
    size: float
    upright: bool
    mono: bool
    bold: bool = False
    turn: int = 0

    # Layout, tables and headings ask for them four times a line: 2 of the 10 ms in which a page of text is read.
    @cached_property
    def box(self) -> Box:
        """The smallest box around its words."""
        return bounding_box(word.box for word in self.words)

    @cached_property
    def text(self) -> str:
        """Its words, one space between them."""
        return " ".join(word.text for word in self.words)


_TYPESETTING = [one.name for one in fields(Line) if one.name != "words"]


@dataclass(frozen=True, slots=True)
class Field:
    """A form field: the words of its label and of its value or state, and the place of both."""

    words: tuple[Word, ...]
    box: Box

    @property
    def text(self) -> str:
        """The field as one line."""
        return " ".join(word.text for word in self.words)


@dataclass(frozen=True, slots=True)
class Comment:
    """An annotation: "Comment (author): ...", and the place that it is about."""

    text: str
    box: Box


@dataclass(frozen=True)
class TextLayer:
    """The content stream of a page, before any layout analysis.

    `drawings` are the boxes of drawn lines and areas; `math` counts the characters in mathematical fonts; `hidden`
    counts the words that no viewer shows, which are left out, as are the texts of `watermarks`. A word that is struck
    out is enclosed in `~~`.
    """

    width: float
    height: float
    lines: tuple[Line, ...]
    images: tuple[Box, ...]
    drawings: tuple[Box, ...] = ()
    math: int = 0
    hidden: int = 0
    watermarks: tuple[str, ...] = ()
    fields: tuple[Field, ...] = ()
    comments: tuple[Comment, ...] = ()
    files: tuple[str, ...] = ()
    outlined: bool = False
    """Whether most print of the page is drawn as outlines, which are in none of the words."""
    black: bool = False
    """Whether the page draws black text alone, perhaps with black or white shapes, so that its picture is grey."""

    @property
    def words(self) -> list[Word]:
        """All words in the order of the content stream, and those of the form's fields after them."""
        return [word for words in self._parts() for word in words]

    @cached_property
    def text(self) -> str:
        """All lines and fields, one under the other."""
        return join_struck("\n".join(" ".join(word.text for word in words) for words in self._parts()))

    def _parts(self) -> list[tuple[Word, ...]]:
        return [*(line.words for line in self.lines), *(each.words for each in self.fields)]

    # Page processes share text layers. With packed words one of 570 words takes .3 ms to pickle in place of 1.3, as
    # long to unpickle (.7 ms), and two thirds of the bytes.
    def __reduce__(self) -> tuple[Callable[..., TextLayer], tuple[object, ...]]:
        words = PackedWords.of([word for line in self.lines for word in line.words])
        lines = [(len(line.words), *(getattr(line, name) for name in _TYPESETTING)) for line in self.lines]
        others = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "lines"}
        return _unpacked, (words, lines, others)


def _unpacked(words: PackedWords, lines: Sequence[tuple[Any, ...]], others: dict[str, Any]) -> TextLayer:
    """Return a text layer; `lines` has the number of words of each line, then its typesetting."""
    rest = iter(words)
    made = (Line(tuple(itertools.islice(rest, count)), *typesetting) for count, *typesetting in lines)
    return TextLayer(lines=tuple(made), **others)


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the page with a role, in reading order; `cells` is the grid of a table, rows of boxes.

    `rules` are the lines that are drawn in and around a table.
    """

    role: str
    box: Box
    cells: tuple[tuple[Box, ...], ...] = ()
    rules: Rules = field(default_factory=Rules)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Words, text size and margins of the neighbouring pages, which decide hyphens, heading levels and headers."""

    known: frozenset[str] = field(default_factory=frozenset)
    body_size: float = 0.0
    margins: frozenset[str] = field(default_factory=frozenset)


_UPRIGHT = 0.9  # cosine of the writing direction: text that rises by less than 25 degrees is read as a line

_MONO, _BOLD = 8, 16  # font flag bits of the PDF library's span dictionary

_BOLD_FONT = re.compile(r"bold|black|heavy|semibd|demi", re.IGNORECASE)

_MATH_FONT = re.compile(
    r"Math|CM(?:MI|SY|EX|BSY)\d|MS[AB]M\d|EU[FSR][MB]\d|STIX.*(?:Sym|Int|Siz)|MT(?:MI|SY|EX)", re.IGNORECASE
)

_MOST_SIGNS = 40_000  # of a page: the library's search for words printed twice takes minutes on 200,000
_TWICE = 3.0  # points: a bolder look takes 0.2-0.5, a shadow 1-2

MAX_DRAWINGS = 2000
"""Boxes kept of a page: a map has 100,000, and the first thousands show that it is one."""


def text_layer(page: Any, content: PageContent) -> TextLayer:
    """Build the text layer from the PDF library's page and its content."""
    styles = {
        (block["number"], index): line for block in content.blocks for index, line in enumerate(block.get("lines", ()))
    }
    words = mark_signs({key: list(line) for key, line in content.words.items()}, styles)
    lines = [_line(line, key[0], styles.get(key, {})) for key, line in words.items()]
    math = sum(
        len(span["text"].strip())
        for line in styles.values()
        for span in line.get("spans", ())
        if _MATH_FONT.search(span["font"])
    )
    shown, width, height = content.shown, page.rect.width, page.rect.height
    return TextLayer(width, height, tuple(lines), _images(page, shown), _drawings(shown, width, height), math)


def _images(page: Any, shown: Sequence[tuple[str, Any]]) -> tuple[Box, ...]:
    """Return the boxes of the page's images, of which a page of text and lines alone has none: asking takes 3 ms."""
    if all(kind.endswith(("text", "path")) for kind, _ in shown):
        return ()
    return tuple(as_box(info["bbox"]) for info in page.get_image_info())


def read_layer(page: Any, flags: int, styles: int, drawn: int) -> tuple[TextLayer, PageContent]:
    """Return the text layer of a page as it is drawn, and the content that it was built from.

    `styles` leaves out words printed twice at one place (it takes 15 ms, so it is set only where needed), `drawn` the
    file's replacements of drawn texts: flags of the PDF library besides `flags`.
    """
    content, more, others = PageContent(page, flags), 0, 0
    layer = text_layer(page, content)
    if _may_give_other_texts(page):
        as_drawn = content.also_with(drawn)
        if as_drawn.raw_words != content.raw_words:
            others = other_words(layer.text, text_layer(page, as_drawn).text)
        more = drawn if others else 0
    more |= styles if _is_set_twice(layer) else 0
    if more:
        content = content.also_with(more)
        layer = text_layer(page, content)
    return replace(layer, hidden=others), content


def _may_give_other_texts(page: Any) -> bool:
    """Return whether a page may have replacement texts (/ActualText), in the content or by a name.

    A page whose objects are damaged may have them: its text is compared with what is drawn.
    """
    try:
        named = page.parent.xref_get_key(page.xref, "Resources/Properties")[0]
        return named != "null" or KEY in page.read_contents()
    except Exception:  # MuPDF's own errors share no other class
        return True


def _is_set_twice(layer: TextLayer) -> bool:
    """Return whether a word is printed twice at one place, for a bolder look or a shadow."""
    words = [(word.text, word.box.x0, word.box.y0) for line in layer.lines for word in line.words]
    if sum(len(text) for text, _, _ in words) > _MOST_SIGNS:
        return False
    return any(  # in two grids, since the two prints of a word may lie on both sides of a border of one
        len({(text, (x + shift) // _TWICE, (y + shift) // _TWICE) for text, x, y in words}) < len(words)
        for shift in (0.0, _TWICE / 2)
    )


def in_logical_order(layer: TextLayer) -> TextLayer:
    """Return a layer whose right-to-left lines have the signs at the edges of their numbers in reading order.

    Not a part of `text_layer`, since invisible words are found by the words as the PDF library cuts them.
    """
    if not any(line.upright and is_right_to_left(line.words) for line in layer.lines):
        return layer
    lines = (replace(line, words=tuple(as_read(line.words))) if line.upright else line for line in layer.lines)
    return replace(layer, lines=tuple(lines))


def _drawings(shown: Sequence[tuple[str, Any]], width: float, height: float) -> tuple[Box, ...]:
    """Return the boxes of the page's drawings, clipped to the page."""
    paths = (as_box(bbox) for kind, bbox in shown if kind.endswith(("path", "shade")))
    clipped = (Box(max(x0, 0), max(y0, 0), min(x1, width), min(y1, height)) for x0, y0, x1, y1 in paths)
    inside = (box for box in clipped if box.x0 <= box.x1 and box.y0 <= box.y1)
    return tuple(itertools.islice(inside, MAX_DRAWINGS))


def _line(words: list[Word], block: int, style: dict[str, Any]) -> Line:
    spans = [span for span in style.get("spans", ()) if span["text"].strip()]
    size = max((span["size"] for span in spans), default=words[0].box.y1 - words[0].box.y0)
    mono = bool(spans) and all(span["flags"] & _MONO for span in spans)
    bold = bool(spans) and all(span["flags"] & _BOLD or _BOLD_FONT.search(span["font"]) for span in spans)
    right, down = style.get("dir", (1.0, 0.0))
    turn = next((turn for turn, share in enumerate((right, -down, -right, down)) if share > _UPRIGHT), -1)
    ordered = in_reading_order(words) if turn == 0 else words
    return Line(tuple(ordered), block, size, turn == 0, mono, bold, turn)


def as_box(numbers: Any) -> Box:
    """Convert four numbers of the PDF library to a box."""
    x0, y0, x1, y1 = numbers
    return Box(float(x0), float(y0), float(x1), float(y1))
