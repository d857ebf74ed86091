"""Route for passwords of encrypted uploads: tried here, kept in memory until the file is read, never stored."""

from __future__ import annotations

import asyncio
from pathlib import Path

from starlette.requests import Request
from typing_extensions import TypedDict

from graph import dependencies
from graph.ingestion.access import UPLOADED_ID
from graph.ingestion.passwords import remember
from loaders.errors import PasswordError, SourceError
from web.auth import identity_of, stores_of
from web.openapi import DocumentPath, endpoint
from web.responses import WebError, body_of

_MAX_PASSWORD_BYTES = 1024


class Opened(TypedDict):
    """An upload that the password opens."""

    id: str


@endpoint(path=DocumentPath, body="text/plain", errors=[404, 413, 415, 422, 500])
async def password(request: Request) -> Opened:
    """Give the password of an encrypted upload; it is kept in memory until the file has been read."""
    too_long = f"The password is longer than {_MAX_PASSWORD_BYTES:,} bytes: check it."
    given = await body_of(request, _MAX_PASSWORD_BYTES, too_long)
    from loaders.pages.reader import inspect  # loads NumPy, which a server starts without

    document = request.path_params["document"]
    path = await asyncio.to_thread(_find_upload, request, document)
    try:
        text = given.decode("utf-8")
        await dependencies.pool().call(inspect, path, text)
    except (PasswordError, UnicodeDecodeError):
        raise WebError(422, "The password is wrong: try again.") from None
    except SourceError:
        raise WebError(415, "No password opens this file: read it into the library to get the reason.") from None
    remember(document, text, identity_of(request).name)
    return {"id": document}


def _find_upload(request: Request, document: str) -> Path:
    stores = stores_of(request)
    folder = stores.uploads / document
    if UPLOADED_ID.fullmatch(document):
        if not folder.is_dir():
            for one in stores.shared_list(document) or ():
                stores.fetch_upload(document, one.name)
        for path in folder.iterdir() if folder.is_dir() else ():
            return path
    raise WebError(404, "There is no such upload: upload the file again.")
