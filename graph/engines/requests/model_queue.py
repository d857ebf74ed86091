"""The requests of one process to one model: sent within the last minute, in flight, and waiting."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field

from graph.engines.requests.limits import Rate
from graph.engines.requests.token_window import TokenWindow

BULK_SHARE = 0.8
"""The part of a limit that reading and embedding may use while questions are asked."""


@dataclass(slots=True)
class ModelQueue:
    """The requests to one model: sent lately, in flight, and waiting in two lines, for questions and for bulk."""

    rate: Rate
    concurrency: float
    """How many requests may be in flight; grows by fractions."""
    sent_at: deque[float] = field(default_factory=deque)
    in_flight: int = 0
    paused_until: float = 0.0
    day: str = ""
    """The day (Pacific time) that `sent_today` counts."""
    sent_today: int = 0
    day_is_exhausted: bool = False
    """Whether the service has said that the day's quota is used up."""
    was_answered: bool = False
    was_refused: bool = False
    announced_until: float = 0.0
    questions: int = 0
    """Requests for questions that wait or are in flight."""
    questions_waiting: int = 0
    questions_until: float = 0.0
    """Until when more questions are expected."""
    question_line: asyncio.Lock = field(default_factory=asyncio.Lock)
    bulk_line: asyncio.Lock = field(default_factory=asyncio.Lock)
    admission: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held from the check of the limits to the note that a request is sent, by the first of either line."""
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    tokens: TokenWindow = field(default_factory=TokenWindow)

    @property
    def is_exhausted(self) -> bool:
        """Whether the day's requests are used up."""
        return self.day_is_exhausted or (self.rate.per_day is not None and self.sent_today >= self.rate.per_day)

    def wait(self, now: float, window: float, tokens: int, *, bulk: bool) -> float:
        """Return the seconds until the limits per minute, and the pause, allow another request of so many tokens."""
        while self.sent_at and self.sent_at[0] <= now - window:
            self.sent_at.popleft()
        share = BULK_SHARE if bulk and self._expects_questions(now) else 1.0
        limit = max(1, int((self.rate.per_minute or 0) * share))
        free = self.sent_at[-limit] + window if self.rate.per_minute and len(self.sent_at) >= limit else 0.0
        most = int((self.rate.tokens_per_minute or 0) * share)
        costs = self.tokens.wait(now, window, most, tokens)
        return max(free - now, self.paused_until - now, costs)

    def has_room(self, now: float, *, bulk: bool) -> bool:
        """Return whether another request may be in flight; the last place is a waiting question's."""
        most = int(self.concurrency)
        if bulk and self._expects_questions(now):
            most = max(1, int(most * BULK_SHARE)) - (most == 1 and self.questions_waiting > 0)
        return self.in_flight < most

    def _expects_questions(self, now: float) -> bool:
        return self.questions > 0 or now < self.questions_until

    def count_from(self, counted: float, now: float) -> None:
        """Count a request from `now` on that has counted from another time."""
        with suppress(ValueError):  # it is older than a minute
            self.sent_at.remove(counted)
            self.sent_at.append(now)
