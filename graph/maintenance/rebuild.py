"""Rebuilds of vectors and chunks from the stored transcripts, without reading a page again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from graph.dependencies import Deps
from graph.errors import DocumentDeletedError
from graph.events import Progress
from graph.ingestion.embedding import embed_document
from graph.ingestion.indexing import chunk_document, chunks_fingerprint, publish, turn
from graph.ingestion.leases import alone
from graph.ingestion.page_vectors import embed_pages
from graph.ingestion.progress import RunProgress
from graph.storage.cleanup import remove_stale
from graph.storage.rows import DocumentRow
from graph.types import Usage, add_usage, no_usage

OnEvent = Callable[[Progress], None]


async def reembed(deps: Deps, on_event: OnEvent) -> dict[str, Any]:
    """Compute all vectors again with the embedding model in use; an interrupted rebuild continues where it stopped.

    Questions are refused with IndexMismatchError until it is finished.

    Returns:
        The number of `documents` and `chunks`, the `embedder` and the `usage`.
    """
    async with turn(deps.stores, alone=True):
        return await _reembed(deps, on_event)


async def rechunk(deps: Deps, on_event: OnEvent) -> dict[str, Any]:
    """Chunk all documents again and embed the chunks that changed; questions see a document's old chunks until then.

    Returns:
        The number of `documents` and `chunks`, the `embedder` and the `usage`.
    """
    async with turn(deps.stores, alone=True):
        return await _rechunk(deps, on_event)


async def _reembed(deps: Deps, on_event: OnEvent) -> dict[str, Any]:
    """Reset the index unless an earlier rebuild for this embedder did, then embed the chunks that have no vectors."""
    catalog, vectors = deps.stores.catalog, deps.stores.vectors
    await asyncio.to_thread(deps.stores.acquire_for_writing)
    if await asyncio.to_thread(deps.stores.reembedding) != deps.embedder.identity:
        await asyncio.to_thread(catalog.set_meta, deps.stores.REEMBEDDING, deps.embedder.identity)
        await asyncio.to_thread(catalog.set_meta, deps.stores.INDEXED_BY, "")
        await asyncio.to_thread(vectors.reset, deps.embedder.identity)
        if await asyncio.to_thread(deps.stores.has_page_vectors):
            await asyncio.to_thread(deps.stores.page_vectors.reset, deps.embedder.identity)
    result = await _for_each(deps, partial(_reembed_document, deps, on_event, RunProgress()))
    await asyncio.to_thread(catalog.set_meta, deps.stores.REEMBEDDING, "")
    return result


async def _reembed_document(deps: Deps, on_event: OnEvent, run: RunProgress, row: DocumentRow) -> tuple[int, Usage]:
    """Embed the chunks of a document that have no vectors; return the number of its chunks and the cost."""
    ids = await asyncio.to_thread(deps.stores.catalog.chunk_ids, row.id)
    usage = await embed_document(deps, row.id, ids, row.name, on_event, run.add_requests)
    return len(ids), add_usage(usage, await embed_pages(deps, row.id, ids))


async def _rechunk(deps: Deps, on_event: OnEvent) -> dict[str, Any]:
    await asyncio.to_thread(deps.stores.acquire_for_writing)
    await asyncio.to_thread(deps.stores.check, deps.embedder.identity)
    return await _for_each(deps, partial(_rechunk_document, deps, on_event, RunProgress()))


async def _for_each(deps: Deps, rebuild: Callable[[DocumentRow], Awaitable[tuple[int, Usage]]]) -> dict[str, Any]:
    """Rebuild each document with a function that returns its number of chunks and the cost; return the sums."""
    documents, chunks, usage = 0, 0, no_usage()
    for row in await asyncio.to_thread(deps.stores.catalog.documents):
        if not row.generation:
            continue
        try:
            count, spent = await rebuild(row)
        except DocumentDeletedError:
            count, spent = 0, no_usage()
        usage = add_usage(usage, spent)
        if await asyncio.to_thread(deps.stores.catalog.document, row.id):
            documents, chunks = documents + 1, chunks + count
        else:  # deleted meanwhile
            await asyncio.to_thread(remove_stale, deps.stores, row.id)
    return {"documents": documents, "chunks": chunks, "embedder": deps.embedder.identity, "usage": usage}


async def _rechunk_document(deps: Deps, on_event: OnEvent, run: RunProgress, row: DocumentRow) -> tuple[int, Usage]:
    """Stage, embed and publish new chunks of a document; return their number and the cost."""
    async with alone(deps.stores.catalog, row.id) as owner:
        fingerprint = chunks_fingerprint(await asyncio.to_thread(deps.stores.catalog.pages, row.id))
        generation = await asyncio.to_thread(chunk_document, deps.stores, row, owner)
        ids = await asyncio.to_thread(deps.stores.catalog.chunk_ids, row.id, generation)
        usage = await embed_document(deps, row.id, ids, row.name, on_event, run.add_requests)
        usage = add_usage(usage, await embed_pages(deps, row.id, ids))
        await asyncio.to_thread(publish, deps.stores, row.id, generation, fingerprint, owner)
    return len(ids), usage
