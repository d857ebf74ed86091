"""Resolution of sources: paths, globs, addresses and uploads become opened files."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from graph import dependencies
from graph.errors import FilesError
from graph.ingestion import access
from graph.ingestion.passwords import password_of
from graph.settings import settings
from graph.storage.document_names import SOURCE as WITH_SOURCE
from graph.storage.local_sources import elsewhere, is_elsewhere, on_machine, parted, path_of
from graph.storage.stores import Stores
from loaders.errors import SkippedError, SourceError
from loaders.pages.jobs import extract, inspect
from loaders.sources.download import DOCUMENT_ID_DIGITS, DownloadLimits, fetch, is_url
from loaders.sources.files import expand_all
from loaders.sources.formats import format_of
from loaders.sources.office import convert_to_pdf, find_converter
from loaders.sources.parts import MARK
from loaders.types import DocumentInfo

_PARALLEL_DOWNLOADS = 4  # more would only share the bandwidth of one connection
_MAX_DEPTH = 3  # of messages in messages
_NOT_WANTED = "It is attached to {file!r}, and attachments are skipped: `--attachments read` reads them."
_converting = asyncio.Semaphore(1)  # one LibreOffice takes 200-500 MB


class LinkError(SkippedError):
    """A link, or another path, to a file that was given too; the message is the source of that file."""


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A file that was not opened, since it did not change after all its pages were read."""

    document: str
    """The id of its document."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file that a source stands for.

    Attributes:
        path: Where the file can be opened: an Office file's PDF; the address itself if it could not be downloaded.
        source: The name under which the catalog lists the document: absolute path, address or upload reference. A path
            has the machine's name before it where several machines share the catalog.
        info: Page count, title and hash of the file; the error if it cannot be opened (SkippedError: it is left out).
        name: The name of the document.
        stamp: Size, times and number of the file before it was opened; "" if the next run has to open it again.
    """

    path: Path
    source: str
    info: DocumentInfo | SourceError | Unchanged
    name: str
    stamp: str = ""


Files = Sequence[tuple[Path, str]]
"""Files with their sources."""


async def find(
    sources: Sequence[str], downloads: Path, password: str | None, *, attached: bool = True,
    unchanged: Callable[[Files], Mapping[str, list[Found]]] | None = None,
    stamp: Callable[[Path], str] = lambda path: "",
) -> list[Found]:  # fmt: skip
    """Expand folders and globs, download addresses, and open every file once.

    Args:
        sources: Paths, globs, http(s) addresses and references of uploads.
        downloads: The folder in which downloaded files are stored.
        password: The password of encrypted files, if the run has one.
        attached: Whether files that are attached to others are read too; else each has its SkippedError.
        unchanged: Returns what comes from those of the files that need not be opened, by source.
        stamp: Returns the stamp of a file that is about to be opened.

    Returns:
        Every file with its page count, or with the error if that one file cannot be opened; after it the files that are
        attached to it. Files of folders that are not read are in it too, each with its SkippedError, and links to files
        that are in it already, each with its LinkError.

    Raises:
        SourceError: a path or glob matches no file, or may not be read by this process.
    """
    gate = asyncio.Semaphore(_PARALLEL_DOWNLOADS)
    paths, others = await asyncio.to_thread(_files, [source for source in sources if not is_url(source)])
    urls = dict.fromkeys(source for source in sources if is_url(source))
    known = await asyncio.to_thread(unchanged, paths) if unchanged else {}

    async def open_stamped(path: Path, source: str) -> list[Found]:
        key = password or _upload_password(path, source)
        before = "" if key else await asyncio.to_thread(stamp, path)
        first, *inside = await _open_all(path, source, key, attached)
        return [replace(first, stamp=before), *inside]

    new = [(path, source) for path, source in paths if source not in known]
    downloaded = (_download(url, downloads, password, gate, attached) for url in urls)
    opened = await asyncio.gather(*(open_stamped(path, source) for path, source in new), *downloaded)
    by_source = {**known, **{source: found for (_, source), found in zip(new, opened, strict=False)}}
    files = [by_source[source] for _, source in paths]
    return [*(found for several in [*files, *opened[len(new) :]] for found in several), *others]


def _files(sources: Sequence[str]) -> tuple[list[tuple[Path, str]], list[Found]]:
    """Return each file that the paths, globs and upload references stand for, with its source; and the other files.

    A source is an absolute path, so that "report.pdf" in one folder does not replace "report.pdf" in another; that of
    an upload is its reference, because the home folder may move.
    """
    uploads = [source for source in dict.fromkeys(sources) if source.startswith(access.UPLOAD)]
    others = [_path_of(source) for source in sources if not source.startswith(access.UPLOAD)]
    for source in others:
        access.check_source(source)
    try:
        expanded = expand_all(others)
    except SourceError as error:
        raise _elsewhere(others) or error from None
    # Absolute, since the workers keep the working folder in which they started.
    found = [(access.check_path(path.absolute(), str(path)), _source(path)) for path in expanded.files]
    skipped = [Found(path, _source(path), SkippedError(reason), path.name) for path, reason in expanded.skipped]
    links = [Found(path, _source(path), LinkError(_source(first)), path.name) for path, first in expanded.links]
    return [*((access.uploaded(source), source) for source in uploads), *found], [*skipped, *links]


def _source(path: Path) -> str:
    return on_machine(os.path.abspath(path), dependencies.home_stores().machine)


def _path_of(source: str) -> str:
    """Return the path that a source stands for, which may be given as the catalog lists it.

    Raises:
        SourceError: it is a file of another machine.
    """
    machine, path = parted(source)
    if not machine or os.path.lexists(source):
        return source
    if is_elsewhere(source):
        raise elsewhere(source)
    return path


def _elsewhere(paths: Sequence[str]) -> SourceError | None:
    """Return the error for the first of the paths that leads to nothing here, and to a document on another machine."""
    stores = _stores()
    for path in paths if stores.exists() else ():
        if not os.path.lexists(whole := os.path.abspath(os.path.expanduser(path))):
            for row in stores.catalog.named([WITH_SOURCE + whole.casefold()]):
                if is_elsewhere(row.source) and path_of(row.source) == whole:
                    return elsewhere(row.source)
    return None


async def _download(
    url: str, downloads: Path, password: str | None, gate: asyncio.Semaphore, attached: bool
) -> list[Found]:
    limits = DownloadLimits(allow_private=settings().allow_private_urls)
    try:
        async with gate:
            path = await asyncio.to_thread(fetch, url, downloads, limits)
            await asyncio.to_thread(_share, path)
    except SourceError as error:
        return [Found(Path(url), url, error, Path(url).name)]
    return await _open_all(path, url, password, attached)


def _share(path: Path) -> None:
    """Store a fetched file for all machines that share files: one of them may have to carry this run on."""
    _stores().share_attachment(f"{path.parent.name}/{path.name}")


def _stores() -> Stores:
    return dependencies.stores(dependencies.run_scope())


def _upload_password(path: Path, source: str) -> str | None:
    """Return the password that was sent with an upload, which lies in a folder named by its document id."""
    return password_of(path.parent.name) if source.startswith(access.UPLOAD) else None


async def _open_all(
    path: Path, source: str, password: str | None, attached: bool, within: tuple[str, ...] = ()
) -> list[Found]:
    """Open a file, and the files that are attached to it; `within` are the hashes of the files that it is in."""
    found = await _open(path, source, password)
    if isinstance(found.info, DocumentInfo) and found.info.kind == "office":
        await asyncio.to_thread(_stores().share_pdf, found.info.sha256[:DOCUMENT_ID_DIGITS], found.path)
    if not isinstance(found.info, DocumentInfo) or len(within) >= _MAX_DEPTH:
        return [found]
    if found.info.sha256 in within:
        return [replace(found, info=SkippedError(f"{found.name!r} is attached to itself: it is read once."))]
    within = (*within, found.info.sha256)
    folder = _derived(found.info.sha256) / access.ATTACHED
    try:
        parts = await dependencies.pool().call(extract, path, folder, password)
    except SourceError as error:
        return [found, Found(path, f"{source}{MARK}", error, f"{found.name}{MARK}")]
    inside: list[Found] = []
    for part in parts:
        named = f"{source}{MARK}{part.name}"
        problem = part.problem or ("" if attached else _NOT_WANTED.format(file=found.name))
        if problem:
            inside.append(Found(Path(part.name), named, SkippedError(problem), part.name))
        else:
            await asyncio.to_thread(_stores().share_part, Path(part.path))
            inside += await _open_all(Path(part.path), named, password, attached, within)
    return [found, *inside]


def _derived(sha256: str) -> Path:
    return dependencies.home_stores().derived / sha256[:DOCUMENT_ID_DIGITS]


async def _open(path: Path, source: str, password: str | None) -> Found:
    """Open a file in a worker process, which a hostile file may crash or block; errors are part of the result."""
    name = path.name
    try:
        if await asyncio.to_thread(_is_office, path):
            return await _open_office(path, source)
        return Found(path, source, await dependencies.pool().call(inspect, path, password), name)
    except SourceError as error:
        return Found(path, source, await asyncio.to_thread(_as_given, error, path), name)
    except Exception as error:  # one file that fails must not end the run for the others
        message = f"{str(path)!r} could not be opened ({type(error).__name__}: {error}): get a new copy of it."
        return Found(path, source, await asyncio.to_thread(_as_given, SourceError(message), path), name)


def _as_given(error: SourceError, path: Path) -> SourceError:
    """Return an error that names a file in the home folder by its name alone, as the user knows it."""
    told = str(error)
    return type(error)(told.replace(str(path), path.name)) if access.is_kept(path) and str(path) in told else error


def _is_office(path: Path) -> bool:
    try:
        return format_of(path).kind == "office"
    except (OSError, SourceError):
        return False  # the worker says what is wrong


async def _open_office(path: Path, source: str) -> Found:
    """Convert an Office file to a PDF in the home folder, once, and open this; identity and size are the file's own.

    One that another machine has made, and stored where machines share files, is taken in its place.
    """
    converter, shares = find_converter(settings().office_converter), bool(_stores().opened.files_url)
    if not converter and (settings().office_converter == "off" or not shares):
        raise _not_converted(path)
    data = await asyncio.to_thread(path.read_bytes)
    digest = hashlib.sha256(data).hexdigest()
    target = _derived(digest) / f"{path.stem}.pdf"
    async with _converting:
        with suppress(FilesError):  # what this machine makes is as good
            await asyncio.to_thread(_stores().fetch_pdf, digest[:DOCUMENT_ID_DIGITS], target)
        if not target.is_file():
            if not converter:
                raise _not_converted(path)
            await asyncio.to_thread(convert_to_pdf, path, target, converter)
    info = await dependencies.pool().call(inspect, target)
    return Found(target, source, replace(info, path=str(path), sha256=digest, kind="office", size=len(data)), path.name)


def _not_converted(path: Path) -> SkippedError:
    return SkippedError(
        f"{str(path)!r} is an Office file, and LibreOffice, which converts it, is not there: install it, name it "
        "in PAGEWITNESS_OFFICE_CONVERTER, or save the file as a PDF."
    )
