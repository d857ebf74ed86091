"""Places for runs of an instance on Aegra: their number, and those kept free for questions (see `run_shares.py`).

Aegra's workers take runs from a list of Redis in the order in which they came. Here readings take at most four in five
of an instance's places: further ones wait in a second list, from which the next instance with a place for them takes
them, and questions pass them. While Redis is away, runs are taken from Postgres in their order. Without Redis, Aegra
starts each run at once, and nothing here has an effect.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from web.run_shares import is_reading, most_readings


def share_places(workers: Any, places: int) -> None:
    """Divide places for runs among the workers of a process, before they start; with fewer workers where that is even.

    Args:
        workers: Aegra's settings: `WORKER_COUNT`, 0 for an instance that carries no runs, and `N_JOBS_PER_WORKER`.
        places: The number of places, 1 or more.
    """
    if workers.WORKER_COUNT:
        workers.WORKER_COUNT = max(one for one in range(1, workers.WORKER_COUNT + 1) if places % one == 0)
        workers.N_JOBS_PER_WORKER = places // workers.WORKER_COUNT


def keep_places_for_questions() -> None:
    """Let the workers of this process take runs by this rule; they may have started (Aegra 0.11)."""
    from aegra_api.services import lease_reaper, worker_executor  # type: ignore[import-not-found]  # needs Python 3.12

    shares = ReadingShares(worker_executor, worker_executor.WorkerExecutor._dequeue)
    missing = lease_reaper.LeaseReaper._missing_from_queue

    async def next_run(executor: Any) -> str | None:
        return await shares.next_run(executor)

    async def lost(runs: list[str]) -> list[str]:
        return await shares.not_waiting(await missing(runs))

    worker_executor.WorkerExecutor._dequeue = next_run
    lease_reaper.LeaseReaper._missing_from_queue = staticmethod(lost)


class ReadingShares:
    """The choice of the runs that the workers of this process start.

    Args:
        aegra: Aegra's module of the workers, with its Redis, its database and its settings.
        in_order: The workers' own choice, for the time while Redis does not answer.
    """

    def __init__(self, aegra: Any, in_order: Callable[[Any], Awaitable[str | None]]) -> None:
        self._aegra, self._in_order, self._settings = aegra, in_order, aegra.settings.worker
        self._queue = str(self._settings.WORKER_QUEUE_KEY)
        self._waiting = f"{self._queue}:readings"
        # The ids of the readings that were taken; those that ended are removed before they are counted.
        self._readings = set[str]()

    async def next_run(self, executor: Any) -> str | None:
        """Return the id of the run that a worker starts next; None if there is none within some seconds.

        Args:
            executor: Aegra's, with the runs that it carries out.
        """
        redis = self._aegra.redis_manager
        try:
            keys = [self._waiting, self._queue] if self._has_place(executor) else [self._queue]
            popped = await redis.get_blocking_client().blpop(keys, timeout=self._settings.BLPOP_TIMEOUT_SECONDS)
            if popped is None or not await self._reads(popped[1]):
                return str(popped[1]) if popped else None
            run = str(popped[1])
            if self._has_place(executor):  # nothing is awaited from here until the worker has started the run
                self._readings.add(run)
                return run
            client = redis.get_client()
            await client.lrem(self._waiting, 0, run)
            await (client.lpush if popped[0] == self._waiting else client.rpush)(self._waiting, run)
            return None
        except self._aegra.RedisError:
            return await self._in_order(executor)

    async def not_waiting(self, runs: list[str]) -> list[str]:
        """Return the runs that are not in the second list: only these are lost."""
        if not runs:
            return runs
        try:
            waiting = set(await self._aegra.redis_manager.get_client().lrange(self._waiting, 0, -1))
        except self._aegra.RedisError:
            return []
        return [run for run in runs if run not in waiting]

    def _has_place(self, executor: Any) -> bool:
        """Return whether this process may take one more reading."""
        self._readings.intersection_update(executor._job_tasks.values())
        return len(self._readings) < most_readings(self._settings.WORKER_COUNT * self._settings.N_JOBS_PER_WORKER)

    async def _reads(self, run: str) -> bool:
        """Return whether a run was given something to read, or works on the whole library."""
        async with self._aegra._get_session_maker()() as session:
            row = await session.get(self._aegra.RunORM, run)
        told = (row.execution_params if row else None) or {}
        given, graph = (told.get("execution") or {}).get("input_data"), told.get("graph_id")
        return is_reading({"kwargs": {"input": given, "config": {"configurable": {"graph_id": graph}}}})
