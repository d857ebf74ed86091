"""Hybrid retrieval: full text (BM25) and vectors, fused by weighted scores; offline also sentence by sentence.

`graph/retrieval/scoring.py` has the formula. Scores are fused here, since fusion by rank inside a store loses 2.5 to 4
points of page@1.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from graph.retrieval import scoring, terms
from graph.retrieval.asked_parts import holds_evidence
from graph.retrieval.definitions import BESIDE, defines
from graph.retrieval.embedder import Embedder, SentenceEmbedder, encodes_sentences
from graph.retrieval.late_interaction import run_beside, score_sentences
from graph.retrieval.multilingual import Asked, MultilingualSearch
from graph.retrieval.named_pages import chunks_on_named_page
from graph.retrieval.procedures import asks_how_done, told_in_steps
from graph.retrieval.vector_search import nearest_chunks
from graph.storage.base import Catalog, VectorIndex
from graph.storage.rows import ChunkRow
from graph.types import Encoded, Reply, RetrievedChunk, Usage

# Candidates: evidence@5 is .983 with both, and .973 with full text alone.
_MAX_BY_TEXT, _MAX_BY_VECTOR = 30, 60
_MAX_BY_IMAGE = 20  # rows, one for each chunk on a page: the nearest five to ten pages
# Two chunks that share this part of their words (Jaccard) count as duplicates; only the better one is returned. Judged:
# the development data hold no near-duplicates.
_DUPLICATE = 0.9


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk, its score, and the page of its best sentence."""

    chunk: ChunkRow
    score: float
    page: int


class Retriever:
    """Hybrid retrieval over a catalog and a vector index. Thread-safe."""

    def __init__(
        self,
        catalog: Catalog,
        vectors: VectorIndex,
        embedder: Embedder,
        multilingual: MultilingualSearch | None = None,
        pages: VectorIndex | None = None,
    ) -> None:
        self._catalog = catalog
        self._vectors = vectors
        self._embedder = embedder
        self._multilingual = multilingual
        self._pages = pages  # vectors of page images

    async def search(
        self, query: str, documents: Sequence[str], limit: int, *, words_only: bool = False
    ) -> Reply[list[RetrievedChunk]]:
        """Return the best chunks for a query, best first, without near-duplicates.

        Args:
            query: One question.
            documents: Ids of the documents to search; empty for all.
            limit: How many chunks to return.
            words_only: Whether the question is not embedded, and chunks are found by its words alone.

        Raises:
            ServiceOutOfOrderError: the embedding service gives no vector for now.
            IndexMismatchError: the stored vectors are another embedding model's.
        """
        if words_only:
            found = await asyncio.to_thread(self._by_text, query, documents)
            hits = await asyncio.to_thread(self._rank, query, found, {}, limit)
            return Reply(await asyncio.to_thread(_best_distinct, hits, limit))
        if encodes_sentences(self._embedder) and not self._pages:
            return Reply(await asyncio.to_thread(self._search_here, self._embedder, query, documents, limit))
        # The full-text search runs while the question is embedded and its nearest vectors are found.
        by_text, (by_vector, by_image, usage) = await asyncio.gather(
            asyncio.to_thread(self._by_text, query, documents), self._by_vector(query, documents)
        )
        return Reply(await asyncio.to_thread(self._best, query, documents, by_text, by_vector, limit, by_image), usage)

    def _search_here(
        self, embedder: SentenceEmbedder, query: str, documents: Sequence[str], limit: int
    ) -> list[RetrievedChunk]:
        """Search without waiting for a service, in one call: each hand-over between threads takes 0.1 ms.

        The full-text search runs while the question is embedded, and its nearest vectors are found.
        """
        by_text = run_beside(self._by_text, query, documents)
        vector = embedder.encode_query(query).vector
        near = nearest_chunks(self._catalog, self._vectors, embedder, vector, documents, _MAX_BY_VECTOR)
        return self._best(query, documents, by_text.result(), near, limit, {})

    def _best(
        self,
        query: str,
        documents: Sequence[str],
        by_text: dict[str, float],
        by_vector: dict[str, float],
        limit: int,
        by_image: Mapping[str, float],
    ) -> list[RetrievedChunk]:
        """Rank the candidates and return the best without near-duplicates; those on a named page come first."""
        named = chunks_on_named_page(self._catalog, query, documents)
        by_vector = {**by_vector, **dict.fromkeys(named, 1.0)}
        if by_image:
            hits = self._rank(query, by_text, by_vector, limit, by_image)
        else:
            hits = self._rank_all(query, documents, by_text, by_vector, limit)
        if asks_how_done(query):
            steps = told_in_steps(query, [hit.chunk for hit in hits])
            named = named | {chunk for chunk, _ in steps}
        return _best_distinct(_led_by(named, hits) if named else hits, limit)

    def _rank_all(
        self,
        query: str,
        documents: Sequence[str],
        by_text: dict[str, float],
        by_vector: dict[str, float],
        limit: int,
    ) -> list[Hit]:
        """Rank the candidates; those of documents in another language by the multilingual model."""
        asked = self._multilingual.asked(query, documents) if self._multilingual else None
        if asked is None or self._multilingual is None:
            return self._rank(query, by_text, by_vector, limit)
        near = self._multilingual.nearest(asked, _MAX_BY_VECTOR)
        others = {chunk for chunk in [*by_text, *near] if document_of(chunk) in asked.documents}
        own = [{key: score for key, score in scores.items() if document_of(key) not in asked.documents}
               for scores in (by_text, by_vector)]  # fmt: skip
        hits = self._rank(query, own[0], own[1], limit) if any(own) else []
        hits += self._rank_others(asked, sorted(others), by_text)
        return sorted(hits, key=lambda hit: (-hit.score, hit.chunk.id))

    def _rank_others(self, asked: Asked, ids: Sequence[str], by_text: dict[str, float]) -> list[Hit]:
        """Score chunks in another language by their best sentence, and by full text for the words that it has."""
        if self._multilingual is None or not encodes_sentences(self._embedder):
            return []
        query = scoring.prepare_query(asked.text, self._embedder.encode_query(asked.text), self._catalog)
        chunks = self._catalog.chunks(ids, published=True)
        best: dict[str, scoring.ScoredSentence] = {}
        for scored in self._multilingual.score(asked, query, chunks):
            if scored.chunk not in best or scored.fit > best[scored.chunk].fit:
                best[scored.chunk] = scored
        most = scoring.highest_bm25(query)
        return [
            Hit(
                chunk,
                best[chunk.id].fit + scoring.BM25_WEIGHT * min(1.0, by_text.get(chunk.id, 0.0) / most),
                best[chunk.id].sentence.pages[0],
            )
            for chunk in chunks
            if chunk.id in best
        ]

    def _by_text(self, query: str, documents: Sequence[str]) -> dict[str, float]:
        return dict(self._catalog.search_text(terms.search_terms(query), documents, _MAX_BY_TEXT))

    async def _by_vector(
        self, query: str, documents: Sequence[str]
    ) -> tuple[dict[str, float], dict[str, float], Usage]:
        """Return the nearest chunks by their vectors, the nearest by images of their pages, and the question's cost."""
        reply = await self._embedder.embed_query(query)
        found = await asyncio.to_thread(
            nearest_chunks, self._catalog, self._vectors, self._embedder, reply.value, documents, _MAX_BY_VECTOR
        )
        near: dict[str, float] = {}
        if self._pages:
            await asyncio.to_thread(self._pages.check, self._embedder.identity)
            for _, chunk, cosine in await asyncio.to_thread(self._pages.search, reply.value, documents, _MAX_BY_IMAGE):
                near.setdefault(chunk, cosine)
        return found, near, reply.usage

    def _rank(
        self,
        query: str,
        by_text: dict[str, float],
        by_vector: dict[str, float],
        limit: int,
        by_image: Mapping[str, float] = MappingProxyType({}),
    ) -> list[Hit]:
        """Score the candidates and return them best first; equal scores are ordered by chunk id.

        Args:
            query: The question.
            by_text: BM25 scores by chunk id.
            by_vector: Cosines by chunk id.
            limit: How many chunks are wanted in the end; the shortlist is at least twice as long.
            by_image: Cosines of the images of their pages by chunk id.
        """
        # Vectors are written before their chunks are published, and removed after.
        published = set(self._catalog.published([*by_text, *by_vector, *by_image]))
        by_text, by_vector = _only(by_text, published), _only(by_vector, published)
        if encodes_sentences(self._embedder):
            candidates = scoring.shortlist(by_text, by_vector, max(scoring.SHORTLIST, 2 * limit))
            hits = self._rank_by_sentence(query, self._embedder.encode_query(query), candidates, by_text)
        else:
            hits = self._rank_by_chunk(query, by_text, by_vector, _only(by_image, published))
        return sorted(hits, key=lambda hit: (-hit.score, hit.chunk.id))

    def _rank_by_chunk(
        self, query: str, by_text: Mapping[str, float], by_vector: Mapping[str, float], by_image: Mapping[str, float]
    ) -> list[Hit]:
        """Score each chunk by full text, its vector, and the image of its page."""
        shares = (
            (scoring.TEXT_SHARE, scoring.min_max(by_text)),
            (scoring.VECTOR_SHARE, scoring.min_max(by_vector)),
            (scoring.IMAGE_SHARE, scoring.min_max(by_image)),
        )
        found = list(dict.fromkeys([*by_text, *by_vector, *by_image]))
        return [
            Hit(chunk, sum(share * scores.get(chunk.id, 0.0) for share, scores in shares), chunk.pages[0])
            for chunk in self._catalog.chunks(found, published=True)
            if holds_evidence(query, chunk)
        ]

    def _rank_by_sentence(
        self, query: str, encoded: Encoded, candidates: Sequence[str], by_text: dict[str, float]
    ) -> list[Hit]:
        """Score each candidate by full text and by its best sentence, whose page becomes the page of the hit."""
        prepared = scoring.prepare_query(query, encoded, self._catalog)
        top = max(by_text.values(), default=1.0) or 1.0
        texts = {chunk: score / top for chunk, score in by_text.items()}
        chunks, sentences = score_sentences(self._catalog, prepared, candidates)
        best: dict[str, tuple[float, scoring.ScoredSentence]] = {}
        for scored in sentences:
            fit = scored.fit
            if scored.sentence.kind == "row":
                fit += scoring.ROW_WEIGHT * scoring.row_label_match(prepared, scored.sentence)
            fit += scoring.DEFINITION_WEIGHT * (defines(query, scored.sentence) >= BESIDE)
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


def _led_by(named: Collection[str], hits: Sequence[Hit]) -> list[Hit]:
    """Return hits with those on a named page first, among these the best hit of each document."""
    found: list[Hit] = []
    seen: set[str] = set()
    for hit in hits:
        first = hit.chunk.document not in seen and hit.chunk.id in named
        raised = scoring.NAMED_WEIGHT * (hit.chunk.id in named) + scoring.NAMED_WEIGHT * first
        seen |= {hit.chunk.document} if first else set()
        found.append(replace(hit, score=hit.score + raised))
    return sorted(found, key=lambda hit: (-hit.score, hit.chunk.id))


def document_of(chunk: str) -> str:
    """Return the id of the document of a chunk, with which its own id begins."""
    return chunk.partition("-")[0]


def _only(scores: Mapping[str, float], chunks: set[str]) -> dict[str, float]:
    return {chunk: score for chunk, score in scores.items() if chunk in chunks}


def _best_distinct(hits: Sequence[Hit], limit: int) -> list[RetrievedChunk]:
    """Return the first `limit` hits, leaving out near-duplicates of better ones."""
    kept: list[tuple[Hit, frozenset[str]]] = []
    for hit in hits:
        words = frozenset(hit.chunk.text.casefold().split())
        if all(len(words & other) < _DUPLICATE * max(len(words | other), 1) for _, other in kept):
            kept.append((hit, words))
        if len(kept) == limit:
            break
    return [_retrieved_chunk(hit) for hit, _ in kept]


def _retrieved_chunk(hit: Hit) -> RetrievedChunk:
    chunk = RetrievedChunk(
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
        chunk["pages"] = list(hit.chunk.pages)
    return chunk


def round_robin(rankings: Sequence[Sequence[RetrievedChunk]], limit: int) -> list[RetrievedChunk]:
    """Merge rankings: the first of each, then the second of each, ..., every chunk once, at most `limit`."""
    merged: dict[str, RetrievedChunk] = {}
    for rank in range(max((len(ranking) for ranking in rankings), default=0)):
        for ranking in rankings:
            if rank < len(ranking):
                merged.setdefault(ranking[rank]["chunk"], ranking[rank])
    return list(merged.values())[:limit]
