"""Rate limits by the minute and concurrency, in virtual time."""

from __future__ import annotations

import asyncio
from datetime import datetime

import pytest

from graph.engines.requests.limits import Rate
from graph.engines.requests.usage import record_usage
from graph.events import Waiting
from tests.unit.graph.engines.requests.virtual_time import NOON, Make, Service, Time

# By the minute


async def test_a_minute_holds_no_more_than_its_limit_and_hardly_less(make: Make, time: Time) -> None:
    service = Service(make(Rate(per_minute=20)), time)
    await service.send(140)
    for start in service.sent:
        assert sum(start <= moment < start + 60 for moment in service.sent) <= 20
    assert (140 - 20) / (service.sent[-1] - service.sent[0]) * 60 >= 0.9 * 20


async def test_a_request_that_is_sent_late_counts_from_then_on(make: Make, time: Time) -> None:
    limits, sent = make(Rate(per_minute=1)), list[float]()

    async def request(delay: float) -> None:
        async with limits.slot("m"):
            await time.sleep(delay)
            await limits.on_sending("m")
            sent.append(time.now - NOON)

    await time.run(*map(request, (5, 0)))
    assert sent == [5, pytest.approx(68)]


async def test_requests_are_sent_in_the_order_in_which_they_came(make: Make, time: Time) -> None:
    limits, order = make(max_concurrency=1), list[int]()

    async def request(number: int) -> None:
        async with limits.slot("m"):
            order.append(number)
            await time.sleep(1)

    await time.run(*map(request, range(6)))
    assert order == [0, 1, 2, 3, 4, 5]


async def test_the_limit_that_a_refusal_names_is_kept_from_then_on(make: Make, time: Time) -> None:
    limits = make()
    service = Service(limits, time, seconds=0.1)
    await service.send(10)
    limits.on_refusal("m", 60, requests_per_minute=5)
    service.sent.clear()
    await service.send(15)
    assert [round(moment) for moment in service.sent[::5]] == [63, 126, 189]


async def test_one_refusal_pauses_all_requests_to_that_model_only(make: Make, time: Time) -> None:
    limits = make()
    limits.on_refusal("m", 17, None)
    service = Service(limits, time)
    await service.send(1, "another")
    await service.send(2)
    assert service.sent == [0, 17, 17]


async def test_a_long_retry_delay_is_capped(make: Make, time: Time) -> None:
    limits = make()
    limits.on_refusal("m", 7200, None)
    service = Service(limits, time)
    await service.send(1)
    assert service.sent == [120]


async def test_a_pause_begun_while_others_wait_holds_them_too(make: Make, time: Time) -> None:
    limits = make(max_concurrency=1)
    service = Service(limits, time, seconds=5)

    async def refused() -> None:
        await time.sleep(2)
        limits.on_refusal("m", 30, None)

    await time.run(service.request(), service.request(), refused())
    assert service.sent == [0, 32]


async def test_a_long_wait_is_reported_once(make: Make, time: Time) -> None:
    events: list[Waiting] = []
    with record_usage(events.append):
        await Service(make(Rate(per_minute=5)), time, seconds=0.1).send(14)
    assert [event["event"] for event in events] == ["waiting", "waiting"]
    until = [datetime.fromisoformat(event["until"]).timestamp() - NOON for event in events]
    assert until == [63, 126]
    assert {event["reason"] for event in events} == {"quota_minute"}


# At a time


async def test_concurrency_grows_with_successes_up_to_the_maximum(make: Make, time: Time) -> None:
    service = Service(make(max_concurrency=8), time)
    await service.send(4)
    assert service.peak == 4
    await service.send(60)
    assert service.peak == 8


async def test_a_configured_concurrency_is_used_from_the_start(make: Make, time: Time) -> None:
    service = Service(make(max_concurrency=16, first_concurrency=16), time)
    await service.send(40)
    assert service.peak == 16


async def test_after_a_refusal_concurrency_grows_by_one_for_each_round(make: Make, time: Time) -> None:
    limits = make(max_concurrency=8)
    limits.on_refusal("m", 1, None)
    time.now += 1
    service = Service(limits, time)
    await service.send(2)
    assert service.peak == 2
    await service.send(5)
    assert service.peak == 3


@pytest.mark.parametrize(("bursts", "left"), [(1, 4), (2, 2), (3, 1), (4, 1)])
async def test_each_burst_of_refusals_halves_the_concurrency_down_to_one(
    make: Make, time: Time, bursts: int, left: int
) -> None:
    limits = make(max_concurrency=8)
    await Service(limits, time).send(60)
    for _ in range(bursts):
        for _ in range(3):
            limits.on_refusal("m", 1, None)
        time.now += 1
    service = Service(limits, time)
    await service.send(left + 1)
    assert service.peak == left


async def test_a_cancelled_wait_does_not_block_the_queue(make: Make, time: Time) -> None:
    limits = make(max_concurrency=1)
    service = Service(limits, time)
    waiting = [asyncio.ensure_future(service.request()) for _ in range(3)]
    await asyncio.sleep(0.05)
    waiting[0].cancel()
    waiting[1].cancel()
    results = await time.run(*waiting)
    assert [type(result) for result in results] == [asyncio.CancelledError, asyncio.CancelledError, type(None)]
