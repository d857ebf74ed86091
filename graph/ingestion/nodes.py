"""Nodes of the ingestion graph and of the graph of one batch, in the order in which they run."""

from __future__ import annotations

import asyncio
import time
import uuid
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import replace
from functools import partial, reduce
from typing import cast

from langgraph.types import Command, Overwrite

from graph import context, dependencies
from graph.dependencies import Deps
from graph.engines.requests.usage import record_usage
from graph.errors import BadInputError, FilesError, ServiceOutOfOrderError, as_list
from graph.events import writer
from graph.ingestion import access, chat, report, unchanged
from graph.ingestion.batches import render_batch, transcribe_batch
from graph.ingestion.embedding import prefetch_vectors
from graph.ingestion.indexing import (
    chunk_if_stale,
    chunks_before_page,
    embed_and_publish,
    find_stale,
    open_ahead,
    turn,
)
from graph.ingestion.leases import BatchLeases
from graph.ingestion.page_reading import BatchReader, page_outcome
from graph.ingestion.page_selection import is_done, text_only_pages
from graph.ingestion.passwords import forget
from graph.ingestion.progress import (
    discard_progress,
    emit_page,
    emit_rejected_source,
    log,
    progress_of,
)
from graph.ingestion.sources import Found, LinkError, Unchanged, find
from graph.ingestion.state import (
    AfterBatch,
    BatchOutput,
    BatchState,
    DocumentReport,
    DuplicateFile,
    IngestionState,
    PageFailure,
    PageOutcome,
    PendingDocument,
    SkippedFile,
)
from graph.retrieval.embedder import SentenceEmbedder
from graph.runtime.async_nodes import async_node
from graph.storage.cleanup import remove_stale
from graph.storage.local_sources import on_machine
from graph.storage.rows import DONE, DocumentRow
from graph.storage.stores import Stores
from graph.types import Usage, add_usage, no_usage
from loaders.errors import SkippedError
from loaders.sources.download import DOCUMENT_ID_DIGITS
from loaders.types import DocumentInfo, Failure

_DELETED = "The document was deleted while it was being read: give it again if it should be there."


@async_node
async def load_sources(state: IngestionState) -> dict[str, object]:
    """Find and open the files, and add each document with all its pages to the catalog."""
    if not state.get("sources"):
        raise BadInputError("No sources were given: name files, folders, globs or http(s) addresses.")
    deps = await dependencies.current()
    await _open_for_writing(deps.stores, deps.embedder.identity)
    documents: dict[str, PendingDocument] = {}
    rejected, skipped = list[DocumentReport](), list[SkippedFile]()
    duplicates: list[DuplicateFile] = []
    opened = await _find(deps, as_list(state["sources"], "sources"))
    for found in opened:
        if isinstance(found.info, LinkError):
            linked = report.add_link(found, found.info, documents.values(), duplicates, skipped)
            await asyncio.to_thread(_add_name, deps, linked, found)
        elif isinstance(found.info, SkippedError):
            skipped.append(report.skipped_file(found, found.info))
        elif isinstance(found.info, DocumentInfo | Unchanged):
            document = await _pending(deps, found, found.info)
            if (first := documents.setdefault(document["id"], document)) is not document:
                duplicates.append(report.duplicate_file(found, first))
        else:
            rejected.append(report.rejected_report(found, found.info))
            emit_rejected_source(rejected[-1])
    if not documents:
        problems = [one["failures"][0]["detail"] for one in rejected] or [one["detail"] for one in skipped]
        raise BadInputError("\n".join(problems))  # a line for each file: a client can tell them apart
    await asyncio.to_thread(unchanged.remember, deps.stores, opened)
    open_ahead(deps, documents.values())
    return {
        "documents": list(documents.values()),
        "rejected_sources": rejected,
        "skipped_sources": skipped,
        "duplicate_sources": duplicates,
        "batch_size": deps.reader.batch_size,
        "started": time.time(),
        "run_id": uuid.uuid4().hex,
        "outcomes": Overwrite([]),
        "embedding_usage": Overwrite(no_usage()),
        **chat.opened(state, list(documents.values())),
    }


async def _find(deps: Deps, sources: list[str]) -> list[Found]:
    """Return every file of the sources; unchanged ones with nothing left to do are not opened."""
    run = context.current()
    return await find(
        sources, deps.stores.downloads, run.password, attached=run.attachments == "read",
        unchanged=partial(unchanged.find_unchanged, deps.stores, run, deps.reader.name),
        stamp=partial(unchanged.stamp_of, settled=True),
    )  # fmt: skip


async def _open_for_writing(stores: Stores, embedder: str) -> None:
    """Lock the home folder, and refuse an index of another embedding model before any page is read."""
    await asyncio.to_thread(stores.acquire_for_writing)
    if await asyncio.to_thread(stores.reembedding):
        async with turn(stores, alone=False):  # a rebuild that is under way ends first; one that was stopped is refused
            pass
    if await asyncio.to_thread(stores.has_index):
        await asyncio.to_thread(stores.check, embedder)


async def _pending(deps: Deps, found: Found, info: DocumentInfo | Unchanged) -> PendingDocument:
    """Return a document with the pages that are still to be read; one that was opened is added to the catalog."""
    if isinstance(info, Unchanged):
        return PendingDocument(
            id=info.document, name=found.name, source=found.source, path=_path(deps, found), pages=[], unchanged=True
        )
    document = await asyncio.to_thread(_add_document, deps, found, info)
    log("load", document["id"], pages=info.pages, missing=len(document["pages"]))
    return document


def _add_document(deps: Deps, found: Found, info: DocumentInfo) -> PendingDocument:
    """Add a document to the catalog, and return it with the pages that are still to be read."""
    document, name = info.sha256[:DOCUMENT_ID_DIGITS], found.name
    deps.stores.catalog.add_document(
        DocumentRow(document, name, found.source, info.kind, info.title, info.pages, info.size, file_title=info.title)
    )
    deps.stores.catalog.set_labels(document, dict(enumerate(info.labels, 1)), printed=False)
    run, rows = context.current(), deps.stores.catalog.pages(document)
    # Pages are read again for all who have the document: only a user who may write in all its collections may ask so.
    kept = DONE if deps.stores.catalog.is_held_by_others(document) else ()
    pages = [row.page for row in rows if row.status not in kept and not is_done(row, run, deps.reader.name)]
    try:
        size = found.path.stat().st_size  # of the file that the pages are read from, which may be a conversion
    except OSError:
        size = info.size  # deleted since it was opened: the reader of its pages says so, page by page
    return PendingDocument(id=document, name=name, source=found.source, path=_path(deps, found), size=size, pages=pages)


def _path(deps: Deps, found: Found) -> str:
    """Return the path of a file, with the machine that has it where another one may carry this run on."""
    return on_machine(str(found.path), deps.stores.opened.machine)


def _add_name(deps: Deps, document: str | None, found: Found) -> None:
    """Add the name and the path of a link to the document that it leads to, if that is read: both find it."""
    if document and (row := deps.stores.catalog.document(document)):
        deps.stores.catalog.add_document(replace(row, name=found.name, source=found.source))


@async_node
async def survey_pages(state: IngestionState) -> dict[str, list[PendingDocument]]:
    """Find the pages that need no vision model, before batches are made: they get batches of their own."""
    deps, run, emit = await dependencies.current(), progress_of(state), writer()
    surveyed: list[PendingDocument] = []
    for document in state["documents"]:
        if pages := len(document["pages"]):
            emit(run.stage_event("survey", document["id"], document["name"], 0, pages))
            document = {**document, "text_only_pages": await text_only_pages(deps.reader, document)}
            emit(run.stage_event("survey", document["id"], document["name"], pages, pages))
        surveyed.append(document)
    return {"documents": surveyed}


@async_node
async def render_pages(state: BatchState) -> dict[str, object]:
    """Render the pages of a batch that no other batch reads, and store the images and the file's own text layer."""
    deps = await dependencies.current()
    # First of all: a client of the API can write the state of a thread, and no lease is taken of an unknown document.
    try:
        await asyncio.to_thread(BatchReader(deps, state).jobs)
    except FilesError:  # `render_batch` leaves the pages to the next run
        await asyncio.to_thread(access.check_document, state["id"])
    leases = _leases(deps, state)
    mine = await leases.take(state["pages"])
    try:
        async with leases.renewed():
            rendered = await render_batch(deps, {**state, "pages": mine}) if mine else {"outcomes": []}
    except BaseException:
        await leases.release()  # the next run need not wait until they end
        raise
    return {**rendered, "held": [page for page in state["pages"] if page not in mine]}


@async_node
async def transcribe_pages(state: BatchState) -> Command[AfterBatch]:
    """Read those pages of a batch that have no transcript yet; each is stored as soon as it is read.

    Pages that another batch reads are waited for, and their result is taken over; if it gives them up, they are read.
    """
    deps, held = await dependencies.current(), state.get("held", [])
    leases, outcomes, lost = _leases(deps, state), list[PageOutcome](), list[int]()
    try:
        async with leases.renewed():
            if own := [page for page in state["pages"] if page not in held]:
                outcomes, lost = await transcribe_batch(deps, {**state, "pages": own})
            while others := held + lost:
                held, lost = [], []
                async for finished, mine in leases.others(others):
                    for row in finished:
                        emit_page(state, row)
                    outcomes += [page_outcome(state, row.page, row.status) for row in finished]
                    if mine:
                        read, left = await _read(deps, {**state, "pages": mine, "outcomes": []})
                        outcomes, lost = outcomes + read, lost + left
    finally:
        await leases.release()
    # Offline the cores are busy with reading: embedding ahead would only slow it down.
    prefetch = not isinstance(deps.embedder, SentenceEmbedder)
    following = progress_of(state).pages_finished(state["id"], state["pages"], prefetch=prefetch)
    return Command(update={"outcomes": outcomes}, goto=following)


async def _read(deps: Deps, batch: BatchState) -> tuple[list[PageOutcome], list[int]]:
    """Render and read pages that another batch gave up; return their results, and those lost to others again."""
    batch = cast(BatchState, {**batch, **await render_batch(deps, batch)})
    read, lost = await transcribe_batch(deps, batch)
    return [*batch["outcomes"], *read], lost


def _leases(deps: Deps, batch: BatchState) -> BatchLeases:
    return BatchLeases(deps.stores.catalog, batch["id"], batch.get("key", ""))


# Embed one document at a time offline: its sentences keep all cores busy, and several would starve the threads that
# store pages.
_offline_embedding = asyncio.Semaphore(1)


@async_node
async def index_document(state: BatchState) -> BatchOutput:
    """Chunk, embed and publish a document whose last page was just read, while pages of others are still being read.

    An error does not stop the reading: the document is left to `chunk_documents` and `embed_chunks`, which raise it if
    it happens again.
    """
    deps, run, emit = await dependencies.current(), progress_of(state), writer()
    document = PendingDocument(id=state["id"], name=state["name"], source="", path=state["path"], pages=[])
    offline = isinstance(deps.embedder, SentenceEmbedder)
    gate: AbstractAsyncContextManager[object] = _offline_embedding if offline else nullcontext()
    try:
        async with run.document_lock(document["id"]), gate:
            if not run.indexes_early:
                return {"outcomes": []}
            document = await chunk_if_stale(deps.stores, document, run, emit)
            usage = await embed_and_publish(deps, document, run, emit)
    except Exception as error:  # `chunk_documents` and `embed_chunks` try again, and raise
        run.postpone_indexing()
        log("postponed", document["id"], reason=type(error).__name__)
        return {"outcomes": []}
    return {"outcomes": [], "embedding_usage": usage}


@async_node
async def embed_ahead(state: BatchState) -> BatchOutput:
    """Embed the first pages of a document while the rest of it is read, so that less is left to do at its end.

    An error does not stop the reading, as in `index_document`.
    """
    deps, run, emit, document = await dependencies.current(), progress_of(state), writer(), state["id"]
    costs: list[Usage] = []

    def add_cost(usage: Usage) -> None:
        run.add_requests(usage)
        costs.append(usage)

    try:
        async with run.document_lock(document):
            if run.indexes_early and (stale := await asyncio.to_thread(find_stale, deps.stores, document)):
                last = run.contiguous_until(document)
                chunks = await asyncio.to_thread(chunks_before_page, deps.stores, stale.document, last)
                with record_usage(emit):
                    await prefetch_vectors(
                        deps, document, chunks, state["name"], add_cost, lambda: run.contiguous_until(document) > 0
                    )
    except Exception as error:  # `chunk_documents` and `embed_chunks` try again, and raise
        run.postpone_indexing()
        log("postponed", document, reason=type(error).__name__)
    finally:
        run.prefetch_finished()
    return {"outcomes": [], "embedding_usage": reduce(add_usage, costs, no_usage())}


@async_node
async def chunk_documents(state: IngestionState) -> dict[str, object]:
    """Chunk the documents that were not indexed while pages were read; their chunks are not published yet."""
    deps, run, emit = await dependencies.current(), progress_of(state), writer()
    documents = [
        document if document.get("unchanged") else await chunk_if_stale(deps.stores, document, run, emit)
        for document in state["documents"]
    ]
    return {"documents": documents, **chat.indexing(state)}


@async_node
async def embed_chunks(state: IngestionState) -> dict[str, object]:
    """Embed the new chunks, and publish each document in one step in place of its earlier chunks.

    Documents that the embedding service did not serve are left to the next run.
    """
    deps, run, emit = await dependencies.current(), progress_of(state), writer()
    usage, documents = no_usage(), list[PendingDocument]()
    down: PageFailure | None = None
    for document in state["documents"]:
        if document.get("unchanged"):
            documents.append(document)
            continue
        if down and "generation" in document:
            documents.append({**document, "not_indexed": down})
            continue
        try:
            usage = add_usage(usage, await embed_and_publish(deps, document, run, emit))
        except ServiceOutOfOrderError as error:
            log("postponed", document["id"], reason=error.failure.reason)
            down = _not_indexed(error.failure)
            document = {**document, "not_indexed": down}
        documents.append(document)
    return {"embedding_usage": usage, "documents": documents}


def _not_indexed(failure: Failure) -> PageFailure:
    detail = f"What was read is kept, but cannot be searched yet: {failure.detail}"
    return PageFailure(page=None, reason=failure.reason, detail=detail)


@async_node
async def report_ingestion(state: IngestionState) -> dict[str, object]:
    """Report every source with its page ledger, and what the run cost."""
    documents = state["documents"]
    discard_progress(state)
    deps = await dependencies.current()
    known = await asyncio.to_thread(unchanged.reports, deps.stores, documents)
    reports = list[DocumentReport]()
    for document in documents:
        if document["id"] in known:
            reports.append(known[document["id"]])
        else:
            reports.append(await asyncio.to_thread(_report_document, deps.stores, document))
    usage = reduce(add_usage, (outcome["usage"] for outcome in state.get("outcomes", [])), state["embedding_usage"])
    return {
        "report": {
            "documents": [*reports, *state["rejected_sources"]],
            "skipped": state.get("skipped_sources", []),
            "duplicates": state.get("duplicate_sources", []),
            "unfinished": report.unfinished_pages(reports),
            "usage": usage,
            "seconds": round(time.time() - state["started"], 3),
        },
        **chat.finished(state),
    }


def _report_document(stores: Stores, document: PendingDocument) -> DocumentReport:
    """Report a document, and forget its password; clean up one that was deleted during the run."""
    catalog, identity = stores.catalog, document["id"]
    listed = catalog.document(identity)
    if not listed:
        whole = stores.everything().catalog.document(identity)
        if not (whole and whole.source):  # else it is still in other collections
            remove_stale(stores, identity)  # what the run stored after it was deleted
        return report.failed_report(identity, document["name"], document["source"], "deleted", _DELETED)
    made = report.document_report(document, catalog.pages(identity), len(catalog.chunk_ids(identity)))
    made["label"] = listed.label or listed.name
    log("report", identity, status=made["status"])
    forget(identity)
    return made
