"""Finding out what is wrong before it goes wrong: installation, home folder, key, models, index."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from statistics import median
from typing import Any, TypedDict

from graph import dependencies
from graph.context import Context
from graph.errors import BadInputError, HomeError, IndexMismatchError, ModelError
from graph.retrieval.embedder import SentenceEmbedder
from graph.settings import settings

_PACKAGES = ("langgraph", "langchain", "langchain-google-genai", "chromadb", "pymupdf", "rapidocr", "onnxruntime")
_SMALL = 50_000  # bytes; not worth a word


class Check(TypedDict):
    """One thing that was looked at, how long that took, and what to do when it is not well."""

    name: str
    ok: bool
    detail: str
    seconds: float


def examine() -> dict[str, Any]:
    """Every check; nothing is sent to a model service, and nothing is changed but the home folder made."""
    checks = [
        _check(name, look)
        for name, look in (
            ("packages", _packages), ("home folder", _home), ("sizes", _sizes), ("engine", _engine),
            ("catalog", _catalog), ("reading", _reading), ("chunks", _chunks), ("vectors", _vectors),
            ("offline model", _model), ("a question", _question),
        )
    ]  # fmt: skip
    return {"ok": all(check["ok"] for check in checks), "checks": checks}


def _check(name: str, look: Callable[[], str]) -> Check:
    started = time.perf_counter()
    try:
        ok, detail = True, look()
    except (BadInputError, HomeError, ModelError, RuntimeError) as error:
        ok, detail = False, str(error)
    return Check(name=name, ok=ok, detail=detail, seconds=round(time.perf_counter() - started, 3))


def _packages() -> str:
    python = ".".join(map(str, sys.version_info[:3]))
    return f"Python {python}, " + ", ".join(f"{name} {version(name)}" for name in _PACKAGES)


def _home() -> str:
    from graph.storage.home_lock import free_bytes

    home = settings().home
    return f"{home}, {free_bytes(home) // 2**20:,} MB free"


def _sizes() -> str:
    """Return the size of each part of the home folder."""
    sizes = dependencies.stores().sizes()
    listed = (f"{name} {size / 2**20:,.1f} MB" for name, size in sizes.most_common() if size > _SMALL)
    return ", ".join(listed) or "nothing is stored yet"


def _engine() -> str:
    now, context = settings(), Context()
    name = dependencies.engine_name(context, now)
    if name == "offline":
        return "offline" + ("" if now.api_key else "; set GOOGLE_API_KEY to use Gemini")
    dependencies.for_context(context)
    address = f" at {now.base_url}" if now.base_url else ""
    models = f"reader {context.reader_model}, chat {context.chat_model}, embedding {context.embedding_model}"
    return f"llm{address}: {models}"


def _catalog() -> str:
    catalog = dependencies.stores().catalog
    documents = catalog.documents()
    pages = [page for row in documents for page in catalog.pages(row.id)]
    bad = sum(page.status in ("failed", "pending") for page in pages)
    unread = f", {bad} of them not read: run `pagewitness ingest` on the same files again" if bad else ""
    return f"{len(documents)} documents, {len(pages)} pages{unread}"


def _reading() -> str:
    """What reading took, page by page, as the ledger has it."""
    catalog = dependencies.stores().catalog
    taken = [(page.seconds, row.name, page) for row in catalog.documents() for page in catalog.pages(row.id)]
    taken = [one for one in taken if one[0]]
    if not taken:
        return "no page has been read yet"
    seconds, name, slowest = max(taken, key=lambda one: one[0])
    requests = sum(page.requests for *_, page in taken)
    return (
        f"{median(one[0] for one in taken):.1f} s a page at the median, waiting for its turn included, {seconds:.1f} s "
        f"for page {slowest.page} of {name}; {requests:,} requests for {len(taken):,} pages"
    )


def _chunks() -> str:
    from graph.ingestion.indexing import is_cut_anew

    catalog = dependencies.stores().catalog
    documents = [row for row in catalog.documents() if row.generation]
    old = sum(not is_cut_anew(catalog.chunks_fingerprint(row.id)) for row in documents)
    if old:
        raise IndexMismatchError(
            f"{old} documents were cut by another version of PageWitness: run `pagewitness rechunk` (no page is read)."
        )
    return f"{len(documents)} documents are cut as this version does"


def _vectors() -> str:
    now = dependencies.for_context(Context())
    now.stores.check(now.embedder.identity)
    return f"{now.stores.vectors.count():,} vectors of {now.embedder.identity}"


def _model() -> str:
    from graph.engines.offline.minilm import MiniLM

    return f"{MiniLM.identity}, {len(MiniLM().encode(['Does it work?'])[0].vector)} dimensions"


def _question() -> str:
    """Where the time of a question goes, but for what a model service takes."""
    now = dependencies.for_context(Context())
    if not now.stores.vectors.count():
        return "there is nothing to ask yet"
    clock = [time.perf_counter()]

    def lap() -> str:
        clock.append(time.perf_counter())
        return f"{1000 * (clock[-1] - clock[-2]):.0f} ms"

    now.retriever()
    times = [f"opened in {lap()}"]
    if isinstance(now.embedder, SentenceEmbedder):
        vector = now.embedder.encode_query("Where does the time of a question go?").vector
        times.append(f"encoded in {lap()}")
        now.stores.vectors.search(vector, [], 60)
        times.append(f"nearest vectors in {lap()}")
    now.stores.catalog.search_text(["time", "question"], [], 30)
    return ", ".join([*times, f"full text in {lap()}"])
