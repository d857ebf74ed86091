"""Neighbours of a page: the words, sizes and margins of the pages around it, which help to read it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from loaders.pages.page_profile import unread_pictures
from loaders.pdf.plain_columns import margin_texts
from loaders.pdf.text_layer import Surroundings, TextLayer
from loaders.text.line_joining import vocabulary


class Print(NamedTuple):
    """What neighbours use of a page: its words, the texts in its margins, its characters by size, and its pictures.

    Cached for each page, because up to 21 pages use it: computing it for each took 6 ms a page. It is shared by
    processes, since it is unpacked in .02 ms, and the text layer that it is made of in 1.3.
    """

    words: frozenset[str]
    margins: frozenset[str]
    sizes: dict[float, int]
    has_unread_pictures: bool


def print_of(layer: TextLayer) -> Print:
    """Return the words, margins and sizes of a page that its neighbours use."""
    sizes: dict[float, int] = Counter()
    for line in layer.lines:
        sizes[round(line.size * 2) / 2] += sum(len(word.text) for word in line.words)
    words = vocabulary(line.text for line in layer.lines)
    return Print(frozenset(words), frozenset(margin_texts(layer)), sizes, bool(unread_pictures(layer)))


def surroundings_of(pages: Iterable[tuple[int, Print]], number: int) -> Surroundings:
    """Return the surroundings of page `number`, which is one of `pages`; its own margins do not count."""
    known: set[str] = set()
    margins: set[str] = set()
    sizes: Counter[float] = Counter()
    for page, found in pages:
        known |= found.words
        margins |= found.margins if page != number else frozenset()
        sizes.update(found.sizes)
    body = sizes.most_common(1)[0][0] if sizes else 0.0
    return Surroundings(frozenset(known), body, frozenset(margins))
