"""Marks of documents to be cleaned up, with the rows of the vector index that may be stale.

They are rows of `meta`, written in the transaction that makes the vectors stale and removed when these are deleted.
Each writing gives the mark a new id, so that who has cleaned up by an earlier one does not remove a later one.
Chroma would look for a document's vectors among those of all: 22-41 CPU ms in 240,000, where five ids take 0.4.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from graph.storage.chunk_rows import items
from graph.storage.rows import StaleVectors
from graph.storage.single_values import SET_META
from graph.storage.sql import Connection

PENDING = "unsettled:"
"""A key of `meta`, followed by the id of a document to be cleaned up. The stored word is older than the name.

The value is JSON: `id`, and in `chunks` the deleted chunks, each with its number of sentences and its pages, or null if
they are not known. Older marks are the list of chunks alone, or "".
"""
FORMER = "former:"
"""The same of a document with staged chunks that were never published: a run that was killed, or has lost its lease and
goes on, may have stored vectors of them."""


def former_chunks(connection: Connection, document: str, generation: str) -> list[Sequence[Any]]:
    """Within a transaction: return the chunks of a document that are not of this generation, as a mark lists them."""
    rows = connection.execute(
        "SELECT id, sentences, pages FROM chunks WHERE document = ? AND generation <> ?", [document, generation]
    )
    return [(key, len(json.loads(sentences)), items(pages)) for key, sentences, pages in rows]


def has_former_vectors(connection: Connection, document: str, generation: str) -> bool:
    """Within a transaction: return whether vectors of other chunks than this generation's may be stored.

    They are of chunks that are published, or were staged and embedded by a run that was killed, or of a document that
    was retired or deleted. A document that is read for the first time has none.
    """
    found = connection.execute(
        "SELECT 1 FROM meta WHERE key IN (?, ?) "
        "UNION ALL SELECT 1 WHERE NOT EXISTS "
        "(SELECT 1 FROM documents WHERE id = ? AND source <> '' AND generation IN ('', ?)) "
        "UNION ALL SELECT 1 FROM chunks WHERE document = ? AND generation <> ? LIMIT 1",
        [PENDING + document, FORMER + document, document, generation, document, generation],
    )
    return found.fetchone() is not None


def mark_for_cleanup(connection: Connection, document: str, deleted: Iterable[Sequence[Any]] | None = ()) -> None:
    """Within a transaction: note that vectors or images of a document may have to be removed.

    Args:
        connection: The transaction.
        document: The document's id.
        deleted: Its chunks that this transaction deletes, of `former_chunks`; None if others may have vectors too.
    """
    row = connection.execute("SELECT value FROM meta WHERE key = ?", [PENDING + document]).fetchone()
    earlier = _marked_chunks(row[0]) if row else []
    chunks = None if earlier is None or deleted is None else [*earlier, *deleted]
    mark = json.dumps({"id": uuid.uuid4().hex, "chunks": chunks})
    connection.execute(SET_META, (PENDING + document, mark))


def stale_vectors(connection: Connection, document: str) -> StaleVectors:
    """Within a transaction: return what may be stale of a document; of a retired one, all vectors are."""
    marks = "SELECT key, value FROM meta WHERE key IN (?, ?)"
    found = dict(connection.execute(marks, [PENDING + document, FORMER + document]).fetchall())
    mark = found.get(PENDING + document, "")
    marked = _marked_chunks(mark)
    if marked is None or FORMER + document in found:
        return StaleVectors(mark, None)
    stored = former_chunks(connection, document, "")
    if connection.execute("SELECT 1 FROM documents WHERE id = ? AND source <> ''", [document]).fetchone():
        again = {row[0] for row in stored}  # a later run has stored vectors of them again
        return StaleVectors(mark, _vector_ids([chunk for chunk in marked if chunk[0] not in again]))
    return StaleVectors(mark, _vector_ids([*marked, *stored]))


def _marked_chunks(mark: str) -> list[Sequence[Any]] | None:
    """Return the chunks that a mark lists, as `former_chunks` returns them; None if others may have vectors too."""
    value = json.loads(mark or "null")
    chunks: list[Sequence[Any]] | None = value["chunks"] if isinstance(value, dict) else value
    return chunks


def _vector_ids(listed: Iterable[Sequence[Any]]) -> list[str]:
    """Return the ids that rows of these chunks may have in the indexes of texts and of page images."""
    chunks = {key: (number, pages) for key, number, pages in listed}
    ids = list[str]()
    for key, (number, pages) in chunks.items():
        ids += (key, *(f"{key}/{one}" for one in range(number)), *(f"{key}/p{page}" for page in pages))
    return ids
