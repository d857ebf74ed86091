"""Passwords of encrypted uploads: tried here, kept in memory for the next reading, written down nowhere."""

from __future__ import annotations

import asyncio
from pathlib import Path

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from graph import dependencies
from graph.ingestion.access import UPLOADED_ID
from graph.ingestion.passwords import remember
from loaders.errors import PasswordError, SourceError
from loaders.pages.reader import inspect
from web.responses import WebError, failed

_LONGEST = 1024


async def password(request: Request) -> Response:
    """Try a password, the body of the request, on an upload; the next reading uses it."""
    try:
        given = b""
        async for piece in request.stream():
            given += piece
            if len(given) > _LONGEST:
                raise WebError(413, "That is too long for a password.")
        document = request.path_params["document"]
        path = await asyncio.to_thread(_uploaded, document)
        try:
            text = given.decode("utf-8")
            await dependencies.pool().call(inspect, path, text)
        except (PasswordError, UnicodeDecodeError):
            raise WebError(422, "That is not the password of this file: try again.") from None
        except SourceError:
            raise WebError(415, "This file cannot be opened with any password; reading it says why.") from None
        remember(document, text)
        return JSONResponse({"id": document})
    except ClientDisconnect:
        return Response(status_code=499)
    except Exception as error:
        return failed(error)


def _uploaded(document: str) -> Path:
    folder = dependencies.stores().uploads / document
    if UPLOADED_ID.fullmatch(document) and folder.is_dir():
        for path in folder.iterdir():
            return path
    raise WebError(404, "There is no such upload: upload the file again.")
