"""Locks on the index of a database: shared by the processes that add documents, exclusive for one that rebuilds it.

Each is an advisory lock on a connection of its own, so that it ends with the process. A process that waits to rebuild
holds a second lock, for which every other has to wait.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg

from graph.errors import HomeError
from graph.storage.postgres.database import KEPT_ALIVE, NOTICES_CUTS, cause, place_of

_INDEX, _WAITING, _SWEEPING, _MOVING = 7_243_004, 7_243_005, 7_243_006, 7_243_008
_CONNECT_S = 10


class Turn:
    """A lock on the index, held or waited for.

    Args:
        url: The address of the database.
        alone: Whether the lock is exclusive.

    Raises:
        HomeError: the database does not answer, or no longer; other methods raise it too.
    """

    def __init__(self, url: str, *, alone: bool) -> None:
        self._alone, self._place = alone, place_of(url)
        self._is_next = False
        with self._answering():
            self._connection = psycopg.connect(url, autocommit=True, connect_timeout=_CONNECT_S, **KEPT_ALIVE)
            self._connection.execute(NOTICES_CUTS.encode())

    def try_to_begin(self) -> bool:
        """Take the lock and return True; return False while others hold it: call this again later."""
        if self._alone:
            self._is_next = self._is_next or self._try("pg_try_advisory_lock", _WAITING)
            return self._is_next and self._try("pg_try_advisory_lock", _INDEX)
        if not self._try("pg_try_advisory_lock_shared", _WAITING):
            return False
        begun = self._try("pg_try_advisory_lock_shared", _INDEX)
        self._try("pg_advisory_unlock_shared", _WAITING)
        return begun

    def check(self) -> None:
        """Check that the lock was not lost: a restarted database has forgotten it."""
        with self._answering():
            self._connection.execute("SELECT 1")

    def is_only_sweeper(self) -> bool:
        """Return whether this connection now holds the lock of the process that deletes files without a page."""
        return self._try("pg_try_advisory_lock", _SWEEPING)

    def is_only_mover(self) -> bool:
        """Return whether this connection now holds the lock of the process that copies another library here."""
        return self._try("pg_try_advisory_lock", _MOVING)

    def end(self) -> None:
        """Release the lock, or stop waiting for it."""
        with suppress(psycopg.Error):  # else the server may do it after this returns
            self._connection.execute("SELECT pg_advisory_unlock_all()")
        self._connection.close()

    def _try(self, function: str, key: int) -> bool:
        with self._answering():
            row = self._connection.execute(f"SELECT {function}(%s)".encode(), [key]).fetchone()
        return bool(row and row[0])

    @contextmanager
    def _answering(self) -> Iterator[None]:
        try:
            yield
        except psycopg.Error as error:
            raise HomeError(
                f"The database {self._place} does not answer ({cause(error)}): start it again, then run the same "
                "command again; pages that were read are saved."
            ) from error


@contextmanager
def alone_in_sweeping(url: str) -> Iterator[bool]:
    """Hold the lock for deleting files without a page; yield False if another process holds it.

    Raises:
        HomeError: the database does not answer.
    """
    turn = Turn(url, alone=True)
    try:
        yield turn.is_only_sweeper()
    finally:
        turn.end()
