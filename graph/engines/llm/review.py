"""Review of a transcript against the page: descriptions are marked, single words are mended, the rest is checked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from graph.engines.base import PageReading
from graph.engines.llm.mending import describe, mend
from graph.engines.llm.reply_checks import Doubt, check, compare
from loaders.text.alignment import tokens
from loaders.text.plain import plain
from loaders.types import Block, PageImage

MIN_DESCRIPTION_WORDS = 5
MAX_PRINTED, MIN_PRINTED = 0.5, 0.9
"""Limits on the share of a paragraph's numbers and words of four letters or more that the layer has. A paragraph that
reads like a description is one if its share is at most the first; one that is tagged so is print from the second on."""

_DESCRIBES = re.compile(
    r"\b(?:shows?|showing|depicts?|depicting|illustrat\w+|displays?|displaying|represent\w*|visuali[sz]\w+|"
    r"(?:bar|line|pie|flow|column) (?:chart|graph)|photo\w*|image|picture|diagram|screenshot|logo|icon|[xy]-axis)\b",
    re.IGNORECASE,
)


def review(reading: PageReading, image: PageImage) -> tuple[PageReading, Doubt | None]:
    """Return a reading with its descriptions marked and single words mended, and what is wrong with the rest of it.

    Without a legible text layer nothing is marked or mended. The words of a scan's own layer come from an OCR that may
    read worse than the model: they are compared with the reply, but mend nothing.
    """
    if not image.legible:
        return reading, check(reading.blocks, image)
    blocks = with_descriptions(reading.blocks, image.text)
    if image.recognised:
        return replace(reading, blocks=blocks), check(blocks, image)
    mended, corrections = mend(blocks, image.text)
    doubt = check(blocks, image)
    if doubt and _is_right(mended, image):
        doubt = None
    return replace(reading, blocks=mended, detail=describe(corrections)), doubt


def _is_right(blocks: Sequence[Block], image: PageImage) -> bool:
    """Return whether a doubtful reply passes after mending, without even the one wrong number that checks allow."""
    found = compare(blocks, image.text)
    return check(blocks, image) is None and found is not None and not found.novel and not found.swapped


def with_descriptions(blocks: Sequence[Block], layer: str) -> tuple[Block, ...]:
    """Return blocks with untagged descriptions marked as such, and with print that only looked like one as text."""
    held = {token.key for token in tokens(layer)}
    squeezed = "".join(token.key for token in tokens(layer))
    return tuple(_marked(block, held, squeezed) for block in blocks)


def _marked(block: Block, held: set[str], squeezed: str) -> Block:
    if not block.is_paragraph and not (block.is_description and block.is_figure):
        return block
    words = [token.key for token in tokens(plain(block.text)) if len(token.key) > 3 or token.key[0].isdigit()]
    if len(words) < MIN_DESCRIPTION_WORDS:
        return block
    share = sum(word in held or word in squeezed for word in words) / len(words)
    if block.is_paragraph and share <= MAX_PRINTED and _DESCRIBES.search(block.text):
        return replace(block, kind="description")
    if block.is_description and share >= MIN_PRINTED and not block.text.startswith("Figure description:"):
        return replace(block, kind="text")
    return block
