"""One SQLite file, shared by threads: a connection for each, and one writer at a time."""

from __future__ import annotations

import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from graph.errors import HomeError
from graph.storage.schema import migrate

Connection = sqlite3.Connection

_BUSY_SECONDS = 30.0
# Read through a memory map, the token vectors of 60 chunks out of 20,000 took 2.4 ms instead of 11.4. SQLite maps no
# more than this.
_MAPPED = 2**31 - 2**16
# SQLite allows 32,766 variables in a statement; ids are passed in slices well below that.
_SLICE = 900


class Database:
    """Connections to a catalog file. Reading goes on while one thread writes (write-ahead log)."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._all: list[tuple[weakref.ref[threading.Thread], sqlite3.Connection]] = []
        self._lock = threading.RLock()
        self.version = 0
        """Goes up with every transaction of this process: what was kept of a query may be out of date then."""
        with self.writing() as connection:
            migrate(connection)

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's connection."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._open()
        return connection

    def _open(self) -> sqlite3.Connection:
        try:
            # check_same_thread is off only so that close() may end the connections of finished threads.
            connection = sqlite3.connect(
                self._path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            connection.row_factory = sqlite3.Row
            _use_write_ahead_log(connection)
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute(f"PRAGMA mmap_size = {_MAPPED}")
        except sqlite3.Error as error:
            raise HomeError(
                f"The catalog {self._path} cannot be opened ({error}): check that the folder is writable, "
                "or name another one with --home."
            ) from error
        with self._lock:
            # Threads come and go with the runs of a server; the connections of those that are gone hold open files.
            gone = [pair for pair in self._all if not ((thread := pair[0]()) and thread.is_alive())]
            for pair in gone:
                pair[1].close()
                self._all.remove(pair)
            self._all.append((weakref.ref(threading.current_thread()), connection))
        return connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction: all of it is stored, or nothing. Not to be nested."""
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
                        f"The catalog {self._path} cannot be written ({error}): make room on the disk and see that no "
                        "other program holds the file, then give the same command again; what was read is kept."
                    ) from error
                if isinstance(error, sqlite3.IntegrityError) and "FOREIGN KEY" in str(error):
                    raise HomeError(
                        "The document was deleted while it was being read: give it again if it should be there."
                    ) from error
                raise

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> list[sqlite3.Row]:
        """All rows of a query."""
        return self.connection.execute(query, tuple(parameters)).fetchall()

    def rows_in(self, query: str, values: Sequence[Any]) -> list[sqlite3.Row]:
        """All rows of a query that holds one `{}` where the placeholders of `values` go."""
        found: list[sqlite3.Row] = []
        for start in range(0, len(values), _SLICE):
            part = values[start : start + _SLICE]
            found += self.rows(query.format(placeholders(part)), part)
        return found

    def head(self, table: str, column: str, rowid: int, size: Callable[[bytes], int]) -> bytes:
        """The beginning of a long value, so that the rest of it need not be read; `size` is told its first two bytes.

        b"" where the row has been deleted or replaced a moment ago.
        """
        try:
            with self.connection.blobopen(table, column, rowid, readonly=True) as blob:
                first = blob.read(2)
                return first + blob.read(size(first) - len(first))
        except sqlite3.OperationalError:
            return b""

    def close(self) -> None:
        """Close every thread's connection."""
        with self._lock:
            for _, connection in self._all:
                connection.close()
            self._all.clear()
        self._local = threading.local()


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Switch a new file to the write-ahead log. SQLite does not wait for another process that does the same."""
    end = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)


def placeholders(values: Sequence[Any]) -> str:
    """`?, ?, ?` for as many values."""
    return ", ".join("?" * len(values))
