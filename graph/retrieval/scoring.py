"""How well sentences fit a question, word by word: what ranks offline, grades offline and picks offline answers.

A chunk's one vector blurs what its sentences say. Measured on 400 questions over 8 encyclopaedia articles, the same
small model used on sentences and on their tokens lifts page@1 from .885 to .932 and the share of questions whose
evidence stands in the first five texts from .965 to .983.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from graph.retrieval import terms
from graph.storage.base import ChunkRow, SentenceRow, TokenVectors
from graph.storage.fulltext import stem
from graph.types import Encoded

# Weights of a chunk's score. They are flat: BM25 1-4, cosine 2-7 and MaxSim 7-12 all give page@1 .925-.940.
BM25_WEIGHT, COSINE_WEIGHT, MAXSIM_WEIGHT = 3.0, 5.0, 10.0
# What a table row gains when the question names it, as a chunk and as an answer: without it the rows of look-alike
# tables are drawn by lot. Chosen on one question (which of three tables with a row for the same model is meant); on the
# paper's 19 questions it moved neither page@1 nor page@5. Other values were not tried.
ROW_WEIGHT = 3.0
# Weights of an answer's sentence, over the first five chunks: the gold answer stands in the best three for .92.
_ANSWER_COSINE, _ANSWER_MAXSIM, _ANSWER_COVER, _ANSWER_TYPE, _ANSWER_RANK = 6.5, 8.5, 2.0, 0.5, 0.2
_STOP_WEIGHT = 0.3
# How many chunks are compared word by word, which is most of what a question costs, and how much the nearest sentence
# counts until then. Measured on 333 questions over 8 articles, 23 on the paper and 26 on reports: with 32 chunks the
# first one is always that of a comparison of all, and the first five are the same in order for .985, 1.0 and 1.0; with
# 24 for .961, 1.0 and .962. A weight of 10 in place of 8 changes nothing.
SHORTLIST, _SHORT_COSINE = 32, 8.0


class Statistics(Protocol):
    """Where word frequencies come from: the catalog."""

    def document_frequencies(self, words: Sequence[str]) -> tuple[dict[str, int], int]:
        """In how many indexed units each word occurs, and how many units there are."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question made ready for scoring: its vectors, and how much each of its words weighs."""

    text: str
    encoded: Encoded
    token_weights: NDArray[np.float32]
    term_weights: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Scored:
    """A sentence, the `number`th of its chunk, and how it fits: cosine and MaxSim in 0-1."""

    chunk: str
    sentence: SentenceRow
    number: int
    rank: int
    cosine: float
    maxsim: float

    @property
    def fit(self) -> float:
        """The sentence's own part of a chunk's score, 0 to 15: what refusal is decided on."""
        return COSINE_WEIGHT * self.cosine + MAXSIM_WEIGHT * self.maxsim


def prepare(text: str, encoded: Encoded, statistics: Statistics) -> Query:
    """Weigh the words of a question by how rare they are in what is indexed."""
    found = terms.terms(text)
    counts, total = statistics.document_frequencies(sorted({term.text for term in found}))

    def rarity(word: str) -> float:
        count = counts.get(word, 0)
        return math.log(1 + (total - count + 0.5) / (count + 0.5)) if total else 1.0

    weights = np.zeros(len(encoded.tokens), np.float32)
    for index, (start, end) in enumerate(encoded.spans):
        owner = next((term.text for term in found if term.start < end and start < term.end), None)
        if owner is not None:
            weights[index] = _STOP_WEIGHT if owner in terms.STOP_WORDS else rarity(owner)
    if (sum_ := float(weights.sum())) > 0:
        weights /= sum_
    content = {stem(word): rarity(word) for word in terms.content_terms(text)}
    return Query(text, encoded, weights, content)


def shortlist(by_text: Mapping[str, float], by_vector: Mapping[str, float], limit: int) -> list[str]:
    """Those candidates that may be among the best, best first, without a look at their words.

    `by_text` are scores of full text, `by_vector` the cosines of the nearest sentences: of a chunk that is not among
    those it is known only that its sentences are no nearer.
    """
    top, least = max(by_text.values(), default=1.0) or 1.0, min(by_vector.values(), default=0.0)

    def promise(chunk: str) -> float:
        return BM25_WEIGHT * by_text.get(chunk, 0.0) / top + _SHORT_COSINE * by_vector.get(chunk, least)

    return heapq.nlargest(limit, dict.fromkeys([*by_text, *by_vector]), key=promise)


def score(query: Query, chunks: Sequence[ChunkRow], token_vectors: Mapping[str, TokenVectors]) -> list[Scored]:
    """Every sentence of the chunks that can be an answer (headings cannot), scored; in the chunks' order.

    Chunks without token vectors are left out: they were indexed by another embedder.
    """
    rows: list[tuple[int, ChunkRow, int]] = []
    vectors: list[NDArray[np.float32]] = []
    maxsims: list[NDArray[np.float32]] = []
    for rank, chunk in enumerate(chunks):
        if chunk.id in token_vectors:
            chunk_vectors, tokens, lengths = token_vectors[chunk.id]
            rows += [(rank, chunk, number) for number in range(len(chunk.sentences))]
            vectors.append(chunk_vectors)
            maxsims.append(_maxsim(query, tokens, lengths))
    if not rows:
        return []
    cosines = np.concatenate(vectors) @ query.encoded.vector
    return [
        Scored(chunk.id, sentence, number, rank, float(cosine), float(maxsim))
        for (rank, chunk, number), cosine, maxsim in zip(rows, cosines, np.concatenate(maxsims), strict=True)
        if (sentence := chunk.sentences[number]).kind != "heading"
    ]


def _maxsim(query: Query, tokens: NDArray[np.int8], lengths: NDArray[np.intp]) -> NDArray[np.float32]:
    """For each sentence, the weighted mean over the question's tokens of the best cosine with one of its tokens.

    Chunk by chunk: 350 tokens fit the processor's cache as floats, which is 2.5 times as fast as all tokens at once.
    """
    filled = np.flatnonzero(lengths)
    result = np.zeros(len(lengths), np.float32)
    if len(filled):
        similarity = tokens.astype(np.float32) @ query.encoded.tokens.T.astype(np.float32)
        starts = np.concatenate(([0], np.cumsum(lengths[filled])[:-1]))
        best = np.maximum.reduceat(similarity, starts, axis=0) / (127.0 * 127.0)
        result[filled] = best @ query.token_weights
    return result


def covers(query: Query, chunk: ChunkRow) -> list[float]:
    """For each sentence of a chunk, how much of the question's weight it and the sentence before it hold."""
    total = sum(query.term_weights.values()) or 1.0
    held = [terms.stems(sentence.search) & query.term_weights.keys() for sentence in chunk.sentences]
    # A row stands for itself: what the row above it holds is another thing's.
    before = [
        held[number - 1] if number and sentence.kind != "row" else frozenset[str]()
        for number, sentence in enumerate(chunk.sentences)
    ]
    return [
        sum(query.term_weights[word] for word in own | previous) / total
        for own, previous in zip(held, before, strict=True)
    ]


def answer_score(query: Query, scored: Scored, cover: float) -> float:
    """How likely a sentence is to be the answer, given the rank of its chunk and what it covers of the question."""
    return (
        _ANSWER_COSINE * scored.cosine
        + _ANSWER_MAXSIM * scored.maxsim
        + _ANSWER_COVER * cover
        + _ANSWER_TYPE * terms.has_answer_type(query.text, scored.sentence.text)
        + ROW_WEIGHT * named(query, scored.sentence)
        - _ANSWER_RANK * scored.rank
    )


def named(query: Query, sentence: SentenceRow) -> float:
    """How exactly a question names a table row, 0 to 1.

    Rows of one table have the caption and the columns in common; only their labels tell them apart. A label that
    stands in the question word for word counts most, a longer one more than a shorter ("DeepSeek-R1-Zero" beats
    "DeepSeek-R1"); one that says more than the question ("DeepSeek-R1-Zero-Qwen-32B") counts for what is shared.
    """
    if sentence.kind != "row" or not sentence.cells:
        return 0.0
    label = [term.text for term in terms.terms(sentence.cells[0][1])]
    if not label:
        return 0.0
    asked = [term.text for term in terms.terms(query.text)]
    if any(asked[start : start + len(label)] == label for start in range(len(asked) - len(label) + 1)):
        return len(label) / (len(label) + 1)
    shared = {stem(word) for word in label} & query.term_weights.keys()
    weight = sum(query.term_weights[word] for word in shared) / (sum(query.term_weights.values()) or 1.0)
    return weight * len(shared) / len(label)


def normalised(scores: Mapping[str, float]) -> dict[str, float]:
    """Scores brought to 0-1 by their smallest and largest; all 1 when they are alike."""
    if not scores:
        return {}
    low, high = min(scores.values()), max(scores.values())
    return {key: (value - low) / (high - low) if high > low else 1.0 for key, value in scores.items()}
