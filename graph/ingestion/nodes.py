"""The nodes around reading: which documents there are to do, and what becomes of them once their pages are read."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Literal

from langgraph.config import get_stream_writer
from langgraph.types import Overwrite, Send

from graph import context, deps
from graph.deps import Deps
from graph.engines.base import add_usage, no_usage
from graph.engines.journal import journal
from graph.engines.limits import next_day
from graph.errors import BadInputError, as_list
from graph.ingestion.embedding import embed
from graph.ingestion.fetching import Found, find
from graph.ingestion.indexing import basis_of, show, stage
from graph.ingestion.passwords import forget
from graph.ingestion.state import (
    DocumentReport,
    DocumentStatus,
    IngestionOutput,
    IngestionState,
    LedgerCounts,
    PageFailure,
    Unfinished,
    WindowState,
    Work,
)
from graph.ingestion.survey import is_done, plain_pages
from graph.ingestion.telling import log, tell_unusable
from graph.steps import step
from graph.storage.base import DONE, DocumentRow, PageRow
from graph.storage.upkeep import settle
from loaders.errors import PasswordError, SourceError
from loaders.types import DocumentInfo
from loaders.urls import IDENTITY

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
            unusable.append(_unusable(found, found.info))
            tell_unusable(unusable[-1])
    if not work:
        raise BadInputError(" ".join(report["failures"][0]["detail"] for report in unusable))
    return {
        "work": list(work.values()),
        "unusable": unusable,
        "window": now.engine.window,
        "started": time.time(),
        "outcomes": Overwrite([]),
    }


@step
async def survey_pages(state: IngestionState) -> dict[str, list[Work]]:
    """Find out which pages take no vision model, before windows are made: three such pages would waste a window."""
    now = await deps.current()
    return {"work": [{**work, "plain": await plain_pages(now.engine, work)} for work in state["work"]]}


def each_window(state: IngestionState) -> list[Send] | Literal["chunk_documents"]:
    """Send the pages to be read, a window at a time; straight on where all have been read before."""
    size = state["window"]
    windows = []
    for work in state["work"]:
        without = set(work.get("plain", ()))
        for plain in (False, True):
            pages = [page for page in work["pages"] if (page in without) == plain]
            windows += [_window(work, pages[start : start + size], plain) for start in range(0, len(pages), size)]
    return [Send("read_pages", window) for window in windows] or "chunk_documents"


def chunk_documents(state: IngestionState) -> dict[str, list[Work]]:
    """Cut what was read into chunks, stored out of sight until their vectors are there."""
    stores = deps.deps(context.current()).stores
    work = []
    for item in state["work"]:
        document = stores.catalog.document(item["id"])
        basis = basis_of(stores.catalog.pages(item["id"]))
        if document and not (document.generation and basis == stores.catalog.basis(item["id"])):
            item = {**item, "generation": stage(stores, document), "basis": basis}
            log("chunk", item["id"])
        work.append(item)
    return {"work": work}


@step
async def embed_chunks(state: IngestionState) -> dict[str, object]:
    """Store the vectors of the new chunks, then show each document in one step, in place of what was there."""
    now = await deps.current()
    usage = no_usage()
    for item in state["work"]:
        if "generation" not in item:
            await asyncio.to_thread(_show_again, now, item["id"])
            continue
        ids = await asyncio.to_thread(now.stores.catalog.chunk_ids, item["id"], item["generation"])
        rows = await asyncio.to_thread(now.stores.catalog.pages, item["id"])
        if any(row.status in DONE for row in rows):
            with journal(get_stream_writer()):
                usage = add_usage(usage, await embed(now, item["id"], ids, item["name"], get_stream_writer()))
            await asyncio.to_thread(show, now.stores, item["id"], item["generation"], item["basis"])
            log("embed", item["id"], chunks=len(ids))
    return {"embedding": usage}


def report_ingestion(state: IngestionState) -> IngestionOutput:
    """Sum up what became of every source."""
    stores = deps.deps(context.current()).stores
    catalog = stores.catalog
    usage = state["embedding"]
    for outcome in state.get("outcomes", []):
        usage = add_usage(usage, outcome["usage"])
    reports = []
    for item in state["work"]:
        if catalog.document(item["id"]):
            reports.append(_report(item, catalog.pages(item["id"]), len(catalog.chunk_ids(item["id"]))))
            log("report", item["id"], status=reports[-1]["status"])
            forget(item["id"])
        else:
            settle(stores, item["id"])  # what was still stored of it after it was gone
            reports.append(_without_pages(item["id"], item["name"], item["source"], "deleted", _DELETED))
    return {
        "report": {
            "documents": [*reports, *state["unusable"]],
            "unfinished": _unfinished(reports),
            "usage": usage,
            "seconds": round(time.time() - state["started"], 3),
        }
    }


def _show_again(now: Deps, document: str) -> None:
    """An unchanged document may have come from another place, where it replaces what was there."""
    row = now.stores.catalog.document(document)
    if row and any(other.source == row.source and other.id != row.id for other in now.stores.catalog.documents()):
        show(now.stores, document, row.generation, now.stores.catalog.basis(document))


def _take_home(now: Deps) -> None:
    """Own the home folder, and refuse to mix the vectors of two models; before a page is read, not after."""
    now.stores.take()
    now.stores.check(now.embedder.identity)


def _window(work: Work, pages: list[int], plain: bool) -> WindowState:
    return WindowState(
        id=work["id"], name=work["name"], path=work["path"], total=len(work["pages"]), pages=pages, plain=plain
    )


def _admit(now: Deps, found: Found, info: DocumentInfo) -> Work:
    """Enter a document in the catalog; its work is the pages that are not done."""
    identity, name = info.sha256[:IDENTITY], found.path.name
    now.stores.catalog.add_document(
        DocumentRow(identity, name, found.source, info.kind, info.title, info.pages, info.size)
    )
    run = context.current()
    todo = [row.page for row in now.stores.catalog.pages(identity) if not is_done(row, run, now.engine.name)]
    return Work(id=identity, name=name, source=found.source, path=str(found.path), pages=todo)


def _report(item: Work, rows: Sequence[PageRow], chunks: int) -> DocumentReport:
    counts = ledger_counts(rows)
    failures = [
        PageFailure(page=row.page, reason=row.reason, detail=row.detail) for row in rows if row.status not in DONE
    ]
    bad, new = counts["failed"], item["pages"] or "generation" in item
    return DocumentReport(
        id=item["id"],
        name=item["name"],
        source=item["source"],
        status=_status(rows) if bad else "complete" if new else "unchanged",
        pages=len(rows),
        ledger=counts,
        failures=failures,
        chunks=chunks,
    )


def _status(rows: Sequence[PageRow]) -> DocumentStatus:
    """Of a document with a hole: failed where nothing is left to be read, and nothing was."""
    return "failed" if all(row.status == "failed" for row in rows) else "partial"


def _unfinished(reports: Sequence[DocumentReport]) -> Unfinished | None:
    """How many pages wait for another day, and when that is."""
    waiting = [failure for report in reports for failure in report["failures"] if failure["reason"] == "quota_day"]
    if not waiting:
        return None
    continue_at = next_day(time.time()).isoformat(timespec="minutes")
    return Unfinished(pages=len(waiting), reason="quota_day", continue_at=continue_at)


def ledger_counts(rows: Sequence[PageRow]) -> LedgerCounts:
    """How many pages ended how; one that was never finished counts as failed."""
    counts = LedgerCounts(read=0, fallback=0, blank=0, failed=0)
    for row in rows:
        counts[row.status if row.status != "pending" else "failed"] += 1
    return counts


def _unusable(found: Found, error: SourceError) -> DocumentReport:
    reason = "password" if isinstance(error, PasswordError) else "unusable"
    return _without_pages(None, found.path.name, found.source, reason, str(error))


def _without_pages(identity: str | None, name: str, source: str, reason: str, detail: str) -> DocumentReport:
    return DocumentReport(
        id=identity,
        name=name,
        source=source,
        status="failed",
        pages=0,
        ledger=LedgerCounts(read=0, fallback=0, blank=0, failed=0),
        failures=[PageFailure(page=None, reason=reason, detail=detail)],
        chunks=0,
    )
