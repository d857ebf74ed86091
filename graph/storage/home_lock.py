"""The home folder: made when first needed, and owned by one process at a time."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

from filelock import FileLock, Timeout

from graph.errors import HomeError, HomeInUseError

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


def own(home: Path, served_at: str = "") -> FileLock:
    """Take the home folder for this process until it ends; two owners would corrupt the vectors.

    Args:
        home: The folder.
        served_at: Where this process can be asked, if it is a server: what other processes are told.

    Raises:
        HomeInUseError: another process has it; the message says which.
        HomeError: it cannot be locked.
    """
    lock = FileLock(home / _LOCK, timeout=0, is_singleton=True, thread_local=False)
    try:
        with _taking:
            anew = not lock.is_locked
            lock.acquire()
            if anew:
                _sign(home, served_at)
    except Timeout as error:
        raise HomeInUseError(home, *_owner(home)) from error
    except OSError as error:
        raise HomeError(f"The home folder {home} cannot be locked ({error}): name another with --home.") from error
    _held[home] = lock
    return lock


def disown(home: Path) -> None:
    """Let go of a home folder whose lock file is no longer there."""
    if lock := _held.pop(home, None):
        lock.release(force=True)


def _sign(home: Path, served_at: str) -> None:
    """Say who the owner is, in place of whoever it was before, at one stroke."""
    program = "" if served_at else f" ({Path(sys.argv[0]).name or 'python'})"
    signature = f"process {os.getpid()}{program}\n{served_at}"
    new = home / f"{_OWNER}.new"
    new.write_text(signature, "utf-8")
    os.replace(new, home / _OWNER)


def _owner(home: Path) -> tuple[str, str]:
    """The process that has the folder, and where it serves, "" if it does not or nothing is known."""
    try:
        process, _, served_at = (home / _OWNER).read_text("utf-8").partition("\n")
    except (OSError, UnicodeDecodeError):
        return "another process", ""
    return process or "another process", served_at.strip()
