"""The report of an ingestion: one entry for each source, and the reply to files that came without a question."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from graph.engines.requests.limits import next_day
from graph.ingestion.sources import Found, LinkError
from graph.ingestion.state import (
    DocumentReport,
    DocumentStatus,
    DuplicateFile,
    PageFailure,
    PendingDocument,
    Report,
    SkippedFile,
    Unfinished,
)
from graph.storage.rows import DONE, PageRow
from graph.storage.summaries import ledger_counts, no_pages
from graph.types import counted
from loaders.errors import PasswordError, SkippedError, SourceError
from loaders.types import PASSING

_MAX_SKIPPED = 20
"""Skipped files that are listed one by one: a folder may hold thousands."""

RETRY_AFTER_S = 300
"""Seconds after which a service that was out of order is to be tried again; the retries of a run take about as long."""


def document_report(document: PendingDocument, rows: Sequence[PageRow], chunks: int) -> DocumentReport:
    """Return the report of a document that was opened.

    Args:
        document: The document, as it came out of the run.
        rows: The ledger of all its pages.
        chunks: The number of its published chunks.
    """
    counts = ledger_counts(rows)
    failures = [
        PageFailure(page=row.page, reason=row.reason, detail=row.detail) for row in rows if row.status not in DONE
    ]
    had_work = document["pages"] or "generation" in document
    status: DocumentStatus = "complete" if had_work else "unchanged"
    if problem := document.get("not_indexed"):
        failures.append(problem)
    if counts["failed"] or counts["pending"] or problem:
        status = "failed" if counts["failed"] == len(rows) else "partial"
    report = DocumentReport(
        id=document["id"],
        name=document["name"],
        source=document["source"],
        status=status,
        pages=len(rows),
        ledger=counts,
        failures=failures,
        chunks=chunks,
    )
    if older := sum(row.is_of_older_reader for row in rows):
        report["older_pages"] = older
    return report


def rejected_report(found: Found, error: SourceError) -> DocumentReport:
    """Return the report of a file that could not be opened."""
    reason = "password" if isinstance(error, PasswordError) else "unusable"
    return failed_report(None, found.name, found.source, reason, str(error))


def skipped_file(found: Found, error: SkippedError) -> SkippedFile:
    """Return the entry of a file that is left out."""
    return SkippedFile(name=found.name, source=found.source, detail=str(error))


def duplicate_file(found: Found, first: PendingDocument) -> DuplicateFile:
    """Return the entry of a file with the bytes of one that came before it."""
    return DuplicateFile(name=found.name, source=found.source, id=first["id"], of=first["source"])


def add_link(
    found: Found,
    link: LinkError,
    documents: Iterable[PendingDocument],
    duplicates: list[DuplicateFile],
    skipped: list[SkippedFile],
) -> str | None:
    """Add a link to a file that was given too to the duplicates, or to the skipped if that file is not read.

    Returns:
        The id of the document that the link is another name of, or None.
    """
    given = {one["source"]: (one["id"], one["source"]) for one in documents}
    given |= {one["source"]: (one["id"], one["of"]) for one in duplicates}
    if first := given.get(str(link)):
        duplicates.append(DuplicateFile(name=found.name, source=found.source, id=first[0], of=first[1]))
        return first[0]
    skipped.append(SkippedFile(name=found.name, source=found.source, detail=f"It is the same file as {str(link)!r}."))
    return None


def failed_report(identity: str | None, name: str, source: str, reason: str, detail: str) -> DocumentReport:
    """Return the report of a source of which no page was read.

    Args:
        identity: The document's id, if it is known.
        name: The file's name.
        source: What the user gave.
        reason: A short code, such as "unusable".
        detail: One sentence for the user.
    """
    return DocumentReport(
        id=identity,
        name=name,
        source=source,
        status="failed",
        pages=0,
        ledger=no_pages(),
        failures=[PageFailure(page=None, reason=reason, detail=detail)],
        chunks=0,
    )


def unfinished_pages(reports: Sequence[DocumentReport]) -> Unfinished | None:
    """Count the pages that are still due, and say why and when to go on; None if there are none.

    Where the day's requests are spent that is the next day of the service, else a few minutes from now.
    """
    due = sum(report["ledger"]["pending"] for report in reports)
    reasons = Counter(
        failure["reason"]
        for report in reports
        for failure in report["failures"]
        if failure["reason"] in PASSING and (report["ledger"]["pending"] or not failure["page"])
    )
    if not due and not reasons:
        return None
    reason = "quota_day" if reasons["quota_day"] else reasons.most_common(1)[0][0] if reasons else "unfinished"
    soon = datetime.now().astimezone() + timedelta(seconds=RETRY_AFTER_S)
    continue_at = next_day(time.time()) if reason == "quota_day" else soon
    return Unfinished(pages=due, reason=reason, continue_at=continue_at.isoformat(timespec="minutes"))


def acknowledgement(report: Report | None) -> str:
    """Return the reply to a message that brought files and no question: one paragraph a file, then an invitation."""
    lines = []
    for document in report["documents"] if report else ():
        problem = " ".join(failure["detail"] for failure in document["failures"] if failure["page"] is None)
        lines.append(f"{document['name']}: {pages_in_words(document)}. {problem}".strip())
    rest = [*other_files(report), *still_due(report)] if report else []
    return "\n\n".join([*lines, *rest, "What do you want to know?"])


def pages_in_words(document: DocumentReport) -> str:
    """Return how many pages a document has, by status: "2 pages (1 read, 1 failed)", or "not read"."""
    counts = ", ".join(f"{count} {status}" for status, count in document["ledger"].items() if count)
    return f"{counted(document['pages'], 'page')} ({counts})" if counts else "not read"


def other_files(report: Report) -> list[str]:
    """Return a sentence for each file that was given and is no document of its own: duplicates and skipped ones."""
    names = {document["source"]: document["name"] for document in report["documents"]}
    said = [
        f"{one['name']}: the same document as {names.get(one['of'], one['of'])}, found by both names."
        for one in report.get("duplicates", ())
    ]
    skipped = [f"{one['name']}: skipped. {one['detail']}" for one in report.get("skipped", ())]
    if rest := skipped[_MAX_SKIPPED:]:
        skipped = [*skipped[:_MAX_SKIPPED], f"{counted(len(rest), 'more file')} skipped."]
    return said + skipped


def still_due(report: Report) -> list[str]:
    """Return a sentence about pages that are left for the next run because a service failed; [] if there are none."""
    due = report["unfinished"]
    if not due or not due["pages"]:
        return []
    one = due["pages"] == 1
    return [f"{counted(due['pages'], 'page')} {'is' if one else 'are'} not read yet: give the same files again later."]
