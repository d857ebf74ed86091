"""The nodes around reading: which documents there are to do, and what becomes of them once their pages are read."""

from __future__ import annotations

import asyncio
import time
import uuid
from typing import Literal

from langgraph.config import get_stream_writer
from langgraph.types import Overwrite, Send

from graph import context, deps
from graph.deps import Deps
from graph.errors import BadInputError, as_list
from graph.ingestion import reporting
from graph.ingestion.fetching import Found, find
from graph.ingestion.finishing import cut, index, uncut
from graph.ingestion.passwords import forget
from graph.ingestion.state import (
    IngestionOutput,
    IngestionState,
    WindowState,
    Work,
)
from graph.ingestion.survey import is_done, plain_pages
from graph.ingestion.tally import close, tally_of
from graph.ingestion.telling import log, tell_unusable
from graph.runtime.async_nodes import step
from graph.storage.base import DocumentRow
from graph.storage.cleanup import settle
from graph.types import add_usage, no_usage
from loaders.sources.download import IDENTITY
from loaders.types import DocumentInfo

_DELETED = "The document was deleted while it was being read: give it again if it should be there."


@step
async def load_sources(state: IngestionState) -> dict[str, object]:
    """Find the files, open each, and write a ledger line for every page that is to be read."""
    if not state.get("sources"):
        raise BadInputError("No sources were given: name files, folders, globs or addresses of PDFs, books or images.")
    now = await deps.current()
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
            unusable.append(reporting.unusable(found, found.info))
            tell_unusable(unusable[-1])
    if not work:
        raise BadInputError(" ".join(report["failures"][0]["detail"] for report in unusable))
    return {
        "work": list(work.values()),
        "unusable": unusable,
        "window": now.engine.window,
        "started": time.time(),
        "tally": uuid.uuid4().hex,
        "outcomes": Overwrite([]),
        "embedding": Overwrite(no_usage()),
    }


@step
async def survey_pages(state: IngestionState) -> dict[str, list[Work]]:
    """Find out which pages take no vision model, before windows are made: three such pages would waste a window."""
    now, run, tell = await deps.current(), tally_of(state), get_stream_writer()
    surveyed: list[Work] = []
    for work in state["work"]:
        if pages := len(work["pages"]):
            tell(run.stage("survey", work["id"], work["name"], 0, pages))
            work = {**work, "plain": await plain_pages(now.engine, work)}
            tell(run.stage("survey", work["id"], work["name"], pages, pages))
        surveyed.append(work)
    return {"work": surveyed}


def each_window(state: IngestionState) -> list[Send] | Literal["chunk_documents"]:
    """Send the pages to be read, a window at a time; straight on where all have been read before."""
    size, run = state["window"], state.get("tally", "")
    windows = []
    for work in state["work"]:
        tally_of(state).expect(work["id"], work["pages"])
        without, parts = set(work.get("plain", ())), list[WindowState]()
        for plain in (False, True):
            pages = [page for page in work["pages"] if (page in without) == plain]
            starts = range(0, len(pages), size)
            parts += [_window(run, work, pages[start : start + size], plain) for start in starts]
        windows += sorted(parts, key=lambda part: part["pages"][0])  # what is read without a gap is embedded ahead
    return [Send("read_pages", window) for window in windows] or "chunk_documents"


def chunk_documents(state: IngestionState) -> dict[str, list[Work]]:
    """Cut what was read into chunks, stored out of sight until their vectors are there."""
    stores, run, tell = deps.deps(context.current()).stores, tally_of(state), get_stream_writer()
    work = []
    for item in state["work"]:
        if due := uncut(stores, item["id"]):
            tell(run.stage("chunk", item["id"], item["name"], 0, due.document.pages))
            item = cut(stores, item, due)
            tell(run.stage("chunk", item["id"], item["name"], due.document.pages, due.document.pages))
        work.append(item)
    return {"work": work}


@step
async def embed_chunks(state: IngestionState) -> dict[str, object]:
    """Store the vectors of the new chunks, then show each document in one step, in place of what was there."""
    now, run, tell = await deps.current(), tally_of(state), get_stream_writer()
    usage = no_usage()
    for item in state["work"]:
        usage = add_usage(usage, await index(now, item, run, tell))
    return {"embedding": usage}


def report_ingestion(state: IngestionState) -> IngestionOutput:
    """Sum up what became of every source."""
    close(state)
    stores = deps.deps(context.current()).stores
    catalog = stores.catalog
    usage = state["embedding"]
    for outcome in state.get("outcomes", []):
        usage = add_usage(usage, outcome["usage"])
    reports = []
    for item in state["work"]:
        if catalog.document(item["id"]):
            reports.append(reporting.report(item, catalog.pages(item["id"]), len(catalog.chunk_ids(item["id"]))))
            log("report", item["id"], status=reports[-1]["status"])
            forget(item["id"])
        else:
            settle(stores, item["id"])  # what was still stored of it after it was gone
            reports.append(reporting.without_pages(item["id"], item["name"], item["source"], "deleted", _DELETED))
    return {
        "report": {
            "documents": [*reports, *state["unusable"]],
            "unfinished": reporting.unfinished(reports),
            "usage": usage,
            "seconds": round(time.time() - state["started"], 3),
        }
    }


def _take_home(now: Deps) -> None:
    """Own the home folder, and refuse to mix the vectors of two models; before a page is read, not after."""
    now.stores.take()
    now.stores.check(now.embedder.identity)


def _window(run: str, work: Work, pages: list[int], plain: bool) -> WindowState:
    return WindowState(
        id=work["id"], name=work["name"], path=work["path"], tally=run, total=len(work["pages"]), pages=pages,
        plain=plain,
    )  # fmt: skip


def _admit(now: Deps, found: Found, info: DocumentInfo) -> Work:
    """Enter a document in the catalog; its work is the pages that are not done."""
    identity, name = info.sha256[:IDENTITY], found.path.name
    now.stores.catalog.add_document(
        DocumentRow(identity, name, found.source, info.kind, info.title, info.pages, info.size)
    )
    run = context.current()
    todo = [row.page for row in now.stores.catalog.pages(identity) if not is_done(row, run, now.engine.name)]
    return Work(id=identity, name=name, source=found.source, path=str(found.path), pages=todo)
