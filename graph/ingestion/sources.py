"""From what a user names to files that can be opened: what is on this machine, and what has to be fetched first."""

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

# Downloads at a time; more would only compete for one line.
_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Found:
    """A file with what it says of itself, or what is wrong with it; `source` is what stands for it in the catalog."""

    path: Path
    source: str
    info: DocumentInfo | SourceError


async def find(sources: Sequence[str], downloads: Path, password: str | None) -> list[Found]:
    """Expand folders and globs, fetch addresses, and open every file once.

    Raises:
        SourceError: a path stands for nothing. What is wrong with one file of several is part of the result.
    """
    turns = asyncio.Semaphore(_AT_ONCE)
    paths = await asyncio.to_thread(_files, [source for source in sources if not is_url(source)])
    urls = dict.fromkeys(source for source in sources if is_url(source))
    files = [_opened(path, source, password or _given(path, source)) for path, source in paths]
    return await asyncio.gather(*files, *(_fetched(url, downloads, password, turns) for url in urls))


def _files(sources: Sequence[str]) -> list[tuple[Path, str]]:
    """The files that paths stand for, and their sources; absolute, since workers keep the folder they started in.

    And since of two folders that each hold a "report.pdf", one must not replace the other. An upload keeps the
    reference by which it was named: the home folder may move.
    """
    uploads = [source for source in dict.fromkeys(sources) if source.startswith(access.UPLOAD)]
    others = [source for source in sources if not source.startswith(access.UPLOAD)]
    for source in others:
        access.check_source(source)
    found = [(access.check_path(path.absolute(), str(path)), os.path.abspath(path)) for path in expand(others)]
    return [*((access.uploaded(source), source) for source in uploads), *found]


async def _fetched(url: str, downloads: Path, password: str | None, turns: asyncio.Semaphore) -> Found:
    limits = DownloadLimits(private=settings().allow_private_urls)
    try:
        async with turns:
            path = await asyncio.to_thread(fetch, url, downloads, limits)
    except SourceError as error:
        return Found(Path(url), url, error)
    return await _opened(path, url, password)


def _given(path: Path, source: str) -> str | None:
    """The password that was given for an upload; it lies in a folder of its id."""
    return password_of(path.parent.name) if source.startswith(access.UPLOAD) else None


async def _opened(path: Path, source: str, password: str | None) -> Found:
    """Open a file in a worker: a hostile one may hang or crash it, and not us."""
    try:
        return Found(path, source, await dependencies.pool().call(inspect, path, password))
    except SourceError as error:
        if source.startswith(access.UPLOAD):  # where it lies is nobody's business
            error = type(error)(str(error).replace(str(path), path.name))
        return Found(path, source, error)
    except Exception as error:  # whatever is odd about one file must not end the run for the others
        what = f"{source!r} could not be opened ({type(error).__name__}: {error}): get a new copy of it."
        return Found(path, source, SourceError(what))
