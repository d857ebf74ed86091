"""The contract of the page ledger, for every implementation in `conftest.py`."""

from __future__ import annotations

from graph.storage.base import Catalog
from graph.storage.rows import PageRow, Transcript
from loaders.types import Block
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


def test_what_a_page_cost_is_added_whoever_writes_it(catalog: Catalog) -> None:
    catalog.add_document(document("a", pages=1))
    for status in ("failed", "read"):
        row = PageRow("a", 1, status=status, attempts=1, requests=2, input_tokens=30, output_tokens=4, seconds=0.5)  # type: ignore[arg-type]
        assert catalog.record_page(row)
    (kept,) = catalog.pages("a")
    assert (kept.status, kept.attempts, kept.requests) == ("read", 2, 4)
    assert (kept.input_tokens, kept.output_tokens, kept.seconds) == (60, 8, 1.0)


def test_an_attempt_is_counted_when_it_is_sent(catalog: Catalog) -> None:
    catalog.add_document(document("a", pages=3))
    for pages in ([2, 3], [3]):
        catalog.count_attempt("a", pages)
    catalog.count_attempt("gone", [1])
    rows = [(row.page, row.status, row.attempts, row.requests) for row in catalog.pages("a")]
    assert rows == [(1, "pending", 0, 0), (2, "pending", 1, 1), (3, "pending", 2, 1)]


def test_a_page_is_leased_to_one(catalog: Catalog) -> None:
    catalog.add_document(document("a", pages=4))
    assert catalog.lease_pages("a", [1, 2, 3], "one", 60) == [1, 2, 3]
    assert catalog.lease_pages("a", [2, 3, 4], "two", 60) == [4]
    assert catalog.lease_pages("a", [1, 3, 4], "one", 60) == [1, 3]  # its own once more
    catalog.release_leases("one")
    assert catalog.lease_pages("a", [1, 2, 3], "two", 60) == [1, 2, 3]
    assert catalog.lease_pages("gone", [1], "one", 60) == []


def test_a_lease_that_is_not_renewed_is_another_ones(catalog: Catalog) -> None:
    catalog.add_document(document("a", pages=2))
    assert catalog.lease_pages("a", [1, 2], "one", -1) == [1, 2]
    assert catalog.lease_pages("a", [1], "two", 60) == [1]
    catalog.renew_leases("one", 60)  # page 1 stays lost
    assert catalog.lease_pages("a", [1, 2], "two", 60) == [1]
    assert catalog.lease_pages("a", [1, 2], "one", 60) == [2]
    catalog.forget_leases()
    assert catalog.lease_pages("a", [1, 2], "three", 60) == [1, 2]


def test_only_who_holds_the_lease_writes(catalog: Catalog) -> None:
    catalog.add_document(document("a", pages=1))
    catalog.lease_pages("a", [1], "one", -1)
    catalog.lease_pages("a", [1], "two", 60)
    late = Transcript("a:1:late", (Block("text", "Late."),), ())
    row = PageRow("a", 1, status="read", transcript=late.key, input_tokens=30, seconds=0.5)
    assert not catalog.record_page(row, late, owner="one")
    assert catalog.transcript(late.key) is None
    (kept,) = catalog.pages("a")
    assert (kept.status, kept.transcript) == ("pending", "")
    assert (kept.input_tokens, kept.seconds) == (30, 0.5)  # it was paid
    assert catalog.record_page(PageRow("a", 1, status="read"), owner="two")
