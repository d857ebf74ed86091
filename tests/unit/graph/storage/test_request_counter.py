"""The contract of the request counter, for every implementation in `conftest.py`."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from graph.storage.base import Catalog


def test_requests_are_counted_by_account_model_and_day(catalog: Catalog) -> None:
    for day in ("monday", "monday", "tuesday"):
        catalog.count_request("account", "model", day)
    assert catalog.requests_sent("account", "model", "monday") == 2
    assert catalog.requests_sent("account", "model", "tuesday") == 1
    assert catalog.requests_sent("account", "other", "monday") == 0
    assert catalog.requests_sent("other", "model", "monday") == 0


def test_threads_that_count_together_lose_no_request(catalog: Catalog) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: catalog.count_request("account", "model", "monday"), range(64)))
    assert catalog.requests_sent("account", "model", "monday") == 64
