"""Finding out what is wrong before it goes wrong: installation, home folder, key, models, index."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from importlib.metadata import version
from typing import Any, TypedDict

from graph import deps
from graph.context import Context
from graph.errors import BadInputError, HomeError, IndexMismatchError, ModelError
from graph.settings import settings

_PACKAGES = ("langgraph", "langchain", "langchain-google-genai", "chromadb", "pymupdf", "rapidocr", "onnxruntime")
_LOW_DISK = 500  # megabytes; a page image takes about 0.4


class Check(TypedDict):
    """One thing that was looked at, and what to do when it is not well."""

    name: str
    ok: bool
    detail: str


def examine() -> dict[str, Any]:
    """Every check; nothing is sent to a model service, and nothing is changed but the home folder made."""
    checks = [
        _check(name, look)
        for name, look in (
            ("packages", _packages), ("home folder", _home), ("engine", _engine), ("catalog", _catalog),
            ("chunks", _chunks), ("vectors", _vectors), ("offline model", _model),
        )
    ]  # fmt: skip
    return {"ok": all(check["ok"] for check in checks), "checks": checks}


def _check(name: str, look: Callable[[], str]) -> Check:
    try:
        return Check(name=name, ok=True, detail=look())
    except (BadInputError, HomeError, ModelError, RuntimeError) as error:
        return Check(name=name, ok=False, detail=str(error))


def _packages() -> str:
    python = ".".join(map(str, sys.version_info[:3]))
    return f"Python {python}, " + ", ".join(f"{name} {version(name)}" for name in _PACKAGES)


def _home() -> str:
    from graph.storage.home import prepare

    home = prepare(settings().home)
    free = shutil.disk_usage(home).free // 2**20
    if free < _LOW_DISK:
        raise HomeError(f"Only {free} MB are left on the disk of {home}: make room, or name another with --home.")
    return f"{home}, {free:,} MB free"


def _engine() -> str:
    now, context = settings(), Context()
    name = deps.engine_name(context, now)
    if name == "offline":
        return "offline" + ("" if now.api_key else "; set GOOGLE_API_KEY to use Gemini")
    deps.deps(context)
    address = f" at {now.base_url}" if now.base_url else ""
    models = f"reader {context.reader_model}, chat {context.chat_model}, embedding {context.embedding_model}"
    return f"gemini{address}: {models}"


def _catalog() -> str:
    catalog = deps.stores().catalog
    documents = catalog.documents()
    pages = [page for row in documents for page in catalog.pages(row.id)]
    bad = sum(page.status in ("failed", "pending") for page in pages)
    unread = f", {bad} of them not read: run `pagewitness ingest` on the same files again" if bad else ""
    return f"{len(documents)} documents, {len(pages)} pages{unread}"


def _chunks() -> str:
    from graph.ingestion.indexing import is_cut_anew

    catalog = deps.stores().catalog
    documents = [row for row in catalog.documents() if row.generation]
    old = sum(not is_cut_anew(catalog.basis(row.id)) for row in documents)
    if old:
        raise IndexMismatchError(
            f"{old} documents were cut by another version of PageWitness: run `pagewitness rechunk` (no page is read)."
        )
    return f"{len(documents)} documents are cut as this version does"


def _vectors() -> str:
    now = deps.deps(Context())
    now.stores.check(now.embedder.identity)
    return f"{now.stores.vectors.count():,} vectors of {now.embedder.identity}"


def _model() -> str:
    from graph.engines.minilm import MiniLM

    return f"{MiniLM.identity}, {len(MiniLM().encode(['Does it work?'])[0].vector)} dimensions"
