"""The catalog in Postgres: the statements shared with SQLite, and those that only Postgres has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from graph.access import Scope
from graph.storage.catalog import ChunkTables
from graph.storage.chunk_rows import Unit
from graph.storage.document_rows import DocumentRows
from graph.storage.entries import visible
from graph.storage.known_files import KnownFiles
from graph.storage.postgres.database import Database
from graph.storage.postgres.fulltext import PostgresText, vector_of
from graph.storage.sql import Connection

if TYPE_CHECKING:
    from graph.storage.base import Vectors

# The beginning of packed vectors up to the token vectors; see `graph.storage.token_vectors.head_size`.
# The highest bit distinguishes the short format from that of catalogs before version 13, which may be copied here.
_HEAD = (
    "2 + (get_byte(vectors, 0) + ((get_byte(vectors, 1) & 127) << 8)) "
    "* CASE WHEN get_byte(vectors, 1) > 127 THEN ? ELSE ? END"
)


class PostgresCatalog(ChunkTables):
    """A catalog in one Postgres database, which several processes may write.

    Args:
        database: The database, whose tables are of the current version.
    """

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._postgres = database
        self._text = PostgresText(database)
        self.files = KnownFiles(database)
        self.copies = DocumentRows(database, self._index_rows)

    def was_replaced(self) -> bool:
        """Return False: a database that is started again is the same one."""
        return False

    def leave_path(self) -> None:
        """Do nothing: there is no file."""

    def close(self) -> None:
        """Close the connections, of the vectors too."""
        self._postgres.close()

    def _held(self, terms: Sequence[str]) -> list[str]:
        """Return those of the terms that at least one document has."""
        found = self._db.rows(
            "SELECT term FROM unnest(?::text[]) term "
            "WHERE EXISTS (SELECT 1 FROM document_terms WHERE document_terms.term = term.term)",
            [list(terms)],
        )
        held = {row[0] for row in found}
        return [term for term in terms if term in held]

    def _add_units(self, connection: Connection, document: str, units: Sequence[Unit]) -> None:
        """Within a transaction: index units of a document for full-text search."""
        if units:
            # One statement for all: a trigger updates the counts of words once a statement.
            connection.execute(
                "INSERT INTO units (chunk, document, words) "
                "SELECT chunk, ?, words::tsvector FROM unnest(?::text[], ?::text[]) AS new (chunk, words)",
                [
                    document,
                    [unit.chunk for unit in units],
                    [vector_of(unit.title, unit.heading, unit.body) for unit in units],
                ],
            )

    def published_chunks(self, scope: Scope, limit: int, offset: int = 0) -> list[str]:
        """Return the ids of the published chunks of all documents, in order, at most `limit`, from `offset` on."""
        may, own = visible(scope, "d.id")
        rows = self._db.rows(
            "SELECT c.id FROM documents d JOIN chunks c ON c.document = d.id AND c.generation = d.generation "
            f"WHERE true{may} ORDER BY d.id, c.ordinal LIMIT ? OFFSET ?",
            [*own, limit, offset],
        )
        return [row[0] for row in rows]

    def has_more_chunks(self, scope: Scope, number: int) -> bool:
        """Return whether more than `number` chunks are published."""
        may, own = visible(scope, "d.id")
        rows = self._db.rows(
            "SELECT 1 FROM documents d JOIN chunks c ON c.document = d.id AND c.generation = d.generation "
            f"WHERE true{may} LIMIT 1 OFFSET ?",
            [*own, number],
        )
        return bool(rows)

    def search_text(
        self, scope: Scope, words: Sequence[str], documents: Sequence[str], limit: int
    ) -> list[tuple[str, float]]:
        """Return (chunk id, score of its best unit), best first; positive scores, higher is better."""
        return self._text.best_chunks(scope, list(dict.fromkeys(words)), documents, limit)

    def document_frequencies(self, words: Sequence[str]) -> tuple[dict[str, int], int]:
        """Return in how many indexed units each word occurs (stemmed as the index does), and the number of units."""
        return self._text.frequencies(words)

    def near_stems(self, scope: Scope, word: str, shortest: int, longest: int) -> list[tuple[str, int]]:
        """Return the stems of the index that a word may be a misspelling of, with the number of their units."""
        found = self._text.near_stems(word, shortest, longest)
        return found if scope.is_everything else [one for one in found if self._text.stands_in(scope, one[0])]

    def holds_other_scripts(self) -> bool:
        """Return whether a word of the index is in another script than Latin and Greek."""
        return self._text.holds_other_scripts()

    def sentence_vectors(self, scope: Scope, chunks: Sequence[str]) -> dict[str, Vectors]:
        """Return the sentence vectors alone, as rows."""
        from graph.storage.token_vectors import DIMENSIONS, unpack_sentences

        may, own = visible(scope, "c.document")
        inside = f" AND EXISTS (SELECT 1 FROM chunks c WHERE c.id = chunk{may})" if may else ""
        rows = self._db.rows(
            f"SELECT chunk, substring(vectors FROM 1 FOR {_HEAD}) FROM token_vectors WHERE chunk = ANY(?){inside}",
            [4 + DIMENSIONS, 2 + 2 * DIMENSIONS, list(chunks), *own],
        )
        return {row[0]: unpack_sentences(row[1]) for row in rows}
