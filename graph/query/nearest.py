"""The chunks that lie nearest to a question, by what their vectors are of: sentences, or whole chunks."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from graph.engines.base import Embedder, SentenceEmbedder
from graph.engines.minilm import head_size, unpack_vectors
from graph.storage.base import Catalog, VectorIndex

# Within so many chunks all are compared, which is exact: 500 of 20,000 chunks took 78 ms the first time, when they had
# to be read from a cold disk, and 5 ms from then on; the index's own filter took 60 to 110 each time.
_FEW = 800
_KEPT = 4  # documents whose sentence vectors are kept, at 5 MB for 500 chunks

Vector = NDArray[np.float32]
Matrix = tuple[list[str], NDArray[np.int32], NDArray[np.float16]]
"""The chunks of a document, and for each sentence vector the place of its chunk among them."""


def nearest(
    catalog: Catalog,
    index: VectorIndex,
    embedder: Embedder,
    vector: NDArray[np.float32],
    documents: Sequence[str],
    limit: int,
) -> dict[str, float]:
    """The chunks of the `limit` nearest vectors with their cosine, best first; in these documents, or in all."""
    if not documents:
        return _best(index.search(vector, documents, limit))
    chunks: list[list[str]] = []
    for document in documents:
        chunks.append(catalog.chunk_ids(document))
        if sum(map(len, chunks)) > _FEW:
            return _best(index.search(vector, documents, limit))
    if not isinstance(embedder, SentenceEmbedder):
        return _best(index.compare(vector, [chunk for held in chunks for chunk in held])[:limit])
    found: list[tuple[str, str, float]] = []
    for held in filter(None, chunks):
        ids, owners, vectors = _matrix(catalog, held)
        cosines = vectors.astype(np.float32) @ vector
        for at in np.argsort(-cosines)[:limit]:
            found.append(("", ids[owners[at]], float(cosines[at])))
    return _best(sorted(found, key=lambda hit: -hit[2])[:limit])


def _best(hits: Sequence[tuple[str, str, float]]) -> dict[str, float]:
    best: dict[str, float] = {}
    for _, chunk, cosine in hits:
        best.setdefault(chunk, cosine)
    return best


_matrices: OrderedDict[tuple[str, int], Matrix] = OrderedDict()
_keeping = threading.Lock()


def _matrix(catalog: Catalog, chunks: Sequence[str]) -> Matrix:
    """The sentence vectors of a document. A chunk's id is made of what it holds, so what is kept is never stale."""
    key = (chunks[0], len(chunks))
    with _keeping:
        if key in _matrices:
            _matrices.move_to_end(key)
            return _matrices[key]
    heads = catalog.heads_of_token_vectors(chunks, head_size)
    ids = [chunk for chunk in chunks if chunk in heads]
    parts = [unpack_vectors(heads[chunk]).astype(np.float16) for chunk in ids]
    owners = np.repeat(np.arange(len(ids), dtype=np.int32), [len(part) for part in parts])
    made = ids, owners, np.concatenate(parts) if parts else np.zeros((0, 0), np.float16)
    with _keeping:
        _matrices[key] = made
        while len(_matrices) > _KEPT:
            _matrices.popitem(last=False)
    return made
