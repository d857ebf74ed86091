"""Layout analysis of a PDF page: from words and regions to blocks, each word in exactly one."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby, pairwise

from loaders.geometry import area, bounding_box, centre, contains, to_fractions, words_to_fractions
from loaders.pdf.bidi import in_reading_order
from loaders.pdf.columns import column_gap, ends_sentence
from loaders.pdf.plain_columns import margin_key
from loaders.pdf.strikes import join_struck, without_struck
from loaders.pdf.tables import table_text
from loaders.pdf.text_layer import Line, Region, Surroundings, TextLayer
from loaders.text.line_joining import join_lines
from loaders.text.printed_lines import Measure, Printed, broken_text
from loaders.types import Block, BlockKind, Box, Word

KINDS: dict[str, BlockKind] = {
    "title": "title",
    "section-header": "heading",
    "list-item": "list",
    "table": "table",
    "picture": "figure",
    "caption": "caption",
    "formula": "formula",
    "footnote": "footnote",
    "page-header": "furniture",
    "page-footer": "furniture",
}
"""The layout model's roles; any other is plain text."""

CAPTION = re.compile(r"(?:table|figure|fig\.|tab\.|chart|exhibit)\s*\d+\s*[:.|–—-]", re.IGNORECASE)
"""Start of a caption; the layout model takes about every third caption for a heading or for text."""

_BULLETS = "•◦▪‣·●○■□–—*-\uf0b7\uf0a7\u2043\u25aa\u25cf"
_BULLET = re.compile(rf"[{re.escape(_BULLETS)}]")
_ORDINAL = re.compile(r"\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,4})[.)]|\[\d+\]")
_NUMBERING = re.compile(r"(?:\d{1,2}|[A-Z])((?:\.\d{1,2})*)\.?\s+\S")
_FIELD = "* "  # in front of a form's field; other lists have "-"
_HEADLINE = 1.4  # of the text size: running headers are as large as the text, or smaller
_TEXT_SIZE, _SENTENCE = 0.95, 6  # of the text size, and words
_SAME_ROW = 0.5  # share of the lower line's height by which two pieces must overlap to be on one line
_MAX_PIECES = 60  # of a printed row that are compared with each other: tables have up to 30
_HEADS = ("title", "section-header", "page-header")
_ONE_LINE, _WORD_GAP = 1.6, 0.6  # of the text size: the height of a region of one line, and a space between words
_STRIP = 24.0  # points: two lines of print
_MARGIN = 1.5  # points: the layout's boxes are rounded to whole points


def build_blocks(
    layer: TextLayer, regions: Sequence[Region], around: Surroundings
) -> tuple[tuple[Block, ...], Sequence[Word]]:
    """Return the blocks of a page and its words in the same order, boxes as fractions.

    Pictures without text give no block. Words outside all regions follow at the end, so that no word is lost.
    """
    regions = _with_whole_headings(regions, layer.lines)
    inside: list[list[Line]] = [[] for _ in regions]
    outside: list[Line] = []
    places = _Places(regions)
    for line in layer.lines:
        for index, piece in _pieces(line, places):
            (outside if index is None else inside[index]).append(piece)
    blocks: list[Block] = []
    words: list[Word] = []
    rest = [Region("text", bounding_box(w.box for line in part for w in line.words)) for part in _paragraphs(outside)]
    parts = zip([*regions, *rest], [*inside, *_paragraphs(outside)], strict=True)
    columns = [column for part in parts if part[1] for column in _columns(*part)]
    measure = Measure.of((_printed(rows) for region, rows in columns if _is_text(region)), layer.width)
    for region, rows in columns:
        block = _block(region, rows, layer, around, measure)
        blocks.append(replace(block, text=join_struck(block.text)))
        words += without_struck([word for row in rows for word in row.words])
    words += (word for each in layer.fields for word in each.words)
    return tuple(_with_fields(blocks, layer)), words_to_fractions(words, layer.width, layer.height)


def _with_whole_headings(regions: Sequence[Region], lines: Sequence[Line]) -> list[Region]:
    """Join headings and headers beside each other with at most the space between two words between them."""
    found: list[Region] = []
    for region in regions:
        last = found[-1] if found else None
        if last and region.role in _HEADS and last.role in _HEADS and _on_one_row(last.box, region.box):
            whole = bounding_box((last.box, region.box))
            if any(_is_one_line(line, whole, region.box.x0) for line in lines):
                found[-1] = replace(last, box=whole)
                continue
        found.append(region)
    return found


def _is_one_line(line: Line, whole: Box, cut: float) -> bool:
    """Return whether a line alone fills a box, and its words continue where the box was cut."""
    box = line.box
    if not (line.upright and contains(whole, centre(box)) and whole.y1 - whole.y0 < _ONE_LINE * line.size):
        return False
    gaps = [two.box.x0 - one.box.x1 for one, two in pairwise(line.words) if one.box.x1 <= cut + 1 < two.box.x1]
    return bool(gaps) and max(gaps) < _WORD_GAP * line.size


def _is_text(region: Region) -> bool:
    return KINDS.get(region.role, "text") in ("text", "list")


def _printed(rows: Sequence[Line]) -> list[Printed]:
    return [(row.text, row.box) for row in rows]


def _columns(region: Region, lines: list[Line]) -> list[tuple[Region, list[Line]]]:
    """Return a region with its rows of print; if it is text in two short columns, the left one first.

    Columns that a sentence crosses stay one block.
    """
    if region.role not in ("text", "list-item") or not all(line.upright for line in lines):
        return [(region, reading_rows(lines))]
    pieces = [piece for line in lines for piece in _at_wide_gaps(line)]
    gap = column_gap([(piece.text, piece.box) for piece in pieces])
    if gap is None:
        return [(region, reading_rows(lines))]
    left = reading_rows([piece for piece in pieces if piece.box.x1 <= gap])
    right = reading_rows([piece for piece in pieces if piece.box.x0 >= gap])
    if not ends_sentence(left[-1].text):
        return [(Region("text", region.box), [*left, *right])]
    return [(Region("text", bounding_box(line.box for line in side)), side) for side in (left, right)]


def _at_wide_gaps(line: Line) -> list[Line]:
    """Cut a line where the space between two words is wider than twice the height of a letter."""
    cuts = [at for at in range(1, len(line.words)) if line.words[at].box.x0 - line.words[at - 1].box.x1 > 2 * line.size]
    if not cuts:
        return [line]
    ends = [0, *cuts, len(line.words)]
    return [replace(line, words=line.words[start:stop]) for start, stop in pairwise(ends)]


def _with_fields(blocks: list[Block], layer: TextLayer) -> list[Block]:
    """Insert the form's fields as lists, each before the first block below it."""
    result = list(blocks)
    for each in layer.fields:
        box = to_fractions(each.box, layer.width, layer.height)
        below = (i for i, block in enumerate(result) if block.box and block.box.y0 >= box.y0 and not _is_fields(block))
        at = next(below, len(result))
        above = result[at - 1] if at else None
        if above and above.box and _is_fields(above):
            lines, around = f"{above.text}\n{_FIELD}{each.text}", bounding_box([above.box, box])
            result[at - 1] = Block("list", lines, box=around)
        else:
            result.insert(at, Block("list", _FIELD + each.text, box=box))
    return result


def field_blocks(layer: TextLayer) -> tuple[Block, ...]:
    """Return only the form's fields, for a page whose text is read by OCR."""
    return tuple(_with_fields([], layer))


def _is_fields(block: Block) -> bool:
    return block.is_list and block.text.startswith(_FIELD)


def reading_rows(lines: Sequence[Line]) -> list[Line]:
    """Join the pieces of each printed line and sort the lines downwards; rotated text comes last."""
    rows: list[list[Line]] = []
    whole = Box(0, 0, 0, 0)
    placed = [(line.box, line) for line in lines if line.upright]
    for box, line in sorted(placed, key=lambda pair: centre(pair[0])[1]):
        if rows and _on_one_row(whole, box) and not _is_under(rows[-1], line):
            rows[-1].append(line)
            whole = bounding_box((whole, box))
        else:
            rows.append([line])
            whole = box
    return [_joined(row) for row in rows] + [line for line in lines if not line.upright]


def _is_under(row: Sequence[Line], line: Line) -> bool:
    """Return whether a line is the second of a cell whose lines a label beside their middle joins in one row."""
    if len(row) > _MAX_PIECES:
        return False
    box = line.box
    above = [word.box for other in row if not _on_one_row(other.box, box) for word in other.words]
    return any(min(one.x1, word.box.x1) - max(one.x0, word.box.x0) > 0 for one in above for word in line.words)


def _joined(row: Sequence[Line]) -> Line:
    if len(row) == 1:
        return row[0]
    words = in_reading_order(sorted((word for line in row for word in line.words), key=lambda word: word.box.x0))
    mono, bold = all(line.mono for line in row), all(line.bold for line in row)
    return Line(tuple(words), row[0].block, max(line.size for line in row), True, mono, bold)


class _Places:
    """Regions by the strips of the page that they overlap: a page of 100,000 words has hundreds of regions."""

    def __init__(self, regions: Sequence[Region]) -> None:
        self._strips: dict[int, list[tuple[float, int, Box]]] = defaultdict(list)
        for index, region in enumerate(regions):
            top, bottom = region.box.y0 - _MARGIN, region.box.y1 + _MARGIN
            for strip in range(int(top // _STRIP), int(bottom // _STRIP) + 1):
                self._strips[strip].append((area(region.box), index, region.box))

    def only_region(self, line: Line) -> int | None:
        """Return the region that holds a whole line if no other is beside it: a word at a time takes longer."""
        box = line.box
        strips = range(int(box.y0 // _STRIP), int(box.y1 // _STRIP) + 1)
        near = {
            index: place
            for strip in strips
            for _, index, place in self._strips.get(strip, ())
            if place.y0 - _MARGIN <= box.y1 and box.y0 <= place.y1 + _MARGIN
        }
        if len(near) != 1:
            return None
        ((index, place),) = near.items()
        corners = (box.x0, box.y0), (box.x1, box.y1)
        return index if all(contains(place, corner, _MARGIN) for corner in corners) else None

    def smallest_region(self, word: Word) -> int | None:
        """Return the smallest region around the word's middle: a table within a picture wins."""
        middle = centre(word.box)
        around = [each for each in self._strips.get(int(middle[1] // _STRIP), ()) if contains(each[2], middle, _MARGIN)]
        return min(around)[1] if around else None


def _pieces(line: Line, places: _Places) -> list[tuple[int | None, Line]]:
    """Cut a line at the borders of regions (cells and columns on one baseline)."""
    if (alone := places.only_region(line)) is not None:
        return [(alone, line)]
    indices = [(places.smallest_region(word), word) for word in line.words]
    return [
        (index, replace(line, words=tuple(word for _, word in group)))
        for index, group in groupby(indices, key=lambda pair: pair[0])
    ]


def _paragraphs(lines: Sequence[Line]) -> list[list[Line]]:
    return [list(group) for _, group in groupby(lines, key=lambda line: line.block)]


def _on_one_row(first: Box, second: Box) -> bool:
    shared = min(first.y1, second.y1) - max(first.y0, second.y0)
    return shared > _SAME_ROW * min(first.y1 - first.y0, second.y1 - second.y0)


def _block(region: Region, rows: list[Line], layer: TextLayer, around: Surroundings, measure: Measure) -> Block:
    """Return the block of a region: its role decides the kind, and the kind decides how its lines are joined."""
    texts = [row.text for row in rows]
    kind = _kind(region, rows, texts, around)
    box = to_fractions(region.box, layer.width, layer.height)
    if kind == "table" and region.cells:
        return Block("table", table_text(region, rows, around.known), box=box)
    if kind in ("figure", "table"):  # a table without a grid keeps its lines at least
        return Block("figure" if kind == "figure" else "text", "\n".join(texts), box=box)
    if kind == "list":
        return Block("list", _list_text(rows, texts, around), box=box)
    text = join_lines(texts, around.known)
    if kind in ("text", "heading") and CAPTION.match(text):
        return Block("caption", text, box=box)
    if kind in ("title", "heading"):
        level = 1 if kind == "title" else heading_level(text, max(row.size for row in rows), around.body_size)
        return Block(kind, f"{'#' * level} {text}", level, box)
    if kind == "text" and len(rows) > 1 and all(row.mono for row in rows):
        return Block("text", "\n".join(["```", *texts, "```"]), box=box)
    if kind in ("text", "furniture") and all(row.upright for row in rows):
        text = broken_text(_printed(rows), measure, lambda lines: join_lines(lines, around.known))
    return Block(kind, text, box=box)


def _kind(region: Region, rows: list[Line], texts: list[str], around: Surroundings) -> BlockKind:
    """Return the kind of a region; the model's running header may be the page's title or its first text.

    Large print that is on no other page is a title, a whole sentence in the size of the text is a paragraph.
    """
    kind = KINDS.get(region.role, "text")
    keys = [margin_key(text) for text in texts]  # "" for a page number
    repeated = not all(keys) or any(key in around.margins for key in keys)
    if region.role != "page-header" or repeated or not around.body_size or not all(row.upright for row in rows):
        return kind
    smallest = min(row.size for row in rows) / around.body_size
    if smallest >= _HEADLINE:
        return "heading"
    sentence = ends_sentence(texts[-1]) and len(" ".join(texts).split()) >= _SENTENCE
    return "text" if sentence and smallest >= _TEXT_SIZE else kind


def _list_text(rows: list[Line], texts: list[str], around: Surroundings) -> str:
    """Start a new item at each bullet or ordinal at the left edge; other lines continue the item."""
    left = min(row.words[0].box.x0 for row in rows)
    items: list[list[str]] = []
    for row, text in zip(rows, texts, strict=True):
        first = row.words[0]
        at_edge = first.box.x0 - left < row.size
        marked = bool(_BULLET.fullmatch(first.text[:1])) and len(text) > 1 and not first.text[1:2].isdigit()
        if not items or (at_edge and (marked or _ORDINAL.fullmatch(first.text))):
            items.append([])
        items[-1].append(text)
    return "\n".join(_item_text(join_lines(item, around.known)) for item in items)


def _item_text(text: str) -> str:
    if _BULLET.match(text) and not text[1:2].isdigit():
        return f"- {text[1:].strip()}"
    return text if _ORDINAL.match(text) else f"- {text}"


def heading_level(text: str, size: float, body: float) -> int:
    """Return 1-6: by its numbering ("2.1" is level 3, below a title and a chapter), else by its relative size.

    A paper's title is set 1.45 times as large as its text, its unnumbered chapters 1.35 times.
    """
    if numbered := _NUMBERING.match(text):
        return min(2 + numbered.group(1).count("."), 6)
    ratio = size / body if body else 1.0
    return 1 if ratio > 1.4 else 2 if ratio > 1.05 else 3
