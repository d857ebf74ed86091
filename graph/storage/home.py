"""The home folder: made when first needed, and owned by one process at a time."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

from filelock import FileLock, Timeout

from graph.errors import HomeError

_LOCK = "owner.lock"
_OWNER = "owner.txt"
# A lock that nothing refers to lets go; these are kept until the process ends.
_held: dict[Path, FileLock] = {}
# Two threads that take a lock at the same moment would each open the file, and one would be refused by the other.
_taking = threading.Lock()


def prepare(home: Path) -> Path:
    """Make the folder if it is not there.

    Raises:
        HomeError: it cannot be made, or not be written to.
    """
    try:
        home.mkdir(parents=True, exist_ok=True)
        writable = os.access(home, os.W_OK | os.X_OK)
    except OSError as error:
        raise HomeError(
            f"The home folder {home} cannot be made ({error.strerror}): name another with --home."
        ) from error
    if not writable:
        raise HomeError(f"The home folder {home} is not writable: change its permissions, or name another with --home.")
    return home


def own(home: Path) -> FileLock:
    """Take the home folder for this process until it ends; two owners would corrupt the vectors.

    Raises:
        HomeError: another process has it; the message says which.
    """
    lock = FileLock(home / _LOCK, timeout=0, is_singleton=True, thread_local=False)
    try:
        with _taking:
            lock.acquire()
    except Timeout as error:
        raise HomeError(
            f"The home folder {home} is in use by {_owner(home)}: wait until it ends, ask through that process, "
            "or name another folder with --home."
        ) from error
    except OSError as error:
        raise HomeError(f"The home folder {home} cannot be locked ({error}): name another with --home.") from error
    _held[home] = lock
    (home / _OWNER).write_text(f"process {os.getpid()} ({Path(sys.argv[0]).name or 'python'})")
    return lock


def disown(home: Path) -> None:
    """Let go of a home folder whose lock file is no longer there."""
    if lock := _held.pop(home, None):
        lock.release(force=True)


def _owner(home: Path) -> str:
    try:
        return (home / _OWNER).read_text() or "another process"
    except OSError:
        return "another process"
