"""Lines of a chart as text: "AIME 2024: DeepSeek-R1 79.8, OpenAI-o1 79.2", written and parsed.

A chart is stored as such lines, which are quoted and shown; for search and calculations a line is a row of a table
whose columns are the series.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from loaders.text.dates import month_name
from loaders.types import Block

UNREAD = "?"
"""Placeholder for a value that a chart shows, or should show, and that could not be joined."""
_IN_PART = "A chart on the page was joined in part: ? stands for {count} of its values that could not be read."
_SPACES = re.compile(r"\s+")
_PIECE = re.compile(r"(?:(?P<name>.*) )?(?P<value>[^ ]+)", re.DOTALL)
_CATEGORY = re.compile(r"(?P<month>[A-Z][a-z]{2,3})\.?(?P<rest>(?:[\s'’-].*)?)", re.DOTALL)
_NO_BREAK = "\u00a0"


def chart_line(category: str, values: Sequence[tuple[str, str]]) -> str:
    """Return the line of a category; `values` are (series, value), with "" for the series of a chart that has one.

    A space within a value becomes one that does not break, so that the line can be parsed.
    """
    pieces = [f"{_plain(series)} {_SPACES.sub(_NO_BREAK, value)}".strip() for series, value in values]
    return f"{_plain(category)}: {', '.join(pieces)}"


def parse_chart_line(line: str) -> tuple[tuple[str, str], ...] | None:
    """Return a line as the cells of a table's row, the category first; None for other text."""
    category, mark, rest = line.partition(": ")
    pieces = [_PIECE.fullmatch(piece) for piece in rest.split(", ")]
    if not mark or not all(pieces):
        return None
    values = ((piece["name"] or "", piece["value"].replace(_NO_BREAK, " ")) for piece in pieces if piece)
    return (("", category), *values)


def note_of_gaps(blocks: Iterable[Block]) -> str:
    """Return the sentence about charts of a page that were joined in part; "" if all their values were joined."""
    lines = [line for block in blocks if block.is_chart for line in block.text.splitlines()]
    count = sum(value == UNREAD for line in lines for _, value in (parse_chart_line(line) or ())[1:])
    return _IN_PART.format(count=count) if count else ""


def spelled_out(category: str) -> str:
    """Return a category with the abbreviation of an English month spelled out, as a question will name it."""
    found = _CATEGORY.fullmatch(category)
    name = month_name(found["month"]) if found else ""
    return f"{name}{found['rest']}" if found and name else category


def _plain(name: str) -> str:
    """Return a name without the marks that separate the pieces of a line."""
    return _SPACES.sub(" ", name.replace(": ", " ").replace(", ", " ").rstrip(":,")).strip()
