"""Templates, from which page processes are forked: processes that have imported the readers and loaded models.

Imports take a page process .35 CPU seconds, models .3 (layout) and .5 (OCR); forked processes share the memory as well.
A template reads no page: it has one thread, and no file can hang or damage it.
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
from loaders.temporary import make_folder, remove_folder

LOAD_SECONDS = 120.0
"""Wall-clock seconds to load models, .8 on a quiet machine; after that each process loads its own."""

_internals: Any = util  # these parts of the library have no types
_addresses: Any = connection
_PRELOADED = "loaders.pages.preloaded"
_KILLED_S = 5.0  # seconds that a killed process may take to end


class Template(ForkServer):
    """A process that forks others. The first is started with imports alone; others are forked from it and load more."""

    _lock: Any
    _forkserver_pid: int | None
    _stop_unlocked: Any

    def __init__(self, base: Template | None = None, models: frozenset[str] = frozenset()) -> None:
        """Take the template that it is forked from, which may have some of its models; it starts when it is needed."""
        super().__init__()
        _keep_sockets_apart()
        self.models = models
        self._base = base
        self._process: BaseProcess | None = None
        self._alive: Any = None
        self.set_forkserver_preload([_PRELOADED])

    def context(self) -> ForkServerContext:
        """Return the `multiprocessing` context that forks processes from this one."""
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
            ready, loaded = multiprocessing.Pipe(duplex=False)
            with lives, loaded:
                process = base.context().Process(
                    target=_serve, args=(listener, lives, loaded, self.models), daemon=True
                )
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


def _keep_sockets_apart() -> None:
    """Let sockets of this process lie in a folder that is removed later if the process is killed."""
    here: Any = multiprocessing.current_process()
    if "tempdir" not in here._config:
        folder, lock = make_folder()
        here._config["tempdir"] = str(folder)
        util.Finalize(None, remove_folder, args=(folder, lock), exitpriority=-100)  # after the processes have ended


def _serve(listener: socket.socket, lives: Any, loaded: Any, models: frozenset[str]) -> None:
    """Load models, report that, and fork processes until all that could request one have ended."""
    load(models)
    gc.freeze()  # loaded objects are shared as long as nothing writes to them, as garbage collection would
    with loaded:
        loaded.send(True)
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
    """Start of a process from its own template; the library has one template for the whole process."""

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
