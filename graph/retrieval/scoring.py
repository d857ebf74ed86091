"""Scores of sentences and chunks for a question: the ranking of retrieval, and of offline grading and answering.

For a question q with tokens t, and a sentence s of a chunk c:

    w(t)      = idf(word of t), or 0.3 for a stop word; divided by the sum over all tokens
    idf(word) = ln(1 + (N - n + 0.5) / (n + 0.5))             N indexed units (at least 300), n of them with the word
    cosine(s) = vector(q) · vector(s)
    MaxSim(s) = Σ over t of  w(t) · max over tokens u of s of  (t · u)         of stored u mapped, see _TO_WHOLE
    fit(s)    = 5 · cosine(s) + 10 · MaxSim(s)                between 0 and 15; 4 more if the question names s by number
    score(c)  = 3 · BM25(c) / max BM25  +  max over s of  (fit(s) + 3 · row_label_match(s) + 4 if s defines the asked)

Only the candidates of a shortlist are scored so; they are the best by

    promise(c) = 3 · BM25(c) / max BM25  +  8 · cosine of the nearest sentence of c

An embedder without vectors of sentences and tokens gets, with all parts scaled to 0-1 by their minimum and maximum:

    score(c)  = 0.5 · BM25(c) + 0.5 · cosine(c)  +  0.3 · cosine of the image of a page of c, where pages have vectors

Sources: BM25 and its idf: Robertson, Zaragoza, "The Probabilistic Relevance Framework" (2009). MaxSim: Khattab,
Zaharia, "ColBERT" (2020), where tokens are not weighted. Fusion by a weighted sum of scaled scores: Bruch, Gai, Ingber,
"An Analysis of Fusion Functions for Hybrid Retrieval" (2022). The weights are our own; docs/decisions.md ("Sentences,
not chunks, are ranked") has the measurements.
"""

from __future__ import annotations

import heapq
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from graph.retrieval import terms
from graph.retrieval.antecedents import antecedents
from graph.retrieval.asked_parts import is_evidence, named_sentences
from graph.settings import has_one_numpy_thread
from graph.storage.fulltext import stem
from graph.storage.rows import ChunkRow, SentenceRow, TokenVectors
from graph.storage.token_codes import columns, levels
from graph.types import Encoded
from loaders.text.dates import spelled_dates

# Flat: BM25 1-4, cosine 2-7 and MaxSim 7-12 all give page@1 .925-.940.
BM25_WEIGHT, COSINE_WEIGHT, MAXSIM_WEIGHT = 3.0, 5.0, 10.0
# The fit of a sentence from which offline its chunk counts as relevant. On 8 articles 7.7 refuses .915 of the
# questions about absent articles and .030 of the answerable ones, 7.8 .925 and .033, 7.9 .935 and .040, 8.0 .940 and
# .045. Chosen among 120 settings with all questions in view; by halves .921 and .043, .960 and .021, names counted.
RELEVANT_FIT = 7.8
# Decides between look-alike tables. Chosen on one question; on the paper's 19 it moved neither page@1 nor page@5.
ROW_WEIGHT = 3.0
# A sentence that says what the asked thing is ("What is GRPO?") has few words of the question, and in a document about
# the thing most sentences have its name. Set by the paper's questions; on others it changed nothing.
DEFINITION_WEIGHT = 4.0
# A clause that the question names by its number ("6.2") is its subject, whatever its words.
NAMED_WEIGHT = 4.0
# For embedders with one vector a chunk.
TEXT_SHARE, VECTOR_SHARE = 0.5, 0.5
# Judged: no real model was at hand. The nearest image always scores 1, so that it must not beat a chunk that is first
# by words and by meaning, and should beat one that is first by neither.
IMAGE_SHARE = 0.3
# Weights of an answer's sentence, over the first five chunks: the gold answer is among the best three for .92.
_ANSWER_COSINE, _ANSWER_MAXSIM, _ANSWER_COVERAGE, _ANSWER_TYPE, _ANSWER_RANK = 6.5, 8.5, 2.0, 0.5, 0.2
_STOP_WORD_WEIGHT = 0.3
_NAME = re.compile(r"(?<=[^\W]\s)[^\W\d_a-z][\w'’.-]*")  # not the first word of a question
_BM25_BOUND = 2.2  # k1 + 1: the limit of BM25 for many occurrences of a word, times its idf
# Smaller libraries are treated as if they had so many units: in a library of one page every word is common, and a
# question's function words weigh a third of it. On 48 questions over four documents of 1-8 pages, three more are
# answered, and none of the four about absent facts.
_MIN_UNITS = 300
# OpenBLAS shares larger products out among threads, which wait for each other by spinning: a question on 1,000 chunks
# took 50-70 ms of CPU time in place of 26-33, and no less time.
_OPERATIONS_A_PRODUCT = 4 * 65_536
# Without other threads, as in the command line and the server, one product of 350 tokens takes 60 % of ten small ones.
_HAS_ONE_THREAD = has_one_numpy_thread()
# MaxSim of token vectors that were stored in few bits is lower than that of whole ones, by which all thresholds were
# chosen: slope and shift of a fit to 150,000 sentences and questions, from which it is off by .010 (.008 over .6).
_TO_WHOLE = (1.118, -0.0075)
# With 32 chunks the first five are those of a comparison of all for .985 of 333 questions; with 24 for .961.
SHORTLIST, _SHORTLIST_COSINE_WEIGHT = 32, 8.0


class Statistics(Protocol):
    """The source of word frequencies: the catalog."""

    def document_frequencies(self, words: Sequence[str]) -> tuple[dict[str, int], int]:
        """Return in how many indexed units each word occurs, and how many units there are."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question prepared for scoring."""

    text: str
    """The question."""
    encoded: Encoded
    """Its vector and those of its tokens."""
    token_weights: NDArray[np.float32]
    """The weight of each token; the sum is 1."""
    term_weights: Mapping[str, float]
    """The idf of each stemmed content word."""
    of_names: NDArray[np.bool_]
    """Which tokens belong to names; for a sentence with a pronoun they are looked up in its antecedent's sentence."""


# Not frozen: to make one takes .24 us in place of 1.07, and a question makes 450.
@dataclass(slots=True, unsafe_hash=True)
class ScoredSentence:
    """A sentence of a chunk with its similarity to a question."""

    chunk: str
    """The chunk's id."""
    sentence: SentenceRow
    """The sentence."""
    number: int
    """Its index among the chunk's sentences."""
    rank: int
    """The rank of its chunk among those compared, from 0."""
    cosine: float
    """Similarity of the sentence's vector to the question's, 0-1."""
    maxsim: float
    """Weighted mean of the best similarity of each of the question's tokens, 0-1."""
    named: bool = False
    """Whether the question points to it: to its clause by number, or to a name."""
    likeness: NDArray[np.float32] | None = field(default=None, compare=False, repr=False)
    """The best similarity of each of the question's tokens that has a weight, 0-1."""

    @property
    def fit(self) -> float:
        """The sentence's part of a chunk's score, 0 to 15; offline grades are computed from it."""
        return COSINE_WEIGHT * self.cosine + MAXSIM_WEIGHT * self.maxsim + NAMED_WEIGHT * self.named


def prepare_query(text: str, encoded: Encoded, statistics: Statistics) -> Query:
    """Return the question with a weight for each token and term, by how rare its word is in the index."""
    counts, total = statistics.document_frequencies(sorted({term.text for term in terms.terms(text)}))
    weights, of_names, content = _weights(text, encoded.spans, tuple(counts.items()), total)
    return Query(text, encoded, weights, content, of_names)


@lru_cache(maxsize=16)  # search, grading and answering prepare the same question
def _weights(
    text: str, spans: tuple[tuple[int, int], ...], frequencies: tuple[tuple[str, int], ...], total: int
) -> tuple[NDArray[np.float32], NDArray[np.bool_], Mapping[str, float]]:
    """Return the weights of a question's tokens, which of them belong to names, and the weights of its terms."""
    found, counts = terms.terms(text), dict(frequencies)

    def idf(word: str) -> float:
        count = counts.get(word, 0)
        return math.log(1 + (max(total, _MIN_UNITS) - count + 0.5) / (count + 0.5))

    weights = np.zeros(len(spans), np.float32)
    of_names = np.zeros(len(spans), np.bool_)
    names = [found.span() for found in _NAME.finditer(text)]
    for index, (start, end) in enumerate(spans):
        owner = next((term.text for term in found if term.start < end and start < term.end), None)
        if owner is not None and owner != "s":  # of "what's", which is rare as a word and says nothing
            weights[index] = _STOP_WORD_WEIGHT if owner in terms.STOP_WORDS else idf(owner)
            of_names[index] = any(start < last and first < end for first, last in names)
    if (sum_ := float(weights.sum())) > 0:
        weights /= sum_
    return weights, of_names, {stem(word): idf(word) for word in terms.content_terms(text)}


def highest_bm25(query: Query) -> float:
    """Return the upper bound of BM25 for a question; chunks in another language stay far below it."""
    return _BM25_BOUND * sum(query.term_weights.values()) or 1.0


def shortlist(by_text: Mapping[str, float], by_vector: Mapping[str, float], limit: int) -> list[str]:
    """Return the most promising candidates, best first, at most `limit`, without reading their token vectors.

    Args:
        by_text: BM25 scores by chunk id.
        by_vector: Cosines of the nearest sentences by chunk id. A chunk that is missing here has no nearer sentence
            than the farthest one given, whose cosine it gets.
        limit: How many to return.
    """
    top, least = max(by_text.values(), default=1.0) or 1.0, min(by_vector.values(), default=0.0)

    def promise(chunk: str) -> float:
        return BM25_WEIGHT * by_text.get(chunk, 0.0) / top + _SHORTLIST_COSINE_WEIGHT * by_vector.get(chunk, least)

    return heapq.nlargest(limit, dict.fromkeys([*by_text, *by_vector]), key=promise)


def score(query: Query, chunks: Sequence[ChunkRow], token_vectors: Mapping[str, TokenVectors]) -> list[ScoredSentence]:
    """Score every sentence of the chunks that is evidence for the question, in the chunks' order.

    Chunks without token vectors are left out: they were indexed by another embedder.
    """
    rows: list[tuple[int, ChunkRow, int]] = []
    vectors: list[NDArray[np.float32]] = []
    likenesses: list[NDArray[np.float32]] = []
    weighing = np.flatnonzero(query.token_weights)  # not the question mark, nor the marks of beginning and end
    whole, weights = query.encoded.tokens[weighing], query.token_weights[weighing]
    asked = {coded: _asked(whole, coded) for coded in {one.scales is not None for one in token_vectors.values()}}
    of_names = query.of_names[weighing]
    for rank, chunk in enumerate(chunks):
        if stored := token_vectors.get(chunk.id):
            rows += [(rank, chunk, number) for number in range(len(chunk.sentences))]
            vectors.append(stored.sentences)
            referred = antecedents(chunk) if of_names.any() else ()
            likenesses.append(_likeness(asked[stored.scales is not None], stored, of_names, referred))
    if not rows:
        return []
    cosines = np.einsum("ij,j->i", np.concatenate(vectors), query.encoded.vector)
    likeness_of = np.concatenate(likenesses)
    maxsim_of = likeness_of @ weights
    named = {chunk.id: named_sentences(query.text, chunk) for chunk in chunks}
    return [
        ScoredSentence(chunk.id, sentence, number, rank, cosine, maxsim, number in named[chunk.id], likeness)
        for (rank, chunk, number), cosine, maxsim, likeness in zip(
            rows, cosines.tolist(), maxsim_of.tolist(), likeness_of, strict=True
        )
        if is_evidence(query.text, sentence := chunk.sentences[number])
    ]


def _asked(tokens: NDArray[np.int8], coded: bool) -> NDArray[np.float32]:
    """Return the vectors of a question's tokens as columns, whose products with stored ones are cosines."""
    return columns(tokens) if coded else tokens.T.astype(np.float32) / (127.0 * 127.0)


def _likeness(
    asked: NDArray[np.float32], stored: TokenVectors, of_names: NDArray[np.bool_], referred: Sequence[int]
) -> NDArray[np.float32]:
    """Return for each sentence of a chunk the best similarity of each token of the question, 0 for one without tokens.

    Args:
        asked: The vectors of the question's tokens, as `_asked` returns them.
        stored: The vectors of the chunk's tokens.
        of_names: Which of the question's tokens belong to names.
        referred: For each sentence, the index of the one with its pronoun's antecedent; () for none.
    """
    filled = np.flatnonzero(stored.lengths)
    result = np.zeros((len(stored.lengths), asked.shape[1]), np.float32)
    if len(filled):
        similarity = _similarity(stored, asked)
        starts = np.concatenate(([0], np.cumsum(stored.lengths[filled])[:-1]))
        best: NDArray[np.floating[Any]] = np.maximum.reduceat(similarity, starts, axis=0)
        if any(own != other for own, other in enumerate(referred)):
            whole = np.zeros_like(result)
            whole[filled] = best
            whole[:, of_names] = np.maximum(whole[:, of_names], whole[list(referred)][:, of_names])
            best = whole[filled]
        slope, shift = (1.0, 0.0) if stored.scales is None else _TO_WHOLE
        result[filled] = slope * best + shift
    return result


def _similarity(stored: TokenVectors, asked: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the cosine of each of a chunk's tokens with each of the question's, as `_asked` returns them."""
    if stored.scales is None:
        return _products(stored.tokens.astype(np.float32), asked)
    similarity = _products(levels(stored.tokens.view(np.uint8)), asked)
    similarity *= stored.scales[:, np.newaxis]
    return similarity


def _products(left: NDArray[np.float32], right: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the matrix product, computed by this thread alone."""
    result = np.empty((len(left), right.shape[1]), np.float32)
    size = len(left) if _HAS_ONE_THREAD else max(1, _OPERATIONS_A_PRODUCT // max(1, right.size))
    for start in range(0, len(left), size):
        rows = slice(start, start + size)
        np.matmul(left[rows], right, out=result[rows])
    return result


def coverage(query: Query, chunk: ChunkRow) -> list[float]:
    """Return for each sentence the share of the question's term weights in it and the sentence before it, 0-1.

    The sentence with its pronoun's antecedent counts too. A table row counts alone: the row above has another subject.
    """
    total = sum(query.term_weights.values()) or 1.0
    held = [terms.stems(sentence.search) & query.term_weights.keys() for sentence in chunk.sentences]
    referred = antecedents(chunk)
    before = [
        held[number - 1] | held[referred[number]] if number and sentence.kind != "row" else frozenset[str]()
        for number, sentence in enumerate(chunk.sentences)
    ]
    return [
        sum(query.term_weights[word] for word in own | previous) / total
        for own, previous in zip(held, before, strict=True)
    ]


def answer_score(query: Query, scored: ScoredSentence, covered: float) -> float:
    """Return how likely a sentence is to be the answer; `covered` is its `coverage` of the question."""
    return (
        _ANSWER_COSINE * scored.cosine
        + _ANSWER_MAXSIM * scored.maxsim
        + _ANSWER_COVERAGE * covered
        + _ANSWER_TYPE * terms.has_answer_type(query.text, scored.sentence.text)
        + ROW_WEIGHT * row_label_match(query, scored.sentence)
        + NAMED_WEIGHT * scored.named
        - _ANSWER_RANK * scored.rank
    )


def row_label_match(query: Query, sentence: SentenceRow) -> float:
    """Return how exactly a question names the label of a table row, 0 to 1; 0 for other sentences.

    Rows of one table share the caption and the columns, so that only their labels tell them apart. A label that is in
    the question word for word counts most, a longer one more than a shorter ("DeepSeek-R1-Zero" before "DeepSeek-R1").
    A label with words that are not in the question ("DeepSeek-R1-Zero-Qwen-32B") counts for its shared words.
    """
    if sentence.kind != "row" or not sentence.cells:
        return 0.0
    label = [term.text for term in terms.terms(spelled_dates(sentence.cells[0][1]))]
    if not label:
        return 0.0
    asked = [term.text for term in terms.terms(spelled_dates(query.text))]
    if any(asked[start : start + len(label)] == label for start in range(len(asked) - len(label) + 1)):
        return len(label) / (len(label) + 1)
    shared = {stem(word) for word in label} & query.term_weights.keys()
    weight = sum(query.term_weights[word] for word in shared) / (sum(query.term_weights.values()) or 1.0)
    return weight * len(shared) / len(label)


def min_max(scores: Mapping[str, float]) -> dict[str, float]:
    """Scale scores linearly to 0-1; all are 1 when they are equal."""
    if not scores:
        return {}
    low, high = min(scores.values()), max(scores.values())
    return {key: (value - low) / (high - low) if high > low else 1.0 for key, value in scores.items()}
