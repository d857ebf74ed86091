"""The copy of files made from documents, attachments and PDFs of Office files, between home folders and stores.

In a home folder they lie below the document that they were made from; in a store attachments are among the uploads,
and PDFs have a note (`graph/storage/shared_derived.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from graph.errors import FileDamagedError
from graph.maintenance.moved_documents import EVERYTHING, Difference
from graph.maintenance.whole_files import copy_whole, sha256_of, writing
from graph.storage.blobs import Blobs
from graph.storage.shared_derived import SharedDerived
from graph.storage.stores import HomeStores
from loaders.sources.parts import MARK
from loaders.temporary import temporary_folder

_FOLDER, _ATTACHED, _DAMAGED = "derived", "attached", "damaged"


class Made(NamedTuple):
    """A file that was made from a document."""

    document: str
    """The id of the Office file's document, or of the attachment's own."""
    path: Path
    """Its path in a home folder."""
    is_pdf: bool
    """Whether it is the PDF of an Office file; else it is an attachment."""

    def put(self, home: Path, blobs: Blobs) -> None:
        """Store it from a home folder, unless it is stored."""
        shared = SharedDerived(blobs)
        if self.is_pdf:
            shared.put_pdf(self.document, home / self.path)
        else:
            shared.put_attachment(home / self.path)

    def fetch(self, blobs: Blobs, to: Path) -> bool:
        """Copy it from a store; return whether it is there."""
        shared = SharedDerived(blobs)
        (shared.fetch_pdf if self.is_pdf else shared.fetch_attachment)(self.document, to)
        return to.is_file()


class DerivedFiles:
    """Files made from the documents of a source, for a target whose files are in another place.

    Args:
        source: Where they are.
        target: Where they go.
    """

    def __init__(self, source: HomeStores, target: HomeStores) -> None:
        self._source, self._target = source, target
        self.found = list(self._found())
        """The files that the source has."""

    def copy(self, made: Made) -> bool:
        """Copy one; return whether the target did not have it."""
        here = self._source.home / made.path
        if self._target.blobs:
            made.put(self._source.home, self._target.blobs)
            return True
        if (to := self._target.home / made.path).is_file():
            return False
        if here.is_file():
            copy_whole(here, to)
            return True
        with writing(to):
            return bool(self._source.blobs and made.fetch(self._source.blobs, to))

    def compare(self, made: Made) -> Iterator[Difference]:
        """Yield a difference if the target lacks one or has it with other bytes."""
        there = self._sha256(made, self._target)
        same = there.startswith(made.document)
        if made.is_pdf:  # a store may have one that another machine has made, of other bytes and the same pages
            same = bool(there) if self._target.blobs else there == self._sha256(made, self._source)
        if not same or there == _DAMAGED:
            what = "has other bytes there (SHA-256)" if there else "is not there"
            yield {"document": made.document, "name": made.path.name, "what": f"the file that was made of it {what}"}

    def _found(self) -> Iterator[Made]:
        """Yield what lies in the home folder, and what only the store has, of documents that the catalog has."""
        rows = {row.id: row for row in self._source.catalog.documents(EVERYTHING)}
        home, known = self._source.home, set[str]()
        for path in sorted(home.glob(f"{_FOLDER}/*/*.pdf")):
            if path.parent.name in rows:
                known.add(path.parent.name)
                yield Made(path.parent.name, path.relative_to(home), is_pdf=True)
        for path in sorted(home.glob(f"{_FOLDER}/*/{_ATTACHED}/*/*")):
            if path.parent.name in rows and path.is_file() and path.suffix != ".part":
                known.add(path.parent.name)
                yield Made(path.parent.name, path.relative_to(home), is_pdf=False)
        if self._target.blobs or not self._source.blobs:
            return  # all blobs go from store to store
        for row in rows.values():
            if row.id not in known and row.kind == "office":
                yield Made(row.id, Path(_FOLDER, row.id, f"{Path(row.name).stem}.pdf"), is_pdf=True)
            elif row.id not in known and MARK in row.source:
                yield Made(row.id, Path(_FOLDER, row.id, _ATTACHED, row.id, Path(row.name).name), is_pdf=False)

    def _sha256(self, made: Made, stores: HomeStores) -> str:
        """Return the hash of a file in a home folder or a store; "" if it is not there."""
        path = stores.home / made.path
        if not stores.blobs or (stores is self._source and path.is_file()):
            return sha256_of(path) if path.is_file() else ""
        with temporary_folder() as folder:
            try:
                fetched = folder / "file"
                return sha256_of(fetched) if made.fetch(stores.blobs, fetched) else ""
            except FileDamagedError:
                return _DAMAGED
