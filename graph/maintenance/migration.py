"""Moves of a library between stores: from the home folder to Postgres, back, or to another home folder.

Documents are copied one at a time, with their vectors, which are not computed again; a copy that was interrupted goes
on where it stopped, and a second one takes what is new, and leaves alone what was changed at the new place since. Both
stores' documents are compared by a hash of all that they have of them, their files by the hash of their bytes. Vectors
are compared as 16-bit floats, as Postgres stores them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from typing_extensions import TypedDict

from graph.errors import BadInputError, HomeInUseError, require_extra
from graph.maintenance import moved_documents
from graph.maintenance.moved_documents import (
    BEING_WRITTEN,
    CHANGED_THERE,
    EVERYTHING,
    KEPT_THERE,
    Copies,
    Difference,
    NotCopiedError,
    copy_shared,
    difference,
    library_of,
)
from graph.maintenance.moved_files import Files, copy_folder
from graph.storage import cleanup
from graph.storage.home_in_use import HomeInUse
from graph.storage.stores import HomeStores

_POLL_S = 0.5
FILES_AT_HOME = "home"
"""What `--files` is for the home folder in place of the address of a store."""

OnDocument = Callable[[int, int, str], None]
"""Called with how many documents are done, how many there are, and the id of the last one."""


class Moved(TypedDict):
    """The result of a copy or a comparison."""

    place: str
    """The store that was copied or compared to, without a password."""
    files_place: str
    """Where page images and users' files are there."""
    documents: int
    """The documents of the library."""
    copied: int
    """How many of them were copied now."""
    equal: int
    """How many the other store already had, with equal contents."""
    deleted: int
    """How many documents the copy deleted there, since they were copied before and are gone here."""
    files: int
    """The files that users have uploaded, attached or had fetched; 0 where files stay in their place."""
    differences: list[Difference]
    """What the other store lacks or has with other contents; after a copy, what could not be copied."""
    kept: int
    """How many of the differences are kept since they were changed there, and not copied from here."""
    only_there: int
    """How many documents only the other store has."""
    in_use: str
    """The process that has the home folder and goes on writing it; "" if there is none."""


def source_of(opened: HomeStores) -> HomeStores:
    """Return the stores to copy from: these, or what can be read of them while another process has the home folder.

    Raises:
        BadInputError: there is no library.
    """
    if not opened.exists():
        raise BadInputError(f"There is no library in {opened.home}: name its home folder with --home.")
    try:
        opened.acquire()
    except HomeInUseError as error:
        return HomeInUse(opened, f"the server at {error.served_at}" if error.served_at else error.owner)
    return opened


def target_of(address: str, source: HomeStores, files: str = "") -> HomeStores:
    """Return the stores at an address.

    Args:
        address: `postgresql://user@host/database` or `home:FOLDER`; "" for the place where the library is.
        source: Where the library is now.
        files: Where page images and users' files go: the address of a bucket or shared folder, or FILES_AT_HOME; "" for
            where they are, and for the folder where the library goes into one.

    Raises:
        BadInputError: it is no such address, or the one where the library is.
    """
    is_home = address.startswith("home:") and address != "home:"
    files_url = "" if files == FILES_AT_HOME or (is_home and not files) else files or source.files_url
    if files_url:
        require_extra("team", "pagewitness migrate --files")
    if address.startswith(("postgresql://", "postgres://")):
        require_extra("team", "pagewitness migrate")
        from graph.storage.postgres.stores import PostgresStores

        target: HomeStores = PostgresStores(source.home, address, files_url)
    elif is_home:
        target = HomeStores(Path(address.removeprefix("home:")).expanduser().absolute(), "", files_url)
    elif not address and files:
        target = source.with_files(files_url)
    else:
        raise BadInputError(
            f"{address!r} is no place for a library: give postgresql://user@host/database, or home:FOLDER."
        )
    target.store_named = "--to" if address else source.store_named
    target.files_named = "--files" if files else source.files_named
    if _is_same_catalog(source, target) and target.files_place == source.files_place:
        raise BadInputError(f"The library is there already: {target.place}.")
    return target


def _is_same_catalog(source: HomeStores, target: HomeStores) -> bool:
    if type(source) is HomeStores is type(target) or isinstance(source, HomeInUse):
        return source.home.resolve() == target.home.resolve() and type(target) is HomeStores
    return source.place == target.place


def copy(source: HomeStores, target: HomeStores, on_document: OnDocument, *, overwrite: bool = False) -> Moved:
    """Copy a library to other stores; a home folder that it leaves is marked, and not written any more.

    One that another process has is copied as it is now, and not marked. Documents that only the target has stay there,
    and so does what was changed there since it was copied, unless `overwrite` is True.

    Raises:
        BadInputError: the library has left this home folder for another place; or another process copies to the target.
        IndexMismatchError: the target has vectors of another embedding model, or a `reembed` was stopped half-way.
        HomeInUseError: another process has one of the home folders.
    """
    source.acquire()
    if _is_same_catalog(source, target):
        return _copy_files_alone(source, target, on_document)
    source.check_complete()
    target.acquire()
    _check_left(source, target)
    documents = source.catalog.copies.documents()  # before the vectors, which lag behind where others write them
    with _turn(target):
        _copy_meta(source, target)
        collections, differences = copy_shared(source, target, overwrite=overwrite)
        if target.home != source.home:
            copy_folder(source.home, target.home, isinstance(source, HomeInUse))
        copies = Copies(source, target, collections, overwrite=overwrite)
        files = _files(source, target)
        with _bulk_load(source, target):
            done, missing = _copy_documents(copies, files, source, documents, on_document)
        differences += missing
        deleted = 0
        if not isinstance(source, HomeInUse) and all(one["what"] in KEPT_THERE for one in differences):
            deleted, kept = _delete_what_is_gone(copies, target, set(documents))
            differences += kept
    if files:
        files.copy_users_files()
    if not differences:
        source.leave_for(target.place)
    left = {one["document"] for one in differences if one["what"] in {*KEPT_THERE, BEING_WRITTEN}} & set(documents)
    equal = len(documents) - done - len(left)
    return _report(source, target, documents, differences, files, copied=done, equal=equal, deleted=deleted)


def _copy_files_alone(source: HomeStores, target: HomeStores, on_document: OnDocument) -> Moved:
    """Copy page images and users' files of a library whose catalog stays where it is."""
    documents, files, differences = source.catalog.copies.documents(), Files(source, target), list[Difference]()
    for number, document in enumerate(documents, 1):
        differences += files.copy_images(document)
        on_document(number, len(documents), document)
    files.copy_users_files()
    return _report(source, target, documents, differences, files)


def _files(source: HomeStores, target: HomeStores) -> Files | None:
    return Files(source, target) if target.files_place != source.files_place else None


def _check_left(source: HomeStores, target: HomeStores) -> None:
    """Raise BadInputError if the library has left the source for a place that is not the target."""
    place = source.catalog.get_meta(HomeStores.MOVED_TO)
    if place and place != target.place and not target.catalog.copies.origins():
        raise BadInputError(
            f"The library in {source.home} was moved ({place}), and what is here is as old as that: move it from its "
            "new place, or run `pagewitness migrate --reopen` first to move the old one."
        )


def _copy_documents(
    copies: Copies, files: Files | None, source: HomeStores, documents: list[str], on_document: OnDocument
) -> tuple[int, list[Difference]]:
    """Copy documents; return how many the target did not have, and what could not be copied.

    Args:
        copies: Copies one document.
        files: Copies its page images; None where they stay in their place.
        source: Where they are.
        documents: Their ids.
        on_document: Called after each.
    """
    done, differences = 0, list[Difference]()
    for number, document in enumerate(documents, 1):
        try:
            done += copies.copy(document, may_be_written=source.has_other_writers)
            if files:
                differences += files.copy_images(document)
        except NotCopiedError as reason:
            differences.append(difference(source, document, str(reason)))
        on_document(number, len(documents), document)
    return done, differences


def _delete_what_is_gone(copies: Copies, target: HomeStores, here: set[str]) -> tuple[int, list[Difference]]:
    """Delete in the target what was copied between the two, and was deleted in the source since.

    Returns:
        How many were deleted, and those that were changed in the target since.
    """
    deleted, kept = 0, list[Difference]()
    for document, is_as_copied in list(copies.gone(here)):
        if is_as_copied:
            cleanup.remove(target.within(EVERYTHING), document)
            target.catalog.copies.forget_origin(document)
            deleted += 1
        else:
            kept.append(difference(target, document, CHANGED_THERE))
    return deleted, kept


def compare(source: HomeStores, target: HomeStores, on_document: OnDocument) -> Moved:
    """Compare what two stores have of each document of the first, and its files; nothing is written."""
    source.acquire()
    target.acquire()
    documents = source.catalog.copies.documents()
    differences, files = list[Difference](), _files(source, target)
    for number, document in enumerate(documents, 1):
        differences += moved_documents.differences(source, target, document)
        if files:
            differences += files.compare_images(document)
        on_document(number, len(documents), document)
    if files:
        differences += files.compare_users_files()
    equal = len(documents) - len({one["document"] for one in differences} & set(documents))
    return _report(source, target, documents, differences, files, equal=equal)


def _report(
    source: HomeStores, target: HomeStores, documents: list[str], differences: list[Difference], files: Files | None,
    *, copied: int = 0, equal: int = 0, deleted: int = 0,
) -> Moved:  # fmt: skip
    there = set(target.catalog.copies.documents())
    return {
        "place": target.place,
        "files_place": target.files_place,
        "documents": len(documents),
        "copied": copied,
        "equal": equal,
        "deleted": deleted,
        "files": files.count() if files else 0,
        "differences": differences,
        "kept": sum(one["what"] in KEPT_THERE for one in differences),
        "only_there": len(there - set(documents)),
        "in_use": source.owner if isinstance(source, HomeInUse) else "",
    }


@contextmanager
def _turn(target: HomeStores) -> Iterator[None]:
    """Hold the lock of an index that several processes write, so that none rebuilds it or copies to it meanwhile."""
    turn = target.turn(alone=False)
    if turn is None:
        yield
        return
    try:
        if not turn.is_only_mover():
            raise BadInputError(
                f"Another `migrate` is copying to {target.place}: wait until it has ended, then run the same command "
                "again."
            )
        while not turn.try_to_begin():
            time.sleep(_POLL_S)
        yield
        turn.check()
    finally:
        turn.end()


@contextmanager
def _bulk_load(source: HomeStores, target: HomeStores) -> Iterator[None]:
    """Let the target's indexes of vectors be made at the end of the block, if they do not exist."""
    with target.vectors.bulk_load(), target.page_vectors.bulk_load() if source.has_page_vectors() else nullcontext():
        yield


def _copy_meta(source: HomeStores, target: HomeStores) -> None:
    """Copy what belongs to the whole library; raise IndexMismatchError if the target has vectors of another model."""
    if embedder := source.vectors.embedder():
        target.vectors.check(embedder)
    target.catalog.set_meta(HomeStores.MOVED_TO, "")
    if asked := source.catalog.get_meta(HomeStores.CAPABILITIES):
        target.catalog.set_meta(HomeStores.CAPABILITIES, asked)
    # Whose files the store of files holds, and what of the target was copied from here.
    target.catalog.keep_meta(HomeStores.LIBRARY, library_of(source))
