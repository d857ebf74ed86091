"""Rules for page images as evidence: which pages are shown to the model, and which quotes from an image are accepted.

A transcript of a chart or scan is made without knowing the question; with it, a model can read more from the image.
No text confirms such a quote: it is accepted only where the page's text cannot contain it, it is marked in the answer,
and it never counts as verified.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from graph.storage.rows import PageRow, Transcript
from graph.types import PageRef, RetrievedChunk
from graph.verification.quotes import normalised
from loaders.text.plain import plain

# The number of best chunks that decide whether page images are shown; not measured.
_BEST = 3
# A quote of at least 4 words of which half the word pairs are in the page's text is taken for a misquote of that text.
_MIN_WORDS, _MIN_SHARED_PAIRS = 4, 0.5
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")


def pages_to_inspect(
    chunks: Sequence[RetrievedChunk], ledger: Mapping[tuple[str, int], PageRow], limit: int
) -> list[PageRef]:
    """Return the pages whose images are shown to the model, at most `limit`, those of the best chunks first.

    A page is shown if one of the three best chunks on it is a table or a figure, or if it has no legible text layer.

    Args:
        chunks: The relevant chunks, with their grades.
        ledger: Page rows by (document id, page); a page without an image cannot be shown.
        limit: The largest number of pages.
    """
    best = sorted(chunks, key=lambda chunk: -chunk.get("grade", 0.0))[:_BEST]
    found: dict[tuple[str, int], PageRef] = {}
    for chunk in best:
        for page in chunk.get("pages") or [chunk["page"]]:
            row = ledger.get((chunk["document"], page))
            if row and row.image and (chunk["kind"] in ("table", "figure") or not row.legible):
                found.setdefault((row.document, row.page), PageRef(document=row.document, page=row.page))
    return list(found.values())[:limit]


def rejection_reason(quote: str, row: PageRow, texts: Iterable[Transcript]) -> str:
    """Return the reason to reject a quote as read from a page's image; "" if it is accepted.

    It is accepted if the page has no legible text layer, or a figure, unless the page's text has nearly the same words
    or the same words with another number: then the text is right.
    """
    texts = list(texts)
    if sum(character.isalnum() for character in normalised(quote)) < 2:
        return "its quote is empty"
    if row.legible and not any(block.is_figure for text in texts for block in text.blocks):
        return "its quote is not on the page, which has a text layer and no figure"
    for text in texts:
        if _contradicts(quote, " ".join(plain(block.text) for block in text.blocks)):
            return "the text of the page says something else"
    return ""


def _contradicts(quote: str, text: str) -> bool:
    masked = _DIGITS.sub("#", normalised(quote))
    if sum(character.isalpha() for character in masked) > 1 and masked in _DIGITS.sub("#", normalised(text)):
        return True
    words, held = _words(quote), _words(text)
    neighbours = list(pairwise(words))
    known = set(pairwise(held))
    return len(words) >= _MIN_WORDS and sum(pair in known for pair in neighbours) >= _MIN_SHARED_PAIRS * len(neighbours)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())
