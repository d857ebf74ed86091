"""Transcripts as rows of a table: blocks as JSON, words as compressed JSON beside them."""

from __future__ import annotations

import json
import zlib
from functools import lru_cache

from isal import isal_zlib

from graph.storage.rows import Transcript
from loaders.types import Block, Box, Word

ADD_TRANSCRIPT = "INSERT INTO transcripts VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
"""Adds a transcript's row, within a transaction, unless there is one of its key."""


_SMALL = 3  # the best level of ISA-L
_quoted = json.JSONEncoder(ensure_ascii=False).encode


def packed(transcript: Transcript) -> tuple[str, str, bytes]:
    """Return a transcript as the row of its table; boxes of words have four decimals."""
    # `astuple` would copy each value deeply, and a generator go over each box.
    blocks = json.dumps([(one.kind, one.text, one.level, one.box) for one in transcript.blocks], ensure_ascii=False)
    # .7 ms for 390 words. Rounded, made JSON as lists and compressed by zlib they took 1.9 for 6 % less.
    words = ", ".join([f"[{_quoted(text)}, {x0:.4f}, {y0:.4f}, {x1:.4f}, {y1:.4f}]" for text, (x0, y0, x1, y1) in
                       transcript.words])  # fmt: skip
    return transcript.key, blocks, isal_zlib.compress(f"[{words}]".encode(), _SMALL)


# A page that is cited once is mostly cited again, by the next question or the next claim: 2 of 25 ms of an answer about
# a short document. What is stored is a part of the key, so that no value is ever stale. 40 pages take some 4 MB.
@lru_cache(maxsize=40)
def unpacked(key: str, blocks: str, words: bytes) -> Transcript:
    """Return the transcript of a row."""
    rows = json.loads(zlib.decompress(words))
    # Half of the time of a page of 700 words is here: a function for each of them takes three times as long.
    placed = tuple(map(Word, [row[0] for row in rows], map(Box._make, [row[1:] for row in rows])))
    return Transcript(key, blocks_of(blocks), placed)


def blocks_of(stored: str) -> tuple[Block, ...]:
    """Return the blocks of a row without reading its words."""
    return tuple(Block(kind, text, level, Box(*box) if box else None) for kind, text, level, box in json.loads(stored))
