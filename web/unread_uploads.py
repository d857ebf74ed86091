"""Routes of uploads that were never read: the list with what is wrong with each, deletion."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import Literal, NamedTuple

from starlette.requests import Request
from typing_extensions import TypedDict

from graph import dependencies
from graph.ingestion.access import UPLOAD, UPLOADED_ID
from graph.operations import Deleted, deletion
from graph.storage import summaries
from graph.storage.cleanup import remove
from graph.storage.stores import Stores
from loaders.errors import PasswordError, PoolError, SourceError, message_of
from loaders.sources.formats import format_of
from web.auth import stores_of
from web.openapi import DocumentPath, endpoint
from web.responses import WebError

MAX_LISTED = 200
"""Uploads in one response: the newest."""
_MAX_OPENED = 20
"""Files that one request opens to see what is wrong with them: each takes a worker 10 to 50 ms."""

Problem = Literal["", "password", "unusable"]


class UnreadUpload(TypedDict):
    """An uploaded file of which no page was read."""

    id: str
    """The id that its document would have."""
    name: str
    """The file's name."""
    source: str
    """The reference to give to a graph as one of its `sources`."""
    size: int
    """Bytes."""
    added: float
    """When it arrived, in seconds since 1970."""
    problem: Problem
    """Why it cannot be read: it needs a password, or is unusable; "" if it can, or was not looked at."""
    detail: str
    """The same as a sentence."""


class UnreadUploads(TypedDict):
    """The uploads that were never read."""

    uploads: list[UnreadUpload]
    total: int
    """How many there are, listed or not."""


class _File(NamedTuple):
    id: str
    path: Path
    """Where it is, or would be: a file that was uploaded to another machine is copied when it is read."""
    size: int
    added: float


_problems: dict[tuple[str, float], tuple[Problem, str]] = {}
"""What was wrong with a file, by its id and time of arrival: the same bytes always have the same problem."""


@endpoint()
async def unread(request: Request) -> UnreadUploads:
    """List the uploads of which no page was read, the newest first, with what is wrong with them."""
    stores = await asyncio.to_thread(stores_of, request)
    files = await asyncio.to_thread(_files, stores)
    listed = files[:MAX_LISTED]
    unknown = [file for file in listed if (file.id, file.added) not in _problems]
    for file in unknown[:_MAX_OPENED]:
        _problems[file.id, file.added] = await _problem(stores, file)
    uploads: list[UnreadUpload] = []
    for file in listed:
        problem, detail = _problems.get((file.id, file.added), ("", ""))
        uploads.append({
            "id": file.id, "name": file.path.name, "source": f"{UPLOAD}{file.id}/{file.path.name}", "size": file.size,
            "added": file.added, "problem": problem, "detail": detail,
        })  # fmt: skip
    return {"uploads": uploads, "total": len(files)}


@endpoint(path=DocumentPath, errors=[404, 409])
def delete(request: Request) -> Deleted:
    """Remove an upload that was never read."""
    document = request.path_params["document"]
    with deletion:
        stores = stores_of(request)
        folder = stores.uploads / document
        name = _name(stores, document) if UPLOADED_ID.fullmatch(document) else ""
        if not name:
            raise WebError(404, "There is no such upload: it may have been deleted.")
        if _was_read(stores, document):
            raise WebError(409, "This file has been read: delete it as a document.")
        stores.acquire_for_writing()
        if stores.catalog.document(document):
            remove(stores, document)
        stores.forget_upload(document)
        shutil.rmtree(folder, ignore_errors=True)
    return {"deleted": {"id": document, "name": name}}


def _files(stores: Stores) -> list[_File]:
    """Return the uploads of which no page was read, the newest first."""
    found: list[_File] = []
    if (shared := stores.shared_list(but=lambda document: _was_read(stores, document))) is not None:
        found = [_File(one.document, stores.uploads / one.document / one.name, one.size, one.added) for one in shared]
    for path in stores.uploads.glob("*/*") if shared is None else ():
        if UPLOADED_ID.fullmatch(path.parent.name) and not _was_read(stores, path.parent.name):
            try:
                told = path.stat()
            except OSError:
                continue  # deleted meanwhile
            found.append(_File(path.parent.name, path, told.st_size, told.st_mtime))
    return sorted(found, key=lambda file: file.added, reverse=True)


def _was_read(stores: Stores, document: str) -> bool:
    catalog = stores.catalog
    row = catalog.document(document)
    return bool(row and row.source and (row.generation or summaries.document(catalog, row)))


def _name(stores: Stores, document: str) -> str:
    if (shared := stores.shared_list(document)) is not None:
        return next((one.name for one in shared), "")
    try:
        return next((path.name for path in (stores.uploads / document).iterdir()), "")
    except OSError:
        return ""


async def _problem(stores: Stores, file: _File) -> tuple[Problem, str]:
    from loaders.pages.jobs import inspect

    if await asyncio.to_thread(stores.catalog.document, file.id):
        return "", ""  # it was opened, and is being read
    if not await asyncio.to_thread(file.path.is_file):
        return "", ""  # on another machine
    try:
        if (await asyncio.to_thread(format_of, file.path)).kind == "office":
            return "", ""  # only its conversion, which takes seconds, shows whether it can be read
        await dependencies.pool().call(inspect, file.path)
    except PasswordError:
        return "password", "It is encrypted: give its password."
    except SourceError as error:
        return "unusable", str(error).replace(str(file.path), file.path.name)
    except PoolError:
        raise
    except Exception as error:  # one file that cannot be opened must not hide the others
        return "unusable", f"{file.path.name!r} could not be opened ({message_of(error)}): get a new copy of it."
    return "", ""
