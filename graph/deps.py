"""The only place where engines and stores are put together. Nothing is opened or imported before it is needed."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from graph import context as run_context
from graph import garbage
from graph.context import Context
from graph.errors import IndexMismatchError
from graph.once import once
from graph.settings import Settings, settings

if TYPE_CHECKING:
    from graph.engines.base import Embedder, Engine, Limiter, SentenceEmbedder
    from graph.evaluation.judge import Judge
    from graph.query.retrieval import Retriever
    from graph.storage.base import Catalog, PageImages, VectorIndex
    from loaders.pages.pool import PagePool


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
        from graph.storage import home

        home.own(home.prepare(self.home), settings().served_at)

    def take(self) -> None:
        """Take the home folder in order to write; the first time, put right what a killed process left there."""
        from graph.storage.upkeep import tidy

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
        from graph.storage import home

        with self._lock:
            if self._vectors is not None:
                self._vectors.close()
            home.disown(self.home)

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
                from graph.storage import home
                from graph.storage.catalog import SqliteCatalog

                home.prepare(self.home)
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


@dataclass(frozen=True)
class Deps:
    """What the nodes of a run work with."""

    stores: Stores
    engine: Engine
    embedder: Embedder

    def retriever(self) -> Retriever:
        """Retrieval over these stores; opens the vector index, and refuses one that is not whole."""
        from graph.query.retrieval import Retriever

        self.stores.check(self.embedder.identity)
        return Retriever(self.stores.catalog, self.stores.vectors, self.embedder)


# A dense scan took 5 s of a quiet core to read, 23 s with both cores shared by six others; a hostile page has no end.
_PAGE_SECONDS = 45.0


@once()
def pool() -> PagePool:
    """The worker processes that open files: one for each core, started when the first page comes."""
    from loaders.pages.pool import ProcessPagePool

    return ProcessPagePool(timeout=_PAGE_SECONDS)


@once(4)
def _stores_at(home: Path, chroma_url: str) -> Stores:
    return Stores(home, chroma_url)


_renewing = threading.Lock()


def stores_at(home: Path, chroma_url: str) -> Stores:
    """The stores of a home folder; one object for each, since only one may own the vectors.

    A folder emptied under a running server is begun anew: what is written to files without a name is lost silently.
    """
    with _renewing:
        if (kept := _stores_at(home, chroma_url)).lost():
            kept.let_go()
            for made in (_stores_at, limiter, _build):
                made.cache_clear()
        return _stores_at(home, chroma_url)


def stores() -> Stores:
    """The stores that the settings name."""
    now = settings()
    return stores_at(now.home, now.chroma_url)


def engine_name(context: Context, now: Settings) -> str:
    """`gemini` or `offline`: what `auto` comes to."""
    automatic = "gemini" if now.api_key else "offline"
    return automatic if context.engine == "auto" else context.engine


@once()
def _local_model() -> SentenceEmbedder:
    from graph.engines.minilm import MiniLM

    return MiniLM()


@once(4)
def limiter(now: Settings) -> Limiter:
    """The one limiter of all runs with these settings, so that a pause is a pause for all."""
    from graph.engines.limits import build_limits

    return build_limits(now, stores_at(now.home, now.chroma_url).catalog)


@once(8)
def _build(context: Context, now: Settings) -> tuple[Engine, Embedder]:
    if engine_name(context, now) == "gemini":
        from graph.engines.gemini import build_gemini

        return build_gemini(context, now, limiter=limiter(now))
    from graph.engines.offline import OfflineEngine

    embedder = _local_model()
    return OfflineEngine(stores_at(now.home, now.chroma_url).catalog, pool(), embedder), embedder


def deps(context: Context) -> Deps:
    """What a run with this context works with; equal contexts share clients and models."""
    now = settings()
    kept = stores_at(now.home, now.chroma_url)  # first, since engines hold on to the catalog
    made = Deps(kept, *_build(_of_engine(context), now))
    garbage.loaded()
    return made


def _of_engine(context: Context) -> Context:
    """A context without what changes no engine, and must not keep one apart from its equals."""
    return context.model_copy(update={"password": None, "reread": False})


def judge(name: str) -> Judge:
    """The model of that name (`provider:model`) as a judge of answers; ModelError when it cannot be had."""
    from graph.engines import gemini
    from graph.engines.models import chat_model
    from graph.engines.service import NamedModel, Service
    from graph.evaluation.judge import SETTING, Judge

    now = settings()
    model = chat_model(name, thinking="low", api_key=now.api_key, base_url=now.base_url)
    return Judge(Service(gemini.explain, limiter=limiter(now)), NamedModel(model, name, SETTING))


async def current() -> Deps:
    """What the run that the calling step belongs to works with. A thread builds what is not there yet: it may block."""
    context = run_context.current()
    built = _build.has(_of_engine(context), settings())
    return deps(context) if built else await asyncio.to_thread(deps, context)
