"""Routes of documents: the list with page counts, one document with its ledger, deletion."""

from __future__ import annotations

import threading

from starlette.requests import Request
from typing_extensions import TypedDict

from graph import dependencies
from graph.storage import summaries
from graph.storage.base import DocumentRow
from graph.storage.cleanup import remove
from graph.storage.summaries import DocumentSummary, LedgerLine
from web.openapi import DocumentPath, endpoint
from web.responses import WebError

_deletion = threading.Lock()


class DocumentList(TypedDict):
    """All documents of the library."""

    documents: list[DocumentSummary]


class DocumentDetails(DocumentSummary):
    """A document with its ledger."""

    ledger_pages: list[LedgerLine]
    """A line for each page."""


class DocumentName(TypedDict):
    """The name of a deleted document."""

    id: str
    name: str


class Deleted(TypedDict):
    """The result of a deletion."""

    deleted: DocumentName


def find_document(request: Request) -> DocumentRow:
    """Return the document that the path names.

    Raises:
        WebError: There is no document of that id.
    """
    row = dependencies.stores().catalog.document(request.path_params["document"])
    if row is None or not row.source:
        raise WebError(404, "There is no such document: it may have been deleted. Look at the list again.")
    return row


@endpoint()
def documents(request: Request) -> DocumentList:
    """List all documents, with how many of their pages were read."""
    return {"documents": summaries.documents(dependencies.stores().catalog)}


@endpoint(path=DocumentPath, errors=[404])
def document(request: Request) -> DocumentDetails:
    """Return a document with its ledger, a line for each page."""
    row, catalog = find_document(request), dependencies.stores().catalog
    summary = summaries.document(catalog, row)
    if summary is None:
        raise WebError(404, "No page of this document has been read yet.")
    return {**summary, "ledger_pages": summaries.pages(catalog, row.id)}


@endpoint(path=DocumentPath, errors=[404])
def delete(request: Request) -> Deleted:
    """Remove a document from all stores.

    If two requests come at the same time, the second one gets 404.
    """
    with _deletion:
        row, stores = find_document(request), dependencies.stores()
        stores.acquire_for_writing()
        remove(stores, row.id)
    return {"deleted": {"id": row.id, "name": row.name}}
