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
    """Say whether the library can be used, and what may be uploaded.

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
    detail = " ".join(_told(*one, in_full=who.admin) for one in problems) if who else LIBRARY_UNAVAILABLE
    return JSONResponse({**state, "ok": False, "detail": detail}, 503)


async def _problems() -> list[tuple[str, Exception]]:
    """Return what is wrong: for each check that failed its sentence and its error.

    What the services hold is looked at only while all of them answer: it would wait for them, with locks that the
    server's other work needs.
    """
    failed = await _failed(_SERVICES, _SERVICE_S) or await _failed(_LIBRARY, _LIBRARY_S)
    for sentence, error in failed:
        # The errors name folders of this machine: most are only logged.
        logger.error("Not ready: %s", sentence, exc_info=error)
    return failed


async def _failed(checks: Sequence[tuple[Probe, str]], seconds: float) -> list[tuple[str, Exception]]:
    found = await asyncio.gather(*(probe.problem(seconds) for probe, _ in checks))
    return [(sentence, error) for (_, sentence), error in zip(checks, found, strict=True) if error]


def _told(sentence: str, error: Exception, *, in_full: bool) -> str:
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
"""Sentences that need no cause."""
_SERVICE_S, _LIBRARY_S = 2.0, 20.0  # to load the models takes 1 to 3 s
_SERVICES = (
    (Probe(_check_home), _FULL[0]),
    (Probe(partial(_check_service, "store")), _NO_CATALOG),
    (Probe(partial(_check_service, "files")), _NO_FILES),
    (Probe(partial(_check_service, "quota")), "The shared quota (PAGEWITNESS_QUOTA_URL) cannot be used."),
)
_LIBRARY = (
    (Probe(_check_catalog, busy_is_well=True), _NO_CATALOG),
    (Probe(_check_files, busy_is_well=True), _NO_FILES),
    (Probe(_check_engine, busy_is_well=True), "The engine cannot be loaded: look at the settings of its models."),
    (Probe(_check_vectors, busy_is_well=True), _NO_VECTORS),
)
