"""Start of a process that does not import the caller's main script again."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.context import SpawnContext, SpawnProcess
from multiprocessing.process import BaseProcess
from types import ModuleType
from typing import Any

_STARTING = threading.Lock()
"""Held while a process is started: two pools that start one at the same time would exchange their main modules."""


class _Process(SpawnProcess):
    """A spawned process that does not import the caller's main script again.

    Spawning normally imports it in every worker, where a script without an `if __name__ == "__main__"` guard would
    start itself again and fail.
    """

    @staticmethod
    def _Popen(process_obj: BaseProcess) -> Any:
        with without_main():
            return SpawnProcess._Popen(process_obj)


class SpawnedContext(SpawnContext):
    """Starts processes that do not import the caller's main script."""

    Process = _Process


@contextmanager
def without_main() -> Iterator[None]:
    """Hide the main script, so that a process which starts meanwhile does not import it."""
    with _STARTING:
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = main
