"""Transcripts as rows of a table: blocks as JSON, words in compressed columns beside them."""

from __future__ import annotations

import json
import struct
import sys
import zlib
from array import array
from collections.abc import Sequence
from functools import lru_cache

from isal import isal_zlib

from graph.storage.rows import Transcript
from loaders.packed_words import PackedWords
from loaders.types import Block, Box, Word

ADD_TRANSCRIPT = "INSERT INTO transcripts VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
"""Adds a transcript's row, within a transaction, unless there is one of its key."""


_SMALL = 3  # the best level of ISA-L
_COLUMNS = b"\1"  # the first byte of words in columns; the compressed JSON of earlier versions begins with another
_SIZE = struct.Struct("<I")
_PARTS = 100_000  # of the page's width and height, in which edges are stored: they have five decimals


def packed(transcript: Transcript) -> tuple[str, str, bytes]:
    """Return a transcript as the row of its table; edges of words have five decimals."""
    # `astuple` would copy each value deeply.
    blocks = json.dumps([(one.kind, one.text, one.level, one.box) for one in transcript.blocks], ensure_ascii=False)
    return transcript.key, blocks, _pack_words(transcript.words)


def _pack_words(words: Sequence[Word]) -> bytes:
    """Return the size of a JSON list of the texts, this list, and all edges as whole numbers of 32 bits, compressed.

    570 words take .09 ms and 4.6 kB; as JSON of a list for each word they took .85 ms and 6.2 kB.
    """
    import numpy as np  # lazy: questions only unpack

    columns = PackedWords.of(words)
    texts = json.dumps(list(columns.texts), ensure_ascii=False).encode()
    edges = np.rint(np.frombuffer(columns.edges) * _PARTS).astype("<i4")
    return _COLUMNS + isal_zlib.compress(_SIZE.pack(len(texts)) + texts + edges.tobytes(), _SMALL)


# A page that is cited once is mostly cited again, by the next question or the next claim: 2 of 25 ms of an answer about
# a short document. What is stored is a part of the key, so that no value is ever stale. 40 pages take some 4 MB.
@lru_cache(maxsize=40)
def unpacked(key: str, blocks: str, words: bytes) -> Transcript:
    """Return the transcript of a row."""
    read = _unpack_words if words.startswith(_COLUMNS) else _read_json
    return Transcript(key, blocks_of(blocks), read(words))


def _unpack_words(stored: bytes) -> PackedWords:
    columns = zlib.decompress(stored[len(_COLUMNS) :])
    end = _SIZE.size + _SIZE.unpack_from(columns)[0]
    edges = array("i", columns[end:])
    if sys.byteorder == "big":
        edges.byteswap()
    return PackedWords(json.loads(columns[_SIZE.size : end]), array("d", [edge / _PARTS for edge in edges]).tobytes())


def _read_json(stored: bytes) -> tuple[Word, ...]:
    """Return words as earlier versions stored them: compressed JSON with a list for each word."""
    rows = json.loads(zlib.decompress(stored))
    return tuple(map(Word, [row[0] for row in rows], map(Box._make, [row[1:] for row in rows])))


def blocks_of(stored: str) -> tuple[Block, ...]:
    """Return the blocks of a row without reading its words."""
    return tuple(Block(kind, text, level, Box(*box) if box else None) for kind, text, level, box in json.loads(stored))
