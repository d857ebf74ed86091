"""Diagrams of a PDF page: boxes that are drawn around words become a block each, and the arrows between them.

The rendered page is analysed; the text of the boxes is taken out of the text layer before its layout is analysed,
because the layout model puts two boxes side by side into one paragraph.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from numpy.typing import NDArray

from loaders.charts.labels import labels_of, may_be_chart
from loaders.geometry import area, bounding_box, centre, contains, to_fractions, words_to_fractions
from loaders.pdf.text_layer import Region, TextLayer
from loaders.types import Block, Box, Word

MIN_BOXES = 3
"""Fewest drawn boxes of a page that is examined, at about 0.15 CPU seconds; most pages have fewer."""
_SMALLEST, _LARGEST = 0.003, 0.6  # share of the page that such a box covers
_GAP = 1.2  # times the height of the print: words further apart are separate pieces
_MARGIN = 2.0  # points around a region within which its words lie


@dataclass(frozen=True, slots=True)
class PageDiagram:
    """The diagram of a page as blocks, their words, and the layer and regions without them."""

    blocks: tuple[Block, ...]
    words: Sequence[Word]
    layer: TextLayer
    regions: list[Region]

    def put_into(self, blocks: Sequence[Block]) -> tuple[Block, ...]:
        """Return the other blocks of the page with the diagram before the first block below its top."""
        top = min((block.box.y0 for block in self.blocks if block.box), default=1.0)
        below = (index for index, block in enumerate(blocks) if block.box and block.box.y0 >= top)
        at = next(below, len(blocks))
        return (*blocks[:at], *self.blocks, *blocks[at:])


def take_diagram(layer: TextLayer, regions: list[Region], look: Callable[[], NDArray[Any]]) -> PageDiagram:
    """Return a page's diagram, without blocks where it has none or is a form. `look` returns its pixels at 150 dpi."""
    nothing = PageDiagram((), (), layer, regions)
    if layer.fields or len(_boxes(layer)) < MIN_BOXES:
        return nothing
    try:
        from loaders.diagrams.units import MIN_PAGE_FRAMES, read_diagram  # OpenCV comes with the extra "offline"
    except ModuleNotFoundError:
        return nothing
    pieces = _pieces(layer, [region.box for region in regions if _is_kept(region, layer)])
    rgb = look()
    scale = rgb.shape[1] / layer.width
    placed = [(_text(words), Box(*(value * scale for value in _box(words)))) for words in pieces]
    found = read_diagram(placed, rgb, least=MIN_PAGE_FRAMES)
    if found is None:
        return nothing
    units = found.without_text_around()
    own = [[word for at in unit.pieces for word in pieces[at]] for unit in units.units]
    boxes = [to_fractions(_box(words), layer.width, layer.height) for words in own]
    blocks = [Block("list", f"- {unit.text}", box=box) for unit, box in zip(units.units, boxes, strict=True)]
    if units.arrows:
        blocks.append(Block("figure", "\n".join(units.arrows), box=bounding_box(boxes)))
    taken = [word for words in own for word in words]
    rest = _without(layer, {id(word) for word in taken})
    kept = [one for one in regions if any(contains(one.box, centre(word.box), _MARGIN) for word in rest.words)]
    silent = [one for one in regions if not any(contains(one.box, centre(word.box), _MARGIN) for word in layer.words)]
    words = words_to_fractions(taken, layer.width, layer.height)
    return PageDiagram(tuple(blocks), words, rest, [one for one in regions if one in kept or one in silent])


def _boxes(layer: TextLayer) -> list[Box]:
    """Return the drawings that are large enough to be a box with words."""
    whole = layer.width * layer.height
    return [box for box in set(layer.drawings) if _SMALLEST * whole < area(box) < _LARGEST * whole]


def _is_kept(region: Region, layer: TextLayer) -> bool:
    """Return whether a region is a table or a chart, whose drawn parts are no boxes of a diagram."""
    if region.role == "table":
        return True
    words = [word for line in layer.lines if line.upright for word in line.words]
    return region.role == "picture" and may_be_chart(
        labels_of([word for word in words if contains(region.box, centre(word.box))])
    )


def _pieces(layer: TextLayer, kept: Sequence[Box]) -> list[list[Word]]:
    """Return the upright lines of print outside some boxes, cut where words are far apart."""
    pieces: list[list[Word]] = []
    for line in layer.lines:
        last: Word | None = None
        for word in line.words:
            if not line.upright or any(contains(box, centre(word.box), _MARGIN) for box in kept):
                continue
            if last is None or word.box.x0 - last.box.x1 > _GAP * (word.box.y1 - word.box.y0):
                pieces.append([])
            pieces[-1].append(word)
            last = word
    return pieces


def _without(layer: TextLayer, taken: set[int]) -> TextLayer:
    lines = (replace(line, words=tuple(word for word in line.words if id(word) not in taken)) for line in layer.lines)
    return replace(layer, lines=tuple(line for line in lines if line.words))


def _text(words: Sequence[Word]) -> str:
    return " ".join(word.text for word in words)


def _box(words: Sequence[Word]) -> Box:
    return bounding_box(word.box for word in words)
