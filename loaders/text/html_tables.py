"""HTML tables as grids of cells, with spans filled in; bad markup raises nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

from loaders.text.plain import plain
from loaders.text.raised_signs import write_signs

MAX_SPAN = 64
"""Most columns or rows of a span: a hostile `colspan="99999999"` must not become a list of that length."""

_BREAKS = {"br", "p", "div", "li", "table", "tr", "td", "th"}


@dataclass(slots=True)
class _Cell:
    header: bool
    colspan: int = 1
    rowspan: int = 1
    text: str = ""


@dataclass(slots=True)
class HtmlGrid:
    """A parsed table: `rows` of equal length, how many of them are headers, and the text outside of all cells.

    `given` are the cells of the body (row, column) that a cell of a row above fills.
    """

    rows: list[list[str]] = field(default_factory=list)
    headers: int = 0
    outside: str = ""
    given: set[tuple[int, int]] = field(default_factory=set)


class _Reader(HTMLParser):
    """Collects the cells of the rows. A table inside a cell gives its text to that cell."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[_Cell]] = []
        self.head_rows: set[int] = set()
        self.outside: list[str] = []
        self._cell: _Cell | None = None
        self._depth = 0
        self._in_head = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a row or a cell of the outer table; other tags become text or white space."""
        if tag == "table":
            self._depth += 1
        if self._depth > 1 or tag not in ("tr", "td", "th", "thead", "tbody"):
            self._unknown(tag, opening=True)
        elif tag in ("thead", "tbody"):
            self._cell, self._in_head = None, tag == "thead"
        elif tag == "tr":
            self._open_row()
        else:
            if not self.rows:
                self._open_row()
            spans = dict(attrs)
            self._cell = _Cell(tag == "th", _span(spans.get("colspan")), _span(spans.get("rowspan")))
            self.rows[-1].append(self._cell)

    def handle_endtag(self, tag: str) -> None:
        if tag == "table":
            self._depth -= 1
        if self._depth > 1 or tag not in ("tr", "td", "th", "thead"):
            self._unknown(tag, opening=False)
            return
        self._cell = None
        if tag == "thead":
            self._in_head = False

    def handle_data(self, data: str) -> None:
        if self._cell is None:
            self.outside.append(data)
        else:
            self._cell.text += data

    def handle_comment(self, data: str) -> None:
        self.handle_data(f" {data} ")

    def handle_decl(self, decl: str) -> None:
        self.handle_data(f" {decl} ")

    def unknown_decl(self, data: str) -> None:
        self.handle_data(f" {data} ")

    def handle_pi(self, data: str) -> None:
        self.handle_data(f" {data} ")

    def _open_row(self) -> None:
        self._cell = None
        if self._in_head:
            self.head_rows.add(len(self.rows))
        self.rows.append([])

    def _unknown(self, tag: str, *, opening: bool) -> None:
        if tag in _BREAKS:
            self.handle_data(" ")
        elif plain(f"<{tag}>"):  # not markup: "<think>" can be a word of the page
            self.handle_data(f"<{tag}>" if opening else f"</{tag}>")


def read_html_table(text: str) -> HtmlGrid:
    """Read the first table of an HTML text into a grid; header cells fill all they span, body cells fill downwards.

    A body cell that spans columns is stored once, in its first column: it is a heading of its rows, not their value.
    One that spans rows applies to each of them.
    """
    reader = _Reader()
    reader.feed(write_signs(text))
    reader.close()
    rows = [row for row in reader.rows if row]
    heads = _count_headers(reader)
    grid: dict[tuple[int, int], str] = {}
    given: set[tuple[int, int]] = set()
    width = 0
    for y, row in enumerate(rows):
        x = 0
        for cell in row:
            while (y, x) in grid:
                x += 1
            value = " ".join(cell.text.split())
            for dy in range(min(cell.rowspan, (heads if y < heads else len(rows)) - y)):
                for dx in range(cell.colspan):
                    grid[y + dy, x + dx] = value if y < heads or dx == 0 else ""
                    if y >= heads and dy and value:
                        given.add((y + dy, x + dx))
            x += cell.colspan
            width = max(width, x)
    table = [[grid.get((y, x), "") for x in range(width)] for y in range(len(rows))]
    return HtmlGrid(table, heads, " ".join(" ".join(reader.outside).split()), given)


def _count_headers(reader: _Reader) -> int:
    """Count the rows at the top that are headers: in a <thead>, or of <th> only; empty rows do not count.

    A lone <th> below a header of several cells is a band over the rows that follow.
    """
    count, widest = 0, 0
    for index, row in enumerate(reader.rows):
        if not row:
            continue
        is_head = index in reader.head_rows or (all(cell.header for cell in row) and (len(row) > 1 or widest < 2))
        if not is_head:
            break
        count += 1
        widest = max(widest, len(row))
    return count


def _span(value: str | None) -> int:
    digits = (value or "").strip()[:4]
    return max(1, min(int(digits), MAX_SPAN)) if digits.isdecimal() else 1
