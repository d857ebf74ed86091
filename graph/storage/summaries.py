"""Summaries of documents and their page ledgers, as JSON values: the types of the HTTP routes and the `list` tool."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from typing_extensions import TypedDict

from graph.sanitize import escape_tags
from graph.storage.base import Catalog, PageLedger
from graph.storage.rows import DocumentRow, PageRow, PageStatus, Transcript


class LedgerCounts(TypedDict):
    """The number of pages by status."""

    read: int
    """Read by the configured engine."""
    fallback: int
    """Read in a simpler way after the first way failed."""
    blank: int
    """Empty pages."""
    failed: int
    """Pages that could not be read."""
    pending: int
    """Pages that are still due: never finished, or left because a service was out of order."""


def ledger_counts(rows: Sequence[PageRow]) -> LedgerCounts:
    """Count the pages by status."""
    counts = no_pages()
    for row in rows:
        counts[row.status] += 1
    return counts


def no_pages() -> LedgerCounts:
    """Return the counts of a document without pages."""
    return LedgerCounts(read=0, fallback=0, blank=0, failed=0, pending=0)


class DocumentSummary(TypedDict):
    """A document with its ledger summed up."""

    id: str
    """A hash of the document's bytes."""
    name: str
    """The name that the file was first found under."""
    names: list[str]
    """All names that its bytes were found under, the first one first."""
    label: str
    """Its name, with its folder or the beginning of its id where other documents have the same name."""
    source: str
    """The path, address or upload that it was first read from."""
    title: str
    """Its title, from the file's metadata or its first page, or ""."""
    authors: list[str]
    """Its authors, from its first page."""
    date: str
    """Its date, from its first page: "2024-03-12", "2024-03" or ""."""
    status: Literal["complete", "partial", "failed"]
    """Whether all its pages are read and can be searched, some are not, or all failed."""
    pages: int
    """How many pages it has."""
    ledger: LedgerCounts
    """The number of pages by status."""
    older_pages: int
    """How many pages an earlier version read from the file or by OCR; `reread` reads them as this version does."""
    chunks: int
    """How many chunks it has in the index."""


class LedgerLine(TypedDict):
    """A row of the page ledger."""

    page: int
    """Counts from 1."""
    label: str
    """What the page is called in print or by the file ("iv", "3"); "" where that is its number, or not known."""
    status: PageStatus
    """The page's status after its last reading."""
    reason: str
    """The reason for a failure or a fallback, as a code."""
    detail: str
    """The same as a sentence."""
    attempts: int
    """How many times it was read."""
    engine: str
    """The engine that read it."""
    model: str
    """The model that read it, or ""."""
    prompt: str
    """The version of the prompt that it was read with or, without a model, of the file reader; "" in early ledgers."""
    requests: int
    """How many requests to a model service its reading took."""
    input_tokens: int
    """Tokens sent to the model."""
    output_tokens: int
    """Tokens received from the model."""
    seconds: float
    """How long its reading took, waiting included."""
    image: str
    """The key of its image in the store, a hash, or "" without one."""


def documents(catalog: Catalog, limit: int | None = None, offset: int = 0) -> list[DocumentSummary]:
    """Return a summary of each document of which a page was tried, among `limit` documents from `offset` on."""
    listed = (document(catalog, row) for row in catalog.documents(limit=-1 if limit is None else limit, offset=offset))
    return [one for one in listed if one]


def document(catalog: Catalog, row: DocumentRow) -> DocumentSummary | None:
    """Return a document with its ledger summed up, or None if no page of it was tried yet."""
    ledger = catalog.pages(row.id)
    if all(page.status == "pending" and not page.reason for page in ledger):
        return None  # added by a run that ended before it read anything; the next run reads it
    counts = ledger_counts(ledger)
    complete = row.generation and not counts["failed"] and not counts["pending"]
    return {
        "id": row.id,
        "name": row.name,
        "names": list(row.names),
        "label": row.label,
        "source": row.source,
        "title": row.title,
        "authors": row.authors.split("; ") if row.authors else [],
        "date": row.date,
        "status": "complete" if complete else "failed" if counts["failed"] == row.pages else "partial",
        "pages": row.pages,
        "ledger": counts,
        "older_pages": sum(page.is_of_older_reader for page in ledger),
        "chunks": len(catalog.chunk_ids(row.id)),
    }


def pages(catalog: PageLedger, document: str) -> list[LedgerLine]:
    """Return the ledger of a document by its id, a line for each page."""
    return [_line(row) for row in catalog.pages(document)]


def _line(row: PageRow) -> LedgerLine:
    """Return the public fields of a ledger row."""
    return {
        "page": row.page,
        "label": row.label,
        "status": row.status,
        "reason": row.reason,
        "detail": row.detail,
        "attempts": row.attempts,
        "engine": row.engine,
        "model": row.model,
        "prompt": row.prompt,
        "requests": row.requests,
        "input_tokens": row.input_tokens,
        "output_tokens": row.output_tokens,
        "seconds": row.seconds,
        "image": row.image,
    }


def page_markdown(transcript: Transcript) -> str:
    """Return what was read on a page as Markdown: HTML tables are converted, and other tags are escaped."""
    from loaders.text.tables import parse_table

    texts = []
    for block in transcript.blocks:
        table = parse_table(block.text) if block.is_table and "<" in block.text else None
        texts.append(f"{table.caption}\n\n{table.markdown()}".strip() if table else block.text)
    return escape_tags("\n\n".join(texts))
