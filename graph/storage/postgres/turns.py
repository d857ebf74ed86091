"""Turns at the index of a database: many processes add documents at a time, or one rebuilds it alone.

A turn is an advisory lock of a connection of its own, so that it ends with the process. A process that waits to rebuild
holds a second lock, behind which no other begins.
"""

from __future__ import annotations

import psycopg

_INDEX, _WAITING = 7_243_004, 7_243_005
_CONNECT_S = 10


class Turn:
    """A turn at the index, or the wait for it.

    Args:
        url: The address of the database.
        alone: Whether no other may have a turn meanwhile.
    """

    def __init__(self, url: str, *, alone: bool) -> None:
        self._alone = alone
        self._connection = psycopg.connect(url, autocommit=True, connect_timeout=_CONNECT_S)
        self._is_next = False

    def try_to_begin(self) -> bool:
        """Begin the turn and return True, or return False while others have theirs; ask again then."""
        if self._alone:
            self._is_next = self._is_next or self._try("pg_try_advisory_lock", _WAITING)
            return self._is_next and self._try("pg_try_advisory_lock", _INDEX)
        if not self._try("pg_try_advisory_lock_shared", _WAITING):
            return False
        try:
            return self._try("pg_try_advisory_lock_shared", _INDEX)
        finally:
            self._connection.execute("SELECT pg_advisory_unlock_shared(%s)", [_WAITING])

    def end(self) -> None:
        """End the turn, or the wait for it."""
        self._connection.close()

    def _try(self, function: str, key: int) -> bool:
        row = self._connection.execute(f"SELECT {function}(%s)".encode(), [key]).fetchone()
        return bool(row and row[0])
