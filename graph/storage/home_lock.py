"""The home folder and its lock: created when first needed, owned by one process at a time."""

from __future__ import annotations

import os
import shutil
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from graph.errors import HomeError, HomeInUseError

if TYPE_CHECKING:
    from filelock import FileLock

MIN_FREE_BYTES = 500 * 2**20
"""Free disk space below which nothing is uploaded and health checks fail; a page image takes about 0.4 MB."""

_LOCK = "owner.lock"
_OWNER = "owner.txt"
# filelock releases a lock that is garbage collected; these references keep them until the process ends.
_held: dict[Path, FileLock] = {}
# Two threads that lock at the same moment would each open the file, and the second would be refused.
_acquiring = threading.Lock()


def prepare(home: Path) -> Path:
    """Create the folder if it is missing, and return it.

    Raises:
        HomeError: it cannot be created or written to.
    """
    try:
        home.mkdir(parents=True, exist_ok=True)
        writable = os.access(home, os.W_OK | os.X_OK)
    except OSError as error:
        raise HomeError(
            f"The home folder {home} cannot be created ({error.strerror}): name another with --home."
        ) from error
    if not writable:
        raise HomeError(f"The home folder {home} is not writable: change its permissions, or name another with --home.")
    return home


def free_bytes(home: Path) -> int:
    """Create the folder if it is missing, and return the free bytes of its disk.

    Raises:
        HomeError: the folder cannot be used, or less than `MIN_FREE_BYTES` are left.
    """
    free = shutil.disk_usage(prepare(home)).free
    if free < MIN_FREE_BYTES:
        raise HomeError(
            f"Only {free // 2**20} MB are left on the disk of {home}: free some space, or name another with --home."
        )
    return free


def acquire(home: Path, served_at: str = "") -> FileLock:
    """Lock the home folder for this process until it ends; two writers would corrupt the vectors.

    Args:
        home: The folder, which exists.
        served_at: The address of this process if it is a server; other processes show it in their error message.

    Raises:
        HomeInUseError: another process has it; the message says which.
        HomeError: it cannot be locked.
    """
    from filelock import FileLock, Timeout  # 5 ms at import

    lock = FileLock(home / _LOCK, timeout=0, is_singleton=True, thread_local=False)
    try:
        with _acquiring:
            new = not lock.is_locked
            lock.acquire()
            if new:
                _write_owner(home, served_at)
    except Timeout as error:
        raise HomeInUseError(home, *_read_owner(home)) from error
    except OSError as error:
        raise HomeError(f"The home folder {home} cannot be locked ({error}): name another with --home.") from error
    _held[home] = lock
    return lock


def is_held(home: Path) -> bool:
    """Return whether this process has locked the home folder, without asking the file system."""
    lock = _held.get(home)
    return lock is not None and lock.is_locked


def release(home: Path) -> None:
    """Release the lock that this process has on a home folder, if any, also when the lock file was deleted."""
    if lock := _held.pop(home, None):
        lock.release(force=True)


def _write_owner(home: Path, served_at: str) -> None:
    """Write this process and its address into the owner file, atomically."""
    program = "" if served_at else f" ({Path(sys.argv[0]).name or 'python'})"
    new = home / f"{_OWNER}.new"
    new.write_text(f"process {os.getpid()}{program}\n{served_at}", "utf-8")
    os.replace(new, home / _OWNER)


def _read_owner(home: Path) -> tuple[str, str]:
    """Return the owner's process as text, and its address, "" if it is no server or unknown."""
    try:
        process, _, served_at = (home / _OWNER).read_text("utf-8").partition("\n")
    except (OSError, UnicodeDecodeError):
        return "another process", ""
    return process or "another process", served_at.strip()
