"""Processes of a page pool: forked from one that has loaded what they share, or spawned where forking is unsafe."""

from __future__ import annotations

import sys
import threading
from contextlib import suppress
from multiprocessing.context import BaseContext
from multiprocessing.util import Finalize
from typing import TYPE_CHECKING

from loaders.pages.spawning import SpawnedContext

if TYPE_CHECKING:
    from loaders.pages.templates import Template

CAN_FORK = sys.platform == "linux"
"""Whether page processes are forked. System libraries of macOS do not survive it, and Windows has no fork."""


class Processes:
    """Starts the processes of a pool, and loads models that they share."""

    models: frozenset[str] = frozenset()
    """The models that a new process has loaded."""

    def begin(self) -> None:
        """Let what processes need be imported, without waiting for it; the first process would wait."""

    def context(self) -> BaseContext:
        """Return the `multiprocessing` context that starts processes."""
        return SpawnedContext()

    def load(self, models: frozenset[str]) -> bool:
        """Load models for processes that start from now on; return whether they have them."""
        return models <= self.models

    def stop(self) -> None:
        """End the processes that others were forked from, after those have ended."""


class ForkedProcesses(Processes):
    """Forks each process from one that has imported the readers, and loaded the models that a page has needed since."""

    def __init__(self) -> None:
        """Create the object; processes start when they are needed."""
        self._templates: list[Template] = []
        self._lock = threading.Lock()
        self._at_exit: Finalize | None = None

    def context(self) -> BaseContext:
        """Return the context that forks from the process that has loaded most."""
        with self._lock:
            return self._newest().context()

    def load(self, models: frozenset[str]) -> bool:
        """Fork a process that loads models as well; processes that run go on without them."""
        from loaders.pages.templates import Template

        with self._lock:
            newest = self._newest()
            if models <= newest.models:
                return True
            larger = Template(newest, newest.models | models)
            try:
                larger.ensure_running()
            except (OSError, RuntimeError):  # it died or hangs: a page loads the models, and reports what is wrong
                larger.stop()
                return False
            self._templates.append(larger)
            self.models = larger.models
            return True

    def begin(self) -> None:
        """Start the process that others are forked from, which imports the readers meanwhile: .35 CPU seconds."""
        with self._lock, suppress(OSError):  # else the first job starts it, and reports what is wrong
            self._newest().ensure_running()

    def stop(self) -> None:
        """End the processes that others were forked from."""
        with self._lock:
            at_exit, self._at_exit = self._at_exit, None
            templates, self._templates, self.models = self._templates, [], frozenset()
        if at_exit is not None:
            at_exit.cancel()
        for template in reversed(templates):
            template.stop()

    def _newest(self) -> Template:
        from loaders.pages.templates import Template

        if not self._templates:
            self._templates.append(Template())
            self._at_exit = Finalize(None, self.stop, exitpriority=9)  # after the pool's
        return self._templates[-1]


def processes_here() -> Processes:
    """Return the way to start processes on this system."""
    return ForkedProcesses() if CAN_FORK else Processes()
