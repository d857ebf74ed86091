"""From chunks to vectors, in batches: into the vector index, and the fine ones into the catalog."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
from collections.abc import Callable, Iterable, Sequence

from graph.dependencies import Deps
from graph.events import Progress, progress
from graph.retrieval.embedder import SentenceEmbedder
from graph.storage.base import ChunkRow, VectorRow
from graph.types import Usage, add_usage, no_usage
from loaders.types import Chunk

# Chunks whose sentences are embedded and stored together; bounds memory, and shows progress on long documents.
_EMBED_BATCH = 64
_AT_ONCE = 3
"""Batches under way; each holds 11 MB offline. Their requests wait for the service's limiter like all others."""


async def embed(
    now: Deps, document: str, ids: Sequence[str], name: str, tell: Callable[[Progress], None],
    spend: Callable[[Usage], int],
) -> Usage:  # fmt: skip
    """Compute and store the vectors of a document's chunks: one for each sentence, or one for each chunk.

    A few batches are under way at a time, so that one is stored while others are embedded. `tell` is given an event
    after each: how many chunks are done, of how many. `spend` is given what it cost, and says how many requests the run
    has made. Returns what it cost.
    When one batch fails, no other is begun, but those under way end and are stored: their requests are paid for.
    """
    usage, done, gate = no_usage(), 0, asyncio.Semaphore(_AT_ONCE)
    failures: list[Exception] = []

    async def one(batch: Sequence[str]) -> None:
        nonlocal usage, done
        async with gate:
            if failures:
                return
            try:
                part = await asyncio.to_thread(_without_vectors, now, batch)
                spent = await _embed_batch(now, part, name) if part else no_usage()
            except Exception as error:
                failures.append(error)
                return
        usage, done = add_usage(usage, spent), done + len(batch)
        tell(progress("embed", document, name, done, len(ids), requests=spend(spent)))

    await asyncio.gather(*(one(ids[at : at + _EMBED_BATCH]) for at in range(0, len(ids), _EMBED_BATCH)))
    if failures:
        raise failures[0]
    return usage


async def embed_ahead(
    now: Deps, document: str, chunks: Iterable[Chunk], name: str, pay: Callable[[Usage], None],
    is_waiting: Callable[[], bool],
) -> None:  # fmt: skip
    """Embed chunks of a document that is not read to its end, and keep their vectors until `embed` comes to them.

    Only whole batches, so that hardly more requests are made than without, and none once nobody waits for pages any
    more: `embed` is quicker. `pay` is given what each request cost.
    """
    texts = {_key(now, document, chunk, name): _text(chunk) for chunk in chunks}
    kept = await asyncio.to_thread(now.stores.catalog.prefetched_vectors, list(texts))
    todo = [key for key in texts if key not in kept]
    for start in range(0, len(todo) // _EMBED_BATCH * _EMBED_BATCH, _EMBED_BATCH):
        if not is_waiting():
            return
        part = todo[start : start + _EMBED_BATCH]
        keys = iter(part)
        async for reply in now.embedder.embed_chunks([name] * len(part), [texts[key] for key in part]):
            pay(reply.usage)
            rows = [(next(keys), vector.tobytes()) for vector in reply.value]
            await asyncio.to_thread(now.stores.catalog.add_prefetched_vectors, document, rows)


async def _embed_batch(now: Deps, part: Sequence[ChunkRow], name: str) -> Usage:
    if isinstance(now.embedder, SentenceEmbedder):
        await asyncio.to_thread(_embed_sentences, now, now.embedder, part)
        return no_usage()
    usage = no_usage()
    todo = await asyncio.to_thread(_take_what_is_kept, now, part, name)
    rows = iter([VectorRow(chunk.id) for chunk in todo])
    async for reply in now.embedder.embed_chunks([name] * len(todo), [_text(chunk) for chunk in todo]):
        embedded = list(itertools.islice(rows, len(reply.value)))
        await asyncio.to_thread(now.stores.vectors.add, embedded, reply.value)
        usage = add_usage(usage, reply.usage)
    return usage


def _take_what_is_kept(now: Deps, part: Sequence[ChunkRow], name: str) -> list[ChunkRow]:
    """Put the vectors into the index that were computed ahead; returns the chunks that have none."""
    import numpy as np  # as below

    keys = {chunk.id: _key(now, chunk.document, chunk, name) for chunk in part}
    kept = now.stores.catalog.prefetched_vectors(list(keys.values()))
    if found := [chunk.id for chunk in part if keys[chunk.id] in kept]:
        vectors = [np.frombuffer(kept[keys[chunk]], dtype=np.float32) for chunk in found]
        now.stores.vectors.add([VectorRow(chunk) for chunk in found], np.stack(vectors))
    return [chunk for chunk in part if keys[chunk.id] not in kept]


def _text(chunk: Chunk | ChunkRow) -> str:
    return " ".join([*chunk.headings, chunk.text])


def _key(now: Deps, document: str, chunk: Chunk | ChunkRow, name: str) -> str:
    """Whatever a chunk's vector depends on; and the document, with which it is forgotten."""
    parts = "\0".join([document, now.embedder.identity, name, _text(chunk)])
    return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()


def _without_vectors(now: Deps, ids: Sequence[str]) -> list[ChunkRow]:
    """The chunks that an earlier run, killed half-way, did not get to: a vector is not paid for twice."""
    chunks = now.stores.catalog.chunks(ids)
    wanted = {chunk.id: _vector_ids(now, chunk) for chunk in chunks}
    known = now.stores.vectors.stored_ids([row for rows in wanted.values() for row in rows])
    # A chunk of headings alone has no vector that could tell, only the finer ones; it costs next to nothing.
    return [chunk for chunk in chunks if not (wanted[chunk.id] and known.issuperset(wanted[chunk.id]))]


def _vector_ids(now: Deps, chunk: ChunkRow) -> list[str]:
    if isinstance(now.embedder, SentenceEmbedder):
        return [sentence.id for sentence in chunk.sentences if sentence.kind != "heading"]
    return [chunk.id]


def _embed_sentences(now: Deps, embedder: SentenceEmbedder, chunks: Sequence[ChunkRow]) -> None:
    import numpy as np  # only offline, where the model itself needs it

    sentences = [sentence for chunk in chunks for sentence in chunk.sentences]
    encoded = iter(embedder.encode([sentence.search for sentence in sentences]))
    by_chunk = {chunk.id: [next(encoded) for _ in chunk.sentences] for chunk in chunks}
    rows = [VectorRow(s.id) for chunk in chunks for s in chunk.sentences if s.kind != "heading"]
    vectors = [
        one.vector
        for chunk in chunks
        for one, sentence in zip(by_chunk[chunk.id], chunk.sentences, strict=True)
        if sentence.kind != "heading"
    ]
    now.stores.catalog.add_token_vectors((chunk, ones) for chunk, ones in by_chunk.items() if ones)
    if rows:
        now.stores.vectors.add(rows, np.stack(vectors))
