"""Files that were opened before, with the documents that came from each, and queries on many documents at once.

A file that is unchanged, and whose documents are read and indexed, need not be opened again. 10,000 files are looked up
in a few statements, since one statement for each would take longer than all the other work on them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import NamedTuple

from graph.access import Scope
from graph.storage.entries import FINGERPRINT
from graph.storage.rows import PageRow
from graph.storage.sql import SqlDatabase, placeholders, slices

_PAGE_COLUMNS = ", ".join(field.name for field in fields(PageRow))


class Origin(NamedTuple):
    """A document that came from a file: the file itself, or something attached to it."""

    document: str
    """The document's id."""
    source: str
    """The source under which the catalog lists it."""
    name: str
    """The name that it has there."""


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file as it was when it was opened."""

    source: str
    """Its absolute path."""
    stamp: str
    """Its size, times and number on the drive, by which a change is seen."""
    origins: tuple[Origin, ...]
    """Its document, and those attached to it."""


class KnownFiles:
    """The files that were opened before, and batch queries on the ledger; all methods may be called in any thread."""

    def __init__(self, database: SqlDatabase) -> None:
        self._db = database

    def get(self, sources: Sequence[str]) -> dict[str, KnownFile]:
        """Return the known files among these sources, by source."""
        rows = self._db.rows_in("SELECT source, stamp, origins FROM files WHERE source IN ({})", sources)
        return {
            row[0]: KnownFile(row[0], row[1], tuple(Origin(*origin) for origin in json.loads(row[2]))) for row in rows
        }

    def add(self, files: Sequence[KnownFile]) -> None:
        """Store files in one transaction, each in place of what was known of it before."""
        with self._db.writing() as connection:
            connection.executemany(
                "INSERT INTO files VALUES (?, ?, ?) "
                "ON CONFLICT (source) DO UPDATE SET stamp = excluded.stamp, origins = excluded.origins",
                [(file.source, file.stamp, json.dumps(file.origins, ensure_ascii=False)) for file in files],
            )

    def pages(self, documents: Sequence[str]) -> dict[str, list[PageRow]]:
        """Return the ledger rows of each document that can be asked, by page; other documents are left out."""
        found: dict[str, list[PageRow]] = {}
        for row in self._db.rows_in(
            f"SELECT {_PAGE_COLUMNS} FROM pages WHERE document IN "
            "(SELECT id FROM documents WHERE generation <> '' AND source <> '' AND id IN ({})) ORDER BY document, page",
            documents,
        ):
            found.setdefault(row[0], []).append(PageRow(*row))
        return found

    def fingerprints(self, documents: Sequence[str]) -> dict[str, str]:
        """Return the fingerprint of each document's published chunks; see `Catalog.chunks_fingerprint`."""
        rows = self._db.rows_in(
            "SELECT key, value FROM meta WHERE key IN ({})", [FINGERPRINT + document for document in documents]
        )
        return {row[0].removeprefix(FINGERPRINT): row[1] for row in rows}

    def chunks(self, documents: Sequence[str]) -> dict[str, int]:
        """Return how many published chunks each document has; those without any are left out."""
        rows = self._db.rows_in(
            "SELECT d.id, count(*) FROM documents d JOIN chunks c ON c.document = d.id AND c.generation = d.generation "
            "WHERE d.id IN ({}) GROUP BY d.id",
            documents,
        )
        return {row[0]: row[1] for row in rows}

    def holders(self, scope: Scope, sources: Sequence[str]) -> dict[str, set[tuple[str, str]]]:
        """Return the documents under each source, as (id, name), in the collection that the caller adds to."""
        found: dict[str, set[tuple[str, str]]] = {}
        for part in slices(sources):
            for source, document, name in self._db.rows(
                f"SELECT source, document, name FROM entry WHERE source IN ({placeholders(part)}) AND collection = ?",
                [*part, scope.into],
            ):
                found.setdefault(source, set()).add((document, name))
        return found
