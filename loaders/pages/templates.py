"""Processes from which page processes are forked: each has imported the readers and loaded models once for all.

A page process imports for .35 CPU seconds and loads models for .3 (layout) and .5 (OCR); of a fork, the memory is
shared as well. A template runs no page: it has one thread, and nothing in it can hang or be damaged by a file.
"""

from __future__ import annotations

import gc
import io
import multiprocessing
import os
import signal
import socket
from contextlib import suppress
from functools import partial
from multiprocessing import connection, forkserver, popen_forkserver, reduction, spawn, util
from multiprocessing.context import ForkServerContext, ForkServerProcess, set_spawning_popen
from multiprocessing.forkserver import ForkServer
from multiprocessing.process import BaseProcess
from typing import Any

from loaders.pages.models import load
from loaders.pages.spawning import without_main

LOAD_SECONDS = 120.0
"""Seconds on the clock in which models must be loaded, .8 on a quiet machine; then each process loads its own."""

_internals: Any = util  # no types tell of these parts of the library
_addresses: Any = connection
_PRELOADED = "loaders.pages.preloaded"
_KILLED_S = 5.0  # in which a killed process is gone


class Template(ForkServer):
    """A process that forks others. The first is started with imports alone; others are forked from it and load more."""

    _lock: Any
    _forkserver_pid: int | None
    _stop_unlocked: Any

    def __init__(self, base: Template | None = None, models: frozenset[str] = frozenset()) -> None:
        """Take what it is forked from, which may have loaded some of its models; it starts when it is needed."""
        super().__init__()
        self.models = models
        self._base = base
        self._process: BaseProcess | None = None
        self._alive: Any = None
        self.set_forkserver_preload([_PRELOADED])

    def context(self) -> ForkServerContext:
        """Return what forks processes from this one."""
        return _Context(self)

    def ensure_running(self) -> None:
        """Start the process if it does not run; raise RuntimeError or OSError if its models cannot be loaded."""
        if self._base is None:
            super().ensure_running()
            return
        with self._lock:
            if self._process is None or not self._process.is_alive():
                self._release()
                self._fork(self._base)

    def stop(self) -> None:
        """End the process; those that were forked from it have ended before, or end with their own parent."""
        with self._lock:
            if self._process is not None:
                self._process.kill()
                self._process.join(_KILLED_S)
                self._release()
            elif self._forkserver_pid is not None:
                with suppress(OSError):
                    os.kill(self._forkserver_pid, signal.SIGKILL)
                self._stop_unlocked()

    def _fork(self, base: Template) -> None:
        with socket.socket(socket.AF_UNIX) as listener:
            address = _addresses.arbitrary_address("AF_UNIX")
            listener.bind(address)
            listener.listen()
            lives, self._alive = multiprocessing.Pipe(duplex=False)
            ready, tells = multiprocessing.Pipe(duplex=False)
            with lives, tells:
                process = base.context().Process(target=_serve, args=(listener, lives, tells, self.models), daemon=True)
                process.start()
        self._process = process
        self._forkserver_address, self._forkserver_alive_fd = address, self._alive.fileno()
        with ready:
            if not ready.poll(LOAD_SECONDS):
                raise RuntimeError("The models were not loaded in time.")
            try:
                ready.recv()
            except EOFError as exc:
                raise RuntimeError("The process that loads the models ended.") from exc

    def _release(self) -> None:
        self._process = None
        if self._alive is not None:
            self._alive.close()
            with suppress(OSError):
                os.unlink(self._forkserver_address)
        self._alive = self._forkserver_alive_fd = None


def _serve(listener: socket.socket, lives: Any, tells: Any, models: frozenset[str]) -> None:
    """Load models, say so, and fork processes until all that could ask for one have ended."""
    load(models)
    gc.freeze()  # what is loaded is shared as long as nothing writes to it, as a look for garbage would
    with tells:
        tells.send(True)
    alive = os.dup(lives.fileno())
    lives.close()
    forkserver.main(listener.detach(), alive, [])


class _Process(ForkServerProcess):
    """A process that is forked from a template."""

    def __init__(self, template: Template, **options: Any) -> None:
        super().__init__(**options)
        self.template = template

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "template"}

    @staticmethod
    def _Popen(process_obj: BaseProcess) -> Any:
        return _Popen(process_obj)


class _Popen(popen_forkserver.Popen):
    """As the library's, whose only template is that of the whole process."""

    _fds: list[int]

    def _launch(self, process_obj: Any) -> None:
        content = io.BytesIO()
        with without_main():  # else the caller's main script would run again
            preparation = spawn.get_preparation_data(process_obj.name)
        set_spawning_popen(self)
        try:
            reduction.dump(preparation, content)
            reduction.dump(process_obj, content)
        finally:
            set_spawning_popen(None)
        self.sentinel, end = process_obj.template.connect_to_new_process(self._fds)
        self.finalizer = util.Finalize(self, _internals.close_fds, (os.dup(end), self.sentinel))
        with open(end, "wb") as file:
            file.write(content.getbuffer())
        self.pid = forkserver.read_signed(self.sentinel)


class _Context(ForkServerContext):
    def __init__(self, template: Template) -> None:
        self.Process: Any = partial(_Process, template)  # type: ignore[misc]  # a class in the library, called alike
