"""Temporary folders of this program: what a killed process leaves behind is removed by the next one that makes one.

A folder is in use as long as its process, or one that it started with the folder, holds the lock of a file in it.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

if sys.platform != "win32":  # where nothing is removed that other processes left
    import fcntl

PREFIX = "pagewitness-temporary-"
_LOCK = ".in-use"
_NEW_S = 60.0
"""A younger folder is left alone: its process may not have locked it yet."""


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Make a folder that only this user may read, and remove it with all that is in it when the block ends."""
    folder, lock = make_folder()
    try:
        yield folder
    finally:
        remove_folder(folder, lock)


def make_folder() -> tuple[Path, int]:
    """Make a temporary folder, after removing those of processes that were killed.

    Returns:
        The folder, and the open file that marks it as in use until it is closed, or the process ends.
    """
    _remove_abandoned()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    if sys.platform != "win32":
        fcntl.flock(lock, fcntl.LOCK_EX)
    return folder, lock


def remove_folder(folder: Path, lock: int) -> None:
    """Remove a folder that `make_folder` made."""
    shutil.rmtree(folder, ignore_errors=True)
    os.close(lock)


def _remove_abandoned() -> None:
    if sys.platform == "win32":
        return
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):  # it is another user's, in use, or was just removed
            told = folder.lstat()
            if told.st_uid != os.getuid() or told.st_mtime > time.time() - _NEW_S:
                continue
            lock = os.open(folder / _LOCK, os.O_RDWR | os.O_NOFOLLOW)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(lock)
