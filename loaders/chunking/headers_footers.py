"""Removal of running headers, footers and page numbers, whether or not a reader marked them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from loaders.chunking.note_lines import called_notes
from loaders.text.plain import plain
from loaders.types import Block

MIN_PAGES = 3
"""Pages that must have the same text at their edge: two sections may well begin alike."""
MIN_SHARE = 1 / 3
"""Share of the pages that must have it: a heading such as "Continued" is on fewer."""
MAX_WORDS = 25
"""Words of the longest running header; a longer text that is repeated is a notice with content."""
SENTENCE_WORDS = 5
"""Words from which a header of a document of one or two pages is text."""
LAYERS = 3
"""Blocks at each edge that are examined: a footer's line, a page number and a rule."""

_NUMBER = re.compile(r"\d+")
_PAGE = re.compile(r"^\W*#\W*$|\b(?:page|seite|p)\W*#(?:\s*(?:of|/|von)\s*#)?")
_ROMAN = re.compile(r"^[ivxlc]{1,6}$")

Pages = Sequence[tuple[int, Sequence[Block]]]


def drop_headers_footers(pages: Pages) -> list[tuple[int, list[Block]]]:
    """Return the pages without watermarks, scales of charts, marked headers, footers and page numbers.

    Blocks that are repeated at an edge are left out too. A mark is accepted for numbers and for blocks that occur on
    several pages; a block on a single page is text, such as the one line of a slide. A page keeps all its blocks, as
    text, if it would have no text left otherwise.
    """
    pages = [(number, [block for block in blocks if not block.is_never_searched]) for number, blocks in pages]
    marks = Counter(_words(block) for _, blocks in pages for block in blocks if block.is_header_or_footer)
    bodies = [[_body(b) for b in blocks if not _is_header_or_footer(b, marks, blocks)] for _, blocks in pages]
    # Comments are no text of the page: if it has nothing else, what looks like a header is its text.
    bodies = [
        body if any(not block.is_comment for block in body) else [_body(block) for block in blocks]
        for body, (_, blocks) in zip(bodies, pages, strict=True)
    ]
    marked = [
        (number, list(body) or [_body(block) for block in blocks])
        for (number, blocks), body in zip(pages, bodies, strict=True)
    ]
    notes = {id(block) for body in bodies for block in called_notes(body)}
    had_text = [_has_text(body) for body in bodies]
    for _ in range(LAYERS):
        top, bottom = _strip_edge(bodies, 0, notes), _strip_edge(bodies, -1, notes)
        if not (top or bottom):
            break
    # If only its heading would be left, the page's text repeats that of other pages, and is kept.
    return [
        (number, body if _has_text(body) or (body and not had) else blocks)
        for (number, blocks), body, had in zip(marked, bodies, had_text, strict=True)
    ]


def _has_text(blocks: Sequence[Block]) -> bool:
    return any(not block.is_heading for block in blocks)


def _is_header_or_footer(block: Block, marks: Counter[str], page: Sequence[Block]) -> bool:
    """Return whether a block is a header, footer or page number, as the reader marked it.

    In a document of one or two pages nothing can repeat; there the mark is accepted for a name without a number, such
    as a firm's, if the page has other text. "Invoice no. 2025-117" or a sentence at the edge may be nowhere else.
    """
    if not block.is_header_or_footer:
        return False
    words = _words(block)
    if not any(character.isalpha() for character in words) or _ROMAN.match(words) or marks[words] > 1:
        return True
    rest = _PAGE.sub("", words)
    if len(rest.split()) >= SENTENCE_WORDS or "#" in rest:
        return False
    return sum(marks.values()) < MIN_PAGES and any(not other.is_header_or_footer for other in page)


def _body(block: Block) -> Block:
    return replace(block, kind="text") if block.is_header_or_footer else block


def _words(block: Block) -> str:
    return _NUMBER.sub("#", plain(block.text).casefold())


def _strip_edge(bodies: list[list[Block]], edge: int, notes: set[int]) -> bool:
    """Remove the first (0) or last (-1) block of the pages where it repeats, except notes; return whether any was."""
    keys = [_key(body[edge]) if body and id(body[edge]) not in notes else "" for body in bodies]
    counts = Counter(key for key in keys if key)
    repeated = {key for key, count in counts.items() if count >= MIN_PAGES and count > MIN_SHARE * len(bodies)}
    for body, key in zip(bodies, keys, strict=True):
        if key in repeated:
            del body[edge]
    return bool(repeated)


def _key(block: Block) -> str:
    """Return the words of a block without numbers, which a running header shares on all pages; "" if it is not one.

    The number of a heading counts: "Part 1" and "Part 2" head two parts.
    """
    if not block.may_be_header_or_footer or len(block.text) > 1000:
        return ""
    text = _words(block)
    if len(text.split()) > MAX_WORDS:
        return ""
    if block.is_heading:
        return plain(block.text).casefold()
    return "#" if _ROMAN.match(text) else text
