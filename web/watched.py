"""The folders that the server follows: a thread looks for changed files, and runs of the server read them.

These runs are in the server's list, show their progress, and queue like all others.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any

from graph.access import LOCAL
from graph.errors import BadInputError, ModelError
from graph.settings import settings
from graph.watching.library import LocalLibrary, store_file
from graph.watching.watcher import Followed, Watcher
from web.own_server import client_of
from web.responses import logger

_OF_THE_FILE = ("BadInputError", "SourceError", "PasswordError")
"""Names of errors that a second attempt would meet again."""
_STOP_S = 5.0
"""How long a stopping server waits for the thread, which may be in the middle of a reading."""


@contextlib.asynccontextmanager
async def following() -> AsyncIterator[Callable[[], None]]:
    """Follow the folders of the settings, if there are any; yield a function that ends it after the current reading."""
    folders, stop = settings().watch_folders, threading.Event()
    if not folders:
        yield stop.set
        return
    loop = asyncio.get_running_loop()

    def ingest(sources: Sequence[str]) -> Mapping[str, Any]:
        return asyncio.run_coroutine_threadsafe(_ingest(sources), loop).result()

    def follow() -> None:
        try:
            Watcher(folders, LocalLibrary(ingest), store_file("server"), _say).run(stop)
        except Exception as error:  # the server goes on without the watcher
            if not stop.is_set():
                logger.exception("The watched folders are no longer followed", exc_info=error)

    thread = threading.Thread(target=follow, name="watched-folders", daemon=True)
    thread.start()
    try:
        yield stop.set
    finally:
        stop.set()
        await asyncio.to_thread(thread.join, _STOP_S)


async def _ingest(sources: Sequence[str]) -> Mapping[str, Any]:
    """Read sources in a run of the server; return its report.

    Raises:
        BadInputError: a file cannot be read.
        ModelError: the library or a model service cannot be used.
    """
    given: Any = {"sources": list(sources)}
    async with client_of(LOCAL) as client:
        values: Any = await client.runs.wait(None, "ingestion", input=given, raise_error=False)
    if problem := values.get("__error__"):
        said = str(problem.get("message") or problem.get("error"))
        raise (BadInputError if problem.get("error") in _OF_THE_FILE else ModelError)(said)
    report: Mapping[str, Any] = values["report"]
    return report


def _say(one: Followed) -> None:
    logger.info("%s %s: %s", one["event"], one["path"], one["detail"])
