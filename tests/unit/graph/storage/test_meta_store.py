"""The contract of single values, for every implementation in `conftest.py`."""

from __future__ import annotations

from graph.storage.base import Catalog


def test_a_value_is_replaced_by_the_last_one_set(catalog: Catalog) -> None:
    assert catalog.get_meta("embedder") is None
    catalog.set_meta("embedder", "one")
    catalog.set_meta("embedder", "two")
    assert catalog.get_meta("embedder") == "two"
