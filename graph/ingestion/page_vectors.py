"""Vectors of page images, for pages that show more than their text says: pictures, or no legible text layer."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from graph.dependencies import Deps
from graph.retrieval.embedder import ImageEmbedder
from graph.storage.rows import PageRow, VectorRow
from graph.types import Usage, add_usage, no_usage

if TYPE_CHECKING:
    from graph.storage.base import Vectors

_BATCH = 24  # page images that are held in memory at a time, four requests


class _Todo(NamedTuple):
    """A page whose image has no vector yet, and the rows that the vector is stored under."""

    page: PageRow
    rows: list[str]


async def embed_pages(deps: Deps, document: str, chunk_ids: Sequence[str]) -> Usage:
    """Embed the images of a document's pages where that is switched on, and return what it cost.

    Vectors of the previous generation of chunks are copied, since a page's image does not change with its chunks.

    Args:
        deps: Stores and embedder.
        document: The document's id.
        chunk_ids: The ids of the chunks that are to be found by the images.

    Raises:
        ModelError: the service gave no vectors; those of earlier requests are stored.
    """
    embedder, usage = deps.embedder, no_usage()
    if not isinstance(embedder, ImageEmbedder):
        return usage
    index = deps.stores.page_vectors
    await asyncio.to_thread(index.check, embedder.identity)
    todo = await asyncio.to_thread(_without_vectors, deps, document, chunk_ids)
    for start in range(0, len(todo), _BATCH):
        pages = await asyncio.to_thread(_with_images, deps, todo[start : start + _BATCH])
        waiting = iter([one for one, _ in pages])
        async for reply in embedder.embed_images([png for _, png in pages]):
            for vector in reply.value:
                await asyncio.to_thread(_store, deps, next(waiting).rows, vector)
            usage = add_usage(usage, reply.usage)
    return usage


def _without_vectors(deps: Deps, document: str, chunk_ids: Sequence[str]) -> list[_Todo]:
    """Copy the vectors that exist already, and return the pages to embed."""
    catalog, index = deps.stores.catalog, deps.stores.page_vectors
    rows_of, former = _rows_by_page(deps, chunk_ids), _rows_by_page(deps, catalog.chunk_ids(document))
    todo = []
    for page in _pages_to_see(deps, document):
        missing = sorted(set(rows_of[page.page]) - index.stored_ids(rows_of[page.page]))
        rows = dict.fromkeys([*rows_of[page.page], *former[page.page]])
        known = index.vectors(list(rows)) if missing else {}
        if known:
            _store(deps, missing, next(iter(known.values())))
        elif missing:
            todo.append(_Todo(page, missing))
    return todo


def _rows_by_page(deps: Deps, chunk_ids: Sequence[str]) -> defaultdict[int, list[str]]:
    rows: defaultdict[int, list[str]] = defaultdict(list)
    for chunk in deps.stores.catalog.chunks(chunk_ids):
        for page in chunk.pages:
            rows[page].append(f"{chunk.id}/p{page}")
    return rows


def _pages_to_see(deps: Deps, document: str) -> list[PageRow]:
    """Return the read pages that show more than their text layer says."""
    pictured = {
        page for page, blocks in deps.stores.catalog.blocks(document) if any(block.is_figure for block in blocks)
    }
    rows = deps.stores.catalog.pages(document)
    return [row for row in rows if row.image and row.transcript and (not row.legible or row.page in pictured)]


def _with_images(deps: Deps, todo: Sequence[_Todo]) -> list[tuple[_Todo, bytes]]:
    """Return the pages whose image is stored, with it."""
    found = []
    for one in todo:
        try:
            found.append((one, deps.stores.images.get(one.page.image)))
        except KeyError:
            continue
    return found


def _store(deps: Deps, rows: Sequence[str], vector: Vectors) -> None:
    import numpy as np  # lazy: importing the app does not need it

    deps.stores.page_vectors.add([VectorRow(row) for row in rows], np.stack([vector] * len(rows)))
