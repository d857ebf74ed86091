"""The dependencies of a run: its stores, engine and embedder, opened and imported when they are first needed."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from graph import context as run_context
from graph import users
from graph.access import LOCAL, Identity, Scope, scope_of
from graph.context import Context
from graph.errors import BadInputError, require_extra
from graph.providers import OFFLINE
from graph.runtime import process
from graph.runtime.caching import build_once
from graph.settings import Settings, prepare_ray, settings
from graph.storage.stores import HomeStores, Stores

if TYPE_CHECKING:
    from graph.engines.base import Engine
    from graph.engines.offline.engine import OfflineEngine
    from graph.engines.offline.multilingual import MultilingualEncoder
    from graph.engines.requests.rate_limit import RateLimiter
    from graph.retrieval.embedder import Embedder, SentenceEmbedder
    from graph.retrieval.multilingual import MultilingualSearch, VectorCatalog
    from graph.retrieval.retriever import Retriever
    from graph.storage.base import Catalog
    from graph.storage.quota import QuotaStore, SharedQuota
    from loaders.pages.pool import PagePool


@dataclass(frozen=True)
class Deps:
    """The stores, engines and embedder of a run."""

    stores: Stores
    engine: Engine
    """The engine that answers questions."""
    embedder: Embedder
    reader: Engine
    """The engine that reads pages: not `engine` where the reader model is `offline`."""

    def retriever(self) -> Retriever:
        """Return a retriever over these stores.

        Raises:
            IndexMismatchError: the index holds the vectors of another embedder, or not all of them.
        """
        from graph.retrieval.embedder import ImageEmbedder
        from graph.retrieval.retriever import Retriever

        self.stores.check(self.embedder.identity)
        multilingual = _multilingual_within(self.stores) if self.embedder is _minilm() else None
        sees = isinstance(self.embedder, ImageEmbedder) and self.stores.has_page_vectors()
        pages = self.stores.page_vectors if sees else None
        return Retriever(self.stores.catalog, self.stores.vectors, self.embedder, multilingual, pages)


def pool() -> PagePool:
    """Return the pool that opens files and reads pages, here or in a cluster; its processes start with the first page.

    Raises:
        BadInputError: the settings name a cluster, and its client library is not installed.
        HomeError: with a cluster and a store of files, the catalog, which knows the library's id, cannot be opened.
    """
    url, shares = settings().pool_url, bool(settings().files_url.get_secret_value())
    return _pool_at(url, home_stores() if url and shares else None)


@build_once(2)
def _pool_at(url: str, stores: HomeStores | None = None) -> PagePool:
    if not url:
        from loaders.pages.ahead import process_pool

        return process_pool()
    require_extra("ray", "PAGEWITNESS_POOL_URL")
    prepare_ray()
    from loaders.pages.ray_pool import RayPool

    if stores is None:
        return RayPool(url)
    from graph.storage.pool_files import PoolFiles

    return RayPool(url, shared=PoolFiles(stores.files_url, stores.library_id()))


@build_once(4)
def _stores_at(home: Path, chroma_url: str, store_url: str = "", files_url: str = "") -> HomeStores:
    if files_url:
        require_extra("team", "PAGEWITNESS_FILES_URL")
    if not store_url:
        return HomeStores(home, chroma_url, files_url)
    if chroma_url:
        raise BadInputError(
            "PAGEWITNESS_STORE_URL and PAGEWITNESS_CHROMA_URL are both set, and the vectors can only be in one place: "
            "leave one of them out."
        )
    require_extra("team", "PAGEWITNESS_STORE_URL")
    from graph.storage.postgres.stores import PostgresStores

    return PostgresStores(home, store_url, files_url)


_reopening = threading.Lock()


def stores_at(home: Path, chroma_url: str, store_url: str = "", files_url: str = "") -> HomeStores:
    """Return the stores of a home folder; one object for each folder, since only one may own the vectors.

    If the folder was deleted while its stores were open, they are opened again: what is written to deleted files
    would be lost without an error.
    """
    with _reopening:
        if (opened := _stores_at(home, chroma_url, store_url, files_url)).was_replaced():
            opened.close()
            for cached in (_stores_at, rate_limiter, multilingual_search, _engine_and_embedder, _offline_engine):
                cached.cache_clear()
        return _stores_at(home, chroma_url, store_url, files_url)


def home_stores() -> HomeStores:
    """Return the stores that the settings name."""
    return _stores_of(settings())


def _places(config: Settings) -> tuple[Path, str, str, str]:
    return config.home, config.chroma_url, config.store_url.get_secret_value(), config.files_url.get_secret_value()


def _stores_of(config: Settings) -> HomeStores:
    return stores_at(*_places(config))


def stores(scope: Scope) -> Stores:
    """Return the stores that the settings name, as a caller with this scope sees them."""
    return home_stores().within(scope)


def stores_of(identity: Identity, collection: str = "") -> Stores:
    """Return the stores that the settings name, as this user sees them: all that they may, or one collection.

    Raises:
        NotAllowedError: the user sees no such collection.
    """
    return stores(scope_of(identity, home_stores().catalog, collection))


def run_scope(collection: str = "") -> Scope:
    """Return the scope of the calling run: what its user may see and change.

    It is limited to this collection, or else to the one that the run's settings name.

    Raises:
        NotAllowedError: on a server with users, the run has no user, or one who was removed; or the user does not see
            the collection that the run's settings name.
    """
    identity, wish = users.run_identity(), collection or run_context.collection_of_run()
    if identity is LOCAL and not wish:
        return Scope.everything()
    return scope_of(identity, home_stores().catalog, wish)


def engine_name(context: Context, config: Settings) -> str:
    """Return the engine that answers, `llm` or `offline`; `auto` is `llm` where a model is named, or a key is set.

    A model that is named and cannot be used is an error: the run does not fall back to the offline engine.
    """
    if context.engine != "auto":
        return context.engine
    is_named = config.chat_model or config.reader_model not in ("", OFFLINE)
    return "llm" if is_named or config.keys or config.openai_base_url else "offline"


def reader_name(context: Context, config: Settings) -> str:
    """Return the engine that reads pages, `llm` or `offline`."""
    return "offline" if context.reader_model == OFFLINE else engine_name(context, config)


@build_once()
def _minilm() -> SentenceEmbedder:
    from graph.engines.offline.minilm import MiniLM

    return MiniLM()


@build_once()
def _multilingual_encoder() -> MultilingualEncoder:
    from graph.engines.offline.multilingual import MultilingualEncoder

    return MultilingualEncoder()


def _multilingual_within(opened: Stores) -> MultilingualSearch | None:
    search = multilingual_search(opened.everything().catalog)
    return search.within(cast("VectorCatalog", opened.catalog)) if search else None


@build_once(4)
def multilingual_search(catalog: Catalog) -> MultilingualSearch | None:
    """Return the search across languages, by one model for all home folders; None where it is not installed."""
    from graph.engines.offline.multilingual import is_installed
    from graph.retrieval.multilingual import MultilingualSearch, VectorCatalog

    return MultilingualSearch(cast(VectorCatalog, catalog), _multilingual_encoder()) if is_installed() else None


@build_once(4)
def rate_limiter(config: Settings) -> RateLimiter:
    """Return the one rate limiter of all runs with these settings, so that a pause holds for all of them."""
    from graph.engines.requests.rate_limit import build_rate_limiter

    url = config.quota_url.get_secret_value()
    return build_rate_limiter(config, _stores_of(config).catalog, partial(shared_quota, url) if url else None)


def _ask_quota(url: str) -> None:
    """Check that a store of quotas answers; the errors are those of `open_quota_store`, and ModelError or HomeError."""
    if url:
        require_extra("team", "PAGEWITNESS_QUOTA_URL")
    if url.startswith(("redis://", "rediss://")):
        from graph.storage.redis_quota import ask

        ask(url)
    elif url:
        from graph.storage.postgres import database

        database.ask(url, "PAGEWITNESS_QUOTA_URL")


def _ask_files() -> None:
    if blobs := home_stores().blobs:
        blobs.ask()


def services() -> dict[str, Callable[[], None]]:
    """Return the check of each service that the settings name, which raises an error with a sentence if it fails.

    A check takes no lock of the service, and waits for no thread that uses it; nothing is written.
    """
    return {
        "store": lambda: home_stores().ask(),
        "files": _ask_files,
        "quota": lambda: _ask_quota(settings().quota_url.get_secret_value()),
    }


def open_quota_store(url: str) -> QuotaStore:
    """Open the store of quotas at an address, `postgresql://…`, `redis://…` or `rediss://…`.

    Raises:
        BadInputError: the address is none of these, or nothing answers there.
    """
    if url.startswith(("postgresql://", "postgres://")):
        from graph.storage.postgres.quota import PostgresQuotaStore

        return PostgresQuotaStore(url)
    if url.startswith(("redis://", "rediss://")):
        from graph.storage.redis_quota import RedisQuotaStore

        return RedisQuotaStore(url)
    raise BadInputError(
        "PAGEWITNESS_QUOTA_URL is not the address of a Postgres database or a Redis server: set one such as "
        "postgresql://user@host/database or redis://host:6379/0, or nothing for a quota of this process."
    )


_quota_store = build_once(4)(open_quota_store)


def shared_quota(url: str, account: str) -> SharedQuota:
    """Return the quota of an account that all processes share.

    Raises:
        BadInputError: the address is not valid, nothing answers there, or packages are missing.
    """
    require_extra("team", "PAGEWITNESS_QUOTA_URL")
    from graph.storage.quota import SharedQuota

    return SharedQuota(_quota_store(url), account)


def uses_embedding_model(context: Context, config: Settings) -> bool:
    """Return True if an embedding model embeds chunks and questions, False if the offline model does."""
    if context.embedder != "auto":
        return context.embedder == "model"
    return engine_name(context, config) == "llm" and bool(context.embedding_model)


@build_once(8)
def _engine_and_embedder(context: Context, config: Settings) -> tuple[Engine, Embedder, Engine]:
    """Build the engine, the embedder and the reader, which are chosen apart; they share one request client."""
    is_llm, embeds_by_model = engine_name(context, config) == "llm", uses_embedding_model(context, config)
    embedder: Embedder | None = None
    if is_llm or embeds_by_model:
        from graph.engines.llm import factory

        fallback = context.fallback_model if is_llm else ""
        client = factory.build_client(config, fallback_model=fallback, rate_limiter=rate_limiter(config))
        embedder = factory.build_embedder(context, config, client) if embeds_by_model else None
    asked = _stores_of(config).asked_models() if is_llm else {}
    engine = factory.build_engine(context, config, client, asked) if is_llm else _offline_engine(config)
    reader = _offline_engine(config) if is_llm and context.reader_model == OFFLINE else engine
    return engine, embedder or _minilm(), reader


def forget_engines() -> None:
    """Let later runs build their engines again."""
    _engine_and_embedder.cache_clear()


@build_once(4)
def _offline_engine(config: Settings) -> Engine:
    from graph.engines.offline.engine import OfflineEngine

    catalog = _stores_of(config).within(Scope.everything()).catalog
    return OfflineEngine(catalog, pool(), _minilm(), multilingual_search(catalog))


def offline_engine(opened: Stores) -> Engine:
    """Return the engine that needs no model service, on these stores, whatever the run's engine is."""
    return _engine_within(_offline_engine(settings()), opened)


def _engine_within(engine: Engine, opened: Stores) -> Engine:
    """Return an engine that looks up chunks in these stores alone; unchanged if their scope is everything."""
    if opened.scope.is_everything or engine.name != OFFLINE:
        return engine
    return cast("OfflineEngine", engine).within(opened.catalog, _multilingual_within(opened))


def for_context(context: Context, scope: Scope | None = None) -> Deps:
    """Return the dependencies of a run with this context, within its own scope or this one.

    Equal contexts share clients and models.
    """
    config = settings()
    opened = _stores_of(config)  # first, since engines keep a reference to the catalog
    within = opened.within(scope or run_scope(context.collection))
    deps = _deps(within, *_engine_and_embedder(_engine_context(context), config))
    process.freeze_gc()
    return deps


def _deps(opened: Stores, engine: Engine, embedder: Embedder, reader: Engine) -> Deps:
    return Deps(opened, _engine_within(engine, opened), embedder, _engine_within(reader, opened))


def _engine_context(context: Context) -> Context:
    """Return the context without fields that no engine uses, so that runs that differ only there share an engine."""
    if context.password is None and not context.reread and not context.collection:
        return context  # as of every question; a copy takes 20 us, and each of five nodes asks for one
    return context.model_copy(update={"password": None, "reread": False, "collection": ""})


async def current() -> Deps:
    """Return the dependencies of the calling run; where they are not built yet, build them in a thread."""
    context, config = run_context.current(), settings()
    engine_context = _engine_context(context)
    opened = _stores_at(*_places(config))
    # Opening stores again blocks too: the home folder may have been deleted since the run's last node.
    # What a user may see is looked up in the catalog each time, which blocks; a home without users needs no look-up.
    scope = await asyncio.to_thread(run_scope) if config.users or context.collection else run_scope()
    if _engine_and_embedder.is_cached(engine_context, config) and not opened.was_replaced():
        return _deps(opened.within(scope), *_engine_and_embedder(engine_context, config))
    return await asyncio.to_thread(for_context, context, scope)
