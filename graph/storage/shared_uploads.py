"""Uploads in a store of blobs that several machines share: each can read what was uploaded to another.

A file is stored under its hash. A small blob beside it, its note, records the upload: a hash of the user, the id of
the document and a hash of the name. So a reference works for the user who uploaded the file, and for no other. Files
attached to messages have notes of their own, and are not listed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from graph.storage.blobs import Blobs
from graph.storage.shared_images import sweep_copies

FILES, UPLOADED, ATTACHED = "uploads", "uploaded", "attached"
"""The kind of the blobs, and the folders of the notes."""
_ID_DIGITS = 16  # of `loaders.sources.download.DOCUMENT_ID_DIGITS`, which loads HTTP
_CACHE_BYTES = 2 << 30  # thirty of the largest files that are taken in by default


@dataclass(frozen=True, slots=True)
class Noted:
    """An upload, read from its note."""

    document: str
    """The id of the document that the file has or will have."""
    name: str
    size: int
    """Bytes."""
    added: float
    """When it arrived, in seconds since 1970."""


class SharedUploads:
    """Uploaded files by user, document and name.

    Args:
        blobs: Where the files are.
        cache: A folder for copies of files that are shown, bounded in bytes.
    """

    def __init__(self, blobs: Blobs, cache: Path) -> None:
        self._blobs, self._cache = blobs, cache

    def put(self, owner: str, path: Path, name: str, digest: str, notes: str = UPLOADED) -> None:
        """Store a file of this SHA-256 for all machines, in parts, as an upload of its owner; twice is once."""
        self._blobs.put_file(FILES, path, digest)
        told = f"{digest}\n{path.stat().st_size}\n{name}"
        self._blobs.write(note_path(notes, owner, digest[:_ID_DIGITS], name), told.encode())

    def fetch(self, owner: str, document: str, name: str, to: Path, notes: str = UPLOADED) -> bool:
        """Copy an upload of this owner to a path of this machine; return whether there is one."""
        told = self._blobs.read(note_path(notes, owner, document, name)).decode("utf-8", "replace")
        digest = told.partition("\n")[0]
        if not digest.startswith(document):
            return False
        with suppress(KeyError):
            self._blobs.get_file(FILES, digest, to)
            return True
        return False

    def listed(self, owner: str, document: str = "", *, but: Callable[[str], bool] = lambda _: False) -> list[Noted]:
        """Return the uploads of an owner, or those of one document, without the documents for which `but` is true."""
        found = []
        for path, stored in self._blobs.written(f"{UPLOADED}/{owner}" + (f"/{document}" if document else "")):
            one = path.split("/")[-2]
            if but(one):
                continue
            _, size, name = (self._blobs.read(path).decode("utf-8", "replace") + "\n\n").split("\n")[:3]
            if name:  # a note of before has none, and one that was just removed is empty
                found.append(Noted(one, name, int(size), stored.timestamp()))
        return found

    def forget(self, owner: str, document: str) -> None:
        """Delete the notes of an owner's upload of a document; the file is swept a day later if no note is left."""
        for path, _ in self._blobs.written(f"{UPLOADED}/{owner}/{document}"):
            self._blobs.remove(path)

    def original(self, document: str) -> Path | None:
        """Return a copy of the file that a document was read from; None if it was not uploaded."""
        copy = self._cache / f"{document}.file"
        if not copy.is_file():
            found = self._blobs.first(FILES, document)
            if not found:
                return None
            try:
                self._blobs.get_file(FILES, found, copy)
            except KeyError:
                return None
            sweep_copies(self._cache, "*.file", _CACHE_BYTES)
        return copy if copy.is_file() else None

    def sweep(self, known: Collection[str]) -> None:
        """Delete uploads that were stored a day ago or before, and are of no document with these ids."""
        for key in self._blobs.old(FILES):
            if key[:_ID_DIGITS] not in known:
                self._blobs.delete(FILES, key)
        for path in (*self._blobs.old_paths(UPLOADED), *self._blobs.old_paths(ATTACHED)):
            if path.split("/")[-2] not in known:
                self._blobs.remove(path)


def note_path(notes: str, owner: str, document: str, name: str) -> str:
    """Return the path of an upload's note: kind of note, owner, document and a hash of the name."""
    return f"{notes}/{owner}/{document}/{hashlib.sha256(name.encode()).hexdigest()}"
