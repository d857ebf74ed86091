"""Places for runs that a server keeps free for questions, however many readings are pending.

The in-memory runtime starts runs in the order in which they came: if readings took all its places, every question would
wait until one of them ends, which may take hours. Here readings take at most four in five of the places; further ones
wait, and questions pass them. Only the in-memory runtime is changed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any

from graph.attachments import REFERENCE

_READING_GRAPHS = frozenset({"ingestion", "ingest", "upkeep"})
_QUESTIONS_SHARE = 5  # one place in five, as of the requests to models (graph/engines/requests/rate_limit.py)
_QUEUE_SLEEPS_S = 0.5  # the runtime's own


def most_readings(places: int) -> int:
    """Return how many of the places of a server readings may have."""
    return max(1, places - max(1, places // _QUESTIONS_SHARE))


def is_reading(run: Mapping[str, Any]) -> bool:
    """Return whether a run was given something to read, or works on the whole library."""
    asked = run.get("kwargs") or {}
    configured = (asked.get("config") or {}).get("configurable") or {}
    if configured.get("graph_id") in _READING_GRAPHS:
        return True
    given = asked.get("input")
    return isinstance(given, Mapping) and bool(given.get("sources") or _has_attachment(given.get("messages")))


def _has_attachment(messages: object) -> bool:
    """Return whether the newest message of a run has a file; files were replaced by references before."""
    newest = messages[-1] if isinstance(messages, list) and messages else messages
    content = newest.get("content") if isinstance(newest, Mapping) else None
    return isinstance(content, list) and any(isinstance(block, Mapping) and REFERENCE in block for block in content)


async def next_runs(wait: bool, limit: int = 1) -> AsyncIterator[tuple[Any, int]]:
    """Claim pending runs, oldest first, with the number of the attempt; replaces the runtime's `Runs.next`.

    Args:
        wait: Whether to sleep first, as the queue does after it has found no run.
        limit: The most runs.
    """
    from langgraph_api import config
    from langgraph_runtime_inmem import database, ops

    await asyncio.sleep(_QUEUE_SLEEPS_S if wait else 0)
    async with database.connect() as connection, ops.RUN_LOCK:
        for run in claimable(connection.store, limit, most_readings(config.N_JOBS_PER_WORKER)):
            attempt = await connection.retry_counter.increment(run["run_id"])
            run["status"] = "running"
            yield run, attempt


def claimable(store: Mapping[str, list[Any]], limit: int, readings: int) -> list[Any]:
    """Return the pending runs that may start now, oldest first.

    Args:
        store: The runtime's, with its `runs` and `threads`.
        limit: The most runs.
        readings: How many of the running runs may be readings.
    """
    now = datetime.now(UTC)
    known = {thread["thread_id"] for thread in store["threads"]}
    running = [run for run in store["runs"] if run["status"] == "running"]
    busy, left = {run["thread_id"] for run in running}, readings - sum(map(is_reading, running))
    pending = [run for run in store["runs"] if run["status"] == "pending" and run.get("created_at", now) <= now]
    found: list[Any] = []
    for run in sorted(pending, key=lambda one: one.get("created_at", now)):
        reads = is_reading(run)
        if len(found) == limit or run["thread_id"] in busy or run["thread_id"] not in known or (reads and left <= 0):
            continue
        found.append(run)
        busy.add(run["thread_id"])
        left -= reads
    return found
