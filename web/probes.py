"""Checks of services in threads of their own, with a time limit: one that hangs is reported, not started again."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future

_BUSY_S = 1.0


class Probe:
    """A check that runs in a thread of its own, one at a time.

    The server's thread pools are not used, since all their threads may be waiting for the service that is checked.

    Args:
        check: Raises an error that says what is wrong.
        passes_while_busy: Whether a check that has passed before passes again if it exceeds the limit: it then waits
            for the server's own work, and a load balancer must not drop a server that is only busy.
    """

    def __init__(self, check: Callable[[], None], *, passes_while_busy: bool = False) -> None:
        self._check, self._passes_while_busy, self._has_passed = check, passes_while_busy, False
        self._lock = threading.Lock()
        self._under_way: Future[Exception | None] | None = None

    async def problem(self, seconds: float) -> Exception | None:
        """Return the error of the check, a TimeoutError if it takes longer than `seconds`, or None."""
        excused = self._passes_while_busy and self._has_passed
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
