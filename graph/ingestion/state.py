"""What ingestion takes, keeps and gives back: names, numbers and short texts; never bytes."""

from __future__ import annotations

import operator
from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from graph.storage.summaries import LedgerCounts
from graph.types import Usage, add_usage

DocumentStatus = Literal["complete", "partial", "failed", "unchanged"]


class PageFailure(TypedDict):
    """A page that could not be read, or a file that could not be opened (`page` is then null)."""

    page: int | None
    reason: str
    detail: str


class DocumentReport(TypedDict):
    """What became of one source."""

    id: str | None
    name: str
    source: str
    status: DocumentStatus
    pages: int
    ledger: LedgerCounts
    failures: list[PageFailure]
    chunks: int


class Unfinished(TypedDict):
    """Pages that were not read because the day's requests are spent, and when to go on (local time, ISO 8601)."""

    pages: int
    reason: str
    continue_at: str


class Report(TypedDict):
    """What an ingestion did, and what it cost; `unfinished` is null unless it stopped for the day."""

    documents: list[DocumentReport]
    unfinished: Unfinished | None
    usage: Usage
    seconds: float


class IngestionInput(TypedDict):
    """What to ingest."""

    sources: Annotated[
        list[str],
        Field(
            description="Files, folders, globs or http(s) addresses: PDFs, books (EPUB, ...) and images.",
            examples=[["examples/sample.pdf"]],
        ),
    ]


class IngestionOutput(TypedDict, total=False):
    """What became of it."""

    report: Annotated[Report, Field(description="Each document with its page ledger; what the run cost.")]


class Work(TypedDict):
    """A document on its way through ingestion. `plain` are those of its pages that take no vision model."""

    id: str
    name: str
    source: str
    path: str
    pages: list[int]
    plain: NotRequired[list[int]]
    generation: NotRequired[str]
    basis: NotRequired[str]


class PageOutcome(TypedDict):
    """A page that was handled, and what it cost."""

    document: str
    page: int
    status: str
    usage: Usage


Next = Literal["index_document", "embed_ahead", "__end__"]
"""What can be done for a document while pages, of it or of others, are still being read."""


class WindowState(TypedDict):
    """A few pages of one document, rendered and transcribed together; `plain` ones from their text layers.

    `next` is where it goes from there.
    """

    id: str
    name: str
    path: str
    tally: NotRequired[str]
    total: int
    pages: list[int]
    plain: bool
    pictured: NotRequired[list[int]]
    outcomes: NotRequired[Annotated[list[PageOutcome], operator.add]]
    next: NotRequired[Next]
    embedding: NotRequired[Annotated[Usage, add_usage]]


class WindowOutput(TypedDict):
    """What a window gives back to the ingestion, and what it cost to index a document that it was the last of."""

    outcomes: Annotated[list[PageOutcome], operator.add]
    embedding: NotRequired[Annotated[Usage, add_usage]]


class IngestionState(TypedDict, total=False):
    """The whole state of an ingestion."""

    sources: list[str]
    started: float
    tally: NotRequired[str]
    work: list[Work]
    window: int
    unusable: list[DocumentReport]
    outcomes: Annotated[list[PageOutcome], operator.add]
    embedding: Annotated[Usage, add_usage]
    report: Report
