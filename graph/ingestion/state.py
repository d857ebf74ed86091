"""Types of the ingestion graph: input, output and states. All values are JSON: names, numbers and short texts."""

from __future__ import annotations

import operator
from typing import Annotated, Literal, NotRequired

from langchain_core.messages import AnyMessage
from langgraph.graph.message import add_messages
from pydantic import Field
from typing_extensions import TypedDict

from graph.storage.summaries import LedgerCounts
from graph.types import Usage, add_usage

DocumentStatus = Literal["complete", "partial", "failed", "unchanged"]
"""`complete`: every page is read. `partial`: some pages are not. `failed`: no page is. `unchanged`: every page was read
before, and the run had nothing to do."""


class PageFailure(TypedDict):
    """A page that could not be read, or a file that could not be opened."""

    page: int | None
    """The page number, counted from 1; null for the file as a whole."""
    reason: str
    """A short code, such as "quota_day", "password" or "unusable"."""
    detail: str
    """One sentence for the user."""


class DocumentReport(TypedDict):
    """The result for one source."""

    id: str | None
    """The first 16 hex digits of the file's SHA-256; null for a file that could not be opened."""
    name: str
    """The file's name."""
    label: NotRequired[str]
    """Its label in the library: its first name, with an addition if other documents have that name too."""
    source: str
    """The path, address or upload reference under which the catalog lists the document."""
    status: DocumentStatus
    """Whether all its pages are read."""
    pages: int
    """The number of its pages."""
    ledger: LedgerCounts
    """How many of its pages have which status."""
    failures: list[PageFailure]
    """Its pages that are not read, or the reason why the file could not be opened."""
    chunks: int
    """The number of chunks that questions can find."""
    older_pages: NotRequired[int]
    """How many of its pages an earlier version read without a model; not there if none: `reread` reads them again."""


class SkippedFile(TypedDict):
    """A file of a folder, or attached to a message, that is left out."""

    name: str
    """The file's name."""
    source: str
    """Its path; for an attachment the source of the message, `!`, and the attachment's name."""
    detail: str
    """Why, as one sentence."""


class DuplicateFile(TypedDict):
    """A file that was given beside another one with the same bytes: one document, which is read once."""

    name: str
    """The file's name, by which the document is found too."""
    source: str
    """Its path, address or upload reference."""
    id: str
    """The document's id."""
    of: str
    """The source of the file that stands for the document in `documents`."""


class Unfinished(TypedDict):
    """Pages that are still due: a service was out of order, or the day's requests are used up."""

    pages: int
    """How many pages are due; 0 if only the index is."""
    reason: str
    """Why, as a short code: "quota_day", "overloaded", "network", ..."""
    continue_at: str
    """When to run it again, local time, ISO 8601: the next day of the service, or a few minutes from now."""


class Report(TypedDict):
    """The result of an ingestion."""

    documents: list[DocumentReport]
    """One report for each source: the documents first, then the files that could not be opened."""
    skipped: NotRequired[list[SkippedFile]]
    """The files that were left out on purpose, hidden ones too."""
    duplicates: NotRequired[list[DuplicateFile]]
    """The files that have the same bytes as another one of this run."""
    unfinished: Unfinished | None
    """The pages that are still due; null when there are none."""
    usage: Usage
    """Requests and tokens of the whole run."""
    seconds: float
    """Its duration."""


Sources = Annotated[
    list[str],
    Field(
        description="Files, folders, globs or http(s) addresses to ingest: PDFs, images, books (EPUB, ...), Office "
        "files, e-mails, text and web pages.",
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
    """A document on its way through one run."""

    id: str
    """The first 16 hex digits of the file's SHA-256."""
    name: str
    """The file's name."""
    source: str
    """The path, address or upload reference under which the catalog lists it."""
    path: str
    """Where the file can be opened; checked again by every node that opens it."""
    size: NotRequired[int]
    """Bytes of the file at `path` when it was opened; a file that has changed since is not read."""
    pages: list[int]
    """The pages that this run reads; empty when all were read before."""
    unchanged: NotRequired[bool]
    """Whether the file was not even opened, since nothing of it is left to do."""
    not_indexed: NotRequired[PageFailure]
    """Why its chunks could not be embedded, if the next run may succeed."""
    text_only_pages: NotRequired[list[int]]
    """Those of `pages` that are read without a vision model; set by `survey_pages`."""
    generation: NotRequired[str]
    """The id of the new chunks in the catalog; set when the document is chunked."""
    chunks_fingerprint: NotRequired[str]
    """What those chunks were made from (see `indexing.chunks_fingerprint`); set with `generation`."""


class PageOutcome(TypedDict):
    """A page that was handled."""

    document: str
    """The document's id."""
    page: int
    """The page number, counted from 1."""
    status: str
    """The page's status in the ledger."""
    usage: Usage
    """What reading it cost."""


AfterBatch = Literal["index_document", "embed_ahead", "__end__"]
"""The node that follows a batch, while other pages are still being read."""


Conversation = Annotated[list[AnyMessage], Field(description="The conversation of the chat."), add_messages]
"""The conversation that brought the sources; see `chat.py`."""


class BatchState(TypedDict):
    """The state of one batch: pages of one document that are rendered and transcribed together."""

    id: str
    """The document's id."""
    name: str
    """The document's name, for progress events."""
    path: str
    """Where the file can be opened; checked again by every node that opens it."""
    size: NotRequired[int]
    """Bytes of the file when it was opened."""
    run_id: NotRequired[str]
    """The key of the run's progress in this process (see `progress.py`)."""
    total: int
    """How many pages of the document the run reads, for progress events."""
    pages: list[int]
    """The pages of this batch."""
    text_only: bool
    """Whether they are read without a vision model."""
    key: NotRequired[str]
    """The unique key of the batch among all runs, which owns the leases of its pages."""
    held: NotRequired[list[int]]
    """Its pages that another batch, of another run or process, reads at the moment; set by `render_pages`."""
    pages_with_figures: NotRequired[list[int]]
    """Those with pictures or drawings that may hold text; set by `render_pages`."""
    recognised_pages: NotRequired[list[int]]
    """Those whose text layer lies over a picture of the page; set by `render_pages`."""
    outcomes: NotRequired[Annotated[list[PageOutcome], operator.add]]
    """The pages of this batch that were handled so far."""
    embedding_usage: NotRequired[Annotated[Usage, add_usage]]
    """What the embeddings cost that were computed after this batch."""
    messages: NotRequired[Conversation]
    """In a chat: the conversation, and which pages are read."""


class BatchOutput(TypedDict):
    """The part of a batch's state that goes back to the ingestion."""

    outcomes: Annotated[list[PageOutcome], operator.add]
    """The pages of the batch, each with what it cost."""
    embedding_usage: NotRequired[Annotated[Usage, add_usage]]
    """What the embeddings cost that were computed after the batch."""
    messages: NotRequired[Conversation]
    """In a chat: the conversation, and which pages were read."""


class IngestionState(TypedDict, total=False):
    """The state of an ingestion."""

    sources: list[str]
    """What the user gave."""
    started: float
    """When the run began: seconds since 1970."""
    run_id: NotRequired[str]
    """The key of the run's progress in this process (see `progress.py`)."""
    documents: list[PendingDocument]
    """The files that could be opened, each once."""
    batch_size: int
    """How many pages go into a batch; chosen by the engine."""
    rejected_sources: list[DocumentReport]
    """The reports of the files that could not be opened."""
    skipped_sources: NotRequired[list[SkippedFile]]
    """The files that were left out."""
    duplicate_sources: NotRequired[list[DuplicateFile]]
    """The files that have the same bytes as another one."""
    outcomes: Annotated[list[PageOutcome], operator.add]
    """The pages that were handled, each with what it cost."""
    embedding_usage: Annotated[Usage, add_usage]
    """What all embeddings of the run cost."""
    messages: NotRequired[Conversation]
    """In a chat: the conversation, and how far the reading is."""
    report: Report
    """The result, set at the end."""
