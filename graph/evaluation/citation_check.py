"""A second, independent check that each quote is on the page that it cites.

It shares no code with `graph.verification.quotes`, which found the quotes: it compares folded letters and numbers with
the stored transcript of the page, its words and its text layer.
"""

from __future__ import annotations

from graph.evaluation.matching import Folded, find, fold
from graph.storage.base import TranscriptStore
from graph.storage.rows import layer_key
from graph.types import Citation
from loaders.text.plain import plain


def is_on_page(citation: Citation, catalog: TranscriptStore) -> bool:
    """Return whether the quote is on its page, or begins on the first of its two pages and ends on the second."""
    pages = citation.get("pages") or [citation["page"]]
    wanted = fold(citation["quote"])
    texts = [_texts(citation["document"], page, catalog) for page in pages]
    if len(pages) == 1:
        return any(find(text, wanted, whole_words=False) for text in texts[0])
    if len(pages) != 2 or pages[1] != pages[0] + 1:
        return False
    return any(
        _any(texts[0], wanted.tokens[:cut]) and _any(texts[1], wanted.tokens[cut:])
        for cut in range(1, len(wanted.tokens))
    )


def _any(texts: list[Folded], tokens: tuple[str, ...]) -> bool:
    wanted = fold(" ".join(tokens))
    return any(find(text, wanted, whole_words=False) for text in texts)


def _texts(document: str, page: int, catalog: TranscriptStore) -> list[Folded]:
    """Return every stored text of a page, folded for comparison."""
    stored = [catalog.transcripts(document, [page]).get(page), catalog.transcript(layer_key(document, page))]
    texts = []
    for transcript in filter(None, stored):
        texts += ["\n".join(plain(block.text) for block in transcript.blocks), transcript.markdown]
        texts.append(" ".join(word.text for word in transcript.words))
    return [fold(text) for text in dict.fromkeys(texts) if text]
