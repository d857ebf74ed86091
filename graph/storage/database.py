"""One SQLite file with a connection for each thread, and one writing thread at a time."""

from __future__ import annotations

import shutil
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from graph.errors import DocumentDeletedError, HomeError, HomeReplacedError
from graph.storage.document_names import terms_of_name
from graph.storage.schema import migrate
from graph.storage.sql import placeholders

_BUSY_S = 30.0
# Through a memory map, the token vectors of 60 chunks out of 20,000 are read in 2.4 ms instead of 11.4. This is the
# most that SQLite maps.
_MAPPED_BYTES = 2**31 - 2**16
# SQLite allows 32,766 variables in a statement; ids are passed in slices well below that.
_SLICE = 900


_DELETED = 0
"""Stands for the inode of a file that is not there, as when its folder is emptied while it is opened."""


class Database:
    """Connections to a catalog file. Threads can read while one thread writes (write-ahead log)."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._all: list[tuple[weakref.ref[threading.Thread], sqlite3.Connection]] = []
        self._lock = threading.RLock()
        self._inodes: tuple[int, int] | None = None
        self.version = 0
        """Increases with every write transaction of this process; cached query results are stale then."""
        self._wal = path.with_name(f"{path.name}-wal")
        try:
            with self.writing() as connection:
                migrate(connection)
            self._inodes = self._inodes_now()
        except BaseException:
            self.close()  # an open connection to a broken file would break the next one to the same file
            raise

    @property
    def connection(self) -> sqlite3.Connection:
        """The connection of this thread."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._open()
        return connection

    def _open(self) -> sqlite3.Connection:
        """Open a connection for this thread.

        Raises:
            HomeReplacedError: the file is not the one that was opened first, or its log was deleted.
            HomeError: the file cannot be used.
        """
        opened = self._inodes
        # A thread that comes after the file was deleted must not find a new, empty one.
        address = f"{self._path.absolute().as_uri()}?mode={'rwc' if opened is None else 'rw'}"
        try:
            # check_same_thread is off only so that close() may end the connections of finished threads.
            connection = sqlite3.connect(
                address, timeout=_BUSY_S, isolation_level=None, check_same_thread=False, uri=True
            )
            try:
                connection.row_factory = sqlite3.Row
                connection.create_function("terms_of_name", 3, terms_of_name, deterministic=True)
                _use_write_ahead_log(connection)
                connection.execute("PRAGMA synchronous = NORMAL")
                connection.execute("PRAGMA foreign_keys = ON")
                connection.execute(f"PRAGMA mmap_size = {_MAPPED_BYTES}")
                if opened is not None and _inode(self._path) != opened[0]:
                    raise HomeReplacedError(self._path)
            except BaseException:
                connection.close()
                raise
        except sqlite3.Error as error:
            if opened is not None and self.was_replaced():
                raise HomeReplacedError(self._path) from error
            raise HomeError(
                f"The catalog {self._path} cannot be opened ({error}): check that the folder is writable, "
                "or name another one with --home."
            ) from error
        self._keep(connection)
        return connection

    def _keep(self, connection: sqlite3.Connection) -> None:
        """Keep this thread's connection for `close`, and close those of ended threads: they would hold files open."""
        with self._lock:
            ended = [pair for pair in self._all if not ((thread := pair[0]()) and thread.is_alive())]
            for pair in ended:
                pair[1].close()
                self._all.remove(pair)
            self._all.append((weakref.ref(threading.current_thread()), connection))

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Open a write transaction, committed at the end and rolled back on an error; it cannot be nested."""
        connection = self.connection
        with self._lock:
            try:
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                if connection.in_transaction:
                    connection.execute("COMMIT")
                self.version += 1
            except BaseException as error:
                with suppress(sqlite3.OperationalError):  # a full disk may have rolled back already
                    connection.execute("ROLLBACK")
                if isinstance(error, sqlite3.OperationalError):
                    raise HomeError(
                        f"The catalog {self._path} cannot be written ({error}): free some space on the disk, make sure "
                        "that no other program locks the file, and run the same command again; pages that were read "
                        "are saved."
                    ) from error
                if isinstance(error, sqlite3.IntegrityError) and "FOREIGN KEY" in str(error):
                    raise DocumentDeletedError from error
                raise

    def now(self) -> float:
        """Return the time as Unix time."""
        return time.time()

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> list[sqlite3.Row]:
        """Return all rows of a query."""
        return self.connection.execute(query, tuple(parameters)).fetchall()

    def rows_in(self, query: str, values: Sequence[Any]) -> list[sqlite3.Row]:
        """Return all rows of a query, run in slices; its one `{}` becomes the placeholders of `values`."""
        found: list[sqlite3.Row] = []
        for start in range(0, len(values), _SLICE):
            part = values[start : start + _SLICE]
            found += self.rows(query.format(placeholders(part)), part)
        return found

    def head(self, table: str, column: str, rowid: int, size: Callable[[bytes], int]) -> bytes:
        """Return the beginning of a BLOB without reading the rest.

        Args:
            table: The table.
            column: The column.
            rowid: The row.
            size: Takes the first two bytes and returns how many to read.

        Returns:
            The bytes; b"" if the row was deleted or replaced meanwhile.
        """
        try:
            with self.connection.blobopen(table, column, rowid, readonly=True) as blob:
                first = blob.read(2)
                return first + blob.read(size(first) - len(first))
        except sqlite3.OperationalError:
            return b""

    def was_replaced(self) -> bool:
        """Return whether the file or its write-ahead log was deleted or replaced since it was opened."""
        return self._inodes is None or _DELETED in self._inodes or self._inodes_now() != self._inodes

    def _inodes_now(self) -> tuple[int, int]:
        return _inode(self._path), _inode(self._wal)

    def leave_path(self) -> None:
        """Let the path be opened again although threads may still read through these connections.

        SQLite shares its state among all connections of a process to one file. If only the log was deleted, every new
        connection would fail with an I/O error, so the path gets a copy of the file.
        """
        if self._inodes is not None and _inode(self._path) == self._inodes[0] != _DELETED:
            copy = self._path.with_name(f"{self._path.name}.copy")
            with suppress(FileNotFoundError, NotADirectoryError):
                shutil.copyfile(self._path, copy)
                copy.replace(self._path)

    def close(self) -> None:
        """Close every thread's connection."""
        with self._lock:
            for _, connection in self._all:
                connection.close()
            self._all.clear()
        self._local = threading.local()


def _inode(path: Path) -> int:
    try:
        return path.stat().st_ino
    except (FileNotFoundError, NotADirectoryError):
        return _DELETED


def copy_database(source: Path, target: Path) -> bool:
    """Copy a database that another process may be writing, as of one moment; return whether that was possible."""
    with suppress(sqlite3.OperationalError):  # it is being replaced, or is written for longer than SQLite waits
        address = f"{source.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, uri=True)) as here, closing(sqlite3.connect(target)) as there:
            here.backup(there)
            return True
    return False


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Switch a new file to the write-ahead log; retry while another process does the same, as SQLite does not wait."""
    end = time.monotonic() + _BUSY_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(0.02)
