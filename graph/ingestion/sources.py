"""Resolution of sources: paths, globs, addresses and uploads become opened files."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from graph import dependencies
from graph.ingestion import access
from graph.ingestion.passwords import password_of
from graph.settings import settings
from loaders.errors import SourceError
from loaders.pages.jobs import inspect
from loaders.sources.download import DownloadLimits, fetch, is_url
from loaders.sources.files import expand
from loaders.types import DocumentInfo

_PARALLEL_DOWNLOADS = 4  # more would only share the bandwidth of one connection


@dataclass(frozen=True, slots=True)
class Found:
    """A file that a source stands for.

    Attributes:
        path: Where the file is; the address itself if it could not be downloaded.
        source: The name under which the catalog lists the document: absolute path, address or upload reference.
        info: Page count, title and hash of the file; the error if it cannot be opened.
    """

    path: Path
    source: str
    info: DocumentInfo | SourceError


async def find(sources: Sequence[str], downloads: Path, password: str | None) -> list[Found]:
    """Expand folders and globs, download addresses, and open every file once.

    Args:
        sources: Paths, globs, http(s) addresses and references of uploads.
        downloads: The folder in which downloaded files are stored.
        password: The password of encrypted files, if the run has one.

    Returns:
        Every file with its page count, or with the error if that one file cannot be opened.

    Raises:
        SourceError: a path or glob matches no file, or may not be read by this process.
    """
    gate = asyncio.Semaphore(_PARALLEL_DOWNLOADS)
    paths = await asyncio.to_thread(_files, [source for source in sources if not is_url(source)])
    urls = dict.fromkeys(source for source in sources if is_url(source))
    files = [_open(path, source, password or _upload_password(path, source)) for path, source in paths]
    return await asyncio.gather(*files, *(_download(url, downloads, password, gate) for url in urls))


def _files(sources: Sequence[str]) -> list[tuple[Path, str]]:
    """Return each file that the paths, globs and upload references stand for, with its name in the catalog.

    That is the absolute path, so that "report.pdf" in one folder does not replace "report.pdf" in another; an upload
    keeps its reference, because the home folder may move.
    """
    uploads = [source for source in dict.fromkeys(sources) if source.startswith(access.UPLOAD)]
    others = [source for source in sources if not source.startswith(access.UPLOAD)]
    for source in others:
        access.check_source(source)
    # Absolute, since the workers keep the working folder in which they started.
    found = [(access.check_path(path.absolute(), str(path)), os.path.abspath(path)) for path in expand(others)]
    return [*((access.uploaded(source), source) for source in uploads), *found]


async def _download(url: str, downloads: Path, password: str | None, gate: asyncio.Semaphore) -> Found:
    limits = DownloadLimits(allow_private=settings().allow_private_urls)
    try:
        async with gate:
            path = await asyncio.to_thread(fetch, url, downloads, limits)
    except SourceError as error:
        return Found(Path(url), url, error)
    return await _open(path, url, password)


def _upload_password(path: Path, source: str) -> str | None:
    """Return the password that was sent with an upload, which lies in a folder named by its document id."""
    return password_of(path.parent.name) if source.startswith(access.UPLOAD) else None


async def _open(path: Path, source: str, password: str | None) -> Found:
    """Open a file in a worker process, which a hostile file may crash or block; errors are part of the result."""
    try:
        return Found(path, source, await dependencies.pool().call(inspect, path, password))
    except SourceError as error:
        if source.startswith(access.UPLOAD):  # do not reveal the path on the server
            error = type(error)(str(error).replace(str(path), path.name))
        return Found(path, source, error)
    except Exception as error:  # one file that fails must not end the run for the others
        message = f"{source!r} could not be opened ({type(error).__name__}: {error}): get a new copy of it."
        return Found(path, source, SourceError(message))
