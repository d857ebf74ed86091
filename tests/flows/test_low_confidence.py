"""The low confidence of a page's print: an answer that cites the page says it, whatever reader the page came to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from graph import dependencies
from graph.access import Scope
from graph.app import app
from graph.engines.base import PageReading
from graph.ingestion.page_reading import _read_row
from graph.storage.rows import PageStatus
from loaders.ocr.legibility import POORLY_READ
from loaders.types import Block, Failure
from tests.conftest import MakePdf

POORLY = POORLY_READ.format(score=0.71)


@pytest.mark.parametrize("status", ["read", "fallback"])
def test_an_answer_from_print_that_was_hardly_read_says_so(home: Any, make_pdf: MakePdf, status: PageStatus) -> None:
    app.invoke({"sources": [str(make_pdf("slip.pdf", "The winch cable holds a load of 1,200 kilograms."))]})
    catalog = dependencies.stores(Scope.everything()).catalog
    (row,) = catalog.pages(catalog.documents()[0].id)
    refused = Failure("blocked", "The model refused the page.") if status == "fallback" else None
    reading = PageReading(1, (Block("text", "x"),), (), "ocr", fallback=refused, detail=POORLY)
    ledger = _read_row(row, reading, row.transcript)
    assert (ledger.status, POORLY in ledger.detail) == (status, True)
    catalog.record_page(ledger)
    answer = app.invoke({"question": "What load does the winch cable hold?"})
    assert "1,200" in answer["answer"]
    assert any(POORLY in note["text"] for note in answer["notes"])

    catalog.record_page(replace(ledger, detail="The model refused the page." if refused else ""))
    answer = app.invoke({"question": "What load does the winch cable hold?"})
    assert not any("confidence" in note["text"] for note in answer["notes"])
