"""The stores of an installation whose catalog and vectors are in Postgres; files stay in the home folder.

Several processes may write at once, so no one owns the home folder, and nothing that another process may be working on
is cleaned up at the start.
"""

from __future__ import annotations

from collections import Counter
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from graph.storage import home_lock
from graph.storage.local_sources import this_machine
from graph.storage.postgres.catalog import PostgresCatalog
from graph.storage.postgres.database import Database, ask
from graph.storage.postgres.turns import Turn, alone_in_sweeping
from graph.storage.postgres.vectors import PostgresVectors
from graph.storage.stores import HomeStores

if TYPE_CHECKING:
    from graph.storage.scoped import ScopedCatalog, ScopedVectors


class PostgresStores(HomeStores):
    """Catalog and vectors in one database, everything else in a home folder of this machine.

    Args:
        home: The home folder, created when first needed.
        url: The address of the database, which is opened when first needed.
        files_url: The address of the store of page images; "" for the home folder.
    """

    has_other_writers = True

    def __init__(self, home: Path, url: str, files_url: str = "") -> None:
        super().__init__(home, "", files_url)
        self._url = url
        self._opened: Database | None = None

    @property
    def _database(self) -> Database:
        with self._lock:
            if self._opened is None:
                self._opened = Database(self._url, self.store_named)
            return self._opened

    def with_files(self, files_url: str) -> PostgresStores:
        """Return the same stores with another store of files; "" for the home folder."""
        return PostgresStores(self.home, self._url, files_url)

    @property
    def machine(self) -> str:
        """The name of this machine in the sources of its files."""
        return this_machine()

    @property
    def place(self) -> str:
        """The address of the database without its password."""
        return self._database.place

    def acquire(self) -> None:
        """Create the home folder if it is missing; no process owns it."""
        home_lock.prepare(self.home)

    def acquire_for_writing(self) -> None:
        """Create the home folder if it is missing; what other processes are writing is left alone."""
        self.acquire()
        self.claim_files()
        self.sweep_files()

    def alone_in_sweeping(self) -> AbstractContextManager[bool]:
        """Return a context in which no other process sweeps files; False if one does."""
        return alone_in_sweeping(self._url)

    def leave_for(self, place: str) -> None:
        """Do nothing: other processes may go on with the database."""

    def turn(self, *, alone: bool) -> Turn:
        """Return a lock on the index, not taken yet.

        Raises:
            HomeError: the database does not answer.
        """
        return Turn(self._url, alone=alone)

    def ask(self) -> None:
        """Check that the database answers, by a connection of its own."""
        ask(self._url, self.store_named)

    def was_replaced(self) -> bool:
        """Return False, without a wait for a thread that opens the database."""
        return False

    def exists(self) -> bool:
        """Return True: a database always has a catalog."""
        return True

    def has_index(self) -> bool:
        """Return True, as of the catalog."""
        return True

    def close(self) -> None:
        """Close the connections."""
        with self._lock:
            if self._opened is not None:
                self._opened.close()
            self._opened = self._catalog = self._vectors = self._page_vectors = None

    def check(self, embedder: str) -> None:
        """Raise IndexMismatchError unless the index holds the vectors of this embedder, and all of them."""
        # First: a process with other settings than the one that rebuilds the index must not take the emptied one.
        self.check_complete()
        self.vectors.check(embedder)

    def sizes(self) -> Counter[str]:
        """Return the bytes of the database and of each part of the home folder, by name."""
        sizes = super().sizes()
        sizes["database"] = self._database.size()
        return sizes

    @property
    def catalog(self) -> ScopedCatalog:
        """Documents, ledger, transcripts, chunks, full text."""
        with self._lock:
            if self._catalog is None:
                self._catalog = PostgresCatalog(self._database)
            return self._catalog

    @property
    def vectors(self) -> ScopedVectors:
        """The vector index."""
        with self._lock:
            if self._vectors is None:
                self._vectors = PostgresVectors(self._database)
            return self._vectors

    @property
    def page_vectors(self) -> ScopedVectors:
        """Vectors of page images: a row `<chunk>/p<page>` for each chunk on a page."""
        with self._lock:
            if self._page_vectors is None:
                self.catalog.set_meta(self.PAGE_VECTORS, "yes")
                self._page_vectors = PostgresVectors(self._database, "page_vectors")
            return self._page_vectors
