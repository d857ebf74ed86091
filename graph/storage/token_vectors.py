"""The byte format of a chunk's sentence and token vectors.

Layout, little endian: the number of sentences (uint16), the number of tokens of each (uint16), the sentence vectors
(float16), the token vectors of all sentences one after another (int8). Sentence vectors come first, so that they can
be read alone.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from graph.storage.base import TokenVectors
from graph.types import Encoded

DIMENSIONS = 384


def pack(sentences: Sequence[Encoded]) -> bytes:
    """Return the vectors of a chunk's sentences as bytes."""
    counts = np.array([len(sentences), *(len(sentence.tokens) for sentence in sentences)], "<u2")
    vectors = np.stack([sentence.vector for sentence in sentences]).astype("<f2")
    tokens = np.concatenate([sentence.tokens for sentence in sentences])
    return counts.tobytes() + vectors.tobytes() + tokens.tobytes()


def unpack(packed: bytes) -> TokenVectors:
    """Return the vectors that were packed."""
    vectors = unpack_sentences(packed)
    lengths = np.frombuffer(packed, "<u2", len(vectors), offset=2).astype(np.intp)
    tokens = np.frombuffer(packed, np.int8, offset=head_size(packed[:2]))
    return TokenVectors(vectors, tokens.reshape(-1, DIMENSIONS), lengths)


def head_size(first: bytes) -> int:
    """Return how many bytes come before the token vectors; `first` are the first two bytes."""
    count = int.from_bytes(first, "little")
    return 2 + count * (2 + 2 * DIMENSIONS)


def unpack_sentences(packed: bytes) -> NDArray[np.float32]:
    """Return the sentence vectors as rows; the bytes before the token vectors are enough."""
    count = int(np.frombuffer(packed, "<u2", 1)[0])
    vectors = np.frombuffer(packed, "<f2", count * DIMENSIONS, offset=2 + 2 * count)
    return vectors.reshape(count, DIMENSIONS).astype(np.float32)
