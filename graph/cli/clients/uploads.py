"""From what a user names to what a server can read: files of this machine are uploaded, all else is passed on."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO
from urllib.parse import quote

from graph.cli.clients.connection import Connection, Refused
from graph.cli.progress import Tell
from graph.errors import BadInputError
from graph.events import progress
from graph.ingestion.access import UPLOAD
from graph.ingestion.report import without_pages
from graph.ingestion.state import DocumentReport
from loaders.errors import PasswordError, SourceError
from loaders.sources.download import DOCUMENT_ID_DIGITS, is_url
from loaders.sources.files import expand

_PIECE = 1 << 18
_MB = 1 << 20


def send(
    connection: Connection, sources: Sequence[str], tell: Tell, password: str | None = None
) -> tuple[list[str], list[DocumentReport]]:
    """Upload what lies on this machine; returns what to give to the graph, and what the server did not take.

    Raises:
        BadInputError: a password was given for an address.
        SourceError: a path stands for nothing.
        ServerError: the server cannot be used.
    """
    if password and (address := next(filter(is_url, sources), "")):
        raise BadInputError(
            f"{address!r} is fetched by the server, which would write down a password for it: leave out --password, or "
            "download the file and give its path."
        )
    elsewhere = [source for source in dict.fromkeys(sources) if is_url(source) or source.startswith(UPLOAD)]
    files = expand([source for source in sources if source not in elsewhere])
    sent, refused = list[str](), list[DocumentReport]()
    everything: list[Path | str] = [*elsewhere, *files]
    for given in everything:
        name = Path(given).name
        try:
            source = _upload(connection, given, tell) if isinstance(given, Path) else given
            if password and source.startswith(UPLOAD):
                _unlock(connection, source, name, password)
            sent.append(source)
        except (Refused, SourceError) as error:
            reason = "password" if isinstance(error, PasswordError) else "unusable"
            where = str(given.absolute()) if isinstance(given, Path) else given
            refused.append(without_pages(None, name, where, reason, str(error)))
    return list(dict.fromkeys(sent)), refused


def _upload(connection: Connection, path: Path, tell: Tell) -> str:
    """Send a file; the source that stands for it on the server."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            identity = hashlib.file_digest(file, "sha256").hexdigest()[:DOCUMENT_ID_DIGITS]
            file.seek(0)

            def told(done: int) -> None:
                tell(progress("upload", identity, path.name, math.ceil(done / _MB), math.ceil(size / _MB)))

            # Of the length that is announced, even if the file grows meanwhile.
            reply = connection.send(
                "POST", "/uploads", params={"name": path.name}, content=_pieces(file, size, told),
                headers={"Content-Length": str(size), "Content-Type": "application/octet-stream"},
            )  # fmt: skip
    except OSError as error:
        raise SourceError(f"{str(path)!r} cannot be read ({error.strerror}): check its permissions.") from error
    return str(reply["source"])


def _unlock(connection: Connection, source: str, name: str, password: str) -> None:
    """Give the password of an upload to the route that keeps it in memory; settings of a run would be written down."""
    document = source.removeprefix(UPLOAD).partition("/")[0]
    try:
        connection.send("POST", f"/uploads/{quote(document, safe='')}/password", content=password.encode())
    except Refused as error:
        if error.status == 422:
            raise PasswordError(f"The password for {name!r} is wrong: give the right one with --password.") from error
        if error.status not in (404, 415):  # no such upload, or one that cannot be opened: the run says what it is
            raise


def _pieces(file: IO[bytes], size: int, told: Callable[[int], None]) -> Iterator[bytes]:
    left = size
    while left and (piece := file.read(min(_PIECE, left))):
        yield piece
        left -= len(piece)
        told(size - left)
