"""From read pages to a document that questions can see: while others are still being read, or at the end of the run."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager, nullcontext
from functools import reduce
from typing import NamedTuple

from langgraph.config import get_stream_writer

from graph import deps
from graph.deps import Deps
from graph.engines.requests.usage import journal
from graph.ingestion.embedding import embed
from graph.ingestion.embedding import embed_ahead as ahead
from graph.ingestion.indexing import basis_of, beginning, show, stage
from graph.ingestion.state import WindowOutput, WindowState, Work
from graph.ingestion.tally import Tally, Tell, tally_of
from graph.ingestion.telling import log
from graph.ingestion.turns import turns
from graph.retrieval.embedder import SentenceEmbedder
from graph.runtime.async_nodes import step
from graph.storage.base import DONE, DocumentRow
from graph.storage.stores import Stores
from graph.types import Usage, add_usage, no_usage

# One document's sentences keep all cores busy; those of several would keep from the threads whoever stores pages.
_local = asyncio.Semaphore(1)


class Cut(NamedTuple):
    """A document that is to be cut, and what its chunks will be made of."""

    document: DocumentRow
    basis: str


@step
async def index_document(state: WindowState) -> WindowOutput:
    """Cut, embed and show a document whose last page was just read, while pages of others are still being read.

    What goes wrong here is no reason to stop reading: it is tried again at the end of the run, which then says so.
    """
    now, run, tell = await deps.current(), tally_of(state), get_stream_writer()
    item = Work(id=state["id"], name=state["name"], source="", path=state["path"], pages=[])
    alone: AbstractAsyncContextManager[object] = _local if isinstance(now.embedder, SentenceEmbedder) else nullcontext()
    try:
        async with run.alone(item["id"]), alone:
            if not run.early:
                return {"outcomes": []}
            if due := await asyncio.to_thread(uncut, now.stores, item["id"]):
                tell(run.stage("chunk", item["id"], item["name"], 0, due.document.pages))
                item = await asyncio.to_thread(cut, now.stores, item, due)
                tell(run.stage("chunk", item["id"], item["name"], due.document.pages, due.document.pages))
            spent = await index(now, item, run, tell)
    except Exception as error:
        run.leave_to_the_end()
        log("postponed", item["id"], reason=type(error).__name__)
        return {"outcomes": []}
    return {"outcomes": [], "embedding": spent}


@step
async def embed_ahead(state: WindowState) -> WindowOutput:
    """Embed what is read of a document while the rest of it is being read: then less is left to do at its end.

    What goes wrong here is no reason to stop reading, as above.
    """
    now, run, tell, document = await deps.current(), tally_of(state), get_stream_writer(), state["id"]
    costs: list[Usage] = []

    def pay(usage: Usage) -> None:
        run.spend(usage)
        costs.append(usage)

    try:
        async with run.alone(document):
            if run.early and (due := await asyncio.to_thread(uncut, now.stores, document)):
                chunks = await asyncio.to_thread(beginning, now.stores, due.document, run.read_to(document))
                with journal(tell):
                    await ahead(now, document, chunks, state["name"], pay, lambda: run.read_to(document) > 0)
    except Exception as error:
        run.leave_to_the_end()
        log("postponed", document, reason=type(error).__name__)
    finally:
        run.went_ahead()
    return {"outcomes": [], "embedding": reduce(add_usage, costs, no_usage())}


def uncut(stores: Stores, document: str) -> Cut | None:
    """A document whose chunks are not made of what was read of it, and what new ones would be made of; else None."""
    row = stores.catalog.document(document)
    basis = basis_of(stores.catalog.pages(document))
    if not row or (row.generation and basis == stores.catalog.basis(document)):
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
        show(stores, document, row.generation, stores.catalog.basis(document))
