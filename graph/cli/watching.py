"""The `watch` command: follows folders until it is stopped, for this home folder or for a server's library."""

from __future__ import annotations

import hashlib
import signal
import threading
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

from graph import operations
from graph.cli.clients.base import Client
from graph.cli.exit_codes import DONE
from graph.errors import BadInputError
from graph.storage.local_sources import path_of
from graph.watching.library import LocalLibrary, outcomes, store_file
from graph.watching.watcher import Followed, Read, Watcher
from loaders.sources.download import DOCUMENT_ID_DIGITS


class RemoteLibrary:
    """The library of a server, to which files are uploaded.

    The server identifies files by their contents, without paths. Documents that it had before are never deleted.

    Args:
        client: The server.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._sent: set[str] = set()

    def read(self, paths: Sequence[Path]) -> dict[Path, Read]:
        """Upload files and have them read."""
        ids = {path: _document_id(path) for path in paths}
        before = self._listed() - self._sent
        report = self._client.ingest([str(path) for path in paths], lambda event: None, None)
        self._sent |= set(ids.values()) - before
        said = outcomes(report)
        of_document = {document["id"]: said[Path(path_of(document["source"]))].said for document in report["documents"]}
        return {
            path: Read(
                said[path].said if path in said else of_document.get(document, "it was read"),
                "" if document in before else document,
            )
            for path, document in ids.items()
        }

    def forget(self, gone: Sequence[tuple[Path, str]], held: Collection[str]) -> None:
        """Delete the documents of these files, where no other file holds them and they were not there before."""
        listed = self._listed()
        for document in {document for _, document in gone} - set(held) - {""}:
            if document in listed:
                self._client.run(operations.delete_document, document=document)

    def _listed(self) -> set[str]:
        return {row["id"] for row in self._client.documents()["documents"]}


def _document_id(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()[:DOCUMENT_ID_DIGITS]
    except OSError as error:
        raise BadInputError(f"{str(path)!r} cannot be read ({error.strerror}): check its permissions.") from error


def watch(client: Client, server: str | None, folders: Sequence[Path], say: Callable[[Followed], None]) -> int:
    """Follow folders until Ctrl-C or SIGTERM; return the exit code.

    Args:
        client: What reads the files.
        server: The address of the server, if the client is one.
        folders: The folders, which exist.
        say: Called with each thing that was done.

    Raises:
        BadInputError: A folder lies in another, or is none.
    """
    roots = [folder.absolute() for folder in folders]
    for root in roots:
        if not root.is_dir():
            raise BadInputError(f"{str(root)!r} is not a folder: name an existing folder to be watched.")
        if other := next((one for one in roots if one != root and root.is_relative_to(one)), None):
            raise BadInputError(f"{str(root)!r} is in {str(other)!r}, which is watched too: leave it out.")
    library: Any = RemoteLibrary(client) if server else LocalLibrary(
        lambda sources: client.ingest(sources, lambda event: None, None)
    )  # fmt: skip
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    watcher = Watcher(list(dict.fromkeys(roots)), library, store_file(server or ""), say)
    try:
        watcher.run(stop)
    except KeyboardInterrupt:
        watcher.save()
    return DONE
