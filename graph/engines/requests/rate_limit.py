"""Rate limits of model services: how often each model may be asked, and how many requests are in flight."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

from graph.engines.requests import usage
from graph.storage.base import Catalog

if TYPE_CHECKING:
    from graph.settings import Settings, Tier


class DaySpentError(Exception):
    """A model may be asked no more today. Only a new day mends that."""


class Limiter(Protocol):
    """How often each model may be asked, and by how many at a time; all requests of a process go through one."""

    def turn(self, model: str) -> AbstractAsyncContextManager[None]:
        """The right to send one request, which is waited for in order; DaySpentError when there is none left today."""

    def went_well(self, model: str) -> None:
        """Note that the service answered a request."""

    def slow_down(self, model: str, seconds: float, per_minute: int | None) -> None:
        """The service refused a request: nobody asks for so long. `per_minute` is the limit that it named, if any."""

    def end_day(self, model: str) -> None:
        """The service says that the day's requests are spent."""

    def is_daily_quota_exhausted(self, model: str) -> bool:
        """Whether it is known that nothing more will be sent to the model today."""


_PACIFIC = ZoneInfo("America/Los_Angeles")

# Requests reach the service a little sooner or later after they were sent, so its minute is not quite ours. With a
# window 5 % longer 95 % of a limit are used.
_MARGIN = 1.05

_FIRST_WIDTH = 4.0  # a free key is granted five requests a minute: the first burst should not be refused

_LONGEST_PAUSE = 120.0  # a minute's quota is back after 60 s; whoever asks for hours must not hold up everybody

_TOLD_FROM = 2.0  # seconds of waiting that a user should hear of


@dataclass(frozen=True, slots=True)
class Rate:
    """The limits of one model; None where there is none, or none known."""

    per_minute: int | None = None
    per_day: int | None = None


# A request of four pages takes about 10 s: eight at a time are 48 requests and 190 pages a minute, which is more than
# two cores render, and more than the free limits allow.
DEFAULT_CONCURRENCY = 8

# Free: 20 requests a day for each Flash model, 500 for each Flash-Lite, 5-10 a minute, as users report them in late
# 2026; nothing reliable is known of embeddings. Paid: 1,000 a minute was the least that Google granted any Flash
# model of the first paid tier when it last published a table.
_PRESETS: dict[Tier, tuple[tuple[str, Rate], ...]] = {
    "free": (("flash-lite", Rate(10, 500)), ("flash", Rate(5, 20))),
    "paid": (("gemini", Rate(1000)),),
    "unlimited": (),
}


def preset(tier: Tier, model: str) -> Rate:
    """What is known of a tier's limits for a model."""
    return next((rate for name, rate in _PRESETS[tier] if name in model), Rate())


def next_day(now: float) -> datetime:
    """When the day's quotas are renewed: the first midnight Pacific time after `now` (epoch), in local time."""
    today = datetime.fromtimestamp(now, _PACIFIC)
    # Local arithmetic: the day on which the clocks change has 23 or 25 hours.
    midnight = (today + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight.astimezone()


@dataclass(slots=True)
class _Lane:
    """The requests to one model: those sent lately, those under way, and those that wait (at the door, in order)."""

    rate: Rate
    width: float
    sent: deque[float] = field(default_factory=deque)
    under_way: int = 0
    paused_until: float = 0.0
    day: str = ""
    today: int = 0
    spent: bool = False
    was_refused: bool = False
    told_until: float = 0.0
    door: asyncio.Lock = field(default_factory=asyncio.Lock)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def is_over(self) -> bool:
        return self.spent or (self.rate.per_day is not None and self.today >= self.rate.per_day)

    def wait(self, now: float, window: float) -> float:
        """Seconds until the limit per minute, and the pause, allow another request."""
        while self.sent and self.sent[0] <= now - window:
            self.sent.popleft()
        limit = self.rate.per_minute
        free = self.sent[-limit] + window if limit and len(self.sent) >= limit else 0.0
        return max(free, self.paused_until) - now


class Limits:
    """The limiter of one process. Days are counted in the catalog, so that they outlive it.

    Every request that is sent counts for its day, refused or not: nobody says which of them the service counts, and
    to stop early is better than to be refused. Where the service is the first to say that a day is over, the rest of
    the process goes by that; a new one tries again, since the user may have paid in between.

    Args:
        rate: The limits of a model by its name.
        catalog: Where days are counted.
        account: Whose requests they are.
        most: How many requests may be under way at a time, at most.
        first: How many at first; None for a careful start.
        window: What counts as a minute, in seconds.
        clock: Seconds that only grow.
        now: Seconds since the epoch.
        sleep: Waits.
    """

    def __init__(
        self,
        rate: Callable[[str], Rate],
        catalog: Catalog,
        account: str,
        *,
        most: int,
        first: int | None = None,
        window: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._rate, self._catalog, self._account = rate, catalog, account
        self._most, self._window = most, window * _MARGIN
        self._first = float(min(most, first or _FIRST_WIDTH))
        self._clock, self._now, self._sleep = clock, now, sleep
        self._lanes: dict[str, _Lane] = {}

    @asynccontextmanager
    async def turn(self, model: str) -> AsyncIterator[None]:
        """The right to send one request. It is counted before it is sent, so that none is forgotten by a crash.

        Raises:
            DaySpentError: there is none left today.
        """
        lane = self._lane(model)
        async with lane.door:
            await self._admit(model, lane)
            await asyncio.to_thread(self._catalog.count_request, self._account, model, lane.day)
            lane.today += 1
            lane.sent.append(self._clock())  # as late as can be: the service's minute begins when the request arrives
            lane.under_way += 1
        try:
            yield
        finally:
            lane.under_way -= 1
            lane.changed.set()

    def went_well(self, model: str) -> None:
        """Allow more requests at a time: twice as many after each round of them, one more once some were refused."""
        lane = self._lane(model)
        lane.width = min(self._most, lane.width + (1 / lane.width if lane.was_refused else 1))

    def slow_down(self, model: str, seconds: float, per_minute: int | None) -> None:
        """Pause all requests to the model, and allow half as many at a time from then on.

        Refusals that come in during a pause are of the same burst, and do not halve again.
        """
        lane, now = self._lane(model), self._clock()
        if now >= lane.paused_until:
            lane.width, lane.was_refused = max(1.0, lane.width / 2), True
        lane.paused_until = max(lane.paused_until, now + min(seconds, _LONGEST_PAUSE))
        if per_minute:
            lane.rate = replace(lane.rate, per_minute=min(per_minute, lane.rate.per_minute or per_minute))
        lane.changed.set()

    def end_day(self, model: str) -> None:
        """Send nothing more to the model before its next day."""
        lane = self._lane(model)
        lane.spent = True
        lane.changed.set()

    def is_daily_quota_exhausted(self, model: str) -> bool:
        """Whether it is known that nothing more will be sent to the model today."""
        lane = self._lane(model)
        return lane.day == self._today() and lane.is_over

    def _lane(self, model: str) -> _Lane:
        if model not in self._lanes:
            self._lanes[model] = _Lane(self._rate(model), self._first)
        return self._lanes[model]

    async def _admit(self, model: str, lane: _Lane) -> None:
        """Wait until a request may be sent."""
        while True:
            await self._keep_day(model, lane)
            if lane.is_over:
                raise DaySpentError(f"The day's requests to {model} are spent.")
            lane.changed.clear()
            wait = lane.wait(self._clock(), self._window)
            if wait > 0:
                self._tell(lane, wait)
                await _first(self._sleep(wait), lane.changed.wait())
            elif lane.under_way < int(lane.width):
                return
            else:
                await lane.changed.wait()

    async def _keep_day(self, model: str, lane: _Lane) -> None:
        """Take up the count of the day, when another has begun."""
        day = self._today()
        if day != lane.day:
            lane.today = await asyncio.to_thread(self._catalog.requests_sent, self._account, model, day)
            lane.day, lane.spent = day, False

    def _today(self) -> str:
        return datetime.fromtimestamp(self._now(), _PACIFIC).date().isoformat()

    def _tell(self, lane: _Lane, wait: float) -> None:
        until, page = self._now() + wait, usage.current()
        if page and wait > _TOLD_FROM and until > lane.told_until + _TOLD_FROM:
            lane.told_until = until
            page.waiting(datetime.fromtimestamp(until).astimezone(), "quota_minute")


async def _first(*waits: Awaitable[object]) -> None:
    """Wait until one of them is over."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()


def build_limits(settings: Settings, catalog: Catalog) -> Limits:
    """The limiter that the settings ask for: explicit numbers beat the tier's. Quotas belong to whoever has the key."""

    def rate(model: str) -> Rate:
        known = preset(settings.tier, model)
        return Rate(settings.requests_per_minute or known.per_minute, settings.requests_per_day or known.per_day)

    account = hashlib.sha256(settings.api_key.encode()).hexdigest()[:16]
    # Whoever sets a number knows what the key allows; otherwise it is found out.
    most = settings.concurrency or DEFAULT_CONCURRENCY
    return Limits(rate, catalog, account, most=most, first=settings.concurrency)
