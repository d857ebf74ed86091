"""Dispatch of runs as soon as they are created, without the half second for which the in-memory runtime's queue sleeps.

The runtime looks for new runs every 0.5 s, so that an offline answer, which takes 0.01 s, comes after 0.6 to 1.0 s. The
dispatcher looks right after each request that may create a run, by the same functions as the queue: the run is locked,
carried out, joined, cancelled and stored as always, and LangGraph Studio shows it. Runs that cannot start at once (no
free place, a busy thread) are started by the queue later. Only the in-memory runtime is changed: the queue of the
server image is woken by Redis.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graph.runtime import process
from web.own_server import is_langgraph
from web.responses import logger
from web.run_shares import next_runs

CREATES_RUNS = re.compile(r"/(?:threads/[^/]+/(?:runs|stream|commands).*|runs(?:/.*)?|a2a/.*)")
"""Paths of the requests that may create a run."""

_START_S = 0.06
"""How long the next run waits for the one before it to end, in seconds: twice the time of an offline question. Ten of
them share one interpreter: started together, all end when the last one does (median 394 ms in place of 224 ms)."""

_wanted: asyncio.Event | None = None


class DispatchMiddleware:
    """ASGI middleware that wakes the dispatcher once the server has begun to answer a request that creates a run."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on the request; its run exists before the first part of the response is sent."""
        changes = scope["type"] == "websocket" or scope.get("method") not in ("GET", "HEAD", "OPTIONS")
        try:
            await self._dispatch(scope, receive, send)
        finally:
            if changes:
                process.note_change()

    async def _dispatch(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = str(scope.get("path", "")).removeprefix(str(scope.get("root_path", "")))
        creates = scope["type"] == "websocket" or scope.get("method") == "POST"
        if (wanted := _wanted) is None or not creates or not CREATES_RUNS.fullmatch(path):
            await self.app(scope, receive, send)
            return

        async def send_and_wake(message: Message) -> None:
            if message["type"] != "http.response.body":
                wanted.set()
            await send(message)

        await self.app(scope, receive, send_and_wake)


@contextlib.asynccontextmanager
async def dispatching() -> AsyncIterator[None]:
    """Dispatch runs while the server runs, if its queue is the one that sleeps, and keep places for questions."""
    global _wanted
    if not queue_sleeps():
        yield
        return
    from langgraph_runtime_inmem import ops

    _wanted = asyncio.Event()
    ops.Runs.next = staticmethod(next_runs)
    task = asyncio.create_task(_dispatch(_wanted), name="dispatcher")
    try:
        yield
    finally:
        _wanted = None
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def queue_sleeps() -> bool:
    """Return whether this is the in-memory runtime with one event loop, as in a development server."""
    if not is_langgraph():
        return False
    from langgraph_api import config, feature_flags

    return not feature_flags.IS_POSTGRES_OR_GRPC_BACKEND and not config.BG_JOB_ISOLATED_LOOPS


async def _dispatch(wanted: asyncio.Event) -> None:
    """Start all pending runs each time that `wanted` is set."""
    while True:
        await wanted.wait()
        wanted.clear()
        try:
            for run, attempt in await _claimed():
                await asyncio.wait([_start(run, attempt, wanted)], timeout=_START_S)
        except Exception as error:  # the queue starts them half a second later
            logger.warning(
                "New runs could not be dispatched; the queue starts them within half a second", exc_info=error
            )


async def _claimed() -> list[tuple[Any, int]]:
    """Claim the pending runs, as many as may run at a time, with the number of the attempt."""
    from langgraph_api import config
    from langgraph_runtime_inmem import ops, queue

    free = config.N_JOBS_PER_WORKER - len(queue.WORKERS)
    return [claimed async for claimed in ops.Runs.next(wait=False, limit=free)] if free > 0 else []


def _start(run: Any, attempt: int, wanted: asyncio.Event) -> asyncio.Task[Any]:
    """Start a run as the queue does, which stops it with the server."""
    from langgraph_api import worker
    from langgraph_runtime_inmem import queue

    loop = asyncio.get_running_loop()

    def done(task: asyncio.Task[Any]) -> None:
        queue.WORKERS.discard(task)
        process.note_change()
        wanted.set()  # the next run of the same thread

    task = loop.create_task(_work(worker.worker(run, attempt, loop)), name=f"run-{run['run_id']}-{attempt}")
    queue.WORKERS.add(task)
    task.add_done_callback(done)
    return task


async def _work(run: Any) -> None:
    """Carry out a run, then call its web hook."""
    from langgraph_api import webhook

    try:
        result = await run
    except Exception as error:  # the queue goes on with other runs
        logger.exception("A run failed in the server", exc_info=error)
        return
    if result and result["webhook"]:
        await webhook.call_webhook(result)
