"""Packed words: the same as a tuple of words wherever they are used."""

from __future__ import annotations

import pickle

from loaders.packed_words import PackedWords, joined
from loaders.types import Box, Word

WORDS = tuple(Word(f"word{at}", Box(at / 7, at / 11, at / 5, at / 3)) for at in range(5))


def test_packed_words_are_like_a_tuple() -> None:
    packed = PackedWords.of(WORDS)
    assert packed == WORDS
    assert (list(packed), packed[1], packed[1:3], len(packed)) == (list(WORDS), WORDS[1], WORDS[1:3], 5)
    assert packed == PackedWords.of(WORDS)
    assert packed != WORDS[:4]
    assert (hash(packed), repr(packed)) == (hash(WORDS), repr(WORDS))
    assert pickle.loads(pickle.dumps(packed)) == WORDS
    assert not PackedWords.of(())
    assert PackedWords.of(packed) is packed


def test_words_are_joined_in_order_and_one_sequence_stays_packed() -> None:
    packed = PackedWords.of(WORDS[:3])
    assert joined(packed, (), PackedWords.of(())) is packed
    assert joined(packed, WORDS[3:]) == WORDS
    assert joined((), ()) == ()
