"""Tables parsed from Markdown pipes or HTML to header, rows and row labels, and written as Markdown."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby, pairwise

from loaders.text.bands import Band, find_bands
from loaders.text.html_tables import read_html_table
from loaders.text.numbers import is_number
from loaders.text.plain import plain_inline

LABEL_FILL = 0.6
"""The row label is the first column of words with at least this share of its cells filled.

In the benchmark tables of the DeepSeek-R1 paper the group column ("English", "Code", "Math") has 3 of 22 cells filled
and the label column all of them; a label column with sub-totals left blank still has two thirds.
"""

EMPTY_CELL = "&nbsp;"
"""How a reader writes an empty cell with drawn borders: a row of such cells is no band."""

_DELIMITER_CELL = re.compile(r"^\s*:?-+:?\s*$")
_CELL_BREAK = re.compile(r"(?<!\\)\|")
_LINE_BREAK = re.compile(r"\s*(?:\*\*\s*<br\s*/?>\s*\*\*|<br\s*/?>)\s*", re.IGNORECASE)
_HYPHEN_BREAK = re.compile(r"(?<=\w-)<br>(?=\w)")
_BOLD_CELL = re.compile(r"^\*\*([^*]+)\*\*$")
_DASH = re.compile(r"^[\s–—−-]*$")
_DIGITS = re.compile(r"\d+")
_PERIOD = re.compile(r"^(?:(?:FY|CY|H[12]|Q[1-4])\s*)?'?(?:19|20)?\d\d(?:[/–-]\d\d(?:\d\d)?)?[AE]?$")


_CONTENTS_COLUMNS = 3  # number, title, page
_CONTENTS_LINES = 3  # fewer ascending numbers may be chance
_PAGE_DIGITS = 3  # of a page number; years and counts have more


@dataclass(frozen=True, slots=True)
class Table:
    """A table: one name per column, equally long rows, and which column holds the rows' labels.

    `caption` is text of the table's HTML outside its cells, or alone in its first row. `groups` has, per row, the text
    of a spanning cell to the left of the label ("" where there is none). `bands` has, per row, the names that are alone
    in a row above it; `band_rows` are these rows. `given` are cells that a span fills: they apply to their row, but are
    not printed in it. `blank` are rows with drawn, empty cells, which are no bands.
    """

    columns: list[str]
    rows: list[list[str]]
    label: int = 0
    caption: str = ""
    groups: tuple[str, ...] = ()
    bands: tuple[Band, ...] = ()
    band_rows: frozenset[int] = frozenset()
    given: frozenset[tuple[int, int]] = frozenset()
    blank: frozenset[int] = frozenset()

    def markdown(self, start: int = 0, stop: int | None = None) -> str:
        """Render the rows from `start` to `stop` as a Markdown pipe table, always under the header and its bands."""
        lines = [_pipe(self.columns), "|" + " --- |" * len(self.columns)]
        above = self.bands[start] if 0 < start < len(self.bands) else ()
        lines += [_pipe([name, *[""] * (len(self.columns) - 1)]) for name in above]
        return "\n".join(lines + [_pipe(row) for row in self.rows[start:stop]])

    def with_bands(self) -> Table:
        """Return the table with the bands that are found in its rows."""
        rows = [["" if (y, x) in self.given else cell for x, cell in enumerate(row)] for y, row in enumerate(self.rows)]
        bands, found = find_bands(rows, self.label, self.blank)
        return replace(self, bands=tuple(bands), band_rows=frozenset(found))

    def without_empty_columns(self) -> Table:
        """Return the table without columns that have neither a name nor a filled cell."""
        used = [x for x, name in enumerate(self.columns) if name or any(row[x] for row in self.rows) or x == self.label]
        if len(used) == len(self.columns):
            return self
        place = {x: new for new, x in enumerate(used)}
        return replace(
            self,
            columns=[self.columns[x] for x in used],
            rows=[[row[x] for x in used] for row in self.rows],
            label=place[self.label],
            given=frozenset((y, place[x]) for y, x in self.given if x in place),
        )

    def band(self, index: int) -> Band:
        """Return the names that apply to a row beside its label: its bands, and the group to the left of the label."""
        names = self.bands[index] if index < len(self.bands) else ()
        group = self.groups[index] if index < len(self.groups) and index not in self.band_rows else ""
        return (*names, group) if group and group not in names else names

    @property
    def is_contents(self) -> bool:
        """Whether it is a table of contents: titles, and page numbers that never go back, its first line as header."""
        numbers = [row[-1] for row in self.rows]
        if self.columns[-1].strip():
            numbers.insert(0, self.columns[-1])
        if len(self.columns) > _CONTENTS_COLUMNS or len(numbers) < _CONTENTS_LINES:
            return False
        if not all(number.isdecimal() and len(number) <= _PAGE_DIGITS for number in numbers):
            return False
        pages = [int(number) for number in numbers]
        return pages == sorted(pages) and pages[0] < pages[-1]

    def row_text(self, index: int) -> str:
        """Return a row as the page shows it: its filled cells, joined by one space."""
        return " ".join(cell for x, cell in enumerate(self.rows[index]) if cell and (index, x) not in self.given)

    def row_cells(self, index: int) -> tuple[tuple[str, str], ...]:
        """Return a row's filled cells as (column, cell), the row's label first."""
        row = self.rows[index]
        order = [self.label, *(x for x in range(len(row)) if x != self.label)]
        return tuple((self.columns[x], row[x]) for x in order if row[x] or x == self.label)

    def row_search(self, index: int, caption: str) -> str:
        """Return the search text of a row: "caption. band label | column: cell; column: cell".

        A bare row is noise to an embedder: with caption and header the evidence of the paper's table questions is in
        the first five results for 1.00 of them, without for .83-.89. Lone dashes are left out.
        """
        (_, label), *cells = self.row_cells(index)
        band = self.band(index)
        name = " ".join(part for part in (*band, label) if part)
        shown = [(column, cell) for column, cell in cells if not _DASH.match(cell) and cell not in band]
        values = "; ".join(f"{column}: {cell}" if column else cell for column, cell in shown)
        head = f"{caption.rstrip('. ')}. " if caption else ""
        return head + " | ".join(part for part in (name, values) if part)


def parse_table(text: str) -> Table | None:
    """Parse the table in a text, in pipes or in HTML; return None if it has none."""
    if re.search(r"<(?:table|tr|td)\b", text, re.IGNORECASE):
        found = read_html_table(text)
        return _build(_Grid(found.rows, found.headers, found.outside, found.given))
    grid = _read_pipes(text)
    return _build(grid) if max((len(row) for row in grid.rows), default=0) > 1 else None


@dataclass(slots=True)
class _Grid:
    """A table's rows before it is known which are headers; `given` and `blank` as in `Table`, over all rows."""

    rows: list[list[str]]
    headers: int
    caption: str = ""
    given: set[tuple[int, int]] = field(default_factory=set)
    blank: set[int] = field(default_factory=set)

    def without_rows(self, dropped: Collection[int]) -> _Grid:
        """Return the grid without these rows, the others renumbered."""
        kept = [y for y in range(len(self.rows)) if y not in dropped]
        place = {y: new for new, y in enumerate(kept)}
        return _Grid(
            [self.rows[y] for y in kept],
            sum(y < self.headers for y in kept),
            self.caption,
            {(place[y], x) for y, x in self.given if y in place},
            {place[y] for y in self.blank if y in place},
        )


def _read_pipes(text: str) -> _Grid:
    """Return the rows of a pipe table as plain text, and the number of header rows."""
    rows: list[list[str]] = []
    headers = 0
    blank: set[int] = set()
    for line in text.strip().splitlines():
        if not line.strip():
            continue
        cells = _CELL_BREAK.split(line.strip())
        cells = cells[1:] if not cells[0].strip() else cells
        cells = cells[:-1] if len(cells) > 1 and not cells[-1].strip() else cells
        marked = len(rows) == 1 or any("--" in cell or ":" in cell for cell in cells)
        if marked and all(_DELIMITER_CELL.match(cell) for cell in cells):
            headers = headers or len(rows)
            continue
        if any(cell.strip() == EMPTY_CELL for cell in cells):
            blank.add(len(rows))
        rows.append(_without_repeats([plain_inline(_join_lines(cell)) for cell in cells]))
    return _Grid(rows, headers, blank=blank)


def _without_repeats(row: list[str]) -> list[str]:
    """Return a row with one text in three or more cells as that text alone: models write spanning cells so."""
    name = row[0]
    spans = len(row) > 2 and all(cell == name for cell in row) and any(map(str.isalpha, name)) and len(name) > 3
    return [name, *[""] * (len(row) - 1)] if spans else row


def _join_lines(cell: str) -> str:
    """Join the lines of a cell; one that ends in a hyphen is continued without a space ("Claude-3.5-<br>Sonnet")."""
    cell = _HYPHEN_BREAK.sub("", _LINE_BREAK.sub("<br>", cell)).replace("<br>", " ")
    return _BOLD_CELL.sub(r"\1", cell.strip())


def _build(grid: _Grid) -> Table | None:
    """Build a table from a grid; None without a filled cell."""
    width = max((len(row) for row in grid.rows), default=0)
    grid = grid.without_rows({y for y, row in enumerate(grid.rows) if not any(row)})
    if not grid.rows:
        return None
    grid.rows = [row + [""] * (width - len(row)) for row in grid.rows]
    grid = _without_title(grid)
    rows, headers = grid.rows, min(grid.headers, len(grid.rows))
    numbered = bool(is_number(rows[0][0]) and not _PERIOD.match(rows[0][0]))
    # Markdown always makes the first row a header; a table of contents begins with "1".
    is_form = _is_form(rows)
    headers = 0 if (numbered or is_form or _is_lone(rows[0])) and headers == 1 and len(rows) > 1 else headers
    lone = (is_form or _is_lone(rows[0])) and len(rows) > 1
    if is_form:
        _name_rest_of_fields(grid)
    if headers == 0 and not numbered and not lone and len(rows) > 1 and not any(map(is_number, filter(None, rows[0]))):
        headers = 1
    own = [["" if (y, x) in grid.given else cell for x, cell in enumerate(row)] for y, row in enumerate(rows)]
    # A possible second header row is left out of the search for the labels' column.
    above = ["".join(cells) for cells in zip(*rows[:headers], strict=True)]
    while (
        headers
        and len(rows) > headers + 1
        and _is_header(rows[headers], above, _label_column(own[headers + 1 :], width))
        and not (rows[headers][0] and _is_row(rows[headers], above, rows[headers + 1]))
    ):
        above = [name + cell for name, cell in zip(above, rows[headers], strict=True)]
        headers += 1
    label = _label_column(own[headers:], width)
    if headers and not any(row[label] for row in rows[:headers]) and _is_repeated(own[headers:], label):
        label += 1
    body = grid.without_rows(range(headers))
    columns = _merge_headers(rows[:headers], width, label)
    groups = _groups(body.rows, label)
    given, blank = frozenset(body.given), frozenset(body.blank)
    return Table(columns, body.rows, label, grid.caption, groups, given=given, blank=blank).with_bands()


def _is_lone(row: Sequence[str]) -> bool:
    """Return whether only the first of three or more cells is filled."""
    return len(row) > 2 and bool(row[0]) and not any(row[1:])


def _is_form(rows: Sequence[Sequence[str]]) -> bool:
    """Return whether rows are fields of a form, each a name with a colon or question mark and its value.

    Markdown makes the first field a header: "Title: | Biology" over "Grades: | 11".
    """
    names, values = rows[0][::2], rows[0][1::2]
    fields = [row[0] for row in rows if row[0]]
    marked = sum(field.endswith(_FIELD_ENDS) for field in fields)
    return (
        len(rows[0]) in _FORM_COLUMNS
        and all(name.endswith(_FIELD_ENDS) for name in names)
        and all(value and not value.endswith(_FIELD_ENDS) for value in values)
        and 2 * marked > len(fields)
    )


def _name_rest_of_fields(grid: _Grid) -> None:
    """Give rows without a name, which continue a form's value, the name of the field above."""
    for y, (above, row) in enumerate(pairwise(grid.rows), start=1):
        if above[0] and not row[0] and any(row):
            row[0] = above[0]
            grid.given.add((y, 0))


_FIELD_ENDS = (":", "?")
_FORM_COLUMNS = (2, 4)  # a field and its value, once or twice in a row


def _without_title(grid: _Grid) -> _Grid:
    """Return the grid with a first row of one cell as its title, if the row below it looks like a header."""
    rows = grid.rows
    if len(rows) < 3 or not _is_lone(rows[0]) or grid.headers > 1:
        return grid
    values = [cell for cell in rows[1][1:] if cell]
    if not values or any(is_number(cell) and not _PERIOD.match(cell) for cell in values):
        return grid
    titled = grid.without_rows({0})
    titled.caption, titled.headers = " ".join(filter(None, (grid.caption, rows[0][0]))), 1
    return titled


def _label_column(rows: Sequence[Sequence[str]], width: int) -> int:
    for x in range(width):
        filled = [row[x] for row in rows if row[x]]
        words = [cell for cell in filled if not is_number(cell) and not _DASH.match(cell)]
        if len(filled) >= LABEL_FILL * len(rows) and 2 * len(words) > len(filled):
            return x
    return next((x for x in range(width) if sum(bool(row[x]) for row in rows) >= LABEL_FILL * len(rows)), 0)


def _is_repeated(rows: Sequence[Sequence[str]], column: int) -> bool:
    """Return whether a column has names of groups, each in all of its rows, and the next one the rows' labels."""
    if column + 1 >= len(rows[0]) or _label_column([row[column + 1 :] for row in rows], len(rows[0]) - column - 1):
        return False
    names = [name for name, _ in groupby(row[column] for row in rows)]
    pairs = {(row[column], row[column + 1]) for row in rows}
    return 2 * len(names) <= len(rows) == len(pairs) and len(set(names)) == len(names)


def _is_header(row: Sequence[str], above: Sequence[str], label: int) -> bool:
    """Return whether the row under a header is a second header row: it has neither a label nor values.

    Where the headers `above` are empty over the row labels, the second row may carry that name ("Model").
    """
    if (row[0] and above[0]) or (row[label] and (above[label] or is_number(row[label]))):
        return False
    values = [cell for x, cell in enumerate(row) if cell and x != label]
    if not values or any(_DASH.match(cell) for cell in values):
        return False
    return all(_PERIOD.match(cell) for cell in values) or not any(is_number(cell) for cell in values)


def _is_row(row: Sequence[str], above: Sequence[str], below: Sequence[str]) -> bool:
    """Return whether a row with a label, under a header without one, is no header.

    Each column already has a name and no numbers follow, or the row is like the next one ("6:05" over "6:14").
    """
    pairs = [(cell, other) for cell, other in zip(row[1:], below[1:], strict=True) if cell and other]
    if all(is_number(cell) for cell, _ in pairs):  # years
        return False
    if all(above[1:]) and len(set(above)) == len(above) and not any(is_number(other) for _, other in pairs):
        return True
    alike = sum(_DIGITS.sub("0", cell) == _DIGITS.sub("0", other) != other for cell, other in pairs)
    return 2 * alike > len(pairs)


def _merge_headers(headers: list[list[str]], width: int, label: int) -> list[str]:
    """Return for each column the words of all header rows over it; a cell that spans is repeated over its columns."""
    if not headers:
        return [""] * width
    filled = [list(row) for row in headers]
    for above, below in zip(filled, headers[1:], strict=False):
        if any(left and left == right for left, right in pairwise(above)):  # spanning cells are repeated already
            continue
        for x in range(1, width):
            if not above[x] and below[x] and x - 1 != label and above[x - 1]:
                above[x] = above[x - 1]
    columns = []
    for x in range(width):
        parts: list[str] = []
        for row in filled:
            if row[x] and row[x] not in parts:
                parts.append(row[x])
        columns.append(" ".join(parts))
    return columns


def _groups(rows: list[list[str]], label: int) -> tuple[str, ...]:
    """Carry a group's name down to its rows, if the table starts with one (elsewhere its place would be a guess)."""
    if label == 0 or not rows:
        return ()
    if any(above[0] and above[0] == row[0] for above, row in pairwise(rows)):  # it is in each of its rows
        return tuple(row[0] for row in rows)
    if not rows[0][0]:
        return ()
    groups, current = [], ""
    for row in rows:
        current = row[0] or current
        groups.append(current)
    return tuple(groups)


def _pipe(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
