"""The catalog's chunks and their vectors on any SQL database, and the whole catalog on SQLite; see also `Ledger`."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from graph.access import Scope
from graph.storage.chunk_rows import Unit, dump_sentences, items, sentences_of, units_of_chunk, values_of
from graph.storage.cleanup_marks import FORMER, former_chunks, has_former_vectors, mark_for_cleanup
from graph.storage.database import Database
from graph.storage.document_rows import DocumentRows
from graph.storage.entries import (
    FINGERPRINT,
    take_sources,
    visible,
    within,
)
from graph.storage.fulltext import FullText
from graph.storage.known_files import KnownFiles
from graph.storage.ledger import Ledger
from graph.storage.page_leases import CHUNKS, holds
from graph.storage.rows import ChunkRow, TokenVectors
from graph.storage.single_values import SET_META
from graph.storage.sql import Connection, placeholders, slices
from loaders.types import Chunk, Sentence

if TYPE_CHECKING:
    from graph.storage.base import Vectors
    from graph.types import Encoded

# FTS5 ranks units, several of which may belong to one chunk: this many are fetched for each wanted chunk, then more.
# For 30 chunks, 30 units were needed among 20,000 synthetic chunks, 52 at the median among those of eight articles.
_UNITS_PER_CHUNK = 1.5
_REPLACE_VECTORS = "ON CONFLICT (chunk) DO UPDATE SET vectors = excluded.vectors"


# Whether the name of a chunk's document `d` may be that of another: only then do labels have to be looked up.
_OTHERS_OF_THE_NAME = "SELECT 1 FROM documents o WHERE o.name = d.name AND o.id <> d.id AND o.source <> ''"
_OTHERS_OF_AN_ENTRY = (
    "SELECT 1 FROM entry e JOIN entry o ON o.name = e.name AND o.document <> e.document WHERE e.document = d.id"
)


class ChunkTables(Ledger):
    """Chunks and their vectors on one SQL database, beside the ledger; subclasses implement full-text search."""

    def _add_units(self, connection: Connection, document: str, units: Sequence[Unit]) -> None:
        """Within a transaction: index units of a document for full-text search."""
        raise NotImplementedError  # FTS5 in `SqliteCatalog`, tsvector in `PostgresCatalog`

    def stage_chunks(self, document: str, chunks: Sequence[Chunk], *, owner: str = "") -> str:
        """Store new chunks, unpublished, unless the owner lost their lease; return their generation, a hash of them."""
        title = self._title(document)
        content = json.dumps([title, *chunks], ensure_ascii=False, default=values_of)
        generation = hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:8]
        with self._db.writing() as connection:
            if not holds(connection, document, CHUNKS, owner):
                return generation
            present = connection.execute("SELECT id FROM chunks WHERE document = ?", [document]).fetchall()
            stale = (
                "SELECT c.id FROM chunks c JOIN documents d ON d.id = c.document "
                "WHERE c.document = ? AND c.generation NOT IN (d.generation, ?)"
            )
            if connection.execute(f"{stale} LIMIT 1", [document, generation]).fetchone():
                connection.execute(SET_META, (FORMER + document, ""))
            for column, table in (("chunk", "units"), ("id", "chunks")):
                values = [document, document, generation]
                connection.execute(f"DELETE FROM {table} WHERE document = ? AND {column} IN ({stale})", values)
            stored = {row[0] for row in present}
            new = {f"{document}-{generation}-{chunk.ordinal:04d}": chunk for chunk in chunks}
            new = {key: chunk for key, chunk in new.items() if key not in stored}
            connection.executemany(
                "INSERT INTO chunks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (key, document, generation, chunk.ordinal, chunk.kind, chunk.text, json.dumps(chunk.pages),
                     json.dumps(chunk.headings, ensure_ascii=False), dump_sentences(chunk.sentences))
                    for key, chunk in new.items()
                ],
            )  # fmt: skip
            units = [unit for key, chunk in new.items() for unit in units_of_chunk(key, title, chunk)]
            self._add_units(connection, document, units)
        return generation

    def _index_rows(self, connection: Connection, document: str, rows: Sequence[Sequence[Any]]) -> None:
        """Within a transaction: index chunks of a document that were copied, given as rows of their table."""
        from loaders.chunking.chunker import units_of

        title, units = self._title(document), list[Unit]()
        for key, *_, pages, headings, stored in rows:
            sentences = [
                Sentence(one.text, one.search, cast(Any, one.kind), one.pages, one.cells, one.band)
                for one in sentences_of(key, stored)
            ]
            chunk = Chunk(0, "text", "", items(pages), items(headings), 0, tuple(sentences), units_of(sentences))
            units += units_of_chunk(key, title, chunk)
        self._add_units(connection, document, units)

    def _title(self, document: str) -> str:
        """Return title and authors of a document, as its units are searched; its name where it has no title.

        The name is left out where several users have added the document: each may call it differently, and would find
        it by the names of others.
        """
        rows = self._db.rows(
            "SELECT d.title, d.name, d.authors, EXISTS (SELECT 1 FROM entry WHERE document = d.id AND added_by <> '') "
            "FROM documents d WHERE d.id = ?",
            [document],
        )
        return " ".join(one for row in rows for one in (row[0] or ("" if row[3] else row[1]), row[2]) if one)

    def publish(self, document: str, generation: str, fingerprint: str = "", *, owner: str = "") -> list[str]:
        """Publish this generation in place of the one before; return the documents that may have stale vectors.

        These are the documents of the same source, now retired, and this one unless it is new: of none other have
        vectors been stored.
        """
        with self._db.writing() as connection:
            if not holds(connection, document, CHUNKS, owner):
                mark_for_cleanup(connection, document, None)
                return [document]
            has_former = has_former_vectors(connection, document, generation)
            former = former_chunks(connection, document, generation) if has_former else []
            # One that was retired since it was staged stays so: newer bytes of its source were published meanwhile.
            connection.execute(
                "UPDATE documents SET generation = ? WHERE id = ? AND source <> ''", (generation, document)
            )
            old = "SELECT id FROM chunks WHERE document = ? AND generation <> ?"
            connection.execute(f"DELETE FROM units WHERE chunk IN ({old})", (document, generation))
            connection.execute(f"DELETE FROM chunks WHERE id IN ({old})", (document, generation))
            # Hidden in this transaction; files and vectors are removed later, if need be by the next process.
            replaced = take_sources(connection, document)
            connection.execute(SET_META, (FINGERPRINT + document, fingerprint))
            connection.execute("DELETE FROM vectors_ahead WHERE document = ?", (document,))
            if has_former:
                is_known = connection.execute("SELECT 1 FROM documents WHERE id = ?", [document]).fetchone()
                mark_for_cleanup(connection, document, former if is_known else None)
        return [*replaced, document] if has_former else replaced

    def chunk_ids(self, scope: Scope, document: str, generation: str | None = None, limit: int = -1) -> list[str]:
        """Return a document's chunk ids in order, all or the first: of the published generation, or of this one."""
        may, own = visible(scope, "c.document")
        rows = self._db.rows(
            "SELECT c.id FROM chunks c JOIN documents d ON d.id = c.document "
            f"WHERE c.document = ? AND c.generation = coalesce(?, d.generation){may} ORDER BY c.ordinal LIMIT ?",
            [document, generation, *own, limit],
        )
        return [row[0] for row in rows]

    def chunks(self, scope: Scope, ids: Sequence[str], *, published: bool = False) -> list[ChunkRow]:
        """Return the existing chunks of these ids in the given order; with `published`, only published ones."""
        inside, own = within(scope)
        first = f"(SELECT name FROM entry WHERE document = c.document{inside} ORDER BY id LIMIT 1)" if own else "d.name"
        rows = self._of_chunks(
            scope,
            f"SELECT c.id, c.document, {first}, c.ordinal, c.kind, c.text, c.pages, c.headings, c.sentences, "
            f"d.decimal, EXISTS ({_OTHERS_OF_AN_ENTRY if own else _OTHERS_OF_THE_NAME}) "
            "FROM chunks c JOIN documents d ON d.id = c.document "
            + ("AND d.generation = c.generation " if published else ""),
            ids,
            own,
        )
        labels = self.labels(scope, [row[2] for row in rows if row[10]])
        found = {
            row[0]: ChunkRow(
                row[0],
                row[1],
                labels.get(row[1], row[2]),
                row[3],
                row[4],
                row[5],
                items(row[6]),
                items(row[7]),
                sentences_of(row[0], row[8]),
                row[9],
            )
            for row in rows
        }
        return [found[key] for key in ids if key in found]

    def _of_chunks(self, scope: Scope, query: str, ids: Sequence[str], before: Sequence[str] = ()) -> list[Any]:
        """Return the rows of a query of chunks `c` of these ids that may be seen; `before` are values in the query."""
        may, own = visible(scope, "c.document")
        return [
            row
            for part in slices(ids)
            for row in self._db.rows(f"{query} WHERE c.id IN ({placeholders(part)}){may}", [*before, *part, *own])
        ]

    def published(self, scope: Scope, ids: Sequence[str]) -> list[str]:
        """Return those of the chunk ids that are published."""
        rows = self._of_chunks(
            scope,
            "SELECT c.id FROM chunks c JOIN documents d ON d.id = c.document AND d.generation = c.generation",
            list(dict.fromkeys(ids)),
        )
        return [row[0] for row in rows]

    def add_prefetched_vectors(self, document: str, rows: Iterable[tuple[str, bytes]]) -> None:
        """Store (key, vector) pairs until the document's chunks are published; nothing for a deleted document."""
        with self._db.writing() as connection:
            connection.executemany(
                "INSERT INTO vectors_ahead SELECT ?, id, ? FROM documents WHERE id = ? "
                "ON CONFLICT (passage) DO UPDATE SET document = excluded.document, vector = excluded.vector",
                ((key, vector, document) for key, vector in rows),
            )

    def prefetched_vectors(self, keys: Sequence[str]) -> dict[str, bytes]:
        """Return the prefetched vectors of these keys."""
        rows = self._db.rows_in("SELECT passage, vector FROM vectors_ahead WHERE passage IN ({})", keys)
        return {row[0]: row[1] for row in rows}

    def add_token_vectors(self, rows: Iterable[tuple[str, Sequence[Encoded]]]) -> None:
        """Store the encoded sentences of chunks, given as (chunk id, sentences)."""
        from graph.storage.token_vectors import pack  # loads numpy, which only the offline engine needs

        packed = [(chunk, pack(sentences)) for chunk, sentences in rows]  # before others wait for the transaction
        with self._db.writing() as connection:
            connection.executemany(f"INSERT INTO token_vectors VALUES (?, ?) {_REPLACE_VECTORS}", packed)

    def token_vectors(self, scope: Scope, chunks: Sequence[str]) -> dict[str, TokenVectors]:
        """Return the vectors of those chunks that have some."""
        from graph.storage.token_vectors import unpack

        rows = self._vectors(scope, "chunk, vectors FROM token_vectors v", chunks)
        return {row[0]: unpack(row[1]) for row in rows}

    def _vectors(self, scope: Scope, of: str, chunks: Sequence[str]) -> list[Any]:
        """Return the rows of a table of chunk vectors for these ids, as far as they may be seen."""
        if scope.is_everything:
            return self._db.rows_in(f"SELECT {of} WHERE chunk IN ({{}})", chunks)
        return self._of_chunks(scope, f"SELECT {of} JOIN chunks c ON c.id = v.chunk", chunks)

    def add_multilingual_vectors(self, rows: Iterable[tuple[str, Vectors]]) -> None:
        """Store sentence vectors by the multilingual model; those of chunks that no longer exist are dropped."""
        import numpy as np  # only questions in other languages need it

        packed = [(vectors.astype(np.float16).tobytes(), chunk) for chunk, vectors in rows]
        with self._db.writing() as connection:
            connection.executemany(
                f"INSERT INTO multilingual_vectors SELECT id, ? FROM chunks WHERE id = ? {_REPLACE_VECTORS}",
                packed,
            )

    def multilingual_vectors(self, scope: Scope, chunks: Sequence[str], dimensions: int) -> dict[str, Vectors]:
        """Return the vectors of the sentences of those chunks that have some, as rows."""
        import numpy as np

        rows = self._vectors(scope, "chunk, vectors FROM multilingual_vectors v", chunks)
        return {row[0]: np.frombuffer(row[1], np.float16).reshape(-1, dimensions).astype(np.float32) for row in rows}


class SqliteCatalog(ChunkTables):
    """A catalog in one SQLite file, with FTS5 for full text. Threads of one process may share it.

    Args:
        path: The file, created if it is missing.
    """

    FILE_NAME = "catalog.sqlite3"

    def __init__(self, path: Path) -> None:
        database = Database(path)
        super().__init__(database)
        self._sqlite = database
        self._text = FullText(database)
        self._more_chunks = (-1, 0)  # the version at which chunks were counted, and how many they exceeded
        self.files = KnownFiles(self._db)
        self.copies = DocumentRows(self._db, self._index_rows)

    def was_replaced(self) -> bool:
        """Return whether the file was deleted or replaced since it was opened; writes to it would be lost."""
        return self._sqlite.was_replaced()

    def leave_path(self) -> None:
        """Let the file be opened again although threads may still read through this catalog."""
        self._sqlite.leave_path()

    def close(self) -> None:
        """Close the file."""
        self._sqlite.close()

    def _add_units(self, connection: Connection, document: str, units: Sequence[Unit]) -> None:
        """Within a transaction: index units of a document for full-text search."""
        for unit in units:
            connection.execute("INSERT INTO units (chunk, document) VALUES (?, ?)", (unit.chunk, document))
            connection.execute(
                "INSERT INTO unit_text (rowid, title, heading, body) VALUES (last_insert_rowid(), ?, ?, ?)",
                (unit.title, unit.heading, unit.body),
            )

    def published_chunks(self, scope: Scope, limit: int, offset: int = 0) -> list[str]:
        """Return the ids of the published chunks of all documents, in order, at most `limit`, from `offset` on."""
        may, own = visible(scope, "d.id")
        rows = self._db.rows(
            "SELECT c.id FROM documents d CROSS JOIN chunks c ON c.document = d.id AND c.generation = d.generation "
            f"WHERE true{may} ORDER BY d.id, c.ordinal LIMIT ? OFFSET ?",
            [*own, limit, offset],
        )
        return [row[0] for row in rows]

    def has_more_chunks(self, scope: Scope, number: int) -> bool:
        """Return whether more than `number` chunks are published; counted again after this process has written."""
        # To step over 800 chunks takes .5 ms, a fiftieth of a question.
        present = (self._sqlite.version, number)
        if not scope.is_everything:
            inside, own = within(scope)
            return number < len(
                self._db.rows(
                    "SELECT 1 FROM (SELECT DISTINCT document FROM entry WHERE true"
                    f"{inside}) v CROSS JOIN documents d ON d.id = v.document "
                    "CROSS JOIN chunks c ON c.document = d.id AND c.generation = d.generation LIMIT ?",
                    [*own, number + 1],
                )
            )
        if self._more_chunks != present:
            if not self.published_chunks(scope, 1, offset=number):
                return False
            self._more_chunks = present
        return True

    def search_text(
        self, scope: Scope, words: Sequence[str], documents: Sequence[str], limit: int
    ) -> list[tuple[str, float]]:
        """Return (chunk id, BM25 score of its best unit), best first; positive scores, higher is better."""
        if documents and not scope.is_everything:
            documents = self.visible_documents(scope, documents)
            if not documents:
                return []
            scope = Scope.everything()  # the caller has checked that these documents may be seen
        wanted = math.ceil(limit * _UNITS_PER_CHUNK)
        while True:
            units = self._text.search(scope, words, documents, wanted)
            best = self._chunks_of(units)
            if len(best) >= limit or len(units) < wanted:
                return list(best.items())[:limit]
            wanted *= 4  # many belong to unpublished generations, or to the same few chunks

    def _chunks_of(self, units: Sequence[tuple[int, float]]) -> dict[str, float]:
        """Return the published chunks of these (unit, score) pairs, each with its best score."""
        rows = self._db.rows_in(
            "SELECT u.id, u.chunk FROM units u JOIN chunks c ON c.id = u.chunk "
            "JOIN documents d ON d.id = c.document AND d.generation = c.generation WHERE u.id IN ({})",
            [unit for unit, _ in units],
        )
        owners = {row[0]: row[1] for row in rows}
        best: dict[str, float] = {}
        for unit, score in units:
            if unit in owners:
                best.setdefault(owners[unit], score)
        return best

    def document_frequencies(self, words: Sequence[str]) -> tuple[dict[str, int], int]:
        """Return in how many indexed units each word occurs (stemmed as the index does), and the number of units."""
        return self._text.frequencies(words)

    def sentence_vectors(self, scope: Scope, chunks: Sequence[str]) -> dict[str, Vectors]:
        """Return the sentence vectors of each chunk, one row a sentence; the token vectors stay on the disk."""
        from graph.storage.token_vectors import head_size, unpack_sentences

        rows = self._vectors(scope, "chunk, v.rowid FROM token_vectors v", chunks)
        heads = {row[0]: self._sqlite.head("token_vectors", "vectors", row[1], head_size) for row in rows}
        return {chunk: unpack_sentences(head) for chunk, head in heads.items() if head}

    def near_stems(self, scope: Scope, word: str, shortest: int, longest: int) -> list[tuple[str, int]]:
        """Return the stems of the index that a word may be a misspelling of, with the number of their units."""
        found = self._text.near_stems(word, shortest, longest)
        return found if scope.is_everything else [one for one in found if self._text.stands_in(scope, one[0])]

    def holds_other_scripts(self) -> bool:
        """Return whether a word of the index is in another script than Latin and Greek."""
        return self._text.holds_other_scripts()
