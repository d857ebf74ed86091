"""A limiter in virtual time; its days are counted in a real catalog."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from graph.engines.requests.rate_limit import Limits, Rate
from graph.storage.catalog import SqliteCatalog
from tests.unit.graph.engines.requests.limits_bench import Make, Time


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
    def limits(rate: Rate = Rate(), *, account: str = "me", most: int = 8, first: int | None = None) -> Limits:  # noqa: B008 - it is frozen
        return Limits(
            lambda model: rate, catalog, account, most=most, first=first,
            clock=lambda: time.now, now=lambda: time.now, sleep=time.sleep,
        )  # fmt: skip

    return limits
