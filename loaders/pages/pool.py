"""Pool of worker processes for pages: PDF and OCR libraries hold the interpreter lock, leak, hang and crash."""

from __future__ import annotations

import asyncio
import math
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import contextmanager
from multiprocessing.context import SpawnContext, SpawnProcess
from multiprocessing.process import BaseProcess, parent_process
from types import ModuleType
from typing import Any, Protocol, TypeVar

from pebble import ProcessExpired, ProcessPool

from loaders.errors import SourceError
from loaders.pages.cpu import cores
from loaders.types import Failure

Job = TypeVar("Job")
Outcome = TypeVar("Outcome")
Result = TypeVar("Result")

GRACE_S = 10.0
"""Seconds after a job's time limit in which its worker is ended by the parent, before it ends itself."""

MEMORY_BYTES = 1_500 * 2**20
"""Bytes of data that a worker may hold: OCR of a dense scan touches 840 MB, and once in five runs failed with 1,000;
the layout models, loaded beside it, keep 170."""

TASKS_PER_WORKER = 300
"""Pages after which a worker is replaced: its memory grows a little with every page, its start costs 2 s."""


class PagePool(Protocol):
    """Runs picklable page functions in worker processes; a job that dies or overruns becomes a Failure."""

    async def map(self, function: Callable[[Job], Outcome], jobs: Sequence[Job]) -> list[Outcome | Failure]:
        """Return the outcomes in the order of the jobs."""

    async def call(self, function: Callable[..., Result], *args: Any) -> Result:
        """Call the function once and return or raise as it does; raise SourceError if it hangs or dies."""

    def close(self) -> None:
        """End all workers; a later job starts new ones."""


class ProcessPagePool:
    """Runs page functions in spawned processes, from any event loop. Processes start with the first job.

    On Linux the kernel caps what a worker may allocate, so that a greedy page fails and not the machine. The cap is on
    data (RLIMIT_DATA), since onnxruntime and OpenBLAS reserve far more address space than they use.
    """

    def __init__(self, workers: int | None = None, timeout: float = 60.0, memory: int = MEMORY_BYTES) -> None:
        """Take `workers` processes (None: one per usable core), `timeout` seconds a job, `memory` bytes a worker."""
        self.workers = workers or cores()
        self.timeout = timeout
        self.memory = memory
        self._pool: Any = None
        self._lock = threading.Lock()

    async def map(self, function: Callable[[Job], Outcome], jobs: Sequence[Job]) -> list[Outcome | Failure]:
        """Run `function` on every job; return the outcomes in the order of the jobs.

        A job that takes too long, raises, or kills its worker is a Failure; the others go on. Cancelling the await
        cancels what has not finished.
        """
        # The first job starts the workers, which blocks for a moment: a thread does it, not the event loop.
        futures = await asyncio.to_thread(lambda: [self._submit(function, job) for job in jobs])
        try:
            return [await self._outcome(future) for future in futures]
        finally:
            for future in futures:
                future.cancel()

    async def call(self, function: Callable[..., Result], *args: Any) -> Result:
        """Run `function` once and return its result or raise its exception; SourceError if it hangs or dies."""
        future = await asyncio.to_thread(self._submit, function, *args)
        try:
            return await asyncio.wrap_future(future)
        except FutureTimeout as exc:
            raise SourceError(f"{args[0]!s} could not be opened in {self.timeout:g} s: it is damaged.") from exc
        except ProcessExpired as exc:
            raise SourceError(f"{args[0]!s} made the reading process end: it is damaged.") from exc
        finally:
            future.cancel()

    def close(self) -> None:
        """End all workers, busy or not; a later job starts new ones."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.stop()
            pool.join()

    def _submit(self, function: Callable[..., Any], *args: Any) -> Any:
        with self._lock:
            if self._pool is None:
                self._pool = ProcessPool(
                    self.workers,
                    max_tasks=TASKS_PER_WORKER,
                    context=_Context(),
                    initializer=_begin,
                    initargs=[self.memory],
                )
            return self._pool.schedule(_run, args=(self.timeout, function, *args), timeout=self.timeout)

    async def _outcome(self, future: Any) -> Any:
        try:
            return await asyncio.wrap_future(future)
        except FutureTimeout:
            return Failure("timeout", f"The page took longer than {self.timeout:g} s and was given up.")
        except ProcessExpired as exc:
            return Failure("render_error", f"The page made its process end (exit code {exc.exitcode}).")
        except asyncio.CancelledError:
            raise
        except Exception as exc:
            return Failure("render_error", f"The page could not be read: {type(exc).__name__}: {exc}")


def _begin(memory: int) -> None:
    """Prepare a new worker: cap its memory, and end it when its parent process is gone."""
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (memory, resource.getrlimit(resource.RLIMIT_DATA)[1]))
    parent = parent_process()
    if parent:

        def wait() -> None:
            parent.join()
            os._exit(1)

        threading.Thread(target=wait, name="orphan-watch", daemon=True).start()


def _run(timeout: float, function: Callable[..., Result], *args: Any) -> Result:
    """Run a job in a worker, which ends even if it hangs inside a C library that holds the interpreter lock.

    Normally the parent ends such a worker. The alarm comes later and needs no Python: it is for workers without parent.
    """
    if not hasattr(signal, "alarm"):
        return function(*args)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(math.ceil(timeout + GRACE_S))
    try:
        return function(*args)
    finally:
        signal.alarm(0)


class _Process(SpawnProcess):
    """A spawned process that does not import the caller's main script again.

    Spawning normally imports it in every worker, where a script without an `if __name__ == "__main__"` guard would
    start itself again and fail.
    """

    @staticmethod
    def _Popen(process_obj: BaseProcess) -> Any:
        with _without_main():
            return SpawnProcess._Popen(process_obj)


class _Context(SpawnContext):
    Process = _Process


@contextmanager
def _without_main() -> Iterator[None]:
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
