"""The files of the server's threads, kept in the home folder, so that a library moves with its conversations.

The in-memory runtime of LangGraph writes threads, runs and checkpoints into `.langgraph_api` in the folder where the
server was started, every ten seconds and when it stops; it has no setting for another place.
"""

from __future__ import annotations

import contextlib
import logging
import pickle
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from graph.errors import BadInputError
from graph.runtime import process
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

    construct, write, dump = PersistentDict.__init__, PersistentDict.sync, PersistentDict.dump

    def construct_there(self: PersistentDict, *args: Any, filename: str, **values: Any) -> None:
        construct(self, *args, filename=str(home / filename), **values)
        # The file that the runtime reads at its start; the module is loaded before the first file is named.
        if database := sys.modules.get("langgraph_runtime_inmem.database"):
            vars(database)["OPS_FILENAME"] = str(home / FOLDER / ".langgraph_ops.pckl")

    written: dict[str, tuple[int, bool]] = {}

    def write_if_possible(self: PersistentDict) -> None:
        """Write the file; a folder that is missing or full ends neither the server nor its later attempts."""
        now = (process.changes(), _runs_work())
        if _is_periodic() and written.get(self.filename) == now and not now[1]:
            return  # an idle server wrote its 200 MB again every ten seconds
        try:
            if home.is_dir():
                Path(self.filename).parent.mkdir(exist_ok=True)
            write(self)
            written[self.filename] = now
        except OSError as error:
            logger.warning("The threads cannot be written to the home folder: %s", error.strerror)

    def dump_in_parts(self: PersistentDict, fileobj: Any) -> None:
        """Write the values while questions go on; in one go if the values change meanwhile."""
        try:
            pickle.Pickler(_Yielding(fileobj), protocol=5).dump(dict(self))
        except RuntimeError:  # a dictionary changed its size
            fileobj.seek(0)
            fileobj.truncate()
            dump(self, fileobj)

    # The runtime has no setting for its folder, so that these methods are replaced (docs/internals.md).
    for name, method in {"__init__": construct_there, "sync": write_if_possible, "dump": dump_in_parts}.items():
        setattr(PersistentDict, name, method)


def _is_periodic() -> bool:
    """Return whether the runtime writes as it does every ten seconds, not because it stops."""
    thread = getattr(sys.modules.get("langgraph_runtime_inmem._persistence"), "_flush_thread", None)
    return thread is not None and threading.current_thread() is thread[1]


def _runs_work() -> bool:
    """Return whether a run is under way, which changes its thread without a request."""
    return bool(getattr(sys.modules.get("langgraph_runtime_inmem.queue"), "WORKERS", None))


class _Yielding:
    """A file that lets other threads run after each part: to pickle 80 MB in one go stopped all answers for 0.8 s."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, part: bytes | memoryview) -> int:
        """Write a part; a pickler hands over 64 kB at a time."""
        time.sleep(0)
        return self._file.write(part)


def remove_empty(folder: Path) -> None:
    """Remove the empty folder that the runtime still makes where the server was started."""
    with contextlib.suppress(OSError):  # it is not there, or holds the threads of another server
        (folder / FOLDER).rmdir()
