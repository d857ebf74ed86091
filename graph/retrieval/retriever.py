"""Finding passages: full text and vectors, fused by normalised score; then, offline, sentence by sentence.

Fusion is done here and not inside a store: measured, fusion by rank inside one loses 2.5-4 points of page@1.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from graph.retrieval import scoring, terms
from graph.retrieval.embedder import Embedder, SentenceEmbedder
from graph.retrieval.late_interaction import score_sentences
from graph.retrieval.vector_search import nearest_chunks
from graph.storage.base import Catalog, ChunkRow, VectorIndex
from graph.types import Encoded, Reply, RetrievedChunk, Usage

# Candidates: the 30 best chunks by full text and those of the 60 nearest vectors. Full text alone loses one point of
# evidence@5 (.973 against .983).
_FULL_TEXT, _NEAREST = 30, 60
# Two texts that share so many of their words say the same; the second one would only take a place from another. Judged,
# not measured: the development data hold no near-duplicates.
_DUPLICATE = 0.9


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk, its score, and the page of the sentence that fits best."""

    chunk: ChunkRow
    score: float
    page: int


class Retriever:
    """Hybrid retrieval over a catalog and a vector index. Thread-safe."""

    def __init__(self, catalog: Catalog, vectors: VectorIndex, embedder: Embedder) -> None:
        self._catalog = catalog
        self._vectors = vectors
        self._embedder = embedder

    async def search(self, query: str, documents: Sequence[str], limit: int) -> Reply[list[RetrievedChunk]]:
        """The best passages for a query, best first; `documents` are ids, or empty for all.

        Raises:
            IndexMismatchError: the stored vectors are another embedding model's.
        """
        # Words are looked up while the question is embedded and its vector's neighbours are found.
        by_text, (by_vector, usage) = await asyncio.gather(
            asyncio.to_thread(self._by_text, query, documents), self._by_vector(query, documents)
        )
        hits = await asyncio.to_thread(self._rank, query, by_text, by_vector, limit)
        return Reply(await asyncio.to_thread(_chosen, hits, limit), usage)

    def _by_text(self, query: str, documents: Sequence[str]) -> dict[str, float]:
        return dict(self._catalog.search_text(terms.content_terms(query), documents, _FULL_TEXT))

    async def _by_vector(self, query: str, documents: Sequence[str]) -> tuple[dict[str, float], Usage]:
        await asyncio.to_thread(self._vectors.check, self._embedder.identity)
        reply = await self._embedder.embed_query(query)
        found = await asyncio.to_thread(
            nearest_chunks, self._catalog, self._vectors, self._embedder, reply.value, documents, _NEAREST
        )
        return found, reply.usage

    def _rank(self, query: str, by_text: dict[str, float], by_vector: dict[str, float], limit: int) -> list[Hit]:
        # A vector may be there before its chunk is shown to questions, or a moment after it no longer is.
        seen = set(self._catalog.published([*by_text, *by_vector]))
        by_text, by_vector = _only(by_text, seen), _only(by_vector, seen)
        if isinstance(self._embedder, SentenceEmbedder):
            chosen = scoring.shortlist(by_text, by_vector, max(scoring.SHORTLIST, 2 * limit))
            hits = self._by_sentence(query, self._embedder.encode_query(query), chosen, by_text)
        else:
            texts, vectors = scoring.normalised(by_text), scoring.normalised(by_vector)
            hits = [
                Hit(chunk, 0.5 * texts.get(chunk.id, 0.0) + 0.5 * vectors.get(chunk.id, 0.0), chunk.pages[0])
                for chunk in self._catalog.chunks(list(seen), published=True)
            ]
        return sorted(hits, key=lambda hit: (-hit.score, hit.chunk.id))

    def _by_sentence(self, query: str, encoded: Encoded, chosen: Sequence[str], by_text: dict[str, float]) -> list[Hit]:
        prepared = scoring.prepare(query, encoded, self._catalog)
        top = max(by_text.values(), default=1.0) or 1.0
        texts = {chunk: score / top for chunk, score in by_text.items()}
        chunks, sentences = score_sentences(self._catalog, prepared, chosen)
        best: dict[str, tuple[float, scoring.Scored]] = {}
        for scored in sentences:
            fit = scored.fit + scoring.ROW_WEIGHT * scoring.named(prepared, scored.sentence)
            if scored.chunk not in best or fit > best[scored.chunk][0]:
                best[scored.chunk] = fit, scored
        return [
            Hit(
                chunk,
                scoring.BM25_WEIGHT * texts.get(chunk.id, 0.0) + best[chunk.id][0],
                best[chunk.id][1].sentence.pages[0],
            )
            for chunk in chunks
            if chunk.id in best
        ]


def _only(scores: dict[str, float], chunks: set[str]) -> dict[str, float]:
    return {chunk: score for chunk, score in scores.items() if chunk in chunks}


def _chosen(hits: Sequence[Hit], limit: int) -> list[RetrievedChunk]:
    return [_passage(hit) for hit in _distinct(hits, limit)]


def _distinct(hits: Sequence[Hit], limit: int) -> list[Hit]:
    kept: list[tuple[Hit, frozenset[str]]] = []
    for hit in hits:
        words = frozenset(hit.chunk.text.casefold().split())
        if all(len(words & other) < _DUPLICATE * max(len(words | other), 1) for _, other in kept):
            kept.append((hit, words))
        if len(kept) == limit:
            break
    return [hit for hit, _ in kept]


def _passage(hit: Hit) -> RetrievedChunk:
    passage = RetrievedChunk(
        chunk=hit.chunk.id,
        document=hit.chunk.document,
        name=hit.chunk.name,
        page=hit.page,
        score=round(hit.score, 4),
        relevant=False,
        heading=" › ".join(hit.chunk.headings),
        kind=hit.chunk.kind,
        text=hit.chunk.text,
    )
    if len(hit.chunk.pages) > 1:
        passage["pages"] = list(hit.chunk.pages)
    return passage


def round_robin(lists: Sequence[Sequence[RetrievedChunk]], limit: int) -> list[RetrievedChunk]:
    """The first of each list, then the second of each, ..., every passage once."""
    ordered: dict[str, RetrievedChunk] = {}
    for rank in range(max((len(one) for one in lists), default=0)):
        for one in lists:
            if rank < len(one):
                ordered.setdefault(one[rank]["chunk"], one[rank])
    return list(ordered.values())[:limit]
