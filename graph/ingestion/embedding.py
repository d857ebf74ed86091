"""Embedding of chunks in batches: vectors for the vector index, and token vectors for the catalog."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
from collections.abc import Callable, Iterable, Sequence

from graph.dependencies import Deps
from graph.events import Progress, progress
from graph.retrieval.embedder import SentenceEmbedder
from graph.storage.rows import ChunkRow, VectorRow
from graph.types import Usage, add_usage, no_usage
from loaders.types import Chunk

_BATCH_CHUNKS = 64  # chunks that are embedded and stored together: bounds memory, and shows progress on long documents
_PARALLEL_BATCHES = 3  # each holds 11 MB offline; the rate limiter bounds their requests


async def embed_document(
    deps: Deps, document: str, chunk_ids: Sequence[str], name: str, emit: Callable[[Progress], None],
    add_requests: Callable[[Usage], int],
) -> Usage:  # fmt: skip
    """Compute and store the vectors of a document's chunks: one for each sentence offline, else one for each chunk.

    Chunks that already have vectors are skipped. One batch is stored while others are embedded. Returns the usage.

    Args:
        deps: Stores and embedder.
        document: The document's id.
        chunk_ids: The ids of its chunks.
        name: The document's name, which is embedded with each chunk.
        emit: Called with a progress event after each batch.
        add_requests: Called with the usage of each batch; returns the number of requests of the run so far.

    Raises:
        ModelError: a batch failed. No further batch is started, but those in flight are stored: they are paid for.
    """
    usage, done, gate = no_usage(), 0, asyncio.Semaphore(_PARALLEL_BATCHES)
    failures: list[Exception] = []

    async def embed(batch: Sequence[str]) -> None:
        nonlocal usage, done
        async with gate:
            if failures:
                return
            try:
                cost = await _embed_batch(deps, batch, name)
            except Exception as error:  # raised below, when the batches in flight are stored
                failures.append(error)
                return
        usage, done = add_usage(usage, cost), done + len(batch)
        emit(progress("embed", document, name, done, len(chunk_ids), requests=add_requests(cost)))

    starts = range(0, len(chunk_ids), _BATCH_CHUNKS)
    await asyncio.gather(*(embed(chunk_ids[start : start + _BATCH_CHUNKS]) for start in starts))
    if failures:
        raise failures[0]
    return usage


async def prefetch_vectors(
    deps: Deps, document: str, chunks: Iterable[Chunk], name: str, record_usage: Callable[[Usage], None],
    is_reading: Callable[[], bool],
) -> None:  # fmt: skip
    """Embed chunks of a document that is still being read, and store the vectors for `embed_document`.

    Only full batches are embedded, so that hardly more requests are made in total.

    Args:
        deps: Stores and embedder.
        document: The document's id.
        chunks: The chunks of its first pages.
        name: The document's name, which is embedded with each chunk.
        record_usage: Gets what each request cost.
        is_reading: Whether pages of the document are still being read; when not, `embed_document` is faster.
    """
    texts = {_vector_key(deps, document, chunk, name): _text(chunk) for chunk in chunks}
    stored = await asyncio.to_thread(deps.stores.catalog.prefetched_vectors, list(texts))
    todo = [key for key in texts if key not in stored]
    for start in range(0, len(todo) // _BATCH_CHUNKS * _BATCH_CHUNKS, _BATCH_CHUNKS):
        if not is_reading():
            return
        batch = todo[start : start + _BATCH_CHUNKS]
        keys = iter(batch)
        async for reply in deps.embedder.embed_chunks([name] * len(batch), [texts[key] for key in batch]):
            record_usage(reply.usage)
            rows = [(next(keys), vector.tobytes()) for vector in reply.value]
            await asyncio.to_thread(deps.stores.catalog.add_prefetched_vectors, document, rows)


async def _embed_batch(deps: Deps, chunk_ids: Sequence[str], name: str) -> Usage:
    """Embed those of the chunks that have no vectors, store these, and return what that cost."""
    usage, chunks = no_usage(), await asyncio.to_thread(_without_vectors, deps, chunk_ids)
    if not chunks:
        return usage
    if isinstance(deps.embedder, SentenceEmbedder):
        await asyncio.to_thread(_embed_sentences, deps, deps.embedder, chunks)
        return usage
    todo = await asyncio.to_thread(_use_prefetched, deps, chunks, name)
    rows = iter([VectorRow(chunk.id) for chunk in todo])
    async for reply in deps.embedder.embed_chunks([name] * len(todo), [_text(chunk) for chunk in todo]):
        embedded = list(itertools.islice(rows, len(reply.value)))
        await asyncio.to_thread(deps.stores.vectors.add, embedded, reply.value)
        usage = add_usage(usage, reply.usage)
    return usage


def _use_prefetched(deps: Deps, chunks: Sequence[ChunkRow], name: str) -> list[ChunkRow]:
    """Copy prefetched vectors into the index, and return the chunks that have none."""
    import numpy as np  # lazy: importing the app does not need it

    keys = {chunk.id: _vector_key(deps, chunk.document, chunk, name) for chunk in chunks}
    stored = deps.stores.catalog.prefetched_vectors(list(keys.values()))
    if found := [chunk.id for chunk in chunks if keys[chunk.id] in stored]:
        vectors = [np.frombuffer(stored[keys[chunk]], dtype=np.float32) for chunk in found]
        deps.stores.vectors.add([VectorRow(chunk) for chunk in found], np.stack(vectors))
    return [chunk for chunk in chunks if keys[chunk.id] not in stored]


def _text(chunk: Chunk | ChunkRow) -> str:
    """Return the text of a chunk that is embedded: its headings, then its own text."""
    return " ".join([*chunk.headings, chunk.text])


def _vector_key(deps: Deps, document: str, chunk: Chunk | ChunkRow, name: str) -> str:
    """Return the key of a prefetched vector: a hash of its inputs, among them the document with which it is deleted."""
    parts = "\0".join([document, deps.embedder.identity, name, _text(chunk)])
    return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()


def _without_vectors(deps: Deps, chunk_ids: Sequence[str]) -> list[ChunkRow]:
    """Return the chunks that have no vectors yet; after a killed run some have, and are not embedded again."""
    chunks = deps.stores.catalog.chunks(chunk_ids)
    wanted = {chunk.id: _vector_ids(deps, chunk) for chunk in chunks}
    known = deps.stores.vectors.stored_ids([row for rows in wanted.values() for row in rows])
    # A chunk that is only a heading has token vectors and no others: it is embedded again, which costs next to nothing.
    return [chunk for chunk in chunks if not (wanted[chunk.id] and known.issuperset(wanted[chunk.id]))]


def _vector_ids(deps: Deps, chunk: ChunkRow) -> list[str]:
    """Return the ids of the rows that a chunk has in the vector index."""
    if isinstance(deps.embedder, SentenceEmbedder):
        return [sentence.id for sentence in chunk.sentences if not sentence.is_heading]
    return [chunk.id]


def _embed_sentences(deps: Deps, embedder: SentenceEmbedder, chunks: Sequence[ChunkRow]) -> None:
    """Store token vectors of all sentences of the chunks, and in the index one vector a sentence without headings."""
    import numpy as np  # lazy: importing the app does not need it

    sentences = [sentence for chunk in chunks for sentence in chunk.sentences]
    encoded = list(embedder.encode([sentence.search for sentence in sentences]))
    rows = iter(encoded)
    by_chunk = {chunk.id: [next(rows) for _ in chunk.sentences] for chunk in chunks}
    deps.stores.catalog.add_token_vectors((chunk, vectors) for chunk, vectors in by_chunk.items() if vectors)
    indexed = [
        (sentence.id, encoding.vector)
        for sentence, encoding in zip(sentences, encoded, strict=True)
        if not sentence.is_heading
    ]
    if indexed:
        ids, vectors = zip(*indexed, strict=True)
        deps.stores.vectors.add([VectorRow(one) for one in ids], np.stack(vectors))
