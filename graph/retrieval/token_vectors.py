"""The byte format in which a chunk's sentence and token vectors are stored."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from graph.types import Encoded

DIMENSIONS = 384


def pack(sentences: Sequence[Encoded]) -> bytes:
    """The vectors of a chunk's sentences as one value for the catalog.

    Layout, little endian: how many sentences (uint16), the number of tokens of each (uint16), the sentence vectors
    (float16), the token vectors of all sentences one after another (int8).
    """
    counts = np.array([len(sentences), *(len(sentence.tokens) for sentence in sentences)], "<u2")
    vectors = np.stack([sentence.vector for sentence in sentences]).astype("<f2")
    tokens = np.concatenate([sentence.tokens for sentence in sentences])
    return counts.tobytes() + vectors.tobytes() + tokens.tobytes()


def unpack(packed: bytes) -> tuple[NDArray[np.float32], NDArray[np.int8], NDArray[np.intp]]:
    """The sentence vectors and the token vectors as rows, and how many tokens each sentence has, as packed."""
    vectors = unpack_vectors(packed)
    lengths = np.frombuffer(packed, "<u2", len(vectors), offset=2).astype(np.intp)
    tokens = np.frombuffer(packed, np.int8, offset=head_size(packed[:2]))
    return vectors, tokens.reshape(-1, DIMENSIONS), lengths


def head_size(first: bytes) -> int:
    """How many bytes of packed vectors come before the token vectors, by the first two."""
    count = int.from_bytes(first, "little")
    return 2 + count * (2 + 2 * DIMENSIONS)


def unpack_vectors(packed: bytes) -> NDArray[np.float32]:
    """The sentence vectors alone, as rows; the head of what was packed will do."""
    count = int(np.frombuffer(packed, "<u2", 1)[0])
    vectors = np.frombuffer(packed, "<f2", count * DIMENSIONS, offset=2 + 2 * count)
    return vectors.reshape(count, DIMENSIONS).astype(np.float32)
