"""The routes as a FastAPI application, which Aegra requires; aegra.json, which `make aegra` writes, names it."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from web.aegra_threads import ThreadSearchMiddleware
from web.app import MIDDLEWARE, ROUTES, lifespan


def ok(request: Request) -> JSONResponse:
    """Return that the process answers, as LangGraph's server does."""
    return JSONResponse({"ok": True})


app = FastAPI(
    routes=[*ROUTES, Route("/ok", ok, include_in_schema=False)], lifespan=lifespan,
    middleware=[*MIDDLEWARE, Middleware(ThreadSearchMiddleware)],
    openapi_url=None, docs_url=None, redoc_url=None,
)  # fmt: skip
