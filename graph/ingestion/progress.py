"""Progress of the runs of this process: page counts, request counts, progress events and log lines.

Batches of pages run side by side and share one `RunProgress`, found by the `run_id` in their state. It lives in memory:
a run that another process resumes starts a new one, which counts the pages that are left.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection

from graph.events import Event, Progress, Stage, Unusable, progress, writer
from graph.ingestion.state import AfterBatch, BatchState, DocumentReport, IngestionState
from graph.storage.rows import PageRow
from graph.types import Usage, no_usage

_MAX_RUNS = 200  # runs that ended by an error leave their progress here: 17 kB for a hundred pages

# A document is embedded ahead when its first 16 pages are finished, and again each time 1.5 times as many are. The
# chunking for it takes, all in all, three times as long as chunking the document once.
_AHEAD_FROM_PAGES, _AHEAD_GROWTH = 16, 1.5

Emit = Callable[[Event], None]
"""LangGraph's stream writer: sends a custom event to the client."""


class RunProgress:
    """The progress of one run. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._done: dict[str, set[int]] = {}
        self._pending: dict[str, set[int]] = {}
        self._unfinished: set[str] = set()  # documents with pending pages: to look through all took a second per 10,000
        self._requests = 0
        self._prefetched_pages: dict[str, int] = {}
        self._prefetching = False
        self._document_locks: dict[str, asyncio.Lock] = {}
        self.indexes_early = True
        """Whether documents are indexed and embedded while pages are read; False after that failed once."""

    def add_requests(self, usage: Usage) -> int:
        """Add the requests of `usage`, and return the number of requests of the run so far."""
        with self._lock:
            self._requests += usage["requests"]
            return self._requests

    def stage_event(self, stage: Stage, document: str, name: str, done: int, of: int) -> Progress:
        """Return the event of a stage that treats a document as a whole: `done` of `of` pages."""
        return progress(stage, document, name, done, of, requests=self._requests)

    def page_event(self, document: str, name: str, of: int, page: int, status: str, reason: str) -> Progress:
        """Count a page as done and return its event; a page that is left for another day is not counted."""
        with self._lock:
            done = self._done.setdefault(document, set())
            if status != "pending":
                done.add(page)
            return progress(
                "read", document, name, len(done), max(of, len(done)), requests=self._requests, page=page,
                status=status, reason=reason,
            )  # fmt: skip

    def expect_pages(self, document: str, pages: Collection[int]) -> None:
        """Note the pages of a document that the run is going to read."""
        with self._lock:
            self._pending[document] = set(pages)
            if pages:
                self._unfinished.add(document)

    def pages_finished(self, document: str, pages: Collection[int], *, prefetch: bool) -> AfterBatch:
        """Note that pages were read or failed, and choose what to do next for their document.

        Args:
            document: The document's id.
            pages: The pages that are finished.
            prefetch: Whether chunks may be embedded before the whole document is read.

        Returns:
            "index_document" after the document's last page, "embed_ahead" after enough new pages, else "__end__". It is
            "__end__" too if no other page is waiting (indexing then follows at the end of the run), and in a run that
            was resumed in another process, which does not know the earlier pages.
        """
        with self._lock:
            if document not in self._pending:
                return "__end__"
            self._pending[document] -= set(pages)
            if not self._pending[document]:
                self._unfinished.discard(document)
            if not self.indexes_early or not self._unfinished:
                return "__end__"
            if not self._pending[document]:
                return "index_document"
            first = self._contiguous_until(document)
            enough = max(_AHEAD_FROM_PAGES, _AHEAD_GROWTH * self._prefetched_pages.get(document, 0))
            if self._prefetching or not prefetch or first < enough:
                return "__end__"
            self._prefetched_pages[document] = first
            self._prefetching = True  # one at a time: an embedding service that is down then delays one batch only
            return "embed_ahead"

    def prefetch_finished(self) -> None:
        """Note that `embed_ahead` ended, whether it succeeded or not."""
        with self._lock:
            self._prefetching = False

    def contiguous_until(self, document: str) -> int:
        """Return the last page before the first unfinished one; 0 when all pages of the document are finished."""
        with self._lock:
            return self._contiguous_until(document)

    def _contiguous_until(self, document: str) -> int:
        return min(self._pending.get(document, ()), default=1) - 1

    def document_lock(self, document: str) -> asyncio.Lock:
        """Return the lock under which a document's chunks are embedded, so that none is embedded twice."""
        with self._lock:
            return self._document_locks.setdefault(document, asyncio.Lock())

    def postpone_indexing(self) -> None:
        """Leave all indexing and embedding to the end of the run, after it failed once while pages were read."""
        self.indexes_early = False


_runs: OrderedDict[str, RunProgress] = OrderedDict()
_runs_lock = threading.Lock()


def progress_of(state: IngestionState | BatchState) -> RunProgress:
    """Return the progress of the run that a state belongs to, a new one if there is none.

    All states without a `run_id`, such as those that a user wrote into a thread, share one.
    """
    run_id = state.get("run_id", "")
    with _runs_lock:
        found = _runs.setdefault(run_id, RunProgress())
        _runs.move_to_end(run_id)
        while len(_runs) > _MAX_RUNS:
            _runs.popitem(last=False)
        return found


def discard_progress(state: IngestionState) -> None:
    """Remove the progress of a run that is over."""
    with _runs_lock:
        _runs.pop(state.get("run_id", ""), None)


_log = logging.getLogger("pagewitness")


def emit_page(state: BatchState, row: PageRow, usage: Usage | None = None) -> None:
    """Count a finished page and what it cost, emit its event, and log it."""
    run = progress_of(state)
    run.add_requests(usage or no_usage())
    writer()(run.page_event(state["id"], state["name"], state["total"], row.page, row.status, row.reason))
    log("read", row.document, page=row.page, status=row.status, reason=row.reason, engine=row.engine)


def emit_rejected_source(report: DocumentReport) -> None:
    """Emit the event of a file that cannot be opened. If no file can be opened, the run fails without a report."""
    why = report["failures"][0]
    writer()(
        Unusable(
            event="unusable", source=report["source"], name=report["name"], reason=why["reason"], detail=why["detail"]
        )
    )


def log(stage: str, document: str, **facts: str | int) -> None:
    """Log that a document reached a stage, with facts such as page numbers; never its text."""
    _log.info("%s", stage, extra={"stage": stage, "document": document, **facts})
