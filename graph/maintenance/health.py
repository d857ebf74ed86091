"""Health checks of `pagewitness doctor`: installation, home folder, key, models, index."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from statistics import median
from typing import TYPE_CHECKING, Any, TypedDict

from graph import dependencies
from graph.access import Scope
from graph.context import Context
from graph.errors import BadInputError, HomeError, IndexMismatchError, ModelError
from graph.providers import OLLAMA, OLLAMA_ADDRESS, PROVIDERS
from graph.retrieval.embedder import SentenceEmbedder
from graph.settings import Settings, settings
from graph.storage.stores import Stores
from graph.types import counted
from loaders.pages.cpu import cores

_PACKAGES = ("langgraph", "langchain", "langchain-google-genai", "chromadb", "pymupdf", "rapidocr", "onnxruntime")
if TYPE_CHECKING:
    from graph.engines.llm.capabilities import Capabilities

_MOST_NAMES = 3  # documents that are named
_MIN_LISTED_BYTES = 50_000  # smaller parts of the home folder are not listed


class Check(TypedDict):
    """The result of one health check."""

    name: str
    """What was checked."""
    ok: bool
    """Whether it passed."""
    detail: str
    """Figures, or what is wrong and what to do."""
    seconds: float
    """How long it took."""


def run_checks(*, named: bool = True) -> dict[str, Any]:
    """Run all checks; return `checks`, a list of Check, and whether all passed as `ok`; name documents if `named`.

    Nothing is sent to a model service; the home folder is created if it is missing, and nothing else is changed.
    """
    checks = [
        _run(name, check)
        for name, check in (
            ("packages", _packages), ("home folder", _home), ("sizes", _sizes), ("engine", _engine),
            ("models", _models), ("requests", _requests), ("quota", _quota), ("store", _store), ("files", _files),
            ("pages", _pool), ("catalog", _catalog),
            ("reading", partial(_reading, named=named)), ("chunks", _chunks),
            ("vectors", _vectors), ("offline model", _model), ("other scripts", _scripts), ("office files", _office),
            ("a question", _question),
        )
    ]  # fmt: skip
    return {"ok": all(check["ok"] for check in checks), "checks": checks}


async def ask_models() -> list[Capabilities]:
    """Ask each configured model what it can do, keep the replies in the home folder, and return them.

    Raises:
        BadInputError: no model is configured.
    """
    from graph.engines.llm import capabilities

    context, now = Context(), settings()
    if dependencies.engine_name(context, now) == "offline" and not dependencies.uses_embedding_model(context, now):
        raise BadInputError(
            "No model is configured, everything runs offline: set a key or name a model, see .env.example."
        )
    found = await capabilities.ask_models(context, now)
    catalog = (await asyncio.to_thread(dependencies.stores, Scope.everything())).catalog
    asked = {"at": time.strftime("%Y-%m-%d %H:%M"), "models": found}
    await asyncio.to_thread(catalog.set_meta, Stores.CAPABILITIES, json.dumps(asked))
    dependencies.forget_engines()  # what was found out may change how a model is asked
    return found


def _run(name: str, check: Callable[[], str]) -> Check:
    started = time.perf_counter()
    try:
        ok, detail = True, check()
    except (BadInputError, HomeError, ModelError, RuntimeError) as error:
        ok, detail = False, str(error)
    return Check(name=name, ok=ok, detail=detail, seconds=round(time.perf_counter() - started, 3))


def _packages() -> str:
    python = ".".join(map(str, sys.version_info[:3]))
    return f"Python {python}, " + ", ".join(f"{name} {_version(name)}" for name in _PACKAGES)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _home() -> str:
    from graph.storage.home_lock import free_bytes

    home = settings().home
    return f"{home}, {free_bytes(home) // 2**20:,} MB free"


def _sizes() -> str:
    """Return the size of each part of the home folder."""
    sizes = dependencies.home_stores().sizes()
    listed = (f"{name} {size / 2**20:,.1f} MB" for name, size in sizes.most_common() if size > _MIN_LISTED_BYTES)
    return ", ".join(listed) or "nothing is stored yet"


def _store() -> str:
    """Return where catalog and vectors are; a database has answered."""
    opened = dependencies.stores(Scope.everything())
    opened.catalog.count_searchable()
    return opened.place


def _files() -> str:
    """Return where page images are; a store at an address has answered."""
    if (blobs := dependencies.home_stores().blobs) is None:
        return "in the home folder"
    blobs.check(dependencies.home_stores().catalog.get_meta(Stores.FILES_AT) or "")
    return f"page images, uploads and fetched files in {blobs.place}"


def _pool() -> str:
    """Return where pages are read: on this machine, or in a cluster, which has run a job."""
    pool = dependencies.pool()
    if not (url := settings().pool_url):
        return f"read on this machine, {cores()} at a time"
    asyncio.run(pool.map(abs, [-1]))
    return f"read by {url}, which answered"


def _engine() -> str:
    now, context = settings(), Context()
    name = dependencies.engine_name(context, now)
    embedding = f"embedding {context.embedding_model}" if dependencies.uses_embedding_model(context, now) else ""
    if embedding or name == "llm":
        dependencies.for_context(context, Scope.everything())
    if name == "offline":
        hint = "" if now.keys else "; set GOOGLE_API_KEY to use Gemini, or see .env.example for other models"
        return f"offline, {embedding}{hint}" if embedding else f"offline{hint}"
    address = "".join(f", {PROVIDERS[name].title} at {now.own_address(name)}" for name in now.addresses)
    models = f"reader {context.reader_model}, chat {context.chat_model}, {embedding or 'embedding offline'}"
    return f"llm: {models}{address}"


def _models() -> str:
    """Return what the configured models could do when last asked, and whether an Ollama server runs unused."""
    context, now = Context(), settings()
    unused = "" if "ollama:" in f"{context.chat_model} {context.reader_model}" else _ollama(now)
    if dependencies.engine_name(context, now) == "offline":
        return f"none is configured{unused}"
    asked = json.loads(dependencies.stores(Scope.everything()).catalog.get_meta(Stores.CAPABILITIES) or "{}")
    models = {one["model"]: one for one in asked.get("models", [])}
    said = [_abilities(models[name]) for name in dict.fromkeys(now.models.values()) if name in models]
    hint = "not asked yet: `pagewitness doctor --ask` sends each a few small requests"
    return (f"asked {asked['at']}: " + "; ".join(said) if said else hint) + unused


def _requests() -> str:
    """Return how many requests and runs go on at a time, and the limits that are kept to from the start."""
    from graph.engines.requests.limits import default_concurrency, preset

    context, now = Context(), settings()
    runs = f"a server carries {now.runs_at_once} runs at a time"
    if dependencies.engine_name(context, now) == "offline":
        return f"none are sent; {runs}"
    most = now.concurrency or default_concurrency(now.tier)
    known = preset(now.tier, context.chat_model)
    minute, day = now.requests_per_minute or known.per_minute, now.requests_per_day or known.per_day
    tokens = [f"{now.tokens_per_minute:,} tokens a minute"] if now.tokens_per_minute else []
    limits = [f"{count:,} a {time}" for count, time in ((minute, "minute"), (day, "day")) if count] + tokens
    known_limits = " and ".join(limits) or "no limit known before a refusal"
    return f"at most {most} at a time to a model, {known_limits}; {runs}"


def _quota() -> str:
    """Return where requests are counted; a database or Redis server has answered."""
    if not (url := settings().quota_url.get_secret_value()):
        return "counted in this process"
    place = dependencies.shared_quota(url, "").place
    dependencies.services()["quota"]()
    return f"counted for all processes in {place}"


def _abilities(one: Mapping[str, Any]) -> str:
    named = [name for name in ("text", "image", "schema", "vector") if one[name].startswith("yes")]
    lacks = [name for name in ("text", "image", "schema", "vector") if one[name] and name not in named]
    parts = [f"can {', '.join(named)}"] * bool(named) + [f"cannot {', '.join(lacks)}"] * bool(lacks)
    return f"{one['model']} {' and '.join(parts)}"


def _ollama(now: Settings) -> str:
    """Return a sentence on an Ollama server that runs on this machine and is not used; "" if there is none."""
    import httpx

    at, url = now.addresses.get(OLLAMA, OLLAMA_ADDRESS), now.own_address(OLLAMA)
    try:
        names = [str(model["name"]) for model in httpx.get(f"{at}/api/tags", timeout=1).json()["models"]]
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        return ""
    if not names:
        return f". An Ollama runs at {url}, without models"
    remedy = f"set PAGEWITNESS_CHAT_MODEL=ollama:{names[0]} to use it"
    return f". An Ollama runs at {url} with {', '.join(names[:5])}: {remedy}"


def _catalog() -> str:
    catalog = dependencies.stores(Scope.everything()).catalog
    documents = catalog.documents()
    pages = [page for row in documents for page in catalog.pages(row.id)]
    bad = sum(page.status in ("failed", "pending") for page in pages)
    unread = f", {bad} of them not read: run `pagewitness ingest` on the same files again" if bad else ""
    return f"{counted(len(documents), 'document')}, {counted(len(pages), 'page')}{unread}"


def _reading(*, named: bool) -> str:
    """Return how long pages took to read, from the ledger."""
    catalog = dependencies.stores(Scope.everything()).catalog
    pages = [
        (page, row.name if named else f"document {row.id}")
        for row in catalog.documents()
        for page in catalog.pages(row.id)
        if page.seconds
    ]
    if not pages:
        return "no page has been read yet"
    slowest, name = max(pages, key=lambda pair: pair[0].seconds)
    requests = sum(page.requests for page, _ in pages)
    old = {name for page, name in pages if page.is_of_older_reader}
    older = sum(page.is_of_older_reader for page, _ in pages)
    was = "was" if older == 1 else "were"
    again = (
        f". {counted(older, 'page')} ({_named(sorted(old))}) {was} read by an earlier version of PageWitness: "
        "`pagewitness ingest --reread` on these files reads them as this one does"
        if older
        else ""
    )
    return (
        f"{median(page.seconds for page, _ in pages):.1f} s a page at the median, queueing included, "
        f"{slowest.seconds:.1f} s for page {slowest.page} of {name}; {requests:,} requests for {len(pages):,} pages"
        f"{again}"
    )


def _named(names: Sequence[str]) -> str:
    rest = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return f"{', '.join(names[:_MOST_NAMES])}{rest}"


def _chunks() -> str:
    from graph.ingestion.indexing import is_of_current_chunker

    catalog = dependencies.stores(Scope.everything()).catalog
    documents = [row for row in catalog.documents() if row.generation]
    old = sum(not is_of_current_chunker(catalog.chunks_fingerprint(row.id)) for row in documents)
    if old:
        raise IndexMismatchError(
            f"{counted(old, 'document')} {'was' if old == 1 else 'were'} chunked by another version of PageWitness: "
            "run `pagewitness rechunk` (no page is read)."
        )
    return (
        f"{counted(len(documents), 'document')} {'is' if len(documents) == 1 else 'are'} chunked as this version does"
    )


def _vectors() -> str:
    deps = dependencies.for_context(Context(), Scope.everything())
    deps.stores.check(deps.embedder.identity)
    return f"{deps.stores.vectors.count():,} vectors of {deps.embedder.identity}"


def _model() -> str:
    from graph.engines.offline.minilm import MiniLM

    return f"{MiniLM.identity}, {len(MiniLM().encode(['Does it work?'])[0].vector)} dimensions"


def _office() -> str:
    """Return the converter of Office files, or why they are skipped."""
    from loaders.sources.office import find_converter

    setting = settings().office_converter
    if found := find_converter(setting):
        return f"converted by {found}"
    if setting not in ("auto", "off"):
        raise BadInputError(f"PAGEWITNESS_OFFICE_CONVERTER names {setting!r}, which is no command: correct its path.")
    why = "PAGEWITNESS_OFFICE_CONVERTER is off" if setting == "off" else "LibreOffice is not installed"
    return f"skipped: {why}"


def _scripts() -> str:
    """Return which scripts Tesseract can read beside those that the built-in OCR knows."""
    from loaders.ocr import tesseract

    allowed = tesseract.wanted(settings().ocr_languages)
    known = [name for name, codes in tesseract.SCRIPTS.items() if allowed.intersection(codes)]
    if known:
        return f"Tesseract reads {', '.join(known)}"
    why = "is installed without their data" if tesseract.installed() else "is not installed"
    if tesseract.installed() and settings().ocr_languages != "auto":
        why = f"may not (PAGEWITNESS_OCR_LANGUAGES is {settings().ocr_languages})"
    return f"only Latin, Chinese and Japanese print is read by OCR; Tesseract, which reads others, {why}"


def _question() -> str:
    """Return how long the steps of a question take, without a model service."""
    deps = dependencies.for_context(Context(), Scope.everything())
    if not deps.stores.vectors.count():
        return "there is nothing to ask yet"
    clock = [time.perf_counter()]

    def lap() -> str:
        clock.append(time.perf_counter())
        return f"{1000 * (clock[-1] - clock[-2]):.0f} ms"

    deps.retriever()
    times = [f"opened in {lap()}"]
    if isinstance(deps.embedder, SentenceEmbedder):
        vector = deps.embedder.encode_query("Where does the time of a question go?").vector
        times.append(f"encoded in {lap()}")
        deps.stores.vectors.search(vector, [], 60)
        times.append(f"nearest vectors in {lap()}")
    deps.stores.catalog.search_text(["time", "question"], [], 30)
    return ", ".join([*times, f"full text in {lap()}"])
