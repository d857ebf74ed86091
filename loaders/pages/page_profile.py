"""Profile of a page from its content stream, in milliseconds: whether it has figures, tables or formulas.

Doubtful pages count as needing vision: a false "yes" costs part of a request, a false "no" a table's structure.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from loaders.geometry import area, centre, contains, overlap
from loaders.pdf.sideways import is_sideways
from loaders.pdf.text_layer import Region, TextLayer
from loaders.types import Box, PageProfile, Word

MAX_FIGURES = 8
"""Pictures of a page that are read, the largest first: at 1-3 s each, more would run into a page's time limit."""

FIGURE_SHARE = 0.02
"""Share of the page from which a picture may contain text; smaller ones are logos and icons."""

MIN_SHAPES = 10
"""Drawn shapes without a word in them that make a figure. Charts of the development set have 30 and more, list bullets
and boxes around a paragraph fewer."""

MIN_RULES = 3
"""Long horizontal lines that make a table: above its header, below it, at its end. A page header or footer has one."""

MIN_ROWS = 3
"""Rows of at least `MIN_CELLS` texts side by side that make a table without lines."""

MIN_CELLS = 3

MIN_MATH = 10
"""Characters in a mathematical font that make a formula: a displayed one has 20 and more, a variable one or two."""

_RULE_POINTS = 3.0  # thinner shapes count as lines
_LONG = 0.15  # of the page's width: shorter lines underline a word
_GAP = 1.5  # of the text size: columns of a table are further apart than words
_SPANNING = 0.9  # of the page in both directions: a background


def profile_page(layer: TextLayer, page: int, *, legible: bool) -> PageProfile:
    """Return the content of a page besides running text; `legible` is whether its text layer can be trusted."""
    figures = has_figures(layer)
    return PageProfile(
        page,
        legible=legible,
        has_figures=figures,
        needs_vision=not legible or figures or has_table(layer) or layer.math >= MIN_MATH or is_sideways(layer),
        empty=not (layer.lines or layer.images or layer.drawings),
        characters=len(layer.text),
    )


def has_figures(layer: TextLayer) -> bool:
    """Return whether images or drawings cover enough of the page to hold words or numbers that the text layer lacks."""
    whole = layer.width * layer.height
    if any(area(image) > FIGURE_SHARE * whole for image in layer.images):
        return True
    shapes = [box for box in layer.drawings if not _is_line(box) and not _is_background(box, layer)]
    if len(shapes) < MIN_SHAPES:
        return False
    words = [centre(word.box) for word in layer.words]
    silent = 0
    for box in shapes:
        silent += not any(contains(box, word) for word in words)
        if silent >= MIN_SHAPES:
            return True
    return False


def has_table(layer: TextLayer) -> bool:
    """Return whether lines or the arrangement of the words look like a table."""
    rules = {round(box.y0) for box in layer.drawings if _is_line(box) and box.x1 - box.x0 > _LONG * layer.width}
    return len(rules) >= MIN_RULES or sum(cells >= MIN_CELLS for cells in _cells_by_row(layer)) >= MIN_ROWS


def _cells_by_row(layer: TextLayer) -> list[int]:
    """Return the number of texts side by side in each row of the page."""
    rows: dict[int, list[tuple[Word, float]]] = {}
    for line in layer.lines:
        for word in line.words if line.upright else ():
            rows.setdefault(round(word.box.y1 / max(line.size / 2, 1.0)), []).append((word, line.size))
    counts = []
    for row in rows.values():
        row.sort(key=lambda placed: placed[0].box.x0)
        gaps = (after[0].box.x0 - before[0].box.x1 > _GAP * before[1] for before, after in pairwise(row))
        counts.append(1 + sum(gaps))
    return counts


def _is_line(box: Box) -> bool:
    return min(box.x1 - box.x0, box.y1 - box.y0) <= _RULE_POINTS


def _is_background(box: Box, layer: TextLayer) -> bool:
    return box.x1 - box.x0 > _SPANNING * layer.width and box.y1 - box.y0 > _SPANNING * layer.height


def unread_pictures(layer: TextLayer, regions: Sequence[Region] = ()) -> list[Box]:
    """Return the boxes, in points, of pictures large enough for text without a word of the text layer in them."""
    places = [region.box for region in regions if region.role == "picture"]
    places += [image for image in layer.images if not any(overlap(image, box) > 0.5 * area(image) for box in places)]
    whole = layer.width * layer.height
    large = [box for box in places if area(box) > FIGURE_SHARE * whole]
    silent = [box for box in large if not any(contains(box, centre(word.box)) for word in layer.words)]
    return sorted(silent, key=area, reverse=True)[:MAX_FIGURES]
