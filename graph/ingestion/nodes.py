"""The nodes around reading: which documents there are to do, and what becomes of them once their pages are read."""

from __future__ import annotations

import asyncio
import time
import uuid
from contextlib import AbstractAsyncContextManager, nullcontext
from functools import reduce

from langgraph.config import get_stream_writer
from langgraph.types import Overwrite

from graph import context, dependencies
from graph.dependencies import Deps
from graph.engines.requests.usage import journal
from graph.errors import BadInputError, as_list
from graph.ingestion import report
from graph.ingestion.embedding import embed_ahead as ahead
from graph.ingestion.indexing import beginning, cut, index, uncut
from graph.ingestion.page_reading import (
    _jobs,
    _outcome,
    _put_off,
    _readings,
    _record,
    _second_way,
    _store_images,
    _to_read,
    _unasked,
)
from graph.ingestion.page_selection import TEXT_LAYER, is_done, plain_pages
from graph.ingestion.passwords import forget
from graph.ingestion.progress import close, log, tally_of, tell_page, tell_unusable
from graph.ingestion.sources import Found, find
from graph.ingestion.state import (
    IngestionOutput,
    IngestionState,
    WindowOutput,
    WindowState,
    Work,
)
from graph.retrieval.embedder import SentenceEmbedder
from graph.runtime.async_nodes import async_node
from graph.storage.base import DocumentRow
from graph.storage.cleanup import remove_stale
from graph.types import Usage, add_usage, no_usage
from loaders.pages.jobs import render
from loaders.sources.download import DOCUMENT_ID_DIGITS
from loaders.types import DocumentInfo, Failure, PageImage

_DELETED = "The document was deleted while it was being read: give it again if it should be there."


@async_node
async def load_sources(state: IngestionState) -> dict[str, object]:
    """Find the files, open each, and write a ledger line for every page that is to be read."""
    if not state.get("sources"):
        raise BadInputError("No sources were given: name files, folders, globs or addresses of PDFs, books or images.")
    now = await dependencies.current()
    await asyncio.to_thread(_take_home, now)
    work: dict[str, Work] = {}
    unusable = []
    sources, password = as_list(state["sources"], "sources"), context.current().password
    for found in await find(sources, now.stores.downloads, password):
        if isinstance(found.info, DocumentInfo):
            admitted = await asyncio.to_thread(_admit, now, found, found.info)
            log("load", admitted["id"], pages=found.info.pages, missing=len(admitted["pages"]))
            work[admitted["id"]] = admitted  # of several names the last is the newest
        else:
            unusable.append(report.unusable(found, found.info))
            tell_unusable(unusable[-1])
    if not work:
        raise BadInputError(" ".join(report["failures"][0]["detail"] for report in unusable))
    return {
        "work": list(work.values()),
        "unusable": unusable,
        "window": now.engine.batch_size,
        "started": time.time(),
        "tally": uuid.uuid4().hex,
        "outcomes": Overwrite([]),
        "embedding": Overwrite(no_usage()),
    }


@async_node
async def survey_pages(state: IngestionState) -> dict[str, list[Work]]:
    """Find out which pages take no vision model, before windows are made: three such pages would waste a window."""
    now, run, tell = await dependencies.current(), tally_of(state), get_stream_writer()
    surveyed: list[Work] = []
    for work in state["work"]:
        if pages := len(work["pages"]):
            tell(run.stage("survey", work["id"], work["name"], 0, pages))
            work = {**work, "plain": await plain_pages(now.engine, work)}
            tell(run.stage("survey", work["id"], work["name"], pages, pages))
        surveyed.append(work)
    return {"work": surveyed}


def chunk_documents(state: IngestionState) -> dict[str, list[Work]]:
    """Cut what was read into chunks, stored out of sight until their vectors are there."""
    stores, run, tell = dependencies.for_context(context.current()).stores, tally_of(state), get_stream_writer()
    work = []
    for item in state["work"]:
        if due := uncut(stores, item["id"]):
            tell(run.stage("chunk", item["id"], item["name"], 0, due.document.pages))
            item = cut(stores, item, due)
            tell(run.stage("chunk", item["id"], item["name"], due.document.pages, due.document.pages))
        work.append(item)
    return {"work": work}


@async_node
async def embed_chunks(state: IngestionState) -> dict[str, object]:
    """Store the vectors of the new chunks, then show each document in one step, in place of what was there."""
    now, run, tell = await dependencies.current(), tally_of(state), get_stream_writer()
    usage = no_usage()
    for item in state["work"]:
        usage = add_usage(usage, await index(now, item, run, tell))
    return {"embedding": usage}


def report_ingestion(state: IngestionState) -> IngestionOutput:
    """Sum up what became of every source."""
    close(state)
    stores = dependencies.for_context(context.current()).stores
    catalog = stores.catalog
    usage = state["embedding"]
    for outcome in state.get("outcomes", []):
        usage = add_usage(usage, outcome["usage"])
    reports = []
    for item in state["work"]:
        if catalog.document(item["id"]):
            reports.append(report.report(item, catalog.pages(item["id"]), len(catalog.chunk_ids(item["id"]))))
            log("report", item["id"], status=reports[-1]["status"])
            forget(item["id"])
        else:
            remove_stale(stores, item["id"])  # what was still stored of it after it was gone
            reports.append(report.without_pages(item["id"], item["name"], item["source"], "deleted", _DELETED))
    return {
        "report": {
            "documents": [*reports, *state["unusable"]],
            "unfinished": report.unfinished(reports),
            "usage": usage,
            "seconds": round(time.time() - state["started"], 3),
        }
    }


def _take_home(now: Deps) -> None:
    """Own the home folder, and refuse to mix the vectors of two models; before a page is read, not after."""
    now.stores.acquire_for_writing()
    now.stores.check(now.embedder.identity)


def _admit(now: Deps, found: Found, info: DocumentInfo) -> Work:
    """Enter a document in the catalog; its work is the pages that are not done."""
    identity, name = info.sha256[:DOCUMENT_ID_DIGITS], found.path.name
    now.stores.catalog.add_document(
        DocumentRow(identity, name, found.source, info.kind, info.title, info.pages, info.size)
    )
    run = context.current()
    todo = [row.page for row in now.stores.catalog.pages(identity) if not is_done(row, run, now.engine.name)]
    return Work(id=identity, name=name, source=found.source, path=str(found.path), pages=todo)


@async_node
async def render_pages(state: WindowState) -> dict[str, object]:
    """Render the pages of a window; the images are stored by their hash, with the file's own text layer beside them."""
    now = await dependencies.current()
    if not state["plain"] and now.engine.is_daily_quota_exhausted():
        return {"outcomes": await asyncio.to_thread(_put_off, now, state)}
    todo = await asyncio.to_thread(_jobs, state, state["pages"])
    outcomes = await dependencies.pool().map(render, todo)
    await asyncio.to_thread(_store_images, now, state, outcomes)
    failed = [job.page for job, outcome in zip(todo, outcomes, strict=True) if isinstance(outcome, Failure)]
    pictured = [outcome.page for outcome in outcomes if isinstance(outcome, PageImage) and outcome.has_figures]
    return {"outcomes": [_outcome(state, page, "failed") for page in failed], "pictured": pictured}


@async_node
async def transcribe_pages(state: WindowState) -> dict[str, object]:
    """Read the rendered pages, unless their transcripts are there already; each is stored as soon as it is read."""
    now = await dependencies.current()
    started = time.monotonic()
    rows, outcomes, requests = await asyncio.to_thread(_to_read, now, state)
    for outcome in outcomes:
        tell_page(state, rows[outcome["page"]])
    by_page = {request.job.page: request for request in requests}
    by = TEXT_LAYER if state["plain"] else now.engine.name
    with journal(get_stream_writer()) as costs:
        async for page, reading in _readings(now, state, requests):
            if isinstance(reading, Failure):
                reading = await _second_way(by_page[page], reading)
            cost = costs.pages.get(page) or _unasked(reading, time.monotonic() - started)
            row = await asyncio.to_thread(_record, now, rows[page], reading, cost, by)
            outcomes.append(_outcome(state, page, row.status, cost))
            tell_page(state, row, cost.usage)
    # Offline nobody waits while pages are read: what is embedded ahead would only keep the readers waiting.
    ahead = not isinstance(now.embedder, SentenceEmbedder)
    return {"outcomes": outcomes, "next": tally_of(state).had_turn(state["id"], state["pages"], ahead=ahead)}


# One document's sentences keep all cores busy; those of several would keep from the threads whoever stores pages.
_local = asyncio.Semaphore(1)


@async_node
async def index_document(state: WindowState) -> WindowOutput:
    """Cut, embed and show a document whose last page was just read, while pages of others are still being read.

    What goes wrong here is no reason to stop reading: it is tried again at the end of the run, which then says so.
    """
    now, run, tell = await dependencies.current(), tally_of(state), get_stream_writer()
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


@async_node
async def embed_ahead(state: WindowState) -> WindowOutput:
    """Embed what is read of a document while the rest of it is being read: then less is left to do at its end.

    What goes wrong here is no reason to stop reading, as above.
    """
    now, run, tell, document = await dependencies.current(), tally_of(state), get_stream_writer(), state["id"]
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
