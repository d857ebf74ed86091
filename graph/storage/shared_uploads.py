"""Uploads in a store of blobs that several machines share: each reads what was uploaded to another.

A file is stored under its hash. A note beside it says whose upload it is, by a hash of the user, the document's id and
a hash of the name; so that a reference works for who uploaded the file, and for no other user.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from graph.storage.blobs import Blobs
from graph.storage.shared_images import sweep_copies

_KIND, _NOTES = "uploads", "uploaded"
_ID_DIGITS = 16  # of `loaders.sources.download.DOCUMENT_ID_DIGITS`, which loads HTTP
_CACHE_BYTES = 2 << 30  # thirty of the largest files that are taken in by default


class SharedUploads:
    """Uploaded files by user, document and name.

    Args:
        blobs: Where the files are.
        cache: A folder for copies of files that are shown, bounded in bytes.
    """

    def __init__(self, blobs: Blobs, cache: Path) -> None:
        self._blobs, self._cache = blobs, cache

    def put(self, owner: str, path: Path, name: str, digest: str) -> None:
        """Store a file of this SHA-256 for all machines, in parts, as an upload of its owner; twice is once."""
        self._blobs.put_file(_KIND, path, digest)
        self._blobs.write(_note(owner, digest[:_ID_DIGITS], name), digest.encode())

    def fetch(self, owner: str, document: str, name: str, to: Path) -> bool:
        """Copy an upload of this owner to a path of this machine; return whether there is one."""
        digest = self._blobs.read(_note(owner, document, name)).decode("ascii", "replace")
        if not digest.startswith(document):
            return False
        with suppress(KeyError):
            self._blobs.get_file(_KIND, digest, to)
            return True
        return False

    def original(self, document: str) -> Path | None:
        """Return a copy of the file that a document was read from; None if it was not uploaded."""
        copy = self._cache / f"{document}.file"
        if not copy.is_file():
            found = self._blobs.first(_KIND, document)
            if not found:
                return None
            try:
                self._blobs.get_file(_KIND, found, copy)
            except KeyError:
                return None
            sweep_copies(self._cache, "*.file", _CACHE_BYTES)
        return copy if copy.is_file() else None

    def sweep(self, known: Collection[str]) -> None:
        """Delete uploads that were stored a day ago or before, and are of no document with these ids."""
        for key in self._blobs.old(_KIND):
            if key[:_ID_DIGITS] not in known:
                self._blobs.delete(_KIND, key)
        for path in self._blobs.old_paths(_NOTES):
            if path.split("/")[-2] not in known:
                self._blobs.remove(path)


def _note(owner: str, document: str, name: str) -> str:
    return f"{_NOTES}/{owner}/{document}/{hashlib.sha256(name.encode()).hexdigest()}"
