"""Quotes that a small model copied inexactly, replaced by the sentence or table row of the chunk that they come from.

This proves nothing: the claim is then checked against the printed sentence. A claim that the sentence does not support
fails as before, and one that it supports is not lost by a slip in copying.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import NamedTuple

from graph.types import Claim, RetrievedChunk
from loaders.text.plain import plain, without_struck
from loaders.text.sentences import split_sentences

MIN_COPIED = 0.7
"""The least share of a quote's words that a sentence has in their order: three in ten may be changed or added."""
MAX_SPREAD = 1.5
"""The most words of the sentence that they may span, as a multiple of the quote: a third may be left out."""
MIN_SHARED = 0.6
"""The least share of a claim's words that a sentence has, where the claim has no quote."""
_LEAST_WORDS = 3  # of a quote: what is shorter is a label, a number or a name, and stands in many sentences
_WORD = re.compile(r"\w+")
_LABEL = re.compile(r"^\W*(?:passage|image)?\W*[pi]?\d{0,3}\W*$", re.IGNORECASE)
_ROWS = re.compile(r"<tr\b[^>]*>.*?</tr\s*>", re.IGNORECASE | re.DOTALL)
_TAGS = re.compile(r"<[^<>]*>")


class _Piece(NamedTuple):
    """A sentence, two that follow each other, or a table row."""

    chunk: str
    text: str
    words: list[str]


def with_nearest_quote(claim: Claim, chunks: Sequence[RetrievedChunk]) -> Claim:
    """Return a claim with the piece of a chunk that its quote is a copy of; unchanged if there is no such piece.

    The piece is looked for in the chunk that the claim names, and in the others only if that one lacks it. Without a
    quote, or with a label in its place, it is the sentence with most of the claim's words. Claims on page images are
    left unchanged.
    """
    if claim.get("image"):
        return claim
    named = [chunk for chunk in chunks if chunk["chunk"] == claim["chunk"]]
    others = [chunk for chunk in chunks if chunk["chunk"] != claim["chunk"]]
    words = _words(claim["quote"])
    for some in (named, others):
        if holder := next((chunk for chunk in some if _holds(chunk["text"], claim["quote"])), None):
            return claim if len(words) < _LEAST_WORDS else {**claim, "chunk": holder["chunk"]}
    for some in (named, others):
        found = _nearest(words, some) if len(words) >= _LEAST_WORDS else None
        if not found and (len(words) < _LEAST_WORDS or _LABEL.match(claim["quote"])):
            found = _most_shared(_words(claim["text"]), some)
        if found:
            return {**claim, "chunk": found.chunk, "quote": found.text}
    return claim


def _holds(text: str, quote: str) -> bool:
    wanted = " ".join(_words(quote))
    return bool(wanted) and not _LABEL.match(quote) and f" {wanted} " in f" {' '.join(_words(text))} "


def _nearest(words: Sequence[str], chunks: Sequence[RetrievedChunk]) -> _Piece | None:
    """Return the piece that holds most of a quote's words in their order, close together; None if none holds enough."""
    matcher = SequenceMatcher(None, autojunk=False)
    matcher.set_seq2(list(words))
    best, found = 0.0, None
    for piece in _pieces(chunks):
        matcher.set_seq1(piece.words)
        blocks = [block for block in matcher.get_matching_blocks() if block.size]
        copied = sum(block.size for block in blocks) / len(words)
        if copied < MIN_COPIED or copied <= best:
            continue
        if blocks[-1].a + blocks[-1].size - blocks[0].a <= MAX_SPREAD * len(words):
            best, found = copied, piece
    return found


def _most_shared(words: Sequence[str], chunks: Sequence[RetrievedChunk]) -> _Piece | None:
    """Return the piece that holds most of a claim's words, the shortest of those that do; None if none holds enough."""
    wanted = set(words)
    if not wanted:
        return None
    pieces = _pieces(chunks, pairs=False)
    scored = [(len(wanted & set(piece.words)) / len(wanted), -len(piece.words), piece) for piece in pieces]
    share, _, piece = max(scored, key=lambda one: one[:2], default=(0.0, 0, None))
    return piece if share >= MIN_SHARED else None


def _pieces(chunks: Sequence[RetrievedChunk], *, pairs: bool = True) -> Iterator[_Piece]:
    for chunk in chunks:
        for text in _texts(chunk["text"], pairs=pairs):
            if words := _words(text):
                yield _Piece(chunk["chunk"], text, words)


def _texts(text: str, *, pairs: bool) -> Iterator[str]:
    """Yield the rows of a chunk's tables, the sentences of its paragraphs, and each pair of adjacent sentences."""
    text = without_struck(text)  # what is struck out proves nothing
    for row in _ROWS.findall(text):
        yield " ".join(_TAGS.sub(" ", row).split())
    for paragraph in re.split(r"\n\s*\n|\n(?=[#|*-])", _ROWS.sub("\n\n", text)):
        sentences = split_sentences(paragraph)
        yield from sentences
        if pairs:
            yield from (f"{first} {second}" for first, second in pairwise(sentences))


def _words(text: str) -> list[str]:
    return _WORD.findall(plain(text).casefold())
