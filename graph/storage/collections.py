"""Collections of documents, their members, and which documents are in them; in SQL that Postgres knows too.

Each user has a personal collection, and the local user's is called `default`. All others have been given a name: by
users who share documents, or by one user as a label on documents.
"""

from __future__ import annotations

import re
import uuid
from collections import Counter
from collections.abc import Sequence

from graph.access import (
    DEFAULT,
    ROLES,
    Membership,
    Role,
    Scope,
    label,
    missing_collection,
    of_name,
    require_manager,
    require_writer,
)
from graph.errors import BadInputError
from graph.storage.entries import ensure_personal, remove_entries, within
from graph.storage.single_values import SingleValues
from graph.storage.sql import Connection, placeholders

_MAX_NAME = 60  # characters
_MAX_OF_DOCUMENT = 20
_MAX_COLLECTIONS = 1000
_TOO_MANY = f"A document can be in {_MAX_OF_DOCUMENT} collections: leave out some."
_NAMED = f"personal_of = '' AND id <> '{DEFAULT}'"
# A collection without entries and members counts as deleted.
_IN_USE = (
    "(EXISTS (SELECT 1 FROM entry WHERE collection = collection.id) "
    "OR EXISTS (SELECT 1 FROM member WHERE collection = collection.id))"
)
_ALL = f"SELECT id, name FROM collection WHERE {_NAMED} AND {_IN_USE}"
# A document that is put in a collection gets the name and source of its first entry that the caller may read.
_PUT = (
    "INSERT INTO entry (document, collection, name, source, added_by, added, put_from) "
    "SELECT document, ?, name, source, ?, ?, collection FROM entry WHERE document = ? {} ORDER BY id LIMIT 1 "
    "ON CONFLICT DO NOTHING"
)


class Collections(SingleValues):
    """CollectionStore on one SQL database, with single values."""

    def memberships(self, members: Sequence[str]) -> list[Membership]:
        """Return the collections that have one of these members, each once, by name; see `graph.access.Memberships`."""
        rows = self._db.rows_in(
            "SELECT c.id, c.name, m.role FROM member m JOIN collection c ON c.id = m.collection WHERE m.who IN ({})",
            list(members),
        )
        best: dict[str, Membership] = {}
        for collection, name, role in rows:
            if collection not in best or ROLES.index(role) > ROLES.index(best[collection].role):
                best[collection] = Membership(collection, name, role)
        return sorted(best.values(), key=lambda one: (one.name.casefold(), one.collection))

    def collection_ids(self, name: str) -> list[str]:
        """Return the ids of the collections of this id, name or label, in any spelling of its letters' case."""
        rows = self._db.rows("SELECT id, name FROM collection ORDER BY id")
        return of_name(name, [(row[0], row[1]) for row in rows])

    def collections(self, scope: Scope) -> dict[str, list[str]]:
        """Return the documents in each collection that was given a name, by that name in alphabetical order.

        Where a user sees several of one name, each has the beginning of its id behind it.
        """
        ids = _ids(self._db.rows(_ALL), scope)
        held: dict[str, dict[str, None]] = {one: {} for one in ids.values()}
        for collection, document in self._db.rows_in(
            "SELECT collection, document FROM entry WHERE collection IN ({}) ORDER BY id", list(held)
        ):
            held[collection][document] = None
        return {name: list(held[one]) for name, one in ids.items()}

    def create_collection(self, scope: Scope, name: str) -> str:
        """Add an empty collection, whose manager is the caller; return its id.

        Raises:
            BadInputError: the name cannot be one, the caller sees one of that name, or there are too many.
        """
        (chosen,) = checked([name])
        with self._db.writing() as connection:
            if chosen.casefold() in {one.casefold() for one in [DEFAULT, *_known(connection, scope)]}:
                raise BadInputError(f"There is a collection {chosen!r} already: choose another name, or use that one.")
            identity = _create(connection, scope, chosen)
            if not scope.who:  # the local user is a manager of everything; a member keeps it while it is empty
                connection.execute("INSERT INTO member VALUES (?, '', 'manager')", [identity])
        return identity

    def members(self, scope: Scope, collection: str) -> dict[str, Role]:
        """Return the role of each member of a collection (`NAME` or `group:NAME`), which its managers may see.

        Raises:
            NotAllowedError: the caller is no manager of it.
        """
        require_manager(scope, collection)
        rows = self._db.rows(
            "SELECT who, role FROM member WHERE collection = ? AND who <> '' ORDER BY who", [collection]
        )
        return {row[0]: row[1] for row in rows}

    def set_member(self, scope: Scope, collection: str, who: str, role: Role | None) -> None:
        """Give a user (`NAME`) or group (`group:NAME`) a role in a collection in place of any before, or none.

        Raises:
            NotAllowedError: the caller is no manager of it.
            BadInputError: it is not a role, or the collection is a personal one.
        """
        require_manager(scope, collection)
        if role is not None and role not in ROLES:
            raise BadInputError(f"{role!r} is not a role: give reader, writer or manager.")
        with self._db.writing() as connection:
            found = connection.execute("SELECT personal_of FROM collection WHERE id = ?", [collection]).fetchone()
            if not found:
                raise missing_collection(collection)
            if found[0]:
                raise BadInputError("A personal collection has no other members: create a collection to share.")
            connection.execute("DELETE FROM member WHERE collection = ? AND who = ?", [collection, who])
            if role:
                connection.execute("INSERT INTO member VALUES (?, ?, ?)", [collection, who, role])

    def put_in(self, scope: Scope, document: str, names: Sequence[str]) -> list[str]:
        """Put a document into these named collections and into no other that the caller may write; return their names.

        A collection that becomes empty, and has no members, is deleted. A document left in no collection stays in the
        caller's own.

        Raises:
            BadInputError: a name cannot be one, or there are too many.
            NotAllowedError: the caller may read one of the collections, but not add to it.
        """
        with self._db.writing() as connection:
            chosen = self._chosen(connection, scope, names)
            for one in chosen.values():
                _put(connection, scope, document, one, self._db.now())
            others = [
                one
                for one in _known(connection, scope).values()
                if one not in chosen.values() and scope.may_write(one) and _holds(connection, one, document)
            ]
            inside, values = within(scope)
            kept = f"SELECT 1 FROM entry WHERE document = ? {inside} AND collection NOT IN ({placeholders(others)})"
            if others and not connection.execute(kept, [document, *values, *others]).fetchone():
                _put(connection, scope, document, scope.into, self._db.now())
            remove_entries(connection, document, others)
        return list(chosen)

    def add_to(self, scope: Scope, documents: Sequence[str], names: Sequence[str]) -> list[str]:
        """Add documents to these named collections; they stay in those that they are in. Returns the names.

        Raises:
            BadInputError: a name cannot be one, there are too many, or one document would be in too many.
            NotAllowedError: the caller may read one of the collections, but not add to it.
        """
        with self._db.writing() as connection:
            chosen = self._chosen(connection, scope, names)
            for one in chosen.values():
                for document in dict.fromkeys(documents):
                    _put(connection, scope, document, one, self._db.now())
            counts = Counter(
                document
                for one in {*_known(connection, scope).values(), *chosen.values()}
                for document in dict.fromkeys(documents)
                if _holds(connection, one, document)
            )
            if any(count > _MAX_OF_DOCUMENT for count in counts.values()):
                raise BadInputError(_TOO_MANY)
        return list(chosen)

    def _chosen(self, connection: Connection, scope: Scope, names: Sequence[str]) -> dict[str, str]:
        """Within a transaction: return the ids of collections by name, created where they are missing."""
        connection.execute(f"DELETE FROM collection WHERE {_NAMED} AND NOT {_IN_USE}", [])
        known = _known(connection, scope)
        spelled = {name.casefold(): name for name in known}
        chosen: dict[str, str] = {}
        for name in checked(names):
            there = spelled.setdefault(name.casefold(), name)
            if there not in known:
                known[there] = _create(connection, scope, there)
            else:
                require_writer(scope, known[there], there)
            chosen[there] = known[there]
        return chosen


def _ids(rows: Sequence[Sequence[str]], scope: Scope) -> dict[str, str]:
    """Return the ids of those of the collections that may be read, by name in alphabetical order."""
    seen = sorted((row for row in rows if scope.may_read(row[0])), key=lambda row: (row[1].casefold(), row[0]))
    many = Counter(row[1].casefold() for row in seen)
    return {label(*row) if many[row[1].casefold()] > 1 else row[1]: row[0] for row in seen}


def _known(connection: Connection, scope: Scope) -> dict[str, str]:
    return _ids(connection.execute(_ALL, []).fetchall(), scope)


def _create(connection: Connection, scope: Scope, name: str) -> str:
    """Within a transaction: add a collection, whose manager is the caller unless that is the local user."""
    if len(_known(connection, scope)) >= _MAX_COLLECTIONS:
        raise BadInputError(f"There can be {_MAX_COLLECTIONS:,} collections at most: use an existing one.")
    identity = uuid.uuid4().hex[:12]
    connection.execute("INSERT INTO collection VALUES (?, ?, '')", [identity, name])
    if scope.who:
        connection.execute("INSERT INTO member VALUES (?, ?, 'manager')", [identity, scope.who])
    return identity


def _put(connection: Connection, scope: Scope, document: str, collection: str, now: float) -> None:
    inside, values = within(scope)
    ensure_personal(connection, scope, collection)
    if not _holds(connection, collection, document):
        connection.execute(_PUT.format(inside), [collection, scope.who, now, document, *values])


def _holds(connection: Connection, collection: str, document: str) -> bool:
    found = connection.execute("SELECT 1 FROM entry WHERE document = ? AND collection = ?", [document, collection])
    return found.fetchone() is not None


def checked(names: Sequence[str]) -> list[str]:
    """Return names of collections without needless spaces and repetitions.

    Raises:
        BadInputError: one is empty, too long, or holds a comma or a control character, or there are too many.
    """
    found = list(dict.fromkeys(" ".join(name.split()) for name in names))
    for name in found:
        if not name or len(name) > _MAX_NAME or not name.isprintable() or re.search(r"[,\ud800-\udfff]", name):
            shown = name if len(name) <= _MAX_NAME else f"{name[:_MAX_NAME]}…"
            raise BadInputError(
                f"{shown!r} cannot be the name of a collection: give 1 to {_MAX_NAME} characters without a comma."
            )
    if len(found) > _MAX_OF_DOCUMENT:
        raise BadInputError(_TOO_MANY)
    return found
