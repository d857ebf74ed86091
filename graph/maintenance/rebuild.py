"""Rebuilds of vectors and chunks from the stored transcripts, without reading a page again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from graph.dependencies import Deps
from graph.events import Progress
from graph.ingestion.embedding import embed_document
from graph.ingestion.indexing import chunk_document, chunks_fingerprint, publish, turn
from graph.ingestion.leases import alone
from graph.ingestion.page_vectors import embed_pages
from graph.ingestion.progress import RunProgress
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
    total, usage, run = 0, no_usage(), RunProgress()
    documents = await _published(deps)
    for row in documents:
        ids = await asyncio.to_thread(catalog.chunk_ids, row.id)
        usage = add_usage(usage, await embed_document(deps, row.id, ids, row.name, on_event, run.add_requests))
        usage = add_usage(usage, await embed_pages(deps, row.id, ids))
        total += len(ids)
    await asyncio.to_thread(catalog.set_meta, deps.stores.REEMBEDDING, "")
    return {"documents": len(documents), "chunks": total, "embedder": deps.embedder.identity, "usage": usage}


async def _rechunk(deps: Deps, on_event: OnEvent) -> dict[str, Any]:
    await asyncio.to_thread(deps.stores.acquire_for_writing)
    await asyncio.to_thread(deps.stores.check, deps.embedder.identity)
    total, usage, run = 0, no_usage(), RunProgress()
    documents = await _published(deps)
    for row in documents:
        count, spent = await _rechunk_document(deps, row, on_event, run)
        total, usage = total + count, add_usage(usage, spent)
    return {"documents": len(documents), "chunks": total, "embedder": deps.embedder.identity, "usage": usage}


async def _rechunk_document(deps: Deps, row: DocumentRow, on_event: OnEvent, run: RunProgress) -> tuple[int, Usage]:
    """Stage, embed and publish new chunks of a document; return their number and the cost."""
    async with alone(deps.stores.catalog, row.id) as owner:
        fingerprint = chunks_fingerprint(await asyncio.to_thread(deps.stores.catalog.pages, row.id))
        generation = await asyncio.to_thread(chunk_document, deps.stores, row, owner)
        ids = await asyncio.to_thread(deps.stores.catalog.chunk_ids, row.id, generation)
        usage = await embed_document(deps, row.id, ids, row.name, on_event, run.add_requests)
        usage = add_usage(usage, await embed_pages(deps, row.id, ids))
        await asyncio.to_thread(publish, deps.stores, row.id, generation, fingerprint, owner)
    return len(ids), usage


async def _published(deps: Deps) -> list[DocumentRow]:
    return [row for row in await asyncio.to_thread(deps.stores.catalog.documents) if row.generation]
