"""The vector index as a LangChain `VectorStore`: its vectors from Chroma, its texts from the catalog."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NoReturn

import numpy as np
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.vectorstores import VectorStore
from langchain_core.vectorstores.utils import maximal_marginal_relevance

from graph.storage.base import ChunkStore, VectorIndex
from graph.storage.rows import ChunkRow

_WRITES = "The library is written by `pagewitness ingest` and `delete`, which keep texts, pages and vectors together."


class LibraryVectorStore(VectorStore):
    """A read-only vector store of the published chunks of a library.

    Each result is a chunk as a LangChain document, with the metadata `document` (its document's id), `name`, `page`,
    `pages`, `heading`, `kind` and `chunk` (its id). Scores are cosines. A chunk whose sentences have vectors of their
    own is as near as its nearest sentence.

    Args:
        index: The vectors.
        chunks: The catalog with the texts.
        embeddings: The embedding model whose vectors the index holds.
    """

    def __init__(self, index: VectorIndex, chunks: ChunkStore, embeddings: Embeddings) -> None:
        self._index, self._chunks, self._embeddings = index, chunks, embeddings

    @property
    def embeddings(self) -> Embeddings:
        """The embedding model of questions."""
        return self._embeddings

    def similarity_search(self, query: str, k: int = 4, **kwargs: Any) -> list[Document]:
        """Return the `k` chunks nearest to a question; `documents` are the ids to search in, all by default."""
        return self.similarity_search_by_vector(self._embeddings.embed_query(query), k, **kwargs)

    def similarity_search_with_score(self, query: str, k: int = 4, **kwargs: Any) -> list[tuple[Document, float]]:
        """Return the `k` chunks nearest to a question with their cosines, best first."""
        return [(found, score) for found, score, _ in self._search(self._embeddings.embed_query(query), k, **kwargs)]

    def similarity_search_by_vector(self, embedding: list[float], k: int = 4, **kwargs: Any) -> list[Document]:
        """Return the `k` chunks nearest to a vector, best first."""
        return [found for found, _, _ in self._search(embedding, k, **kwargs)]

    def max_marginal_relevance_search(
        self, query: str, k: int = 4, fetch_k: int = 20, lambda_mult: float = 0.5, **kwargs: Any
    ) -> list[Document]:
        """Return `k` of the `fetch_k` nearest chunks that are near to a question and unlike each other."""
        vector = self._embeddings.embed_query(query)
        return self.max_marginal_relevance_search_by_vector(vector, k, fetch_k, lambda_mult, **kwargs)

    def max_marginal_relevance_search_by_vector(
        self, embedding: list[float], k: int = 4, fetch_k: int = 20, lambda_mult: float = 0.5, **kwargs: Any
    ) -> list[Document]:
        """Return `k` of the `fetch_k` nearest chunks that are near to a vector and unlike each other.

        Args:
            embedding: The vector.
            k: How many chunks are returned.
            fetch_k: How many candidates are compared.
            lambda_mult: 1 weighs nearness alone, 0 difference alone.
            kwargs: `documents` as in `similarity_search`.
        """
        near = self._search(embedding, fetch_k, **kwargs)
        vectors = self._index.vectors([row for *_, row in near])
        candidates = [vectors[row].tolist() for *_, row in near]
        chosen = maximal_marginal_relevance(np.asarray(embedding, np.float32), candidates, lambda_mult, k)
        return [near[at][0] for at in chosen]

    def get_by_ids(self, ids: Sequence[str], /) -> list[Document]:
        """Return the published chunks of these ids."""
        return [_document(chunk) for chunk in self._chunks.chunks(ids, published=True)]

    def _search(
        self, embedding: Sequence[float], k: int, documents: Sequence[str] = ()
    ) -> list[tuple[Document, float, str]]:
        """Return (chunk, cosine, id of its nearest row) of the `k` nearest chunks."""
        vector, limit = np.asarray(embedding, np.float32), 4 * k
        while True:
            rows = self._index.search(vector, documents, limit)
            best: dict[str, tuple[float, str]] = {}
            for row, chunk, cosine in rows:
                best.setdefault(chunk, (cosine, row))
            found = self._chunks.chunks(list(best), published=True)
            if len(found) >= k or len(rows) < limit:
                return [(_document(chunk), *best[chunk.id]) for chunk in found[:k]]
            limit *= 4  # several rows belong to the same chunk

    def _select_relevance_score_fn(self) -> Callable[[float], float]:
        return lambda cosine: max(0.0, cosine)

    def add_texts(self, texts: Iterable[str], metadatas: list[dict[str, Any]] | None = None, **kwargs: Any) -> NoReturn:
        """Raise NotImplementedError: documents are added by ingestion."""
        raise NotImplementedError(_WRITES)

    def delete(self, ids: list[str] | None = None, **kwargs: Any) -> NoReturn:
        """Raise NotImplementedError: documents are deleted by name."""
        raise NotImplementedError(_WRITES)

    @classmethod
    def from_texts(cls, texts: list[str], embedding: Embeddings, *args: Any, **kwargs: Any) -> NoReturn:
        """Raise NotImplementedError: documents are added by ingestion."""
        raise NotImplementedError(_WRITES)


def _document(chunk: ChunkRow) -> Document:
    metadata = {
        "document": chunk.document, "name": chunk.name, "page": chunk.pages[0], "pages": list(chunk.pages),
        "heading": " › ".join(chunk.headings), "kind": chunk.kind, "chunk": chunk.id,
    }  # fmt: skip
    return Document(chunk.text, id=chunk.id, metadata=metadata)
