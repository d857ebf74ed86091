"""The contract of transcripts, for every implementation in `conftest.py`."""

from __future__ import annotations

from graph.storage.base import Catalog
from graph.storage.rows import PageRow, Transcript
from loaders.types import Block, Box, Word
from tests.unit.graph.storage.rows import document


def test_a_transcript_comes_back_as_it_was_and_is_never_overwritten(catalog: Catalog) -> None:
    first = Transcript(
        "key",
        (Block("heading", "# Ærø “1”", 1), Block("table", "|a|b|", 0, Box(0.1, 0.2, 0.3, 0.4))),
        (Word("Ærø", Box(0.1, 0.2, 0.3, 0.4)), Word("7.5", Box(0.5, 0.2, 0.6, 0.4))),
    )
    catalog.add_transcript(first)
    catalog.add_transcript(Transcript("key", (Block("text", "other"),)))
    assert catalog.transcript("key") == first
    assert catalog.transcript("nothing") is None


def test_a_documents_transcripts_are_those_that_its_ledger_refers_to(catalog: Catalog) -> None:
    catalog.add_document(document("a", pages=3))
    for page in (1, 3):
        catalog.add_transcript(Transcript(f"t{page}", (Block("text", f"page {page}"),)))
        catalog.record_page(PageRow("a", page, status="read", transcript=f"t{page}"))
    assert {page: one.markdown for page, one in catalog.transcripts("a").items()} == {1: "page 1", 3: "page 3"}


def test_blocks_come_in_the_order_of_the_pages(catalog: Catalog) -> None:
    catalog.add_document(document("a", pages=3))
    for page in (3, 1):
        row = PageRow("a", page, status="read", transcript=f"t{page}")
        catalog.record_page(row, Transcript(f"t{page}", (Block("text", f"page {page}"),)))
    assert [(page, [block.text for block in blocks]) for page, blocks in catalog.blocks("a")] == [
        (1, ["page 1"]), (3, ["page 3"]),
    ]  # fmt: skip
