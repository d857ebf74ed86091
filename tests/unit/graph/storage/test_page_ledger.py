"""The contract of the page ledger, for every implementation in `conftest.py`."""

from __future__ import annotations

from graph.storage.base import Catalog
from graph.storage.rows import PageRow
from tests.unit.graph.storage.rows import document


def test_a_page_of_an_unknown_document_is_not_recorded(catalog: Catalog) -> None:
    catalog.record_page(PageRow("gone", 1, status="read"))
    assert catalog.pages("gone") == []


def test_failed_pages_are_listed_by_document(catalog: Catalog) -> None:
    for name in ("a", "b"):
        catalog.add_document(document(name, pages=3))
        for page in (3, 1):
            catalog.record_page(PageRow(name, page, status="failed", reason="unreadable", image=f"{name}{page}"))
    catalog.record_page(PageRow("b", 1, status="read", image="shared"))
    assert catalog.failed_pages() == {"a": [1, 3], "b": [3]}
    assert catalog.failed_pages(["b"]) == {"b": [3]}
    assert [row.page for row in catalog.pages("a", [3, 2])] == [2, 3]
    assert catalog.images() == {"a1", "a3", "b3", "shared"}
