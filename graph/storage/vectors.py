"""The vector index on langchain-chroma: embedded in the home folder, or on a `chroma run` server by URL.

Vectors are written, read and deleted through `langchain_chroma.Chroma`. Search and count use Chroma's own client: the
60 nearest of 20,000 vectors take 1.3 ms there and 3.4 ms through LangChain, which always fetches texts and metadata.
Chroma stores no texts: with them, writing takes 26 % more, and the catalog has them (`graph.storage.vector_store`).
Chroma is imported and opened with the first call: that takes 0.3 s, which a question on a small library never needs.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, Protocol, TypeVar, cast
from urllib.parse import urlsplit

import httpx
import numpy as np
from langchain_core.embeddings import Embeddings

from graph.access import Scope
from graph.errors import BadInputError, HomeError, IndexMismatchError, other_embedder, other_length
from graph.storage.rows import VectorRow

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from langchain_chroma import Chroma

    from graph.storage.base import Vectors

P = ParamSpec("P")
R = TypeVar("R")

COLLECTION, PAGE_COLLECTION = "pagewitness", "pagewitness-pages"
# Chroma refuses more than 5,461 rows in one call; its cost per row is flat from 1,000 rows on.
_BATCH = 1000
# Chroma's filter takes 60-450 ms over 300,000 rows, so a wider search is filtered here first. Three times as many rows
# take 3.5 ms, 16 times 12 ms (the wanted number: 2 ms). The first is enough if the documents are half of a library, the
# last if they have one in sixteen of the rows near the question.
_WIDER = (3, 16)


def _translate_errors(method: Callable[P, R]) -> Callable[P, R]:
    """Raise a HomeError that says what to do if the index cannot be reached or written.

    Vectors of another length than those of the index raise an IndexMismatchError: the embedding model has changed under
    its name, or other dimensions are asked of it.
    """

    @functools.wraps(method)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return method(*args, **kwargs)
        except Exception as error:
            if translated := _translated(error, cast(ChromaVectors, args[0]).url):
                raise translated from error
            raise

    return call


def _translated(error: Exception, url: str) -> HomeError | IndexMismatchError | None:
    """Return Chroma's error as ours, or None for any other."""
    from chromadb.errors import InternalError, InvalidArgumentError

    if isinstance(error, InvalidArgumentError) and "dimension" in str(error):
        return other_length(error)
    if not isinstance(error, (httpx.HTTPError, OSError, InternalError)):
        return None
    what = f"Chroma server at {url}" if url else "vector index"
    remedy = "start it again (`chroma run`)" if url else "free some space on the disk"
    cause = " ".join(str(error).split())[:200] or type(error).__name__
    return HomeError(
        f"The {what} does not work any more ({cause}): {remedy}, then run the same command again; "
        "pages that were read are saved."
    )


class _Precomputed(Embeddings):
    """Embeddings that return the vectors set by the calling thread, since `Chroma.add_texts` asks for embeddings."""

    def __init__(self) -> None:
        self._local = threading.local()

    def set_vectors(self, vectors: Vectors) -> None:
        """Set the vectors of the next `add_texts` in this thread, shape (n, dimensions)."""
        self._local.vectors = vectors

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return the vectors that were set."""
        # Chroma takes arrays too, and converting a million floats to Python's takes longer than storing them.
        return cast(list[list[float]], list(self._local.vectors))

    def embed_query(self, text: str) -> list[float]:
        """Raise NotImplementedError: questions are embedded by the engine."""
        raise NotImplementedError  # a method that LangChain's `Embeddings` must have; Chroma gets vectors


class Entries(Protocol):
    """The part of the catalog that knows which documents may be seen."""

    def visible_documents(self, scope: Scope, documents: Sequence[str] | None = None) -> list[str]:
        """Return the ids of those of the documents that may be seen, of all by default."""


class ChromaVectors:
    """Vectors of sentences or chunks, compared by cosine; the collection remembers the embedder.

    Methods raise HomeError when the index cannot be reached or written.

    Args:
        folder: The folder of an embedded Chroma.
        url: The address of a Chroma server, used in place of the folder unless "".
        collection: The name of the collection.
        entries: Knows which documents may be seen; without it, only a scope of everything can search.

    Raises:
        BadInputError: `url` is not an address, or no server answers there.
    """

    def __init__(
        self,
        folder: Path | None = None,
        url: str = "",
        collection: str = COLLECTION,
        entries: Entries | None = None,
    ) -> None:
        if folder is None and not url:
            raise ValueError("ChromaVectors needs a folder or a URL.")
        self.url, self._name, self._entries = url, collection, entries
        self._folder = folder
        self._precomputed = _Precomputed()
        self._lock = threading.RLock()  # two runs that find the index empty must not both reset it
        self._connected: ClientAPI | None = None
        self._cached: tuple[Chroma, Any] | None = None
        if url:
            self._connect()

    @property
    def is_open(self) -> bool:
        """Whether Chroma is loaded and opened: before it is, the first call takes 0.3 s."""
        return self._connected is not None

    def _connect(self) -> ClientAPI:
        """Return the client, connected with the first call, which also creates a missing collection."""
        with self._lock:
            if self._connected is None:
                self._connected = _client(self._folder, self.url)
                self._created = self._create()
            return self._connected

    def _create(self, embedder: str = "") -> Chroma:
        from langchain_chroma import Chroma

        # The collection's metadata is set only when it is created: an existing one never changes.
        return Chroma(
            self._name,
            client=self._connect(),
            embedding_function=self._precomputed,
            collection_configuration={"hnsw": {"space": "cosine"}},
            collection_metadata={"embedder": embedder} if embedder else None,
        )

    @property
    def _store(self) -> Chroma:
        """The collection as LangChain's store."""
        return self._open_store() if self.url else self._open()[0]

    @property
    def _collection(self) -> Any:
        """The collection as Chroma's own object."""
        return self._open_collection() if self.url else self._open()[1]

    def _open(self) -> tuple[Chroma, Any]:
        """Return both, cached; not for a server, where another process may reset the collection at any time."""
        with self._lock:
            if self._cached is None:
                self._connect()
                self._cached = self._created, self._open_collection()  # to open another store takes 9 ms
            return self._cached

    def _open_store(self) -> Chroma:
        from langchain_chroma import Chroma

        return Chroma(
            self._name,
            client=self._connect(),
            embedding_function=self._precomputed,
            create_collection_if_not_exists=False,
        )

    def _open_collection(self) -> Any:
        return self._connect().get_collection(self._name, embedding_function=None)

    def close(self) -> None:
        """Release the folder: Chroma caches one system for each path, and would serve the data of a deleted folder."""
        if not self.url and self._connected is not None:
            self._connected.clear_system_cache()

    @_translate_errors
    def check(self, embedder: str) -> None:
        """Raise IndexMismatchError if the stored vectors are another embedder's; an empty index takes this one.

        Args:
            embedder: Model and dimensions, for example `all-MiniLM-L6-v2-w8a8/384`.
        """
        with self._lock:
            stored = self.embedder()
            if stored == embedder:
                return
            if self.count():
                raise other_embedder(stored, embedder)
            self.reset(embedder)

    @_translate_errors
    def embedder(self) -> str:
        """Return the embedder whose vectors are stored, or "" of a new index."""
        return str((self._collection.metadata or {}).get("embedder", ""))

    @_translate_errors
    def add(self, rows: Sequence[VectorRow], vectors: Vectors) -> None:
        """Store one vector for each row, replacing those of the same id.

        Args:
            rows: n rows.
            vectors: Shape (n, dimensions).

        Raises:
            ValueError: there are not as many vectors as rows.
        """
        if len(rows) != len(vectors):
            raise ValueError(f"{len(rows)} texts but {len(vectors)} vectors came back from the embedding model.")
        store = self._store
        for start in range(0, len(rows), _BATCH):
            ids = [row.id for row in rows[start : start + _BATCH]]
            self._precomputed.set_vectors(np.asarray(vectors[start : start + _BATCH], np.float32))
            # A filter needs the document; the chunk is in the id. 650 rows with both took .40 CPU s, now .33.
            metadata = [{"document": _document(row)} for row in ids]
            # None instead of "", for which Chroma keeps a row of full text: 1,200 take 177 ms of CPU instead of 211.
            store.add_texts(cast(list[str], [None] * len(ids)), metadata, ids)

    def bulk_load(self) -> AbstractContextManager[None]:
        """Return a context in which many vectors are added; Chroma's index grows with each."""
        return nullcontext()

    @_translate_errors
    def stored_ids(self, ids: Sequence[str]) -> set[str]:
        """Return those of the row ids that have a vector."""
        store, found = self._store, set[str]()
        for start in range(0, len(ids), _BATCH):
            found.update(store.get(list(ids[start : start + _BATCH]), include=[])["ids"])
        return found

    @_translate_errors
    def vectors(self, scope: Scope, ids: Sequence[str]) -> dict[str, Vectors]:
        """Return the stored vectors of these row ids, each of shape (dimensions,)."""
        store, vectors = self._store, dict[str, Any]()
        if not scope.is_everything:
            seen = set(self._seen(scope, list(dict.fromkeys(map(_document, ids)))))
            ids = [one for one in ids if _document(one) in seen]
        for start in range(0, len(ids), _BATCH):
            found = store.get(list(ids[start : start + _BATCH]), include=["embeddings"])
            vectors.update(zip(found["ids"], np.asarray(found["embeddings"], np.float32), strict=True))
        return vectors

    @_translate_errors
    def search(
        self, scope: Scope, vector: Vectors, documents: Sequence[str], limit: int
    ) -> list[tuple[str, str, float]]:
        """Return the nearest rows as (row id, chunk id, cosine), best first; in these documents, or in all."""
        if not scope.is_everything:
            documents = self._seen(scope, documents or None)
            if not documents:
                return []
        if not documents:
            return self._nearest(vector, limit)
        wanted = set(documents)
        for times in _WIDER:
            near = [hit for hit in self._nearest(vector, times * limit) if _document(hit[0]) in wanted]
            if len(near) >= limit:
                return near[:limit]
        return self._nearest(vector, limit, {"document": {"$in": list(documents)}})

    def _seen(self, scope: Scope, documents: Sequence[str] | None) -> list[str]:
        if self._entries is None:
            raise ValueError("This index was built without `entries`, and cannot search within a scope: pass them.")
        return self._entries.visible_documents(scope, documents)

    def search_among(self, scope: Scope, vector: Vectors, ids: Sequence[str]) -> list[tuple[str, str, float]]:
        """Return all stored rows of these ids as (row id, chunk id, cosine), best first."""
        found = self.vectors(scope, ids)
        if not found:
            return []
        rows = np.stack(list(found.values()))
        lengths = np.maximum(np.linalg.norm(rows, axis=1) * np.linalg.norm(vector), 1e-12)
        cosines = rows @ np.asarray(vector, np.float32) / lengths
        hits = [(row, _chunk(row), float(cosine)) for row, cosine in zip(found, cosines, strict=True)]
        return sorted(hits, key=lambda hit: -hit[2])

    def _nearest(
        self, vector: Vectors, limit: int, where: dict[str, Any] | None = None
    ) -> list[tuple[str, str, float]]:
        # Without metadata: with it, 60 of 240,000 rows are found in 7 ms, without it in 2.
        found = self._collection.query(query_embeddings=[vector], n_results=limit, where=where, include=["distances"])
        return [
            (row, _chunk(row), 1.0 - float(distance))
            for row, distance in zip(found["ids"][0], found["distances"][0], strict=True)
        ]

    @_translate_errors
    def delete_document(self, document: str) -> None:
        """Delete the vectors of a document."""
        self._store.delete(where={"document": document})

    @_translate_errors
    def delete_stale(self, document: str, generation: str, ids: Sequence[str] | None = None) -> None:
        """Delete the vectors of a document's chunks that are not of this generation.

        `ids` are all that they may have; without them, the rows of all documents are looked through.
        """
        store = self._store
        found = store.get(where={"document": document}, include=[])["ids"] if ids is None else self.stored_ids(ids)
        stale = [row for row in found if not row.startswith(f"{document}-{generation}-")]
        for start in range(0, len(stale), _BATCH):
            store.delete(stale[start : start + _BATCH])

    @_translate_errors
    def reset(self, embedder: str) -> None:
        """Delete all vectors; from now on the index holds those of this embedder."""
        with self._lock:
            self._cached = None
            self._connect().delete_collection(self._name)
            self._created = self._create(embedder)

    @_translate_errors
    def count(self) -> int:
        """Return the number of stored vectors."""
        return cast(int, self._collection.count())


def _chunk(row: str) -> str:
    return row.partition("/")[0]


def _document(row: str) -> str:
    return row.partition("-")[0]


def _client(folder: Path | None, url: str) -> ClientAPI:
    """Return a client of the folder, or of the server at `url`.

    Raises:
        BadInputError: `url` is not an address, or no server answers there.
    """
    import chromadb
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False)
    if not url:
        return chromadb.PersistentClient(str(folder), settings=settings)
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadInputError(
            f"PAGEWITNESS_CHROMA_URL is {url!r}, which is not an http(s) address: set one such as http://127.0.0.1:8000."
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
