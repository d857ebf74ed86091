"""Reading of a batch: what goes into the ledger, and which transcripts of earlier runs are taken over."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest

from graph import dependencies
from graph.access import Scope
from graph.context import Context
from graph.engines.base import PageReading, PageRequest
from graph.engines.requests.usage import PageCost
from graph.ingestion import access
from graph.ingestion.leases import BatchLeases
from graph.ingestion.page_reading import BatchReader, UnreadPage
from graph.storage.base import Catalog
from graph.storage.rows import PageRow, layer_key
from graph.types import Usage
from loaders.errors import SourceError
from loaders.pages.jobs import render
from loaders.types import Block, Failure, PageImage, PageJob
from tests.conftest import MakePdf
from tests.object_store import failing_store
from tests.unit.graph.ingestion.conftest import DOCUMENT, NAME, document_row, in_run

T = TypeVar("T")
TEXT = "A day ticket to the island costs 14 euros, boat included."
KEY = "batch"
BROKEN = Failure("garbled", "The reply is not the page's text.")
TOMORROW = Failure("quota_day", "The day's requests are spent.")


@pytest.fixture
def catalog() -> Catalog:
    opened = dependencies.stores(Scope.everything()).catalog
    opened.add_document(document_row(pages=3))
    opened.lease_pages(DOCUMENT, [1, 2], BatchLeases(opened, DOCUMENT, KEY).owner, 600)
    return opened


@pytest.fixture
def batch(make_pdf: MakePdf) -> dict[str, Any]:
    path = str(make_pdf(NAME, TEXT, "", TEXT))
    return {"id": DOCUMENT, "name": NAME, "path": path, "total": 3, "pages": [1, 2], "text_only": False, "key": KEY}


def use(batch: dict[str, Any], act: Callable[[BatchReader], T], **settings: Any) -> T:
    """Call a function with the batch's reader in an offline run with these settings."""

    async def call() -> T:
        return act(BatchReader(await dependencies.current(), batch))  # type: ignore[arg-type]

    result: T = in_run(call, Context(engine="offline", **settings))
    return result


def _image(page: int) -> PageImage:
    return PageImage(page, b"", 1, 1, "", (), 0.1, legible=True)


def reading(text: str = TEXT, **more: Any) -> PageReading:
    return PageReading(1, (Block("text", text),) if text else (), (), "offline", **more)


def record(batch: dict[str, Any], row: PageRow, outcome: PageReading | Failure, **settings: Any) -> PageRow:
    cost = PageCost(attempts=1, seconds=0.5, usage=Usage(requests=1, input_tokens=9, output_tokens=3))
    return use(batch, lambda reader: reader.record(row, outcome, cost), **settings)


@pytest.mark.parametrize("text_only", [False, True])
def test_a_page_is_known_while_another_of_its_batch_is_still_read(
    batch: dict[str, Any], tmp_path: Path, text_only: bool
) -> None:
    os.mkfifo(pipe := tmp_path / "waits.pdf")  # who opens it waits until it is opened for writing too
    jobs = [PageJob(batch["path"], 1), PageJob(str(pipe), 2)]
    pages = [UnreadPage(PageRow(DOCUMENT, job.page), PageRequest(job, _image(job.page))) for job in jobs]

    async def read() -> dict[int, PageReading | Failure]:
        reader, known = BatchReader(await dependencies.current(), batch), dict[int, PageReading | Failure]()  # type: ignore[arg-type]
        async with asyncio.timeout(60):  # a batch that is read as a whole would wait for ever
            async for row, outcome in reader.readings(pages):
                known[row.page] = outcome
                if row.page == 1:
                    opened.append(os.open(pipe, os.O_RDWR))
                    os.write(opened[0], b"not a PDF" * 1_000)
        return known

    batch["text_only"], opened = text_only, list[int]()
    first, second = in_run(read, Context(engine="offline")).values()
    os.close(*opened)
    assert isinstance(first, PageReading)
    assert isinstance(second, Failure)


@pytest.mark.parametrize(
    ("outcome", "status", "reason"),
    [
        (reading(), "read", ""),
        (reading(""), "blank", ""),
        (reading(fallback=BROKEN), "fallback", "garbled"),
        (BROKEN, "failed", "garbled"),
        (TOMORROW, "pending", "quota_day"),
    ],
    ids=["text", "nothing", "fallback", "failure", "quota"],
)
def test_a_page_is_recorded(
    batch: dict[str, Any], catalog: Catalog, outcome: PageReading | Failure, status: str, reason: str
) -> None:
    before = PageRow(DOCUMENT, 1, attempts=1, requests=2)
    catalog.record_page(before)
    row = record(batch, before, outcome)
    assert (row.status, row.reason, row.attempts, row.requests, row.input_tokens) == (status, reason, 2, 3, 9)
    assert catalog.pages(DOCUMENT, [1]) == [row]
    assert bool(catalog.transcript(row.transcript)) == isinstance(outcome, PageReading)


def test_a_reading_after_the_lease_was_lost_adds_only_its_costs(batch: dict[str, Any], catalog: Catalog) -> None:
    catalog.release_leases(BatchLeases(catalog, DOCUMENT, KEY).owner)
    assert catalog.lease_pages(DOCUMENT, [1], "another", 600) == [1]
    before = catalog.pages(DOCUMENT, [1])[0]
    row = record(batch, before, reading())
    spent = replace(before, attempts=1, requests=1, input_tokens=9, output_tokens=3, seconds=0.5)
    assert catalog.pages(DOCUMENT, [1]) == [spent]
    assert catalog.transcript(row.transcript) is None


def test_a_page_that_is_read_again_without_success_keeps_what_was_read(batch: dict[str, Any], catalog: Catalog) -> None:
    before = record(batch, PageRow(DOCUMENT, 1), reading())
    for outcome in (BROKEN, reading("Other text.", fallback=BROKEN)):
        row = record(batch, before, outcome, reread=True)
        assert (row.status, row.transcript, row.attempts) == ("read", before.transcript, 2)
    assert record(batch, before, reading("Other text."), reread=True).transcript != before.transcript


@pytest.mark.parametrize(
    ("outcome", "settings", "reused"),
    [
        (reading(), {}, [1]),
        (reading(), {"dpi": 99}, []),
        (reading(), {"reread": True}, []),
        (reading(fallback=BROKEN), {}, []),
    ],
    ids=["the same settings", "another resolution", "reading again", "only a fallback"],
)
def test_a_transcript_of_an_earlier_run_is_taken_over(
    batch: dict[str, Any], catalog: Catalog, outcome: PageReading, settings: dict[str, Any], reused: list[int]
) -> None:
    row = record(batch, PageRow(DOCUMENT, 1, image="rendered"), outcome)
    catalog.record_page(replace(row, status="pending", transcript="", attempts=0))
    divided = use(batch, lambda reader: reader.split(), **settings)
    assert [row.page for row in divided.reused] == reused
    assert [page.row.page for page in divided.unread] == [page for page in (1,) if page not in reused]
    assert divided.lost == [2], "it was not rendered"


def test_rendered_pages_are_stored_with_their_text_layers(batch: dict[str, Any], catalog: Catalog) -> None:
    images = [render(job) for job in use(batch, lambda reader: reader.jobs())]
    use(batch, lambda reader: reader.store_images([images[0], BROKEN]))
    first, second = catalog.pages(DOCUMENT, [1, 2])
    assert (first.status, second.status, second.attempts) == ("pending", "failed", 1)
    assert dependencies.home_stores().images.get(first.image).startswith(b"\x89PNG")
    assert isinstance(images[0], PageImage)
    elsewhere = replace(images[0], png=b"", stored="key")
    use(batch, lambda reader: reader.store_images([elsewhere, BROKEN]))
    assert catalog.pages(DOCUMENT, [1])[0].image == "key", "another machine has stored the image"
    use(batch, lambda reader: reader.store_images([images[0], BROKEN]))
    failed: list[Any] = [{"document": DOCUMENT, "page": 2, "status": "failed"}]
    _, (page,), lost, _ = use({**batch, "outcomes": failed}, lambda reader: reader.split())
    assert not lost
    given = page.request.image
    assert (given.png, given.text, given.words) == (b"", "", ()), "the file is read again"
    layer = catalog.transcript(layer_key(DOCUMENT, 1))
    assert layer is not None
    assert (layer.blocks[0].text, len(layer.words)) == (images[0].text, len(TEXT.split()))


def test_a_batch_is_left_for_another_day_without_being_rendered(batch: dict[str, Any], catalog: Catalog) -> None:
    outcomes = use(batch, lambda reader: reader.postpone(TOMORROW))
    assert [(one["page"], one["status"]) for one in outcomes] == [(1, "pending"), (2, "pending")]
    rows = catalog.pages(DOCUMENT)
    assert [(row.status, row.reason) for row in rows] == [("pending", "quota_day")] * 2 + [("pending", "")]


def test_pages_are_left_to_the_next_run_where_the_store_does_not_give_their_file(
    batch: dict[str, Any], catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("obstore", reason="the extra `team` is not installed")
    catalog.record_page(PageRow(DOCUMENT, 1, image="rendered"))
    catalog.record_page(PageRow(DOCUMENT, 2, image="rendered"))
    there = {**batch, "path": f"/elsewhere/uploads/{DOCUMENT}/{NAME}"}
    with failing_store("refused", monkeypatch) as url:
        monkeypatch.setenv("PAGEWITNESS_FILES_URL", url)
        divided = use(there, lambda reader: reader.split())
        with pytest.raises(SourceError, match=r"'0{16}' is not the file of this document"):
            use({**there, "id": "0" * 16}, lambda _: access.check_document("0" * 16))
    assert (divided.unread, divided.lost) == ([], [])
    assert [(one["page"], one["status"]) for one in divided.postponed] == [(1, "pending"), (2, "pending")]
    assert {(row.status, row.reason) for row in catalog.pages(DOCUMENT, [1, 2])} == {("pending", "files")}
