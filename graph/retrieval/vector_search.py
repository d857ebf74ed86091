"""Vector search: the chunks nearest to a question, by the vectors of their sentences or of whole chunks."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from graph.retrieval.embedder import Embedder, encodes_sentences
from graph.runtime.caching import LRUCache
from graph.storage.base import Catalog, TokenVectorStore, VectorIndex

# Up to this many chunks are compared exactly: 500 of 20,000 took 78 ms from a cold disk and 1 ms from then on, while
# the index's filter by document took 60 to 110 ms each time.
_MAX_EXACT = 800
# The first search of a process compares more of them: `pagewitness ask` on 1,000 chunks takes .94 CPU seconds so, and
# 1.23 where it loads and opens Chroma. Later ones take 1.5 ms with the index, and 3 without.
_MAX_EXACT_AT_FIRST = 2000
# For a caller who may see only a part of the library, more are compared: of 100,000 chunks with 200,000 vectors, 1,000
# take 5 to 8 ms of CPU so, and 82 to 92 by the index's filter, where the search of all takes 1.8.
_MAX_EXACT_OF_SCOPE = 2000
_MAX_MATRICES = 4  # documents whose sentence vectors are cached, 9 MB for 500 chunks
_MAX_SCOPES = 2  # larger parts of a library whose sentence vectors are cached, 36 MB for 2,000 chunks
_MAX_LISTS = 64  # documents whose chunk ids are cached; a look-up takes 3 ms for 500

Vector = NDArray[np.float32]
Matrix = tuple[list[str], NDArray[np.int32], Vector]
"""A document's chunk ids; for each sentence the index of its chunk among them; the sentence vectors as rows."""

# Never stale: the key holds the generation, whose name is a hash of its chunks.
_chunk_ids: LRUCache[list[str]] = LRUCache(_MAX_LISTS)
_matrices: LRUCache[Matrix] = LRUCache(_MAX_MATRICES)
_matrices_of_scopes: LRUCache[Matrix] = LRUCache(_MAX_SCOPES)
_first_search = threading.Lock()
"""Acquired, and never released, by the first search of this process that finds its index not opened yet."""


def nearest_chunks(
    catalog: Catalog,
    index: VectorIndex,
    embedder: Embedder,
    vector: Vector,
    documents: Sequence[str],
    limit: int,
) -> dict[str, float]:
    """Return the chunks of the `limit` nearest vectors with their cosine, best first.

    Args:
        catalog: Where chunk ids and sentence vectors are read.
        index: The vector index.
        embedder: Tells whether there are vectors of sentences.
        vector: The question's unit vector.
        documents: Ids of the documents to search; empty for all.
        limit: How many vectors; several may belong to one chunk.
    """
    ids_by_key: dict[str, list[str]] = {}
    is_first = not index.is_open and encodes_sentences(embedder) and _first_search.acquire(blocking=False)
    most = _MAX_EXACT_AT_FIRST if is_first else _MAX_EXACT
    if not documents and encodes_sentences(embedder):
        few = max(most, _MAX_EXACT_OF_SCOPE) if index.is_limited else most
        if not catalog.has_more_chunks(few):  # a question to a larger library need not know its chunks
            chunks = catalog.published_chunks(few)
            key = hashlib.sha256("".join(chunks).encode()).hexdigest()
            return _best_by_chunk(_compare_all(catalog, index, embedder, vector, {key: chunks}, limit)[:limit])
    for document in documents:
        row = catalog.document(document)
        generation = row.generation if row else ""
        key = f"{document}-{generation}"
        ids_by_key[key] = _chunk_ids.get_or_build(key, partial(catalog.chunk_ids, document, generation))
        if sum(map(len, ids_by_key.values())) > most:
            break
    else:
        if documents:
            return _best_by_chunk(_compare_all(catalog, index, embedder, vector, ids_by_key, limit)[:limit])
    index.check(embedder.identity)
    return _best_by_chunk(index.search(vector, documents, limit))


def _compare_all(
    catalog: Catalog,
    index: VectorIndex,
    embedder: Embedder,
    vector: Vector,
    ids_by_key: dict[str, list[str]],
    limit: int,
) -> list[tuple[str, str, float]]:
    """Return at least the `limit` best vectors of the given chunks as (row id or "", chunk id, cosine), best first."""
    if not encodes_sentences(embedder):
        index.check(embedder.identity)
        return index.search_among(vector, [chunk for chunks in ids_by_key.values() for chunk in chunks])
    found: list[tuple[str, str, float]] = []
    for key, chunks in ids_by_key.items():
        if chunks:
            build = partial(_matrix, catalog, chunks)
            if len(chunks) <= _MAX_EXACT:
                matrix = _matrices.get_or_build(key, build)
            else:  # what only a first search compares is not kept: it has 18 kB a chunk
                matrix = _matrices_of_scopes.get_or_build(key, build) if index.is_limited else build()
            ids, owners, vectors = matrix
            cosines = vectors @ vector
            order = np.argsort(-cosines)[:limit]
            found += [("", ids[owners[at]], float(cosines[at])) for at in order]
    return sorted(found, key=lambda hit: -hit[2])


def _best_by_chunk(hits: Sequence[tuple[str, str, float]]) -> dict[str, float]:
    best: dict[str, float] = {}
    for _, chunk, cosine in hits:
        best.setdefault(chunk, cosine)
    return best


def _matrix(catalog: TokenVectorStore, chunks: Sequence[str]) -> Matrix:
    found = catalog.sentence_vectors(chunks)
    ids = [chunk for chunk in chunks if chunk in found]
    parts = [found[chunk] for chunk in ids]
    owners = np.repeat(np.arange(len(ids), dtype=np.int32), [len(part) for part in parts])
    return ids, owners, np.concatenate(parts) if parts else np.zeros((0, 0), np.float32)
