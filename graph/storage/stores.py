"""The stores of one home folder: catalog, vectors, page images, downloads, uploads and saved conversations.

A home folder is opened once (`HomeStores`); each caller sees it within a scope (`Stores`).
"""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections import Counter
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graph.access import Scope
from graph.errors import HomeError, IndexMismatchError
from graph.settings import settings
from graph.storage import home_lock
from graph.storage.library import Library, LibraryVectors
from graph.storage.user_files import HomeFolders, UserFiles

if TYPE_CHECKING:
    from langgraph.checkpoint.sqlite import SqliteSaver

    from graph.storage.base import PageImages, Turn
    from graph.storage.blobs import Blobs
    from graph.storage.scoped import ScopedCatalog, ScopedVectors
    from graph.storage.shared_derived import SharedDerived
    from graph.storage.shared_uploads import SharedUploads

_SWEEP_EVERY_S = 24 * 3600


class HomeStores(HomeFolders):
    """What one home folder stores, opened when first used; documents are seen through `within`.

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
    MOVED_TO = "moved_to"
    """Catalog key of the place that the library was moved to, without a password; "" if it was not."""

    LIBRARY = "library"
    """Catalog key of the library's id, which is also written into the store of files that belongs to it."""

    FILES_AT = "files_at"
    """Catalog key of the address whose store of files was last found to be, or made, this library's."""

    store_named, files_named = "PAGEWITNESS_STORE_URL", "PAGEWITNESS_FILES_URL"
    """Where the user wrote the addresses of the database and of the store of files, for messages: a setting or an
    option."""

    has_other_writers = False
    """Whether another process may be writing what this one reads."""

    SWEPT = "files_swept"
    """Catalog key of when files without a page were deleted last, in seconds since 1970."""

    def __init__(self, home: Path, chroma_url: str, files_url: str = "") -> None:
        self.home = home
        self._chroma_url, self._files_url = chroma_url, files_url
        self._chroma_folder = home / "chroma"
        self._lock, self._files_lock = threading.RLock(), threading.Lock()
        self._catalog: ScopedCatalog | None = None
        self._vectors: ScopedVectors | None = None
        self._page_vectors: ScopedVectors | None = None
        self._images: PageImages | None = None
        self._blobs: Blobs | None = None
        self._recovered = False
        self._whole = Stores(self, Scope.everything())

    def with_files(self, files_url: str) -> HomeStores:
        """Return the same stores with another store of files; "" for the home folder."""
        return HomeStores(self.home, self._chroma_url, files_url)

    def within(self, scope: Scope) -> Stores:
        """Return the stores as a caller with this scope sees them."""
        return self._whole if scope.is_everything and not scope.who else Stores(self, scope)

    def acquire(self) -> None:
        """Acquire the home folder for this process, created if it is missing."""
        home_lock.acquire(home_lock.prepare(self.home), settings().served_at)

    def acquire_for_writing(self) -> None:
        """Acquire the home folder; the first time, also clean up what a killed process left in it."""
        from graph.storage.cleanup import recover

        self.acquire()
        if place := self.catalog.get_meta(self.MOVED_TO):
            raise HomeError(
                f"The library in {self.home} was moved ({place}) and is left as it was: name its new place, or run "
                "`pagewitness migrate --reopen` to write here again."
            )
        with self._lock:
            if not self._recovered:
                recover(self._whole)
                self.claim_files()
                self._recovered = True
        self.sweep_files()

    def sweep_files(self) -> None:
        """Delete shared page images that no page refers to, once a day, unless another process is doing it."""
        from graph.errors import FilesError
        from graph.storage.shared_images import SharedPageImages

        if not isinstance(images := self.images, SharedPageImages):
            return
        if float(self.catalog.get_meta(self.SWEPT) or 0) > time.time() - _SWEEP_EVERY_S:
            return
        with (
            suppress(FilesError),
            self.alone_in_sweeping() as alone,
        ):  # a failing store is reported where files are read and written
            if alone:
                images.sweep(self._whole.catalog.images)
                for shared in (self.shared_uploads, self.shared_derived):
                    if shared:
                        shared.sweep({row.id for row in self._whole.catalog.documents()})
                self.catalog.set_meta(self.SWEPT, str(time.time()))

    def alone_in_sweeping(self) -> AbstractContextManager[bool]:
        """Return a context that gives True: the process that owns the home folder is the only one to sweep files."""
        return nullcontext(True)

    def claim_files(self) -> None:
        """Check that the store of files, if there is one, answers and is this library's; done once."""
        if blobs := self.blobs:
            blobs.claim()
            if self.catalog.get_meta(self.FILES_AT) != blobs.place:
                self.catalog.set_meta(self.FILES_AT, blobs.place)

    def ask(self) -> None:
        """Check that the catalog's database answers, without waiting for threads that use it."""
        self.catalog.get_meta("")

    def leave_for(self, place: str) -> None:
        """Mark the home folder as left for another place, so that nothing is written to it; "" removes the mark."""
        self.catalog.set_meta(self.MOVED_TO, place)

    def turn(self, *, alone: bool) -> Turn | None:
        """Return a lock on the index, exclusive if `alone`; None where only one process writes it."""

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

    def has_index(self) -> bool:
        """Return whether there may be vectors of an embedding model; the index is not opened for it."""
        return bool(self._chroma_url) or (self._chroma_folder / "chroma.sqlite3").exists()

    def check_complete(self) -> None:
        """Raise IndexMismatchError if a `reembed` has not finished."""
        if self.reembedding():
            raise IndexMismatchError(
                "The vectors are incomplete: `pagewitness reembed` is at work, or was stopped half-way. Wait for it, "
                "or run it again."
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
    def machine(self) -> str:
        """The name of this machine in sources of a catalog that several share; "" where one machine has the catalog."""
        return ""

    @property
    def place(self) -> str:
        """Where catalog and vectors are, without a password."""
        return f"SQLite in {self.home}, Chroma {f'at {self._chroma_url}' if self._chroma_url else 'there too'}"

    @property
    def catalog(self) -> ScopedCatalog:
        """Documents, ledger, transcripts, chunks, full text."""
        with self._lock:
            if self._catalog is None:
                from graph.storage.catalog import SqliteCatalog

                self._catalog = SqliteCatalog(home_lock.prepare(self.home) / SqliteCatalog.FILE_NAME)
            return self._catalog

    @property
    def vectors(self) -> ScopedVectors:
        """The vector index: Chroma in the home folder, which this process then owns, or the configured server."""
        with self._lock:
            if self._vectors is None:
                from graph.storage.vectors import ChromaVectors

                if not self._chroma_url:
                    self.acquire()
                self._vectors = ChromaVectors(self._chroma_folder, self._chroma_url, entries=self.catalog)
            return self._vectors

    @property
    def page_vectors(self) -> ScopedVectors:
        """Vectors of page images: a row `<chunk>/p<page>` for each chunk on a page."""
        with self._lock:
            if self._page_vectors is None:
                from graph.storage.vectors import PAGE_COLLECTION, ChromaVectors

                if not self._chroma_url:
                    self.acquire()
                self.catalog.set_meta(self.PAGE_VECTORS, "yes")
                self._page_vectors = ChromaVectors(self._chroma_folder, self._chroma_url, PAGE_COLLECTION, self.catalog)
            return self._page_vectors

    def has_page_vectors(self) -> bool:
        """Return whether page images were ever embedded in this home folder."""
        return self.catalog.get_meta(self.PAGE_VECTORS) is not None

    @property
    def images(self) -> PageImages:
        """Rendered pages."""
        from graph.storage.page_images import FilePageImages

        local = FilePageImages(self.home / "pages")
        if (blobs := self.blobs) is None:
            return local
        with self._lock:
            if self._images is None:
                from graph.storage.shared_images import SharedPageImages

                self._images = SharedPageImages(blobs, self.home / "cache" / "pages", local)
            return self._images

    @property
    def chroma_url(self) -> str:
        """The address of the server that has the vectors; "" if they are in the home folder."""
        return self._chroma_url

    @property
    def files_url(self) -> str:
        """The address of the store of page images; "" for the home folder."""
        return self._files_url

    @property
    def files_place(self) -> str:
        """Where page images are, without a password."""
        return self.blobs.place if self.blobs else str(self.home)

    @property
    def blobs(self) -> Blobs | None:
        """The store of files that several machines share; None if files are in the home folder."""
        if not self._files_url:
            return None
        with self._files_lock:
            if self._blobs is None:
                from graph.storage.blobs import Blobs

                self._blobs = Blobs(self._files_url, self.library_id, named=self.files_named)
            return self._blobs

    def library_id(self) -> str:
        """Return the id of the library, which its first use makes."""
        return self.catalog.keep_meta(self.LIBRARY, uuid.uuid4().hex)

    @property
    def shared_uploads(self) -> SharedUploads | None:
        """Uploads that several machines share; None if they are in the home folder alone."""
        if (blobs := self.blobs) is None:
            return None
        from graph.storage.shared_uploads import SharedUploads

        return SharedUploads(blobs, self.originals)

    @property
    def shared_derived(self) -> SharedDerived | None:
        """Files made from documents that several machines share; None if they are in the home folder alone."""
        from graph.storage.shared_derived import SharedDerived

        return SharedDerived(blobs) if (blobs := self.blobs) else None

    def conversations(self) -> AbstractContextManager[SqliteSaver]:
        """Open the checkpointer of the conversations that the command line saves."""
        from langgraph.checkpoint.sqlite import SqliteSaver

        return SqliteSaver.from_conn_string(str(home_lock.prepare(self.home) / "threads.sqlite3"))


class Stores(UserFiles):
    """The stores of a home folder as one caller sees them.

    Args:
        home: The opened home folder.
        scope: What the caller may see and change.
    """

    REEMBEDDING, INDEXED_BY = HomeStores.REEMBEDDING, HomeStores.INDEXED_BY
    CAPABILITIES, FILES_AT = HomeStores.CAPABILITIES, HomeStores.FILES_AT

    def __init__(self, home: HomeStores, scope: Scope) -> None:
        super().__init__(home, scope)
        self.opened = home
        self.acquire, self.acquire_for_writing = home.acquire, home.acquire_for_writing
        self.exists, self.was_replaced, self.sizes = home.exists, home.was_replaced, home.sizes
        self.check_complete, self.has_index = home.check_complete, home.has_index
        self.reembedding, self.check, self.asked_models = home.reembedding, home.check, home.asked_models
        self.has_page_vectors, self.conversations = home.has_page_vectors, home.conversations
        self.of_users, self.turn = home.of_users, home.turn
        self._library: Library | None = None

    @property
    def place(self) -> str:
        """Where catalog and vectors are, without a password."""
        return self.opened.place

    def everything(self) -> Stores:
        """Return the stores of the whole home: for clean-up, which must know whether any collection has a document."""
        return self.opened.within(Scope.everything())

    @property
    def catalog(self) -> Library:
        """Documents, ledger, transcripts, chunks, full text."""
        if self._library is None:
            self._library = Library(self.opened.catalog, self.scope)
        return self._library

    @property
    def vectors(self) -> LibraryVectors:
        """The vector index."""
        return LibraryVectors(self.opened.vectors, self.scope)

    @property
    def page_vectors(self) -> LibraryVectors:
        """Vectors of page images."""
        return LibraryVectors(self.opened.page_vectors, self.scope)

    @property
    def images(self) -> PageImages:
        """Rendered pages."""
        return self.opened.images

    @property
    def derived(self) -> Path:
        """The folder of files made from documents."""
        return self.opened.derived
