"""Marks of documents to be cleaned up, with the rows of the vector index that may be stale.

They are rows of `meta`, written in the transaction that makes the vectors stale and removed when these are deleted.
Chroma would look for a document's vectors among those of all: 22-41 CPU ms in 240,000, where five ids take 0.4.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from graph.storage.chunk_rows import items
from graph.storage.single_values import SET_META
from graph.storage.sql import Connection

PENDING = "unsettled:"
"""A key of `meta`, followed by the id of a document to be cleaned up. The stored word is older than the name.

The value lists the deleted chunks as JSON, each with its number of sentences and its pages; "" if they are not known.
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
    earlier = connection.execute("SELECT value FROM meta WHERE key = ?", [PENDING + document]).fetchone()
    is_known = deleted is not None and (earlier is None or earlier[0])
    chunks = [*(json.loads(earlier[0]) if earlier else ()), *(deleted or ())] if is_known else None
    connection.execute(SET_META, (PENDING + document, "" if chunks is None else json.dumps(chunks)))


def vector_ids(mark: str, stored: Sequence[Sequence[Any]], spared: Sequence[Sequence[Any]] = ()) -> list[str]:
    """Return the ids that rows of the indexes of texts and of page images may have: of marked and of stored chunks.

    Args:
        mark: The value of a mark, not "".
        stored: Chunks of `former_chunks` that are deleted next.
        spared: Chunks of `former_chunks` whose vectors stay: a later run has stored them again.
    """
    chunks = {key: (number, pages) for key, number, pages in (*json.loads(mark), *stored)}
    for key, *_ in spared:
        chunks.pop(key, None)
    ids = list[str]()
    for key, (number, pages) in chunks.items():
        ids += (key, *(f"{key}/{one}" for one in range(number)), *(f"{key}/p{page}" for page in pages))
    return ids
