"""Route for uploads: one file a request, streamed to the disk without opening it."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated

from pydantic import Field
from starlette.requests import Request
from typing_extensions import TypedDict

from graph import dependencies
from graph.ingestion.access import UPLOAD
from graph.settings import settings
from graph.storage.home_lock import MIN_FREE_BYTES
from loaders.sources.download import DOCUMENT_ID_DIGITS, safe_name
from loaders.sources.formats import FORMAT_NAMES, misnamed_text, sniff_suffix
from web.auth import stores_of
from web.openapi import endpoint
from web.responses import WebError

_MAX_PARALLEL = 4
_MAX_NAME_CHARACTERS = 1000
_PART_BYTES = 1 << 20
_IDLE_TIMEOUT_S = 30.0
_UPLOAD_TIMEOUT_S = 1800.0  # enough for 200 MB at a megabit a second
_slots = asyncio.Semaphore(_MAX_PARALLEL)


class UploadQuery(TypedDict):
    """The query of an upload."""

    name: Annotated[str, Field(min_length=1, max_length=_MAX_NAME_CHARACTERS, description="The file's name.")]


class Uploaded(TypedDict):
    """An uploaded file."""

    source: str
    """The reference to give to a graph as one of its `sources`."""
    id: str
    """The document's id, a hash of the content."""
    name: str
    """The file's name, made safe for any file system."""
    size: int
    """Bytes."""


@endpoint(
    query=UploadQuery,
    body="application/octet-stream",
    status=201,
    errors=[400, 408, 413, 415, 422, 500, 507],
)
async def upload(request: Request) -> Uploaded:
    """Upload a file; give the `source` that is returned to a graph.

    At most four uploads run at the same time; others wait.
    """
    name = request.query_params.get("name", "").strip()
    if not name or len(name) > _MAX_NAME_CHARACTERS:
        raise WebError(422, "`name` must be the file's name, of at most 1,000 characters.")
    try:
        async with _slots, asyncio.timeout(_UPLOAD_TIMEOUT_S):
            return await _store(request, name)
    except TimeoutError:
        raise WebError(408, "The upload took too long: send a smaller file, or use a faster connection.") from None


async def _store(request: Request, name: str) -> Uploaded:
    """Write the body of the request into the uploads folder, under its hash and a safe name."""
    limit = settings().upload_mb * 2**20
    try:
        announced = int(request.headers.get("content-length", "0"))
    except ValueError:
        raise WebError(
            400, "The header `Content-Length` is not a number: send the length of the file in bytes."
        ) from None
    if announced > limit:
        await _drain(request)
        raise _too_large()
    folder = await asyncio.to_thread(lambda: prepare_folder(announced, stores_of(request).uploads))
    handle, temporary = await asyncio.to_thread(tempfile.mkstemp, ".part", "", folder)
    try:
        size, digest = await _copy(request, handle, limit)
        suffix, misnamed = await asyncio.to_thread(_suffix, temporary, name)
        if not size:
            raise WebError(422, f"{name!r} is empty: choose another file.")
        if not suffix:
            problem = misnamed or f"has an unsupported format: choose a {FORMAT_NAMES} file."
            raise WebError(415, f"{safe_name(name, '')!r} {problem}")
        identity, stored_name = digest[:DOCUMENT_ID_DIGITS], safe_name(name, suffix)
        await asyncio.to_thread(lambda: stores_of(request).share_upload(Path(temporary), stored_name, digest))
        await asyncio.to_thread(_move, Path(temporary), folder / identity / stored_name)
    finally:
        await asyncio.to_thread(Path(temporary).unlink, True)
    source = f"{UPLOAD}{identity}/{stored_name}"
    return {"source": source, "id": identity, "name": stored_name, "size": size}


async def _copy(request: Request, handle: int, limit: int) -> tuple[int, str]:
    """Write the body to a file; return its size in bytes and its SHA-256 as hex."""
    size, digest = 0, hashlib.sha256()
    with os.fdopen(handle, "wb") as file:
        async for part in _parts(request):
            size += len(part)
            if size > limit:
                await _drain(request)
                raise _too_large()
            await asyncio.to_thread(digest.update, part)
            await asyncio.to_thread(file.write, part)
    return size, digest.hexdigest()


def _suffix(stored: str, name: str) -> tuple[str, str]:
    """Return the file name ending for the content of a stored file; ("", what is wrong) for a kind that is not read."""
    given = Path(name).suffix
    with open(stored, "rb") as file:
        found = sniff_suffix(file, given)
        return found, "" if found else misnamed_text(file, given)


async def _parts(request: Request) -> AsyncIterator[bytes]:
    """Yield the body in parts of about a megabyte; raise WebError if the client sends nothing for half a minute."""
    stream, gathered = request.stream(), bytearray()
    while True:
        try:
            async with asyncio.timeout(_IDLE_TIMEOUT_S):
                part = await anext(stream, None)
        except TimeoutError:
            raise WebError(408, "The upload sent nothing for half a minute: send it again.") from None
        if part is not None:
            gathered += part
        if gathered and (part is None or len(gathered) >= _PART_BYTES):
            yield bytes(gathered)
            gathered.clear()
        if part is None:
            return


async def _drain(request: Request) -> None:
    """Read the rest of the body, up to four times the limit: a client that is cut off would miss the response."""
    left = 4 * settings().upload_mb * 2**20
    async for part in _parts(request):
        left -= len(part)
        if left < 0:
            return


def prepare_folder(announced: int, folder: Path) -> Path:
    """Create the folder of files that clients send, and return it; `announced` is the size of the next one in bytes.

    Raises:
        WebError: The disk is full, or the folder holds as many files as the settings allow.
    """
    dependencies.home_stores().acquire_for_writing()
    folder.mkdir(parents=True, exist_ok=True)
    if sum(1 for _ in folder.glob("*/*")) >= settings().max_uploads:
        raise WebError(507, "The limit of uploaded documents is reached: delete some first.")
    if shutil.disk_usage(folder).free < announced + MIN_FREE_BYTES:
        raise WebError(507, "The server's disk is full: delete documents, or free some space on it.")
    return folder


def _move(temporary: Path, path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    os.replace(temporary, path)


def _too_large() -> WebError:
    return WebError(413, f"The file is larger than {settings().upload_mb} MB, the limit of this server: split it.")
