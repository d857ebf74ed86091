"""Uploads of files of this machine to a server, which cannot read them by their paths."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, NamedTuple
from urllib.parse import quote

from graph.cli.clients.connection import Connection, ServerRejected
from graph.cli.progress import EventHandler
from graph.errors import BadInputError
from graph.events import progress
from graph.ingestion.access import UPLOAD
from graph.ingestion.report import failed_report
from graph.ingestion.state import DocumentReport, DuplicateFile, SkippedFile
from loaders.errors import PasswordError, SourceError
from loaders.sources.download import DOCUMENT_ID_DIGITS, is_url
from loaders.sources.files import Expansion, expand_all

_PIECE_BYTES = 1 << 18
_MB = 1 << 20


class Uploaded(NamedTuple):
    """The result of sending files to a server."""

    accepted: list[str]
    """The sources to give to the server's graph."""
    rejected: list[DocumentReport]
    """A report for each file that the server rejected."""
    skipped: list[SkippedFile]
    """The files of folders and globs that were left out."""
    duplicates: list[DuplicateFile]
    """The files with the same bytes and name as an earlier one, and the links to files that were sent."""


def upload_sources(
    connection: Connection, sources: Sequence[str], on_event: EventHandler, password: str | None = None
) -> Uploaded:
    """Upload the sources that are files of this machine.

    Args:
        connection: The server.
        sources: Paths, folders and globs of this machine, http(s) addresses, or references to earlier uploads.
        on_event: Called with progress events of the stage "upload".
        password: The password of encrypted PDFs among the files.

    Returns:
        What was sent, rejected, and left out.

    Raises:
        BadInputError: a password was given for an address.
        SourceError: a path matches no file.
        ServerError: the server cannot be used.
    """
    if password and (address := next(filter(is_url, sources), "")):
        raise BadInputError(
            f"{address!r} is fetched by the server, which would store a password for it: leave out --password, or "
            "download the file and give its path."
        )
    remote = [source for source in dict.fromkeys(sources) if is_url(source) or source.startswith(UPLOAD)]
    expanded = expand_all([source for source in sources if source not in remote])
    sent, rejected = list[tuple[str, str]](), list[DocumentReport]()
    everything: list[Path | str] = [*remote, *expanded.files]
    for given in everything:
        name, where = Path(given).name, str(given.absolute()) if isinstance(given, Path) else given
        try:
            source = _upload(connection, given, on_event) if isinstance(given, Path) else given
            if password and source.startswith(UPLOAD):
                _unlock(connection, source, name, password)
            sent.append((source, where))
        except (ServerRejected, SourceError) as error:
            reason = "password" if isinstance(error, PasswordError) else "unusable"
            rejected.append(failed_report(None, name, where, reason, str(error)))
    accepted = list(dict.fromkeys(source for source, _ in sent))
    return Uploaded(accepted, rejected, _left_out(expanded), _duplicates(sent, expanded.links))


def _left_out(expanded: Expansion) -> list[SkippedFile]:
    return [SkippedFile(name=path.name, source=str(path.absolute()), detail=why) for path, why in expanded.skipped]


def _duplicates(sent: Sequence[tuple[str, str]], links: Sequence[tuple[Path, Path]]) -> list[DuplicateFile]:
    """Return the files of this machine that were sent under one reference, and the links to sent files."""
    first, found = dict(reversed(sent)), list[DuplicateFile]()
    by_path = {where: source for source, where in sent}
    again = [(where, source) for source, where in sent if first[source] != where]
    linked = [(str(path.absolute()), by_path.get(str(target.absolute()), "")) for path, target in links]
    for where, source in [*again, *(one for one in linked if one[1])]:
        identity = source.removeprefix(UPLOAD).partition("/")[0]
        found.append(DuplicateFile(name=Path(where).name, source=where, id=identity, of=source))
    return found


def _upload(connection: Connection, path: Path, on_event: EventHandler) -> str:
    """Upload a file; return the server's source for it."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            identity = hashlib.file_digest(file, "sha256").hexdigest()[:DOCUMENT_ID_DIGITS]
            file.seek(0)

            def on_sent(sent: int) -> None:
                on_event(progress("upload", identity, path.name, math.ceil(sent / _MB), math.ceil(size / _MB)))

            # Send as many bytes as announced, even if the file grows meanwhile.
            reply = connection.send(
                "POST", "/uploads", params={"name": path.name}, content=_pieces(file, size, on_sent),
                headers={"Content-Length": str(size), "Content-Type": "application/octet-stream"},
            )  # fmt: skip
    except OSError as error:
        raise SourceError(f"{str(path)!r} cannot be read ({error.strerror}): check its permissions.") from error
    return str(reply["source"])


def _unlock(connection: Connection, source: str, name: str, password: str) -> None:
    """Send the password of an upload to the route that holds it in memory; a run's settings would be stored."""
    document = source.removeprefix(UPLOAD).partition("/")[0]
    try:
        connection.send("POST", f"/uploads/{quote(document, safe='')}/password", content=password.encode())
    except ServerRejected as error:
        if error.status == 422:
            raise PasswordError(f"The password for {name!r} is wrong: give the right one with --password.") from error
        if error.status not in (404, 415):  # a missing or an unreadable upload, which the run reports
            raise


def _pieces(file: IO[bytes], size: int, on_sent: Callable[[int], None]) -> Iterator[bytes]:
    """Yield the first `size` bytes of a file in pieces; call `on_sent` with the bytes sent so far."""
    left = size
    while left and (piece := file.read(min(_PIECE_BYTES, left))):
        yield piece
        left -= len(piece)
        on_sent(size - left)
