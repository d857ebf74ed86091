"""Index updates after reading: from stored transcripts to chunks and vectors that questions can find."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import NamedTuple

from graph.dependencies import Deps
from graph.engines.requests.usage import record_usage
from graph.errors import DocumentDeletedError
from graph.ingestion.embedding import embed_document
from graph.ingestion.leases import alone
from graph.ingestion.page_vectors import embed_pages
from graph.ingestion.progress import Emit, RunProgress, log
from graph.ingestion.state import PendingDocument
from graph.retrieval.embedder import SentenceEmbedder
from graph.storage.cleanup import remove_stale
from graph.storage.rows import DocumentRow, PageRow
from graph.storage.stores import Stores
from graph.types import Usage, add_usage, no_usage
from loaders.types import CHUNKER, Chunk


def chunks_fingerprint(rows: Sequence[PageRow]) -> str:
    """Return the fingerprint of what a document's chunks are made from: `<chunker version>:<hash of transcript keys>`.

    Stored chunks with another fingerprint are stale: pages were read since, a run was killed before it chunked them, or
    the chunker changed.
    """
    transcripts = "|".join(f"{row.page}:{row.transcript}" for row in rows if row.transcript)
    return f"{CHUNKER}:{hashlib.sha256(transcripts.encode()).hexdigest()[:16]}"


def is_of_current_chunker(fingerprint: str) -> bool:
    """Return whether chunks with this fingerprint were made by the chunker of this version."""
    return fingerprint.startswith(f"{CHUNKER}:")


def open_ahead(deps: Deps, documents: Iterable[PendingDocument]) -> None:
    """Open the index and load the embedder in a thread while pages are read, if any are: .7 CPU seconds at first.

    Errors are left to `embed_and_publish`, which does the same before it uses them.
    """

    def load() -> None:
        with suppress(Exception):
            deps.stores.check(deps.embedder.identity)
            if isinstance(deps.embedder, SentenceEmbedder):
                deps.embedder.is_word("")

    if any(document["pages"] for document in documents):
        asyncio.get_running_loop().run_in_executor(None, load)


class StaleDocument(NamedTuple):
    """A document that has to be chunked, and the fingerprint that its new chunks will have."""

    document: DocumentRow
    fingerprint: str


def find_stale(stores: Stores, document: str) -> StaleDocument | None:
    """Return the document of this id if its published chunks do not match its transcripts, else None."""
    row = stores.catalog.document(document)
    fingerprint = chunks_fingerprint(stores.catalog.pages(document))
    if not row or (row.generation and fingerprint == stores.catalog.chunks_fingerprint(document)):
        return None
    return StaleDocument(row, fingerprint)


async def chunk_if_stale(stores: Stores, document: PendingDocument, run: RunProgress, emit: Emit) -> PendingDocument:
    """Chunk a document if its chunks are stale, and return it with their generation and fingerprint.

    No other run makes or embeds its chunks meanwhile: new ones replace all that are not published.
    """
    if not await asyncio.to_thread(find_stale, stores, document["id"]):
        return document
    async with alone(stores.catalog, document["id"]) as owner:
        stale = await asyncio.to_thread(find_stale, stores, document["id"])
        if not stale:
            return document  # another run has published them meanwhile
        pages = stale.document.pages
        emit(run.stage_event("chunk", document["id"], document["name"], 0, pages))
        generation = await asyncio.to_thread(chunk_document, stores, stale.document, owner)
    log("chunk", document["id"])
    emit(run.stage_event("chunk", document["id"], document["name"], pages, pages))
    return {**document, "generation": generation, "chunks_fingerprint": stale.fingerprint}


def chunk_document(stores: Stores, document: DocumentRow, owner: str = "") -> str:
    """Split a document's transcripts into chunks, store them unpublished, and return their generation.

    `owner` holds the lease of the document's chunks; nothing is stored if that was lost.
    """
    from loaders.chunking.chunker import chunk_pages  # a tenth of the import time of the app; questions need none
    from loaders.chunking.front_matter import front_matter
    from loaders.chunking.page_labels import printed_labels
    from loaders.text.numbers import document_mark

    pages = stores.catalog.blocks(document.id)
    front = front_matter(document.file_title, document.names or (document.name,), pages)
    mark = document_mark(pages)
    stores.catalog.set_front_matter(document.id, front.title, front.authors, front.date, mark)
    stores.catalog.set_labels(document.id, printed_labels(pages), printed=True)
    chunks = chunk_pages(document.file_title or document.name, pages)
    return stores.catalog.stage_chunks(document.id, chunks, owner=owner)


def chunks_before_page(stores: Stores, document: DocumentRow, page: int) -> list[Chunk]:
    """Return the chunks of a document's first pages that end before `page`; a chunk on it may go on after it."""
    from loaders.chunking.chunker import chunk_pages

    pages = [(number, blocks) for number, blocks in stores.catalog.blocks(document.id) if number <= page]
    chunks = chunk_pages(document.file_title or document.name, pages)
    return [chunk for chunk in chunks if max(chunk.pages, default=0) < page]


def publish(stores: Stores, document: str, generation: str, fingerprint: str, owner: str = "") -> None:
    """Let questions find a generation of chunks in place of the one before, which is then deleted.

    `owner` holds the lease of the document's chunks; nothing is done if that was lost.
    """
    for changed in stores.catalog.publish(document, generation, fingerprint, owner=owner):
        remove_stale(stores, changed)


async def embed_and_publish(deps: Deps, document: PendingDocument, run: RunProgress, emit: Emit) -> Usage:
    """Embed a document's new chunks and publish them; return what the embeddings cost.

    Where a document without new chunks has taken the source of another one, that one is removed. A document of which no
    page is read is left as it is.
    """
    with record_usage(emit):
        async with turn(deps.stores, alone=False) as check_turn:
            if "generation" not in document:
                await asyncio.to_thread(_remove_replaced, deps.stores)
                return no_usage()
            await asyncio.to_thread(deps.stores.check, deps.embedder.identity)  # it may have been rebuilt meanwhile
            async with alone(deps.stores.catalog, document["id"]) as owner:
                try:
                    return await _embed_and_publish(deps, document, run, emit, owner, check_turn)
                except DocumentDeletedError:
                    return no_usage()


async def _embed_and_publish(
    deps: Deps, document: PendingDocument, run: RunProgress, emit: Emit, owner: str, check_turn: Callable[[], None]
) -> Usage:
    catalog, identity = deps.stores.catalog, document["id"]
    rows = await asyncio.to_thread(catalog.pages, identity)
    published = await asyncio.to_thread(catalog.chunks_fingerprint, identity)
    if not any(row.transcript for row in rows) or published == document["chunks_fingerprint"]:
        return no_usage()  # nothing was read, or another process has published it meanwhile
    generation, ids = await asyncio.to_thread(_staged, deps.stores, identity, document["generation"], owner)
    usage = await embed_document(deps, identity, ids, document["name"], emit, run.add_requests)
    usage = add_usage(usage, await embed_pages(deps, identity, ids))
    # Without a fingerprint the chunks count as stale. They are stale if a page was read again meanwhile, and may be if
    # a client wrote the thread's state through the API.
    fingerprint = document["chunks_fingerprint"] if document["chunks_fingerprint"] == chunks_fingerprint(rows) else ""
    await asyncio.to_thread(check_turn)
    await asyncio.to_thread(publish, deps.stores, identity, generation, fingerprint, owner)
    log("embed", identity, chunks=len(ids))
    return usage


def _staged(stores: Stores, document: str, generation: str, owner: str) -> tuple[str, list[str]]:
    """Return a generation with the ids of its chunks; where it has none, chunk the document again and return that one.

    Blank documents have no chunks. In the other cases another run has chunked the document since, or a client wrote a
    state through the API with a generation that was never stored: it must not replace the chunks that everyone who has
    the document can search.
    """
    if not stores.catalog.chunk_ids(document, generation) and (row := stores.catalog.document(document)):
        generation = chunk_document(stores, row, owner)
    return generation, stores.catalog.chunk_ids(document, generation)


def _remove_replaced(stores: Stores) -> None:
    """Remove documents whose file was overwritten by a copy of an unchanged document."""
    for document in stores.catalog.pending_cleanup():
        row = stores.catalog.document(document)
        if row and not row.source:
            remove_stale(stores, document)


_TRIED_EVERY_S = 0.2  # a rebuild takes minutes


class IndexLock:
    """A readers-writer lock of the index: many ingestions at a time, or one rebuild. A waiting rebuild goes first.

    It has no lock of its own, because all callers run on one event loop (see `runtime.async_nodes`).
    """

    def __init__(self) -> None:
        self._shared, self._exclusive = 0, False
        self._changed = asyncio.Event()

    @asynccontextmanager
    async def shared(self) -> AsyncIterator[None]:
        """Hold the lock together with others that add documents."""
        while self._exclusive:
            await self._wait_for_change()
        self._shared += 1
        try:
            yield
        finally:
            self._shared -= 1
            self._changed.set()

    @asynccontextmanager
    async def exclusive(self) -> AsyncIterator[None]:
        """Hold the lock alone, to rebuild the index."""
        while self._exclusive:
            await self._wait_for_change()
        self._exclusive = True
        try:
            while self._shared:
                await self._wait_for_change()
            yield
        finally:
            self._exclusive = False
            self._changed.set()

    async def _wait_for_change(self) -> None:
        self._changed.clear()
        await self._changed.wait()


_index_lock = IndexLock()


@asynccontextmanager
async def turn(stores: Stores, *, alone: bool) -> AsyncIterator[Callable[[], None]]:
    """Hold a lock on the index: against the runs of this process, and of all others that share the store.

    Args:
        stores: The stores of the index.
        alone: Whether the lock is exclusive, for a rebuild; otherwise others may add documents meanwhile.

    Yields:
        A blocking function that raises HomeError if the lock was lost, because the database was started again.
    """
    async with _index_lock.exclusive() if alone else _index_lock.shared():
        among_processes = await asyncio.to_thread(stores.turn, alone=alone)
        if among_processes is None:
            yield lambda: None
            return
        try:
            while not await asyncio.to_thread(among_processes.try_to_begin):
                await asyncio.sleep(_TRIED_EVERY_S)
            yield among_processes.check
        finally:
            await asyncio.to_thread(among_processes.end)
