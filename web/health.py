"""Whether the server is ready for work, for load balancers and for people; "/ok" only says that it is up."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from graph import dependencies
from graph.context import Context
from graph.errors import HomeError
from graph.settings import settings
from graph.storage.home_lock import prepare
from web.auth import welcome
from web.responses import UNUSABLE, answered

logger = logging.getLogger(__name__)
_SPARE = 500 * 2**20  # bytes: `pagewitness doctor` and uploads draw the line there too


@answered
def health(request: Request) -> Response:
    """Whether the library can be used, and what may be uploaded; 503 says what is wrong, to those who may come in."""
    now = settings()
    said = {
        "engine": dependencies.engine_name(Context(), now),
        "upload_mb": now.upload_mb,
        "token": bool(now.server_token),
    }
    problems = [sentence for look, sentence in _CHECKS if not _is_well(look)]
    if not problems:
        return JSONResponse({"ok": True, **said})
    detail = " ".join(problems) if welcome(request.headers) else UNUSABLE
    return JSONResponse({"ok": False, "detail": detail, **said}, 503)


def _is_well(look: Callable[[], None]) -> bool:
    try:
        look()
    except Exception:
        # Whatever it is, the server is not ready; what exactly is for the log, since it names folders of this machine.
        logger.exception("Not ready")
        return False
    return True


def _home() -> None:
    free = shutil.disk_usage(prepare(settings().home)).free
    if free < _SPARE:
        raise HomeError(f"Only {free // 2**20} MB are left on the disk.")


def _catalog() -> None:
    dependencies.stores().catalog.get_meta("")


def _engine() -> None:
    dependencies.for_context(Context())


def _vectors() -> None:
    """A server that is ready has the home folder to itself."""
    now = dependencies.for_context(Context())
    now.stores.own()
    now.stores.check(now.embedder.identity)


_CHECKS: tuple[tuple[Callable[[], None], str], ...] = (
    (_home, "The home folder cannot be written to, or its disk is full."),
    (_catalog, "The catalog cannot be opened."),
    (_engine, "The engine cannot be loaded: look at the settings of its models."),
    (_vectors, "The vectors cannot be used: another process has the home folder, the Chroma server does not answer, or "
     "they are another model's."),
)  # fmt: skip
