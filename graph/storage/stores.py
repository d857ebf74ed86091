"""The stores of one home folder: catalog, vectors, page images, downloads and uploads."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from graph.errors import IndexMismatchError
from graph.settings import settings

if TYPE_CHECKING:
    from graph.storage.base import Catalog, PageImages, VectorIndex


class Stores:
    """What is kept in one home folder. Asking for the vectors, or to write, takes the folder for this process."""

    REEMBEDDING = "reembedding"
    """The key in the catalog of the model whose vectors are being made, "" when all are there."""

    def __init__(self, home: Path, chroma_url: str) -> None:
        self.home = home
        self._chroma_url = chroma_url
        self._lock = threading.RLock()
        self._catalog: Catalog | None = None
        self._vectors: VectorIndex | None = None
        self._tidy = False
        self._path = home / "catalog.sqlite3"
        self._inode = 0

    def own(self) -> None:
        """Take the home folder; HomeError when another process has it."""
        from graph.storage import home_lock

        home_lock.own(home_lock.prepare(self.home), settings().served_at)

    def take(self) -> None:
        """Take the home folder in order to write; the first time, put right what a killed process left there."""
        from graph.storage.cleanup import tidy

        self.own()
        with self._lock:
            if not self._tidy:
                tidy(self)
                self._tidy = True

    def lost(self) -> bool:
        """Whether the catalog that was opened is not the one that lies in the home folder now: somebody emptied it."""
        with self._lock:
            if self._catalog is None:
                return False
            try:
                return self._path.stat().st_ino != self._inode
            except (FileNotFoundError, NotADirectoryError):
                return True

    def let_go(self) -> None:
        """Let go of the folder, so that it can be used anew. Who still reads the old files may finish."""
        from graph.storage import home_lock

        with self._lock:
            if self._vectors is not None:
                self._vectors.close()
            home_lock.disown(self.home)

    def reembedding(self) -> str:
        """The model for which `reembed` was begun and not finished, or ""."""
        return self.catalog.get_meta(self.REEMBEDDING) or ""

    def check(self, embedder: str) -> None:
        """Raise IndexMismatchError unless the index holds the vectors of this embedder, and all of them."""
        self.vectors.check(embedder)
        if self.reembedding():
            raise IndexMismatchError(
                "The vectors are incomplete, because `pagewitness reembed` was stopped half-way: run it again."
            )

    @property
    def catalog(self) -> Catalog:
        """Documents, ledger, transcripts, chunks, full text."""
        with self._lock:
            if self._catalog is None:
                from graph.storage import home_lock
                from graph.storage.catalog import SqliteCatalog

                home_lock.prepare(self.home)
                self._catalog = SqliteCatalog(self._path)
                self._inode = self._path.stat().st_ino
            return self._catalog

    @property
    def vectors(self) -> VectorIndex:
        """The vector index: Chroma in the home folder (owned by this process), or the server that is set."""
        with self._lock:
            if self._vectors is None:
                from graph.storage.vectors import ChromaVectors

                if not self._chroma_url:
                    self.own()
                self._vectors = ChromaVectors(self.home / "chroma", self._chroma_url)
            return self._vectors

    @property
    def downloads(self) -> Path:
        """Where fetched files are kept: in a folder of each document's id."""
        return self.home / "downloads"

    @property
    def uploads(self) -> Path:
        """Where files that were uploaded to the server are kept: in a folder of each document's id."""
        return self.home / "uploads"

    @property
    def images(self) -> PageImages:
        """Rendered pages."""
        from graph.storage.page_images import FilePageImages

        return FilePageImages(self.home / "pages")
