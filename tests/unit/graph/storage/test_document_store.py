"""The contract of documents, for every implementation in `conftest.py`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from graph.storage.base import Catalog
from graph.storage.rows import DocumentRow, PageRow, Transcript, layer_key
from loaders.types import Block
from tests.unit.graph.storage.rows import chunk, clean_up, document, found, publish


def named(identity: str, name: str, source: str) -> DocumentRow:
    return replace(document(identity, source=source), name=name)


def test_a_new_document_has_a_pending_ledger_row_for_each_page(catalog: Catalog) -> None:
    catalog.add_document(document("a", pages=3))
    assert [(row.page, row.status) for row in catalog.pages("a")] == [(1, "pending"), (2, "pending"), (3, "pending")]


def test_adding_a_document_again_keeps_its_ledger_and_its_name_and_adds_the_new_one(catalog: Catalog) -> None:
    catalog.add_document(document("a"))
    done = PageRow("a", 1, status="read", attempts=1, engine="offline", transcript="t", ink=0.25, legible=True)
    catalog.record_page(done)
    catalog.add_document(replace(document("a"), name="copy.pdf", source="/papers/copy.pdf"))
    assert catalog.pages("a")[0] == done
    kept = catalog.document("a")
    assert kept is not None
    assert (kept.name, kept.source) == (document("a").name, document("a").source)
    assert kept.names == (document("a").name, "copy.pdf")
    assert len(catalog.documents()) == 1


def test_publishing_retires_other_documents_of_the_same_source(catalog: Catalog) -> None:
    publish(catalog, document("old", source="/papers/report.pdf"), chunk(0, "The old storm."))
    replaced = publish(catalog, document("new", source="/papers/report.pdf"), chunk(0, "The new storm."))
    assert replaced == ["old"]
    assert found(catalog, "storm") == ["The new storm."]
    assert publish(catalog, document("other"), chunk(0, "Another storm.")) == []


def test_the_same_path_of_another_machine_is_another_source(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(catalog, document("old", source="host-a:/papers/report.pdf"), chunk(0, "The old storm."))
    assert publish(catalog, document("new", source="host-b:/papers/report.pdf"), chunk(0, "The new storm.")) == []
    for path in ("host-a:/papers/report.pdf", "/papers/report.pdf"):
        assert "old" in {row.id for row in catalog.named([f"@{path}"])}
    monkeypatch.setenv("PAGEWITNESS_MACHINE", "host-b")
    assert publish(catalog, document("newer", source="/papers/report.pdf"), chunk(0, "The storm.")) == ["new"]
    assert {row.id: row.source for row in catalog.documents()} == {
        "old": "host-a:/papers/report.pdf", "newer": "/papers/report.pdf",
    }  # fmt: skip


def test_a_document_that_loses_one_of_its_sources_keeps_the_others(catalog: Catalog) -> None:
    publish(catalog, named("old", "a.pdf", "/a.pdf"), chunk(0, "The old storm."))
    catalog.add_document(named("old", "b.pdf", "/b.pdf"))
    assert publish(catalog, named("new", "a.pdf", "/a.pdf"), chunk(0, "The new storm.")) == []
    kept = catalog.document("old")
    assert kept is not None
    assert (kept.name, kept.source, kept.names) == ("b.pdf", "/b.pdf", ("b.pdf",))
    assert publish(catalog, named("newest", "b.pdf", "/b.pdf"), chunk(0, "The last storm.")) == ["old"]


def test_a_published_document_that_is_found_at_the_source_of_another_replaces_it(catalog: Catalog) -> None:
    publish(catalog, named("a", "a.pdf", "/a.pdf"), chunk(0, "The storm of a."))
    publish(catalog, named("b", "b.pdf", "/b.pdf"), chunk(0, "The storm of b."))
    catalog.add_document(named("b", "a.pdf", "/a.pdf"))
    assert [row.id for row in catalog.documents()] == ["b"]
    assert "a" in catalog.pending_cleanup()


def test_documents_of_one_name_have_different_labels(catalog: Catalog) -> None:
    for identity, source in (("1a", "/march/invoice.pdf"), ("2b", "/april/invoice.pdf"), ("3c", "/april/other.pdf")):
        publish(catalog, named(identity, source.rpartition("/")[2], source), chunk(0, "The storm."))
    labels = {row.id: row.label for row in catalog.documents()}
    assert labels == {"1a": "invoice.pdf (march/)", "2b": "invoice.pdf (april/)", "3c": "other.pdf"}
    ids = [catalog.chunk_ids(identity)[0] for identity in labels]
    assert [row.name for row in catalog.chunks(ids)] == list(labels.values())


def test_deleting_leaves_nothing_and_returns_the_images_that_no_other_page_uses(catalog: Catalog) -> None:
    for name in ("a", "b"):
        publish(catalog, document(name), chunk(0, f"The storm of {name}."))
        catalog.add_transcript(Transcript(f"t-{name}", (Block("text", name),)))
        catalog.add_transcript(Transcript(layer_key(name, 1), (Block("text", name),)))
        catalog.record_page(PageRow(name, 1, status="read", image=f"image-{name}", transcript=f"t-{name}"))
        catalog.record_page(PageRow(name, 2, status="read", image="shared", transcript="t-shared"))
    catalog.add_transcript(Transcript("t-shared", (Block("text", "shared"),)))
    assert catalog.delete_document("a") == ["image-a"]
    assert catalog.document("a") is None
    assert (catalog.pages("a"), catalog.chunk_ids("a")) == ([], [])
    assert found(catalog, "storm") == ["The storm of b."]
    assert (catalog.transcript("t-a"), catalog.transcript(layer_key("a", 1))) == (None, None)
    assert all(catalog.transcript(key) for key in ("t-b", "t-shared", layer_key("b", 1)))
    assert catalog.delete_document("b") == ["image-b", "shared"]
    assert catalog.delete_document("b") == []


def test_a_document_that_is_added_again_before_its_rows_are_deleted_keeps_them(catalog: Catalog) -> None:
    publish(catalog, document("a"), chunk(0, "The storm."))
    catalog.retire("a")
    publish(catalog, document("a", source="/again.pdf"), chunk(0, "The storm."))
    assert catalog.delete_document("a", retired=True) == []
    assert found(catalog, "storm") == ["The storm."]
    catalog.retire("a")
    catalog.delete_document("a", retired=True)
    assert catalog.document("a") is None


def test_documents_are_marked_for_clean_up_until_it_is_done(catalog: Catalog) -> None:
    publish(catalog, document("old", source="/papers/report.pdf"), chunk(0, "The old storm."))
    assert catalog.pending_cleanup() == []
    publish(catalog, document("new", source="/papers/report.pdf"), chunk(0, "The new storm."))
    assert catalog.pending_cleanup() == ["old"], "the new one has no vectors of former chunks"
    publish(catalog, document("new", source="/papers/report.pdf"), chunk(0, "The newest storm."))
    assert set(catalog.pending_cleanup()) == {"old", "new"}
    clean_up(catalog, "new")
    assert catalog.pending_cleanup() == ["old"]


def test_a_retired_document_is_hidden_and_marked(catalog: Catalog) -> None:
    publish(catalog, document("a"), chunk(0, "The storm."))
    clean_up(catalog, "a")
    catalog.retire("a")
    assert catalog.documents() == []
    assert found(catalog, "storm") == []
    assert catalog.pending_cleanup() == ["a"]
    row = catalog.document("a")
    assert row is not None
    assert (row.source, row.generation) == ("", "")
