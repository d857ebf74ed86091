"""Moves of a library between stores: from the home folder to Postgres, back, or to another home folder.

Documents are copied one at a time, with their vectors, which are not computed again; a copy that was interrupted goes
on where it stopped, and a second one takes what is new. Both stores' documents are compared by a hash of all that they
have of them. Vectors are compared as 16-bit floats, as Postgres stores them.
"""

from __future__ import annotations

import shutil
import time
import uuid
from collections.abc import Callable, Container, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
from typing_extensions import TypedDict

from graph.access import Scope
from graph.errors import BadInputError, HomeInUseError, require_extra
from graph.storage import cleanup, document_rows
from graph.storage.chunk_rows import sentences_of
from graph.storage.document_rows import Rows
from graph.storage.home_in_use import HomeInUse
from graph.storage.rows import VectorRow
from graph.storage.scoped import ScopedVectors
from graph.storage.shared_images import PAGES
from graph.storage.stores import HomeStores

if TYPE_CHECKING:
    from graph.storage.base import Vectors

_EVERYTHING = Scope.everything()
_POLL_S = 0.5
# Not copied: stored in tables, built again on demand, or of the process that owns the folder.
_NOT_FILES = ("catalog.sqlite3", "chroma", "pages", "cache", "owner.", "server.lock", "bench")

_BEING_WRITTEN = "it is being written here: run the same command again"

OnDocument = Callable[[int, int, str], None]
"""Called with how many documents are done, how many there are, and the id of the last one."""


class Difference(TypedDict):
    """A document that differs between the stores."""

    document: str
    """Its id."""
    name: str
    """Its name."""
    what: str
    """What is missing or differs, as a sentence."""


class Moved(TypedDict):
    """The result of a copy or a comparison."""

    place: str
    """The store that was copied or compared to, without a password."""
    documents: int
    """The documents of the library."""
    copied: int
    """How many of them were copied now."""
    equal: int
    """How many the other store already had, with equal contents."""
    deleted: int
    """How many documents the copy deleted there, since they were copied before and are gone here."""
    differences: list[Difference]
    """Documents that the other store lacks or has with other contents; after a copy, those that could not be copied."""
    only_there: int
    """How many documents only the other store has."""
    in_use: str
    """The process that has the home folder and goes on writing it; "" if there is none."""


def source_of(opened: HomeStores) -> HomeStores:
    """Return the stores to copy from: these, or what can be read of them while another process has the home folder."""
    try:
        opened.acquire()
    except HomeInUseError as error:
        return HomeInUse(opened, f"the server at {error.served_at}" if error.served_at else error.owner)
    return opened


def target_of(address: str, source: HomeStores, files_url: str = "") -> HomeStores:
    """Return the stores at an address.

    Args:
        address: `postgresql://user@host/database` or `home:FOLDER`.
        source: Where the library is now.
        files_url: Where page images go: the address of a bucket or shared folder; "" for the store that the library
            has, or the home folder.

    Raises:
        BadInputError: it is no such address, or the one where the library is.
    """
    files_url = files_url or source.files_url
    if files_url:
        require_extra("team", "pagewitness migrate --files")
    if address.startswith(("postgresql://", "postgres://")):
        require_extra("team", "pagewitness migrate")
        from graph.storage.postgres.stores import PostgresStores

        target: HomeStores = PostgresStores(source.home, address, files_url)
    elif address.startswith("home:") and address != "home:":
        target = HomeStores(Path(address.removeprefix("home:")).expanduser().absolute(), "", files_url)
    else:
        raise BadInputError(
            f"{address!r} is no place for a library: give postgresql://user@host/database, or home:FOLDER."
        )
    if (target.place, target.files_place) == (source.place, source.files_place):
        raise BadInputError(f"The library is there already: {target.place}.")
    return target


def copy(source: HomeStores, target: HomeStores, on_document: OnDocument) -> Moved:
    """Copy a library to other stores; a home folder that it leaves is marked, and not written any more.

    One that another process has is copied as it is now, and not marked. Documents that only the target has stay there.

    Raises:
        IndexMismatchError: the target has vectors of another embedding model, or a `reembed` was stopped half-way.
        HomeInUseError: another process has one of the home folders.
    """
    source.acquire()
    source.check_complete()
    target.acquire()
    documents = source.catalog.copies.documents()  # before the vectors, which lag behind where others write them
    deleted = 0
    with _turn(target):
        if embedder := source.vectors.embedder():
            target.vectors.check(embedder)
        target.catalog.set_meta(HomeStores.MOVED_TO, "")
        target.catalog.copies.write_shared(shared := source.catalog.copies.read_shared())
        _copy_meta(source, target)
        if target.home != source.home:
            _copy_files(source.home, target.home, isinstance(source, HomeInUse))
        in_use = isinstance(source, HomeInUse)
        done, differences = _copy_documents(source, target, documents, shared if in_use else None, on_document)
        if not differences and not in_use:  # what is not copied yet may have images of what is deleted
            deleted = _delete_what_is_gone(source, target)
    if not differences:
        source.leave_for(target.place)
    left = sum(one["what"] == _BEING_WRITTEN for one in differences)
    counts = {"copied": done, "equal": len(documents) - done - left, "deleted": deleted}
    return cast(Moved, {**_report(source, target, documents, differences), **counts})


def _copy_documents(
    source: HomeStores, target: HomeStores, documents: list[str], shared: Rows | None, on_document: OnDocument
) -> tuple[int, list[Difference]]:
    """Copy documents; return how many the target did not have, and what could not be copied.

    Args:
        source: Where they are.
        target: Where they go.
        documents: Their ids.
        shared: What the target has of the whole library, where another process writes the source.
        on_document: Called after each.
    """
    collections = {row[0] for row in shared["collection"]} if shared else None
    done, differences = 0, list[Difference]()
    for number, document in enumerate(documents, 1):
        try:
            done += _copy_document(source, target, document, collections)
            if target.files_place != source.files_place:
                differences += _copy_images(source, target, document)
        except _BeingWrittenError:
            differences.append(_difference(source, document, _BEING_WRITTEN))
        on_document(number, len(documents), document)
    return done, differences


def _delete_what_is_gone(source: HomeStores, target: HomeStores) -> int:
    """Delete in the target what was copied between the two, and was deleted in the source since; return how many."""
    ours, theirs = source.catalog.copies, target.catalog.copies
    here, added = set(ours.documents()), theirs.added()
    copied = ((theirs.origins(), _library(source)), (ours.origins(), _library(target)))
    gone = [
        one for one, at in added.items()
        if one not in here and any(found.get(one) == _origin(library, at) for found, library in copied)
    ]  # fmt: skip
    for document in gone:
        cleanup.remove(target.within(_EVERYTHING), document)
    return len(gone)


def _library(stores: HomeStores) -> str:
    return stores.catalog.keep_meta(HomeStores.LIBRARY, uuid.uuid4().hex)


def _origin(library: str, added: float) -> str:
    """Return what tells a copied document from one with the same bytes that was added later."""
    return f"{library} {added!r}"


def compare(source: HomeStores, target: HomeStores, on_document: OnDocument) -> Moved:
    """Compare what two stores have of each document of the first; nothing is written."""
    source.acquire()
    target.acquire()
    documents = source.catalog.copies.documents()
    differences = list[Difference]()
    for number, document in enumerate(documents, 1):
        differences += _differences(source, target, document)
        on_document(number, len(documents), document)
    return _report(source, target, documents, differences)


def _report(source: HomeStores, target: HomeStores, documents: list[str], differences: list[Difference]) -> Moved:
    there = set(target.catalog.copies.documents())
    return {
        "place": target.place,
        "documents": len(documents),
        "copied": 0,
        "equal": len(documents) - len({one["document"] for one in differences}),
        "deleted": 0,
        "differences": differences,
        "only_there": len(there - set(documents)),
        "in_use": source.owner if isinstance(source, HomeInUse) else "",
    }


@contextmanager
def _turn(target: HomeStores) -> Iterator[None]:
    """Hold the lock of an index that several processes write, so that none rebuilds it meanwhile."""
    turn = target.turn(alone=False)
    if turn is None:
        yield
        return
    try:
        while not turn.try_to_begin():
            time.sleep(_POLL_S)
        yield
        turn.check()
    finally:
        turn.end()


def _copy_document(source: HomeStores, target: HomeStores, document: str, collections: Container[str] | None) -> bool:
    """Copy a document unless the target has the same; return whether it was copied.

    Args:
        source: Where it is.
        target: Where it goes.
        document: Its id.
        collections: The collections that the target has, where another process writes the source.

    Raises:
        _BeingWrittenError: that process is writing the document.
    """
    rows, vectors, pages = _contents(source, document)
    if not rows["documents"]:
        return False  # deleted since it was listed, by the process that has the home folder
    if collections is not None and not _is_whole(rows, vectors, collections):
        raise _BeingWrittenError
    if document_rows.digest(rows, _halves({**vectors, **pages})) == _digest(target, document):
        return False
    target.vectors.delete_document(document)
    target.catalog.copies.write(document, rows, _origin(_library(source), document_rows.added_of(rows)))
    _add(target.vectors, vectors)
    if pages:
        _add(target.page_vectors, pages)
    target.catalog.copies.publish(document, document_rows.generation_of(rows))
    return True


class _BeingWrittenError(Exception):
    """A document changes while it is copied."""


def _is_whole(rows: Rows, vectors: Mapping[str, Vectors], collections: Container[str]) -> bool:
    """Return whether rows and vectors that were read while another process writes belong together."""
    chunks, embedded = {chunk[0] for chunk in rows["chunks"]}, {key.partition("/")[0] for key in vectors}
    made = {row[0] for table in ("token_vectors", "multilingual_vectors") for row in rows[table]}
    return made <= chunks <= embedded and all(entry[1] in collections for entry in rows["entry"])


def _contents(stores: HomeStores, document: str) -> tuple[Rows, dict[str, Vectors], dict[str, Vectors]]:
    """Return the rows of a document, the vectors of its chunks and sentences, and those of its page images."""
    rows = stores.catalog.copies.read(document)
    ids, pages = list[str](), list[str]()
    for chunk, *_, numbers, _headings, stored in rows["chunks"]:
        ids += [chunk, *(sentence.id for sentence in sentences_of(chunk, stored))]
        pages += [f"{chunk}/p{page}" for page in document_rows.listed(numbers)]
    found = stores.vectors.vectors(_EVERYTHING, ids) if ids else {}
    seen = stores.page_vectors.vectors(_EVERYTHING, pages) if pages and stores.has_page_vectors() else {}
    return rows, found, seen


def _digest(stores: HomeStores, document: str) -> str:
    rows, vectors, pages = _contents(stores, document)
    return document_rows.digest(rows, _halves({**vectors, **pages})) if rows["documents"] else ""


def _halves(vectors: Mapping[str, Vectors]) -> dict[str, bytes]:
    return {key: np.asarray(vector, np.float16).tobytes() for key, vector in vectors.items()}


def _add(index: ScopedVectors, vectors: Mapping[str, Vectors]) -> None:
    if vectors:
        halves = np.stack([np.asarray(vector, np.float16) for vector in vectors.values()])
        index.add([VectorRow(key) for key in vectors], halves.astype(np.float32))


def _copy_meta(source: HomeStores, target: HomeStores) -> None:
    if asked := source.catalog.get_meta(HomeStores.CAPABILITIES):
        target.catalog.set_meta(HomeStores.CAPABILITIES, asked)
    # Whose files the store of files holds, and what of the target was copied from here.
    target.catalog.keep_meta(HomeStores.LIBRARY, _library(source))


def _copy_images(source: HomeStores, target: HomeStores, document: str) -> Iterator[Difference]:
    """Copy a document's page images that are not there; yield a difference if some are in neither store."""
    if missing := [key for key in _images(source, document) if not _has_image(target, key)]:
        lost = 0
        for key in missing:
            try:
                target.images.put(source.images.get(key))
            except KeyError:
                lost += 1
        if lost:
            yield _difference(source, document, f"{lost} of its page images are missing here: `reread` makes them")


def _differences(source: HomeStores, target: HomeStores, document: str) -> Iterator[Difference]:
    """Yield how a document in the target differs from that in the source."""
    ours, theirs = _contents(source, document), _contents(target, document)
    if not theirs[0]["documents"]:
        yield _difference(source, document, "it is not there")
        return
    for table in document_rows.DOCUMENT_COLUMNS:
        here, there = len(ours[0][table]), len(theirs[0][table])
        if here != there:
            yield _difference(source, document, f"{there} rows of `{table}` in place of {here}")
    for at, what in ((1, "vectors"), (2, "vectors of page images")):
        if len(ours[at]) != len(theirs[at]):
            yield _difference(source, document, f"{len(theirs[at])} {what} in place of {len(ours[at])}")
    sums = [document_rows.digest(rows, _halves({**one, **two})) for rows, one, two in (ours, theirs)]
    if sums[0] != sums[1]:
        yield _difference(source, document, "its contents differ (SHA-256)")
    apart = target.files_place != source.files_place
    if apart and (lost := [key for key in _images(source, document) if not _has_image(target, key)]):
        yield _difference(source, document, f"{len(lost)} of its page images are not there")


def _difference(source: HomeStores, document: str, what: str) -> Difference:
    row = source.catalog.document(_EVERYTHING, document)
    return {"document": document, "name": row.name if row else "", "what": what}


def _images(stores: HomeStores, document: str) -> list[str]:
    return list(dict.fromkeys(row.image for row in stores.catalog.pages(_EVERYTHING, document) if row.image))


def _has_image(stores: HomeStores, key: str) -> bool:
    if stores.blobs:  # not what this machine has kept of them
        return stores.blobs.age(PAGES, key) is not None
    try:
        return bool(stores.images.get(key))
    except KeyError:
        return False


def _copy_files(source: Path, target: Path, in_use: bool) -> None:
    """Copy uploads, fetched files and conversations; a file that is there and not older stays.

    Where another process has the folder, conversations, which it writes, are left to the next copy.
    """
    for one in sorted(source.iterdir()):
        if not one.name.startswith((*_NOT_FILES, "threads") if in_use else _NOT_FILES):
            for file in (one, *one.rglob("*")):
                if file.suffix == ".part":
                    continue
                there = target / file.relative_to(source)
                if file.is_file() and not (there.exists() and there.stat().st_mtime >= file.stat().st_mtime):
                    there.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy2(file, there)
