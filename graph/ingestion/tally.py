"""How far the runs of this process are: windows of pages go on side by side, and none knows of the others.

A run's state names its tally. It lies in memory, not in the state: a run that another process takes up counts anew what
is left, as it reads nothing again.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

from graph.engines.base import Usage
from graph.events import Event, Progress, Stage, progress
from graph.ingestion.state import IngestionState, WindowState

_KEPT = 1000  # runs that ended by an error leave their tally here; a few hundred bytes each

Tell = Callable[[Event], None]


class Tally:
    """What one run has done so far."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pages: dict[str, set[int]] = {}
        self._requests = 0
        self._left: dict[str, int] = {}
        self._early = True

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

    def expect(self, document: str, pages: int) -> None:
        """Pages of a document are going to be read."""
        with self._lock:
            self._left[document] = pages

    def had_turn(self, document: str, pages: int) -> bool:
        """So many of them had their turn; whether the document is ready to be indexed while others are read.

        A run that was taken up half-way never says so: it does not know what the process before it has read.
        """
        with self._lock:
            if document not in self._left:
                return False
            self._left[document] -= pages
            return self._early and self._left[document] == 0 and any(left > 0 for left in self._left.values())

    def leave_to_the_end(self) -> None:
        """Index no more documents while others are read: it did not work."""
        self._early = False


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
