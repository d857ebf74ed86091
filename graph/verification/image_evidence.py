"""Looking at pages again: when the images of pages go to the model with a question, and what it may say of them.

A transcript says of a chart what its reader thought worth saying, and of a scan what it made out. With the question in
hand more can be read. But what is read there alone, no code can find again: it is let into an answer only where the
page's text could not hold it, it is marked, and it never counts as verified.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from graph.storage.base import PageRow, Transcript
from graph.types import PageRef, RetrievedChunk
from graph.verification.quotes import normalised
from loaders.text.plain import plain

# Whether the question "lands on" a figure, table or scan is told by so many of the best passages. Judged, not measured.
_BEST = 3
# A quote of so many words, half of whose neighbours stand on the page as text, is that text misquoted.
_WORDS, _NEIGHBOURS = 4, 0.5
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")


def pages_to_inspect(
    passages: Sequence[RetrievedChunk], ledger: Mapping[tuple[str, int], PageRow], limit: int
) -> list[PageRef]:
    """The pages to look at again for these relevant passages: at most `limit`, those of the best passages first.

    A page is looked at if one of the three best passages on it is a table or a figure, or if it has no legible text
    layer. `ledger` holds the rows of the pages; one without an image cannot be looked at.
    """
    best = sorted(passages, key=lambda passage: -passage.get("grade", 0.0))[:_BEST]
    found: dict[tuple[str, int], PageRef] = {}
    for passage in best:
        for page in passage.get("pages") or [passage["page"]]:
            row = ledger.get((passage["document"], page))
            if row and row.image and (passage["kind"] in ("table", "figure") or not row.legible):
                found.setdefault((row.document, row.page), PageRef(document=row.document, page=row.page))
    return list(found.values())[:limit]


def rejection_reason(quote: str, row: PageRow, texts: Iterable[Transcript]) -> str:
    """Why words that stand in no text of a page may not be taken as read from its image; "" when they may.

    They may where the page has no legible text layer, or has a figure; not where the page's text says the same with
    another number, or nearly the same: then the text is right.
    """
    texts = list(texts)
    if sum(character.isalnum() for character in normalised(quote)) < 2:
        return "its quote says nothing"
    if row.legible and not any(block.is_figure for text in texts for block in text.blocks):
        return "its quote does not stand on the page, which has a text layer and no figure"
    for text in texts:
        if _contradicts(quote, " ".join(plain(block.text) for block in text.blocks)):
            return "the text of the page says something else there"
    return ""


def _contradicts(quote: str, text: str) -> bool:
    masked = _DIGITS.sub("#", normalised(quote))
    if sum(character.isalpha() for character in masked) > 1 and masked in _DIGITS.sub("#", normalised(text)):
        return True
    words, held = _words(quote), _words(text)
    neighbours = list(pairwise(words))
    known = set(pairwise(held))
    return len(words) >= _WORDS and sum(pair in known for pair in neighbours) >= _NEIGHBOURS * len(neighbours)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())
