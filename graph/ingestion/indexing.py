"""From stored transcripts to chunks that questions can see; nothing here reads a page."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple

from graph.dependencies import Deps
from graph.engines.requests.usage import journal
from graph.ingestion.embedding import embed
from graph.ingestion.progress import Tally, Tell, log
from graph.ingestion.state import Work
from graph.storage.base import DONE, DocumentRow, PageRow
from graph.storage.cleanup import remove_stale
from graph.storage.stores import Stores
from graph.types import Usage, no_usage
from loaders.types import CHUNKER, Chunk


def basis_of(rows: Sequence[PageRow]) -> str:
    """What a document's chunks are made of: the way of cutting, and what was read from each page.

    Chunks whose basis differs are out of date, for whatever reason: pages read since, a run that was killed before it
    got this far, another chunker.
    """
    read = "|".join(f"{row.page}:{row.transcript}" for row in rows if row.status in DONE)
    return f"{CHUNKER}:{hashlib.sha256(read.encode()).hexdigest()[:16]}"


def is_cut_anew(basis: str) -> bool:
    """Whether a basis is of the chunker in use."""
    return basis.startswith(f"{CHUNKER}:")


def stage(stores: Stores, document: DocumentRow) -> str:
    """Cut what was read into chunks, stored out of sight until their vectors are there; returns their generation."""
    from loaders.chunking.chunker import (
        chunk_pages,  # a tenth of the import of the whole graph, which questions do not need
    )

    chunks = chunk_pages(document.title or document.name, stores.catalog.blocks(document.id))
    return stores.catalog.stage_chunks(document.id, chunks)


def beginning(stores: Stores, document: DocumentRow, last: int) -> list[Chunk]:
    """The chunks of a document's first pages, which end before the page `last`: a text may run on from there."""
    from loaders.chunking.chunker import chunk_pages

    pages = [(page, blocks) for page, blocks in stores.catalog.blocks(document.id) if page <= last]
    return [
        chunk for chunk in chunk_pages(document.title or document.name, pages) if max(chunk.pages, default=0) < last
    ]


def show(stores: Stores, document: str, generation: str, basis: str) -> None:
    """Let questions see a generation in place of what was there, then sweep that."""
    for touched in (*stores.catalog.publish(document, generation, basis), document):
        remove_stale(stores, touched)


class Turns:
    """Many may add documents at a time; whoever rebuilds the index is alone with it, and new ones wait meanwhile.

    For the steps' event loop alone: nothing else changes these numbers between two awaits.
    """

    def __init__(self) -> None:
        self._adding, self._rebuilding = 0, False
        self._changed = asyncio.Event()

    @asynccontextmanager
    async def add(self) -> AsyncIterator[None]:
        """The right to add a document."""
        while self._rebuilding:
            await self._change()
        self._adding += 1
        try:
            yield
        finally:
            self._adding -= 1
            self._changed.set()

    @asynccontextmanager
    async def rebuild(self) -> AsyncIterator[None]:
        """The right to rebuild the index."""
        while self._rebuilding:
            await self._change()
        self._rebuilding = True
        try:
            while self._adding:
                await self._change()
            yield
        finally:
            self._rebuilding = False
            self._changed.set()

    async def _change(self) -> None:
        self._changed.clear()
        await self._changed.wait()


turns = Turns()


class Cut(NamedTuple):
    """A document that is to be cut, and what its chunks will be made of."""

    document: DocumentRow
    basis: str


def uncut(stores: Stores, document: str) -> Cut | None:
    """A document whose chunks are not made of what was read of it, and what new ones would be made of; else None."""
    row = stores.catalog.document(document)
    basis = basis_of(stores.catalog.pages(document))
    if not row or (row.generation and basis == stores.catalog.chunks_fingerprint(document)):
        return None
    return Cut(row, basis)


def cut(stores: Stores, item: Work, due: Cut) -> Work:
    """The document with the generation of its new chunks, which are stored out of sight."""
    item = {**item, "generation": stage(stores, due.document), "basis": due.basis}
    log("chunk", item["id"])
    return item


async def index(now: Deps, item: Work, run: Tally, tell: Tell) -> Usage:
    """Store the vectors of a document's new chunks and show it; what did not change has only to be shown again."""
    with journal(tell):
        async with turns.add():
            if "generation" not in item:
                await asyncio.to_thread(_show_again, now.stores, item["id"])
                return no_usage()
            ids = await asyncio.to_thread(now.stores.catalog.chunk_ids, item["id"], item["generation"])
            rows = await asyncio.to_thread(now.stores.catalog.pages, item["id"])
            if not any(row.status in DONE for row in rows):
                return no_usage()
            spent = await embed(now, item["id"], ids, item["name"], tell, run.spend)
            await asyncio.to_thread(show, now.stores, item["id"], item["generation"], item["basis"])
    log("embed", item["id"], chunks=len(ids))
    return spent


def _show_again(stores: Stores, document: str) -> None:
    """An unchanged document may have come from another place, where it replaces what was there."""
    row = stores.catalog.document(document)
    if row and any(other.source == row.source and other.id != row.id for other in stores.catalog.documents()):
        show(stores, document, row.generation, stores.catalog.chunks_fingerprint(document))
