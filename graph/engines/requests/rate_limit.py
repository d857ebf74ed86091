"""Rate limits of model services: requests a minute and a day, and how many may be in flight, for each model."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import math
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from graph.engines.requests import usage
from graph.engines.requests.limits import Rate, day_of, default_concurrency, preset
from graph.engines.requests.model_queue import ModelQueue
from graph.engines.requests.token_window import Sent
from graph.providers import GOOGLE, split_name
from graph.storage.base import RequestCounter

if TYPE_CHECKING:
    from graph.settings import Settings
    from graph.storage.quota import SharedQuota

_log = logging.getLogger(__name__)


class DailyQuotaError(Exception):
    """The day's requests to a model are used up."""


class RateLimiter(Protocol):
    """Limits the requests to each model; all requests of a process go through one limiter."""

    def slot(self, model: str, *, bulk: bool = False, tokens: int = 0) -> AbstractAsyncContextManager[None]:
        """Wait in order for the right to send one request, and hold it until the reply; may raise DailyQuotaError.

        Requests for a question wait in one line, those that read or embed documents (`bulk`) in another. While
        questions are asked, the second line leaves a part of the limits to the first. `tokens` is what the request
        costs, where that is known; 0 for an estimate by earlier ones.
        """

    async def on_sending(self, model: str) -> None:
        """Note that the request for which this task holds a slot is sent now, and not when it got the slot."""

    def on_success(self, model: str, tokens: int = 0) -> None:
        """Note that the service answered the request that this task sent last, and its input tokens; 0 if unknown."""

    def on_refusal(
        self, model: str, seconds: float, requests_per_minute: int | None, tokens_per_minute: int | None = None
    ) -> None:
        """Send nothing to the model for so many seconds; the others are the limits that the service named."""

    def on_daily_quota_exhausted(self, model: str) -> None:
        """Send nothing more to the model today."""

    def is_daily_quota_exhausted(self, model: str) -> bool:
        """Return True if nothing more will be sent to the model today."""

    async def requests_left(self, model: str) -> int | None:
        """Return how many requests may be sent to the model today; None if no limit is known."""


# The service's minute starts when a request arrives, not when it is sent. A window 5 % longer uses 95 % of a limit.
_WINDOW_MARGIN = 1.05

_FIRST_CONCURRENCY = 4.0  # a free key may send five requests a minute: the first burst should not be refused

_MAX_PAUSE_S = 120.0  # a minute's quota is back after 60 s; a service that asks for hours must not block everything

_MIN_ANNOUNCED_S = 2.0  # shorter waits are not reported to the user

# With a load of 17 to 20 the first request of a process was sent up to 4 s after it was let through, and arrived up to
# 3.2 s later: more than the 3 s by which a window is longer than a minute, so that 13 of 12 arrived in one.
_LATE = (_WINDOW_MARGIN - 1) / 6
"""The part of a minute, half a second, after which a request is late."""

_let_through: ContextVar[tuple[float, float, str]] = ContextVar("let_through")
"""When the window of all processes was asked about the last request of this task, from when the request counts in this
one's, and its name."""
_sent_on: ContextVar[str] = ContextVar("sent_on", default="")
"""The day for which the request of this task was counted last: its refusal may arrive on the next one."""
_sent: ContextVar[Sent | None] = ContextVar("sent", default=None)
"""The request that this task sent last."""

_QUESTIONS_LAST_S = 60.0
"""How long after a request for a question the next one is expected: somebody who reads an answer asks again within a
minute. Kept permanently, the reserved part would slow the reading of a library of which no question is asked."""


class AdaptiveRateLimiter:
    """The rate limiter of one process: it counts days in the catalog, and adapts its concurrency to refusals.

    Every request that is sent counts for its day, refused or not: which of them the service counts is not documented,
    and stopping early is better than being refused. When the service says that the day's quota is used up, this
    process sends nothing more; a new process tries again, since the user may have paid in between.

    Args:
        rate: Returns the limits of a model by its name.
        catalog: Where the requests of a day are counted.
        account: Whose requests they are.
        max_concurrency: The most requests in flight for a model.
        first_concurrency: How many may be in flight at first; None for a careful start.
        shared: Counts the requests of all processes with the same key; None if this one is alone.
        window: The length of a minute of the limits, in seconds; shorter in tests.
        clock: A monotonic clock, in seconds.
        now: Seconds since the epoch.
        sleep: Waits.
    """

    def __init__(
        self,
        rate: Callable[[str], Rate],
        catalog: RequestCounter,
        account: str,
        *,
        max_concurrency: int,
        first_concurrency: int | None = None,
        shared: SharedQuota | None = None,
        window: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._rate, self._counter, self._account = rate, shared or catalog, account
        self._shared, self._telling = shared, set[asyncio.Future[None]]()
        self._max_concurrency, self._window, self._late_s = max_concurrency, window * _WINDOW_MARGIN, window * _LATE
        self._first_concurrency = float(min(max_concurrency, first_concurrency or _FIRST_CONCURRENCY))
        self._clock, self._now, self._sleep = clock, now, sleep
        self._queues: dict[str, ModelQueue] = {}

    @asynccontextmanager
    async def slot(self, model: str, *, bulk: bool = False, tokens: int = 0) -> AsyncIterator[None]:
        """Wait for the right to send one request. It is counted before it is sent, so that a crash loses no count.

        Raises:
            DailyQuotaError: the day's requests are used up.
        """
        queue = self._queue(model)
        with _note_question(queue, self._clock) if not bulk else nullcontext():
            await self._take_place(model, queue, tokens, bulk=bulk)
            _sent_on.set(queue.day)
            is_first = not queue.was_answered
            try:
                yield
            finally:
                queue.in_flight -= 1
                queue.changed.set()
            queue.was_answered = True
            if is_first:  # it is not known when it arrived: its client was made meanwhile
                await self._count_from_now(model)

    async def _take_place(self, model: str, queue: ModelQueue, tokens: int, *, bulk: bool) -> None:
        """Wait in line until a request may be sent, and count it."""
        queue.questions_waiting += not bulk
        try:
            async with queue.bulk_line if bulk else queue.question_line:
                while (wait := await self._try_to_take(model, queue, tokens, bulk=bulk)) is not None:
                    if wait > 0:
                        self._announce(queue, wait)
                        await _wait_for_first(self._sleep(wait), queue.changed.wait())
                    else:
                        await queue.changed.wait()
        finally:
            queue.questions_waiting -= not bulk

    async def _try_to_take(self, model: str, queue: ModelQueue, tokens: int, *, bulk: bool) -> float | None:
        """Count a request and return None if it may be sent, else the seconds to wait, 0 for a place in flight."""
        async with queue.admission:
            await self._load_day(model, queue)
            if queue.is_exhausted:
                raise DailyQuotaError(f"The day's requests to {model} are used up.")
            queue.changed.clear()
            is_known, tokens = bool(tokens), tokens or queue.tokens.estimate(bulk=bulk)
            wait = queue.wait(self._clock(), self._window, tokens, bulk=bulk)
            if wait > 0:
                return wait
            if not queue.has_room(self._clock(), bulk=bulk):
                return 0.0
            name, started = uuid.uuid4().hex, self._clock()
            wait = await self._wait_for_others(model, queue, tokens, name, bulk=bulk)
            if wait > 0:
                return wait
            await asyncio.to_thread(self._counter.count_request, self._account, model, queue.day)
            queue.sent_today += 1
            queue.sent_at.append(counted := self._clock())  # as late as possible
            _let_through.set((started, counted, name))
            _sent.set(queue.tokens.add(self._clock(), tokens, bulk=bulk, is_told=is_known))
            queue.in_flight += 1
        return None

    async def _wait_for_others(self, model: str, queue: ModelQueue, tokens: int, name: str, *, bulk: bool) -> float:
        """Count a request among those of all processes, if any, and return 0.0; else the seconds to wait."""
        if (shared := self._shared) is None:
            return 0.0
        if self._telling:
            await asyncio.wait(self._telling)
        limit, most, costs = queue.rate.per_minute, queue.rate.per_day, (tokens, queue.rate.tokens_per_minute)
        wait = await asyncio.to_thread(shared.take, model, limit, most, queue.day, costs, bulk=bulk, name=name)
        if wait == math.inf:
            queue.day_is_exhausted = True
            raise DailyQuotaError(f"The day's requests to {model} are used up.")
        return wait

    def _share(self, tell: Callable[[SharedQuota], None]) -> None:
        """Share a limit with all processes, in a thread; the next request of this one waits until that is done."""
        if self._shared is None:
            return
        telling = asyncio.get_running_loop().run_in_executor(None, tell, self._shared)
        self._telling.add(telling)
        telling.add_done_callback(self._on_shared)

    def _on_shared(self, telling: asyncio.Future[None]) -> None:
        self._telling.discard(telling)
        if not telling.cancelled() and (error := telling.exception()):
            _log.warning("Other processes were not told of a limit: %s", error)

    async def on_sending(self, model: str) -> None:
        """Count the request of this task from now on where it was let through a while ago.

        The service's minute begins when a request arrives, and a busy machine may send it seconds after that.
        """
        if self._clock() - _let_through.get()[0] >= self._late_s:
            await self._count_from_now(model)

    async def _count_from_now(self, model: str) -> None:
        """Count the last request of this task from now on, in the window of all processes too."""
        _, counted, name = _let_through.get()
        now = self._clock()
        _let_through.set((now, now, name))
        self._queue(model).count_from(counted, now)
        if self._shared:
            await asyncio.to_thread(self._shared.count_from_now, model, name)

    def on_success(self, model: str, tokens: int = 0) -> None:
        """Raise the concurrency: it doubles with each round of requests, or grows by one after the first refusal."""
        queue = self._queue(model)
        if one := _sent.get():
            queue.tokens.told(one, tokens)
        step = 1 / queue.concurrency if queue.was_refused else 1
        queue.concurrency = min(self._most(queue.rate), queue.concurrency + step)

    def on_refusal(
        self, model: str, seconds: float, requests_per_minute: int | None, tokens_per_minute: int | None = None
    ) -> None:
        """Pause all requests to the model, and halve its concurrency.

        Refusals that arrive during a pause belong to the same burst, and do not halve it again.
        """
        queue, now = self._queue(model), self._clock()
        if now >= queue.paused_until:
            queue.concurrency, queue.was_refused = max(1.0, queue.concurrency / 2), True
        queue.paused_until = max(queue.paused_until, now + min(seconds, _MAX_PAUSE_S))
        if requests_per_minute:
            least = min(requests_per_minute, queue.rate.per_minute or requests_per_minute)
            queue.rate = replace(queue.rate, per_minute=least)
        if tokens_per_minute:
            least = min(tokens_per_minute, queue.rate.tokens_per_minute or tokens_per_minute)
            queue.rate = replace(queue.rate, tokens_per_minute=least)
        queue.changed.set()
        named = requests_per_minute, tokens_per_minute
        self._share(lambda shared: shared.pause(model, min(seconds, _MAX_PAUSE_S), *named))

    def on_daily_quota_exhausted(self, model: str) -> None:
        """Send nothing more to the model before the day after that of the refused request."""
        queue, day = self._queue(model), _sent_on.get() or self._today()
        queue.day_is_exhausted |= day >= queue.day
        queue.changed.set()
        self._share(lambda shared: shared.spend_day(model, day))

    def is_daily_quota_exhausted(self, model: str) -> bool:
        """Return True if nothing more will be sent to the model today."""
        queue = self._queue(model)
        return queue.day == self._today() and queue.is_exhausted

    async def requests_left(self, model: str) -> int | None:
        """Return how many requests may be sent to the model before its next day; None if no limit is known."""
        queue = self._queue(model)
        await self._load_day(model, queue)
        if self._shared:
            queue.sent_today = await asyncio.to_thread(self._shared.requests_sent, self._account, model, queue.day)
            queue.day_is_exhausted |= await asyncio.to_thread(self._shared.is_day_spent, model, queue.day)
        if queue.is_exhausted:
            return 0
        return None if queue.rate.per_day is None else queue.rate.per_day - queue.sent_today

    def _most(self, rate: Rate) -> int:
        return min(self._max_concurrency, rate.in_flight or self._max_concurrency)

    def _queue(self, model: str) -> ModelQueue:
        if model not in self._queues:
            rate = self._rate(model)
            first = min(self._first_concurrency, rate.first_in_flight or self._first_concurrency, self._most(rate))
            self._queues[model] = ModelQueue(rate, first)
        return self._queues[model]

    async def _load_day(self, model: str, queue: ModelQueue) -> None:
        """Load the count of the day when a new day has begun."""
        day = self._today()
        if day != queue.day:
            queue.sent_today = await asyncio.to_thread(self._counter.requests_sent, self._account, model, day)
            queue.day, queue.day_is_exhausted = day, False

    def _today(self) -> str:
        return day_of(self._now())

    def _announce(self, queue: ModelQueue, wait: float) -> None:
        until, recorder = self._now() + wait, usage.current_recorder()
        if recorder and wait > _MIN_ANNOUNCED_S and until > queue.announced_until + _MIN_ANNOUNCED_S:
            queue.announced_until = until
            recorder.emit_waiting(datetime.fromtimestamp(until).astimezone(), "quota_minute")


@contextmanager
def _note_question(queue: ModelQueue, clock: Callable[[], float]) -> Iterator[None]:
    """Note that a question waits for a reply, and that another one may follow it."""
    queue.questions += 1
    try:
        yield
    finally:
        queue.questions -= 1
        queue.questions_until = clock() + _QUESTIONS_LAST_S
        queue.changed.set()


async def _wait_for_first(*waits: Awaitable[object]) -> None:
    """Wait until one of the awaitables ends, and cancel the others."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()


def build_rate_limiter(
    settings: Settings, catalog: RequestCounter, shared: Callable[[str], SharedQuota] | None = None
) -> AdaptiveRateLimiter:
    """Build the limiter that the settings ask for: explicit numbers override the tier's. Quotas belong to the key.

    `shared` returns the quota of an account that all processes share; None where there is none.

    A model on the user's own machine or network gets one request at a time, since more of them share one processor;
    any model but Google's gets one until it has answered, so that a wrong key or name costs one request, not four.
    """

    def rate(model: str) -> Rate:
        known, provider = preset(settings.tier, model), split_name(model)[0]
        alone = None if settings.concurrency else 1
        return Rate(
            settings.requests_per_minute or known.per_minute,
            settings.requests_per_day or known.per_day,
            alone if settings.is_local(provider) else None,
            alone if provider != GOOGLE else None,
            settings.tokens_per_minute,
        )

    account = hashlib.sha256(settings.api_key.encode()).hexdigest()[:16]
    # A concurrency that the user sets is taken from the start; otherwise the limiter finds out what the key allows.
    most = settings.concurrency or default_concurrency(settings.tier)
    return AdaptiveRateLimiter(
        rate,
        catalog,
        account,
        max_concurrency=most,
        first_concurrency=settings.concurrency,
        shared=shared(account) if shared else None,
    )
