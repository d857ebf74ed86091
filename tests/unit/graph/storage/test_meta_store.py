"""The contract of single values, for every implementation in `conftest.py`."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial

from graph.storage.base import Catalog


def test_a_value_is_replaced_by_the_last_one_set(catalog: Catalog) -> None:
    assert catalog.get_meta("embedder") is None
    catalog.set_meta("embedder", "one")
    catalog.set_meta("embedder", "two")
    assert catalog.get_meta("embedder") == "two"


def test_a_value_that_is_kept_stays_the_first_ones(catalog: Catalog) -> None:
    with ThreadPoolExecutor(8) as threads:
        kept = set(threads.map(partial(catalog.keep_meta, "catalog"), map(str, range(16))))
    assert kept == {catalog.get_meta("catalog")}
