"""How far the runs of this process are: windows of pages go on side by side, and none knows of the others.

A run's state names its tally. It lies in memory, not in the state: a run that another process takes up counts anew what
is left, as it reads nothing again.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection

from langgraph.config import get_stream_writer

from graph.events import Event, Progress, Stage, Unusable, progress
from graph.ingestion.state import DocumentReport, IngestionState, Next, WindowState
from graph.storage.base import PageRow
from graph.types import Usage, no_usage

_KEPT = 200  # runs that ended by an error leave their tally here: 17 kB for a hundred pages

_AHEAD_FROM, _AHEAD_GROWTH = 16, 1.5
"""A document is embedded ahead when so many of its first pages had their turn, and again when they are so many times
more. It is cut each time, all of which together take as long as three times at its end. Of the 268 chunks that twelve
papers, articles and slides had after 8, 12 and 18 pages, each was there again when the whole document was cut."""

Tell = Callable[[Event], None]


class Tally:
    """What one run has done so far."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pages: dict[str, set[int]] = {}
        self._requests = 0
        self._left: dict[str, set[int]] = {}
        self._ahead: dict[str, int] = {}
        self._alone: dict[str, asyncio.Lock] = {}
        self._going_ahead = False
        self.early = True
        """Whether documents are indexed and embedded while pages are read: not once that did not work."""

    def spend(self, usage: Usage) -> int:
        """Count requests; returns how many there are now."""
        with self._lock:
            self._requests += usage["requests"]
            return self._requests

    def stage(self, stage: Stage, document: str, name: str, done: int, of: int) -> Progress:
        """An event of a stage that goes through a document as a whole."""
        return progress(stage, document, name, done, of, requests=self._requests)

    def page(self, document: str, name: str, of: int, page: int, status: str, reason: str) -> Progress:
        """An event of a page that had its turn; one that has to wait for another day is not done."""
        with self._lock:
            done = self._pages.setdefault(document, set())
            if status != "pending":
                done.add(page)
            return progress(
                "read", document, name, len(done), max(of, len(done)), requests=self._requests, page=page,
                status=status, reason=reason,
            )  # fmt: skip

    def expect(self, document: str, pages: Collection[int]) -> None:
        """These pages of a document are going to be read."""
        with self._lock:
            self._left[document] = set(pages)

    def had_turn(self, document: str, pages: Collection[int], *, ahead: bool) -> Next:
        """These pages had their turn; what there is to do for the document while others are read.

        With `ahead`, what is read of it can be embedded while the rest of it is read.

        Nothing in a run that was taken up half-way: it does not know what the process before it has read.
        """
        with self._lock:
            if document not in self._left:
                return "__end__"
            self._left[document] -= set(pages)
            if not self.early or not any(self._left.values()):
                return "__end__"
            if not self._left[document]:
                return "index_document"
            first = self._before_the_first_left(document)
            if self._going_ahead or not ahead or first < max(_AHEAD_FROM, _AHEAD_GROWTH * self._ahead.get(document, 0)):
                return "__end__"
            self._ahead[document] = first
            self._going_ahead = True  # one at a time, lest a service that is out of order holds up the reading
            return "embed_ahead"

    def went_ahead(self) -> None:
        """What could be embedded ahead is, or could not be."""
        with self._lock:
            self._going_ahead = False

    def read_to(self, document: str) -> int:
        """The last of the document's first pages of which each had its turn; 0 when all pages had."""
        with self._lock:
            return self._before_the_first_left(document)

    def _before_the_first_left(self, document: str) -> int:
        return min(self._left.get(document, ()), default=1) - 1

    def alone(self, document: str) -> asyncio.Lock:
        """What keeps a document's passages from being embedded twice at a time."""
        with self._lock:
            return self._alone.setdefault(document, asyncio.Lock())

    def leave_to_the_end(self) -> None:
        """Index and embed nothing more while pages are read: it did not work."""
        self.early = False


_tallies: OrderedDict[str, Tally] = OrderedDict()
_making = threading.Lock()


def tally(run: str) -> Tally:
    """The tally of that name, a new one if there is none."""
    with _making:
        found = _tallies.setdefault(run, Tally())
        _tallies.move_to_end(run)
        while len(_tallies) > _KEPT:
            _tallies.popitem(last=False)
        return found


def tally_of(state: IngestionState | WindowState) -> Tally:
    """The tally of the run that this is the state of; on a thread of an older version, of none in particular."""
    return tally(state.get("tally", ""))


def close(state: IngestionState) -> None:
    """Forget the tally of a run that is over."""
    with _making:
        _tallies.pop(state.get("tally", ""), None)


_log = logging.getLogger("pagewitness")


def tell_page(state: WindowState, row: PageRow, usage: Usage | None = None) -> None:
    """A page is done, one way or another, at that cost."""
    run = tally_of(state)
    run.spend(usage or no_usage())
    get_stream_writer()(run.page(state["id"], state["name"], state["total"], row.page, row.status, row.reason))
    log("read", row.document, page=row.page, status=row.status, reason=row.reason, engine=row.engine)


def tell_unusable(report: DocumentReport) -> None:
    """A file cannot be opened. Where none can, the run fails, and this is what a client can go by."""
    reason = report["failures"][0]["reason"]
    get_stream_writer()(Unusable(event="unusable", source=report["source"], name=report["name"], reason=reason))


def log(stage: str, document: str, **facts: str | int) -> None:
    """Write down that a document has come to a stage."""
    _log.info("%s", stage, extra={"stage": stage, "document": document, **facts})
