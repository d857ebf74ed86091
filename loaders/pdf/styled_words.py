"""Words of a page with their typesetting: colour, opacity, size, baseline, direction, and rank in the drawing order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import Any, NamedTuple

from loaders.geometry import centre
from loaders.pdf.page_content import PageContent
from loaders.types import Word

TINY = 1.0
"""Points: smaller letters are a dot on paper."""
LIGHT = 0.6
"""Brightness from which a colour may be a watermark's; grey labels of charts have 0.35."""
OBLIQUE = 0.1
"""Sine of the angle from which a line is set neither across nor along the page: 6 degrees."""

PAINT, CLIP = 0b110000, 0b1000000
"""Bits of a span's character flags: filled or stroked, and text that a picture shows through."""
_SPANS_AHEAD = 24  # spans of a line after that of the word before: a word of letters set one by one has as many


class StyledWord(NamedTuple):
    """A word with its typesetting; `rank` is its block's in the drawing order."""

    word: Word
    line: tuple[int, int]
    colour: tuple[int, int, int]
    opacity: int
    painted: bool
    size: float
    baseline: float
    direction: tuple[float, float]
    rank: int

    @property
    def brightness(self) -> float:
        """The brightness of its colour, 0 to 1."""
        red, green, blue = self.colour
        return (0.3 * red + 0.6 * green + 0.1 * blue) / 255


def styled_words(look: PageContent) -> list[StyledWord]:
    """Return all words with the style of the span in which their middle lies."""
    texts = [(rank, block) for rank, block in enumerate(look.blocks) if "lines" in block]  # as the words count them
    ranks = {number: rank for number, (rank, _) in enumerate(texts)}
    styles = {(number, i): line for number, (_, block) in enumerate(texts) for i, line in enumerate(block["lines"])}
    found = []
    for key, words in look.words.items():
        style = styles.get(key)
        spans = [span for span in style["spans"] if span["text"].strip()] if style else []
        if not style or not spans:
            continue
        for word, span in zip(words, _own_spans(words, spans), strict=True):
            flags = span.get("char_flags", PAINT)
            found.append(
                StyledWord(
                    word,
                    key,
                    rgb(span["color"]),
                    span.get("alpha", 255),
                    bool(flags & (PAINT | CLIP)),
                    span["size"],
                    span["origin"][1],
                    tuple(style["dir"]),
                    ranks.get(key[0], 0),
                )
            )
    return found


def _own_spans(words: Sequence[Word], spans: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the span in which each word's middle lies, or the nearest one.

    The search starts at the span of the word before: where each word has its own span, comparing all with all takes as
    long as the rest of reading the page.
    """
    if len(spans) == 1:
        yield from repeat(spans[0], len(words))
        return
    at = 0
    for word in words:
        middle = centre(word.box)
        ahead = range(at, min(at + _SPANS_AHEAD, len(spans)))
        own = next((number for number in ahead if not _distance(spans[number]["bbox"], middle)), None)
        if own is None:
            own = min(range(len(spans)), key=lambda number: _distance(spans[number]["bbox"], middle))
        at = own
        yield spans[own]


def _distance(box: Sequence[float], point: tuple[float, float]) -> float:
    """Return the distance of a point from a box, 0 within it."""
    x, y = point
    return max(box[0] - x, 0, x - box[2]) + max(box[1] - y, 0, y - box[3])


def rgb(colour: int) -> tuple[int, int, int]:
    """Return the levels, 0 to 255, of a colour of the PDF library."""
    return colour >> 16 & 255, colour >> 8 & 255, colour & 255
