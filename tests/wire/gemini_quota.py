"""Quotas that a loopback Gemini enforces by itself, by the minute (or a shorter window) and by the day."""

from __future__ import annotations

import threading
import time

from tests.wire.gemini_wire import Fault, Recorded


class Quota:
    """Counts accepted chats over a sliding window and over a day, for all models together, and refuses the others.

    A refusal has the service's fields: the name of the limit, its number, and when a place becomes free.
    """

    def __init__(self, per_window: int | None = None, per_day: int | None = None, window: float = 60.0) -> None:
        self.per_window, self.per_day, self.window = per_window, per_day, window
        self.accepted: list[float] = []
        self.refused: list[float] = []
        self.today = 0
        self._lock = threading.Lock()

    def new_day(self) -> None:
        """Begin a new day."""
        self.today = 0

    def check(self, request: Recorded) -> Fault | None:
        """Accept a request (None), or return the fault that refuses it."""
        with self._lock:
            now = time.monotonic()
            fault = self._fault(now)
            (self.refused if fault else self.accepted).append(now)
            self.today += not fault
            return fault

    def _fault(self, now: float) -> Fault | None:
        if self.per_day is not None and self.today >= self.per_day:
            return Fault(429, quota="PerDay", limit=self.per_day, retry_delay="17s")
        recent = [moment for moment in self.accepted if moment > now - self.window]
        if self.per_window is not None and len(recent) >= self.per_window:
            free = recent[-self.per_window] + self.window - now
            return Fault(429, quota="PerMinute", limit=self.per_window, retry_delay=f"{free:.3f}s")
        return None
