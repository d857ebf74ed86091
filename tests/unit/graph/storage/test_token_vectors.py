"""The byte format of sentence and token vectors gives back what was packed."""

from __future__ import annotations

import numpy as np
import pytest

from graph.storage.token_vectors import DIMENSIONS, head_size, pack, unpack, unpack_sentences
from graph.types import Encoded


def encoded(*token_counts: int) -> list[Encoded]:
    """Random sentences with this many tokens each."""
    rng = np.random.default_rng(3)
    return [
        Encoded(
            rng.random(DIMENSIONS, np.float32),
            rng.integers(-127, 128, (count, DIMENSIONS)).astype(np.int8),
            ((0, 1),) * count,
        )
        for count in token_counts
    ]


@pytest.mark.parametrize("counts", [(7,), (3, 1, 12), (2, 0, 5), (0,)])
def test_unpacked_vectors_equal_the_packed_ones(counts: tuple[int, ...]) -> None:
    sentences = encoded(*counts)
    vectors = unpack(pack(sentences))
    tokens = np.split(vectors.tokens, np.cumsum(vectors.lengths)[:-1])
    assert vectors.sentences == pytest.approx(np.stack([one.vector for one in sentences]), abs=1e-3)
    assert [part.tolist() for part in tokens] == [one.tokens.tolist() for one in sentences]


def test_the_head_alone_gives_the_sentence_vectors() -> None:
    packed = pack(encoded(3, 9))
    head = packed[: head_size(packed[:2])]
    assert len(packed) - len(head) == 12 * DIMENSIONS
    assert unpack_sentences(head).tolist() == unpack(packed).sentences.tolist()
