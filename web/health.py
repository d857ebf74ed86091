"""Health check of the server, for load balancers and users: whether it is ready for work ("/ok" says it is up)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NotRequired
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse
from typing_extensions import TypedDict

from graph import dependencies
from graph.access import Scope
from graph.context import Context
from graph.errors import BadInputError, HomeError, ModelError
from graph.settings import settings
from graph.storage.home_lock import free_bytes
from loaders.sources.formats import SUFFIXES
from web.auth import recognize
from web.draining import RETRY, STOPPING, is_draining
from web.openapi import endpoint
from web.probes import Probe
from web.responses import LIBRARY_UNAVAILABLE

logger = logging.getLogger(__name__)


class Health(TypedDict):
    """The state of the server."""

    ok: bool
    """Whether the library can be used."""
    detail: NotRequired[str]
    """What is wrong, if anything is."""
    engine: str
    """The engine that reads and answers."""
    upload_mb: int
    """The largest file that may be uploaded, in MB."""
    suffixes: list[str]
    """File name endings of the formats that are read, in lower case."""
    token: bool
    """Whether the server asks for a token."""


@endpoint()
async def health(request: Request) -> Health | JSONResponse:
    """Report whether the library can be used, and which files may be uploaded.

    If it cannot, the status is 503, and authorized clients get the reason.
    """
    current = settings()
    state: Health = {
        "ok": True,
        "engine": dependencies.engine_name(Context(), current),
        "upload_mb": current.upload_mb,
        "suffixes": list(SUFFIXES),
        "token": bool(current.token or current.users),
    }
    if is_draining():
        return JSONResponse({**state, "ok": False, "detail": STOPPING}, 503, RETRY)
    problems = await _problems()
    if not problems:
        return state
    who = recognize(request.scope, request.headers)
    detail = " ".join(_detail(*one, in_full=who.admin) for one in problems) if who else LIBRARY_UNAVAILABLE
    return JSONResponse({**state, "ok": False, "detail": detail}, 503)


async def _problems() -> list[tuple[str, Exception]]:
    """Return the sentence and the error of each check that failed.

    The library is checked only if all services answer: its checks would wait for a service that does not, and keep
    locks that the server's other work needs.
    """
    failed = await _failed(_SERVICES, _SERVICE_S) or await _failed(_LIBRARY, _LIBRARY_S)
    for sentence, error in failed:
        # The errors name folders of this machine: most are only logged.
        logger.error("Not ready: %s", sentence, exc_info=error)
    return failed


async def _failed(checks: Sequence[tuple[Probe, str]], seconds: float) -> list[tuple[str, Exception]]:
    found = await asyncio.gather(*(probe.problem(seconds) for probe, _ in checks))
    return [(sentence, error) for (_, sentence), error in zip(checks, found, strict=True) if error]


def _detail(sentence: str, error: Exception, *, in_full: bool) -> str:
    """Return a sentence on a failed check, with the cause for those who manage the server."""
    if isinstance(error, TimeoutError):
        return f"{sentence} There was no answer in time."
    if not in_full or not isinstance(error, BadInputError | HomeError | ModelError) or sentence in _FULL:
        return sentence
    now = settings()
    told = str(error)
    for folder in filter(None, (str(now.home), urlsplit(now.files_url.get_secret_value()).path.rstrip("/"))):
        told = told.replace(folder, Path(folder).name)
    return f"{sentence} {told}"


def _check_home() -> None:
    free_bytes(settings().home)


def _check_service(name: str) -> None:
    dependencies.services()[name]()


def _check_catalog() -> None:
    dependencies.home_stores().catalog.get_meta("")


def _check_files() -> None:
    stores = dependencies.home_stores()
    if blobs := stores.blobs:
        blobs.check(stores.catalog.get_meta(stores.FILES_AT) or "")


def _check_engine() -> None:
    dependencies.for_context(Context(), Scope.everything())


def _check_vectors() -> None:
    """Raise if another process owns the home folder, or the vectors are another model's."""
    deps = dependencies.for_context(Context(), Scope.everything())
    deps.stores.acquire()
    deps.stores.check(deps.embedder.identity)


_NO_CATALOG = "The catalog cannot be opened."
_NO_FILES = "The store of files (PAGEWITNESS_FILES_URL) cannot be used."
_NO_VECTORS = (
    "The vectors cannot be used: another process has the home folder, the Chroma server does not answer, or they are "
    "another model's."
)
_FULL = ("The home folder cannot be written to, or its disk is full.", _NO_VECTORS)
"""Sentences that are complete without the error's message."""
_SERVICE_S, _LIBRARY_S = 2.0, 20.0  # to load the models takes 1 to 3 s
_SERVICES = (
    (Probe(_check_home), _FULL[0]),
    (Probe(partial(_check_service, "store")), _NO_CATALOG),
    (Probe(partial(_check_service, "files")), _NO_FILES),
    (Probe(partial(_check_service, "quota")), "The shared quota (PAGEWITNESS_QUOTA_URL) cannot be used."),
)
_LIBRARY = (
    (Probe(_check_catalog, passes_while_busy=True), _NO_CATALOG),
    (Probe(_check_files, passes_while_busy=True), _NO_FILES),
    (Probe(_check_engine, passes_while_busy=True), "The engine cannot be loaded: look at the settings of its models."),
    (Probe(_check_vectors, passes_while_busy=True), _NO_VECTORS),
)
