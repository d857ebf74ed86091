"""Pages of running text: their headings, paragraphs, list items and footnotes, found without the layout model."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile
from statistics import median

from loaders.geometry import bounding_box
from loaders.pdf.layout import CAPTION
from loaders.pdf.plain_columns import CLOSE, PlainRows, plain_rows
from loaders.pdf.plain_rows import DoubtError, Row, pitch
from loaders.pdf.text_layer import Region, Surroundings, TextLayer
from loaders.types import Box

LARGE = 1.12
"""Least size of a heading's print relative to the text."""
SMALL = 0.93
"""Most size of a footnote's print relative to the text."""

MAX_BROKEN = 0.4
"""Largest share of a paragraph's rows that end where the next word would have fitted, as in verse, names and addresses.
Of 580 paragraphs of four rows and more in the development files 578 have at most .33, the others are indented."""
MAX_HEADINGS = 2
"""Headings right under each other at the top of a page: more are the title, authors and date of a cover."""
MIN_ENTRIES = 3
"""Paragraphs with hanging rows that make a list of references."""

_LABEL_WORDS = 8
_BREAK = 1.15  # times the usual distance of rows: a paragraph ends. TeX has 1.20 between entries, within them 1.05
_INDENT = 0.8  # of the text size by which a first line is indented
_SAME_SIZE = 0.11  # share by which sizes of one paragraph vary: 10.8-12.0 where addresses are set in another font
_SHORT = 0.75  # of the column: a row inside a paragraph is longer
_HEADING_ROWS = 3
_BY_TABLE = 3.0  # of the text size: a caption is nearer to its table
_HEADING_WORDS = 25
_CAPITALS = 8  # letters of a line in capitals alone that is a heading, though neither bold nor large
_END = re.compile(r"[.!?:;…,][\"'”’»)\]]*(?:\[\d+\]|[⁰-⁹¹²³]+)?$")
_SENTENCE_END = re.compile(r"[.!?…:][\"'”’»)\]¹²³⁰-⁹]*$")
_INITIAL = re.compile(r"[A-Z]\.")
_NOTE_MARK = re.compile(r"[¹²³⁰-⁹*†‡§]+|\d{1,2}")


@dataclass(frozen=True, slots=True)
class _Setting:
    """Typesetting of a column: the usual distance of its rows, their size, its right edge, and how items continue."""

    step: float
    size: float
    right: float
    indented: Mapping[tuple[int, bool], bool]

    def step_of(self, row: Row, before: Row) -> float:
        """Return the distance of rows in a heading of two rows, which grows with the size of its print."""
        return self.step * max(1.0, min(row.size, before.size) / self.size)


def plain_regions(layer: TextLayer, around: Surroundings, *, few: bool = False) -> list[Region] | None:
    """Return the parts of a page of running text in reading order; None for a page that may have other content.

    `few` is for pages that were laid out here, on which a few rows are no cover and no caption of a picture.
    """
    try:
        return checked_regions(layer, around, few=few)
    except DoubtError:
        return None


def checked_regions(
    layer: TextLayer, around: Surroundings, tables: Sequence[Box] = (), *, few: bool = False
) -> list[Region]:
    """Return the parts of a page of running text; raise DoubtError with the reason if it may have other content.

    `tables` are the boxes of tables that were found before, whose words are not in `layer`; with them, or if `few`, a
    page may have few rows.
    """
    page = plain_rows(layer, around.margins, few=few or bool(tables))
    return _regions(page, around.body_size, tables)


def _regions(page: PlainRows, body: float, tables: Sequence[Box]) -> list[Region]:
    rows = [row for column in page.columns for row in column]
    body = max([body, *([median(row.size for row in rows)] if rows else [])])
    regions = [Region("page-header", row.box) for row in page.headers]
    for column in page.columns:
        groups = _groups(column, page.few)
        left, right = min(row.box.x0 for row in column), max(row.box.x1 for row in column)
        hanging = _hanging_starts(groups)
        _check_rows(groups, right)
        for group, after in zip(groups, [*groups[1:], None], strict=True):
            box = bounding_box(row.box for row in group)
            last = after is None and not any(table.y0 > box.y0 for table in tables)
            if CAPTION.match(group[0].text) and _is_beside(box, tables, _BY_TABLE * body):
                role = "caption"
            else:
                role = _role(group, body, left, right, last=last, listed=group[0].box.x0 in hanging)
            regions.append(Region(role, box))
    roles = [region.role for region in regions if region.role != "page-header"]
    first = list(takewhile(lambda role: role == "section-header", roles))
    if len(first) > MAX_HEADINGS:
        raise DoubtError("headings under each other")
    return regions + [Region("page-footer", row.box) for row in page.footers]


def _is_beside(box: Box, tables: Sequence[Box], distance: float) -> bool:
    """Return whether a part of the page is over or under a table, within a distance."""
    return any(min(abs(table.y0 - box.y1), abs(box.y0 - table.y1)) < distance for table in tables)


def _check_rows(groups: Sequence[Sequence[Row]], right: float) -> None:
    """Raise DoubtError for rows that are no running text: program code, verse, addresses."""
    for group in groups:
        if all(row.mono for row in group):
            raise DoubtError("program code")
        broken = sum(_fits(before, row, right) for before, row in pairwise(group))
        if len(group) > _HEADING_ROWS and broken > MAX_BROKEN * (len(group) - 1):
            raise DoubtError("lines of their own")


def _hanging_starts(groups: Sequence[Sequence[Row]]) -> list[float]:
    """Return the left edges of the entries of a list of references, whose further rows are all indented."""
    entries = [group for group in groups if _is_hanging(group) and not group[0].is_bullet]
    starts = [group[0].box.x0 for group in entries if not group[0].label or _INITIAL.fullmatch(group[0].label)]
    if len(starts) < MIN_ENTRIES:
        return []
    return [group[0].box.x0 for group in groups if any(abs(group[0].box.x0 - start) < 1 for start in starts)]


def _groups(rows: Sequence[Row], few: bool) -> list[list[Row]]:
    """Cut a column into headings, paragraphs and list items; of few rows, only close ones are a paragraph's."""
    step = min(pitch(rows), CLOSE * rows[0].size) if few else pitch(rows)
    setting = _Setting(step, median(row.size for row in rows), max(row.box.x1 for row in rows), dict(_item_ways(rows)))
    groups = [[rows[0]]]
    for before, row in pairwise(rows):
        if _begins(groups[-1], before, row, setting):
            groups.append([])
        groups[-1].append(row)
    return groups


def _item_ways(rows: Sequence[Row]) -> Iterator[tuple[tuple[int, bool], bool]]:
    """Yield the label's key of each item that continues in the next row, and whether that row is under its text."""
    for before, row in pairwise(rows):
        if before.label and not row.label and not _SENTENCE_END.search(before.text):
            if row.box.x0 < before.box.x0 + 1:
                yield _item_key(before), False
            elif abs(row.box.x0 - before.words[1].box.x0) < 1:
                yield _item_key(before), True


def _item_key(row: Row) -> tuple[int, bool]:
    return round(row.box.x0), row.is_bullet


def _begins(group: Sequence[Row], before: Row, row: Row, setting: _Setting) -> bool:
    """Return whether a row begins a new part after the rows of `group`, of which `before` is the last."""
    fits, ended = _fits(before, row, setting.right), bool(_SENTENCE_END.search(before.text))
    # Both edges, because a word in another font makes a row higher.
    distance = min(row.box.y0 - before.box.y0, row.box.y1 - before.box.y1)
    if distance > _BREAK * max(setting.step_of(row, before) if not fits else setting.step, 1.05 * row.size):
        return True
    if abs(row.size - before.size) > _SAME_SIZE * max(row.size, before.size):
        return True
    if row.bold != before.bold and (fits or ended):  # otherwise a bold row in the middle of a paragraph
        return True
    if row.label:
        return row.is_bullet or not _continues_sentence(group, row, setting.right)
    if group[0].label:
        return _ends_item(group, row, setting, fits, ended)
    is_indented = _is_hanging(group)
    if is_indented and row.box.x0 < group[0].box.x0 + 1:
        return True
    set_in = row.box.x0 - (before.box.x0 if len(group) > 1 else min(before.box.x0, row.box.x0)) > _INDENT * row.size
    if row.text[:1].islower() or not ended or is_indented or (len(group) == 1 and _is_hanging([before, row])):
        return False
    return fits or set_in


def _ends_item(group: Sequence[Row], row: Row, setting: _Setting, fits: bool, ended: bool) -> bool:
    """Return whether a row ends the item above it: its rows are under its text, or at the page's edge like prose.

    Clauses of contracts and points of minutes are set like prose: only their first row has a number.
    """
    first, edge = group[0], group[0].box.x0 + 1
    flush = len(group) > 1 and group[1].box.x0 < edge
    if row.box.x0 >= edge and not flush:
        return row.box.x0 > first.words[1].box.x0 + 3 * row.size
    is_indented = not flush if len(group) > 1 else setting.indented.get(_item_key(first))
    if is_indented:
        return True
    if row.text[:1].islower():
        return False
    apart = row.box.x0 - group[-1].box.x0 if flush else first.box.x0 - row.box.x0
    return fits or (ended and (flush or is_indented is None) and apart > _INDENT * row.size)


def _fits(before: Row, row: Row, right: float, words: int = 1) -> bool:
    """Return whether the first words of a row would have fitted into the row before it."""
    return before.box.x1 + (row.words[:words][-1].box.x1 - row.words[0].box.x0) + 0.3 * row.size < right


def _continues_sentence(group: Sequence[Row], row: Row, right: float) -> bool:
    """Return whether a row's number continues a sentence: "in section / 4. The", "B. Low and / C. Day"."""
    first, ended = group[0], bool(_SENTENCE_END.search(group[-1].text))
    if first.label and not _INITIAL.fullmatch(first.label) and _fits(group[-1], row, right, words=2):
        return False
    if first.label and abs(row.box.x0 - first.box.x0) < 1:
        return not ended and not _follows(first.label, row.label)
    if first.label and abs(row.words[1].box.x0 - first.words[1].box.x0) < 1:
        return False
    return not ended or (_is_hanging(group) and row.box.x0 > first.box.x0 + 1)


def _follows(label: str, after: str) -> bool:
    """Return whether a number or letter may be the successor of another."""
    one, two = label.strip("()[]."), after.strip("()[].")
    if one.isdecimal() and two.isdecimal():
        return int(two) == int(one) + 1
    return len(one) > 1 or len(two) > 1 or ord(two) == ord(one) + 1


def _is_hanging(group: Sequence[Row]) -> bool:
    """Return whether all rows but the first are indented: an entry of a list of references, an item of a list."""
    first = group[0]
    return len(group) > 1 and min(row.box.x0 for row in group[1:]) > first.box.x0 + _INDENT * first.size


def _role(group: Sequence[Row], body: float, left: float, right: float, *, last: bool, listed: bool) -> str:
    """Return the role of a part of the page; raise DoubtError if it is not clear."""
    text = " ".join(row.text for row in group)
    size = median(row.size for row in group)
    if CAPTION.match(text):
        raise DoubtError("a caption")
    capitals = len(group) == 1 and bool(group[0].label) and text.isupper()
    bold, large = all(row.bold for row in group) or capitals, size > LARGE * body
    short = len(group) <= _HEADING_ROWS and len(text.split()) <= _HEADING_WORDS
    if group[0].is_bullet:
        return "list-item"
    ends = text.endswith((".", ",", ";")) or (text.endswith(":") and not large and len(text.split()) > _LABEL_WORDS)
    if short and (bold or large) and not ends and any(map(str.isalpha, text)):
        if last and not large and not text.isupper():
            raise DoubtError("a heading without text")
        return "section-header"
    if group[0].label or listed:
        return "list-item"
    if bold and not last and len(group) <= _HEADING_ROWS and _SENTENCE_END.search(text):
        return "section-header"  # a risk factor's, which is a sentence
    if size < SMALL * body and last and _NOTE_MARK.match(group[0].words[0].text):
        return "footnote"
    wide = [row for row in group[:-1] if row.box.x1 - left >= _SHORT * (right - left)]
    if len(group) > 1 and len(wide) < 0.8 * (len(group) - 1):
        raise DoubtError("short lines")
    if len(group) == 1 and not _END.search(text) and group[0].box.x1 - left < _SHORT * (right - left):
        return _short_role(text, last=last)
    return "text"


def _short_role(text: str, *, last: bool) -> str:
    """Return the role of a short line without an end: a heading if it is in capitals; else raise DoubtError."""
    if not last and text.isupper() and sum(map(str.isalpha, text)) >= _CAPITALS:
        return "section-header"
    raise DoubtError("a short line")
