"""Files made from documents in a store of blobs that several machines share: attachments, and PDFs of Office files.

An attachment is a document of its own: it is stored among the uploads, by its hash, whose beginning is the document's
id. The PDF of an Office file has another hash than its document: an empty blob beside it, its note, has both in its
name. LibreOffice writes other bytes each time; machines that read one PDF read the same pages.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from graph.storage.blobs import Blobs
from graph.storage.shared_uploads import FILES

PDFS = "derived"
"""The kind of the blobs that are PDFs of Office files."""
_MADE = "made"


class SharedDerived:
    """Files made from documents, by document.

    Args:
        blobs: Where the files are.
    """

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    def put_attachment(self, path: Path) -> None:
        """Store an attachment for all machines; twice is once."""
        self._blobs.put_file(FILES, path, _sha256(path))

    def fetch_attachment(self, document: str, to: Path) -> None:
        """Copy an attachment to a path of this machine, by the id of the document that it is; nothing if not stored."""
        if key := self._blobs.first(FILES, document):
            with suppress(KeyError):
                self._blobs.get_file(FILES, key, to)

    def put_pdf(self, document: str, path: Path) -> None:
        """Store the PDF of an Office file for all machines, unless there is one already."""
        if any(self._blobs.age(PDFS, key) is not None for key in self._keys(document)):
            return
        key = _sha256(path)
        self._blobs.put_file(PDFS, path, key)
        self._blobs.write(f"{_MADE}/{document}/{key}", b"")

    def fetch_pdf(self, document: str, to: Path) -> None:
        """Copy the PDF of an Office file to a path of this machine; nothing if none is stored."""
        for key in self._keys(document):
            with suppress(KeyError):
                self._blobs.get_file(PDFS, key, to)
                return

    def sweep(self, known: Collection[str]) -> None:
        """Delete PDFs that were stored a day ago or before, and are of no document with these ids."""
        for path in self._blobs.old_paths(_MADE):
            if path.split("/")[-2] not in known:
                self._blobs.remove(path)
        kept = {path.rpartition("/")[2] for path, _ in self._blobs.written(_MADE)}
        for key in set(self._blobs.old(PDFS)) - kept:
            self._blobs.delete(PDFS, key)

    def _keys(self, document: str) -> list[str]:
        """Return the keys of the PDFs of a document, the oldest first: two machines may have made one each."""
        found = self._blobs.written(f"{_MADE}/{document}")
        return [path.rpartition("/")[2] for path, _ in sorted(found, key=lambda one: (one[1], one[0]))]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
