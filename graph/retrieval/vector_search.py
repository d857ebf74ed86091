"""The chunks that lie nearest to a question, by what their vectors are of: sentences, or whole chunks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from graph.retrieval.embedder import Embedder, SentenceEmbedder
from graph.runtime.caching import LRUCache
from graph.storage.base import Catalog, VectorIndex

# Within so many chunks all are compared, which is exact: 500 of 20,000 chunks took 78 ms the first time, when they had
# to be read from a cold disk, and 1 ms from then on; the index's own filter took 60 to 110 each time.
_FEW = 800
_KEPT = 4  # documents whose sentence vectors are kept, at 9 MB for 500 chunks
_LISTED = 64  # documents whose chunks' ids are kept; to look them up takes 3 ms for 500

Vector = NDArray[np.float32]
Matrix = tuple[list[str], NDArray[np.int32], Vector]
"""The chunks of a document, and for each sentence vector the place of its chunk among them."""


# A generation's name is made of what it holds, so what is kept under it is never stale.
_chunks: LRUCache[list[str]] = LRUCache(_LISTED)
_matrices: LRUCache[Matrix] = LRUCache(_KEPT)


def nearest_chunks(
    catalog: Catalog,
    index: VectorIndex,
    embedder: Embedder,
    vector: Vector,
    documents: Sequence[str],
    limit: int,
) -> dict[str, float]:
    """The chunks of the `limit` nearest vectors with their cosine, best first; in these documents, or in all."""
    held: dict[str, list[str]] = {}
    for document in documents:
        row = catalog.document(document)
        generation = row.generation if row else ""
        key = f"{document}-{generation}"
        held[key] = _chunks.get_or_build(key, partial(catalog.chunk_ids, document, generation))
        if sum(map(len, held.values())) > _FEW:
            break
    else:
        if documents:
            return _best(_among(catalog, index, embedder, vector, held, limit)[:limit])
    return _best(index.search(vector, documents, limit))


def _among(
    catalog: Catalog, index: VectorIndex, embedder: Embedder, vector: Vector, held: dict[str, list[str]], limit: int
) -> list[tuple[str, str, float]]:
    """The best vectors of these chunks, and maybe more, as (row or "", chunk, cosine), best first."""
    if not isinstance(embedder, SentenceEmbedder):
        return index.search_among(vector, [chunk for chunks in held.values() for chunk in chunks])
    found: list[tuple[str, str, float]] = []
    for key, chunks in held.items():
        if chunks:
            ids, owners, vectors = _matrices.get_or_build(key, partial(_matrix, catalog, chunks))
            cosines = vectors @ vector
            order = np.argsort(-cosines)[:limit]
            found += [("", ids[owners[at]], float(cosines[at])) for at in order]
    return sorted(found, key=lambda hit: -hit[2])


def _best(hits: Sequence[tuple[str, str, float]]) -> dict[str, float]:
    best: dict[str, float] = {}
    for _, chunk, cosine in hits:
        best.setdefault(chunk, cosine)
    return best


def _matrix(catalog: Catalog, chunks: Sequence[str]) -> Matrix:
    found = catalog.sentence_vectors(chunks)
    ids = [chunk for chunk in chunks if chunk in found]
    parts = [found[chunk] for chunk in ids]
    owners = np.repeat(np.arange(len(ids), dtype=np.int32), [len(part) for part in parts])
    return ids, owners, np.concatenate(parts) if parts else np.zeros((0, 0), np.float32)
