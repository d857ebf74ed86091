"""The graceful end of a server after SIGTERM: new work is refused, running work is finished or handed back.

Requests that start work are refused with a time after which another server, or the next one, takes them. Runs go on for
`_RUNS_S`; then they are stopped and stay pending, and the next server of the home folder carries them out. Ctrl-C ends
the server without waiting. Only the in-memory runtime is ended in this way; other runtimes end their own queues.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import multiprocessing
import os
import re
import signal
import sys
import threading
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from graph.types import counted
from web.dispatch import CREATES_RUNS, queue_sleeps
from web.responses import WebError

_RUNS_S = 18.0
_END_S = 29.0
"""Seconds after SIGTERM in which the process ends. Streams that clients still read have 5 s after the runs, the
runtime 5 s to stop; the rest is for threads that are written to the disk, and none for one that hangs in a service."""
_POLL_S = 0.1
RETRY = {"Retry-After": "5"}
STOPPING = "The server is stopping: send the request again in some seconds, to it or to another one."
_STARTS_WORK = re.compile(r"/(?:v1/chat/completions|mcp|uploads)")
# Runs that are handed back would each be logged as a failure, with a traceback.
_LOGGERS = ("uvicorn.error", "langgraph_api.worker", "langgraph_api.stream", "langgraph_runtime_inmem.queue")

_draining = False


def is_draining() -> bool:
    """Return whether the server refuses new work."""
    return _draining


class DrainingMiddleware:
    """ASGI middleware that refuses requests which start work while the server stops."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on a request, or refuse it; the server's requests to itself pass, since running work sends them."""
        if not _draining or scope["type"] == "lifespan" or not _starts_work(scope):
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1012, "reason": "The server is stopping"})
        else:
            await WebError(503, STOPPING, RETRY).response()(scope, receive, send)


def _starts_work(scope: Scope) -> bool:
    if str(scope.get("root_path", "")).startswith("/noauth"):
        return False
    path = str(scope.get("path", "")).removeprefix(str(scope.get("root_path", "")))
    if scope["type"] == "websocket":
        return True
    starts = _STARTS_WORK.fullmatch(path) or (CREATES_RUNS.fullmatch(path) and not path.endswith("/cancel"))
    return scope["method"] == "POST" and bool(starts)


@contextlib.asynccontextmanager
async def ending_gracefully(stop: Callable[[], None]) -> AsyncIterator[None]:
    """After SIGTERM, end the server as soon as its runs have ended.

    Args:
        stop: Called on SIGTERM: ends what starts runs without a request, such as the watcher of folders.
    """
    # The child of a server that reloads changed code ends at once.
    if not queue_sleeps() or threading.current_thread() is not threading.main_thread() or _is_child():
        yield
        return
    end: Any = signal.getsignal(signal.SIGTERM)
    loop, tasks = asyncio.get_running_loop(), list[asyncio.Task[None]]()

    def begin() -> None:
        global _draining
        if _draining:
            end(signal.SIGTERM, None)  # a second SIGTERM ends at once
            return
        _draining = True
        logging.getLogger("langgraph_api.server").addFilter(_is_no_refusal)
        _end_in_time()
        stop()
        tasks.append(loop.create_task(_drain(lambda: end(signal.SIGTERM, None)), name="draining"))

    loop.add_signal_handler(signal.SIGTERM, begin)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGTERM)
        for task in tasks:
            task.cancel()


def _is_child() -> bool:
    return multiprocessing.parent_process() is not None


def _end_in_time() -> None:
    """End the process after `_END_S` even if a thread waits for a service that hangs; nothing is lost."""
    timer = threading.Timer(_END_S, os._exit, [0])
    timer.daemon = True
    timer.start()


async def _drain(end: Callable[[], None]) -> None:
    """Wait until no run is running or pending, hand back those that take too long, and end the server."""
    if under_way := _runs():
        sys.stderr.write(f"PageWitness stops, and finishes {counted(under_way, 'run')} first.\n")
        sys.stderr.flush()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_RUNS_S):
            while _runs():
                await asyncio.sleep(_POLL_S)
    for name in _LOGGERS:
        logging.getLogger(name).addFilter(_hides)
    if _runs():
        await _hand_back()
    end()


def _is_no_refusal(record: logging.LogRecord) -> bool:
    """Return False for the log record of a request that was refused because the server stops."""
    return not (isinstance(record.msg, dict) and record.msg.get("status") == 503)


def _hides(record: logging.LogRecord) -> bool:
    return False


def _runs() -> int:
    """Return how many runs are running or pending."""
    from langgraph_runtime_inmem import database, queue

    now = datetime.now(UTC)
    waiting = [
        run for run in database.GLOBAL_STORE["runs"] if run["status"] == "pending" and run.get("created_at", now) <= now
    ]
    return len(queue.WORKERS) + len(waiting)


async def _hand_back() -> None:
    """Stop all runs, which the runtime then keeps as pending; no other one is started in their place."""
    from langgraph_runtime_inmem import ops, queue

    async def none(**_: Any) -> AsyncIterator[Any]:
        await asyncio.sleep(_POLL_S)  # the queue asks again at once
        for run in list[Any]():
            yield run

    ops.Runs.next = staticmethod(none)
    stopped = [task for task in queue.WORKERS if isinstance(task, asyncio.Task)]
    for task in stopped:
        task.cancel()
    if stopped:
        await asyncio.wait(stopped, timeout=5.0)
