"""Names of pages: running headers that change from page to page, such as a component, a chapter or an employee.

A header that is the same on all pages does not describe any of them; one that changes names the page's subject, often
nowhere else on the page: the data sheet of a component has its number in the header alone.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from loaders.chunking.page_labels import printed_labels, without_identifiers
from loaders.text.plain import plain
from loaders.types import Block

MIN_PAGES = 3
"""Pages that must have a header at the same place, as for headers that do not change."""
MIN_SHARE = 1 / 2
"""Share of the pages that must have one there."""
MAX_WORDS = 14
"""Words of the longest name of a page."""
_MARGIN = 0.1  # share of the page's height at its top and bottom where unmarked lines count as headers and footers
_CONSTANT_SHARE = 0.6  # of the lines at one place: a text that is on more of them is no name
_SPREAD = 0.8  # of the document: a text repeated over more of it is no name, such as a title on every other page
_PAGE_OF = re.compile(r"\b(?:page|seite|p\.)?\s*\d{1,4}\s*(?:of|/|von)\s*\d{1,4}\b", re.IGNORECASE)
_PAGE = re.compile(r"\b(?:page|seite)\s*\d{1,4}\b", re.IGNORECASE)
_EDGES = " \t|·•–—-/:,;"

Pages = Sequence[tuple[int, Sequence[Block]]]
_Line = tuple[int, str, int]
"""A page, the text of its header, and the `id()` of the block."""


def page_names(pages: Pages) -> tuple[dict[int, str], set[int]]:
    """Return the name of each page that has one, and the `id()` of the blocks that they were taken from."""
    labels = printed_labels(pages)
    places: dict[tuple[str, int], list[_Line]] = defaultdict(list)
    for number, blocks in pages:
        for place, block in _headers(blocks):
            if text := _without_page(plain(block.text), {str(number), labels.get(number, "")}):
                places[place].append((number, text, id(block)))
    names: dict[int, list[str]] = defaultdict(list)
    used: set[int] = set()
    for lines in places.values():
        constant = _constant(lines, len(pages))
        changing = [line for line in lines if line[1] not in constant]
        if len(lines) < max(MIN_PAGES, MIN_SHARE * len(pages)) or len({text for _, text, _ in changing}) < 2:
            continue
        for number, text, identity in changing:
            used.add(identity)
            if text not in names[number]:
                names[number].append(text)
    return {number: ", ".join(texts) for number, texts in names.items()}, used


def without_names(pages: Pages, used: set[int]) -> list[tuple[int, Sequence[Block]]]:
    """Return the pages without the blocks of their names; a page that has nothing else keeps its block."""
    result: list[tuple[int, Sequence[Block]]] = []
    for number, blocks in pages:
        rest = [block for block in blocks if id(block) not in used]
        result.append((number, rest if any(not block.is_header_or_footer for block in rest) else blocks))
    return result


def _headers(blocks: Sequence[Block]) -> Iterator[tuple[tuple[str, int], Block]]:
    """Yield the headers and footers of a page, each with its place: those marked, and plain lines in the margins.

    Where boxes are not known, a marked block's place is whether it opens or closes the page.
    """
    for index, block in enumerate(blocks):
        if not (block.is_header_or_footer or block.is_paragraph) or len(block.text.split()) > MAX_WORDS:
            continue
        if block.box is None:
            if block.is_header_or_footer:
                yield ("top" if 2 * index < len(blocks) else "bottom", 0), block
        elif block.is_header_or_footer or block.box.y1 < _MARGIN or block.box.y0 > 1 - _MARGIN:
            yield ("line", round(block.box.y0 * 50)), block


def _without_page(text: str, numbers: set[str]) -> str:
    """Return a header without the page's own number, "" if nothing with a letter is left."""
    words = _PAGE.sub(" ", _PAGE_OF.sub(" ", text)).strip(_EDGES).split()
    while words and words[0].strip(_EDGES) in numbers | {""}:
        words.pop(0)
    while words and words[-1].strip(_EDGES) in numbers | {""} and _is_page(words):
        words.pop()
    name = " ".join(words).strip(_EDGES)
    return name if any(character.isalnum() for character in name) and not name.isdigit() else ""


def _is_page(words: Sequence[str]) -> bool:
    """Return whether the number at the end of a header is that of the page, unlike in "Delivery note no. 4"."""
    text = " ".join(words)
    return without_identifiers(text) == text


def _constant(lines: Sequence[_Line], pages: int) -> set[str]:
    """Return the texts that are on most pages of a place, or on every other page from the first to the last."""
    counts = Counter(text for _, text, _ in lines)
    spans: Mapping[str, list[int]] = {text: [page for page, other, _ in lines if other == text] for text in counts}
    return {
        text
        for text, count in counts.items()
        if count > _CONSTANT_SHARE * len(lines)
        or (count >= MIN_PAGES and spans[text][-1] - spans[text][0] >= _SPREAD * (pages - 1))
    }
