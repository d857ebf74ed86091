"""Limits of a job in the process that runs it: CPU time, wall-clock time, and memory."""

from __future__ import annotations

import gc
import math
import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.process import parent_process
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from loaders.pages.cpu import cores
from loaders.pages.models import ModelsWanted, ModelsWantedError, ResultWithModels, expected, requests_allowed

Result = TypeVar("Result")

GRACE_S = 10.0
"""Seconds that the parent has, after a job's time limit, to end the worker before it ends itself."""

YOUNG = 5_000
"""New objects after which a worker collects garbage. With this, and with loaded libraries exempt from collection, a new
process reads 22 pages of a paper in 6.36 s of CPU in place of 6.78 (medians of 4, in turns, under load), with as much
memory (703 MB in place of 709)."""


class Limits(NamedTuple):
    """What a job may take, in seconds: CPU time, and wall-clock time at the present load."""

    cpu: float
    wall: float


def load_factor() -> float:
    """Return how many times longer than on a quiet machine a job may wait for a processor: 1.0 or more.

    The load average of the last minute lags, so the processes that can run now are counted too, where the system
    reports them.
    """
    runnable = 0.0
    with suppress(OSError, ValueError, IndexError):
        runnable = float(Path("/proc/loadavg").read_text().split()[3].split("/")[0])
    with suppress(OSError, AttributeError):
        runnable = max(runnable, os.getloadavg()[0])
    return max(1.0, runnable / cores())


def begin(memory: int) -> None:
    """Prepare a new worker: cap its memory, and end it when its parent process is gone."""
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (memory, resource.getrlimit(resource.RLIMIT_DATA)[1]))
    gc.set_threshold(YOUNG, *gc.get_threshold()[1:])
    parent = parent_process()
    if parent:

        def wait() -> None:
            parent.join()
            os._exit(1)

        threading.Thread(target=wait, name="orphan-watch", daemon=True).start()


def run_or_request(limits: Limits, function: Callable[..., Result], *args: Any) -> Result | ModelsWanted:
    """Run a job as `run_limited` does, or return the models that it needs and this process has not loaded."""
    try:
        with requests_allowed():
            return run_limited(limits, function, *args)
    except ModelsWantedError as exc:
        return ModelsWanted(exc.models)


def run_expecting(limits: Limits, function: Callable[..., Any], *args: Any) -> ResultWithModels:
    """Run a job as `run_limited` does; return its result with the models that its file's pages are expected to use."""
    expected()
    result = run_limited(limits, function, *args)
    return ResultWithModels(result, expected())


def run_limited(limits: Limits, function: Callable[..., Result], *args: Any) -> Result:
    """Run a job in a worker, which ends at its limits even if a C library hangs that holds the interpreter lock.

    The kernel counts the CPU time of all threads. Normally the parent ends a worker whose wall-clock time is over; the
    alarm comes later and needs no Python: it is for workers without a parent.
    """
    modules = len(sys.modules)
    try:
        return _limited(limits, function, *args)
    finally:
        if len(sys.modules) > modules:  # libraries stay loaded: the collector need not scan them for each page
            gc.freeze()


def _limited(limits: Limits, function: Callable[..., Result], *args: Any) -> Result:
    if not hasattr(signal, "setitimer"):
        return function(*args)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.alarm(math.ceil(limits.wall + GRACE_S))
    signal.setitimer(signal.ITIMER_PROF, limits.cpu)
    try:
        return function(*args)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.alarm(0)
