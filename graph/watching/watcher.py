"""The watcher: keeps a library up to date with the files of folders.

A file is read when it has not changed for `QUIET_S`, and forgotten when it is missing for as long. What it has followed
is stored, so that changes while nothing watches are followed at the next start.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol

from typing_extensions import TypedDict

from graph.errors import BadInputError, HomeError, ModelError, ServerError
from graph.watching.folders import Look, Stamp, gone, look, looks_finished
from loaders.errors import SourceError

QUIET_S = 2.0
"""How long a file must be unchanged, or missing: copies write at least once a second."""
UNFINISHED_S = 60.0
"""How long a file without its end is waited for; after that it is read, and reported if it is damaged."""
RETRY_S = 60.0
"""How long reading pauses after the library or a model service could not be used."""
_LEAST_PAUSE_S, _MOST_PAUSE_S = 1.0, 4.0
_BATCH = 20
"""Files that are read at a time."""
_TURN_S = 5.0
"""How long files are read before the folders are looked at again."""
_SAVE_S = 10.0
"""How often what was followed is stored; after a crash a few files are read again, which takes no request."""


EventName = Literal["watching", "read", "removed", "problem", "unreachable", "reachable"]


class Read(NamedTuple):
    """The result for a file: a sentence, and the id of the document that only this file added, or ""."""

    said: str
    document: str = ""


class Followed(TypedDict):
    """An event of the watcher."""

    event: EventName
    path: str
    detail: str


class Library(Protocol):
    """The library that a watcher updates. After HomeError, ModelError or ServerError the watcher tries again."""

    def read(self, paths: Sequence[Path]) -> dict[Path, Read]:
        """Read files, and return the result for each; raise BadInputError or SourceError if one cannot be read."""

    def forget(self, gone: Sequence[tuple[Path, str]], held: Collection[str]) -> None:
        """Remove the documents that came from these files alone, given with their documents' ids.

        `held` are the documents of the other files that are followed.
        """


@dataclass
class Folder:
    """A watched folder.

    Attributes:
        root: Its path.
        identity: The device and number of the folder when it was last followed.
        known: The files that were followed.
        documents: The ids of their documents, where they are needed to forget them.
        waiting: Files that are new, changed or missing (None), and since when.
        reachable: Whether it was there at the last look; None before the first.
    """

    root: Path
    identity: tuple[int, int] | None = None
    known: dict[str, Stamp] = field(default_factory=dict)
    documents: dict[str, str] = field(default_factory=dict)
    waiting: dict[str, tuple[Stamp | None, float]] = field(default_factory=dict)
    reachable: bool | None = None


class Watcher:
    """Follows folders.

    Args:
        folders: The folders.
        library: What files are read into.
        store: The file that holds what was followed.
        say: Called with each thing that was done.
        clock: Returns seconds; tests have their own.
    """

    def __init__(
        self, folders: Sequence[Path], library: Library, store: Path, say: Callable[[Followed], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self._library, self._store, self._say, self._clock = library, store, say, clock
        self._paused_until, self._saved_at, self._changed, self._more = 0.0, 0.0, False, False
        self._looked_s = 0.0  # how long the last look at all folders took, without reading what was found
        self.folders = [Folder(Path(os.path.abspath(folder))) for folder in folders]
        self._stored = _load(store)
        for folder in self.folders:
            if kept := self._stored.get(str(folder.root)):
                folder.identity = (kept["identity"][0], kept["identity"][1])
                folder.known = {path: Stamp(*stamp) for path, stamp in kept["files"].items()}
                folder.documents = dict(kept["documents"])

    def run(self, stop: threading.Event) -> None:
        """Follow the folders until `stop` is set."""
        while not stop.is_set():
            self.step()
            # Looking takes a tenth of the time, or a sixth at 100,000 files: changes are followed within 10 s.
            pause = min(_MOST_PAUSE_S, max(_LEAST_PAUSE_S, 10 * self._looked_s))
            stop.wait(0 if self._more else pause)
        self.save()

    def step(self) -> None:
        """Look at each folder once, and follow what is settled."""
        self._more, self._looked_s = False, 0.0
        for folder in self.folders:
            start = self._clock()
            seen = look(folder.root)
            self._looked_s += self._clock() - start
            if seen is None or not _is_same(folder, seen):
                self._unreachable(folder)
                continue
            if folder.reachable is None:
                self._tell("watching", folder.root, f"{len(seen.files)} files; {seen.left_out} others are left out")
            elif not folder.reachable:
                self._tell("reachable", folder.root, "it is followed again")
            self._changed |= folder.identity != seen.identity
            folder.reachable, folder.identity = True, seen.identity
            if self._clock() >= self._paused_until:
                try:
                    self._follow(folder, seen)
                except (HomeError, ModelError, ServerError) as error:
                    self._paused_until = self._clock() + RETRY_S
                    self._tell("problem", folder.root, f"{error} The next attempt is in {RETRY_S:.0f} s.")
        if self._changed and time.monotonic() >= self._saved_at + _SAVE_S:
            self.save()

    def _unreachable(self, folder: Folder) -> None:
        folder.waiting.clear()
        if folder.reachable is not False:
            folder.reachable = False
            self._tell("unreachable", folder.root, "it is not there, or another one is: nothing of it is deleted")

    def _follow(self, folder: Folder, seen: Look) -> None:
        """Read what is new and settled, and forget what is gone."""
        now, root, since = self._clock(), folder.root, folder.waiting
        wanted: dict[str, Stamp | None] = {
            path: stamp for path, stamp in seen.files.items() if folder.known.get(path) != stamp
        }
        wanted |= dict.fromkeys(gone(root, folder.known, seen))
        folder.waiting = {
            path: since[path] if path in since and since[path][0] == stamp else (stamp, now)
            for path, stamp in wanted.items()
        }
        settled = {
            path: stamp for path, (stamp, at) in folder.waiting.items() if _is_settled(root / path, stamp, now - at)
        }
        new, end = sorted(path for path, stamp in settled.items() if stamp), time.monotonic() + _TURN_S
        while new and time.monotonic() < end:
            self._read(folder, new[:_BATCH])
            del new[:_BATCH]
        self._more |= bool(new)
        # What was moved is missing in one place and new in another: it is read there before it is forgotten here.
        coming = {stamp[:2] for stamp, _ in folder.waiting.values() if stamp}
        missing = [path for path, stamp in settled.items() if not stamp and folder.known[path][:2] not in coming]
        if missing:
            self._forget(folder, missing)

    def _read(self, folder: Folder, paths: Sequence[str]) -> None:
        """Read files; one that cannot be read is reported once, and again when it has changed."""
        try:
            said = self._library.read([folder.root / path for path in paths])
        except (BadInputError, SourceError) as error:
            if len(paths) > 1:
                for path in paths:
                    self._read(folder, [path])
                return
            said = {folder.root / paths[0]: Read(str(error))}
        for path in paths:
            stamp, _ = folder.waiting.pop(path)
            assert stamp is not None
            folder.known[path] = stamp
            self._changed = True
            read = said.get(folder.root / path, Read("it was read"))
            folder.documents.pop(path, None)
            if read.document:
                folder.documents[path] = read.document
            self._tell("read", folder.root / path, read.said)

    def _forget(self, folder: Folder, paths: Sequence[str]) -> None:
        """Forget files that are gone."""
        lost = [(folder.root / path, folder.documents.pop(path, "")) for path in paths]
        held = {document for one in self.folders for document in one.documents.values()}
        try:
            self._library.forget(lost, held)
        except Exception:
            folder.documents |= {path: document for path, (_, document) in zip(paths, lost, strict=True) if document}
            raise
        self._changed = True
        for path in paths:
            del folder.known[path], folder.waiting[path]
            self._tell("removed", folder.root / path, "its document is removed, unless something else holds it")

    def _tell(self, event: EventName, path: Path, detail: str) -> None:
        self._say({"event": event, "path": str(path), "detail": detail})

    def save(self) -> None:
        """Store which files were followed; the records of folders that are not watched now are kept."""
        self._changed, self._saved_at = False, time.monotonic()
        for folder in self.folders:
            if folder.identity:
                self._stored[str(folder.root)] = {
                    "identity": folder.identity, "files": folder.known, "documents": folder.documents,
                }  # fmt: skip
        self._store.parent.mkdir(parents=True, exist_ok=True)
        new = self._store.with_suffix(".new")
        new.write_text(json.dumps(self._stored), "utf-8")
        os.replace(new, self._store)


def _is_same(folder: Folder, seen: Look) -> bool:
    """Return whether this is the folder that was followed, and not the empty place where a drive was mounted.

    A drive that is mounted again may have another device: then one of the files must be as it was.
    """
    if not folder.known or folder.identity in (None, seen.identity):
        return True
    moved = any(seen.files.get(path, (None,))[:2] == stamp[:2] for path, stamp in folder.known.items())
    if moved:
        folder.known = {path: stamp._replace(device=seen.identity[0]) for path, stamp in folder.known.items()}
    return moved


def _is_settled(path: Path, stamp: Stamp | None, waited: float) -> bool:
    """Return whether a file has been unchanged or missing for long enough."""
    return waited >= QUIET_S and (stamp is None or waited >= UNFINISHED_S or looks_finished(path))


def _load(store: Path) -> dict[str, dict[str, Any]]:
    try:
        found = json.loads(store.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
