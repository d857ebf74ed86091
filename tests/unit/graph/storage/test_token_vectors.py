"""The byte format of sentence and token vectors gives back what was packed."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from graph.storage.token_codes import columns, levels, pack_tokens, turn, unpack_tokens
from graph.storage.token_vectors import DIMENSIONS, head_size, pack, unpack, unpack_sentences
from graph.types import Encoded


def encoded(*token_counts: int) -> list[Encoded]:
    """Random sentences with this many tokens each."""
    rng = np.random.default_rng(3)
    return [
        Encoded(unit(rng.normal(0, 1, (1, DIMENSIONS)))[0], random_tokens(rng, count), ((0, 1),) * count)
        for count in token_counts
    ]


def random_tokens(rng: np.random.Generator, count: int) -> NDArray[np.int8]:
    return np.rint(127 * unit(rng.normal(0, 1, (count, DIMENSIONS)))).astype(np.int8)


def unit(vectors: NDArray[Any]) -> NDArray[np.float32]:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def products(packed: bytes, count: int, asked: NDArray[np.int8]) -> NDArray[np.float32]:
    """The cosines of packed tokens with those of a question, as the ranking computes them."""
    codes, scales = unpack_tokens(memoryview(packed), count)
    return np.asarray(levels(codes) @ columns(asked) * scales[:, np.newaxis], np.float32)


def unpacked(codes: NDArray[np.uint8], scales: NDArray[np.float32]) -> NDArray[np.float64]:
    """The components of packed tokens, digit by digit: 0, 1 and 2 in each fifth of a row stand for -1, 0 and 1."""
    digits = np.concatenate([codes.astype(int) // 3**place % 3 - 1 for place in range(5)], axis=1)
    return np.asarray(digits[:, :DIMENSIONS] * scales[:, np.newaxis], np.float64)


@pytest.mark.parametrize("counts", [(7,), (3, 1, 12), (2, 0, 5), (0,)])
def test_unpacked_vectors_equal_the_packed_ones(counts: tuple[int, ...]) -> None:
    sentences = encoded(*counts)
    vectors = unpack(pack(sentences))
    assert vectors.scales is not None
    tokens = np.split(unpacked(vectors.tokens.view(np.uint8), vectors.scales), np.cumsum(vectors.lengths)[:-1])
    assert vectors.sentences == pytest.approx(np.stack([one.vector for one in sentences]), abs=1e-3)
    for part, one in zip(tokens, sentences, strict=True):
        assert len(part) == len(one.tokens)
        assert (part * turn(one.tokens)).sum(axis=1) == pytest.approx(0.90, abs=0.03), "the same directions, almost"


def test_products_with_a_question_are_almost_those_of_whole_vectors() -> None:
    rng = np.random.default_rng(11)
    stored = random_tokens(rng, 300)
    stored[:50] = stored[:1] // 2 + stored[:50] // 2  # some are near to each other
    asked = np.concatenate([stored[:5], random_tokens(rng, 15)])
    found = products(pack_tokens(stored), 300, asked)
    whole = stored.astype(np.float32) @ asked.T.astype(np.float32) / 127**2
    assert np.corrcoef(found.ravel(), whole.ravel())[0, 1] > 0.93
    assert found.argmax(axis=0)[:5].tolist() == [0, 1, 2, 3, 4]


def test_products_are_those_of_the_digits_of_each_code() -> None:
    rng = np.random.default_rng(12)
    stored, asked = random_tokens(rng, 60), random_tokens(rng, 7)
    packed = pack_tokens(stored)
    expected = unpacked(*unpack_tokens(memoryview(packed), 60)) @ turn(asked).T.astype(np.float64)
    assert products(packed, 60, asked) == pytest.approx(expected, abs=1e-5)


def test_a_chunk_of_350_tokens_takes_at_most_40_kilobytes() -> None:
    assert len(pack(encoded(*[27] * 13))) <= 40_000


def test_vectors_of_catalogs_before_version_13_are_still_read() -> None:
    rng = np.random.default_rng(5)
    vectors, tokens = rng.random((2, DIMENSIONS)), rng.integers(-127, 128, (5, DIMENSIONS)).astype(np.int8)
    packed = np.array([2, 4, 1], "<u2").tobytes() + vectors.astype("<f2").tobytes() + tokens.tobytes()
    found = unpack(packed)
    assert (found.lengths.tolist(), found.scales) == ([4, 1], None)
    assert found.sentences == pytest.approx(vectors, abs=1e-3)
    assert found.tokens.tolist() == tokens.tolist()
    assert unpack_sentences(packed[: head_size(packed[:2])]).tolist() == found.sentences.tolist()


@pytest.mark.parametrize("place", [0, 1, 200, 383])
def test_a_vector_along_one_component_is_mixed_and_comes_back(place: int) -> None:
    token = np.zeros((1, DIMENSIONS), np.int8)
    token[0, place] = 127
    assert np.linalg.norm(turn(token)) == pytest.approx(1, abs=1e-5)
    assert np.abs(turn(token)).max() < 0.15
    assert products(pack_tokens(token), 1, token)[0, 0] > 0.85


def test_the_rotation_is_the_one_that_stored_vectors_were_turned_by() -> None:
    """A library that was written yesterday is read: no number of the rotation may change."""
    numbers = np.rint(10_000 * turn(127 * np.eye(DIMENSIONS, dtype=np.int8))).astype("<i2")
    assert hashlib.sha256(numbers.tobytes()).hexdigest()[:16] == "fcc1e031d9911ca5"


def test_the_bytes_of_stored_vectors_stay_what_they_are() -> None:
    """With another order of the components in a byte every stored library is noise; none of these is near a border."""
    tokens = np.zeros((3, DIMENSIONS), np.int8)
    tokens[0, 0], tokens[1, 5], tokens[2, 383] = 127, 127, -127
    assert hashlib.sha256(pack_tokens(tokens)).hexdigest().startswith("014189c2f8d42dc5")


def test_the_head_alone_gives_the_sentence_vectors() -> None:
    packed = pack(encoded(3, 9))
    head = packed[: head_size(packed[:2])]
    assert len(packed) - len(head) == 12 * (2 + 77)
    assert unpack_sentences(head).tolist() == unpack(packed).sentences.tolist()
