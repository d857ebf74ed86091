"""The copy of one document from a catalog and index to another, and what tells who changed it since.

Each copy leaves a record in the target's catalog: the library and the time of the document, and a SHA-256 of all that
it had. A document of the target that still has this hash was not changed there, and may be replaced.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Container, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from typing_extensions import TypedDict

from graph.access import Scope
from graph.storage import document_rows
from graph.storage.chunk_rows import sentences_of
from graph.storage.document_rows import Rows
from graph.storage.rows import VectorRow
from graph.storage.scoped import ScopedVectors
from graph.storage.stores import HomeStores

if TYPE_CHECKING:
    from graph.storage.base import Vectors

EVERYTHING = Scope.everything()

BEING_WRITTEN = "it is being written here: run the same command again"
CHANGED_THERE = "it was changed there since it was copied, and stays as it is there"
DELETED_THERE = "it was deleted there since it was copied, and stays deleted"
NOT_COPIED_FROM_HERE = "the new place has it with other contents, which were not copied from here, and keeps them"
COLLECTION_DELETED = "its collection was deleted there"
KEPT_THERE = frozenset({CHANGED_THERE, DELETED_THERE, NOT_COPIED_FROM_HERE, COLLECTION_DELETED})
"""What keeps a document from being copied unless it is to be overwritten."""
_COLLECTIONS = "collections_moved"  # catalog key of a hash of each collection's members, as they were copied here


class Difference(TypedDict):
    """A document, a collection or a file that differs between the stores."""

    document: str
    """The id of the document or collection."""
    name: str
    """Its name."""
    what: str
    """What is missing or differs, as a sentence."""


class NotCopiedError(Exception):
    """A document stays as it is in the target; the message says why."""


def difference(source: HomeStores, document: str, what: str) -> Difference:
    """Return a difference of a document of the source."""
    row = source.catalog.document(EVERYTHING, document)
    return {"document": document, "name": row.name if row else "", "what": what}


class _Record(NamedTuple):
    """What a copy has left in the target's catalog of a document."""

    library: str
    """The id of the library that it was copied from."""
    added: str
    """When the document was added there."""
    digest: str
    """The hash of what was copied; "" while the copy is not complete, and in records of an older version."""

    def stored(self) -> str:
        return " ".join(self).rstrip()


def _records(stores: HomeStores) -> dict[str, _Record]:
    found = stores.catalog.copies.origins()
    return {document: _Record(*[*stored.split(" "), "", "", ""][:3]) for document, stored in found.items()}


def library_of(stores: HomeStores) -> str:
    """Return the id of a library, which is made here if it has none."""
    return stores.catalog.keep_meta(HomeStores.LIBRARY, uuid.uuid4().hex)


class Copies:
    """The documents of two stores, and the records of what was copied between them.

    Args:
        source: Where the documents are.
        target: Where they go.
        collections: The collections that the target has.
        overwrite: Whether documents that were changed in the target are replaced.
    """

    def __init__(
        self, source: HomeStores, target: HomeStores, collections: Container[str], *, overwrite: bool = False
    ) -> None:
        self._source, self._target = source, target
        self._collections, self._overwrite = collections, overwrite
        self._library = library_of(source)
        self._ours, self._theirs = _records(source), _records(target)
        self._there = target.catalog.copies.added()

    def copy(self, document: str, *, may_be_written: bool) -> bool:
        """Copy a document unless the target has the same; return whether it was copied.

        Args:
            document: Its id.
            may_be_written: Whether another process may be writing the source.

        Raises:
            NotCopiedError: that process is writing the document, or it was changed in the target.
        """
        rows, vectors, pages = contents(self._source, document)
        if not rows["documents"]:
            return False  # deleted since it was listed, by a process that writes the source
        if may_be_written and not is_whole(rows, vectors, self._collections):
            raise NotCopiedError(BEING_WRITTEN)
        if not all(entry[1] in self._collections for entry in rows["entry"]):
            raise NotCopiedError(COLLECTION_DELETED)
        made = document_rows.digest(rows, halves({**vectors, **pages}))
        record = _Record(self._library, repr(document_rows.added_of(rows)), made)
        there = digest(self._target, document) if document in self._there else ""
        if made != there:
            self._check(document, record, there)
            self._write(document, rows, vectors, pages, record)
        elif self._theirs.get(document) != record:
            self._target.catalog.copies.set_origin(document, record.stored())
        return made != there

    def gone(self, here: Container[str]) -> Iterator[tuple[str, bool]]:
        """Yield each document of the target that was copied and is not among those of the source any more.

        Args:
            here: The documents of the source.

        Yields:
            The document's id, and whether the target has it as it was when it was copied.
        """
        theirs, back = self._library, library_of(self._target)
        for document, at in self._there.items():
            copied = [
                record
                for record, library in ((self._theirs.get(document), theirs), (self._ours.get(document), back))
                if record and record[:2] == (library, repr(at))
            ]
            if copied and document not in here:
                bases = {record.digest for record in copied}
                yield document, self._overwrite or "" in bases or digest(self._target, document) in bases

    def _check(self, document: str, record: _Record, there: str) -> None:
        """Raise NotCopiedError if the target's contents, with this hash, are not what was copied between the stores."""
        before, back = self._theirs.get(document), self._ours.get(document)
        if self._overwrite:
            return
        if not there:
            if before and before[:2] == record[:2]:
                raise NotCopiedError(DELETED_THERE)
        elif before and not before.digest and not self._is_published(document):
            return  # by a copy that was stopped
        elif there not in {one.digest for one in (before, back) if one}:
            raise NotCopiedError(CHANGED_THERE if before or back else NOT_COPIED_FROM_HERE)

    def _is_published(self, document: str) -> bool:
        row = self._target.catalog.document(EVERYTHING, document)
        return bool(row and row.generation)

    def _write(
        self, document: str, rows: Rows, vectors: Mapping[str, Vectors], pages: Mapping[str, Vectors], record: _Record
    ) -> None:
        target = self._target
        target.vectors.delete_document(document)
        target.catalog.copies.write(document, rows, record._replace(digest="").stored())
        _add(target.vectors, vectors)
        if pages:
            _add(target.page_vectors, pages)
        target.catalog.copies.publish(document, document_rows.generation_of(rows), record.stored())


def copy_shared(source: HomeStores, target: HomeStores, *, overwrite: bool) -> tuple[set[str], list[Difference]]:
    """Copy what belongs to no document; the members of a collection are then those that the source has.

    Returns:
        The collections that the target has, and those that were changed there, which are left as they are.
    """
    rows, there = source.catalog.copies.read_shared(), _collections(target.catalog.copies.read_shared())
    here = _collections(rows)
    bases = [json.loads(stores.catalog.get_meta(_COLLECTIONS) or "{}") for stores in (target, source)]
    kept = set[str]()
    for collection, (_, _members, found) in here.items():
        known = {base[collection] for base in bases if collection in base}
        now = there.get(collection)
        is_new = not known and (now is None or not now[1])
        same = now is not None and now[2] in (found, *known)
        if not (overwrite or is_new or same):
            kept.add(collection)
    chosen = {
        table: [row for row in rows[table] if table not in ("collection", "member") or row[0] not in kept]
        for table in rows
    }
    target.catalog.copies.write_shared(chosen)
    copied = {collection: one[2] for collection, one in here.items() if collection not in kept}
    target.catalog.set_meta(_COLLECTIONS, json.dumps({**bases[0], **copied}))
    differences: list[Difference] = [
        {"document": one, "name": f"the collection {here[one][0]!r}", "what": CHANGED_THERE} for one in sorted(kept)
    ]
    return {*there, *copied}, differences


def _collections(rows: Rows) -> dict[str, tuple[str, list[str], str]]:
    """Return of each collection its name, its members, and a hash of both."""
    found = {}
    for collection, name, owner in rows["collection"]:
        members = sorted(json.dumps([str(value) for value in row]) for row in rows["member"] if row[0] == collection)
        stated = json.dumps([name, owner, members]).encode()
        found[str(collection)] = (str(name), members, hashlib.sha256(stated).hexdigest())
    return found


def is_whole(rows: Rows, vectors: Mapping[str, Vectors], collections: Container[str]) -> bool:
    """Return whether rows and vectors that were read while another process writes belong together."""
    chunks, embedded = {chunk[0] for chunk in rows["chunks"]}, {key.partition("/")[0] for key in vectors}
    made = {row[0] for table in ("token_vectors", "multilingual_vectors") for row in rows[table]}
    return made <= chunks <= embedded and all(entry[1] in collections for entry in rows["entry"])


def contents(stores: HomeStores, document: str) -> tuple[Rows, dict[str, Vectors], dict[str, Vectors]]:
    """Return the rows of a document, the vectors of its chunks and sentences, and those of its page images."""
    rows = stores.catalog.copies.read(document)
    ids, pages = list[str](), list[str]()
    for chunk, *_, numbers, _headings, stored in rows["chunks"]:
        ids += [chunk, *(sentence.id for sentence in sentences_of(chunk, stored))]
        pages += [f"{chunk}/p{page}" for page in document_rows.listed(numbers)]
    found = stores.vectors.vectors(EVERYTHING, ids) if ids else {}
    seen = stores.page_vectors.vectors(EVERYTHING, pages) if pages and stores.has_page_vectors() else {}
    return rows, found, seen


def digest(stores: HomeStores, document: str) -> str:
    """Return a SHA-256 of all that a store has of a document, the same for each kind of store; "" if it has none."""
    rows, vectors, pages = contents(stores, document)
    return document_rows.digest(rows, halves({**vectors, **pages})) if rows["documents"] else ""


def halves(vectors: Mapping[str, Vectors]) -> dict[str, bytes]:
    """Return the bytes of vectors as 16-bit floats, as Postgres stores them."""
    return {key: np.asarray(vector, np.float16).tobytes() for key, vector in vectors.items()}


def differences(source: HomeStores, target: HomeStores, document: str) -> Iterator[Difference]:
    """Yield how a document in the target differs from that in the source."""
    ours, theirs = contents(source, document), contents(target, document)
    if not theirs[0]["documents"]:
        yield difference(source, document, "it is not there")
        return
    for table in document_rows.DOCUMENT_COLUMNS:
        here, there = len(ours[0][table]), len(theirs[0][table])
        if here != there:
            yield difference(source, document, f"{there} rows of `{table}` in place of {here}")
    for at, what in ((1, "vectors"), (2, "vectors of page images")):
        if len(ours[at]) != len(theirs[at]):
            yield difference(source, document, f"{len(theirs[at])} {what} in place of {len(ours[at])}")
    sums = [document_rows.digest(rows, halves({**one, **two})) for rows, one, two in (ours, theirs)]
    if sums[0] != sums[1]:
        yield difference(source, document, "its contents differ (SHA-256)")


def _add(index: ScopedVectors, vectors: Mapping[str, Vectors]) -> None:
    if vectors:
        rows = np.stack([np.asarray(vector, np.float16) for vector in vectors.values()])
        index.add([VectorRow(key) for key in vectors], rows.astype(np.float32))
