"""Printed page numbers, found in the running headers and footers of a whole document.

A number at the edge of a page is its printed number if the pages around it continue the count: on at least three pages
the number minus the page's position is the same. So neither a year nor a single number in a footer counts.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from loaders.text.plain import plain
from loaders.types import Block

MIN_PAGES = 3
"""Pages that must continue the count: on slides two consecutive numbers at the edge are often chance."""
MIN_SHARE = 0.6
"""Share of the pages between the first and the last of a run that must show their number."""
MAX_GAP = 3
"""Pages without a number (an opener, a plate) between two numbered ones that the count includes."""
_EDGE_BLOCKS = 2  # blocks at each edge that are examined, beside those that are marked as headers and footers
_MAX_CHARS = 200  # of the longest header or footer that is examined
_LONE = re.compile(
    r"\W*(?:(?:page|seite|pagina|página|p)\W*)?(?:\d{1,4}|[ivxlc]{1,8})(?:\W*(?:of|/|von|de|sur)\W*\d{1,4})?\W*", re.I
)
"""What an unmarked block must be: "12", "- 12 -", "Page 12 of 20". "2 Siting" is a numbered heading."""
_ROMAN = re.compile(r"^(?=[ivxlc]+$)c{0,3}(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})$")
_ROMAN_VALUES = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_TOKEN = re.compile(r"[^\W_]+")
_IDENTIFIER = re.compile(
    r"(?:\b(?:no|nos|nr|num|number|nummer|numero|número|numéro|n°|id|ref|reference|invoice|rechnung|facture|factura|note"
    r"|order|auftrag|case|file|akte|item|lot|batch|ticket|part|teil|component|unit|employee|customer|chapter|kapitel"
    r"|section|week|woche|day|lesson)[.:]?\s*|[#№§]\s*|[^\W\d_][-/._])\d{1,4}(?!\w)",
    re.IGNORECASE,
)
"""A number that names something ("Delivery note no. 4411", "INV-311"): such numbers count on from page to page, too."""
_OF = re.compile(r"\b(\d{1,4})\s*(?:of|/|von|de|sur|di)\s*\d{1,4}\b", re.IGNORECASE)

Pages = Sequence[tuple[int, Sequence[Block]]]
_Key = tuple[str, int]
"""A numeral system ("arabic" or "roman"), and the printed number minus the number of the page."""


def printed_labels(pages: Pages) -> dict[int, str]:
    """Return the printed page number of each page where it is certain."""
    seen: dict[_Key, dict[int, str]] = defaultdict(dict)
    for number, blocks in pages:
        for style, value, label in set(_candidates(blocks)):
            seen[style, value - number][number] = label
    known = {number for number, _ in pages}
    labels: dict[int, str] = {}
    for key in sorted(seen, key=lambda key: (-len(seen[key]), key)):
        for run in _runs(sorted(seen[key])):
            if len(run) >= MIN_PAGES and len(run) >= MIN_SHARE * (run[-1] - run[0] + 1):
                counted = range(run[0], run[-1] + 1)
                labels |= {n: _label(key, n) for n in counted if n in known and n not in labels}
    return labels


def without_identifiers(text: str) -> str:
    """Return a header without identifiers of other things, so that a number that is left may be the page's."""
    return _IDENTIFIER.sub(" ", text)


def roman(value: int) -> str:
    """Return a number from 1 to 399 in small Roman letters."""
    text = ""
    for sign, worth in (("c", 100), ("xc", 90), ("l", 50), ("xl", 40), ("x", 10), ("ix", 9), ("v", 5), ("iv", 4)):
        while value >= worth:
            text, value = text + sign, value - worth
    return text + "i" * value


def _label(key: _Key, page: int) -> str:
    style, offset = key
    return roman(page + offset) if style == "roman" else str(page + offset)


def _runs(pages: Sequence[int]) -> Iterator[list[int]]:
    """Yield the pages in runs without gaps over MAX_GAP."""
    run = list(pages[:1])
    for before, page in pairwise(pages):
        if page - before > MAX_GAP + 1:
            yield run
            run = []
        run.append(page)
    yield run


def _candidates(blocks: Sequence[Block]) -> Iterator[tuple[str, int, str]]:
    """Yield (numeral system, value, label) of possible page numbers at the top and the bottom of the page."""
    for at, block in enumerate(blocks):
        marked = block.is_header_or_footer
        at_edge = at < _EDGE_BLOCKS or at >= len(blocks) - _EDGE_BLOCKS
        if len(block.text) > _MAX_CHARS or not (marked or (at_edge and block.may_be_header_or_footer)):
            continue
        text = without_identifiers(plain(block.text))
        tokens = _TOKEN.findall(text)
        if not tokens or not (marked or _LONE.fullmatch(text)):
            continue
        for token in dict.fromkeys((tokens[0], tokens[-1], *_OF.findall(text))):
            if token.isascii() and token.isdecimal() and len(token) <= 4:
                yield "arabic", int(token), token
            elif _ROMAN.match(token):
                yield "roman", _value(token), token


def _value(numeral: str) -> int:
    values = [_ROMAN_VALUES[sign] for sign in numeral]
    return sum(-value if value < after else value for value, after in zip(values, [*values[1:], 0], strict=True))
