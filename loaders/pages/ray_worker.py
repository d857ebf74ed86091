"""Ray actor that runs page functions within their limits, on files that were sent to its machine."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from loaders.errors import message_of
from loaders.pages.limits import YOUNG, Limits, run_limited
from loaders.pages.pool import failure_of
from loaders.types import FILE_READER, PageImage, PageJob

_KEPT_BYTES = 3 << 30  # as in the cache of a home folder
_IN_USE_S = 3600.0  # the pages of one batch take minutes
_KEPT_S = 24 * 3600.0  # after its last use a file that was sent is deleted when another actor starts


class SharedFiles(Protocol):
    """The store of files that machines share, as the caller gives it to actors of other machines."""

    def key_of(self, path: Path) -> str:
        """Return the key under which a file's bytes are stored; "" if they are not, or the store does not answer."""

    def copy(self, key: str, to: Path) -> None:
        """Copy a file to a path, in one step; raise an error if it cannot be had."""

    def put_image(self, png: bytes) -> str:
        """Store the image of a page and return its key; raise an error if it cannot be stored."""


class File(NamedTuple):
    """A file for other machines, and the folder under which each keeps it."""

    key: str
    name: str
    content: list[Any]
    """The reference of its bytes in Ray's object store, in a list so that Ray does not fetch them for a machine that
    has them; [] for a file that `shared` has under `key`."""
    shared: SharedFiles | None = None


class Unfetched(NamedTuple):
    """The outcome of a job whose file this machine could not copy from the store that machines share."""

    detail: str


class PageWorker:
    """Runs jobs one after the other; Ray makes an actor of it."""

    def __init__(self, memory: int) -> None:
        """Prepare a new process: cap its data beyond that of Ray's own threads, ignore Ctrl-C."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        if sys.platform == "linux":
            import resource

            limit = memory + int(Path("/proc/self/status").read_text().split("VmData:")[1].split()[0]) * 1024
            resource.setrlimit(resource.RLIMIT_DATA, (limit, resource.getrlimit(resource.RLIMIT_DATA)[1]))
        gc.set_threshold(YOUNG, *gc.get_threshold()[1:])
        _sweep()

    def reader(self) -> str:
        """Return the version of the reader on this machine, which must be that of the caller."""
        return FILE_READER

    def run(self, limits: Limits, function: Callable[..., Any], job: Any, file: File | None) -> Any:
        """Return what a job returns; a Failure if it raises. The process ends at the job's limits."""
        try:
            if file is not None and isinstance(job, PageJob):
                try:
                    job = replace(job, path=str(_fetch(file)))
                except Exception as exc:  # no keys here, or no client: the caller sends the bytes
                    if file.shared is None:
                        raise
                    return Unfetched(message_of(exc))
            outcome = run_limited(limits, function, job)
            return _stored(outcome, file.shared) if file is not None and file.shared else outcome
        except Exception as exc:  # whatever a page function raises: only its page is lost
            return failure_of(exc)


def _fetch(file: File) -> Path:
    """Return the path of a file on this machine, which fetches it for the first of its pages."""
    path = _folder() / file.key / file.name
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if file.shared is not None:
            file.shared.copy(file.key, path)
            return path
        import ray

        handle, half = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as out:
            out.write(ray.get(file.content[0]))
        os.replace(half, path)  # another actor of this machine may do the same
    os.utime(path.parent)
    return path


def _stored(outcome: Any, shared: SharedFiles) -> Any:
    """Return a rendered page with the key of its image in the shared store, which now has it, in place of the bytes."""
    if isinstance(outcome, PageImage) and outcome.png:
        with suppress(Exception):  # whatever the store's client raises: the caller gets the bytes, and stores them
            return replace(outcome, png=b"", stored=shared.put_image(outcome.png))
    return outcome


def _folder() -> Path:
    return Path.home() / ".cache" / "pagewitness" / "pages"


def _sweep() -> None:
    """Delete files that were last used a day ago or before, and the oldest above the bound but those in use."""
    with suppress(OSError):
        left = _KEPT_BYTES
        for used, folder in sorted(((one.stat().st_mtime, one) for one in _folder().iterdir()), reverse=True):
            left -= sum(file.stat().st_size for file in folder.iterdir())
            age = time.time() - used
            if age > _KEPT_S or (left < 0 and age > _IN_USE_S):
                shutil.rmtree(folder, ignore_errors=True)
