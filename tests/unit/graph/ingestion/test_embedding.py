"""Embedding of chunks: each is embedded once, also after a failure, and from vectors that were computed ahead."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from graph.dependencies import Deps
from graph.events import Progress
from graph.ingestion.embedding import embed_document, prefetch_vectors
from graph.ingestion.progress import RunProgress
from graph.types import Usage, add_usage, no_usage
from loaders.types import Chunk, Sentence
from tests.unit.graph.ingestion.conftest import DOCUMENT, NAME, HashEmbedder, document_row


def chunk(ordinal: int) -> Chunk:
    text = f"Fact number {ordinal:03}."
    return Chunk(ordinal, "text", text, (1,), ("Facts",), 4, (Sentence(text, text, "prose", (1,)),), ((0, 1),))


def stage(deps: Deps, count: int) -> tuple[list[Chunk], list[str]]:
    """Store chunks of a document; return them and their ids."""
    chunks = [chunk(ordinal) for ordinal in range(count)]
    deps.stores.catalog.add_document(document_row())
    return chunks, deps.stores.catalog.chunk_ids(DOCUMENT, deps.stores.catalog.stage_chunks(DOCUMENT, chunks))


async def embed(deps: Deps, ids: Sequence[str], events: list[Progress] | None = None) -> Usage:
    emit = events.append if events is not None else lambda event: None
    return await embed_document(deps, DOCUMENT, ids, NAME, emit, RunProgress().add_requests)


async def prefetch(deps: Deps, chunks: Sequence[Chunk], *, name: str = NAME, batches: int = 100) -> Usage:
    """Embed chunks ahead; pages are read for as many batches."""
    left, costs = iter([True] * batches), list[Usage]()
    await prefetch_vectors(deps, DOCUMENT, chunks, name, costs.append, lambda: next(left, False))
    total = no_usage()
    for cost in costs:
        total = add_usage(total, cost)
    return total


async def test_every_chunk_gets_a_vector_under_its_headings(deps: Deps, embedder: HashEmbedder) -> None:
    _, ids = stage(deps, 150)
    events: list[Progress] = []
    usage = await embed(deps, ids, events)
    assert deps.stores.vectors.stored_ids(ids) == set(ids)
    assert sorted(embedder.texts)[0] == "Facts Fact number 000."
    assert usage["requests"] == 4 + 4 + 2
    assert sorted(event["done"] for event in events)[-1] == 150
    assert {event["of"] for event in events} == {150}
    assert max(event["requests"] for event in events) == 10


async def test_a_chunk_with_a_vector_is_not_embedded_again(deps: Deps, embedder: HashEmbedder) -> None:
    _, ids = stage(deps, 70)
    await embed(deps, ids[:30])
    embedder.texts.clear()
    await embed(deps, ids)
    assert len(embedder.texts) == 40
    assert await embed(deps, ids) == no_usage()


async def test_what_was_embedded_before_a_failure_is_stored(deps: Deps, embedder: HashEmbedder) -> None:
    _, ids = stage(deps, 1000)
    embedder.broken = "number 040"
    with pytest.raises(ConnectionError):
        await embed(deps, ids)
    stored = deps.stores.vectors.stored_ids(ids)
    assert stored >= set(ids[:32]), "the requests before the one that failed"
    assert len(stored) == len(embedder.texts) < 1000 - 64, "no batch is started after the failure"
    embedder.broken = ""
    await embed(deps, ids)
    assert len(embedder.texts) == len(set(embedder.texts)) == 1000


async def test_full_batches_are_embedded_ahead_and_their_vectors_used(deps: Deps, embedder: HashEmbedder) -> None:
    chunks, ids = stage(deps, 150)
    cost = await prefetch(deps, chunks)
    assert (len(embedder.texts), cost["requests"]) == (128, 8)
    assert deps.stores.vectors.stored_ids(ids) == set(), "not in the index before the document is published"
    assert await prefetch(deps, chunks) == no_usage()
    usage = await embed(deps, ids)
    assert (len(embedder.texts), usage["requests"]) == (150, 2)
    assert deps.stores.vectors.stored_ids(ids) == set(ids)


async def test_a_vector_made_under_another_name_is_not_used(deps: Deps, embedder: HashEmbedder) -> None:
    chunks, ids = stage(deps, 64)
    await prefetch(deps, chunks, name="b.pdf")
    await embed(deps, ids)
    assert len(embedder.texts) == 128


async def test_embedding_ahead_stops_when_the_pages_are_read(deps: Deps, embedder: HashEmbedder) -> None:
    chunks, _ = stage(deps, 200)
    await prefetch(deps, chunks, batches=1)
    assert len(embedder.texts) == 64
