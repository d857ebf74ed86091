"""The contract of shared quotas, in Postgres and in Redis; each `other` is what another process has open."""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import cast

import psycopg
import pyrate_limiter
import pytest
import redis
from pyrate_limiter import RateItem

from graph.dependencies import open_quota_store
from graph.engines.requests.limits import Rate, day_of
from graph.engines.requests.rate_limit import AdaptiveRateLimiter, DailyQuotaError
from graph.engines.requests.retry import send_with_retries
from graph.errors import BadInputError, ModelError
from graph.storage.catalog import SqliteCatalog
from graph.storage.postgres.quota import PostgresQuotaStore
from graph.storage.quota import SharedQuota
from tests.postgres import drop_database, new_database

DAY, NEXT_DAY = "2026-11-29", "2026-11-30"
Open = Callable[..., SharedQuota]
PASSED = -1
"""How long a limit lasts that has passed when it is named, in seconds."""


def name_for(patch: pytest.MonkeyPatch, seconds: int) -> None:
    """Let limits that the service names last so long."""
    for module in ("postgres.quota", "redis_quota"):
        patch.setattr(f"graph.storage.{module}.NAMED_LASTS_S", seconds)


@pytest.fixture
def opened(quota_url: str) -> Open:
    def one(window: float = 60.0, account: str = "me") -> SharedQuota:
        return SharedQuota(open_quota_store(quota_url), account, window)

    return one


def take(quota: SharedQuota, per_minute: int | None = None, per_day: int | None = None, *, bulk: bool = False) -> float:
    return quota.take("m", per_minute, per_day, DAY, bulk=bulk)


def granted(quotas: list[SharedQuota], count: int, **limits: int | bool) -> int:
    """Take in many threads at once; return how many requests may be sent."""

    def persistent(number: int) -> bool:
        while 0 < (wait := take(quotas[number % len(quotas)], **limits)) < 0.2:  # type: ignore[arg-type]
            time.sleep(wait)  # another one held the window
        return wait == 0

    with ThreadPoolExecutor(12) as threads:
        return sum(threads.map(persistent, range(count)))


def test_a_window_holds_its_limit_for_all_together(opened: Open) -> None:
    begun = time.monotonic()
    assert granted([opened(), opened(), opened()], 40, per_minute=25) == 25
    wait = take(opened(), per_minute=25)
    assert 60 - (time.monotonic() - begun) < wait < 64


def test_a_window_passes(opened: Open) -> None:
    for window in (0.7, 3.0, 12.0, 48.0):  # the first in which this machine asks six times
        quotas = [opened(window, f"me, {window} s") for _ in range(2)]
        if (first := granted_within(window, quotas)) is not None:
            time.sleep(1.1 * window)
            second = granted_within(window, quotas)
            if second is not None:
                assert (first, second) == (4, 4)
                return
    pytest.fail("six requests took most of a minute")


def granted_within(window: float, quotas: list[SharedQuota]) -> int | None:
    """Ask six times, where four are allowed; return how often it was granted, None if that took the window's time."""
    begun = time.monotonic()
    found = granted(quotas, 6, per_minute=4)
    return found if time.monotonic() - begun < window - 0.2 else None  # `granted` waits for less than .2 s


def test_a_request_counts_from_when_it_is_sent(opened: Open, quota_url: str) -> None:
    quota, window = opened(), open_quota_store(quota_url).bucket("me:m", pyrate_limiter.Rate(3, 63_000))

    def times() -> list[int]:
        return [cast(RateItem, window.peek(place)).timestamp for place in range(2)]  # the latest first

    for name in ("first", "second"):
        assert quota.take("m", 3, None, DAY, bulk=False, name=name) == 0
        time.sleep(0.01)
    second, first = times()
    quota.count_from_now("m", "first")
    quota.count_from_now("never limited", "first")
    assert times()[0] > second == times()[1] > first


def test_models_and_accounts_have_quotas_of_their_own(opened: Open) -> None:
    quota = opened()
    assert take(quota, per_minute=1) == 0 < take(quota, per_minute=1)
    assert quota.take("another", 1, None, DAY, bulk=False) == 0
    assert take(opened(account="you"), per_minute=1) == 0


def test_a_pause_holds_for_all_at_once(opened: Open) -> None:
    quota, other = opened(), opened()
    begun = time.monotonic()
    quota.pause("m", 30, None)
    quota.pause("m", 2, None)  # the later end counts
    wait = take(other)
    assert 30 - (time.monotonic() - begun) <= wait <= 30
    assert other.take("another", None, None, DAY, bulk=False) == 0


def test_the_lowest_limit_that_the_service_named_is_kept_by_all(opened: Open) -> None:
    quota, other = opened(), opened()
    for named in (9, 3, 0, 7):
        quota.pause("m", 0, named)
    assert granted([other], 10, per_minute=50) == 3


def test_a_limit_that_the_service_no_longer_names_is_forgotten(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    quota, other = opened(), opened()
    quota.pause("m", 0, 2)
    assert granted([other], 4, per_minute=50) == 2
    with monkeypatch.context() as patch:
        name_for(patch, PASSED)
        quota.pause("m", 0, 2)
    assert granted([other], 4, per_minute=50) == 4
    quota.pause("m", 0, 7)  # a higher one than that of before
    assert granted([other], 4, per_minute=50) == 1


def test_a_limit_of_one_process_alone_spends_no_day_of_the_others(opened: Open, tmp_path: Path) -> None:
    shared, other = opened(), opened()
    limiter = AdaptiveRateLimiter(
        lambda model: Rate(per_day=1), SqliteCatalog(tmp_path / "catalog"), "me", max_concurrency=1, shared=shared
    )

    async def send() -> None:
        for _ in range(2):
            await send_with_retries(lambda: asyncio.sleep(0), time_limit=5, rate_limiter=limiter, model="m")

    with pytest.raises(DailyQuotaError):
        asyncio.run(send())
    today = day_of(time.time())
    assert other.requests_sent("me", "m", today) == 1
    assert not other.is_day_spent("m", today)


def test_a_day_holds_its_limit_for_all_together(opened: Open) -> None:
    quotas = [opened(), opened()]
    assert granted(quotas, 20, per_day=7) == 7
    assert take(quotas[0], per_day=7) == math.inf
    assert [one.requests_sent("me", "m", DAY) for one in quotas] == [7, 7]
    assert quotas[1].take("m", None, 7, NEXT_DAY, bulk=False) == 0
    assert take(opened(account="none"), per_day=0) == math.inf


def test_a_day_that_the_service_calls_spent_is_spent_for_all(opened: Open) -> None:
    quota, other = opened(), opened()
    assert not other.is_day_spent("m", DAY)
    quota.spend_day("m", DAY)
    assert other.is_day_spent("m", DAY)
    assert take(other) == math.inf
    assert other.take("m", None, None, NEXT_DAY, bulk=False) == 0


def test_bulk_leaves_a_fifth_while_another_process_asks(opened: Open) -> None:
    reading, asking = opened(), opened()
    assert granted([reading], 4, per_minute=10, bulk=True) == 4
    assert take(asking, per_minute=10) == 0
    assert granted([reading], 12, per_minute=10, bulk=True) == 3
    assert granted([asking], 12, per_minute=10) == 2


def test_a_store_that_ends_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    url = new_database()
    quota = SharedQuota(open_quota_store(url), "me")
    assert take(quota, per_minute=5) == 0
    monkeypatch.setattr("graph.storage.postgres.quota._CONNECT_S", 1)
    drop_database(url)
    with pytest.raises(ModelError, match="The quota cannot be looked up: the database postgresql://"):
        take(quota, per_minute=5)


def test_a_store_that_was_started_again_is_asked_again(
    opened: Open, quota_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What Postgres' pool waits before the third stale connection that it finds by itself: longer than it may.
    monkeypatch.setattr("psycopg_pool.base.AttemptWithBackoff.INITIAL_DELAY", 60.0)
    quota = opened()
    assert granted([quota], 8, per_minute=20) == 8  # several connections are open
    forget(quota_url)
    assert [take(quota, per_minute=20) for _ in range(6)] == [0.0] * 6


def forget(url: str) -> None:
    """Do to a store what its restart does: end the connections, and forget the scripts."""
    if url.startswith("redis"):
        with redis.Redis.from_url(url) as client:
            client.script_flush()
            client.client_kill_filter(_type="normal", skipme=True)
        return
    with psycopg.connect(url) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_a_process_that_stops_with_the_window_locked_does_not_stop_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graph.storage.postgres.quota.IDLE_S", 2)
    url = new_database()
    quota = SharedQuota(open_quota_store(url), "me")
    stopped = PostgresQuotaStore(url)
    assert take(quota, per_minute=5) == 0
    with contextlib.suppress(psycopg.Error), stopped._pool.connection() as connection:
        ((table,),) = connection.execute("SELECT tablename FROM pg_tables WHERE tablename LIKE 'ratelimit%'").fetchall()
        connection.execute(f"LOCK TABLE {table} IN EXCLUSIVE MODE".encode())
        assert take(quota, per_minute=5) > 0
        end = time.monotonic() + 300
        while take(quota, per_minute=5) > 0:
            assert time.monotonic() < end, "the window is still locked"
            time.sleep(0.1)
    stopped._pool.close()
    drop_database(url)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("redis://:secret@127.0.0.1:1/0", "redis://127.0.0.1:1/0 .* cannot be used"),
        ("postgresql://u:secret@127.0.0.1:1/x", r"postgresql://u@127.0.0.1:1/x .* cannot be used"),
        ("postgresql://[", "PAGEWITNESS_QUOTA_URL is not the address of a Postgres database"),
        ("mysql://u:secret@host", "PAGEWITNESS_QUOTA_URL is not the address of a Postgres database or a Redis server"),
        ("redis://host:port", "PAGEWITNESS_QUOTA_URL.* cannot be used"),
    ],
)
def test_a_wrong_address_is_told_without_its_password(url: str, said: str) -> None:
    with pytest.raises(BadInputError, match=said) as error:
        open_quota_store(url)
    assert "secret" not in str(error.value)


def test_tokens_have_a_window_of_their_own_for_all_together(opened: Open) -> None:
    one, other = opened(), opened()

    def sent(quota: SharedQuota, tokens: int, *, bulk: bool = False) -> bool:
        return quota.take("m", None, None, DAY, (tokens, 10_000), bulk=bulk) == 0.0

    assert [sent(one, 3000), sent(other, 3000), sent(one, 3000)] == [True] * 3
    assert not sent(other, 3000)
    assert sent(other, 1000)
    assert not sent(one, 100)
    assert sent(opened(account="another"), 3000)
    assert one.requests_sent("me", "m", DAY) == 4  # what was refused counts nowhere


def test_bulk_leaves_a_fifth_of_the_tokens_while_another_process_asks(opened: Open) -> None:
    one, other = opened(), opened()
    assert other.take("m", None, None, DAY, (1000, 10_000), bulk=False) == 0.0
    granted = [one.take("m", None, None, DAY, (1000, 10_000), bulk=True) == 0.0 for _ in range(9)]
    assert granted == [True] * 7 + [False] * 2
    assert other.take("m", None, None, DAY, (2000, 10_000), bulk=False) == 0.0


def test_a_request_over_the_limit_of_tokens_is_sent_where_the_window_is_empty(opened: Open) -> None:
    quota = opened()
    assert quota.take("m", None, None, DAY, (50_000, 10_000), bulk=False) == 0.0
    assert quota.take("m", None, None, DAY, (100, 10_000), bulk=False) > 0


def test_a_limit_on_tokens_that_the_service_named_is_kept_by_all(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = opened(), opened()
    one.pause("m", 0.0, 5, None)
    one.pause("m", 0.0, None, 10_000)
    one.pause("m", 0.0, None, 20_000)  # the lower one stays

    def sent(tokens: int) -> bool:
        return other.take("m", None, None, DAY, (tokens, None), bulk=False) == 0.0

    assert [sent(6000), sent(6000), sent(3000)] == [True, False, True]
    name_for(monkeypatch, PASSED)
    one.pause("m", 0.0, None, 10_000)
    assert [sent(9000) for _ in range(9)] == [True] * 9  # both limits are forgotten
