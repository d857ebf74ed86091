"""Vectors in Chroma: embedded in the home folder by default, or a `chroma run` server by URL."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast
from urllib.parse import urlsplit

import chromadb
import httpx
import numpy as np
from chromadb.config import Settings as ChromaSettings
from chromadb.errors import InternalError
from langchain_chroma import Chroma

from graph.errors import BadInputError, HomeError, IndexMismatchError
from graph.storage.base import VectorRow

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from langchain_core.embeddings import Embeddings

    from graph.storage.base import Vectors

P = ParamSpec("P")
R = TypeVar("R")

COLLECTION = "pagewitness"
# Chroma refuses more than 5,461 rows in one call; its cost per row is flat from 1,000 rows on.
_BATCH = 1000
# Chroma's own filter takes 60-450 ms over 300,000 rows, so first those of a wider search are looked through. So many
# times as many rows take 3.5 ms and 12 ms (as many as wanted: 2); the first are enough for half of a library, the last
# where the documents hold one in sixteen of the rows near the question.
_WIDER = (3, 16)


def _reported(method: Callable[P, R]) -> Callable[P, R]:
    """Say in the user's words that the index cannot be reached or written."""

    @functools.wraps(method)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return method(*args, **kwargs)
        except (httpx.HTTPError, OSError, InternalError) as error:
            index = cast(ChromaVectors, args[0])
            what = f"Chroma server at {index.url}" if index.url else "vector index"
            remedy = "start it again (`chroma run`)" if index.url else "make room on the disk"
            cause = " ".join(str(error).split())[:200] or type(error).__name__
            raise HomeError(
                f"The {what} does not work any more ({cause}): {remedy}, then give the same command again; "
                "what was read is kept."
            ) from error

    return call


class ChromaVectors:
    """The vectors of sentences or chunks, compared by cosine; the collection remembers whose vectors they are."""

    def __init__(self, folder: Path | None = None, url: str = "", embeddings: Embeddings | None = None) -> None:
        self.url = url
        self._client = _connect(folder, url)
        self._embeddings = embeddings
        self._lock = threading.RLock()  # two runs that find the index empty must not both make it anew
        self._kept: Any = None
        self._store = self._open()

    @property
    def store(self) -> Chroma:
        """The collection as a LangChain vector store."""
        return self._store

    def _open(self, embedder: str = "") -> Chroma:
        # The collection's metadata is set only when it is created: get_or_create never changes an existing one.
        return Chroma(
            COLLECTION,
            client=self._client,
            embedding_function=self._embeddings,
            collection_configuration={"hnsw": {"space": "cosine"}},
            collection_metadata={"embedder": embedder} if embedder else None,
        )

    @property
    def _collection(self) -> Any:
        if self.url:  # somebody else may have made it anew
            return self._client.get_collection(COLLECTION, embedding_function=None)
        with self._lock:
            if self._kept is None:
                self._kept = self._client.get_collection(COLLECTION, embedding_function=None)
            return self._kept

    def close(self) -> None:
        """Let go of the folder. Chroma keeps one system for each path, and would serve what was there before."""
        if not self.url:
            self._client.clear_system_cache()

    @_reported
    def check(self, embedder: str) -> None:
        """Raise IndexMismatchError when the stored vectors are another embedder's.

        `embedder` names the model and the dimension, for example `all-MiniLM-L6-v2-w8a8/384`.
        """
        with self._lock:
            stored = (self._collection.metadata or {}).get("embedder", "")
            if stored == embedder:
                return
            if self.count():
                raise IndexMismatchError(
                    f"The index holds vectors of {stored or 'an unknown model'}, but the model in use is {embedder}: "
                    "run `pagewitness reembed` to rebuild them (no page is read again), or set the former model."
                )
            self.reset(embedder)

    @_reported
    def add(self, rows: Sequence[VectorRow], vectors: Vectors) -> None:
        """Store one vector for each row, in place of any of the same id."""
        if len(rows) != len(vectors):
            raise ValueError(f"{len(rows)} texts but {len(vectors)} vectors came back from the embedding model.")
        collection = self._collection
        for start in range(0, len(rows), _BATCH):
            part = rows[start : start + _BATCH]
            collection.upsert(
                ids=[row.id for row in part],
                embeddings=np.asarray(vectors[start : start + _BATCH], np.float32),
                metadatas=[{"chunk": _chunk(row.id), "document": _document(row.id)} for row in part],
            )

    @_reported
    def stored_ids(self, ids: Sequence[str]) -> set[str]:
        """Those of the row ids that have a vector."""
        found: set[str] = set()
        for start in range(0, len(ids), _BATCH):
            found.update(self._collection.get(ids=list(ids[start : start + _BATCH]), include=[])["ids"])
        return found

    @_reported
    def search(self, vector: Vectors, documents: Sequence[str], limit: int) -> list[tuple[str, str, float]]:
        """The nearest rows as (row id, chunk id, cosine), best first."""
        if not documents:
            return self._nearest(vector, limit)
        wanted = set(documents)
        for times in _WIDER:
            near = [hit for hit in self._nearest(vector, times * limit) if _document(hit[0]) in wanted]
            if len(near) >= limit:
                return near[:limit]
        return self._nearest(vector, limit, {"document": {"$in": list(documents)}})

    @_reported
    def search_among(self, vector: Vectors, ids: Sequence[str]) -> list[tuple[str, str, float]]:
        """All rows of these ids that there are, likewise."""
        compared = []
        for start in range(0, len(ids), _BATCH):
            found = self._collection.get(ids=list(ids[start : start + _BATCH]), include=["embeddings"])
            rows = np.asarray(found["embeddings"], np.float32).reshape(len(found["ids"]), -1)
            lengths = np.maximum(np.linalg.norm(rows, axis=1) * np.linalg.norm(vector), 1e-12)
            cosines = rows @ np.asarray(vector, np.float32) / lengths if len(rows) else lengths
            compared += [(row, _chunk(row), float(cosine)) for row, cosine in zip(found["ids"], cosines, strict=True)]
        return sorted(compared, key=lambda hit: -hit[2])

    def _nearest(
        self, vector: Vectors, limit: int, where: dict[str, Any] | None = None
    ) -> list[tuple[str, str, float]]:
        # Metadata are left out: with them, 60 of 240,000 rows are found in 7 ms, without them in 2.
        found = self._collection.query(query_embeddings=[vector], n_results=limit, where=where, include=["distances"])
        return [
            (row, _chunk(row), 1.0 - float(distance))
            for row, distance in zip(found["ids"][0], found["distances"][0], strict=True)
        ]

    @_reported
    def delete_document(self, document: str) -> None:
        """Forget the vectors of a document."""
        self._collection.delete(where={"document": document})

    @_reported
    def delete_stale(self, document: str, generation: str) -> None:
        """Forget the vectors of a document's chunks that are not of this generation."""
        ids = self._collection.get(where={"document": document}, include=[])["ids"]
        stale = [row for row in ids if not row.startswith(f"{document}-{generation}-")]
        for start in range(0, len(stale), _BATCH):
            self._collection.delete(ids=stale[start : start + _BATCH])

    @_reported
    def reset(self, embedder: str) -> None:
        """Forget all vectors and take this embedder's from now on."""
        with self._lock:
            self._kept = None
            self._client.delete_collection(COLLECTION)
            self._store = self._open(embedder)

    @_reported
    def count(self) -> int:
        """How many vectors are stored."""
        return cast(int, self._collection.count())


def _chunk(row: str) -> str:
    return row.partition("/")[0]


def _document(row: str) -> str:
    return row.partition("-")[0]


def _connect(folder: Path | None, url: str) -> ClientAPI:
    settings = ChromaSettings(anonymized_telemetry=False)
    if not url:
        if folder is None:
            raise ValueError("ChromaVectors needs a folder or a URL.")
        return chromadb.PersistentClient(str(folder), settings=settings)
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadInputError(
            f"PAGEWITNESS_CHROMA_URL is {url!r}, which is no http(s) address: set one such as http://127.0.0.1:8000."
        )
    try:
        return chromadb.HttpClient(
            host=parts.hostname,
            port=parts.port or (443 if parts.scheme == "https" else 80),
            ssl=parts.scheme == "https",
            settings=settings,
        )
    except ValueError as error:
        raise BadInputError(
            f"No Chroma server answers at {url}: start it (`chroma run`), or unset PAGEWITNESS_CHROMA_URL."
        ) from error
