"""Entries: the name and source of a document in each collection, in SQL that SQLite and Postgres both know.

A document is its bytes, and is kept while at least one collection has an entry of it. When a source has new bytes, the
new document replaces the old one in its collection, and in those that the local user has put the old one in from there.
"""

from __future__ import annotations

from collections.abc import Sequence

from graph.access import Scope, personal_collection, require_writer
from graph.storage.cleanup_marks import mark_for_cleanup
from graph.storage.local_sources import other_name
from graph.storage.rows import DocumentRow
from graph.storage.sql import Connection, placeholders

FINGERPRINT = "basis:"
"""A key of `meta`, followed by the id of a document: what its chunks were made from."""
_ADD_ENTRY = (
    "INSERT INTO entry (document, collection, name, source, added_by, added) VALUES (?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (document, collection, source) DO UPDATE SET name = excluded.name"
)
# Old entries (o) that an entry of a new document (n) replaces: those with its source in its collection, and those that
# the local user has put in other collections from there, since new bytes stay in the collections of the old ones.
_TAKEN = (
    "FROM entry o JOIN entry n ON n.source = o.source WHERE n.document = ? AND o.document <> n.document "
    "AND (o.collection = n.collection OR (o.added_by = '' AND o.put_from = n.collection))"
)


def within(scope: Scope, column: str = "collection") -> tuple[str, list[str]]:
    """Return a condition in SQL, and its values, that a collection may be read; "" where all may."""
    if scope.reads is None:
        return "", []
    values = sorted(scope.reads)
    return f" AND {column} IN ({placeholders(values)})", values


def writable(scope: Scope) -> tuple[str, list[str]]:
    """Return a condition in SQL, and its values, that a collection may be written; "" where all may."""
    if scope.writes is None:
        return "", []
    values = sorted(scope.writes)
    return f" AND collection IN ({placeholders(values)})", values


def visible(scope: Scope, column: str) -> tuple[str, list[str]]:
    """Return a condition in SQL, and its values, that a document may be seen; "" where all may."""
    inside, values = within(scope, "seen.collection")
    return inside and f" AND EXISTS (SELECT 1 FROM entry seen WHERE seen.document = {column}{inside})", values


def ensure_personal(connection: Connection, scope: Scope, collection: str) -> None:
    """Within a transaction: add the caller's personal collection if `collection` is that one and does not exist."""
    if scope.who and collection == personal_collection(scope.who):
        connection.execute(
            "INSERT INTO collection VALUES (?, ?, ?) ON CONFLICT DO NOTHING", [collection, scope.who, scope.who]
        )


def shared(connection: Connection, document: str) -> bool:
    """Within a transaction: return whether anyone but the local user has added a document."""
    return bool(
        connection.execute("SELECT 1 FROM entry WHERE document = ? AND added_by <> '' LIMIT 1", [document]).fetchone()
    )


def add_entry(connection: Connection, scope: Scope, row: DocumentRow, now: float) -> None:
    """Within a transaction: add an entry of a document to the collection that the caller adds to, or rename it."""
    ensure_personal(connection, scope, scope.into)
    if former := other_name(row.source):
        _rename_source(connection, scope.into, former, row.source)
    connection.execute(_ADD_ENTRY, (row.id, scope.into, row.name, row.source, scope.who, now))


def _rename_source(connection: Connection, into: str, former: str, source: str) -> None:
    """Within a transaction: give the entries of a file in a collection, and those put elsewhere from it, its source.

    A library that was moved, or is of an earlier version, calls the file by its `former` source.
    """
    theirs = "source = ? AND (collection = ? OR (added_by = '' AND put_from = ?))"
    found = connection.execute(f"SELECT id, document, collection FROM entry WHERE {theirs}", [former, into, into])
    for entry, document, collection in found.fetchall():
        known = [document, collection, source]
        if connection.execute(
            "SELECT 1 FROM entry WHERE document = ? AND collection = ? AND source = ?", known
        ).fetchone():
            connection.execute("DELETE FROM entry WHERE id = ?", [entry])
        else:
            connection.execute("UPDATE entry SET source = ? WHERE id = ?", [source, entry])
        connection.execute("UPDATE documents SET source = ? WHERE id = ? AND source = ?", [source, document, former])


def forget_entry(connection: Connection, entry: int, document: str, put_from: str) -> None:
    """Within a transaction: delete an entry whose source is gone.

    An entry that was put in its collection from another one (`put_from`) is kept if the document has an entry left
    there, whose name and source it takes. So call this for the entries of `put_from` first.
    """
    kept = connection.execute(
        "SELECT name, source FROM entry WHERE document = ? AND collection = ? AND id <> ? ORDER BY id LIMIT 1",
        [document, put_from, entry],
    ).fetchone()
    if kept:
        connection.execute("UPDATE entry SET name = ?, source = ? WHERE id = ?", [*kept, entry])
    else:
        connection.execute("DELETE FROM entry WHERE id = ?", [entry])


def remove_entries(connection: Connection, document: str, collections: Sequence[str]) -> list[str]:
    """Within a transaction: remove a document from collections; return its id if it is in no other, and retired."""
    connection.executemany(
        "DELETE FROM entry WHERE document = ? AND collection = ?", [[document, one] for one in collections]
    )
    return retire_without_source(connection, [document])


def remove_from_scope(connection: Connection, scope: Scope, document: str) -> bool:
    """Within a transaction: remove a document from the collections that may be written; return whether it is retired.

    Raises:
        NotAllowedError: the caller may see the document only in collections that it may not write.
    """
    inside, values = within(scope, "e.collection")
    found = connection.execute(
        "SELECT DISTINCT e.collection, c.name FROM entry e JOIN collection c ON c.id = e.collection "
        f"WHERE e.document = ?{inside}",
        [document, *values],
    ).fetchall()
    mine = [row[0] for row in found if scope.may_write(row[0])]
    if found and not mine:
        require_writer(scope, *found[0])
    return bool(remove_entries(connection, document, mine)) if mine else False


def retire_rows(connection: Connection, document: str) -> None:
    """Within a transaction: hide a document and mark it for clean-up."""
    connection.execute("UPDATE documents SET generation = '', source = '' WHERE id = ?", [document])
    connection.execute("DELETE FROM entry WHERE document = ?", [document])
    mark_for_cleanup(connection, document)


def take_sources(connection: Connection, document: str) -> list[str]:
    """Within a transaction: take a document's sources from all others; return those left without one, now retired."""
    taken = connection.execute(f"SELECT DISTINCT o.id, o.document {_TAKEN}", [document]).fetchall()
    if not taken:
        return []
    connection.execute(
        "INSERT INTO entry (document, collection, name, source, added_by, added, put_from) "
        f"SELECT DISTINCT n.document, o.collection, n.name, o.source, o.added_by, o.added, o.put_from {_TAKEN} "
        "AND o.collection <> n.collection ON CONFLICT DO NOTHING",
        [document],
    )
    connection.executemany("DELETE FROM entry WHERE id = ?", [[row[0]] for row in taken])
    return retire_without_source(connection, list(dict.fromkeys(row[1] for row in taken)))


def retire_without_source(connection: Connection, documents: Sequence[str]) -> list[str]:
    """Within a transaction: retire the documents that have no source left, and return them; rename the others."""
    retired = []
    for other in documents:
        left = connection.execute("SELECT name, source FROM entry WHERE document = ? ORDER BY id", [other]).fetchone()
        if left:
            connection.execute("UPDATE documents SET name = ?, source = ? WHERE id = ?", [*left, other])
        else:
            retire_rows(connection, other)
            retired.append(other)
    return retired
