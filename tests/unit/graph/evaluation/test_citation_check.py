"""The second check of citations: letters and numbers of a quote against everything stored of its page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from graph.evaluation.citation_check import is_on_page
from graph.storage.library import Library
from graph.storage.rows import DocumentRow, PageRow, Transcript, layer_key
from loaders.types import Block
from tests.libraries import open_catalog


@pytest.fixture
def catalog(tmp_path: Path) -> Library:
    """One document of two pages that were read, and the text layer of a third."""
    made = open_catalog(tmp_path / "catalog.sqlite3")
    made.add_document(DocumentRow("d1", "a.pdf", "a.pdf", "pdf", "", 3, 9))
    texts = {1: "| Ships | 47.3 |\n|---|---|\n| every level that we", 2: "have published since then."}
    for page, text in texts.items():
        made.record_page(
            PageRow("d1", page, "read", transcript=str(page)), Transcript(str(page), (Block("text", text),))
        )
    made.add_transcript(Transcript(layer_key("d1", 3), (Block("text", "Only in the layer."),)))
    return made


@pytest.mark.parametrize(
    ("quote", "pages", "document", "expected"),
    [
        ("Ships 47.3", [1], "d1", True),
        ("Ships 47.8", [1], "d1", False),
        ("Ships 47", [1], "d1", False),
        ("Ships 47.3", [2], "d1", False),
        ("Ships 47.3", [1], "d2", False),
        ("level that we have published", [1, 2], "d1", True),
        ("level that we have published", [1], "d1", False),
        ("level that they have published", [1, 2], "d1", False),
        ("only in the layer", [3], "d1", True),
        ("level that we have published", [2, 3], "d1", False),
        ("level that we have published", [1, 3], "d1", False),
        ("level that we have published", [1, 2, 3], "d1", False),
        ("…", [1], "d1", False),
    ],
)
def test_a_quote_is_found_on_its_own_pages_only(
    quote: str, pages: list[int], document: str, expected: bool, catalog: Library
) -> None:
    citation: Any = {"document": document, "page": pages[0], "pages": pages, "quote": quote}
    assert is_on_page(citation, catalog) is expected
