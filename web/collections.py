"""Routes of collections: setting the collections of a document, and adding many documents to collections."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.requests import Request
from typing_extensions import TypedDict

from graph.access import NotAllowedError
from graph.errors import BadInputError
from web.auth import stores_of
from web.documents import find_document
from web.openapi import DocumentPath, endpoint
from web.responses import WebError, json_of

_MAX_BYTES = 16 * 2**10
_MAX_BYTES_OF_MANY = 2**20  # the ids of 50,000 documents
_TOO_LARGE = "The body is larger than {} kB: send fewer ids or names at once."
_ADDITION = 'The body must be a JSON object: {"documents": [their ids], "names": [names of collections]}.'


class InCollections(TypedDict):
    """The collections that a document is in."""

    id: str
    collections: list[str]


class Added(TypedDict):
    """What was added to which collections."""

    documents: int
    """How many documents, without those that were deleted."""
    names: list[str]


@endpoint(path=DocumentPath, body="application/json", errors=[404, 413, 422])
async def put(request: Request) -> InCollections:
    """Put a document into collections, and into no other; the body is a JSON list of their names."""
    names = await json_of(request, _MAX_BYTES, _TOO_LARGE.format(_MAX_BYTES >> 10))
    if not _is_texts(names):
        raise WebError(422, "The body must be a JSON list of the names of collections.")
    return await asyncio.to_thread(_put, request, names)


@endpoint(body="application/json", errors=[413, 422])
async def add(request: Request) -> Added:
    """Add documents to collections; the body is a JSON object of `documents`, their ids, and `names`."""
    given = await json_of(request, _MAX_BYTES_OF_MANY, _TOO_LARGE.format(_MAX_BYTES_OF_MANY >> 10))
    documents, names = (given.get("documents"), given.get("names")) if isinstance(given, dict) else (None, None)
    if not (_is_texts(documents) and _is_texts(names) and documents and names):
        raise WebError(422, _ADDITION)
    return await asyncio.to_thread(_add, request, documents, names)


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _put(request: Request, names: list[str]) -> InCollections:
    row, stores = find_document(request), stores_of(request)
    stores.acquire_for_writing()
    try:
        return {"id": row.id, "collections": stores.catalog.put_in(row.id, names)}
    except NotAllowedError:
        raise
    except BadInputError as error:
        raise WebError(422, str(error)) from error


def _add(request: Request, documents: list[str], names: list[str]) -> Added:
    stores = stores_of(request)
    known = {row.id for row in stores.catalog.documents()}.intersection(documents)
    if not known:
        raise WebError(422, "None of these documents is in the library: reload the list of documents.")
    stores.acquire_for_writing()
    try:
        ordered = [one for one in dict.fromkeys(documents) if one in known]
        return {"documents": len(ordered), "names": stores.catalog.add_to(ordered, names)}
    except NotAllowedError:
        raise
    except BadInputError as error:
        raise WebError(422, str(error)) from error
