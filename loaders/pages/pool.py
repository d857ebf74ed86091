"""Pool of worker processes for pages: PDF and OCR libraries hold the interpreter lock, leak, hang and crash."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from concurrent.futures.process import BrokenProcessPool
from contextlib import aclosing, suppress
from functools import partial
from multiprocessing.util import Finalize
from typing import Any, NamedTuple, Protocol, TypeVar

from pebble import ProcessExpired, ProcessPool

from loaders.errors import SourceError
from loaders.pages.cpu import cores
from loaders.pages.limits import Limits, begin, load_factor, run_expecting, run_limited, run_or_request
from loaders.pages.models import ModelsWanted, ResultWithModels
from loaders.pages.outcomes import Numbered, as_they_come, in_order, in_two_tries
from loaders.pages.processes import CAN_FORK, Processes, processes_here
from loaders.types import Failure

Job = TypeVar("Job")
Outcome = TypeVar("Outcome")
Result = TypeVar("Result")

CPU_SECONDS = 45.0
"""CPU time of one job: a dense scan takes 5-7 s with the loading of the models, a hostile page never ends. CPU time
does not depend on other programs; wall-clock time rose to 23 s beside six of them."""

WALL_FACTOR = 4.0
"""Wall-clock seconds for one second of CPU time, on a machine whose load is at most its number of processors; under
nine times that load, nine times as many. This ends jobs that hang without using CPU time, so it may be generous."""

MEMORY_BYTES = 1_500 * 2**20
"""Bytes of data that a worker may hold: OCR of a dense scan touches 840 MB, and once in five runs failed with 1,000;
the layout models, loaded beside it, keep 170."""

_CPU_SIGNAL = getattr(signal, "SIGPROF", 0)

_LOOK_S = 5.0
"""Seconds between two checks that the process of a job still exists."""

TASKS_PER_WORKER = 300
"""Pages after which a worker is replaced: its memory grows a little with every page, its start costs 2 s."""

_MAX_REQUESTS = 3
"""Times that a job is put off until models are loaded: the layout models, then OCR."""


class PagePool(Protocol):
    """Runs picklable page functions in worker processes; a job that dies or overruns becomes a Failure."""

    async def map(self, function: Callable[[Job], Outcome], jobs: Sequence[Job]) -> list[Outcome | Failure]:
        """Return the outcomes in the order of the jobs."""

    def as_completed(self, function: Callable[[Job], Outcome], jobs: Sequence[Job]) -> Numbered[Outcome | Failure]:
        """Yield the outcome of each job, with the job's place in `jobs`, as soon as it is known."""

    async def call(self, function: Callable[..., Result], *args: Any) -> Result:
        """Call the function once and return or raise as it does; raise SourceError if it hangs or dies."""

    def close(self) -> None:
        """End all workers; a later job starts new ones."""


class ProcessPagePool:
    """Runs page functions in processes of their own, from any event loop. Processes start with the first job.

    On Linux they are forked from one that has imported the readers, and begin without models. The first page that needs
    models is put off until a process has loaded them, from which all later ones are forked: models are loaded once, and
    their memory is shared. Meanwhile the first processes read the pages that need none.

    A job is limited in CPU time, and in wall-clock time, which is extended with the machine's load. A job that reached
    a limit, whose process died, or whose Failure asks for a retry is run once more in a process of its own before it
    fails. On Linux the kernel caps what a worker may allocate, so that a greedy page fails and not the machine. The cap
    is on data (RLIMIT_DATA), since onnxruntime and OpenBLAS reserve far more address space than they use.
    """

    def __init__(
        self,
        workers: int | None = None,
        cpu_seconds: float = CPU_SECONDS,
        wall_seconds: float | None = None,
        memory: int = MEMORY_BYTES,
        processes: Processes | None = None,
    ) -> None:
        """Take `workers` processes (None: one per usable core) and the limits of a job.

        Args:
            workers: The number of processes.
            cpu_seconds: CPU time of a job.
            wall_seconds: Wall-clock seconds at a usual load; None for WALL_FACTOR times the CPU time.
            memory: Bytes of data that a worker may hold.
            processes: What starts the workers; None for new ones, which import the readers first.
        """
        self.workers = workers or cores()
        self.cpu_seconds = cpu_seconds
        self.wall_seconds = wall_seconds or WALL_FACTOR * cpu_seconds
        self._processes = processes or processes_here()
        self._expected: frozenset[str] = frozenset()
        self._all = _Workers(self.workers, memory, TASKS_PER_WORKER, self._processes)
        self._lone = _Workers(
            1, memory, 1, self._processes
        )  # a process that is replaced after each job keeps no models in memory while it waits

    async def map(self, function: Callable[[Job], Outcome], jobs: Sequence[Job]) -> list[Outcome | Failure]:
        """Run `function` on every job; return the outcomes in the order of the jobs.

        A job that takes too long, raises, or kills its worker is a Failure; the others go on. Cancelling the await
        cancels the jobs that have not finished.
        """
        return await in_order(self.as_completed(function, jobs))

    def as_completed(self, function: Callable[[Job], Outcome], jobs: Sequence[Job]) -> Numbered[Outcome | Failure]:
        """Yield what `map` returns, each outcome with its job's place in `jobs` as soon as it is known.

        Closing the generator cancels the jobs that have not finished.
        """
        run, run_alone = (partial(self._run_all, workers) for workers in (self._all, self._lone))
        return in_two_tries(run, run_alone, function, jobs)

    async def call(self, function: Callable[..., Result], *args: Any) -> Result:
        """Run `function` once and return its result or raise its exception; SourceError if it hangs or dies."""
        try:
            try:
                return await self._call(self._all, function, *args)
            except (_TooLongError, BrokenProcessPool):
                return await self._call(self._lone, function, *args)
        except _TooLongError as exc:
            raise SourceError(f"{args[0]!s} could not be opened, {exc}: get a new copy of it.") from exc
        except (ProcessExpired, BrokenProcessPool) as exc:
            raise SourceError(
                f"{args[0]!s} is damaged, it ended the process that read it: get a new copy of it."
            ) from exc

    def look_ahead(self, function: Callable[..., Any], *args: Any) -> None:
        """Call a function in a worker, and load the models that its file's pages are expected to use, without waiting.

        What goes wrong is left to the call that is waited for: nothing is reported.
        """

        def look() -> None:
            with suppress(Exception):
                scheduled = self._all.submit(self._limits(), function, *args, run=run_expecting)
                self._expected |= scheduled.future.result().expected
                if CAN_FORK and self._expected:
                    self._all.load(self._expected)

        threading.Thread(target=look, name="look-ahead", daemon=True).start()

    def close(self) -> None:
        """End all workers, busy or not; a later job starts new ones."""
        self._all.close()
        self._lone.close()
        self._processes.stop()

    async def _run_all(
        self, workers: _Workers, function: Callable[[Job], Outcome], jobs: Sequence[Job]
    ) -> Numbered[Any]:
        # The first job starts the workers, which blocks for a moment: a thread does it, not the event loop.
        limits, may_request = self._limits(), CAN_FORK and workers is self._all
        if may_request and self._expected and getattr(function, "uses_models", False):
            await asyncio.wrap_future(workers.load(self._expected))
        submit = partial(workers.submit, limits, function)
        run = run_or_request if may_request else run_limited
        scheduled = await asyncio.to_thread(lambda: [submit(job, run=run, of=len(jobs)) for job in jobs])
        try:
            # All at once, since a job that requests models delays those behind it only until these are loaded.
            settled = [
                _settled(workers, one, limits, partial(submit, job)) for one, job in zip(scheduled, jobs, strict=True)
            ]
            async with aclosing(as_they_come(settled)) as outcomes:
                async for outcome in outcomes:
                    yield outcome
        finally:
            for one in scheduled:
                one.future.cancel()

    async def _call(self, workers: _Workers, function: Callable[..., Result], *args: Any) -> Result:
        limits = self._limits()
        scheduled = await asyncio.to_thread(workers.submit, limits, function, *args, run=run_expecting)
        try:
            first: ResultWithModels = await _result(scheduled, limits)
        finally:
            scheduled.future.cancel()
        self._expected |= first.expected
        result: Result = first.result
        return result

    def _limits(self) -> Limits:
        return Limits(self.cpu_seconds, self.wall_seconds * load_factor())


class _TooLongError(Exception):
    """A job reached a limit; the text says which."""


class _Scheduled(NamedTuple):
    """A scheduled job: its future, and its pool, which may have been replaced since."""

    future: Any
    pool: Any

    def is_lost(self) -> bool:
        """Return whether no process will finish the job.

        Either its pool has ended: pebble reports nothing to a job that came in the instant in which the pool broke (3
        of 40 pools that were given jobs while their process was killed). Or the pool has ended the process that runs
        it: pebble ends the process of a cancelled or late job even if that process has begun the next job, which then
        waits for its time limit: once in 1,500 cancelled batches.
        """
        if self.future.done():
            return False
        if not self.pool.active:
            return True
        manager = self.pool._pool_manager
        there = set(manager.worker_manager.workers)
        return any(
            task.future is self.future and task.started and task.worker_id not in there
            for task in list(manager.task_manager.tasks.values())
        )


class _Workers:
    """Processes that run jobs, no more of them than jobs. They start with jobs, also after `close`."""

    def __init__(self, number: int, memory: int, tasks: int, processes: Processes) -> None:
        self._number, self._memory, self._tasks = number, memory, tasks
        self._processes = processes
        self._pool: Any = None
        self._open: set[Any] = set()
        self._models: frozenset[str] = frozenset()
        self._former: list[tuple[Any, threading.Thread]] = []
        self._loading: ThreadPoolExecutor | None = None
        self._at_exit: Finalize | None = None
        self._lock = threading.Lock()

    def submit(
        self, limits: Limits, function: Callable[..., Any], *args: Any, run: Callable[..., Any] = run_limited,
        of: int = 1,
    ) -> _Scheduled:  # fmt: skip
        """Schedule a job, one of `of` that are submitted together; `run` runs it in its process."""
        with self._lock:
            try:
                return self._schedule(of, limits, run, function, *args)
            except RuntimeError:  # the pool broke between the check and the submission
                return self._schedule(of, limits, run, function, *args)

    def load(self, models: frozenset[str]) -> Future[bool]:
        """Load models for the processes of later jobs; the future's result is whether they have them."""
        with self._lock:
            if self._loading is None:
                self._loading = ThreadPoolExecutor(1, "models")
            return self._loading.submit(self._load, models)

    def close(self) -> None:
        """End the processes, busy or not."""
        with self._lock:
            pool, (former, self._former) = self._take(), (self._former, [])
            loading, self._loading = self._loading, None
        if loading is not None:
            loading.shutdown(wait=False)
        _end(pool)
        for one, end in former:
            one.stop()
            end.join()

    def _load(self, models: frozenset[str]) -> bool:
        if models <= self._models:
            return True
        if not self._processes.load(models):
            return False
        with self._lock:
            former = self._pool
            if former is not None:  # else it was closed meanwhile
                self._pool, self._models = self._new_pool()
                former.close()  # its processes finish their jobs
                end = threading.Thread(target=former.join, name="former-pool", daemon=True)
                self._former.append((former, end))
                end.start()
        return True

    def _schedule(self, of: int, limits: Limits, run: Callable[..., Any], *args: Any) -> _Scheduled:
        if self._pool is not None and not self._pool.active:
            # A process ended while it had no job, perhaps killed for lack of memory: the pool takes no more jobs.
            _end(self._take())
        if self._pool is None:
            self._pool, self._models = self._new_pool()
            # A process that multiprocessing started joins its own children before `atexit` ends the pool.
            self._at_exit = Finalize(None, self.close, exitpriority=10)
        self._allow(max(of, len(self._open) + 1))
        future = self._pool.schedule(run, args=(limits, *args), timeout=limits.wall)
        self._open.add(future)
        future.add_done_callback(self._open.discard)
        return _Scheduled(future, self._pool)

    def _allow(self, jobs: int) -> None:
        """Let the pool have a process for each of so many jobs, up to its number.

        A pool that has not begun starts with all of them; one that runs starts those that are missing within .1 s. For
        a file of one page, a second process took .06 of .84 CPU seconds, and seven more .19 of .95.
        """
        processes = self._pool._pool_manager.worker_manager
        processes.workers_number = max(processes.workers_number, min(self._number, jobs))

    def _new_pool(self) -> tuple[Any, frozenset[str]]:
        """Return a pool, and the models that its processes have loaded."""
        models, context = self._processes.models, self._processes.context()
        begun = ProcessPool(1, max_tasks=self._tasks, context=context, initializer=begin, initargs=[self._memory])
        return begun, models

    def _take(self) -> Any:
        """Return the pool and forget it; the caller has the lock."""
        pool, self._pool, self._models, self._open = self._pool, None, frozenset(), set()
        at_exit, self._at_exit = self._at_exit, None
        if at_exit is not None:
            at_exit.cancel()
        return pool


def _end(pool: Any) -> None:
    if pool is not None:
        pool.stop()
        pool.join()


async def _result(scheduled: _Scheduled, limits: Limits) -> Any:
    """Return what a job returns, or raise what it raises.

    Raises _TooLongError if it reached a limit, and BrokenProcessPool if its pool or its process ended because of
    another job.
    """
    result, lost = asyncio.wrap_future(scheduled.future), False
    try:
        while not (await asyncio.wait({result}, timeout=_LOOK_S))[0]:
            was_lost, lost = lost, scheduled.is_lost()
            if was_lost and lost:  # seen twice: the result of a process that has just ended may be on its way
                raise BrokenProcessPool("The pool or the process of this job was ended.")
        return await result
    except FutureTimeout as exc:
        raise _TooLongError(f"within {limits.wall:.0f} s") from exc
    except ProcessExpired as exc:
        if exc.exitcode == -_CPU_SIGNAL:
            raise _TooLongError(f"with {limits.cpu:g} s of the processor's time") from exc
        raise


async def _settled(workers: _Workers, one: _Scheduled, limits: Limits, again: Callable[..., _Scheduled]) -> Any:
    """Return the outcome of a job; one that requests models is scheduled by `again` once these are loaded."""
    requests = 0
    while True:
        try:
            outcome = await _outcome(one, limits)
        finally:
            one.future.cancel()
        if not isinstance(outcome, ModelsWanted):
            return outcome
        requests += 1
        loaded = await asyncio.wrap_future(workers.load(outcome.models))
        one = await asyncio.to_thread(again, run=run_or_request if loaded and requests < _MAX_REQUESTS else run_limited)


async def _outcome(scheduled: _Scheduled, limits: Limits) -> Any:
    try:
        return await _result(scheduled, limits)
    except _TooLongError as exc:
        return Failure("timeout", f"The page could not be read {exc}, tried twice.", retry=True)
    except ProcessExpired as exc:
        ended = f"The page made its process end (exit code {exc.exitcode}), tried twice."
        return Failure("render_error", ended, retry=True)
    except BrokenProcessPool:  # a process ended before it reported which job it had: any of those that wait
        return Failure("render_error", "A process that reads pages ended, tried twice.", retry=True)
    except Exception as exc:  # whatever a worker raises: only its page is lost
        return failure_of(exc)


def failure_of(error: Exception) -> Failure:
    """Return the outcome of a job that raised."""
    return Failure("render_error", f"The page could not be read: {type(error).__name__}: {error}")
