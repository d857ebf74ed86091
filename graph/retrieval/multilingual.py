"""Retrieval across languages: sentences that may answer a question in another language.

A multilingual model gives each sentence one vector (`graph/engines/offline/multilingual.py`). The vectors of a document
are computed when the first question needs them, and stored in the catalog; English questions on English documents need
none. The cosine of a sentence is mapped to the scale of `scoring.ScoredSentence.fit`, so that the grade of relevance
lies at the cosine that was measured for the language. A question in a script that the model does not know is compared
by its words alone.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from graph.retrieval import scoring, terms
from graph.retrieval.asked_parts import is_evidence, named_sentences
from graph.retrieval.cognates import weight_of_cognates
from graph.retrieval.languages import TELLING_WORDS, UNKNOWN, language
from graph.runtime.caching import LRUCache
from graph.storage.base import Catalog
from graph.storage.rows import ChunkRow

if TYPE_CHECKING:
    Vectors = NDArray[np.float32]

_RELEVANT = scoring.RELEVANT_FIT / (scoring.COSINE_WEIGHT + scoring.MAXSIM_WEIGHT)
"""The value of cosine and MaxSim, if equal, at which a sentence reaches the threshold of relevance for English."""
# Cosine, and .3 times the part of the question's words that a sentence holds, from which it is relevant: between two
# languages, within one, within one that sets no spaces. German and Spanish questions on English articles: .33 refuses
# .94 of unrelated ones and declines .2 of the others. Within one language only English was measured: .45 refuses .85
# and declines .07; by the cosine alone .15 are declined where .85 are refused.
_SHARED_WORDS = 0.3
# Between two languages a cognate counts this part of a word: at .33, of 300 answerable questions .187 are declined
# without and .167 with it, and of 100 unrelated ones .93 and .94 refused. As a whole word .147 and .93.
_COGNATE = 0.5
_ACROSS, _WITHIN, _WITHIN_UNSPACED = 0.33, 0.45, 0.40
_UNSPACED = frozenset(("zh", "ja", "th"))
# What a Chinese question says besides its subject. As part of the share, it hid that the sentence names the whole
# subject: of 12 questions on a text of their language 3 were declined in vain, and 1 that asks for a name.
_CHINESE_FRAME = re.compile(
    "叫什么名字|名字是什么|什么时候|什么时间|多长时间|为什么|怎么样|怎样|怎么|什么|多少|多久|多长|哪里|哪儿|请问|[的是了吗呢谁哪几叫]"
)
_SLOPE = 1.1  # .1 more cosine are 1.65 more of fit, so that a cosine of .75 has the highest fit
_WORDS_OF_UNKNOWN = 0.6  # the least share of a question's words in a sentence, where only words are compared
_MAX_NEW = 3000  # sentences without vectors that one question waits for (10 s); the next question goes on
_SAMPLE = 3  # chunks of a document from which its language is detected
_MAX_DOCUMENTS, _MAX_MATRICES = 4096, 256
# In a library of at most so many documents each is looked at: one German page may have none of the six words below.
_FEW = 12
_LEAST_TELLING = 4  # of the six words of a language; names and quotations bring one or two


class SentenceEncoder(Protocol):
    """A model that gives sentences of many languages one vector each."""

    @property
    def dimensions(self) -> int:
        """The length of a vector."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return the unit vectors of texts as rows."""

    def encode_query(self, text: str) -> Vectors:
        """Return the unit vector of a question."""


class VectorCatalog(Catalog, Protocol):
    """A catalog that also keeps vectors of a model of many languages."""

    def add_multilingual_vectors(self, rows: Iterable[tuple[str, Vectors]]) -> None:
        """Store vectors of the sentences of chunks."""

    def multilingual_vectors(self, chunks: Sequence[str], dimensions: int) -> dict[str, Vectors]:
        """Return the vectors of the sentences of those chunks that have some, as rows."""

    def holds_other_scripts(self) -> bool:
        """Return whether a word of the index is in another script than Latin and Greek."""


@dataclass(frozen=True)
class Asked:
    """A question with the documents that need this search, because MiniLM cannot compare them."""

    text: str
    language: str
    """Its language; `languages.UNKNOWN` for a script that is compared by words alone."""
    documents: dict[str, str]
    """The documents that it is compared with in this way, each with its language."""


# Never stale: the key holds the generation, whose name is a hash of its chunks.
_languages: LRUCache[str] = LRUCache(_MAX_DOCUMENTS)
_matrices: LRUCache[tuple[list[str], NDArray[np.int32], Vectors]] = LRUCache(_MAX_MATRICES)


class MultilingualSearch:
    """Search and scoring by a model of many languages. Thread-safe.

    Args:
        catalog: The chunks and their vectors.
        encoder: Encodes questions and sentences.
    """

    def __init__(self, catalog: VectorCatalog, encoder: SentenceEncoder) -> None:
        self._catalog = catalog
        self._encoder = encoder

    def within(self, catalog: VectorCatalog) -> MultilingualSearch:
        """Return the same search over what another view of the catalog shows."""
        return self if catalog is self._catalog else MultilingualSearch(catalog, self._encoder)

    def asked(self, question: str, documents: Sequence[str] = ()) -> Asked | None:
        """Return the documents that this search compares with the question; None without any, as for English alone.

        Args:
            question: The question.
            documents: Ids of the documents to search; empty for all.
        """
        code = language(question) or "en"
        few = (len(documents) if documents else self._catalog.count_searchable(_FEW + 1)) <= _FEW
        if code == "en" and not few and not self._holds_other_languages():
            return None
        rows = [row for row in self._catalog.documents(documents or None) if row.generation]
        told = {row.id: self._language_of(row.id, row.generation) for row in rows}
        others = {key: other for key, other in told.items() if code != "en" or other != "en"}
        return Asked(question, code, others) if others else None

    def nearest(self, asked: Asked, limit: int) -> dict[str, float]:
        """Return the chunks of the `limit` sentences nearest in meaning, with their cosines, best first."""
        if asked.language == UNKNOWN:
            return {}
        vector = self._encoder.encode_query(asked.text)
        found: list[tuple[float, str]] = []
        room = _MAX_NEW
        for document in asked.documents:
            row = self._catalog.document(document)
            key = f"{document}-{row.generation if row else ''}"
            if (matrix := _matrices.get(key)) is None:
                ids = self._catalog.chunk_ids(document)
                by_chunk, made = self._vectors(self._catalog.chunks(ids), room)
                room -= made
                matrix = _stack(by_chunk)
                if len(by_chunk) == len(ids):
                    _matrices.put(key, matrix)
            chunks, owners, vectors = matrix
            cosines = vectors @ vector if len(owners) else np.zeros(0, np.float32)
            found += [(float(cosines[at]), chunks[owners[at]]) for at in np.argsort(-cosines)[:limit]]
        best: dict[str, float] = {}
        for cosine, chunk in sorted(found, reverse=True)[:limit]:
            best.setdefault(chunk, cosine)
        return best

    def score(self, asked: Asked, query: scoring.Query, chunks: Sequence[ChunkRow]) -> list[scoring.ScoredSentence]:
        """Score every sentence of these chunks that is evidence for the question, on the scale of MiniLM's scores."""
        known, _ = self._vectors(chunks, _MAX_NEW) if asked.language != UNKNOWN else ({}, 0)
        scored: list[scoring.ScoredSentence] = []
        for rank, chunk in enumerate(chunks):
            named = named_sentences(query.text, chunk)
            if asked.language == UNKNOWN:
                levels = [_RELEVANT * share / _WORDS_OF_UNKNOWN for share in _shared(asked, query, chunk)]
            elif chunk.id in known:
                cosines = known[chunk.id] @ self._encoder.encode_query(asked.text)
                least = _threshold(asked.language, asked.documents.get(chunk.document, ""))
                shares = _shared(asked, query, chunk)
                near = [float(cosine) + _SHARED_WORDS * share for cosine, share in zip(cosines, shares, strict=True)]
                levels = [_RELEVANT + _SLOPE * (one - least) for one in near]
            else:
                continue
            scored += [
                scoring.ScoredSentence(chunk.id, sentence, number, rank, level, level, number in named)
                for number, (sentence, level) in enumerate(zip(chunk.sentences, levels, strict=True))
                if is_evidence(query.text, sentence)
            ]
        return scored

    def _vectors(self, chunks: Sequence[ChunkRow], room: int) -> tuple[dict[str, Vectors], int]:
        """Return the vectors of chunks, and how many sentences were encoded for that: about `room` at most."""
        found = self._catalog.multilingual_vectors([chunk.id for chunk in chunks], self._encoder.dimensions)
        fresh: dict[str, Vectors] = {}
        made = 0
        for chunk in chunks:
            if chunk.id not in found and chunk.sentences and made < room:
                fresh[chunk.id] = self._encoder.encode([sentence.search for sentence in chunk.sentences])
                made += len(chunk.sentences)
        if fresh:
            self._catalog.add_multilingual_vectors(fresh.items())
        return {**found, **fresh}, made

    def _language_of(self, document: str, generation: str) -> str:
        return _languages.get_or_build(
            f"{document}-{generation}", functools.partial(_detect_language, self._catalog, document, generation)
        )

    def _holds_other_languages(self) -> bool:
        """Return whether the library holds other languages than English, by the words of its index."""
        counts, _ = self._catalog.document_frequencies([word for words in TELLING_WORDS for word in words])
        told = any(sum(counts[word] > 0 for word in words) >= _LEAST_TELLING for words in TELLING_WORDS)
        return told or self._catalog.holds_other_scripts()


def _detect_language(catalog: Catalog, document: str, generation: str) -> str:
    ids = catalog.chunk_ids(document, generation)
    middle = max(0, len(ids) // 2 - 1)
    chunks = catalog.chunks(ids[middle : middle + _SAMPLE])
    return language(" ".join(chunk.text for chunk in chunks)) or "en"


def _threshold(asked: str, written: str) -> float:
    if asked != written:
        return _ACROSS
    return _WITHIN_UNSPACED if asked in _UNSPACED else _WITHIN


def _shared(asked: Asked, query: scoring.Query, chunk: ChunkRow) -> list[float]:
    """Return the share of the question in each sentence: of its weighted words, or of its character pairs."""
    if asked.language in _UNSPACED:
        pairs = _asked_pairs(asked)
        return [len(pairs & _pairs(sentence.search)) / max(1, len(pairs)) for sentence in chunk.sentences]
    weights = query.term_weights
    total = sum(weights.values()) or 1.0
    across = asked.language != asked.documents.get(chunk.document, asked.language)
    held = [terms.stems(sentence.search) for sentence in chunk.sentences]
    shares = [sum(weights[word] for word in words & weights.keys()) / total for words in held]
    if not across:
        return shares
    return [
        share + _COGNATE * weight_of_cognates(weights, words - weights.keys()) / total
        for share, words in zip(shares, held, strict=True)
    ]


def _asked_pairs(asked: Asked) -> frozenset[str]:
    """Return the character pairs of what a question is about; of a whole question that is not in Chinese."""
    parts = _CHINESE_FRAME.split(asked.text) if asked.language == "zh" else []
    return frozenset().union(*map(_pairs, parts)) or _pairs(asked.text)


def _pairs(text: str) -> frozenset[str]:
    signs = [sign for sign in text if sign.isalnum()]
    return frozenset(one + other for one, other in itertools.pairwise(signs))


def _stack(by_chunk: dict[str, Vectors]) -> tuple[list[str], NDArray[np.int32], Vectors]:
    ids = list(by_chunk)
    owners = np.repeat(np.arange(len(ids), dtype=np.int32), [len(by_chunk[chunk]) for chunk in ids])
    return ids, owners, np.concatenate([by_chunk[chunk] for chunk in ids]) if ids else np.zeros((0, 0), np.float32)
