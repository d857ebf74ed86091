"""Putting right what was left half-done: the catalog changes first and in one step, everything else follows it.

Whatever the catalog no longer knows is marked there until it is gone, so that a process that is killed in between
leaves work for the next one, never a stale answer.
"""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Protocol

from graph.storage.base import Catalog, PageImages, VectorIndex

_UNREAD_SECONDS = 24 * 3600


class Stores(Protocol):
    """What is kept in one home folder."""

    @property
    def catalog(self) -> Catalog:
        """Documents, ledger, transcripts, chunks, full text."""

    @property
    def vectors(self) -> VectorIndex:
        """The vector index."""

    @property
    def downloads(self) -> Path:
        """Where fetched files are kept, in a folder for each document."""

    @property
    def uploads(self) -> Path:
        """Where uploaded files are kept, in a folder for each document."""

    @property
    def images(self) -> PageImages:
        """Rendered pages."""


def remove(stores: Stores, document: str) -> None:
    """Remove every trace of a document: rows, vectors, page images."""
    stores.catalog.retire(document)
    settle(stores, document)


def settle(stores: Stores, document: str) -> None:
    """Remove what is left over: of the generations before the published one, or of a document that is retired."""
    row = stores.catalog.document(document)
    if row and row.source:
        stores.vectors.delete_stale(document, row.generation)
    else:
        stores.vectors.delete_document(document)
        for image in stores.catalog.delete_document(document):
            stores.images.delete(image)
        for folder in (stores.downloads, stores.uploads):
            shutil.rmtree(folder / document, ignore_errors=True)
    stores.catalog.settled(document)


def tidy(stores: Stores) -> None:
    """Sweep what an earlier process left. Only for the owner of the home folder, and before it writes anything."""
    for document in stores.catalog.unsettled():
        settle(stores, document)
    stores.images.sweep(stores.catalog.images())
    for half in (*stores.downloads.glob("*.part"), *stores.uploads.glob("*.part")):
        half.unlink(missing_ok=True)
    for folder in stores.uploads.glob("*/"):
        # Whoever uploads a file has it read at once; one that nobody wanted read for a day was left lying.
        if folder.stat().st_mtime < time.time() - _UNREAD_SECONDS and not stores.catalog.document(folder.name):
            shutil.rmtree(folder, ignore_errors=True)
