"""The routes as a FastAPI application, which Aegra requires; aegra.json, which `make aegra` writes, names it."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import AsyncIterator

from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from graph.settings import settings
from web.aegra_shares import keep_places_for_questions, share_places
from web.aegra_threads import ThreadSearchMiddleware
from web.app import MIDDLEWARE, ROUTES
from web.app import lifespan as of_every_server


@contextlib.asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    """Do what every server does while it runs, and keep places for questions among those of Aegra's workers."""
    if "aegra_api" in sys.modules:
        keep_places_for_questions()
    async with of_every_server(app):
        yield


def ok(request: Request) -> JSONResponse:
    """Return that the process answers, as LangGraph's server does."""
    return JSONResponse({"ok": True})


if "aegra_api" in sys.modules:  # it imports this module before its workers start, whose number is then fixed
    from aegra_api.settings import settings as of_aegra  # type: ignore[import-not-found]  # needs Python 3.12

    share_places(of_aegra.worker, settings().runs_at_once)

app = FastAPI(
    routes=[*ROUTES, Route("/ok", ok, include_in_schema=False)], lifespan=lifespan,
    middleware=[*MIDDLEWARE, Middleware(ThreadSearchMiddleware)],
    openapi_url=None, docs_url=None, redoc_url=None,
)  # fmt: skip
