"""A model service that is out of order: pages stay due and readable, and the next run reads them, none paid twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from graph import dependencies
from graph.access import Scope
from graph.cli import main
from graph.engines.llm import factory, page_reader
from graph.engines.requests.retry import RetryPolicy
from graph.storage import summaries
from graph.storage.rows import PageRow
from tests.conftest import MakePdf
from tests.wire.conftest import SAMPLE
from tests.wire.gemini_server import Fault, GeminiServer, Reply
from tests.wire.scripted_replies import Model, pages_asked

LAYER = "The keeper of the light wrote down the wind and the weather of day {} in the blue book by the door."


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two tries a request, and short waits between them."""
    short = partial(factory.build_client, retry_policy=RetryPolicy(max_attempts=2, first_wait_s=0.01))
    monkeypatch.setattr(factory, "build_client", short)
    dependencies._engine_and_embedder.cache_clear()
    yield
    dependencies._engine_and_embedder.cache_clear()


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    code = main.main([*arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


def rows() -> list[PageRow]:
    catalog = dependencies.stores(Scope.everything()).catalog
    return catalog.pages(catalog.documents()[0].id)


def texts() -> dict[int, str]:
    catalog = dependencies.stores(Scope.everything()).catalog
    return {page: one.markdown for page, one in catalog.transcripts(catalog.documents()[0].id).items()}


@pytest.mark.usefixtures("hurried")
def test_pages_that_a_service_out_of_order_did_not_read_are_due_and_the_next_run_reads_them(
    model: Model, gemini: GeminiServer, capsys: pytest.CaptureFixture[str]
) -> None:
    gemini.reply = lambda request: Fault(503)
    code, report = run(capsys, "ingest", str(SAMPLE))
    (document,) = report["documents"]
    assert (code, document["status"]) == (3, "partial")
    assert document["ledger"] == {"read": 0, "fallback": 0, "blank": 0, "failed": 0, "pending": 6}
    assert (report["unfinished"]["pages"], report["unfinished"]["reason"]) == (6, "overloaded")
    assert {(row.status, row.reason) for row in rows()} == {("pending", "overloaded")}
    assert {"overloaded"} == {failure["reason"] for failure in document["failures"]}
    assert sorted(texts()) == [1, 2, 3, 4, 6], "all but the scan are readable meanwhile, from the file"
    assert "2,914 weather" in texts()[1]
    (listed,) = summaries.documents(dependencies.stores(Scope.everything()).catalog)
    assert (listed["status"], listed["ledger"]["pending"]) == ("partial", 6)

    gemini.requests.clear()
    gemini.reply = model
    code, report = run(capsys, "ingest", str(SAMPLE))
    assert (code, report["documents"][0]["status"], report["unfinished"]) == (0, "complete", None)
    assert sorted(page for request in gemini.chats for page in pages_asked(request)) == [1, 2, 3, 4, 5, 6]
    assert {(row.status, row.reason, row.model) for row in rows()} == {("read", "", "gemini-3.5-flash-lite")}
    assert "amberwick" in texts()[1]
    gemini.requests.clear()
    assert run(capsys, "ingest", str(SAMPLE))[1]["documents"][0]["status"] == "unchanged"
    assert gemini.requests == []


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault(503), "overloaded"),
        (Fault(429, quota="PerMinute", retry_delay="0.01s"), "quota_minute"),
        (Fault(stall=30), "timeout"),
        (Fault(reset=True), "network"),
    ],
    ids=["busy", "quota of the minute", "timeout", "network"],
)
def test_a_passing_trouble_leaves_a_page_due_and_readable(
    model: Model,
    gemini: GeminiServer,
    make_pdf: MakePdf,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    fault: Fault,
    reason: str,
) -> None:
    path = make_pdf("note.pdf", LAYER.format(1))
    gemini.reply = lambda request: fault
    with monkeypatch.context() as patch:
        if fault.stall:  # a busy machine would not keep such a time with the others, nor when the service is well
            patch.setattr(page_reader, "READING_TIMEOUT_S", 0.3)
            patch.setattr(page_reader, "READING_TIMEOUT_PER_PAGE_S", 0.0)
        code, report = run(capsys, "ingest", str(path))
    assert (code, report["documents"][0]["status"]) == (3, "partial")
    assert [(row.status, row.reason) for row in rows()] == [("pending", reason)]
    assert "the blue book" in texts()[1]
    gemini.reply = model
    model.pages = lambda number: "What the model read."
    code, report = run(capsys, "ingest", str(path))
    assert (code, report["documents"][0]["status"]) == (0, "complete")
    assert [(row.status, row.reason, row.detail) for row in rows()] == [("read", "", "")]
    assert texts()[1] == "What the model read."


@pytest.mark.usefixtures("hurried")
def test_what_was_read_before_the_service_failed_is_not_paid_twice(
    model: Model, gemini: GeminiServer, make_pdf: MakePdf, capsys: pytest.CaptureFixture[str]
) -> None:
    path = make_pdf("book.pdf", *(LAYER.format(number) for number in range(1, 9)))
    model.pages = LAYER.format
    model.unread = {6: Fault(503)}
    code, report = run(capsys, "ingest", str(path))
    assert (code, report["documents"][0]["ledger"]["read"], report["unfinished"]["pages"]) == (3, 4, 4)
    model.unread = {}
    gemini.requests.clear()
    assert run(capsys, "ingest", str(path))[0] == 0
    assert [pages_asked(request) for request in gemini.chats] == [[5, 6, 7, 8]]


@pytest.mark.usefixtures("hurried")
def test_when_only_the_embeddings_fail_for_now_the_run_ends_with_3_and_the_next_one_indexes(
    model: Model, gemini: GeminiServer, make_pdf: MakePdf, capsys: pytest.CaptureFixture[str]
) -> None:
    path = make_pdf("note.pdf", LAYER.format(1))
    model.pages = LAYER.format
    gemini.fail_next(Fault(503), 20, on="embed")
    code, report = run(capsys, "ingest", str(path))
    (document,) = report["documents"]
    assert (code, document["status"], document["ledger"]["read"]) == (3, "partial", 1)
    assert document["failures"][0]["reason"] == "overloaded"
    assert "cannot be searched yet" in document["failures"][0]["detail"]
    (listed,) = summaries.documents(dependencies.stores(Scope.everything()).catalog)
    assert listed["status"] == "partial"
    gemini.script(*[None] * 20, on="embed")
    gemini._steps["embed"].clear()
    gemini.requests.clear()
    code, report = run(capsys, "ingest", str(path))
    assert (code, report["documents"][0]["status"]) == (0, "complete")
    assert gemini.chats == []


def test_a_page_with_text_that_the_model_calls_blank_is_read_from_the_file(
    model: Model, gemini: GeminiServer, make_pdf: MakePdf, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = make_pdf("note.pdf", LAYER.format(1))
    gemini.reply = lambda request: Reply('<page number="1"><chunk>[blank page]</chunk></page>')
    scan(path, tmp_path / "scan.pdf")
    assert run(capsys, "ingest", str(tmp_path / "scan.pdf"))[0] == 0
    (row,) = rows()
    assert (row.status, row.reason, row.model) == ("fallback", "empty", "ocr")
    assert "keeper of the light" in texts()[1]


def scan(source: Path, target: Path) -> None:
    """Write the pages of a PDF as images."""
    import pymupdf

    made: Any = pymupdf.open()
    with pymupdf.open(source) as document:  # type: ignore[no-untyped-call]
        for page in document:
            made.new_page(width=page.rect.width, height=page.rect.height).insert_image(
                page.rect, pixmap=page.get_pixmap(dpi=150)
            )
    made.save(str(target))
    made.close()
