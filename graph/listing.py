"""What is in a home folder, document by document: for the command line, the server's tools and its pages."""

from __future__ import annotations

from typing_extensions import TypedDict

from graph.ingestion.nodes import ledger_counts
from graph.ingestion.state import LedgerCounts
from graph.storage.base import Catalog


class Listed(TypedDict):
    """A document, what became of its pages, and how many passages it has."""

    id: str
    name: str
    source: str
    title: str
    status: str
    pages: int
    ledger: LedgerCounts
    chunks: int


def listing(catalog: Catalog) -> list[Listed]:
    """All documents of which something was tried, oldest first."""
    listed: list[Listed] = []
    for row in catalog.documents():
        ledger = catalog.pages(row.id)
        if all(page.status == "pending" and not page.reason for page in ledger):
            continue  # admitted by a run that ended before anything was read; the next one takes it up
        counts = ledger_counts(ledger)
        status = "complete" if not counts["failed"] else "failed" if counts["failed"] == row.pages else "partial"
        listed.append(
            Listed(
                id=row.id, name=row.name, source=row.source, title=row.title, status=status, pages=row.pages,
                ledger=counts, chunks=len(catalog.chunk_ids(row.id)),
            )
        )  # fmt: skip
    return listed
