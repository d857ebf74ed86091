"""Rate limits by the day: counts, limits set by the user, and the end of a day."""

from __future__ import annotations

import os
from datetime import datetime

import pytest

from graph.context import Context
from graph.engines.requests.limits import Rate, default_concurrency, next_day, preset
from graph.engines.requests.rate_limit import DailyQuotaError, build_rate_limiter
from graph.errors import BadInputError
from graph.settings import settings
from graph.storage.catalog import SqliteCatalog
from tests.conftest import ROOT
from tests.unit.graph.engines.requests.virtual_time import DAY, NOON, Make, Service, Time

# By the day


async def test_a_day_holds_its_limit_also_over_processes(make: Make, time: Time) -> None:
    first = await Service(make(Rate(per_day=5)), time).send(3)
    second = await Service(make(Rate(per_day=5)), time).send(3)
    assert first == [None] * 3
    assert [type(result) for result in second] == [type(None), type(None), DailyQuotaError]
    assert await Service(make(Rate(per_day=5), account="another key"), time).send(1) == [None]


async def test_a_new_day_begins_at_midnight_in_california(make: Make, time: Time) -> None:
    limits = make(Rate(per_day=1))
    service = Service(limits, time)
    await service.send(1)
    time.now = NOON + DAY / 2 - 5
    assert [type(result) for result in await service.send(1)] == [DailyQuotaError]
    time.now = NOON + DAY / 2 + 5
    assert await service.send(1) == [None]


async def test_a_refusal_after_midnight_is_of_the_day_of_its_request(make: Make, time: Time) -> None:
    limits = make(Rate())
    service = Service(limits, time)

    async def refused_over_midnight() -> None:
        async with limits.slot("m"):
            await time.sleep(DAY)
        limits.on_daily_quota_exhausted("m")

    async def on_the_new_day() -> None:
        await time.sleep(DAY - 1)
        await service.request()

    await time.run(refused_over_midnight(), on_the_new_day())
    assert await service.send(1) == [None]


async def test_a_refusal_for_the_day_ends_all_waiting_requests(make: Make, time: Time) -> None:
    limits = make(Rate(per_minute=1))
    service = Service(limits, time)

    async def refused() -> None:
        await time.sleep(3)
        limits.on_daily_quota_exhausted("m")

    results = await time.run(*(service.request() for _ in range(4)), refused())
    assert [type(result) for result in results[1:4]] == [DailyQuotaError] * 3
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


def test_explicit_numbers_override_those_of_the_tier(catalog: SqliteCatalog) -> None:
    assert preset("free", "google_genai:gemini-3.5-flash-lite") == Rate(10, 500)
    assert preset("free", "google_genai:gemini-3.8-flash") == Rate(5, 20)
    assert preset("free", "google_genai:gemini-embedding-2") == Rate()
    assert preset("paid", "google_genai:gemini-3.8-flash") == Rate(1000)
    assert preset("unlimited", "google_genai:gemini-3.8-flash") == Rate()
    chosen = settings().model_copy(update={"tier": "free", "requests_per_minute": 7})
    assert build_rate_limiter(chosen, catalog)._queue("gemini-3.8-flash").rate == Rate(7, 20)


def test_limits_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (settings().tier, settings().requests_per_minute, settings().concurrency) == ("unlimited", None, None)
    values = {"TIER": "Free", "REQUESTS_PER_MINUTE": "12", "REQUESTS_PER_DAY": "300", "CONCURRENCY": "3"}
    for name, value in values.items():
        monkeypatch.setenv(f"PAGEWITNESS_{name}", value)
    monkeypatch.setenv("PAGEWITNESS_FALLBACK_MODEL", "ollama:any")
    now = settings()
    assert (now.tier, now.requests_per_minute, now.requests_per_day, now.concurrency) == ("free", 12, 300, 3)
    assert now.fallback_model == Context().fallback_model == "ollama:any"
    example = (ROOT / ".env.example").read_text("utf-8")
    assert all(f"PAGEWITNESS_{name}" in example for name in [*values, "FALLBACK_MODEL"])


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("TIER", "gold", "set it to one of free, paid, unlimited"),
        ("REQUESTS_PER_DAY", "0", "set it to a whole number from 1 on"),
        ("REQUESTS_PER_MINUTE", "ten", "set it to a whole number from 1 on"),
    ],
)
def test_a_wrong_limit_is_named(name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"PAGEWITNESS_{name}", value)
    with pytest.raises(BadInputError, match=f"PAGEWITNESS_{name} is '{value}'.*{said}"):
        settings()


def test_only_a_paid_tier_lets_the_machine_say_how_many_requests_are_in_flight(monkeypatch: pytest.MonkeyPatch) -> None:
    for cores, paid in ((1, 32), (2, 64), (16, 100)):
        monkeypatch.setattr(os, "cpu_count", lambda cores=cores: cores)
        assert [default_concurrency(tier) for tier in ("free", "unlimited", "paid")] == [8, 8, paid]
