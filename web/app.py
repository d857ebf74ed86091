"""The Starlette application that `http.app` in langgraph.json adds to the server's own API."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import AsyncIterator
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from graph.runtime import process
from web import (
    collections,
    document_files,
    documents,
    openai_api,
    operations,
    overview,
    pages,
    sessions,
    unread_uploads,
)
from web.auth import sign_in
from web.dispatch import DispatchMiddleware, dispatching
from web.draining import DrainingMiddleware, ending_gracefully
from web.health import health
from web.mcp import mcp
from web.openapi import specification
from web.passwords import password
from web.proof import proof
from web.replies import ReplyMiddleware
from web.request_filter import RequestFilter
from web.responses import WebError
from web.security import SecurityMiddleware
from web.uploads import upload
from web.watched import following

process.configure_gc(pause=False)

_STATIC = Path(__file__).parent / "static"
_SAMPLE = Path(__file__).parents[1] / "examples" / "sample.pdf"
"""The document that an empty reading room offers; an installed package has no examples."""

_DOCUMENT = "/documents/{document}"


@contextlib.asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    """Dispatch runs and follow the watched folders while the server runs; at its end let running work finish."""
    process.end_pause()
    threading.Thread(target=sessions.prepare, daemon=True).start()
    async with dispatching(), following() as stop, ending_gracefully(stop):
        yield


def room(request: Request) -> Response:
    """Return the reading room's page, or `{"ok": true}` to a load balancer, which requests "/" without HTML."""
    if request.url.path == "/" and "text/html" not in request.headers.get("accept", ""):
        return JSONResponse({"ok": True})
    return FileResponse(_STATIC / "index.html", headers={"Cache-Control": "no-cache"})


def sample(request: Request) -> Response:
    """Return the document that an empty room offers to try."""
    if not _SAMPLE.is_file():
        return WebError(404, "The sample is not on this server: add a document of yours.").response()
    return FileResponse(_SAMPLE, media_type="application/pdf")


def openapi(request: Request) -> Response:
    """Return the OpenAPI document of these routes alone; the LangGraph server adds its own to `app.routes`."""
    return JSONResponse(specification(ROUTES))


ROUTES: list[BaseRoute] = [
    Route("/", room, include_in_schema=False),
    Route("/room", room, include_in_schema=False),
    Route("/room/sample.pdf", sample, include_in_schema=False),
    Route("/room/openapi.json", openapi, include_in_schema=False),
    Mount("/room/static", StaticFiles(directory=_STATIC)),
    Route("/session", sign_in, methods=["POST"], include_in_schema=False),
    Route("/health", health),
    Route("/uploads", upload, methods=["POST"]),
    Route("/uploads", unread_uploads.unread),
    Route("/uploads/{document}", unread_uploads.delete, methods=["DELETE"]),
    Route("/uploads/{document}/password", password, methods=["POST"]),
    Route("/proof", proof, methods=["POST"]),
    Route("/v1/models", openai_api.models, include_in_schema=False),
    Route("/v1/chat/completions", openai_api.chat_completions, methods=["POST"], include_in_schema=False),
    Route("/mcp", mcp, methods=["GET", "POST", "DELETE"], include_in_schema=False),
    Route("/documents", documents.documents),
    Route(_DOCUMENT, documents.document, methods=["GET"]),
    Route(f"{_DOCUMENT}/collections", collections.put, methods=["PUT"]),
    Route("/collections", collections.add, methods=["POST"]),
    Route(f"{_DOCUMENT}/overview", overview.overview),
    Route(f"{_DOCUMENT}/file", document_files.file),
    Route(f"{_DOCUMENT}/transcript", pages.transcript),
    Route(f"{_DOCUMENT}/pages/{{page}}", pages.page),
    Route(f"{_DOCUMENT}/pages/{{page}}/words", pages.words),
    Route(f"{_DOCUMENT}/pages/{{page}}/image", pages.image),
    *operations.routes(),
]

_AROUND = (SecurityMiddleware, DrainingMiddleware, ReplyMiddleware, RequestFilter, DispatchMiddleware)
MIDDLEWARE = [Middleware(one) for one in _AROUND]

app = Starlette(routes=ROUTES, middleware=MIDDLEWARE, lifespan=lifespan)
