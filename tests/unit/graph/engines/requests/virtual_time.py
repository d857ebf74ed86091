"""Virtual time that a test advances, and requests through a rate limiter in it."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from graph.engines.requests.rate_limit import AdaptiveRateLimiter

NOON = datetime(2026, 11, 22, 20, tzinfo=UTC).timestamp()  # noon in California
DAY = 86_400.0


class Inline(ThreadPoolExecutor):
    """An executor that runs functions at once, so that no time passes meanwhile."""

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(function(*args, **kwargs))
        return done


class Time:
    """A clock whose seconds pass only while all tasks sleep."""

    def __init__(self) -> None:
        self.now = NOON
        self._due: list[tuple[float, int, asyncio.Future[None]]] = []
        self._number = itertools.count()

    async def sleep(self, seconds: float) -> None:
        future = asyncio.get_running_loop().create_future()
        heapq.heappush(self._due, (self.now + seconds, next(self._number), future))
        await future

    async def run(self, *work: Awaitable[Any]) -> list[Any]:
        """Run all work to its end; return the result or exception of each."""
        asyncio.get_running_loop().set_default_executor(Inline())
        done = asyncio.gather(*work, return_exceptions=True)
        while not done.done():
            for _ in range(50):  # until all tasks that can continue have done so
                await asyncio.sleep(0)
            self._due = [one for one in self._due if not one[2].done()]
            heapq.heapify(self._due)
            if self._due and not done.done():
                self.now = max(self.now, self._due[0][0])
            while self._due and self._due[0][0] <= self.now:
                heapq.heappop(self._due)[2].set_result(None)
        return await done


Make = Callable[..., AdaptiveRateLimiter]


class Service:
    """Requests through a limiter: when each was sent, and how many were under way."""

    def __init__(self, limits: AdaptiveRateLimiter, time: Time, seconds: float = 1.0) -> None:
        self.limits, self.time, self.seconds = limits, time, seconds
        self.sent: list[float] = []
        self.under_way = self.peak = 0

    async def request(self, model: str = "m") -> None:
        async with self.limits.slot(model):
            self.sent.append(self.time.now - NOON)
            self.under_way += 1
            self.peak = max(self.peak, self.under_way)
            await self.time.sleep(self.seconds)
            self.under_way -= 1
        self.limits.on_success(model)

    async def send(self, count: int, model: str = "m") -> list[Any]:
        return await self.time.run(*(self.request(model) for _ in range(count)))
