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
from typing import Any, NamedTuple

from loaders.pages.limits import YOUNG, Limits, run_limited
from loaders.pages.pool import failure_of
from loaders.types import FILE_READER, PageJob

_KEPT_S = 24 * 3600.0  # after its last use a file that was sent is deleted when another actor starts


class File(NamedTuple):
    """A file in Ray's object store, and the folder under which a machine keeps it."""

    key: str
    name: str
    content: list[Any]
    """The reference of its bytes, in a list so that Ray does not fetch them for a machine that has them."""


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
                job = replace(job, path=str(_fetch(file)))
            return run_limited(limits, function, job)
        except Exception as exc:  # whatever a page function raises: only its page is lost
            return failure_of(exc)


def _fetch(file: File) -> Path:
    """Return the path of a file on this machine, which fetches it for the first of its pages."""
    path = _folder() / file.key / file.name
    if not path.exists():
        import ray

        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, half = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as out:
            out.write(ray.get(file.content[0]))
        os.replace(half, path)  # another actor of this machine may do the same
    os.utime(path.parent)
    return path


def _folder() -> Path:
    return Path.home() / ".cache" / "pagewitness" / "pages"


def _sweep() -> None:
    with suppress(OSError):
        for folder in _folder().iterdir():
            if folder.stat().st_mtime < time.time() - _KEPT_S:
                shutil.rmtree(folder, ignore_errors=True)
