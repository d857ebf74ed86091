"""How often a model is asked, in time that the test moves; the days are counted in a real catalog."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from graph.engines.journal import journal
from graph.engines.limits import Limits, Rate, build_limits, next_day, preset
from graph.settings import settings
from graph.storage.base import DaySpentError
from graph.storage.catalog import SqliteCatalog

NOON = datetime(2026, 11, 22, 20, tzinfo=UTC).timestamp()  # noon in California
DAY = 86_400.0


class Inline(ThreadPoolExecutor):
    """Does at once what is meant for a thread, so that no time passes meanwhile."""

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(function(*args, **kwargs))
        return done


class Time:
    """Seconds that pass only while everybody sleeps."""

    def __init__(self) -> None:
        self.now = NOON
        self._due: list[tuple[float, int, asyncio.Future[None]]] = []
        self._number = itertools.count()

    async def sleep(self, seconds: float) -> None:
        future = asyncio.get_running_loop().create_future()
        heapq.heappush(self._due, (self.now + seconds, next(self._number), future))
        await future

    async def run(self, *work: Awaitable[Any]) -> list[Any]:
        """Let work go on to its end; returns what each returned or raised."""
        asyncio.get_running_loop().set_default_executor(Inline())
        done = asyncio.gather(*work, return_exceptions=True)
        while not done.done():
            for _ in range(50):  # until all that can go on has gone on
                await asyncio.sleep(0)
            self._due = [one for one in self._due if not one[2].done()]
            heapq.heapify(self._due)
            if self._due and not done.done():
                self.now = max(self.now, self._due[0][0])
            while self._due and self._due[0][0] <= self.now:
                heapq.heappop(self._due)[2].set_result(None)
        return await done


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[SqliteCatalog]:
    made = SqliteCatalog(tmp_path / "catalog.sqlite3")
    yield made
    made.close()


@pytest.fixture
def time() -> Time:
    return Time()


Make = Callable[..., Limits]


@pytest.fixture
def make(catalog: SqliteCatalog, time: Time) -> Make:
    def limits(rate: Rate = Rate(), *, account: str = "me", most: int = 8) -> Limits:  # noqa: B008 - it is frozen
        return Limits(
            lambda model: rate, catalog, account, most=most,
            clock=lambda: time.now, now=lambda: time.now, sleep=time.sleep,
        )  # fmt: skip

    return limits


class Service:
    """Requests through a limiter: when each was sent, and how many were under way."""

    def __init__(self, limits: Limits, time: Time, seconds: float = 1.0) -> None:
        self.limits, self.time, self.seconds = limits, time, seconds
        self.sent: list[float] = []
        self.under_way = self.peak = 0

    async def request(self, model: str = "m") -> None:
        async with self.limits.turn(model):
            self.sent.append(self.time.now - NOON)
            self.under_way += 1
            self.peak = max(self.peak, self.under_way)
            await self.time.sleep(self.seconds)
            self.under_way -= 1
        self.limits.went_well(model)

    async def send(self, count: int, model: str = "m") -> list[Any]:
        return await self.time.run(*(self.request(model) for _ in range(count)))


# By the minute


async def test_a_minute_holds_no_more_than_its_limit_and_hardly_less(make: Make, time: Time) -> None:
    service = Service(make(Rate(per_minute=20)), time)
    await service.send(140)
    for start in service.sent:
        assert sum(start <= moment < start + 60 for moment in service.sent) <= 20
    assert (140 - 20) / (service.sent[-1] - service.sent[0]) * 60 >= 0.9 * 20


async def test_requests_go_in_the_order_in_which_they_came(make: Make, time: Time) -> None:
    limits, order = make(most=1), list[int]()

    async def request(number: int) -> None:
        async with limits.turn("m"):
            order.append(number)
            await time.sleep(1)

    await time.run(*map(request, range(6)))
    assert order == [0, 1, 2, 3, 4, 5]


async def test_the_limit_that_a_refusal_names_is_kept_from_then_on(make: Make, time: Time) -> None:
    limits = make()
    service = Service(limits, time, seconds=0.1)
    await service.send(10)
    limits.slow_down("m", 60, per_minute=5)
    service.sent.clear()
    await service.send(15)
    assert [round(moment) for moment in service.sent[::5]] == [63, 126, 189]


async def test_one_refusal_pauses_everybody_but_no_other_model(make: Make, time: Time) -> None:
    limits = make()
    limits.slow_down("m", 17, None)
    service = Service(limits, time)
    await service.send(1, "another")
    await service.send(2)
    assert service.sent == [0, 17, 17]


async def test_nobody_is_held_up_for_hours(make: Make, time: Time) -> None:
    limits = make()
    limits.slow_down("m", 7200, None)
    service = Service(limits, time)
    await service.send(1)
    assert service.sent == [120]


async def test_a_pause_begun_while_others_wait_holds_them_too(make: Make, time: Time) -> None:
    limits = make(most=1)
    service = Service(limits, time, seconds=5)

    async def refused() -> None:
        await time.sleep(2)
        limits.slow_down("m", 30, None)

    await time.run(service.request(), service.request(), refused())
    assert service.sent == [0, 32]


async def test_a_long_wait_is_told_once(make: Make, time: Time) -> None:
    events: list[dict[str, Any]] = []
    with journal(events.append):
        await Service(make(Rate(per_minute=5)), time, seconds=0.1).send(14)
    assert [event["event"] for event in events] == ["waiting", "waiting"]
    until = [datetime.fromisoformat(event["until"]).timestamp() - NOON for event in events]
    assert until == [63, 126]
    assert {event["reason"] for event in events} == {"quota_minute"}


# At a time


async def test_more_go_at_a_time_while_it_goes_well_up_to_the_most(make: Make, time: Time) -> None:
    service = Service(make(most=8), time)
    await service.send(4)
    assert service.peak == 4
    await service.send(60)
    assert service.peak == 8


@pytest.mark.parametrize(("bursts", "left"), [(1, 4), (2, 2), (3, 1), (4, 1)])
async def test_each_burst_of_refusals_halves_how_many_go_at_a_time_down_to_one(
    make: Make, time: Time, bursts: int, left: int
) -> None:
    limits = make(most=8)
    await Service(limits, time).send(60)
    for _ in range(bursts):
        for _ in range(3):
            limits.slow_down("m", 1, None)
        time.now += 1
    service = Service(limits, time)
    await service.send(left + 1)
    assert service.peak == left


async def test_who_gives_up_leaves_the_way_free(make: Make, time: Time) -> None:
    limits = make(most=1)
    service = Service(limits, time)
    waiting = [asyncio.ensure_future(service.request()) for _ in range(3)]
    await asyncio.sleep(0.05)
    waiting[0].cancel()
    waiting[1].cancel()
    results = await time.run(*waiting)
    assert [type(result) for result in results] == [asyncio.CancelledError, asyncio.CancelledError, type(None)]


# By the day


async def test_a_day_holds_its_limit_also_over_processes(make: Make, time: Time) -> None:
    first = await Service(make(Rate(per_day=5)), time).send(3)
    second = await Service(make(Rate(per_day=5)), time).send(3)
    assert first == [None] * 3
    assert [type(result) for result in second] == [type(None), type(None), DaySpentError]
    assert await Service(make(Rate(per_day=5), account="another key"), time).send(1) == [None]


async def test_a_new_day_begins_at_midnight_in_california(make: Make, time: Time) -> None:
    limits = make(Rate(per_day=1))
    service = Service(limits, time)
    await service.send(1)
    time.now = NOON + DAY / 2 - 5
    assert [type(result) for result in await service.send(1)] == [DaySpentError]
    time.now = NOON + DAY / 2 + 5
    assert await service.send(1) == [None]


async def test_when_the_service_says_that_the_day_is_over_nobody_waits_on(make: Make, time: Time) -> None:
    limits = make(Rate(per_minute=1))
    service = Service(limits, time)

    async def refused() -> None:
        await time.sleep(3)
        limits.end_day("m")

    results = await time.run(*(service.request() for _ in range(4)), refused())
    assert [type(result) for result in results[1:4]] == [DaySpentError] * 3
    assert time.now - NOON == 3
    assert await service.send(1, "another") == [None]
    time.now += DAY
    assert await service.send(1) == [None]


@pytest.mark.parametrize(
    ("now", "midnight"),
    [
        ("2026-11-22T20:00+00:00", "2026-11-23T08:00+00:00"),
        ("2026-07-01T06:59+00:00", "2026-07-01T07:00+00:00"),
        ("2026-03-08T09:00+00:00", "2026-03-09T07:00+00:00"),  # a day of 23 hours
        ("2026-11-01T08:00+00:00", "2026-11-02T08:00+00:00"),  # and one of 25
    ],
)
def test_the_next_day_begins_at_midnight_pacific_time(now: str, midnight: str) -> None:
    assert next_day(datetime.fromisoformat(now).timestamp()) == datetime.fromisoformat(midnight)


# Settings


def test_tiers_are_known_and_numbers_beat_them(catalog: SqliteCatalog) -> None:
    assert preset("free", "google_genai:gemini-3.5-flash-lite") == Rate(10, 500)
    assert preset("free", "google_genai:gemini-3.8-flash") == Rate(5, 20)
    assert preset("free", "google_genai:gemini-embedding-2") == Rate()
    assert preset("paid", "google_genai:gemini-3.8-flash") == Rate(1000)
    assert preset("unlimited", "google_genai:gemini-3.8-flash") == Rate()
    chosen = replace(settings(), tier="free", requests_per_minute=7)
    assert build_limits(chosen, catalog)._lane("gemini-3.8-flash").rate == Rate(7, 20)
