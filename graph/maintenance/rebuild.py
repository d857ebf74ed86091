"""Rebuilding what is derived from stored transcripts, without reading a page again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from graph.dependencies import Deps
from graph.events import Progress
from graph.ingestion.embedding import embed
from graph.ingestion.indexing import basis_of, show, stage, turns
from graph.ingestion.progress import Tally
from graph.storage.base import DocumentRow
from graph.types import Usage, add_usage, no_usage

Tell = Callable[[Progress], None]


async def reembed(now: Deps, tell: Tell) -> dict[str, Any]:
    """Compute all vectors anew with the embedding model in use; questions are refused until it is done.

    One that was stopped half-way goes on from there.
    """
    async with turns.rebuild():
        return await _reembed(now, tell)


async def rechunk(now: Deps, tell: Tell) -> dict[str, Any]:
    """Cut all documents anew and embed what came out differently; questions see the old chunks until then."""
    async with turns.rebuild():
        return await _rechunk(now, tell)


async def _reembed(now: Deps, tell: Tell) -> dict[str, Any]:
    catalog, vectors = now.stores.catalog, now.stores.vectors
    await asyncio.to_thread(now.stores.acquire_for_writing)
    if await asyncio.to_thread(now.stores.reembedding) != now.embedder.identity:
        await asyncio.to_thread(catalog.set_meta, now.stores.REEMBEDDING, now.embedder.identity)
        await asyncio.to_thread(vectors.reset, now.embedder.identity)
    total, usage, run = 0, no_usage(), Tally()
    documents = await _published(now)
    for row in documents:
        ids = await asyncio.to_thread(catalog.chunk_ids, row.id)
        usage = add_usage(usage, await embed(now, row.id, ids, row.name, tell, run.spend))
        total += len(ids)
    await asyncio.to_thread(catalog.set_meta, now.stores.REEMBEDDING, "")
    return {"documents": len(documents), "chunks": total, "embedder": now.embedder.identity, "usage": usage}


async def _rechunk(now: Deps, tell: Tell) -> dict[str, Any]:
    await asyncio.to_thread(now.stores.acquire_for_writing)
    await asyncio.to_thread(now.stores.check, now.embedder.identity)
    total, usage, run = 0, no_usage(), Tally()
    documents = await _published(now)
    for row in documents:
        count, spent = await _recut(now, row, tell, run)
        total, usage = total + count, add_usage(usage, spent)
    return {"documents": len(documents), "chunks": total, "embedder": now.embedder.identity, "usage": usage}


async def _recut(now: Deps, row: DocumentRow, tell: Tell, run: Tally) -> tuple[int, Usage]:
    basis = basis_of(await asyncio.to_thread(now.stores.catalog.pages, row.id))
    generation = await asyncio.to_thread(stage, now.stores, row)
    ids = await asyncio.to_thread(now.stores.catalog.chunk_ids, row.id, generation)
    usage = await embed(now, row.id, ids, row.name, tell, run.spend)
    await asyncio.to_thread(show, now.stores, row.id, generation, basis)
    return len(ids), usage


async def _published(now: Deps) -> list[DocumentRow]:
    return [row for row in await asyncio.to_thread(now.stores.catalog.documents) if row.generation]
