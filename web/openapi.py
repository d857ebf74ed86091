"""What our routes take and give, as OpenAPI: for programs, for the server's /docs, and for tests that try them all."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.metadata import version
from typing import Any, TypeVar

from web.page_images import MAX_WIDTH, MIN_WIDTH

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
Spec = dict[str, Any]

_TEXT: Spec = {"type": "string"}
_COUNT: Spec = {"type": "integer", "minimum": 0}
_JSON = "application/json"


def _object(**fields: Spec) -> Spec:
    return {"type": "object", "properties": fields, "required": sorted(fields)}


def _content(media: str, schema: Spec, description: str) -> Spec:
    return {"description": description, "content": {media: {"schema": schema}}}


_ERROR = _content(_JSON, _object(detail=_TEXT), "One sentence: what is wrong, and what to do.")
_IDENTITY: Spec = {
    "name": "document", "in": "path", "required": True, "schema": _TEXT, "description": "The document's id."
}  # fmt: skip
_PAGE: Spec = {
    "name": "page", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1},
    "description": "Pages count from 1.",
}  # fmt: skip
_LEDGER = _object(read=_COUNT, fallback=_COUNT, blank=_COUNT, failed=_COUNT)
_SUMMARY = _object(
    id=_TEXT, name=_TEXT, source=_TEXT, title=_TEXT, status={"enum": ["complete", "partial", "failed"]},
    pages=_COUNT, ledger=_LEDGER, chunks=_COUNT,
)  # fmt: skip
_LINE = _object(page=_COUNT, status=_TEXT, reason=_TEXT, detail=_TEXT, engine=_TEXT, image=_TEXT)


def _query(name: str, schema: Spec, description: str, required: bool = False) -> Spec:
    return {"name": name, "in": "query", "required": required, "schema": schema, "description": description}


def _operation(summary: str, replies: Spec, errors: tuple[int, ...] = (), parameters: tuple[Spec, ...] = ()) -> Spec:
    # 503 may come from every route that reads the library, 401 where a token is asked for.
    refused = {str(status): _ERROR for status in (401, 403, 421, 503, *errors)}
    return {
        "summary": summary, "tags": ["Reading room"], "parameters": list(parameters),
        "responses": {**replies, **refused},
    }  # fmt: skip


_IMAGE: Spec = {
    "200": {
        "description": "The page.",
        "content": {media: {"schema": {"type": "string", "format": "binary"}} for media in ("image/png", "image/webp")},
    },
    "304": {"description": "Not changed since it was fetched."},
}
_HIGHLIGHT = "Rectangles to mark: `x0,y0,x1,y1` as fractions of the page, joined by semicolons."
_WIDTH: Spec = {"type": "integer", "minimum": MIN_WIDTH, "maximum": MAX_WIDTH}

ROUTES: dict[tuple[str, str], Spec] = {
    ("/health", "get"): _operation(
        "Whether the library can be used (503 if not, with the reason), and what may be uploaded",
        {"200": _content(_JSON, _object(ok={"type": "boolean"}, engine=_TEXT, upload_mb=_COUNT), "It can.")},
    ),
    ("/uploads", "post"): {
        **_operation(
            "Upload a file; give the `source` that is returned to a graph",
            {"201": _content(_JSON, _object(source=_TEXT, id=_TEXT, name=_TEXT, size=_COUNT), "Kept.")},
            (400, 408, 413, 415, 422, 500, 507),
            (_query("name", {"type": "string", "minLength": 1, "maxLength": 1000}, "The file's name.", True),),
        ),
        "requestBody": {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}},
    },
    ("/uploads/{document}/password", "post"): {
        **_operation(
            "Give the password of an encrypted upload; it is kept in memory until the file has been read",
            {"200": _content(_JSON, _object(id=_TEXT), "It opens the file.")},
            (404, 413, 415, 422, 500),
            (_IDENTITY,),
        ),
        "requestBody": {"content": {"text/plain": {"schema": _TEXT}}},
    },
    ("/documents", "get"): _operation(
        "All documents with their ledgers summed up",
        {"200": _content(_JSON, _object(documents={"type": "array", "items": _SUMMARY}), "The catalog.")},
    ),
    ("/documents/{document}", "get"): _operation(
        "A document with its ledger",
        {"200": _content(_JSON, {"allOf": [_SUMMARY, _object(ledger_pages={"type": "array", "items": _LINE})]}, "It.")},
        (404,),
        (_IDENTITY,),
    ),
    ("/documents/{document}", "delete"): _operation(
        "Remove every trace of a document",
        {"200": _content(_JSON, _object(deleted=_object(id=_TEXT, name=_TEXT)), "It is gone.")},
        (404,),
        (_IDENTITY,),
    ),
    ("/documents/{document}/transcript", "get"): _operation(
        "What was read, as Markdown",
        {"200": _content("text/markdown", _TEXT, "Page by page.")},
        (404, 422),
        (_IDENTITY, _query("page", {"type": "integer", "minimum": 1}, "This page only.")),
    ),
    ("/documents/{document}/pages/{page}", "get"): _operation(
        "A page's line in the ledger, and what was read on it",
        {"200": _content(_JSON, {"allOf": [_LINE, _object(blocks={"type": "array"})]}, "It.")},
        (404,),
        (_IDENTITY, _PAGE),
    ),
    ("/documents/{document}/pages/{page}/image", "get"): _operation(
        "A page as a picture",
        _IMAGE,
        (404, 422),
        (
            _IDENTITY, _PAGE, _query("width", _WIDTH, "In pixels; never more than it was rendered with."),
            _query("format", {"enum": ["png", "webp"]}, "PNG unless said."), _query("highlight", _TEXT, _HIGHLIGHT),
            _query("hash", _TEXT, "The page's `image` in its ledger: the reply may then be kept for ever."),
        ),
    ),
}  # fmt: skip

_NAMES = {
    "health": ("/health", "get"), "upload": ("/uploads", "post"),
    "password": ("/uploads/{document}/password", "post"), "documents": ("/documents", "get"),
    "document": ("/documents/{document}", "get"), "delete": ("/documents/{document}", "delete"),
    "transcript": ("/documents/{document}/transcript", "get"), "page": ("/documents/{document}/pages/{page}", "get"),
    "image": ("/documents/{document}/pages/{page}/image", "get"),
}  # fmt: skip


def described(endpoint: Endpoint) -> Endpoint:
    """Put a route's description where LangGraph looks for it: in its docstring, as YAML, which JSON is."""
    endpoint.__doc__ = f"{endpoint.__doc__}\n---\n{json.dumps(ROUTES[_NAMES[endpoint.__name__]])}"
    return endpoint


def specification() -> Spec:
    """Our routes alone."""
    paths: dict[str, Spec] = {}
    for (path, method), spec in ROUTES.items():
        paths.setdefault(path, {})[method] = spec
    return {"openapi": "3.1.0", "info": {"title": "PageWitness", "version": version("pagewitness")}, "paths": paths}
