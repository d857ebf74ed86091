"""The copy of files between home folders and stores of files: page images, uploads, fetched and attached files.

In a home folder a user's file lies in a folder of its user and its document; in a store its bytes have their hash as
name, and a note beside them names user, document and file (`graph/storage/shared_uploads.py`). What is there already
is not sent again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, TypeVar

from graph.errors import FileDamagedError
from graph.maintenance.moved_derived import DerivedFiles
from graph.maintenance.moved_documents import EVERYTHING, Difference, difference
from graph.maintenance.whole_files import copy_whole, sha256_of, writing
from graph.storage.blobs import Blobs
from graph.storage.page_images import FilePageImages
from graph.storage.shared_images import PAGES
from graph.storage.shared_uploads import ATTACHED, UPLOADED, SharedUploads, note_path
from graph.storage.stores import HomeStores
from graph.storage.user_files import ALL
from loaders.temporary import temporary_folder

# Not copied: stored in tables, built again on demand, or of the process that owns the folder.
_NOT_FILES = ("catalog.sqlite3", "chroma", "pages", "cache", "owner.", "server.lock", "bench")
_CONTENT = "uploads"  # the kind of the bytes of users' files
_NOT_SENT = ("library", "clock", f"{PAGES}/")  # of the store itself, and what goes with its document
_FOLDERS = {UPLOADED: "uploads", ATTACHED: "downloads"}
_NOTE_PARTS = 4  # kind, owner, document, hash of the name
_ID_DIGITS = 16
_ID = re.compile(rf"[0-9a-f]{{{_ID_DIGITS}}}")
_HASHED = re.compile(r"[^/]+/[0-9a-f]{64}")
_DAMAGED = "damaged"
_AT_ONCE = 8  # requests to a store: one takes 30 ms and more, most of them waiting

_T = TypeVar("_T")
_R = TypeVar("_R")


class UserFile(NamedTuple):
    """A file that a user has uploaded, attached or had fetched."""

    notes: str
    """UPLOADED or ATTACHED."""
    owner: str
    """The user's folder; ALL for the local user."""
    document: str
    """The id of its document, with which the hash of its bytes begins."""
    name: str


class Files:
    """Page images and users' files of a source, for a target whose files are in another place.

    Args:
        source: Where the files are.
        target: Where they go; it may have the same home folder.
    """

    def __init__(self, source: HomeStores, target: HomeStores) -> None:
        self._source, self._target = source, target
        # Listed once, a thousand in a request; asked for one by one, 10,000 images took five minutes at 30 ms each.
        self._images = {key for key, _ in target.blobs.listed(PAGES)} if target.blobs else None
        self._notes, self._content = _listed(target.blobs) if target.blobs else (frozenset(), frozenset())

    def copy_images(self, document: str) -> Iterator[Difference]:
        """Copy a document's page images that are not there; yield a difference if some are in neither place."""
        missing = [key for key in self._of(document) if not self._has_image(key)]
        lost = sum(not copied for copied in _at_once(self._copy_image, missing))
        if lost:
            what = f"{lost} of its page images are not on this machine: run this on the one that read it, or `reread`"
            yield difference(self._source, document, what)

    def compare_images(self, document: str) -> Iterator[Difference]:
        """Yield how a document's page images in the target differ from those that the source names, byte by byte."""
        found = list(_at_once(self._sha256_of_image, keys := self._of(document)))
        if lost := found.count(""):
            yield difference(self._source, document, f"{lost} of its page images are not there")
        if other := sum(bool(sha256) and sha256 != key for key, sha256 in zip(keys, found, strict=True)):
            yield difference(self._source, document, f"{other} of its page images have other bytes there (SHA-256)")

    def copy_users_files(self) -> int:
        """Copy what users have uploaded, attached or had fetched; return how many files the target did not have."""
        done = 0
        if (ours := self._source.blobs) and (theirs := self._target.blobs):
            done += _copy_blobs(ours, theirs)
        derived = DerivedFiles(self._source, self._target)
        return done + sum(_at_once(self._copy_file, self._users_files())) + sum(_at_once(derived.copy, derived.found))

    def compare_users_files(self) -> Iterator[Difference]:
        """Yield each user's file that the target lacks or has with other bytes."""
        files = self._users_files()
        for file, sha256 in zip(files, _at_once(self._sha256_of_file, files), strict=True):
            if not sha256.startswith(file.document):
                what = "has other bytes there (SHA-256)" if sha256 else "is not there"
                yield {"document": file.document, "name": file.name, "what": f"the file that a user sent {what}"}
        derived = DerivedFiles(self._source, self._target)
        for found in _at_once(lambda made: list(derived.compare(made)), derived.found):
            yield from found

    def count(self) -> int:
        """Return how many users' files the source has."""
        return len(self._users_files()) + len(DerivedFiles(self._source, self._target).found)

    def _of(self, document: str) -> list[str]:
        pages = self._source.catalog.pages(EVERYTHING, document)
        return list(dict.fromkeys(row.image for row in pages if row.image))

    def _has_image(self, key: str) -> bool:
        if self._images is not None:
            return key in self._images
        try:
            return bool(_here(self._target).get(key))
        except KeyError:
            return False

    def _copy_image(self, key: str) -> bool:
        try:
            png = self._source.images.get(key)
        except KeyError:
            return False
        if self._target.blobs:
            self._target.blobs.put(PAGES, png)  # without a copy in this machine's cache
        else:
            _here(self._target).put(png)
        return True

    def _sha256_of_image(self, key: str) -> str:
        if self._images is not None and key not in self._images:
            return ""
        try:
            png = self._target.blobs.get(PAGES, key) if self._target.blobs else _here(self._target).get(key)
        except KeyError:
            return ""
        except FileDamagedError:
            return _DAMAGED
        return hashlib.sha256(png).hexdigest()

    def _users_files(self) -> list[UserFile]:
        """Return the users' files of the source: those in its home folder, and those that only its store has."""
        found = dict.fromkeys(_in_folder(self._source))
        if self._source.blobs and not self._target.blobs:
            found.update(dict.fromkeys(_noted(self._source.blobs, self._name_of)))
        return list(found)

    def _name_of(self, document: str) -> str:
        row = self._source.catalog.document(EVERYTHING, document)
        return row.name if row else document

    def _copy_file(self, file: UserFile) -> bool:
        if self._target.blobs:
            return self._send(file, self._target.blobs)
        to = _path(self._target, file)
        if to.is_file():
            return False
        here = _path(self._source, file)
        if here.is_file():
            copy_whole(here, to)
            return True
        blobs = self._source.blobs
        with writing(to):
            return bool(blobs and _fetched(blobs, file, to))

    def _send(self, file: UserFile, blobs: Blobs) -> bool:
        if self._has_file(file):
            return False
        path = _path(self._source, file)
        SharedUploads(blobs, self._target.originals).put(file.owner, path, file.name, sha256_of(path), file.notes)
        return True

    def _has_file(self, file: UserFile) -> bool:
        return note_path(*file) in self._notes and file.document in self._content

    def _sha256_of_file(self, file: UserFile) -> str:
        """Return the hash of a file in the target; "" if it is not there."""
        if not (blobs := self._target.blobs):
            path = _path(self._target, file)
            return sha256_of(path) if path.is_file() else ""
        with temporary_folder() as folder:
            path = folder / "file"
            try:
                return sha256_of(path) if self._has_file(file) and _fetched(blobs, file, path) else ""
            except FileDamagedError:
                return _DAMAGED


def copy_folder(source: Path, target: Path, in_use: bool) -> None:
    """Copy what is in a home folder beside the library into another; a file that is there and not older stays.

    Where another process has the folder, conversations, which it writes, are left to the next copy.
    """
    for one in sorted(source.iterdir()):
        if not one.name.startswith((*_NOT_FILES, "threads") if in_use else _NOT_FILES):
            for file in (one, *one.rglob("*")):
                if file.suffix == ".part":
                    continue
                there = target / file.relative_to(source)
                if file.is_file() and not (there.exists() and there.stat().st_mtime >= file.stat().st_mtime):
                    copy_whole(file, there)


def _here(stores: HomeStores) -> FilePageImages:
    """Return the page images of a home folder, whatever store of files the library has."""
    return FilePageImages(stores.home / "pages")


def _path(stores: HomeStores, file: UserFile) -> Path:
    """Return the path of a user's file in a home folder."""
    own = stores.home if file.owner == ALL else stores.home / "users" / file.owner
    return own / _FOLDERS[file.notes] / file.document / file.name


def _in_folder(stores: HomeStores) -> Iterator[UserFile]:
    """Yield the users' files of a home folder."""
    owners = {ALL: stores.home, **{folder.name: folder for folder in sorted(stores.home.glob("users/*/"))}}
    for owner, folder in owners.items():
        for notes, name in _FOLDERS.items():
            for path in sorted((folder / name).glob("*/*")):
                file = UserFile(notes, owner, path.parent.name, path.name)
                if path.is_file() and path.suffix != ".part" and _is_sound(file):
                    yield file


def _noted(blobs: Blobs, name_of: Callable[[str], str]) -> Iterator[UserFile]:
    """Yield the users' files of a store; notes of an older version have no name, and get that of the document."""
    for notes in _FOLDERS:
        paths = [path for path, _ in blobs.written(notes)]
        for path, told in zip(paths, _at_once(blobs.read, paths), strict=True):
            parts, lines = path.split("/"), told.decode("utf-8", "replace").split("\n")
            if len(parts) == _NOTE_PARTS and lines[0]:  # one that was just removed is empty
                name = lines[2] if len(lines) > 2 else ""
                file = UserFile(notes, parts[1], parts[2], name or name_of(parts[2]))
                if _is_sound(file):
                    yield file


def _is_sound(file: UserFile) -> bool:
    """Return whether the parts of a path are what this program writes."""
    known_owner = file.owner == ALL or _ID.fullmatch(file.owner)
    return bool(known_owner and _ID.fullmatch(file.document) and Path(file.name).name == file.name != "..")


def _listed(blobs: Blobs) -> tuple[frozenset[str], frozenset[str]]:
    """Return the paths of a store's notes, and the ids of the documents whose bytes it has."""
    notes = frozenset(path for kind in _FOLDERS for path, _ in blobs.written(kind))
    return notes, frozenset(key[:_ID_DIGITS] for key, _ in blobs.listed(_CONTENT))


def _fetched(blobs: Blobs, file: UserFile, to: Path) -> bool:
    return SharedUploads(blobs, to.parent).fetch(file.owner, file.document, file.name, to, file.notes)


def _copy_blobs(ours: Blobs, theirs: Blobs) -> int:
    """Copy all blobs but page images from a store to another; return how many were copied, notes left out."""
    there = {path for path, _ in theirs.written("")}
    paths = [path for path, _ in ours.written("") if path not in there and not path.startswith(_NOT_SENT)]
    content = [path for path in paths if _HASHED.fullmatch(path)]

    def send(path: str) -> None:
        kind, _, key = path.partition("/")
        with temporary_folder() as folder, suppress(KeyError):  # deleted since it was listed
            ours.get_file(kind, key, folder / key)
            theirs.put_file(kind, folder / key, key)

    def note(path: str) -> None:
        theirs.write(path, ours.read(path))

    list(_at_once(send, content))
    list(_at_once(note, [path for path in paths if not _HASHED.fullmatch(path)]))  # once what they name is there
    return len(content)


def _at_once(function: Callable[[_T], _R], values: Sequence[_T]) -> Iterator[_R]:
    """Yield what a function returns for each value, some of them at the same time; the first error ends it."""
    pool = ThreadPoolExecutor(_AT_ONCE)
    try:
        yield from pool.map(function, values)
    finally:
        pool.shutdown(cancel_futures=True)
