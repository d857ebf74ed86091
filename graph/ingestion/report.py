"""What an ingestion says of each document at its end."""

from __future__ import annotations

import time
from collections.abc import Sequence

from graph.engines.requests.rate_limit import next_day
from graph.ingestion.sources import Found
from graph.ingestion.state import DocumentReport, DocumentStatus, PageFailure, Unfinished, Work
from graph.storage.base import DONE, PageRow
from graph.storage.summaries import LedgerCounts, ledger_counts
from loaders.errors import PasswordError, SourceError


def report(item: Work, rows: Sequence[PageRow], chunks: int) -> DocumentReport:
    """What became of a document."""
    counts = ledger_counts(rows)
    failures = [
        PageFailure(page=row.page, reason=row.reason, detail=row.detail) for row in rows if row.status not in DONE
    ]
    bad, new = counts["failed"], item["pages"] or "generation" in item
    return DocumentReport(
        id=item["id"],
        name=item["name"],
        source=item["source"],
        status=_status(rows) if bad else "complete" if new else "unchanged",
        pages=len(rows),
        ledger=counts,
        failures=failures,
        chunks=chunks,
    )


def _status(rows: Sequence[PageRow]) -> DocumentStatus:
    """Of a document with a hole: failed where nothing is left to be read, and nothing was."""
    return "failed" if all(row.status == "failed" for row in rows) else "partial"


def unfinished(reports: Sequence[DocumentReport]) -> Unfinished | None:
    """How many pages wait for another day, and when that is."""
    waiting = [failure for report in reports for failure in report["failures"] if failure["reason"] == "quota_day"]
    if not waiting:
        return None
    continue_at = next_day(time.time()).isoformat(timespec="minutes")
    return Unfinished(pages=len(waiting), reason="quota_day", continue_at=continue_at)


def unusable(found: Found, error: SourceError) -> DocumentReport:
    """A file that could not be opened."""
    reason = "password" if isinstance(error, PasswordError) else "unusable"
    return without_pages(None, found.path.name, found.source, reason, str(error))


def without_pages(identity: str | None, name: str, source: str, reason: str, detail: str) -> DocumentReport:
    """A source of which no page was read."""
    return DocumentReport(
        id=identity,
        name=name,
        source=source,
        status="failed",
        pages=0,
        ledger=LedgerCounts(read=0, fallback=0, blank=0, failed=0),
        failures=[PageFailure(page=None, reason=reason, detail=detail)],
        chunks=0,
    )


def acknowledgement(documents: Sequence[DocumentReport]) -> str:
    """What became of files that came without a question."""
    lines = []
    for document in documents:
        counts = ", ".join(f"{count} {status}" for status, count in document["ledger"].items() if count)
        problem = " ".join(failure["detail"] for failure in document["failures"] if failure["page"] is None)
        pages = f"{document['pages']} page{'' if document['pages'] == 1 else 's'} ({counts})" if counts else "not read"
        lines.append(f"{document['name']}: {pages}. {problem}".strip())
    return "\n\n".join([*lines, "What do you want to know?"])
