"""Files of the store that machines share, for a pool that reads pages on machines which are not this one's.

A machine of the pool has neither the home folder nor the database, and may have no keys of the store: then the caller
sends it the bytes.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from graph.errors import FilesError
from graph.storage.blobs import Blobs
from graph.storage.shared_derived import PDFS
from graph.storage.shared_images import PAGES
from graph.storage.shared_uploads import FILES


@dataclass(frozen=True, slots=True)
class PoolFiles:
    """Uploads, attachments, fetched files and PDFs of Office files by their SHA-256; a `SharedFiles` of the pool."""

    url: str = field(repr=False)
    """The address of the store, which may hold a key."""
    library: str
    """The id of the library that has it."""

    def key_of(self, path: Path) -> str:
        """Return the SHA-256 of a file that is stored; "" for another one, or if the store does not answer."""
        with path.open("rb") as file:
            key = hashlib.file_digest(file, "sha256").hexdigest()
        blobs = self._blobs()
        try:
            return key if any(blobs.age(kind, key) is not None for kind in (FILES, PDFS)) else ""
        except FilesError:
            return ""

    def copy(self, key: str, to: Path) -> None:
        """Copy a file to a path; raise KeyError if it is not stored, FilesError if the store does not answer."""
        try:
            self._blobs().get_file(FILES, key, to)
        except KeyError:
            self._blobs().get_file(PDFS, key, to)

    def put_image(self, png: bytes) -> str:
        """Store the image of a page and return its key; raise FilesError if the store does not take it."""
        return self._blobs().put(PAGES, png)

    def _blobs(self) -> Blobs:
        return Blobs(self.url, lambda: self.library)
