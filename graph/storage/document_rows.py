"""Copies of all rows of a document between databases: SQLite and Postgres have the same tables.

The full-text index is built from the chunks again, as each database has its own kind.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from graph.storage.entries import FINGERPRINT
from graph.storage.rows import layer_key
from graph.storage.single_values import SET_META
from graph.storage.sql import Connection, SqlDatabase, beginning_with, placeholders, slices

Rows = dict[str, list[tuple[Any, ...]]]
"""Rows by table, with the columns of `DOCUMENT_COLUMNS` or `SHARED_COLUMNS`."""

DOCUMENT_COLUMNS = {
    "documents": "id, name, source, kind, title, pages, size, generation, created, file_title, authors, date, decimal",
    "pages": (
        "document, page, status, reason, detail, attempts, engine, model, prompt, requests, input_tokens, "
        "output_tokens, seconds, image, width, height, ink, legible, transcript, file_label, printed_label"
    ),
    "transcripts": "key, blocks, words",
    "chunks": "id, document, generation, ordinal, kind, text, pages, headings, sentences",
    "token_vectors": "chunk, vectors",
    "multilingual_vectors": "chunk, vectors",
    "entry": "document, collection, name, source, added_by, added, put_from",
    "meta": "key, value",
}
"""The tables of a document in the order in which they are written, with the columns that are copied."""
SHARED_COLUMNS = {
    "collection": "id, name, personal_of",
    "member": "collection, who, role",
    "requests": "account, model, day, sent",
    "files": "source, stamp, origins",
}
"""The tables of the whole library."""
NOT_COPIED = frozenset({"vectors_ahead", "lease", "document_terms", "units"})
"""Tables of documents that are made again, or belong to a run that is under way."""

_COPIED = "moved:"
"""A key of `meta`, followed by the id of a document that was copied here."""
_LEGIBLE = 17  # the place of the column in rows of `pages`
_KEYS = {"collection": 1, "member": 2, "requests": 3, "files": 1}  # how many columns are the key


class DocumentRows:
    """Reads and writes all rows of a document; all methods may be called in any thread.

    Args:
        database: The database.
        index: Adds units for the words of chunks, within a transaction, from the document's id and rows of `chunks`.
    """

    def __init__(
        self, database: SqlDatabase, index: Callable[[Connection, str, Sequence[Sequence[Any]]], None]
    ) -> None:
        self._db, self._index = database, index

    def documents(self) -> list[str]:
        """Return the ids of all documents that are not retired, oldest first."""
        return list(self.added())

    def added(self) -> dict[str, float]:
        """Return when each document that is not retired was added, by id, oldest first."""
        rows = self._db.rows("SELECT id, created FROM documents WHERE source <> '' ORDER BY created, name, id")
        return {row[0]: float(row[1]) for row in rows}

    def origins(self) -> dict[str, str]:
        """Return, by id, what `publish` was given last as the origin of each document that was copied here."""
        rows = self._db.rows("SELECT key, value FROM meta WHERE key >= ? AND key < ?", beginning_with(_COPIED))
        return {row[0].removeprefix(_COPIED): row[1] for row in rows}

    def read(self, document: str) -> Rows:
        """Return the rows of a document, chunks of the published generation alone; no rows of one that is not there."""
        published = "SELECT c.id FROM chunks c JOIN documents d ON d.id = c.document AND d.generation = c.generation "
        chunks = f"{published}WHERE c.document = ?"
        where: dict[str, tuple[str, list[str]]] = {
            "documents": ("id = ?", [document]),
            "pages": ("document = ? ORDER BY page", [document]),
            "transcripts": (
                "key >= ? AND key < ? OR key >= ? AND key < ? "
                "OR key IN (SELECT transcript FROM pages WHERE document = ?) ORDER BY key",
                [*beginning_with(layer_key(document, 0)[:-1]), *beginning_with(f"{document}:"), document],
            ),
            "chunks": (f"id IN ({chunks}) ORDER BY ordinal", [document]),
            "token_vectors": (f"chunk IN ({chunks}) ORDER BY chunk", [document]),
            "multilingual_vectors": (f"chunk IN ({chunks}) ORDER BY chunk", [document]),
            "entry": ("document = ? ORDER BY id", [document]),
            "meta": ("key = ?", [FINGERPRINT + document]),
        }
        return {
            table: self._selected(f"SELECT {columns} FROM {table} WHERE {where[table][0]}", where[table][1])
            for table, columns in DOCUMENT_COLUMNS.items()
        }

    def write(self, document: str, rows: Rows, origin: str = "") -> None:
        """Write the rows of a document in place of those that are there, in one transaction.

        Questions do not find the document until `publish` is called: its vectors are stored in between. `origin` says
        where it comes from.
        """
        with self._db.writing() as connection:
            connection.execute("DELETE FROM units WHERE document = ?", [document])
            connection.execute("DELETE FROM documents WHERE id = ?", [document])
            keys = [row[0] for row in rows["transcripts"]]
            for part in slices(keys):
                connection.execute(f"DELETE FROM transcripts WHERE key IN ({placeholders(part)})", list(part))
            connection.execute("DELETE FROM meta WHERE key = ?", [FINGERPRINT + document])
            for table in DOCUMENT_COLUMNS:
                _insert(connection, table, DOCUMENT_COLUMNS[table], [_adapted(table, row) for row in rows[table]])
            self._index(connection, document, rows["chunks"])
            connection.execute("UPDATE documents SET generation = '' WHERE id = ?", [document])
            connection.execute(SET_META, (_COPIED + document, origin))

    def publish(self, document: str, generation: str, origin: str = "") -> None:
        """Let questions find a document that `write` has written, with the chunks of this generation."""
        with self._db.writing() as connection:
            connection.execute("UPDATE documents SET generation = ? WHERE id = ?", [generation, document])
            connection.execute(SET_META, (_COPIED + document, origin))

    def set_origin(self, document: str, origin: str) -> None:
        """Set what `origins` returns of a document."""
        with self._db.writing() as connection:
            connection.execute(SET_META, (_COPIED + document, origin))

    def forget_origin(self, document: str) -> None:
        """Remove what `origins` returns of a document, which was deleted here because it was deleted there."""
        with self._db.writing() as connection:
            connection.execute("DELETE FROM meta WHERE key = ?", [_COPIED + document])

    def read_shared(self) -> Rows:
        """Return collections, members, requests that were sent, and files that were opened."""
        return {
            table: self._selected(f"SELECT {columns} FROM {table}", []) for table, columns in SHARED_COLUMNS.items()
        }

    def write_shared(self, rows: Rows) -> None:
        """Add rows that `read_shared` returned, each in place of one with the same key.

        The members of a collection are those of these rows alone: who was removed there must not see it here.
        """
        with self._db.writing() as connection:
            connection.executemany("DELETE FROM member WHERE collection = ?", [row[:1] for row in rows["collection"]])
            for table, columns in SHARED_COLUMNS.items():
                names = columns.split(", ")
                key, rest = names[: _KEYS[table]], names[_KEYS[table] :]
                replaced = ", ".join(f"{name} = excluded.{name}" for name in rest)
                if table == "requests":  # the larger count includes the smaller one
                    replaced = (
                        "sent = CASE WHEN excluded.sent > requests.sent THEN excluded.sent ELSE requests.sent END"
                    )
                _insert(
                    connection, table, columns, rows[table], f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {replaced}"
                )

    def _selected(self, query: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self._db.rows(query, values)]


def listed(stored: str) -> list[Any]:
    """Return a list that is stored in a column, such as the pages of a chunk."""
    return list(json.loads(stored))


def generation_of(rows: Rows) -> str:
    """Return the published generation of a document, or ""."""
    return str(_value(rows, "generation"))


def added_of(rows: Rows) -> float:
    """Return when a document was added."""
    return float(_value(rows, "created"))


def _value(rows: Rows, column: str) -> Any:
    return rows["documents"][0][DOCUMENT_COLUMNS["documents"].split(", ").index(column)]


def digest(rows: Rows, vectors: Mapping[str, bytes]) -> str:
    """Return a SHA-256 of a document's rows and vectors, the same for each database."""
    found = hashlib.sha256()
    for table in DOCUMENT_COLUMNS:
        for row in sorted(json.dumps([_plain(value) for value in row]) for row in rows[table]):
            found.update(f"{table}{row}\n".encode())
    for key in sorted(vectors):
        found.update(key.encode() + vectors[key])
    return found.hexdigest()


def _plain(value: Any) -> Any:
    """Return a value in the form that all databases store: without NUL and lone surrogates, which Postgres refuses."""
    if isinstance(value, str):
        return value.replace("\x00", "\ufffd").encode("utf-8", "backslashreplace").decode()
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    return int(value) if isinstance(value, bool) else value


def _adapted(table: str, row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return a row for any database: Postgres does not accept a number as a boolean."""
    return (*row[:_LEGIBLE], bool(row[_LEGIBLE]), *row[_LEGIBLE + 1 :]) if table == "pages" else row


def _insert(
    connection: Connection, table: str, columns: str, rows: Sequence[tuple[Any, ...]], conflict: str = ""
) -> None:
    if rows:
        values = placeholders(rows[0])
        connection.executemany(f"INSERT INTO {table} ({columns}) VALUES ({values}) {conflict}", rows)
