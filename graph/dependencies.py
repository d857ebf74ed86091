"""The only place where engines and stores are put together. Nothing is opened or imported before it is needed."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from graph import context as run_context
from graph.context import Context
from graph.runtime import process
from graph.runtime.caching import build_once
from graph.settings import Settings, settings
from graph.storage.stores import Stores

if TYPE_CHECKING:
    from graph.engines.base import Engine
    from graph.engines.requests.rate_limit import Limiter
    from graph.retrieval.embedder import Embedder, SentenceEmbedder
    from graph.retrieval.retriever import Retriever
    from loaders.pages.pool import PagePool


@dataclass(frozen=True)
class Deps:
    """What the nodes of a run work with."""

    stores: Stores
    engine: Engine
    embedder: Embedder

    def retriever(self) -> Retriever:
        """Retrieval over these stores; opens the vector index, and refuses one that is not whole."""
        from graph.retrieval.retriever import Retriever

        self.stores.check(self.embedder.identity)
        return Retriever(self.stores.catalog, self.stores.vectors, self.embedder)


# A dense scan took 5 s of a quiet core to read, 23 s with both cores shared by six others; a hostile page has no end.
_PAGE_SECONDS = 45.0


@build_once()
def pool() -> PagePool:
    """The worker processes that open files: one for each core, started when the first page comes."""
    from loaders.pages.pool import ProcessPagePool

    return ProcessPagePool(timeout=_PAGE_SECONDS)


@build_once(4)
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


@build_once()
def _local_model() -> SentenceEmbedder:
    from graph.engines.offline.minilm import MiniLM

    return MiniLM()


@build_once(4)
def limiter(now: Settings) -> Limiter:
    """The one limiter of all runs with these settings, so that a pause is a pause for all."""
    from graph.engines.requests.rate_limit import build_limits

    return build_limits(now, stores_at(now.home, now.chroma_url).catalog)


@build_once(8)
def _build(context: Context, now: Settings) -> tuple[Engine, Embedder]:
    if engine_name(context, now) == "gemini":
        from graph.engines.llm.gemini import build_gemini

        return build_gemini(context, now, limiter=limiter(now))
    from graph.engines.offline.engine import OfflineEngine

    embedder = _local_model()
    return OfflineEngine(stores_at(now.home, now.chroma_url).catalog, pool(), embedder), embedder


def deps(context: Context) -> Deps:
    """What a run with this context works with; equal contexts share clients and models."""
    now = settings()
    kept = stores_at(now.home, now.chroma_url)  # first, since engines hold on to the catalog
    made = Deps(kept, *_build(_of_engine(context), now))
    process.freeze_gc()
    return made


def _of_engine(context: Context) -> Context:
    """A context without what changes no engine, and must not keep one apart from its equals."""
    return context.model_copy(update={"password": None, "reread": False})


async def current() -> Deps:
    """What the run that the calling step belongs to works with. A thread builds what is not there yet: it may block."""
    context = run_context.current()
    built = _build.is_cached(_of_engine(context), settings())
    return deps(context) if built else await asyncio.to_thread(deps, context)
