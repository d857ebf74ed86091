"""Clean-up after changes of the catalog: vectors, page images and files that it no longer refers to.

The catalog changes first, in one transaction, and marks the document; then everything else is removed, and the mark.
A process that is killed in between leaves marks for the next one, and never a stale answer.
"""

from __future__ import annotations

import shutil
import time
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from graph.access import Scope
from graph.errors import FilesError
from graph.storage.base import Catalog, PageImages, VectorIndex

# An upload is read right after it arrives; one that no document refers to after a day is abandoned.
_ABANDONED_S = 24 * 3600


class Stores(Protocol):
    """The part of `graph.storage.stores.Stores` that clean-up needs; that module imports this one."""

    def everything(self) -> Stores:
        """Return the stores without a scope."""

    def of_users(self) -> list[Path]:
        """Return the folders of files of a server's users."""

    @property
    def scope(self) -> Scope:
        """What the caller may see and change."""

    @property
    def catalog(self) -> Catalog:
        """Documents, ledger, transcripts, chunks, full text."""

    @property
    def vectors(self) -> VectorIndex:
        """The vector index."""

    @property
    def page_vectors(self) -> VectorIndex:
        """Vectors of page images."""

    def has_page_vectors(self) -> bool:
        """Return whether page images were ever embedded."""

    @property
    def images(self) -> PageImages:
        """Rendered pages."""

    @property
    def downloads(self) -> Path:
        """Fetched files, in a folder for each document."""

    @property
    def uploads(self) -> Path:
        """Uploaded files, in a folder for each document."""

    def forget_upload(self, document: str) -> None:
        """Remove the caller's upload from the shared store of files."""

    @property
    def derived(self) -> Path:
        """Files made from documents, in a folder for each document."""


def remove(stores: Stores, document: str) -> None:
    """Remove a document from the caller's collections; if no other collection has it, delete everything of it.

    Raises:
        NotAllowedError: the caller may see the document, but not delete it.
    """
    if stores.catalog.retire(document):
        remove_stale(stores, document)
    with suppress(FilesError):  # the sweep does it
        stores.forget_upload(document)
    if stores.scope.who:  # the caller's own copies; those of others stay theirs
        for folder in (stores.downloads, stores.uploads):
            shutil.rmtree(folder / document, ignore_errors=True)


def remove_stale(stores: Stores, document: str) -> None:
    """Delete the vectors of a document's former generations; of one that no collection has, everything."""
    stores = stores.everything()
    # The mark first: a generation that is published in between has a mark of its own, which then stays.
    mark, ids = stores.catalog.stale_vectors(document)
    row = stores.catalog.document(document)
    indexes = [stores.vectors, stores.page_vectors] if stores.has_page_vectors() else [stores.vectors]
    if row and row.source:
        for index in indexes:
            index.delete_stale(document, row.generation, ids)
    else:
        # Another run may add it again meanwhile: what it has is then left as it is.
        for index in indexes:
            index.delete_stale(document, "", ids)
        for image in stores.catalog.delete_document(document, retired=True):
            stores.images.delete(image)
        if not stores.catalog.document(document):
            for folder in (stores.downloads, stores.uploads, stores.derived):
                shutil.rmtree(folder / document, ignore_errors=True)
    stores.catalog.cleanup_done(document, mark)


def recover(stores: Stores) -> None:
    """Remove everything that an earlier process left half-done.

    Call it only as the owner of the home folder, and before this process writes anything.
    """
    stores.catalog.forget_leases()
    for document in stores.catalog.pending_cleanup():
        remove_stale(stores, document)
    stores.images.keep_only(stores.catalog.images())
    own = [folder for folder in stores.of_users() if folder.name == stores.uploads.name]
    for partial in (
        part for one in (stores.downloads, stores.uploads, *stores.of_users()) for part in one.glob("*.part")
    ):
        partial.unlink(missing_ok=True)
    for folder in (folder for one in (stores.uploads, *own) for folder in one.glob("*/")):
        if folder.stat().st_mtime < time.time() - _ABANDONED_S and not stores.catalog.document(folder.name):
            shutil.rmtree(folder, ignore_errors=True)
