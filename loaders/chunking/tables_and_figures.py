"""Grouping of tables and figures with their captions, and of tables that continue on the next page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from loaders.chunking.segments import Segment
from loaders.chunking.struck_lines import struck_lines
from loaders.text.bands import NUMBERS_SHARE, band_name, is_year
from loaders.text.captions import CaptionOf, caption_of, is_table_summary
from loaders.text.numbers import is_value
from loaders.text.plain import plain
from loaders.text.tables import Table, parse_table
from loaders.types import Sentence

MAX_DISTANCE = 3
"""Most blocks between a caption and its table; a note or a stray label may lie between."""


@dataclass(slots=True)
class Group:
    """A table (with its parts on further pages), or a figure's blocks, and the caption; indices count on the page.

    `summary` is a vision model's summary after a table ("Table summary: ..."); it is searched and shown with it.
    `struck` are the struck-out rows of a table.
    """

    kind: CaptionOf
    page_index: int
    members: list[int]
    caption: Segment | None = None
    summary: Segment | None = None
    tables: list[tuple[Table, int]] = field(default_factory=list)
    struck: list[Sentence] = field(default_factory=list)

    @property
    def is_table(self) -> bool:
        """Whether it is a table; else it is a figure."""
        return self.kind == "table"


def group_pages(pages: Sequence[Sequence[Segment]]) -> tuple[list[Group], set[int]]:
    """Return the tables and figures of all pages, and the `id()` of every segment that belongs to one."""
    groups: list[Group] = []
    taken: set[int] = set()
    previous: list[Group] = []
    for index, page in enumerate(pages):
        current = _groups_of(index, page)
        for group in current:
            taken.update(id(page[member]) for member in group.members)
            taken.update(id(segment) for segment in (group.caption, group.summary) if segment)
        if index and _continues(pages[index - 1], previous, page, current):
            opener = next(group for group in groups[::-1] if group.is_table)
            opener.tables += current[0].tables
            opener.struck += current[0].struck
            opener.summary = opener.summary or current[0].summary
            current[0] = opener
            groups += current[1:]
        else:
            groups += current
        previous = current
    return groups, taken


def _groups_of(page_index: int, page: Sequence[Segment]) -> list[Group]:
    """Return the tables and figures of a page; neighbouring figure blocks are one figure."""
    groups: list[Group] = []
    for index, segment in enumerate(page):
        if segment.block.is_figure:
            last = groups[-1] if groups else None
            if last and not last.is_table and last.members[-1] == index - 1:
                last.members.append(index)
            else:
                groups.append(Group("figure", page_index, [index]))
        elif segment.block.is_table:
            table = parse_table(segment.block.text)
            if table is not None:
                after = next((p for p in page[index + 1 : index + 3] if is_table_summary(p.block.text)), None)
                struck = struck_lines(segment.block, segment.page)
                part = (table, segment.page)
                groups.append(Group("table", page_index, [index], summary=after, tables=[part], struck=struck))
    _give_captions(groups, page)
    return groups


def _give_captions(groups: list[Group], page: Sequence[Segment]) -> None:
    """Assign each caption to the nearest table or figure of its kind that has none, nearest pairs first.

    For a caption between two candidates, the page's first caption decides whether captions are above or below.
    """
    captions = [(index, p, caption_of(plain(p.block.text))) for index, p in enumerate(page) if p.block.is_caption]
    if not captions or not groups:
        return
    above = captions[0][0] < min(group.members[0] for group in groups)
    pairs = []
    for index, caption, of in captions:
        for order, group in enumerate(groups):
            is_above = index < group.members[0]
            distance = group.members[0] - index if is_above else index - group.members[-1]
            if distance <= (MAX_DISTANCE if of == group.kind else 0 if of else 1):
                pairs.append((distance, is_above != above, order, index, caption))
    given = set()
    for _, _, order, index, caption in sorted(pairs, key=lambda pair: pair[:4]):
        if index not in given and groups[order].caption is None:
            groups[order].caption = caption
            given.add(index)


def _continues(
    before: Sequence[Segment], open_groups: Sequence[Group], page: Sequence[Segment], groups: list[Group]
) -> bool:
    """Return whether the table at the top of a page continues the one at the bottom of the page before."""
    last = next((p for p in reversed(before) if not p.block.is_note), None)
    opener = next((group for group in reversed(open_groups) if group.is_table), None)
    if last is None or opener is None or not groups or not page or not last.block.is_table:
        return False
    first, columns = groups[0], opener.tables[-1][0].columns
    if not first.is_table or page[0].page != last.page + 1:
        return False
    if first.caption is None and first.members == [0]:
        return len(first.tables[0][0].columns) == len(columns) and not _has_own_header(
            opener.tables, first.tables[0][0]
        )
    titles = {_title(segment) for segment in before if _is_title(segment)}
    repeated = all(_is_title(segment) and _title(segment) in titles for segment in page[: first.members[0]])
    captioned = first.caption is None or _title(first.caption) in titles
    return repeated and captioned and first.tables[0][0].columns == opener.tables[0][0].columns


def _has_own_header(tables: Sequence[tuple[Table, int]], after: Table) -> bool:
    """Return whether a table of equal width has a header of its own: words over numbers where the other has numbers.

    A row of data may have a word in such a column ("closed"), but then also a word or label that occurs in the table
    before.
    """
    if after.columns == tables[0][0].columns:
        return False
    rows = [row for table, _ in tables for row in table.rows]
    rows += [table.columns for table, _ in tables[1:]]
    heads = 0
    for x, name in enumerate(after.columns):
        above = [row[x] for row in rows if row[x]]
        numbers = len(above) > 1 and _are_numbers(above)
        if not numbers:
            if name and name in above:
                return False
        elif name:
            own = is_year(name) and not is_year(above[0])
            if is_value(name) and not own:
                return False
            below = [row[x] for row in after.rows if row[x]]
            heads += _are_numbers(below)
    return heads > 0


def _are_numbers(cells: Sequence[str]) -> bool:
    return bool(cells) and sum(map(is_value, cells)) >= NUMBERS_SHARE * len(cells)


def _is_title(segment: Segment) -> bool:
    return segment.block.is_caption or segment.block.is_heading


def _title(segment: Segment) -> str:
    """Return a heading or caption without "(continued)", which is printed over each part of a table."""
    return band_name(plain(segment.block.text)).rstrip(" .,;–—-").casefold()


def merge_tables(tables: Sequence[tuple[Table, int]]) -> tuple[Table, list[int]]:
    """Join the parts of a table into one, and return it with the page of each row.

    A repeated header is dropped; a different "header" on a later page is kept as a row. A band continues on the next
    page.
    """
    first, page = tables[0]
    rows, pages, groups = list(first.rows), [page] * len(first.rows), list(first.groups)
    given, blank = set(first.given), set(first.blank)
    for table, number in tables[1:]:
        added = list(table.rows)
        if any(table.columns) and table.columns != first.columns:
            added.insert(0, table.columns)
        start = len(rows) + len(added) - len(table.rows)
        given |= {(start + y, x) for y, x in table.given}
        blank |= {start + y for y in table.blank}
        rows += added
        pages += [number] * len(added)
        groups += [""] * (len(rows) - len(groups) - len(table.groups) if groups or table.groups else 0)
        groups += table.groups
    if not rows:
        return Table([""] * len(first.columns), [first.columns], first.label, first.caption), [page]
    caption = " ".join(table.caption for table, _ in tables if table.caption)
    whole = replace(
        first, rows=rows, caption=caption, groups=tuple(groups), given=frozenset(given), blank=frozenset(blank)
    )
    return whole.without_empty_columns().with_bands(), pages
