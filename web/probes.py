"""Checks beside the server's own work, each with a time limit: one that hangs is reported, and not started again."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future

_BUSY_S = 1.0


class Probe:
    """A check that runs in a thread of its own, one at a time.

    Not in the server's pools of threads, all of which may wait for the service that is asked.

    Args:
        check: Raises an error that says what is wrong.
        busy_is_well: Whether a check that has passed before, and now takes its time, says nothing: its service has just
            answered, so that it waits for the server's own work, which a server that is busy must not be taken out for.
    """

    def __init__(self, check: Callable[[], None], *, busy_is_well: bool = False) -> None:
        self._check, self._busy_is_well, self._has_passed = check, busy_is_well, False
        self._lock = threading.Lock()
        self._under_way: Future[Exception | None] | None = None

    async def problem(self, seconds: float) -> Exception | None:
        """Return what is wrong: the error of the check, a TimeoutError if it takes longer, or None."""
        excused = self._busy_is_well and self._has_passed
        try:
            async with asyncio.timeout(min(seconds, _BUSY_S) if excused else seconds):
                return await asyncio.shield(asyncio.wrap_future(self._started()))
        except TimeoutError as error:
            return None if excused else error

    def _started(self) -> Future[Exception | None]:
        """Return the check that is under way; a check that hangs since an earlier request is waited for."""
        with self._lock:
            if self._under_way is None or self._under_way.done():
                self._under_way = Future()
                threading.Thread(target=self._run, args=[self._under_way], name="probe", daemon=True).start()
            return self._under_way

    def _run(self, result: Future[Exception | None]) -> None:
        try:
            self._check()
        except Exception as error:  # returned: any error means "not ready"
            result.set_result(error)
        else:
            self._has_passed = True
            result.set_result(None)
