"""Summaries of documents and their page ledgers, as JSON values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from typing_extensions import TypedDict

from graph.storage.base import Catalog, DocumentRow, PageRow


class LedgerCounts(TypedDict):
    """How many pages ended how."""

    read: int
    fallback: int
    blank: int
    failed: int


def ledger_counts(rows: Sequence[PageRow]) -> LedgerCounts:
    """How many pages ended how; one that was never finished counts as failed."""
    counts = LedgerCounts(read=0, fallback=0, blank=0, failed=0)
    for row in rows:
        counts[row.status if row.status != "pending" else "failed"] += 1
    return counts


_LEDGER = (
    "page", "status", "reason", "detail", "attempts", "engine", "model", "prompt", "requests", "input_tokens",
    "output_tokens", "seconds", "image",
)  # fmt: skip


def documents(catalog: Catalog) -> list[dict[str, Any]]:
    """Every document with its ledger summed up; none of which nothing was read, as after a run that was ended."""
    listed = (document(catalog, row) for row in catalog.documents())
    return [one for one in listed if one]


def document(catalog: Catalog, row: DocumentRow) -> dict[str, Any] | None:
    """One document with its ledger summed up; None where no page of it was looked at yet."""
    ledger = catalog.pages(row.id)
    if all(page.status == "pending" and not page.reason for page in ledger):
        return None  # admitted by a run that ended before anything was read; the next one takes it up
    counts = ledger_counts(ledger)
    status = "complete" if not counts["failed"] else "failed" if counts["failed"] == row.pages else "partial"
    return {
        "id": row.id, "name": row.name, "source": row.source, "title": row.title, "status": status,
        "pages": row.pages, "ledger": counts, "chunks": len(catalog.chunk_ids(row.id)),
    }  # fmt: skip


def pages(catalog: Catalog, identity: str) -> list[dict[str, Any]]:
    """The ledger of a document, a line for each page."""
    return [{field: getattr(row, field) for field in _LEDGER} for row in catalog.pages(identity)]
