"""Protocols of a database for the catalog's shared SQL, which SQLite and Postgres both run.

Statements are written in the dialect that both know, with `?` for each parameter: `ON CONFLICT` for replacing, ranges
of keys in place of patterns, and `LIMIT ?` with -1 for all rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

# SQLite allows 32,766 variables in a statement; a scope's collections take some too.
_SLICE = 900


class Cursor(Protocol):
    """The result of a statement."""

    def fetchone(self) -> Any:
        """Return the next row, or None."""

    def fetchall(self) -> list[Any]:
        """Return the rows that are left."""

    def __iter__(self) -> Iterator[Any]: ...


class Connection(Protocol):
    """A connection within a write transaction."""

    def execute(self, sql: str, parameters: Any = ..., /) -> Cursor:
        """Run a statement, with a sequence of parameters, or by name with a mapping."""

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> Cursor:
        """Run a statement once for each sequence of parameters."""


class SqlDatabase(Protocol):
    """A database with tables of the catalog; all methods may be called in any thread."""

    def now(self) -> float:
        """Return the time as Unix time, by the clock of the database where it has one."""

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> list[Any]:
        """Return all rows of a query."""

    def rows_in(self, query: str, values: Sequence[Any]) -> list[Any]:
        """Return all rows of a query, whose one `{}` becomes the placeholders of `values`."""

    def writing(self) -> AbstractContextManager[Connection]:
        """Open a write transaction, committed at the end and rolled back on an error; it cannot be nested."""


class CountedDatabase(SqlDatabase, Protocol):
    """A database with a version number, by which cached counts are known to be out of date."""

    @property
    def version(self) -> int:
        """A number that changes with each write, or at each access where other processes write too."""


def placeholders(values: Sequence[Any]) -> str:
    """Return `?, ?, ?`, one for each value."""
    return ", ".join("?" * len(values))


def beginning_with(prefix: str) -> tuple[str, str]:
    """Return the range of keys, the second one excluded, that begin with this text."""
    return prefix, prefix[:-1] + chr(ord(prefix[-1]) + 1)


def slices(values: Sequence[Any]) -> list[Sequence[Any]]:
    """Return values in parts of as many as a statement takes."""
    return [values[start : start + _SLICE] for start in range(0, len(values), _SLICE)]
