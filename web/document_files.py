"""Route of a document's own PDF file, with the bytes that were read."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import quote

from pydantic import Field
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from typing_extensions import TypedDict

from graph import dependencies
from graph.access import Scope
from graph.export.proof import pdf_of
from graph.ingestion import access
from loaders.errors import SourceError
from web.auth import stores_of
from web.documents import find_document
from web.openapi import DocumentPath, endpoint
from web.responses import WebError

_NO_FILE = "There is no PDF file of this document on the server any more: its pages are still there as images."


class FileQuery(TypedDict, total=False):
    """The query of a document's file."""

    download: Annotated[Literal["1"], Field(description="Save the file in place of showing it.")]


@endpoint(path=DocumentPath, query=FileQuery, media=["application/pdf"], errors=[404, 422])
def file(request: Request) -> Response:
    """Return the PDF file of a document; other formats have none.

    The file is looked up by the bytes that were read, in the folders that this server may read.
    """
    row = find_document(request)
    if request.query_params.get("download", "1") != "1":
        raise WebError(422, "`download` must be 1, or left out.")
    if row.kind != "pdf":
        raise WebError(404, "This document is no PDF: save its text, or look at its pages.")
    path = pdf_of(stores_of(request), row)
    try:
        # The user may see the document, so its bytes are sent even if they lie in the folder of another user.
        path = access.check_path(path, row.name, dependencies.stores(Scope.everything())) if path else None
    except SourceError:
        path = None
    if path is None:
        raise WebError(404, _NO_FILE)
    shown = "attachment" if "download" in request.query_params else "inline"
    name = row.name if row.name.lower().endswith(".pdf") else f"{row.name}.pdf"
    headers = {
        "Content-Disposition": f"{shown}; filename*=UTF-8''{quote(name, safe='')}",
        "Cache-Control": "private, no-cache",
    }
    return FileResponse(path, media_type="application/pdf", headers=headers)
