"""From what a user names to what a server can read: files of this machine are uploaded, all else is passed on."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO

from graph.events import progress
from graph.ingestion.doors import UPLOAD
from graph.ingestion.reporting import without_pages
from graph.ingestion.state import DocumentReport
from graph.places.connection import Connection, Refused
from graph.progress import Tell
from loaders.errors import SourceError
from loaders.sources import expand
from loaders.urls import IDENTITY, is_url

_PIECE = 1 << 18
_MB = 1 << 20


def send(connection: Connection, sources: Sequence[str], tell: Tell) -> tuple[list[str], list[DocumentReport]]:
    """Upload what lies on this machine; returns what to give to the graph, and what the server did not take.

    Raises:
        SourceError: a path stands for nothing.
        ServerError: the server cannot be used.
    """
    elsewhere = [source for source in dict.fromkeys(sources) if is_url(source) or source.startswith(UPLOAD)]
    files = expand([source for source in sources if source not in elsewhere])
    sent, refused = list(elsewhere), list[DocumentReport]()
    for path in files:
        try:
            sent.append(_upload(connection, path, tell))
        except (Refused, SourceError) as error:
            refused.append(without_pages(None, path.name, str(path.absolute()), "unusable", str(error)))
    return list(dict.fromkeys(sent)), refused


def _upload(connection: Connection, path: Path, tell: Tell) -> str:
    """Send a file; the source that stands for it on the server."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            identity = hashlib.file_digest(file, "sha256").hexdigest()[:IDENTITY]
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


def _pieces(file: IO[bytes], size: int, told: Callable[[int], None]) -> Iterator[bytes]:
    left = size
    while left and (piece := file.read(min(_PIECE, left))):
        yield piece
        left -= len(piece)
        told(size - left)
