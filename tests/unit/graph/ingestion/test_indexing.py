"""Indexing: when a document is stale, what replaces what, and the lock of the index."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from graph.dependencies import Deps
from graph.errors import HomeError
from graph.ingestion.embedding import embed_document
from graph.ingestion.indexing import (
    IndexLock,
    chunk_document,
    chunk_if_stale,
    chunks_before_page,
    chunks_fingerprint,
    embed_and_publish,
    find_stale,
    is_of_current_chunker,
    publish,
)
from graph.ingestion.leases import alone
from graph.ingestion.progress import RunProgress
from graph.storage.cleanup import recover, remove_stale
from graph.storage.rows import PageRow, Transcript, VectorRow
from graph.storage.stores import Stores
from graph.storage.vectors import ChromaVectors
from loaders.types import Block
from tests.unit.graph.ingestion.conftest import DOCUMENT, NAME, document_row


class Work:
    """Tasks that hold a lock until they are ended; `running` are those that hold it."""

    def __init__(self) -> None:
        self.running: list[str] = []
        self._gates: dict[str, asyncio.Event] = {}

    def begin(self, name: str, lock: AbstractAsyncContextManager[None]) -> asyncio.Task[None]:
        gate = self._gates[name] = asyncio.Event()

        async def work() -> None:
            async with lock:
                self.running.append(name)
                await gate.wait()
                self.running.remove(name)

        return asyncio.create_task(work())

    async def settled(self) -> list[str]:
        for _ in range(10):
            await asyncio.sleep(0)
        return self.running

    def end(self, name: str) -> None:
        self._gates[name].set()


@asynccontextmanager
async def _all(*tasks: asyncio.Task[None]) -> AsyncIterator[None]:
    yield
    await asyncio.wait_for(asyncio.gather(*tasks), 10)


async def test_a_rebuild_waits_for_documents_being_added_and_later_ones_wait_for_it() -> None:
    lock, work = IndexLock(), Work()
    tasks = [work.begin("a", lock.shared()), work.begin("b", lock.shared())]
    assert await work.settled() == ["a", "b"]
    tasks += [work.begin("rebuild", lock.exclusive()), work.begin("second", lock.exclusive())]
    await work.settled()
    tasks.append(work.begin("late", lock.shared()))
    assert await work.settled() == ["a", "b"]
    async with _all(*tasks):
        for name in ("a", "b"):
            work.end(name)
        assert await work.settled() == ["rebuild"]
        work.end("rebuild")
        assert len(await work.settled()) == 1
        for name in ("second", "late"):
            work.end(name)


async def test_a_rebuild_that_is_cancelled_while_it_waits_blocks_no_document() -> None:
    lock, work = IndexLock(), Work()
    first = work.begin("a", lock.shared())
    rebuild = work.begin("rebuild", lock.exclusive())
    await work.settled()
    rebuild.cancel()
    with pytest.raises(asyncio.CancelledError):
        await rebuild
    second = work.begin("b", lock.shared())
    assert await work.settled() == ["a", "b"]
    async with _all(first, second):
        work.end("a")
        work.end("b")


def read(stores: Stores, page: int, text: str, document: str = DOCUMENT) -> None:
    """Record a page as read, with one paragraph."""
    key = f"{document}:{page}:{text[:9]}"
    row = PageRow(document, page, status="read", transcript=key)
    stores.catalog.record_page(row, Transcript(key, (Block("text", text),), ()))


def deletions(monkeypatch: pytest.MonkeyPatch) -> list[Sequence[str] | None]:
    """The ids that are given to each deletion of stale vectors from now on; None where Chroma looks for them."""
    given, delete_stale = list[Sequence[str] | None](), ChromaVectors.delete_stale

    def noted(index: ChromaVectors, document: str, generation: str, ids: Sequence[str] | None = None) -> None:
        given.append(ids)
        delete_stale(index, document, generation, ids)

    monkeypatch.setattr(ChromaVectors, "delete_stale", noted)
    return given


def _fail(*args: object) -> None:
    raise HomeError("The disk is full.")


def texts(stores: Stores, document: str = DOCUMENT) -> list[str]:
    """The texts of a document's published chunks."""
    return [row.text for row in stores.catalog.chunks(stores.catalog.chunk_ids(document), published=True)]


async def index(deps: Deps, document: str = DOCUMENT) -> None:
    """Chunk, embed and publish a document if it is stale."""
    item: Any = {"id": document, "name": NAME, "source": "", "path": "", "pages": []}
    if stale := find_stale(deps.stores, document):
        item |= {"generation": chunk_document(deps.stores, stale.document), "chunks_fingerprint": stale.fingerprint}
    await embed_and_publish(deps, item, RunProgress(), lambda event: None)


def test_a_fingerprint_depends_on_transcripts_of_pages_that_are_read() -> None:
    rows = [PageRow(DOCUMENT, 1, status="read", transcript="x"), PageRow(DOCUMENT, 2, status="failed")]
    same = [replace(rows[0], seconds=9.0, model="other"), replace(rows[1], reason="timeout")]
    other = [replace(rows[0], transcript="y"), rows[1]]
    assert chunks_fingerprint(rows) == chunks_fingerprint(same) != chunks_fingerprint(other)
    assert is_of_current_chunker(chunks_fingerprint(rows))
    assert not is_of_current_chunker("0:0123456789abcdef")
    assert not is_of_current_chunker("")


async def test_a_document_is_stale_until_what_was_read_is_published(deps: Deps) -> None:
    stores = deps.stores
    assert find_stale(stores, DOCUMENT) is None, "there is no such document"
    stores.catalog.add_document(document_row())
    read(stores, 1, "A day ticket costs 14 euros.")
    assert find_stale(stores, DOCUMENT)
    await index(deps)
    assert (find_stale(stores, DOCUMENT), texts(stores)) == (None, ["A day ticket costs 14 euros."])
    read(stores, 2, "The cable holds 1,200 kilograms.")
    assert find_stale(stores, DOCUMENT)


async def test_chunks_are_found_only_after_they_are_published(deps: Deps) -> None:
    stores = deps.stores
    stores.catalog.add_document(document_row())
    read(stores, 1, "A day ticket costs 14 euros.")
    generation = chunk_document(stores, document_row())
    assert len(stores.catalog.chunk_ids(DOCUMENT, generation)) == 1
    assert texts(stores) == []
    publish(stores, DOCUMENT, generation, "1:x")
    assert texts(stores) == ["A day ticket costs 14 euros."]
    assert stores.catalog.chunks_fingerprint(DOCUMENT) == "1:x"


async def test_new_chunks_replace_the_old_ones_and_their_vectors(deps: Deps) -> None:
    deps.stores.catalog.add_document(document_row())
    read(deps.stores, 1, "A day ticket costs 14 euros.")
    await index(deps)
    read(deps.stores, 1, "Closed in winter.")
    await index(deps)
    assert texts(deps.stores) == ["Closed in winter."]
    assert deps.stores.vectors.count() == 1


async def test_a_new_document_is_published_without_a_search_for_former_vectors(
    deps: Deps, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Chroma looks through the rows of all documents for those of one, so that each would cost more than the last."""
    searched = deletions(monkeypatch)
    deps.stores.catalog.add_document(document_row())
    read(deps.stores, 1, "A day ticket costs 14 euros.")
    await index(deps)
    assert (texts(deps.stores), searched) == (["A day ticket costs 14 euros."], [])
    read(deps.stores, 1, "Closed in winter.")
    await index(deps)
    assert len(searched) == 1


async def test_former_vectors_are_deleted_by_their_ids(deps: Deps, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the clean-up is interrupted, and done by the next process after another publication."""
    stores, deleted = deps.stores, deletions(monkeypatch)
    stores.catalog.add_document(document_row())
    for text in ("A day ticket costs 14 euros.", "Closed in winter.", "Open in summer."):
        read(stores, 1, text)
        with monkeypatch.context() as full_disk:
            full_disk.setattr(ChromaVectors, "delete_stale", _fail)
            with suppress(HomeError):
                await index(deps)
        (chunk,) = stores.catalog.chunk_ids(DOCUMENT)
        stores.vectors.add([VectorRow(f"{chunk}/0"), VectorRow(f"{chunk}/p1")], np.ones((2, 8), np.float32))
    assert stores.vectors.count() == 9, "nothing is removed"
    recover(stores)
    assert stores.vectors.count() == 3
    assert stores.catalog.retire(DOCUMENT)
    recover(stores)
    assert (stores.vectors.count(), stores.catalog.pending_cleanup()) == (0, [])
    assert len(deleted) == 2
    assert all(deleted), "Chroma looked for them"


@pytest.mark.parametrize("interrupted", ["document", "stale_vectors", "delete_stale"])
async def test_what_is_published_during_a_clean_up_is_cleaned_up_later(
    deps: Deps, monkeypatch: pytest.MonkeyPatch, interrupted: str
) -> None:
    """A process that publishes a document may be killed before it can delete what it replaced."""
    stores, others = deps.stores, ["Open in summer."]
    stores.catalog.add_document(document_row())
    for text in ("A day ticket costs 14 euros.", "Closed in winter."):
        read(stores, 1, text)
        with monkeypatch.context() as killed:
            killed.setattr(ChromaVectors, "delete_stale", _fail)
            with suppress(HomeError):
                await index(deps)
    place: Any = ChromaVectors if interrupted == "delete_stale" else stores.everything().catalog
    done = getattr(place, interrupted)

    def publish_another(*arguments: Any) -> Any:
        result = done(*arguments)
        if others:
            read(stores, 1, others.pop())
            stores.catalog.publish(DOCUMENT, chunk_document(stores, document_row()))
        return result

    monkeypatch.setattr(place, interrupted, publish_another)
    remove_stale(stores, DOCUMENT)
    assert (texts(stores), stores.catalog.pending_cleanup()) == (["Open in summer."], [DOCUMENT])
    recover(stores)
    assert (stores.vectors.count(), stores.catalog.pending_cleanup()) == (0, [])


async def test_vectors_stored_by_a_run_that_lost_its_lease_are_looked_for(
    deps: Deps, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its chunks were replaced before they were published, and the catalog has forgotten them."""
    stores, deleted = deps.stores, deletions(monkeypatch)
    stores.catalog.add_document(document_row())
    read(stores, 1, "A day ticket costs 14 euros.")
    late = stores.catalog.chunks(stores.catalog.chunk_ids(DOCUMENT, chunk_document(stores, document_row())))
    read(stores, 1, "Closed in winter.")
    await index(deps)
    stores.vectors.add([VectorRow(f"{late[0].id}/0")], np.ones((1, 8), np.float32))
    assert stores.vectors.count() == 2
    read(stores, 1, "Open in summer.")
    await index(deps)
    assert (stores.vectors.count(), deleted) == (1, [None, None])


async def test_vectors_that_a_killed_run_stored_are_removed_with_the_first_chunks_that_are_published(
    deps: Deps,
) -> None:
    deps.stores.catalog.add_document(document_row())
    read(deps.stores, 1, "A day ticket costs 14 euros.")
    killed = chunk_document(deps.stores, document_row())
    ids = deps.stores.catalog.chunk_ids(DOCUMENT, killed)
    await embed_document(deps, DOCUMENT, ids, NAME, lambda event: None, lambda usage: 0)
    read(deps.stores, 1, "Closed in winter.")
    assert deps.stores.vectors.count() == 1
    await index(deps)
    assert texts(deps.stores) == ["Closed in winter."]
    assert deps.stores.vectors.count() == 1


async def test_a_document_of_which_no_page_is_read_is_not_published(deps: Deps) -> None:
    deps.stores.catalog.add_document(document_row())
    await index(deps)
    document = deps.stores.catalog.document(DOCUMENT)
    assert document
    assert document.generation == ""


async def test_the_same_bytes_at_the_source_of_another_document_replace_it(deps: Deps) -> None:
    other = "f" * 16
    for document, source in ((DOCUMENT, "/papers/a.pdf"), (other, "/papers/b.pdf")):
        deps.stores.catalog.add_document(document_row(document, source))
        read(deps.stores, 1, f"Facts of {source}.", document)
        await index(deps, document)
    deps.stores.catalog.add_document(document_row(DOCUMENT, "/papers/b.pdf"))
    await index(deps)
    assert [row.id for row in deps.stores.catalog.documents()] == [DOCUMENT]
    assert deps.stores.vectors.count() == 1


def test_chunks_before_a_page_do_not_reach_it(stores: Stores) -> None:
    stores.catalog.add_document(document_row(pages=3))
    for page, text in ((1, "One. " * 200), (2, "It began on this page and"), (3, "ended on that one.")):
        read(stores, page, text)
    for last in (1, 2, 3):
        assert all(max(chunk.pages) < last for chunk in chunks_before_page(stores, document_row(pages=3), last))
    assert chunks_before_page(stores, document_row(pages=3), 1) == []
    assert chunks_before_page(stores, document_row(pages=3), 2)


async def test_no_run_chunks_a_document_while_another_embeds_its_chunks(deps: Deps) -> None:
    stores, run = deps.stores, RunProgress()
    stores.catalog.add_document(document_row())
    read(stores, 1, "A day ticket costs 14 euros.")
    item: Any = {"id": DOCUMENT, "name": NAME, "source": "", "path": "", "pages": []}
    async with alone(stores.catalog, DOCUMENT) as owner:
        first = chunk_document(stores, document_row(), owner)
        read(stores, 2, "The cable holds 1,200 kilograms.")
        other = asyncio.create_task(chunk_if_stale(stores, item, run, lambda event: None))
        await asyncio.sleep(0.3)
        assert not other.done()
        assert len(stores.catalog.chunk_ids(DOCUMENT, first)) == 1
        publish(stores, DOCUMENT, first, "of one page", owner)
    second = await other
    assert "generation" in second
    assert second["generation"] != first
    await embed_and_publish(deps, second, run, lambda event: None)
    assert texts(stores) == ["A day ticket costs 14 euros.", "The cable holds 1,200 kilograms."]
