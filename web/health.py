"""Health check of the server, for load balancers and users: whether it is ready for work ("/ok" says it is up)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import NotRequired

from starlette.requests import Request
from starlette.responses import JSONResponse
from typing_extensions import TypedDict

from graph import dependencies
from graph.access import Scope
from graph.context import Context
from graph.settings import settings
from graph.storage.home_lock import free_bytes
from loaders.sources.formats import SUFFIXES
from web.auth import recognize
from web.openapi import endpoint
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
def health(request: Request) -> Health | JSONResponse:
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
    problems = [sentence for check, sentence in _CHECKS if not _passes(check)]
    if not problems:
        return state
    detail = " ".join(problems) if recognize(request.scope, request.headers) else LIBRARY_UNAVAILABLE
    return JSONResponse({**state, "ok": False, "detail": detail}, 503)


def _passes(check: Callable[[], None]) -> bool:
    try:
        check()
    except Exception:
        # Any error means that the server is not ready. The details name folders of this machine: they are only logged.
        logger.exception("Not ready")
        return False
    return True


def _check_home() -> None:
    free_bytes(settings().home)


def _check_catalog() -> None:
    dependencies.stores(Scope.everything()).catalog.get_meta("")


def _check_engine() -> None:
    dependencies.for_context(Context(), Scope.everything())


def _check_vectors() -> None:
    """Raise if another process owns the home folder, or the vectors are another model's."""
    deps = dependencies.for_context(Context(), Scope.everything())
    deps.stores.acquire()
    deps.stores.check(deps.embedder.identity)


_CHECKS: tuple[tuple[Callable[[], None], str], ...] = (
    (_check_home, "The home folder cannot be written to, or its disk is full."),
    (_check_catalog, "The catalog cannot be opened."),
    (_check_engine, "The engine cannot be loaded: look at the settings of its models."),
    (_check_vectors, "The vectors cannot be used: another process has the home folder, the Chroma server does not "
     "answer, or they are another model's."),
)  # fmt: skip
