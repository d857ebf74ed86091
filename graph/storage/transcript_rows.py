"""Transcripts as rows of a table: blocks as JSON, words as compressed JSON beside them."""

from __future__ import annotations

import json
import zlib
from functools import lru_cache

from graph.storage.rows import Transcript
from loaders.types import Block, Box, Word

ADD_TRANSCRIPT = "INSERT INTO transcripts VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
"""Adds a transcript's row, within a transaction, unless there is one of its key."""


def packed(transcript: Transcript) -> tuple[str, str, bytes]:
    """Return a transcript as the row of its table."""
    # `astuple` would copy each value deeply, and a generator go over each box: 2.06 ms for 382 words, not 1.63.
    blocks = json.dumps([(one.kind, one.text, one.level, one.box) for one in transcript.blocks], ensure_ascii=False)
    words = [
        [text, round(x0, 4), round(y0, 4), round(x1, 4), round(y1, 4)] for text, (x0, y0, x1, y1) in transcript.words
    ]
    return transcript.key, blocks, zlib.compress(json.dumps(words, ensure_ascii=False).encode())


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
