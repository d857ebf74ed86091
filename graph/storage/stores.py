"""The stores of one home folder: catalog, vectors, page images, downloads, uploads and saved conversations."""

from __future__ import annotations

import json
import threading
from collections import Counter
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graph.errors import IndexMismatchError
from graph.settings import settings
from graph.storage import home_lock

if TYPE_CHECKING:
    from langgraph.checkpoint.sqlite import SqliteSaver

    from graph.storage.base import Catalog, PageImages, VectorIndex


class Stores:
    """What one home folder stores, opened when first used.

    Opening the vectors or writing acquires the folder for this process. Methods raise HomeInUseError when another
    process has it, and HomeError when it cannot be used.
    """

    REEMBEDDING = "reembedding"
    """Catalog key of the embedding model that an unfinished `reembed` writes vectors of; "" when complete."""
    INDEXED_BY = "indexed_by"
    """Catalog key of the embedding model whose vectors the embedded index was last found to hold; "" if unknown."""
    PAGE_VECTORS = "page_vectors"
    """Catalog key that is there once page images were embedded."""
    CAPABILITIES = "capabilities"
    """Catalog key of what the configured models could do when `doctor --ask` asked them last."""

    def __init__(self, home: Path, chroma_url: str) -> None:
        self.home = home
        self._chroma_url = chroma_url
        self._lock = threading.RLock()
        self._catalog: Catalog | None = None
        self._vectors: VectorIndex | None = None
        self._page_vectors: VectorIndex | None = None
        self._recovered = False

    def acquire(self) -> None:
        """Acquire the home folder for this process, created if it is missing."""
        home_lock.acquire(home_lock.prepare(self.home), settings().served_at)

    def acquire_for_writing(self) -> None:
        """Acquire the home folder; the first time, also clean up what a killed process left in it."""
        from graph.storage.cleanup import recover

        self.acquire()
        with self._lock:
            if not self._recovered:
                recover(self)
                self._recovered = True

    def exists(self) -> bool:
        """Return whether the home folder has a catalog; nothing is created."""
        from graph.storage.catalog import SqliteCatalog

        return (self.home / SqliteCatalog.FILE_NAME).exists()

    def was_replaced(self) -> bool:
        """Return whether the home folder was deleted or replaced since its catalog was opened."""
        with self._lock:
            return self._catalog is not None and self._catalog.was_replaced()

    def close(self) -> None:
        """Close the vectors and release the folder. Threads that still read a deleted catalog may finish."""
        with self._lock:
            if self._catalog is not None and self._catalog.was_replaced():
                self._catalog.leave_path()
            for index in (self._vectors, self._page_vectors):
                if index is not None:
                    index.close()
            home_lock.release(self.home)

    def reembedding(self) -> str:
        """Return the embedding model of a `reembed` that has not finished, or ""."""
        return self.catalog.get_meta(self.REEMBEDDING) or ""

    def check(self, embedder: str) -> None:
        """Raise IndexMismatchError unless the index holds the vectors of this embedder, and all of them."""
        if not self._chroma_url and not home_lock.is_held(self.home):
            self.acquire()
        # What the catalog remembers spares a question the opening of the index, 0.3 s.
        if self._chroma_url or self.catalog.get_meta(self.INDEXED_BY) != embedder:
            self.vectors.check(embedder)
            self.catalog.set_meta(self.INDEXED_BY, embedder)
        self.check_complete()

    def check_complete(self) -> None:
        """Raise IndexMismatchError if a `reembed` has not finished."""
        if self.reembedding():
            raise IndexMismatchError(
                "The vectors are incomplete, because `pagewitness reembed` was stopped half-way: run it again."
            )

    def asked_models(self) -> dict[str, dict[str, Any]]:
        """Return what `doctor --ask` has found out about each model, by its name; {} if it was not run."""
        asked = json.loads(self.catalog.get_meta(self.CAPABILITIES) or "{}")
        return {one["model"]: one for one in asked.get("models", ())}

    def sizes(self) -> Counter[str]:
        """Return the bytes of each part of the home folder, by name."""
        sizes: Counter[str] = Counter()
        for file in self.home.rglob("*"):
            if file.is_file():
                # A database and its write-ahead log count as one part.
                sizes[file.relative_to(self.home).parts[0].split(".")[0]] += file.stat().st_size
        return sizes

    @property
    def place(self) -> str:
        """Where catalog and vectors are, without a password."""
        return f"SQLite in {self.home}, Chroma {f'at {self._chroma_url}' if self._chroma_url else 'there too'}"

    @property
    def catalog(self) -> Catalog:
        """Documents, ledger, transcripts, chunks, full text."""
        with self._lock:
            if self._catalog is None:
                from graph.storage.catalog import SqliteCatalog

                self._catalog = SqliteCatalog(home_lock.prepare(self.home) / SqliteCatalog.FILE_NAME)
            return self._catalog

    @property
    def vectors(self) -> VectorIndex:
        """The vector index: Chroma in the home folder, which this process then owns, or the configured server."""
        with self._lock:
            if self._vectors is None:
                from graph.storage.vectors import ChromaVectors

                if not self._chroma_url:
                    self.acquire()
                self._vectors = ChromaVectors(self.home / "chroma", self._chroma_url)
            return self._vectors

    @property
    def page_vectors(self) -> VectorIndex:
        """Vectors of page images: a row `<chunk>/p<page>` for each chunk on a page."""
        with self._lock:
            if self._page_vectors is None:
                from graph.storage.vectors import PAGE_COLLECTION, ChromaVectors

                if not self._chroma_url:
                    self.acquire()
                self.catalog.set_meta(self.PAGE_VECTORS, "yes")
                self._page_vectors = ChromaVectors(self.home / "chroma", self._chroma_url, PAGE_COLLECTION)
            return self._page_vectors

    def has_page_vectors(self) -> bool:
        """Return whether page images were ever embedded in this home folder."""
        return self.catalog.get_meta(self.PAGE_VECTORS) is not None

    @property
    def images(self) -> PageImages:
        """Rendered pages."""
        from graph.storage.page_images import FilePageImages

        return FilePageImages(self.home / "pages")

    @property
    def downloads(self) -> Path:
        """The folder of fetched files, each in a folder named by its document's id."""
        return self.home / "downloads"

    @property
    def uploads(self) -> Path:
        """The folder of files uploaded to the server, each in a folder named by its document's id."""
        return self.home / "uploads"

    @property
    def derived(self) -> Path:
        """Files made from documents (PDFs of Office files, attachments), in a folder for each document."""
        return self.home / "derived"

    def conversations(self) -> AbstractContextManager[SqliteSaver]:
        """Open the checkpointer of the conversations that the command line saves."""
        from langgraph.checkpoint.sqlite import SqliteSaver

        return SqliteSaver.from_conn_string(str(home_lock.prepare(self.home) / "threads.sqlite3"))
