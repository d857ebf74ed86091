"""Text and tables of text (CSV, TSV) as HTML."""

from __future__ import annotations

import csv
import html
import re
from collections.abc import Iterator

PART_LINES = 2000
"""Lines that are laid out together: twice as many take more than twice the time (60,000: 49 s, 10,000: 1.9)."""

MAX_COLUMNS = 60
"""Columns of a table; a wider one is laid out as text."""

_UNBROKEN = re.compile(r"[^\s\u200b]{80}")  # a longer word is given a place where it may be broken
_ALIGNED = re.compile(r"\S(?: {3,}|\t)\S")  # words in columns
_ALIGNED_SHARE = 0.3  # of the lines, from which a fixed-width font keeps the columns


def breakable(text: str) -> str:
    """Return the text with a place to break in each word of more than 80 characters, which no line has room for."""
    return _UNBROKEN.sub(lambda found: found[0] + "\u200b", text)


def text_as_html(text: str) -> list[str]:
    """Return the parts of a text as HTML, each of which begins on a new page."""
    lines = breakable(text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n")).expandtabs().split("\n")
    tag = "pre" if _is_aligned(lines) else "div"
    return [
        f'<{tag} class="text">{html.escape(chr(10).join(lines[at : at + PART_LINES]), quote=False)}</{tag}>'
        for at in range(0, len(lines), PART_LINES)
    ]


def table_as_html(text: str, separator: str = "") -> list[str]:
    """Return a CSV file as HTML tables with the header on each; as text where its rows are no table.

    Args:
        text: The content of the file.
        separator: The character between two cells; "" to detect it from the first lines.
    """
    rows = _rows(text, separator)
    width = max(map(len, rows), default=0)
    if not (len(rows) > 1 and 1 < width <= MAX_COLUMNS):
        return text_as_html(text)
    head, body = _row(rows[0], "th", width), [_row(row, "td", width) for row in rows[1:]]
    return [f"<table>{head}{''.join(body[at : at + PART_LINES])}</table>" for at in range(0, len(body), PART_LINES)]


def _is_aligned(lines: list[str]) -> bool:
    filled = [line for line in lines if line.strip()]
    return sum(bool(_ALIGNED.search(line)) for line in filled) > _ALIGNED_SHARE * max(1, len(filled))


def _rows(text: str, separator: str) -> list[list[str]]:
    """Return the rows that are not empty; none where the text is no table."""
    try:
        separator = separator or csv.Sniffer().sniff(text[:8192], delimiters=",;\t|").delimiter
        found = list(csv.reader(_lines(text), delimiter=separator))
    except csv.Error:
        return []
    return [row for row in found if any(cell.strip() for cell in row)]


def _lines(text: str) -> Iterator[str]:
    yield from text.splitlines(keepends=True)


def _row(cells: list[str], tag: str, width: int) -> str:
    filled = [*cells, *[""] * (width - len(cells))]
    return f"<tr>{''.join(f'<{tag}>{html.escape(breakable(cell), quote=False)}</{tag}>' for cell in filled)}</tr>"
