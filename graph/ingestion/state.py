"""Types of the ingestion graph: input, output and states. All values are JSON: names, numbers and short texts."""

from __future__ import annotations

import operator
from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from graph.storage.summaries import LedgerCounts
from graph.types import Usage, add_usage

DocumentStatus = Literal["complete", "partial", "failed", "unchanged"]
"""`complete`: every page is read. `partial`: some pages are not. `failed`: no page is. `unchanged`: every page was read
before, and the run had nothing to do."""


class PageFailure(TypedDict):
    """A page that could not be read, or a file that could not be opened.

    page: The page number, counted from 1; null for the file as a whole.
    reason: A short code, such as "quota_day", "password" or "unusable".
    detail: One sentence for the user.
    """

    page: int | None
    reason: str
    detail: str


class DocumentReport(TypedDict):
    """The result for one source.

    id: The first 16 hex digits of the file's SHA-256; null for a file that could not be opened.
    name: The file's name.
    source: The path, address or upload reference under which the catalog lists the document.
    status: Whether all its pages are read.
    pages: The number of its pages.
    ledger: How many of its pages have which status.
    failures: Its pages that are not read, or the reason why the file could not be opened.
    chunks: The number of chunks that questions can find.
    """

    id: str | None
    name: str
    source: str
    status: DocumentStatus
    pages: int
    ledger: LedgerCounts
    failures: list[PageFailure]
    chunks: int


class Unfinished(TypedDict):
    """Pages that were left because the day's requests are used up.

    pages: How many pages are left.
    reason: Always "quota_day".
    continue_at: When the next day of the model service begins: local time, ISO 8601.
    """

    pages: int
    reason: str
    continue_at: str


class Report(TypedDict):
    """The result of an ingestion.

    documents: One report for each source: the documents first, then the files that could not be opened.
    unfinished: The pages that are left for another day; null when there are none.
    usage: Requests and tokens of the whole run.
    seconds: Its duration.
    """

    documents: list[DocumentReport]
    unfinished: Unfinished | None
    usage: Usage
    seconds: float


Sources = Annotated[
    list[str],
    Field(
        description="Files, folders, globs or http(s) addresses to ingest: PDFs, books (EPUB, ...) and images.",
        examples=[["examples/sample.pdf"]],
    ),
]


class IngestionInput(TypedDict):
    """The sources to ingest."""

    sources: Sources


class IngestionOutput(TypedDict, total=False):
    """The report of the ingestion."""

    report: Annotated[Report, Field(description="Each document with its page ledger, and what the run cost.")]


class PendingDocument(TypedDict):
    """A document on its way through one run.

    id: The first 16 hex digits of the file's SHA-256.
    name: The file's name.
    source: The path, address or upload reference under which the catalog lists it.
    path: Where the file can be opened; checked again by every node that opens it.
    pages: The pages that this run reads; empty when all were read before.
    text_only_pages: Those of `pages` that are read without a vision model; set by `survey_pages`.
    generation: The id of the new chunks in the catalog; set when the document is chunked.
    chunks_fingerprint: What those chunks were made from (see `indexing.chunks_fingerprint`); set with `generation`.
    """

    id: str
    name: str
    source: str
    path: str
    pages: list[int]
    text_only_pages: NotRequired[list[int]]
    generation: NotRequired[str]
    chunks_fingerprint: NotRequired[str]


class PageOutcome(TypedDict):
    """A page that was handled.

    document: The document's id.
    page: The page number, counted from 1.
    status: The page's status in the ledger.
    usage: What reading it cost.
    """

    document: str
    page: int
    status: str
    usage: Usage


AfterBatch = Literal["index_document", "embed_ahead", "__end__"]
"""The node that follows a batch, while other pages are still being read."""


class BatchState(TypedDict):
    """The state of one batch: pages of one document that are rendered and transcribed together.

    id: The document's id.
    name: The document's name, for progress events.
    path: Where the file can be opened; checked again by every node that opens it.
    run_id: The key of the run's progress in this process (see `progress.py`).
    total: How many pages of the document the run reads, for progress events.
    pages: The pages of this batch.
    text_only: Whether they are read without a vision model.
    pages_with_figures: Those with pictures or drawings that may hold text; set by `render_pages`.
    outcomes: The pages of this batch that were handled so far.
    next: The node that follows this batch; set by `transcribe_pages`.
    embedding_usage: What the embeddings cost that were computed after this batch.
    """

    id: str
    name: str
    path: str
    run_id: NotRequired[str]
    total: int
    pages: list[int]
    text_only: bool
    pages_with_figures: NotRequired[list[int]]
    outcomes: NotRequired[Annotated[list[PageOutcome], operator.add]]
    next: NotRequired[AfterBatch]
    embedding_usage: NotRequired[Annotated[Usage, add_usage]]


class BatchOutput(TypedDict):
    """The part of a batch's state that goes back to the ingestion.

    outcomes: The pages of the batch, each with what it cost.
    embedding_usage: What the embeddings cost that were computed after the batch.
    """

    outcomes: Annotated[list[PageOutcome], operator.add]
    embedding_usage: NotRequired[Annotated[Usage, add_usage]]


class IngestionState(TypedDict, total=False):
    """The state of an ingestion.

    sources: What the user gave.
    started: When the run began: seconds since 1970.
    run_id: The key of the run's progress in this process (see `progress.py`).
    documents: The files that could be opened, each once.
    batch_size: How many pages go into a batch; chosen by the engine.
    rejected_sources: The reports of the files that could not be opened.
    outcomes: The pages that were handled, each with what it cost.
    embedding_usage: What all embeddings of the run cost.
    report: The result, set at the end.
    """

    sources: list[str]
    started: float
    run_id: NotRequired[str]
    documents: list[PendingDocument]
    batch_size: int
    rejected_sources: list[DocumentReport]
    outcomes: Annotated[list[PageOutcome], operator.add]
    embedding_usage: Annotated[Usage, add_usage]
    report: Report
