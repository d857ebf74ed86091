"""Route of collections: which of them a document is in."""

from __future__ import annotations

import asyncio
import json

from starlette.requests import Request
from typing_extensions import TypedDict

from graph import dependencies
from graph.errors import BadInputError
from graph.storage.collections import put_in
from web.documents import find_document
from web.openapi import DocumentPath, endpoint
from web.responses import WebError

_MAX_BYTES = 16 * 2**10


class InCollections(TypedDict):
    """The collections that a document is in."""

    id: str
    collections: list[str]


@endpoint(path=DocumentPath, body="application/json", errors=[404, 413, 422])
async def put(request: Request) -> InCollections:
    """Put a document into collections, and into no other; the body is a JSON list of their names."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _MAX_BYTES:
            raise WebError(413, "The list of collections is too long: leave out some.")
    try:
        names = json.loads(body)
    except (ValueError, RecursionError):
        names = None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise WebError(422, "The body must be a JSON list of the names of collections.")
    return await asyncio.to_thread(_put, request, names)


def _put(request: Request, names: list[str]) -> InCollections:
    row, stores = find_document(request), dependencies.stores()
    stores.acquire_for_writing()
    try:
        return {"id": row.id, "collections": put_in(stores.catalog, row.id, names)}
    except BadInputError as error:
        raise WebError(422, str(error)) from error
