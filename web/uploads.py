"""Uploads: a file for each request, as its body, straight to the disk. Nothing of it is opened or run here."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from graph import dependencies
from graph.ingestion.access import UPLOAD
from graph.settings import settings
from loaders.sources.download import DOCUMENT_ID_DIGITS, safe_name
from loaders.sources.files import SUPPORTED_SUFFIXES, kind_by_content
from web.responses import WebError, failed

KINDS = "PDF, EPUB, XPS, CBZ, FB2, MOBI, PNG, JPEG, WebP or TIFF"
_AT_ONCE = 4
_PIECE = 1 << 20
_HEAD = 1024
_SILENCE = 30.0  # seconds without a byte
_LONGEST = 1800.0  # seconds for a file: 200 MB at a megabit a second
_SPARE = 500 * 2**20  # bytes to be left on the disk: pages are rendered to it
_turns = asyncio.Semaphore(_AT_ONCE)


async def upload(request: Request) -> Response:
    """Take a file and say how the graphs know it; others wait while four are on their way."""
    try:
        name = request.query_params.get("name", "").strip()
        if not name or len(name) > 1000:
            raise WebError(422, "`name` must be the file's name, of at most 1,000 characters.")
        async with _turns, asyncio.timeout(_LONGEST):
            return await _take(request, name)
    except ClientDisconnect:
        return Response(status_code=499)
    except TimeoutError:
        return WebError(408, "The upload took too long: send a smaller file, or over a better line.").response()
    except Exception as error:
        return failed(error)


async def _take(request: Request, name: str) -> Response:
    limit = settings().upload_mb * 2**20
    try:
        announced = int(request.headers.get("content-length", "0"))
    except ValueError:
        raise WebError(400, "The length of the file is no number.") from None
    if announced > limit:
        await _swallow(request)
        raise _too_large()
    folder = await asyncio.to_thread(room_for, announced, dependencies.stores().uploads)
    handle, temporary = await asyncio.to_thread(tempfile.mkstemp, ".part", "", folder)
    try:
        head, size, digest = await _copy(request, handle, limit)
        suffix = kind_by_content(head, Path(name).suffix)
        if not size:
            raise WebError(422, f"{name!r} is empty: choose another file.")
        if suffix not in SUPPORTED_SUFFIXES:
            raise WebError(415, f"{safe_name(name, '')!r} is of a kind that is not read: choose a {KINDS} file.")
        identity, kept = digest[:DOCUMENT_ID_DIGITS], safe_name(name, suffix)
        await asyncio.to_thread(_keep, Path(temporary), folder / identity / kept)
    finally:
        await asyncio.to_thread(Path(temporary).unlink, True)
    source = f"{UPLOAD}{identity}/{kept}"
    return JSONResponse({"source": source, "id": identity, "name": kept, "size": size}, 201)


async def _copy(request: Request, handle: int, limit: int) -> tuple[bytes, int, str]:
    """Write the body to a file; returns its beginning, its size and its SHA-256."""
    head, size, digest = b"", 0, hashlib.sha256()
    with os.fdopen(handle, "wb") as file:
        async for piece in _pieces(request):
            size += len(piece)
            if size > limit:
                await _swallow(request)
                raise _too_large()
            head += piece[: max(0, _HEAD - len(head))]
            await asyncio.to_thread(digest.update, piece)
            await asyncio.to_thread(file.write, piece)
    return head, size, digest.hexdigest()


async def _pieces(request: Request) -> AsyncIterator[bytes]:
    """The body in pieces of about a megabyte; a client that falls silent is given up."""
    stream, gathered = request.stream(), bytearray()
    while True:
        try:
            async with asyncio.timeout(_SILENCE):
                part = await anext(stream, None)
        except TimeoutError:
            raise WebError(408, "The upload stood still for half a minute: send it again.") from None
        if part is not None:
            gathered += part
        if gathered and (part is None or len(gathered) >= _PIECE):
            yield bytes(gathered)
            gathered.clear()
        if part is None:
            return


async def _swallow(request: Request) -> None:
    """Let the client finish, within reason: one that is cut off while it sends never sees the answer."""
    left = 4 * settings().upload_mb * 2**20
    async for piece in _pieces(request):
        left -= len(piece)
        if left < 0:
            return


def room_for(announced: int, folder: Path) -> Path:
    """A folder of files that others send, if one more may go there.

    Raises:
        WebError: there is no room, or there are too many.
    """
    dependencies.stores().take()
    folder.mkdir(exist_ok=True)
    if sum(1 for _ in folder.glob("*/*")) >= settings().max_uploads:
        raise WebError(507, "There are as many uploaded documents as this server keeps: delete some first.")
    if shutil.disk_usage(folder).free < announced + _SPARE:
        raise WebError(507, "The server's disk is full: delete documents, or make room on it.")
    return folder


def _keep(temporary: Path, path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    os.replace(temporary, path)


def _too_large() -> WebError:
    return WebError(
        413, f"The file is larger than {settings().upload_mb} MB, which is what this server takes: split it."
    )
