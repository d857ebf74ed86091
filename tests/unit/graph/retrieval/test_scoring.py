"""The parts of a score, computed by hand for small vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.retrieval import scoring
from graph.storage.rows import ChunkRow, SentenceRow, TokenVectors
from graph.storage.token_vectors import DIMENSIONS, pack, unpack
from graph.types import Encoded

ONE = 127  # 1.0 as int8


@dataclass
class Frequencies:
    """Word frequencies of an imagined index."""

    counts: dict[str, int]
    total: int

    def document_frequencies(self, words: Sequence[str]) -> tuple[dict[str, int], int]:
        return {word: self.counts[word] for word in words if word in self.counts}, self.total


def query(text: str, counts: dict[str, int], *tokens: tuple[int, int]) -> scoring.Query:
    """A question whose word pieces are at these ranges, each token a direction of its own."""
    vectors = (np.eye(len(tokens), 4) * ONE).astype(np.int8)
    return scoring.prepare_query(
        text, Encoded(np.array([1, 0], np.float32), vectors, tokens), Frequencies(counts, 1_000)
    )


def chunk(*sentences: SentenceRow) -> ChunkRow:
    return ChunkRow("c", "d", "a.pdf", 0, "text", "", (1,), (), sentences)


def sentence(number: int, text: str, kind: str = "prose") -> SentenceRow:
    return SentenceRow(f"c/{number}", text, text, kind, (1,))


def test_a_rare_word_weighs_more_than_a_frequent_one_and_a_stop_word_least() -> None:
    asked = query("the puffin cliff", {"puffin": 2, "cliff": 50, "the": 1_000}, (0, 3), (4, 10), (11, 16))
    the, puffin, cliff = asked.token_weights
    assert puffin > cliff > the > 0
    assert asked.token_weights.sum() == pytest.approx(1.0)
    assert asked.term_weights["puffin"] == pytest.approx(np.log(1 + 998.5 / 2.5))
    assert "the" not in asked.term_weights


def test_in_a_small_library_small_words_weigh_as_little_as_in_a_large_one() -> None:
    tokens = (np.eye(2) * ONE).astype(np.int8)
    encoded = Encoded(np.array([1, 0], np.float32), tokens, ((0, 3), (4, 10)))
    the, puffin = scoring.prepare_query("the puffin", encoded, Frequencies({"puffin": 1, "the": 3}, 3)).token_weights
    assert the < 0.1 * puffin


def test_word_pieces_of_one_word_weigh_the_same_and_punctuation_nothing() -> None:
    asked = query("puffin?", {"puffin": 2}, (0, 3), (3, 6), (6, 7))
    assert asked.token_weights == pytest.approx([0.5, 0.5, 0.0])


def test_maxsim_is_the_weighted_mean_of_each_tokens_best_match() -> None:
    asked = query("puffin cliff", {"puffin": 10, "cliff": 10}, (0, 6), (7, 12))
    tokens = np.array([[ONE, 0, 0, 0], [0, 64, 0, 0], [0, 0, ONE, 0]], np.int8)
    vectors = TokenVectors(np.array([[1, 0], [0.6, 0.8]], np.float32), tokens, np.array([2, 1], np.intp))
    rows = chunk(sentence(0, "a"), sentence(1, "b"))
    first, second = scoring.score(asked, [rows], {"c": vectors})
    assert (first.cosine, first.maxsim) == pytest.approx((1.0, 0.5 * 1 + 0.5 * 64 / 127))
    assert (second.cosine, second.maxsim) == pytest.approx((0.6, 0.0))
    assert first.fit == pytest.approx(5 * 1.0 + 10 * first.maxsim)


@pytest.mark.parametrize("one_thread", [True, False])
def test_maxsim_of_vectors_that_were_stored_in_few_bits_is_that_of_whole_ones_almost(
    one_thread: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scoring, "_HAS_ONE_THREAD", one_thread)
    monkeypatch.setattr(
        scoring, "_OPERATIONS_A_PRODUCT", 7 * 2 * DIMENSIONS
    )  # products of 7 rows, where there are more
    found = np.random.default_rng(4).normal(0, 1, (40, DIMENSIONS))
    tokens = np.rint(ONE * found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.int8)
    asked = replace(
        query("puffin cliff", {"puffin": 10, "cliff": 10}, (0, 6), (7, 12)),
        encoded=Encoded(np.eye(DIMENSIONS, dtype=np.float32)[0], tokens[[3, 25]], ((0, 6), (7, 12))),
    )
    parts = [Encoded(np.eye(DIMENSIONS, dtype=np.float32)[at], tokens[20 * at : 20 * at + 20], ()) for at in (0, 1)]
    whole = TokenVectors(np.stack([part.vector for part in parts]), tokens, np.array([20, 20], np.intp))
    evidence = chunk(sentence(0, "a"), sentence(1, "b"))
    expected, coded = (scoring.score(asked, [evidence], {"c": one}) for one in (whole, unpack(pack(parts))))
    for one, other in zip(expected, coded, strict=True):
        assert (other.cosine, other.maxsim) == pytest.approx((one.cosine, one.maxsim), abs=0.05)
        assert one.maxsim > 0.5


def test_headings_and_chunks_without_vectors_are_not_scored() -> None:
    asked = query("puffin", {}, (0, 6))
    vectors = TokenVectors(np.ones((2, 2), np.float32), np.zeros((1, 4), np.int8), np.array([0, 1], np.intp))
    rows = chunk(sentence(0, "Birds", "heading"), sentence(1, "b"))
    assert [one.number for one in scoring.score(asked, [rows], {"c": vectors})] == [1]
    assert scoring.score(asked, [rows], {}) == []


def test_the_shortlist_weighs_text_against_vectors() -> None:
    by_text, by_vector = {"both": 10.0, "text": 20.0}, {"both": 0.9, "near": 0.8, "far": 0.1}
    # 3 x .5 + 8 x .9 = 8.7; 8 x .8 = 6.4; 3 x 1 + 8 x .1 = 3.8; 8 x .1 = .8
    assert scoring.shortlist(by_text, by_vector, 10) == ["both", "near", "text", "far"]
    assert scoring.shortlist(by_text, by_vector, 2) == ["both", "near"]
    assert scoring.shortlist({}, {}, 5) == []


def test_a_sentence_covers_its_own_words_and_those_of_the_sentence_before() -> None:
    asked = query("puffin cliff", {"puffin": 10, "cliff": 10}, (0, 6), (7, 12))
    prose = chunk(sentence(0, "The puffins came."), sentence(1, "They like the cliff."))
    assert scoring.coverage(asked, prose) == pytest.approx([0.5, 1.0])
    rows = chunk(sentence(0, "puffin 12", "row"), sentence(1, "cliff 13", "row"))
    assert scoring.coverage(asked, rows) == pytest.approx([0.5, 0.5])


def test_each_part_of_an_answers_score_counts() -> None:
    asked = query("When did the puffin come?", {"puffin": 10}, (13, 19))

    def score(
        text: str = "It came.", *, cosine: float = 0.5, maxsim: float = 0.5, rank: int = 1, covered: float = 0.5
    ) -> float:
        scored = scoring.ScoredSentence("c", sentence(0, text), 0, rank, cosine, maxsim)
        return scoring.answer_score(asked, scored, covered)

    plain = score()
    better = [score(cosine=0.6), score(maxsim=0.6), score(covered=0.6), score(rank=0), score("It came in 1911.")]
    assert all(value > plain for value in better)


@given(st.dictionaries(st.text(max_size=3), st.floats(-5, 50), min_size=1, max_size=6))
def test_scores_are_scaled_to_0_to_1_in_the_same_order(scores: dict[str, float]) -> None:
    scaled = scoring.min_max(scores)
    assert all(0 <= value <= 1 for value in scaled.values())
    ordered = sorted(scores, key=lambda key: scores[key])
    assert all(scaled[one] <= scaled[other] for one, other in pairwise(ordered))
    assert max(scaled.values()) == 1.0


def test_scaling_no_scores_gives_no_scores() -> None:
    assert scoring.min_max({}) == {}
