"""The list of documents, the ledger of each, and deleting."""

from __future__ import annotations

import threading

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from graph import dependencies
from graph.storage import summaries
from graph.storage.base import DocumentRow
from graph.storage.cleanup import remove
from web.responses import WebError, answered

_one_at_a_time = threading.Lock()


def known(request: Request) -> DocumentRow:
    """The document that the path names.

    Raises:
        WebError: there is none of that id.
    """
    row = dependencies.stores().catalog.document(request.path_params["document"])
    if row is None or not row.source:
        raise WebError(404, "There is no such document: it may have been deleted. Look at the list again.")
    return row


@answered
def documents(request: Request) -> Response:
    """The catalog."""
    return JSONResponse({"documents": summaries.documents(dependencies.stores().catalog)})


@answered
def document(request: Request) -> Response:
    """A document with its ledger."""
    row, catalog = known(request), dependencies.stores().catalog
    summary = summaries.document(catalog, row)
    if summary is None:
        raise WebError(404, "No page of this document has been read yet.")
    return JSONResponse({**summary, "ledger_pages": summaries.pages(catalog, row.id)})


@answered
def delete(request: Request) -> Response:
    """Remove every trace of a document; of two who ask at once, one is told that it is gone."""
    with _one_at_a_time:
        row, stores = known(request), dependencies.stores()
        stores.take()
        remove(stores, row.id)
    return JSONResponse({"deleted": {"id": row.id, "name": row.name}})
