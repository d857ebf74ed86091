"""The report of an ingestion: the status of each document, what is unfinished, and the reply to attached files."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, cast

import pytest

from graph.ingestion.report import acknowledgement, document_report, failed_report, rejected_report, unfinished_pages
from graph.ingestion.sources import Found
from graph.ingestion.state import DuplicateFile, PendingDocument, Report, SkippedFile, Unfinished
from graph.storage.rows import PageRow, PageStatus
from graph.types import no_usage
from loaders.errors import PasswordError, SourceError
from tests.unit.graph.ingestion.conftest import DOCUMENT, NAME


def pending(*pages: int, **more: Any) -> PendingDocument:
    made: Any = {"id": DOCUMENT, "name": NAME, "source": "/papers/a.pdf", "path": "", "pages": list(pages), **more}
    return cast(PendingDocument, made)


def ledger(*statuses: PageStatus, reason: str = "") -> list[PageRow]:
    return [PageRow(DOCUMENT, at + 1, status, reason=reason) for at, status in enumerate(statuses)]


@pytest.mark.parametrize(
    ("document", "rows", "status"),
    [
        (pending(1, 2), ledger("read", "blank"), "complete"),
        (pending(), ledger("read", "read"), "unchanged"),
        (pending(generation="g"), ledger("read", "read"), "complete"),
        (pending(1, 2), ledger("read", "failed"), "partial"),
        (pending(1, 2), ledger("failed", "failed"), "failed"),
        (pending(1, 2), ledger("failed", "pending"), "partial"),
        (pending(), ledger("read", "failed"), "partial"),
    ],
)
def test_the_status_of_a_document(document: PendingDocument, rows: list[PageRow], status: str) -> None:
    assert document_report(document, rows, 3)["status"] == status


def test_pages_that_are_not_read_are_listed_with_their_reasons() -> None:
    rows = [PageRow(DOCUMENT, 1, "read"), PageRow(DOCUMENT, 2, "failed", reason="timeout", detail="It took too long.")]
    report = document_report(pending(1, 2), rows, 3)
    assert report["failures"] == [{"page": 2, "reason": "timeout", "detail": "It took too long."}]
    assert (report["pages"], report["chunks"], report["ledger"]["read"]) == (2, 3, 1)


@pytest.mark.parametrize(
    ("error", "reason"), [(PasswordError("It is locked."), "password"), (SourceError("It is broken."), "unusable")]
)
def test_a_file_that_cannot_be_opened_is_reported(error: SourceError, reason: str) -> None:
    report = rejected_report(Found(Path("/papers/a.pdf"), "/papers/a.pdf", error, "a.pdf"), error)
    assert (report["id"], report["name"], report["status"], report["pages"]) == (None, NAME, "failed", 0)
    assert report["failures"] == [{"page": None, "reason": reason, "detail": str(error)}]


def test_pages_left_for_another_day_are_counted_over_all_documents() -> None:
    waiting = document_report(pending(1, 2), ledger("pending", "pending", reason="quota_day"), 0)
    failed = document_report(pending(1), ledger("failed", reason="timeout"), 0)
    found = unfinished_pages([waiting, failed, waiting])
    assert found
    assert (found["pages"], found["reason"]) == (4, "quota_day")
    assert datetime.fromisoformat(found["continue_at"]) > datetime.now().astimezone()
    assert unfinished_pages([failed]) is None


def test_the_reply_to_attached_files_names_each_with_its_pages() -> None:
    read = document_report(pending(1, 2), ledger("read", "failed"), 3)
    one = document_report(pending(1), ledger("read"), 1)
    locked = failed_report(None, "b.pdf", "b.pdf", "password", "It is locked.")
    report = Report(
        documents=[read, one, locked],
        duplicates=[DuplicateFile(name="copy.pdf", source="/papers/copy.pdf", id=DOCUMENT, of="/papers/a.pdf")],
        skipped=[SkippedFile(name="c.exe", source="/papers/c.exe", detail="It is a program.")],
        unfinished=Unfinished(pages=1, reason="overloaded", continue_at="2026-05-01T10:00"),
        usage=no_usage(),
        seconds=1.0,
    )
    assert acknowledgement(report).split("\n\n") == [
        "a.pdf: 2 pages (1 read, 1 failed).", "a.pdf: 1 page (1 read).", "b.pdf: not read. It is locked.",
        "copy.pdf: the same document as a.pdf, found by both names.", "c.exe: skipped. It is a program.",
        "1 page is not read yet: give the same files again later.", "What do you want to know?",
    ]  # fmt: skip
