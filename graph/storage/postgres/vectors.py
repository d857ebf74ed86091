"""The vector index in Postgres: 16-bit floats (`halfvec` of pgvector) under an HNSW index, compared by cosine.

A second table holds the embedder and the length of its vectors. A vector is deleted with its chunk, in the same
transaction. 16-bit floats lose a thousandth of a component, and take half the space and half the time to read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import psycopg

from graph.access import Scope
from graph.errors import other_embedder, other_length
from graph.storage.entries import visible
from graph.storage.postgres.database import Database, Transaction
from graph.storage.postgres.halfvecs import halfvec, halfvecs, numbers_of
from graph.storage.rows import VectorRow

if TYPE_CHECKING:
    from graph.storage.base import Vectors

Table = Literal["chunk_vectors", "page_vectors"]
# Rows in one statement, and statements at once: most of the time goes into the index, on one core for each.
_BATCH, _AT_ONCE = 250, 4
# The most dimensions of a `halfvec` that pgvector indexes; longer vectors are compared one by one.
_MAX_INDEXED = 4000
# Scopes of up to this many vectors are compared one by one, and so are all vectors until there are more: then the index
# is made of them at once, at .25 ms each.
_MAX_EXACT = 5000
# Of a vector in the index. One that is added to 96,000 takes the database 1.0 ms with these, 2.8 with the usual 16 (a
# busy machine). 600 candidates find .993 of the 60 nearest in 5.8 ms, with 16 links 400 find as many in 6.0.
_LINKS = 12
# While an index is made, with another process that finds it missing waiting.
_INDEXING = 7_243_009
# Memory for making it, up to a gigabyte: from where it is spent each further vector takes longer. By one process, since
# several would need as much of the system's shared memory, of which containers have 64 MB.
_MEMORY_OF_INDEX = (
    "SELECT set_config('max_parallel_maintenance_workers', '0', true), "
    "set_config('maintenance_work_mem', greatest(pg_size_bytes(current_setting('maintenance_work_mem')), "
    "least(1073741824, (SELECT count(*) FROM {}) * {})) / 1024 || 'kB', true)"
)


class PostgresVectors:
    """Vectors of chunks and sentences, or of page images, in one table of a database.

    Args:
        database: The database, whose tables are of the current version.
        table: Which of its two tables.
    """

    def __init__(self, database: Database, table: Table = "chunk_vectors") -> None:
        self._db, self._table = database, table
        self._is_loading = False

    def check(self, embedder: str) -> None:
        """Raise IndexMismatchError if the stored vectors are another embedder's; an empty index takes this one.

        Args:
            embedder: Model and dimensions, for example `all-MiniLM-L6-v2-w8a8/384`.
        """
        stored = self._state()[0]
        if stored == embedder:
            return
        if self._count(1):
            raise other_embedder(stored, embedder)
        with self._db.writing() as transaction:
            # Asked again, since another process may have taken the index meanwhile, and stored vectors in it.
            transaction.execute(f"LOCK TABLE {self._table}")
            stored = self._state()[0]
            if stored != embedder:
                if self._count(1):
                    raise other_embedder(stored, embedder)
                _empty(transaction, self._table, embedder)

    def embedder(self) -> str:
        """Return the embedder whose vectors are stored, or "" of a new index."""
        return self._state()[0]

    def _state(self) -> tuple[str, int]:
        """Return the embedder and the length of its vectors, 0 while there are none."""
        ((embedder, dimensions),) = self._db.rows(
            "SELECT embedder, dimensions FROM embedders WHERE index = ?", [self._table]
        )
        return embedder, dimensions

    @property
    def is_open(self) -> bool:
        """Always true: the catalog's database holds the vectors too."""
        return True

    def add(self, rows: Sequence[VectorRow], vectors: Vectors) -> None:
        """Store one vector for each row, replacing those of the same id.

        Args:
            rows: n rows.
            vectors: Shape (n, dimensions).

        Raises:
            ValueError: there are not as many vectors as rows.
        """
        if len(rows) != len(vectors):
            raise ValueError(f"{len(rows)} texts but {len(vectors)} vectors came back from the embedding model.")
        if not rows:
            return
        self._prepare(len(vectors[0]), len(rows))
        last = {row.id: at for at, row in enumerate(rows)}
        ids = sorted(last)  # the same order in all processes prevents deadlocks
        parts = [ids[start : start + _BATCH] for start in range(0, len(ids), _BATCH)]

        def store(part: Sequence[str]) -> None:
            self._store(part, np.stack([vectors[last[row]] for row in part]))

        with ThreadPoolExecutor(_AT_ONCE) as threads:
            list(threads.map(store, parts))

    def _store(self, ids: Sequence[str], vectors: Vectors) -> None:
        with self._db.writing(alone=False) as transaction:
            ((type_id,),) = transaction.execute("SELECT 'halfvec'::regtype::oid").fetchall()
            transaction.execute(
                f"INSERT INTO {self._table} SELECT id, split_part(id, '/', 1), split_part(id, '-', 1), "
                "split_part(id, '-', 2), vector FROM unnest(?::text[], ?::halfvec[]) AS new (id, vector) "
                "ON CONFLICT (id) DO UPDATE SET vector = excluded.vector",
                [list(ids), halfvecs(vectors, type_id)],
            )

    def _prepare(self, dimensions: int, coming: int) -> None:
        """Set the length of the table's vectors before the first are stored, and create its index before it is large.

        Raises:
            IndexMismatchError: it has vectors of another length.
        """
        if not self._state()[1]:
            with self._db.writing() as transaction:
                if not self._state()[1]:
                    _set_dimensions(transaction, self._table, dimensions)
        if (stored := self._state()[1]) != dimensions:
            raise other_length(f"expected {stored} dimensions, not {dimensions}")
        if not self._is_loading:
            self._make_index(dimensions, coming)

    def _make_index(self, dimensions: int, coming: int = 0) -> None:
        """Make the index of all vectors if there is none, and there are or will be too many to be compared one by one.

        Those who write vectors meanwhile wait; it has no limit of time, since a stopped `bulk_load` may have left many.
        """
        if dimensions > _MAX_INDEXED or self._is_indexed() or self._count(_MAX_EXACT + 1) + coming <= _MAX_EXACT:
            return

        def make(connection: psycopg.Connection) -> None:
            with connection.transaction():
                connection.execute("SELECT pg_advisory_xact_lock(%s)", [_INDEXING])
                connection.execute(_MEMORY_OF_INDEX.format(self._table, _bytes_in_index(dimensions)).encode())
                connection.execute(making_of_index(self._table).encode())

        self._db.reading(make)

    @contextmanager
    def bulk_load(self) -> Iterator[None]:
        """Within the block, add vectors without making the index, which is made of all of them at its end.

        Until then searches compare all vectors one by one. Where the block fails, the next one that adds vectors makes
        the index. One that is there already is kept up to date.
        """
        self._is_loading = True
        try:
            yield
        finally:
            self._is_loading = False
        self._make_index(self._state()[1])

    def _is_indexed(self) -> bool:
        return bool(self._db.rows("SELECT to_regclass(?)", [f"{self._table}_near"])[0][0])

    def _count(self, most: int) -> int:
        """Return the number of stored vectors, counted up to `most`."""
        return int(self._db.rows(f"SELECT count(*) FROM (SELECT 1 FROM {self._table} LIMIT ?) first", [most])[0][0])

    def stored_ids(self, ids: Sequence[str]) -> set[str]:
        """Return those of the row ids that have a vector."""
        return {row[0] for row in self._db.rows_in(f"SELECT id FROM {self._table} WHERE id IN ({{}})", ids)}

    def vectors(self, scope: Scope, ids: Sequence[str]) -> dict[str, Vectors]:
        """Return the stored vectors of these row ids, each of shape (dimensions,)."""
        if not ids:
            return {}

        may, own = visible(scope, "v.document")

        def read(connection: psycopg.Connection) -> list[Any]:
            cursor = connection.cursor(binary=True)
            query = f"SELECT id, vector FROM {self._table} v WHERE id = ANY(%s){may.replace('?', '%s')}"
            # A prepared statement would fail for good once another process gives the column other dimensions.
            return cursor.execute(query.encode(), [list(ids), *own], prepare=False).fetchall()

        return {row[0]: numbers_of(row[1]) for row in self._db.reading(read)}

    def search(
        self, scope: Scope, vector: Vectors, documents: Sequence[str], limit: int
    ) -> list[tuple[str, str, float]]:
        """Return the nearest rows as (row id, chunk id, cosine), best first; in these documents, or in all."""
        question = halfvec(vector)
        ranked = "SELECT id, chunk, 1 - (vector <=> ?::halfvec) FROM {} ORDER BY vector <=> ?::halfvec LIMIT ?"
        may, own = visible(scope, "v.document")
        values: list[Any] = [*([list(documents)] if documents else []), *own]
        if not values:
            return self._hits(ranked.format(self._table), [question, question, limit])
        chosen = f"{self._table} v WHERE {'v.document = ANY(?)' if documents else 'true'}{may}"
        within = f"(SELECT 1 FROM {chosen} LIMIT ?) first"
        ((many,),) = self._db.rows(f"SELECT count(*) FROM {within}", [*values, _MAX_EXACT + 1])
        if many > _MAX_EXACT:
            found = self._hits(ranked.format(chosen), [question, *values, question, limit])
            # pgvector gives up after the 20,000 nearest (`hnsw.max_scan_tuples`), where the scope may have none.
            if len(found) >= limit:
                return found
        one_by_one = f"WITH few AS MATERIALIZED (SELECT * FROM {chosen}) "
        return self._hits(one_by_one + ranked.format("few"), [*values, question, question, limit])

    def search_among(self, scope: Scope, vector: Vectors, ids: Sequence[str]) -> list[tuple[str, str, float]]:
        """Return all stored rows of these ids as (row id, chunk id, cosine), best first."""
        question = halfvec(vector)
        may, own = visible(scope, "v.document")
        return self._hits(
            f"SELECT id, chunk, 1 - (vector <=> ?::halfvec) AS cosine FROM {self._table} v WHERE id = ANY(?){may} "
            "ORDER BY cosine DESC",
            [question, list(ids), *own],
        )

    def _hits(self, query: str, values: Sequence[Any]) -> list[tuple[str, str, float]]:
        try:
            return [(row[0], row[1], float(row[2])) for row in self._db.rows(query, values)]
        except psycopg.errors.DataException as error:
            raise other_length(" ".join(str(error).split())) from error

    def delete_document(self, document: str) -> None:
        """Delete the vectors of a document."""
        self._delete("document = ?", [document])

    def delete_stale(self, document: str, generation: str, ids: Sequence[str] | None = None) -> None:
        """Delete the vectors of a document's other generations, except those of chunks that are still stored.

        They are found by the index of documents: `ids` are not needed.
        """
        self._delete(
            "document = ? AND generation <> ? AND NOT EXISTS (SELECT 1 FROM chunks c WHERE c.id = v.chunk)",
            [document, generation],
        )

    def _delete(self, which: str, values: Sequence[str]) -> None:
        """Delete rows `v`, which are locked in the order of their ids: the same in all processes prevents deadlocks."""
        chosen = f"SELECT v.id FROM {self._table} v WHERE {which} ORDER BY v.id FOR UPDATE"
        with self._db.writing(alone=False) as transaction:
            transaction.execute(f"DELETE FROM {self._table} WHERE id IN ({chosen})", values)

    def reset(self, embedder: str) -> None:
        """Delete all vectors; from now on the index holds those of this embedder."""
        with self._db.writing() as transaction:
            _empty(transaction, self._table, embedder)

    def count(self) -> int:
        """Return the number of stored vectors."""
        return int(self._db.rows(f"SELECT count(*) FROM {self._table}")[0][0])

    def close(self) -> None:
        """Do nothing: the catalog closes the connections."""


def making_of_index(table: Table) -> str:
    """Return the statement that makes a table's index of all vectors that it has."""
    return (
        f"CREATE INDEX IF NOT EXISTS {table}_near ON {table} USING hnsw (vector halfvec_cosine_ops) WITH (m = {_LINKS})"
    )


def _bytes_in_index(dimensions: int) -> int:
    """Return the bytes of memory that the making of an index takes for each vector.

    pgvector 0.8.5 took 1,356 of 384 dimensions and 3,661 of 1,536: two for each dimension, and 589.
    """
    return 2 * dimensions + 700


def _empty(transaction: Transaction, table: str, embedder: str) -> None:
    transaction.execute(f"DROP INDEX IF EXISTS {table}_near")
    transaction.execute(f"TRUNCATE {table}")
    transaction.execute(f"ALTER TABLE {table} ALTER COLUMN vector TYPE halfvec")
    transaction.execute("UPDATE embedders SET embedder = ?, dimensions = 0 WHERE index = ?", [embedder, table])


def _set_dimensions(transaction: Transaction, table: str, dimensions: int) -> None:
    transaction.execute(f"ALTER TABLE {table} ALTER COLUMN vector TYPE halfvec({int(dimensions)})")
    if dimensions <= _MAX_INDEXED:
        # Stored in the row itself: vectors that are compared one by one are all read.
        transaction.execute(f"ALTER TABLE {table} ALTER COLUMN vector SET STORAGE PLAIN")
    transaction.execute("UPDATE embedders SET dimensions = ? WHERE index = ?", [dimensions, table])
