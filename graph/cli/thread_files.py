"""The files of the server's threads, kept in the home folder, so that a library moves with its conversations.

The in-memory runtime of LangGraph writes threads, runs and checkpoints into `.langgraph_api` in the folder where the
server was started, every ten seconds and when it stops; it has no setting for another place.
"""

from __future__ import annotations

import contextlib
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graph.errors import BadInputError
from graph.storage import home_lock

if TYPE_CHECKING:
    from filelock import FileLock

FOLDER = ".langgraph_api"
"""The runtime's name for the folder."""
_LOCK = "server.lock"

logger = logging.getLogger("pagewitness")


def lock(home: Path) -> FileLock:
    """Lock the home folder for one server; two would overwrite each other's threads. Returns what releases the lock.

    Raises:
        BadInputError: another server has the folder.
        HomeError: the folder cannot be used.
    """
    from filelock import FileLock, Timeout  # 5 ms at import

    made = FileLock(home_lock.prepare(home) / _LOCK, timeout=0)
    try:
        made.acquire()
    except Timeout:
        raise BadInputError(
            f"Another server has the home folder {home}: end it, or name another folder with --home."
        ) from None
    return made


def keep_in(home: Path) -> None:
    """Let the runtime keep its files in the home folder; call this before the runtime is imported."""
    from langgraph.checkpoint.memory import PersistentDict

    construct, write = PersistentDict.__init__, PersistentDict.sync

    def construct_there(self: PersistentDict, *args: Any, filename: str, **values: Any) -> None:
        construct(self, *args, filename=str(home / filename), **values)
        # What it looks for at the start; the name is defined by the time that the first of these files is named.
        if database := sys.modules.get("langgraph_runtime_inmem.database"):
            vars(database)["OPS_FILENAME"] = str(home / FOLDER / ".langgraph_ops.pckl")

    def write_if_possible(self: PersistentDict) -> None:
        """Write the file; a folder that is missing or full ends neither the server nor its later attempts."""
        try:
            if home.is_dir():
                Path(self.filename).parent.mkdir(exist_ok=True)
            write(self)
        except OSError as error:
            logger.warning("The threads cannot be written to the home folder: %s", error.strerror)

    # The runtime has no setting for its folder, so that these two methods are replaced (docs/internals.md).
    PersistentDict.__init__ = construct_there  # type: ignore[method-assign]
    PersistentDict.sync = write_if_possible  # type: ignore[method-assign]


def remove_empty(folder: Path) -> None:
    """Remove the empty folder that the runtime still makes where the server was started."""
    with contextlib.suppress(OSError):  # it is not there, or holds the threads of another server
        (folder / FOLDER).rmdir()
