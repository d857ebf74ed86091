"""The Starlette application that `http.app` in langgraph.json mounts: our pages beside the server's own API."""

from __future__ import annotations

from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from graph.runtime import process
from web import documents, pages
from web.auth import sign_in
from web.health import health
from web.openapi import described, specification
from web.passwords import password
from web.request_filter import Intake
from web.security import Guard
from web.uploads import upload

process.configure_gc(pause=False)

_STATIC = Path(__file__).parent / "static"
_DOCUMENT = "/documents/{document}"


def room(request: Request) -> Response:
    """The page; whoever asks "/" without wanting HTML is a load balancer, and is told that the server is up."""
    if request.url.path == "/" and "text/html" not in request.headers.get("accept", ""):
        return JSONResponse({"ok": True})
    return FileResponse(_STATIC / "index.html", headers={"Cache-Control": "no-cache"})


def openapi(request: Request) -> Response:
    """Our routes as an OpenAPI document; the server's own /openapi.json has them too, among its own."""
    return JSONResponse(specification())


app = Starlette(
    routes=[
        Route("/", room, include_in_schema=False),
        Route("/room", room, include_in_schema=False),
        Route("/room/openapi.json", openapi, include_in_schema=False),
        Mount("/room/static", StaticFiles(directory=_STATIC)),
        Route("/session", sign_in, methods=["POST"], include_in_schema=False),
        Route("/health", described(health)),
        Route("/uploads", described(upload), methods=["POST"]),
        Route("/uploads/{document}/password", described(password), methods=["POST"]),
        Route("/documents", described(documents.documents)),
        Route(_DOCUMENT, described(documents.document), methods=["GET"]),
        Route(_DOCUMENT, described(documents.delete), methods=["DELETE"]),
        Route(f"{_DOCUMENT}/transcript", described(pages.transcript)),
        Route(f"{_DOCUMENT}/pages/{{page}}", described(pages.page)),
        Route(f"{_DOCUMENT}/pages/{{page}}/image", described(pages.image)),
    ],
    middleware=[Middleware(Guard), Middleware(Intake)],
)
