"""Leases of pages, and the ledger lines of pages, in SQL that Postgres knows too.

A process that reads a page holds a lease of it, which it renews while it reads, so that no other reads the page
meanwhile. A process that was cut off for long loses its lease, and what it writes then has no effect.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, fields

from graph.storage.collections import Collections
from graph.storage.rows import PageRow, Transcript
from graph.storage.sql import Connection, placeholders, slices
from graph.storage.transcript_rows import ADD_TRANSCRIPT, packed

PAGE_COLUMNS = ", ".join(field.name for field in fields(PageRow))
CHUNKS = 0
"""The number that stands for the chunks of a document among its pages."""
_ADDED = ("attempts", "requests", "input_tokens", "output_tokens", "seconds")
"""Columns of what a page cost: several processes may add to them."""
_REPLACED = ", ".join(
    f"{name} = pages.{name} + excluded.{name}" if name in _ADDED else f"{name} = excluded.{name}"
    for name in PAGE_COLUMNS.split(", ")
    if name not in ("document", "page")
)
_ADD = ", ".join(f"{name} = {name} + ?" for name in _ADDED)
_TAKE = (
    "INSERT INTO lease (document, page, owner, until) VALUES (?, ?, ?, ?) ON CONFLICT (document, page) DO UPDATE "
    "SET owner = excluded.owner, until = excluded.until WHERE lease.owner = excluded.owner OR lease.until <= ?"
)


class PageLeases(Collections):
    """The part of a PageLedger that several processes may write at once, on one SQL database."""

    def lease_pages(self, document: str, pages: Sequence[int], owner: str, seconds: float) -> list[int]:
        """Take leases of those pages that no other owner holds, for so many seconds; return the pages.

        Page 0 stands for the chunks of the document. Times are those of the database.
        """
        with self._db.writing() as connection:
            if not connection.execute("SELECT 1 FROM documents WHERE id = ?", [document]).fetchone():
                return []
            now = self._db.now()
            connection.executemany(_TAKE, [(document, page, owner, now + seconds, now) for page in pages])
            held = {
                row[0]
                for part in slices(list(pages))
                for row in connection.execute(
                    f"SELECT page FROM lease WHERE document = ? AND owner = ? AND page IN ({placeholders(part)})",
                    [document, owner, *part],
                ).fetchall()
            }
        return [page for page in pages if page in held]

    def renew_leases(self, owner: str, seconds: float) -> None:
        """Extend all leases of an owner to so many seconds from now; one that another owner has taken stays lost."""
        with self._db.writing() as connection:
            connection.execute("UPDATE lease SET until = ? WHERE owner = ?", [self._db.now() + seconds, owner])

    def release_leases(self, owner: str) -> None:
        """Give back all leases of an owner."""
        with self._db.writing() as connection:
            connection.execute("DELETE FROM lease WHERE owner = ?", [owner])

    def forget_leases(self) -> None:
        """Give back all leases: their owners were processes that are gone."""
        with self._db.writing() as connection:
            connection.execute("DELETE FROM lease")

    def count_attempt(self, document: str, pages: Sequence[int]) -> None:
        """Count a request that is about to be sent: an attempt for each of its pages, a request for the first.

        Counted now, not with its result, it is not lost with the process, nor with the lease.
        """
        with self._db.writing() as connection:
            connection.executemany(
                "UPDATE pages SET attempts = attempts + 1, requests = requests + ? WHERE document = ? AND page = ?",
                [(int(page == pages[0]), document, page) for page in sorted(pages)],
            )

    def record_page(self, row: PageRow, transcript: Transcript | None = None, *, owner: str = "") -> bool:
        """Write a page's ledger line, and add its transcript, in one transaction; return whether that was done.

        The costs in `row` (attempts, requests, tokens, seconds) are added to those in the ledger, all else is replaced.
        Nothing is done for a deleted document. Of an owner who does not hold the page's lease only the costs are added.
        """
        values = astuple(row)
        with self._db.writing() as connection:
            if not connection.execute("SELECT 1 FROM documents WHERE id = ?", [row.document]).fetchone():
                return False
            if not holds(connection, row.document, row.page, owner):
                costs = [getattr(row, name) for name in _ADDED]
                connection.execute(
                    f"UPDATE pages SET {_ADD} WHERE document = ? AND page = ?", [*costs, row.document, row.page]
                )
                return False
            connection.execute(
                f"INSERT INTO pages ({PAGE_COLUMNS}) VALUES ({placeholders(values)}) "
                f"ON CONFLICT (document, page) DO UPDATE SET {_REPLACED}",
                values,
            )
            if transcript:
                connection.execute(ADD_TRANSCRIPT, packed(transcript))
        return True


def holds(connection: Connection, document: str, page: int, owner: str) -> bool:
    """Return whether an owner holds the lease of a page, or of the chunks; without an owner, any process may write."""
    mine = "SELECT 1 FROM lease WHERE document = ? AND page = ? AND owner = ?"
    return not owner or connection.execute(mine, [document, page, owner]).fetchone() is not None
