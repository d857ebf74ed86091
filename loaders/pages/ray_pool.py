"""Pool of Ray actors for pages: reads on the processors of several machines, while the caller alone writes."""

from __future__ import annotations

import asyncio
import logging
import pickle
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, InvalidStateError
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from loaders.errors import PoolError, message_of
from loaders.pages.cpu import cores
from loaders.pages.limits import Limits, load_factor
from loaders.pages.outcomes import Numbered, as_they_come, in_order, in_two_tries
from loaders.pages.pool import (
    CPU_SECONDS,
    MEMORY_BYTES,
    WALL_FACTOR,
    Job,
    Outcome,
    ProcessPagePool,
    Result,
    failure_of,
)
from loaders.pages.ray_worker import File, PageWorker, SharedFiles, Unfetched
from loaders.types import FILE_READER, Failure, PageJob

LOCAL = "ray://local"
"""The address of a cluster that is started on this machine for this process."""

log = logging.getLogger("pagewitness")
_LOOK_S = 0.05  # between two checks for new, late and cancelled jobs
_START_S = 120.0  # until the first actor must be ready: it takes 1-3 s, more on a machine that must start first
_MAX_FILES = 16  # in Ray's object store for later batches of their pages
_LOCAL_STORE = 256 * 2**20  # bytes of a local cluster's object store, which holds page images on their way


@dataclass(eq=False)
class _Task:
    """A job, from its submission to its outcome."""

    function: Callable[..., Any]
    job: Any
    limits: Limits
    future: Future[Any] = field(default_factory=Future)
    started: float = 0.0

    def answer(self, outcome: Any) -> None:
        with suppress(InvalidStateError):  # cancelled, or answered when it was late
            self.future.set_result(outcome)

    def is_late(self) -> bool:
        return time.monotonic() > self.started + self.limits.wall


class RayPool:
    """Runs page functions in Ray actors, one for each processor of a cluster; they start with the first job.

    A thread hands jobs to idle actors and kills the actor of a job that is late or cancelled; Ray restarts actors that
    were killed or died. The job is run once more before it fails. Single calls open or write files of this machine:
    they run in a process here.
    """

    def __init__(
        self, address: str, actors: int | None = None, cpu_seconds: float = CPU_SECONDS,
        wall_seconds: float | None = None, memory: int = MEMORY_BYTES, shared: SharedFiles | None = None,
    ) -> None:  # fmt: skip
        """Take the address of a cluster and the limits of a job.

        Args:
            address: `ray://host:port`, or `ray://local` for a cluster on this machine.
            actors: Their number; None for one a processor of the cluster.
            cpu_seconds: CPU time of a job.
            wall_seconds: Wall-clock seconds at a usual load; None for WALL_FACTOR times the CPU time.
            memory: Bytes of data that an actor may hold beyond those it starts with.
            shared: Where machines share files, which other machines copy from there; None to send them all files.
        """
        self.address, self._actors, self._memory = address, actors, memory
        self._shared = shared
        self._cpu, self._wall = cpu_seconds, wall_seconds or WALL_FACTOR * cpu_seconds
        self._here = ProcessPagePool(1, cpu_seconds, wall_seconds, memory)
        self._waiting: deque[_Task] = deque()
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closing = False

    async def map(self, function: Callable[[Job], Outcome], jobs: Sequence[Job]) -> list[Outcome | Failure]:
        """Run `function` on every job; return the outcomes in the order of the jobs.

        Raises:
            PoolError: the cluster cannot be reached, has another version of PageWitness, or starts no actor.
        """
        return await in_order(self.as_completed(function, jobs))

    def as_completed(self, function: Callable[[Job], Outcome], jobs: Sequence[Job]) -> Numbered[Outcome | Failure]:
        """Yield what `map` returns, each outcome with its job's place in `jobs` as soon as it is known.

        Closing the generator cancels the jobs that have not finished. Raises PoolError as `map` does.
        """
        return in_two_tries(self._run_all, self._run_all, function, jobs)

    async def call(self, function: Callable[..., Result], *args: Any) -> Result:
        """Run `function` once in a process here; return or raise as it does, SourceError if it hangs or dies."""
        return await self._here.call(function, *args)

    def close(self) -> None:
        """End all actors, busy or not; a later job starts new ones."""
        with self._wake:
            thread, self._closing = self._thread, True
            self._wake.notify()
        if thread is not None:
            thread.join()
        self._here.close()

    async def _run_all(self, function: Callable[[Job], Outcome], jobs: Sequence[Job]) -> Numbered[Any]:
        limits = Limits(self._cpu, self._wall * load_factor())
        tasks = [_Task(function, job, limits) for job in jobs]
        with self._wake:
            self._waiting.extend(tasks)
            if self._thread is None:
                self._closing = False
                self._thread = threading.Thread(target=self._serve, name="ray-pages", daemon=True)
                self._thread.start()
            self._wake.notify()
        try:
            async with aclosing(as_they_come([asyncio.wrap_future(task.future) for task in tasks])) as outcomes:
                async for outcome in outcomes:
                    yield outcome
        finally:
            for task in tasks:
                task.future.cancel()

    def _serve(self) -> None:
        """Hand out jobs until the pool is closed or the cluster fails, which is then the outcome of all jobs."""
        error: Exception = PoolError("The pool was closed while pages were read.")
        cluster = None
        try:
            cluster = _Cluster(self.address, self._shared)
            cluster.start(self._actors, self._memory)
            while not self._closing:
                with self._wake:
                    if not (self._waiting or cluster.held or self._closing):
                        self._wake.wait()
                # Without the lock, for which the callers' event loops would wait while a file is sent to Ray.
                while self._waiting and cluster.idle:
                    cluster.give(self._waiting[0])  # where this fails, the job is still there to get the error
                    self._waiting.popleft()
                self._waiting.extendleft(cluster.look())
        except Exception as exc:  # whatever Ray raises: a job without an outcome would be waited for
            error = exc if isinstance(exc, PoolError) else PoolError(f"{self.address} failed: {message_of(exc)}.")
        finally:
            if cluster is not None:
                cluster.end()
            with self._wake:
                left, self._thread = [*self._waiting, *(cluster.tasks() if cluster else ())], None
                self._waiting.clear()
            for task in left:
                with suppress(InvalidStateError):
                    task.future.set_exception(error)


class _Cluster:
    """A connection to Ray with its actors, used by one thread."""

    def __init__(self, address: str, shared: SharedFiles | None = None) -> None:
        self._address, self._shared = address, shared
        self._again: list[_Task] = []
        with _connected:
            self._ray = connect(address)
            _users.append(address)
        self._all: list[Any] = []
        self.idle: list[Any] = []
        self.held: dict[Any, tuple[Any, _Task | None]] = {}
        """The actor and the job (None while the actor starts) of each reference to a result."""
        self._files: dict[tuple[str, int, int], File] = {}
        self._until: float | None = time.monotonic() + _START_S

    def start(self, actors: int | None, memory: int) -> None:
        """Start the actors, which become idle once they have returned the version of their reader."""
        number = actors or max(1, int(self._ray.cluster_resources().get("CPU", 1)))
        kind = self._ray.remote(num_cpus=1, max_restarts=-1, max_task_retries=0)(PageWorker)
        for _ in range(number):
            self._all.append(kind.remote(memory))
            self._check_version(self._all[-1])

    def tasks(self) -> list[_Task]:
        """Return the jobs that have no outcome yet."""
        return [*self._again, *(task for _, task in self.held.values() if task)]

    def give(self, task: _Task) -> None:
        """Let an idle actor run a job."""
        if task.future.cancelled():
            return
        actor, task.started = self.idle[-1], time.monotonic()
        try:
            reference = actor.run.remote(task.limits, task.function, task.job, self._file(task.job))
        except (TypeError, AttributeError, pickle.PicklingError) as exc:  # it cannot be sent: only this job is lost
            task.answer(failure_of(exc))
            return
        self.held[reference] = self.idle.pop(), task

    def look(self) -> list[_Task]:
        """Take finished results, and kill the actors of jobs that are late or cancelled; return jobs to give again."""
        done, _ = self._ray.wait(list(self.held), timeout=_LOOK_S) if self.held else ([], [])
        for reference in done:
            self._take(reference, *self.held.pop(reference))
        for actor, task in self.held.values():
            if task and (task.future.cancelled() or (task.is_late() and not task.future.done())):
                task.answer(_late(f"within {task.limits.wall:.0f} s"))
                self._ray.kill(actor, no_restart=False)
        if self._until and time.monotonic() > self._until:
            raise PoolError(f"{self._address} started no process within {_START_S:.0f} s: free some of its processors.")
        again, self._again = self._again, []
        return again

    def end(self) -> None:
        """End the actors and the connection."""
        for actor in self._all:
            with suppress(Exception):  # it may be gone, with the connection
                self._ray.kill(actor)
        with _connected:
            _users.pop()
            if not _users:
                self._ray.shutdown()

    def _check_version(self, actor: Any) -> None:
        self.held[actor.reader.remote()] = actor, None

    def _take(self, reference: Any, actor: Any, task: _Task | None) -> None:
        from ray.exceptions import RayActorError

        try:
            value = self._ray.get(reference)
        except RayActorError:  # it died or was killed; Ray starts it again, which takes a moment
            if task:
                task.answer(_died(task))
            else:
                time.sleep(_LOOK_S)
            self._check_version(actor)
            return
        except Exception as exc:  # what a result or an actor's start raises while it is fetched: only the page is lost
            if not task:
                raise PoolError(f"{self._address} cannot read pages: {message_of(exc)}. {_SAME_VERSION}") from exc
            value = failure_of(exc)
        if task and isinstance(value, Unfetched):  # from now on bytes are sent
            log.warning("%s: a machine cannot copy files: %s", self._address, value.detail)
            self._shared = None
            self._files.clear()
            self._again.append(task)
        elif task:
            task.answer(value)
        elif value != FILE_READER:
            raise PoolError(f"{self._address} reads as {value}, this PageWitness as {FILE_READER}. {_SAME_VERSION}")
        self._until = None
        self.idle.append(actor)

    def _file(self, job: Any) -> File | None:
        """Return the file of a job for other machines; None if they do not need it, or it is not readable.

        One that machines share is copied from there; another one is sent to Ray, once.
        """
        if self._address == LOCAL or not isinstance(job, PageJob):
            return None
        path = Path(job.path)
        try:
            stat = path.stat()
            key = job.path, stat.st_mtime_ns, stat.st_size
            if key not in self._files:
                while len(self._files) >= _MAX_FILES:
                    del self._files[next(iter(self._files))]
                stored = self._shared.key_of(path) if self._shared else ""
                self._files[key] = (
                    File(stored, path.name, [], self._shared)
                    if stored
                    else File(uuid.uuid4().hex, path.name, [self._ray.put(path.read_bytes())])
                )
            return self._files[key]
        except OSError:  # the actor reports it for the page
            return None


_connected = threading.Lock()
_users: list[str] = []
"""The addresses of the pools that use this process's connection to Ray, of which there can be one."""

_SAME_VERSION = (
    "Install this version of PageWitness with its extras `offline` and `ray` on each machine of the cluster."
)


def connect(address: str) -> Any:
    """Return Ray, connected to a cluster.

    Raises:
        PoolError: the cluster cannot be reached, or this process is connected to another.
    """
    if set(_users) - {address}:
        raise PoolError(
            f"{address} cannot be used beside {_users[0]}: a process has one Ray cluster, use another process."
        )
    import ray

    quiet = {"log_to_driver": False, "logging_level": logging.CRITICAL, "namespace": "pagewitness"}
    try:
        if _users:
            return ray
        if address == LOCAL:
            # A new one, also beside one that was started here before and has other processors.
            ray.init("local", num_cpus=cores(), include_dashboard=False, object_store_memory=_LOCAL_STORE, **quiet)
        else:
            ray.init(address, **quiet)
    except Exception as exc:  # Ray has no common class for what its start and its client raise
        raise PoolError(
            f"The Ray cluster {address} cannot be reached ({message_of(exc)}): check that it runs, and that its "
            "token is in RAY_AUTH_TOKEN or ~/.ray/auth_token."
        ) from exc
    return ray


def _late(limit: str) -> Failure:
    return Failure("timeout", f"The page could not be read {limit}, tried twice.", retry=True)


def _died(task: _Task) -> Failure:
    """Return the outcome of a job whose actor ended: at its limit of CPU time, which Ray does not report, or not."""
    if time.monotonic() - task.started >= task.limits.cpu:
        return _late(f"with {task.limits.cpu:g} s of the processor's time")
    return Failure("render_error", "The page made its process end, tried twice.", retry=True)
