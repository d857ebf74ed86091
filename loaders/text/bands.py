"""Bands of a table: rows with nothing but a name (a port, a region, "Current assets"), and the rows under them."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from loaders.text.numbers import is_number

MAX_BAND_WORDS = 14
"""Words of the longest name of a band: a longer text alone in its row is a note."""

MAX_BAND_SHARE = 0.6
"""Most rows that may be bands, as a share; where more have one cell, the "table" is a list with a stray second
column."""

NUMBERS_SHARE = 0.8
"""Share of numbers among the cells of a column of numbers; the others are dashes and notes."""

Band = tuple[str, ...]
"""The names of the bands that a row is under, outermost first."""

_MAX_LEVELS = 3  # bands directly under each other
_TOTAL_WORD = (
    r"(?:grand|sub|net|overall|totals?|sub-?totals?|sums?|insgesamt|summe|gesamt\w*|zwischensumme|totale?|totaux|totaal|"
    r"somme|suma|all|of|the|for|der|die|des|du|de|la)"
)
_TOTAL = re.compile(
    r"\W*(?:(?:grand|net|overall)[\s-]+)?(?:totals?|sub-?\s?totals?|sums?|insgesamt|summe|gesamt\w*|zwischensumme|"
    r"totale?|totaux|totaal|somme|suma)\b",
    re.IGNORECASE,
)
_TOTAL_WORDS = re.compile(rf"\b{_TOTAL_WORD}\b", re.IGNORECASE)
_YEAR = re.compile(r"^(?:(?:FY|CY|H[12]|Q[1-4])\s*)?(?:19|20)\d\d(?:[/–-]\d\d(?:\d\d)?)?$")
_CONTINUED = re.compile(
    r"[\s(\[,–—-]*\b(?:continued|cont['’]?d|cont\.|fortsetzung|forts\.|suite)[\s)\]]*$", re.IGNORECASE
)
_NOTE = re.compile(r"\s*(?:[*†‡§]|(?:sources?|notes?|quellen?|anmerkung(?:en)?)\s*:)", re.IGNORECASE)


def find_bands(rows: Sequence[Sequence[str]], label: int, blank: Collection[int] = ()) -> tuple[list[Band], set[int]]:
    """Return for each row the names of the bands that it is under, and which of the rows are bands themselves.

    A band is a row with one filled cell, a name, at its left or among numbers; rows with values must follow. Totals are
    no bands, nor are rows in `blank`, whose other cells are drawn on the page and empty. A band applies until the next
    one, or until its total; bands directly under each other are levels.
    """
    places = {0, label, *_columns_of_numbers(rows)}
    alone = [index not in blank and _is_name_alone(row, places) for index, row in enumerate(rows)]
    end = next((index + 1 for index in reversed(range(len(rows))) if not alone[index]), 0)
    firsts = [row[0][0] for row in rows if row[:1] and row[0]]
    lowered = 2 * sum(map(str.islower, firsts)) >= len(firsts)
    alone = [
        found and index < end and (lowered or not _is_first_line(rows, index)) for index, found in enumerate(alone)
    ]
    found = {index for index, is_alone in enumerate(alone) if is_alone}
    if len(found) > MAX_BAND_SHARE * len(rows):
        return [()] * len(rows), set()
    whole = _grand_total(rows, label, found)
    bands: list[Band] = []
    path: list[str] = []
    depth = 0  # of the bands directly above
    for index, row in enumerate(rows):
        if index in found:
            # A lone band replaces the innermost of several; two in a row replace them all.
            single = depth == 0 and index + 1 not in found
            path = path[:-1] if single and len(path) > 1 else path if depth else []
            bands.append(tuple(path))
            name = band_name(_only_cell(row))
            path = path if path[-1:] == [name] else [*path, name][-_MAX_LEVELS:]  # repeated at the top of a page
            depth += 1
            continue
        depth = 0
        bands.append(() if index == whole else tuple(path))
        if path and _TOTAL.match(row[label]):
            path = _after_total(path, row[label])
    return bands, found


def band_name(text: str) -> str:
    """Return the name that a band gives to its rows: without "(continued)" and a colon at its end."""
    return _CONTINUED.sub("", text).rstrip(" :") or text


def is_value(text: str) -> bool:
    """Return whether a cell is a number other than a year."""
    return bool(is_number(text) and not _YEAR.match(text))


def is_year(text: str) -> bool:
    """Return whether a cell is a year, or a quarter or half of one."""
    return bool(_YEAR.match(text))


def is_total(label: str) -> bool:
    """Return whether a row label begins like a sum ("Total", "Subtotal", "Summe")."""
    return bool(_TOTAL.match(label))


def _columns_of_numbers(rows: Sequence[Sequence[str]]) -> list[int]:
    """Return the columns of numbers: a name alone in one of them is a band set in the middle."""
    full = [row for row in rows if sum(map(bool, row)) > 1]
    found = []
    for column in range(min(map(len, full), default=0)):
        cells = [row[column] for row in full if row[column]]
        if cells and sum(is_number(cell) for cell in cells) >= NUMBERS_SHARE * len(cells):
            found.append(column)
    return found


def _is_name_alone(row: Sequence[str], places: Collection[int]) -> bool:
    """Return whether a row has nothing but a name, in one of these columns."""
    filled = {index for index, cell in enumerate(row) if cell}
    if len(row) < 2 or len(filled) != 1 or not filled <= set(places):
        return False
    text = _only_cell(row)
    if len(text.split()) > MAX_BAND_WORDS or _NOTE.match(text) or is_total(text):
        return False
    return bool(_YEAR.match(text)) or (any(map(str.isalpha, text)) and not is_number(text))


def _only_cell(row: Sequence[str]) -> str:
    return next(cell for cell in row if cell)


def _is_first_line(rows: Sequence[Sequence[str]], index: int) -> bool:
    """Return whether a name is the first line of the label below it ("Proceeds from the sale of / plant")."""
    text, below = _only_cell(rows[index]), next((cell for cell in rows[index + 1] if cell), "")
    return below[:1].islower() and not text.endswith(":")


def _grand_total(rows: Sequence[Sequence[str]], label: int, found: Collection[int]) -> int | None:
    """Return the row of the bare total of all bands, below the last of several; None if most have their own."""
    bare = [index for index, row in enumerate(rows) if is_total(row[label]) and not _summed(row[label])]
    if len(found) < 2 or not bare or bare[-1] < max(found) or len(bare) > len(found) / 2:
        return None
    return bare[-1]


def _after_total(path: list[str], label: str) -> list[str]:
    """Return the bands that still apply below a total: it ends the band that it names, or else the innermost one."""
    summed = _summed(label)
    for depth, name in enumerate(path):
        if summed and summed == _words(name):
            return path[:depth]
    return path[:-1] if not summed else path


def _summed(label: str) -> frozenset[str]:
    """Return the words for the summed items of a total: "current" and "assets" of "Total current assets"."""
    return _words(_TOTAL_WORDS.sub(" ", label))


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text.lower()))
