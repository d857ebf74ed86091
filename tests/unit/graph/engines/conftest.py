"""A limiter in virtual time; its days are counted in a real catalog."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from graph.engines.requests.limits import Rate
from graph.engines.requests.rate_limit import AdaptiveRateLimiter
from graph.storage.catalog import SqliteCatalog
from tests.unit.graph.engines.requests.virtual_time import Make, Time


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[SqliteCatalog]:
    made = SqliteCatalog(tmp_path / "catalog.sqlite3")
    yield made
    made.close()


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def make(catalog: SqliteCatalog, time: Time) -> Make:
    def limiter(
        rate: Rate = Rate(),  # noqa: B008 - it is frozen
        *,
        account: str = "me",
        max_concurrency: int = 8,
        first_concurrency: int | None = None,
    ) -> AdaptiveRateLimiter:
        return AdaptiveRateLimiter(
            lambda model: rate, catalog, account, max_concurrency=max_concurrency, first_concurrency=first_concurrency,
            clock=lambda: time.now, now=lambda: time.now, sleep=time.sleep,
        )  # fmt: skip

    return limiter
