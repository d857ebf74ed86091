"""A home folder that another process has: its catalog as it is now, and its vectors as they were a moment ago.

The files of the embedded index may be opened by one process only, so that they are copied first. What is read there
is checked against the catalog by who reads it: the process that has the folder goes on writing.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from graph.errors import HomeError
from graph.storage.database import copy_database
from graph.storage.scoped import ScopedVectors
from graph.storage.stores import HomeStores

_PREFIX = "moving-"
_DATABASE = "chroma.sqlite3"
_ABANDONED_S = 24 * 3600  # a copy of a process that was killed
_TRIES, _PAUSE_S = 20, 0.2  # the files change once in a thousand vectors, for some milliseconds


class HomeInUse(HomeStores):
    """The stores of a home folder that another process writes; nothing is written to them but the library's id.

    Args:
        opened: The stores, of which this process could not acquire the folder.
        owner: A description of the process that has it.
    """

    has_other_writers = True

    def __init__(self, opened: HomeStores, owner: str) -> None:
        super().__init__(opened.home, opened.chroma_url, opened.files_url)
        self.owner = owner
        self._copy: Path | None = None

    def acquire(self) -> None:
        """Do nothing: the folder is another process's."""

    def leave_for(self, place: str) -> None:
        """Do nothing: the process that has the folder goes on writing it."""

    @property
    def vectors(self) -> ScopedVectors:
        """The vectors of a copy that is made when this is used first."""
        self._copy_index()
        return super().vectors

    @property
    def page_vectors(self) -> ScopedVectors:
        """Vectors of page images, of the same copy."""
        self._copy_index()
        return super().page_vectors

    def close(self) -> None:
        """Close the copy, and remove it."""
        with self._lock:
            for index in (self._vectors, self._page_vectors):
                if index is not None:
                    index.close()
            if self._copy is not None:
                shutil.rmtree(self._copy, ignore_errors=True)

    def _copy_index(self) -> None:
        with self._lock:
            if self._copy is None and not self.chroma_url:
                cache = self.home / "cache"
                cache.mkdir(exist_ok=True)
                for old in cache.glob(f"{_PREFIX}*"):
                    if old.stat().st_mtime < time.time() - _ABANDONED_S:
                        shutil.rmtree(old, ignore_errors=True)
                self._copy = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=cache))
                copy_index(self.home / "chroma", self._copy / "chroma")
                self._chroma_folder = self._copy / "chroma"


def copy_index(source: Path, target: Path) -> None:
    """Copy the files of an embedded index that may be written meanwhile, all of them as of one moment.

    Raises:
        HomeError: they change all the time.
    """
    if not source.exists():
        return
    for _ in range(_TRIES):
        shutil.rmtree(target, ignore_errors=True)
        before = _told(source)
        if _copied(source, target) and _told(source) == before:
            return
        time.sleep(_PAUSE_S)
    raise HomeError(f"The vectors in {source} change all the time: run the same command when less is being read.")


def _copied(source: Path, target: Path) -> bool:
    try:
        shutil.copytree(source, target, ignore=shutil.ignore_patterns(f"{_DATABASE}*"))
    except (FileNotFoundError, shutil.Error):  # a file was removed meanwhile
        return False
    return copy_database(source / _DATABASE, target / _DATABASE)


def _told(folder: Path) -> dict[str, tuple[int, int]]:
    """Return size and time of each file but those of the database, which is copied as of one moment."""
    found = {}
    for file in folder.rglob("*"):
        with suppress(FileNotFoundError):  # it was just removed
            if file.is_file() and not file.name.startswith(_DATABASE):
                status = file.stat()
                found[str(file)] = (status.st_size, status.st_mtime_ns)
    return found
