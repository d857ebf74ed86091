"""Rebuilding what is derived from stored transcripts, without reading a page again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from graph.deps import Deps
from graph.ingestion.embedding import embed


async def reembed(now: Deps, tell: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """Compute all vectors anew with the embedding model in use; questions are refused until it is done."""
    await asyncio.to_thread(now.stores.own)
    await asyncio.to_thread(now.stores.vectors.reset, now.embedder.identity)
    documents = [row for row in await asyncio.to_thread(now.stores.catalog.documents) if row.generation]
    total = 0
    for row in documents:
        ids = await asyncio.to_thread(now.stores.catalog.chunk_ids, row.id)
        await embed(now, row.id, ids, row.name, tell)
        total += len(ids)
    return {"documents": len(documents), "chunks": total, "embedder": now.embedder.identity}
