"""Views of stored tables: rows and columns with their chunks, joined across page breaks, and total rows separately."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from graph.retrieval import terms
from graph.storage.rows import ChunkRow, SentenceRow
from loaders.text.captions import says_continued, without_continued
from loaders.text.charts import UNREAD
from loaders.text.dates import duration_seconds
from loaders.text.numbers import Mark, cell_values, decimal_mark, is_number
from loaders.text.raised_signs import without_notes
from loaders.text.units import have_different_units, in_one_unit
from loaders.text.whole_periods import whole_periods

TOTALS = re.compile(
    r"^(grand |sub-?|over)?(totals?|sums?|averages?|means?|medians?|all|overall|insgesamt|summe|gesamt|ensemble)\b"
    r"|\b(totals?|averages?|overall)$",
    re.IGNORECASE,
)
_EMPTY = re.compile(r"^[\s\-–—·.…*]*$|^n\s*[/.]?\s*a\.?$", re.IGNORECASE)
_NUMBERED = re.compile(r"^\W*(tab(?:le|elle|\.)|tableau|tabla)\s*(\w+(?:\.\d+)*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table."""

    label: str
    """Its label, without note marks."""
    cells: dict[str, str]
    """Its filled cells by column."""
    band: tuple[str, ...]
    """The names of the groups of rows that it is in."""
    chunk: str
    """The id of its chunk."""
    text: str
    """The row as it is printed."""
    page: int
    """The number of its page."""

    @property
    def name(self) -> str:
        """The label after the names of its bands."""
        return ", ".join(part for part in (*self.band, self.label) if part)


@dataclass(slots=True)
class TableView:
    """A table with all its parts."""

    document: str
    name: str
    caption: str
    scope: frozenset[str]
    """Stems of its caption, headings and bands, and of the document's name and title."""
    columns: list[str]
    rows: list[Row]
    totals: list[Row]
    decimal: Mark
    chunks: list[ChunkRow] = field(default_factory=list)
    about: frozenset[str] = frozenset()
    """Stems of the document's name and title."""
    _units: dict[str, dict[str, Decimal] | None] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def title(self) -> str:
        """Its name in an answer: "Table 5", its caption, or "the table on page 3"."""
        if found := _NUMBERED.match(self.caption):
            return f"{found[1].capitalize()} {found[2]}"
        caption = self.caption.lstrip("# ")  # a heading right over the table
        return f"“{caption}”" if caption else f"the table on page {self.rows[0].page}"

    def has_unread(self, column: str) -> bool:
        """Return whether a printed value of a column cannot be parsed: nothing can then be said of all its values."""
        return any(row.cells.get(column, "") == UNREAD for row in self.rows)

    def _in_units(self, column: str) -> dict[str, Decimal] | None:
        """Return the cells of a column in one unit, {} where they have none; None for a column with one unit or none.

        Computed once: each cell of a large table is asked for.
        """
        if column not in self._units:
            cells = [row.cells[column] for row in self.rows if column in row.cells]
            different = have_different_units(cells, self.decimal)
            self._units[column] = in_one_unit(cells, self.decimal) if different else None
        return self._units[column]

    def value(self, row: Row, column: str) -> Decimal | None:
        """Return the number in a cell; None if there is none, it is ambiguous, or its column has several units."""
        if self._in_units(column) is not None:
            return None
        values = cell_values(row.cells.get(column, ""), self.decimal)
        return values[0] if len(values) == 1 or (values and not self.decimal) else None

    def order(self, row: Row, column: str) -> Decimal | None:
        """Return the sort key of a cell: its number, the seconds of a time ("2:31:05"), or its value in one unit."""
        if (in_units := self._in_units(column)) is not None:
            return in_units.get(row.cells.get(column, ""))
        value = self.value(row, column)
        return duration_seconds(row.cells.get(column, "")) if value is None else value


def build_views(chunks: Sequence[ChunkRow], titles: dict[str, str]) -> list[TableView]:
    """Return the tables of chunks; consecutive chunks with the same caption and columns are one table.

    A line that says "(continued)" may stand between them.
    """
    views: list[TableView] = []
    goes_on: set[tuple[str, int]] = set()
    for chunk in sorted(chunks, key=lambda chunk: (chunk.document, chunk.ordinal)):
        if chunk.kind != "table" and says_continued(chunk.text):
            goes_on.add((chunk.document, chunk.ordinal))
        view = _view(chunk, titles.get(chunk.document, ""))
        if view is None:
            continue
        last = views[-1] if views else None
        if last and _goes_on(last, view, said=(chunk.document, chunk.ordinal - 1) in goes_on):
            last.rows += view.rows
            last.totals += view.totals
            last.columns += [column for column in view.columns if column not in last.columns]
            last.chunks += view.chunks
        else:
            views.append(view)
    for view in views:
        wholes = whole_periods([row.label for row in view.rows])  # the year may stand on the page after its months
        view.totals += [view.rows[at] for at in sorted(wholes)]
        view.rows = [row for at, row in enumerate(view.rows) if at not in wholes]
        view.decimal = decimal_mark(_numbers_text(view))
    return views


def _goes_on(before: TableView, view: TableView, *, said: bool) -> bool:
    """Return whether a table is the next part of another; `said` is whether a line before it says so."""
    apart = view.chunks[0].ordinal - before.chunks[-1].ordinal
    if before.document != view.document or apart != 1 + said:
        return False
    if said and before.columns == view.columns and not view.caption:
        return True
    known = set(before.columns)
    same = before.caption == without_continued(view.caption)
    return same and (known <= set(view.columns) or set(view.columns) <= known)


def _view(chunk: ChunkRow, title: str) -> TableView | None:
    """Return the table of a chunk; None where columns have no names of their own, or there are no rows."""
    found = [s for s in chunk.sentences if s.kind == "row" and len(s.cells) > 0]
    columns = list(dict.fromkeys(column for row in found for column, _ in row.cells[1:]))
    if chunk.kind != "table" or not found or not columns or _is_form(found, columns):
        return None
    if any(len({column for column, _ in row.cells[1:]}) < len(row.cells) - 1 for row in found):
        return None
    if 2 * sum(map(_is_data, columns)) >= len(columns) or _is_counted_on(*found[0].cells[0]):
        return None  # the header is a row of data
    caption = next((s.text for s in chunk.sentences if s.kind == "caption"), "")
    caption = caption or _caption_of(chunk)
    rows = [_row(chunk, sentence) for sentence in found]
    bands = " ".join(name for row in rows for name in row.band)
    # "The fare on the South route" names the column of the labels, "Route".
    over = f"{caption} {' '.join(chunk.headings)} {chunk.name} {title} {bands} {found[0].cells[0][0]}"
    rows = _under_wholes(rows)
    body = [row for row in rows if row.label and not TOTALS.search(row.label)]
    totals = [row for row in rows if row.label and TOTALS.search(row.label)]
    if not body:
        return None
    return TableView(
        chunk.document, chunk.name, caption, terms.stems(over), columns, body, totals, "", [chunk],
        terms.stems(f"{chunk.name} {title}"),
    )  # fmt: skip


PART_OF = re.compile(r"(?:of which|of that|thereof|davon|dont)\W+(?P<part>\w.*)", re.IGNORECASE)
"""The label of a row that is a part of the row above: "of which abroad" below "Sales"."""


def _under_wholes(rows: Sequence[Row]) -> list[Row]:
    """Return rows of which parts ("of which abroad") are in a band that is named after the row above them."""
    found: list[Row] = []
    whole = ""
    for row in rows:
        is_part = PART_OF.match(row.label)
        whole = whole if is_part else row.label
        found.append(replace(row, band=(*row.band, whole)) if is_part and whole else row)
    return found


def _is_form(rows: Sequence[SentenceRow], columns: Sequence[str]) -> bool:
    """Return whether rows are fields of a form ("Grades: 11th"), which are not counted or summed."""
    marked = sum(row.cells[0][1].endswith((":", "?")) for row in rows)
    return not any(columns) and 2 * marked > len(rows)


_IS_YEAR = re.compile(r"\W*(?:1[5-9]|20)\d\d\W*")


def _is_data(column: str) -> bool:
    """Return whether a column's name is a value: "43,645" or "48.7%", but no year and no small number."""
    plain = column.strip()
    return is_number(plain) and not _IS_YEAR.fullmatch(plain) and not (plain.isdigit() and len(plain) < _LEAST_DIGITS)


def _is_counted_on(header: str, label: str) -> bool:
    """Return whether a label goes on counting after the header over it: "2nd" under "1st"."""
    one, other = _ORDINAL.fullmatch(header), _ORDINAL.fullmatch(label)
    return one is not None and other is not None and int(other[1]) == int(one[1]) + 1


_ORDINAL = re.compile(r"\W*(\d{1,3})(?:st|nd|rd|th)?\W*", re.IGNORECASE)
_LEAST_DIGITS = 3  # "1", "2" and "10" may head the rounds of a game or the grades of a school


def _caption_of(chunk: ChunkRow) -> str:
    """Return the text before the first pipe of a chunk whose caption is no sentence of its own."""
    head = chunk.text.split("|", 1)[0].strip()
    return " ".join(head.split()) if "\n\n" in chunk.text and head else ""


def _row(chunk: ChunkRow, sentence: SentenceRow) -> Row:
    cells = {column: cell for column, cell in sentence.cells[1:] if not _EMPTY.match(cell)}
    label = without_notes(sentence.cells[0][1]).strip()
    return Row(label, cells, sentence.band, chunk.id, sentence.text, sentence.pages[0])


def _numbers_text(view: TableView) -> str:
    rows = " ; ".join(cell for row in [*view.rows, *view.totals] for cell in row.cells.values())
    return f"{rows} ; {view.chunks[0].text}"
