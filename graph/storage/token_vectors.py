"""The byte format of a chunk's sentence and token vectors.

Layout, little endian: the number of sentences with the highest bit set (uint16), the number of tokens of each (uint16),
a scale for each sentence vector (float16), the sentence vectors (int8), the token vectors of all sentences one after
another in few bits (`token_codes.py`). Sentence vectors come first, so that they can be read alone.

Without the highest bit it is the format of catalogs before version 13: sentence vectors in float16, and token vectors
as int8 of 384 components, 127 = 1.0. Both are read; `pagewitness reembed` writes the new one, a quarter as long.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from graph.storage.rows import TokenVectors
from graph.storage.token_codes import pack_tokens, unpack_tokens
from graph.types import Encoded

DIMENSIONS = 384
_SHORT = 0x8000  # the bit of the short format: chunks have fewer sentences
_MOST = 127  # the largest component of a sentence vector, before its scale


def pack(sentences: Sequence[Encoded]) -> bytes:
    """Return the vectors of a chunk's sentences as bytes."""
    counts = np.array([_SHORT | len(sentences), *(len(sentence.tokens) for sentence in sentences)], "<u2")
    vectors = np.stack([sentence.vector for sentence in sentences])
    scales: NDArray[np.float16] = np.maximum(np.abs(vectors).max(axis=1) / _MOST, 1e-6).astype("<f2")
    whole = np.rint(vectors / scales.astype(np.float32)[:, np.newaxis]).clip(-_MOST, _MOST)
    rounded: NDArray[np.int8] = whole.astype(np.int8)
    tokens = np.concatenate([sentence.tokens for sentence in sentences])
    return counts.tobytes() + scales.tobytes() + rounded.tobytes() + pack_tokens(tokens)


def unpack(packed: bytes) -> TokenVectors:
    """Return the vectors that were packed."""
    vectors = unpack_sentences(packed)
    lengths = np.frombuffer(packed, "<u2", len(vectors), offset=2).astype(np.intp)
    rest = memoryview(packed)[head_size(packed[:2]) :]
    if _count(packed)[1]:
        codes, scales = unpack_tokens(rest, int(lengths.sum()))
        return TokenVectors(vectors, codes, lengths, scales)
    return TokenVectors(vectors, np.frombuffer(rest, np.int8).reshape(-1, DIMENSIONS), lengths)


def head_size(first: bytes) -> int:
    """Return how many bytes come before the token vectors; `first` are the first two bytes."""
    count, short = _count(first)
    return 2 + count * (2 + (2 + DIMENSIONS if short else 2 * DIMENSIONS))


def unpack_sentences(packed: bytes) -> NDArray[np.float32]:
    """Return the sentence vectors as rows; the bytes before the token vectors are enough."""
    count, short = _count(packed)
    start, size = 2 + 2 * count, count * DIMENSIONS
    if not short:
        return np.frombuffer(packed, "<f2", size, offset=start).reshape(count, DIMENSIONS).astype(np.float32)
    scales = np.frombuffer(packed, "<f2", count, offset=start).astype(np.float32)
    vectors = np.frombuffer(packed, np.int8, size, offset=start + 2 * count).reshape(count, DIMENSIONS)
    return np.asarray(vectors * scales[:, np.newaxis], np.float32)


def _count(packed: bytes) -> tuple[int, bool]:
    """Return the number of sentences, and whether the format is the short one."""
    first = int.from_bytes(packed[:2], "little")
    return first & ~_SHORT, bool(first & _SHORT)
