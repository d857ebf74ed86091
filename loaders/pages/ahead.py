"""Page processes that start before the application is loaded, as the command does: both take a second, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from loaders.pages.processes import CAN_FORK, processes_here

if TYPE_CHECKING:
    from loaders.pages.pool import ProcessPagePool

_begun: list[ProcessPagePool] = []  # at most one


def begin(sources: Sequence[str]) -> None:
    """Start page processes for the first pool of this process, and let them open the first source that is a file.

    They import the readers, .35 CPU seconds, and load the models that the file needs, .3 to .7, while this process
    imports the application, 1.2. Nothing is done where processes are not forked: each would import for itself.
    """
    if not CAN_FORK or _begun:
        return
    processes = processes_here()
    processes.begin()  # first of all: the pool itself takes .1 s to import
    from loaders.pages.jobs import inspect
    from loaders.pages.pool import ProcessPagePool

    _begun.append(ProcessPagePool(processes=processes))
    if path := next((path for path in map(Path, sources) if path.is_file()), None):
        _begun[0].look_ahead(inspect, path.absolute())


def process_pool() -> ProcessPagePool:
    """Return a pool of page processes: the one that was begun early, or else a new one.

    The early one is given away once, and closed as any other.
    """
    from loaders.pages.pool import ProcessPagePool

    return _begun.pop() if _begun else ProcessPagePool()
