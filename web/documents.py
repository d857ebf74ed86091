"""Routes of documents: the list with page counts, one document with its ledger."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Literal, NotRequired, cast

from pydantic import Field
from starlette.requests import Request
from typing_extensions import TypedDict

from graph import dependencies
from graph.access import LOCAL, NotAllowedError
from graph.storage import summaries
from graph.storage.base import Catalog
from graph.storage.rows import DocumentRow
from graph.storage.summaries import DocumentSummary, LedgerLine
from web.auth import identity_of, stores_of
from web.openapi import DocumentPath, endpoint
from web.responses import WebError, query_number

MAX_LISTED = 500
"""Documents of one page of the list."""
_MAX_OFFSET = 9_999_999
_MAX_WORDS = 200  # characters of `q`

Order = Literal["oldest", "newest", "name", "pages"]
_ORDERS: Mapping[str, tuple[Callable[[DocumentRow], Any], bool]] = {
    "oldest": (lambda row: row.created, False),
    "newest": (lambda row: row.created, True),
    "name": (lambda row: row.label.casefold(), False),
    "pages": (lambda row: row.pages, True),
}
"""The sort key of each order, and whether it descends."""


class ListQuery(TypedDict, total=False):
    """The query of the list of documents."""

    limit: Annotated[int, Field(ge=1, le=MAX_LISTED, description="The largest number of documents; all by default.")]
    offset: Annotated[int, Field(ge=0, le=_MAX_OFFSET, description="How many of the matching documents to skip.")]
    q: Annotated[str, Field(max_length=_MAX_WORDS, description="Words that name or title contain, all of them.")]
    order: Annotated[Order, Field(description="The default is oldest first.")]
    collection: Annotated[
        str,
        Field(
            max_length=_MAX_WORDS, description="Only documents of this collection, by its name; for users also its id."
        ),
    ]
    ids: Annotated[str, Field(description=f"Only these documents: at most {MAX_LISTED} ids, joined by commas.")]
    unfinished: Annotated[Literal["1"], Field(description="Only documents with pages that are not read.")]


class ListedDocument(DocumentSummary):
    """A document of the list."""

    added: NotRequired[float]
    """When it was added, in seconds since 1970; missing without a query."""
    collections: NotRequired[list[str]]
    """The collections that it is in; missing without a query."""


class ListedCollection(TypedDict):
    """A collection of documents."""

    name: str
    count: int
    """How many documents it has."""


class DocumentList(TypedDict):
    """Documents of the library; without a query all of them, and no other field."""

    documents: list[ListedDocument]
    total: NotRequired[int]
    """How many match the query, on all pages of the list."""
    all: NotRequired[int]
    """How many documents the library has; for a user, how many the collection in the query has."""
    unfinished: NotRequired[int]
    """How many of `all` have pages that are not read."""
    collections: NotRequired[list[ListedCollection]]
    """All collections of the library, by name."""


class DocumentDetails(DocumentSummary):
    """A document with its ledger."""

    ledger_pages: list[LedgerLine]
    """A line for each page."""


def find_document(request: Request) -> DocumentRow:
    """Return the document that the path names.

    Raises:
        WebError: There is no document of that id.
    """
    row = stores_of(request).catalog.document(request.path_params["document"])
    if row is None or not row.source:
        raise WebError(404, "There is no such document: it may have been deleted. Reload the list of documents.")
    return row


@endpoint(query=ListQuery, errors=[422])
def documents(request: Request) -> DocumentList:
    """List documents, with how many of their pages were read."""
    catalog, query = stores_of(request).catalog, request.query_params
    if not query:
        return {"documents": [cast(ListedDocument, one) for one in summaries.documents(catalog)]}
    limit, offset = query_number(request, "limit", 1, MAX_LISTED), query_number(request, "offset", 0, _MAX_OFFSET) or 0
    order, words = query.get("order", "oldest"), query.get("q", "").casefold().split()
    if order not in _ORDERS:
        raise WebError(422, f"`order` must be one of {', '.join(_ORDERS)}.")
    if query.get("unfinished", "1") != "1":
        raise WebError(422, "`unfinished` must be 1, or left out.")
    if len(query.get("q", "")) > _MAX_WORDS:
        raise WebError(422, f"`q` must have at most {_MAX_WORDS} characters.")
    # A document whose chunks are published has been read; of the few others, the ledger says whether a page was tried.
    rows = [row for row in catalog.documents() if row.generation or summaries.document(catalog, row)]
    grouped, due = _collections(catalog, rows), catalog.failed_pages()
    rows = _opened(request, rows, grouped)
    unfinished = [row for row in rows if row.id in due or not row.generation]
    chosen = _chosen(request, unfinished if "unfinished" in query else rows, grouped)
    matching = _sorted([row for row in chosen if _matches(row, words)], order)
    page = matching[offset : offset + limit if limit else None]
    summed = [(row, summaries.document(catalog, row)) for row in page]
    listed: list[ListedDocument] = [
        {**one, "added": row.created, "collections": [name for name, ids in grouped.items() if row.id in ids]}
        for row, one in summed
        if one
    ]
    counts: list[ListedCollection] = [{"name": name, "count": len(ids)} for name, ids in grouped.items()]
    return {"documents": listed, "total": len(matching), "all": len(rows), "unfinished": len(unfinished),
            "collections": counts}  # fmt: skip


def _collections(catalog: Catalog, rows: Sequence[DocumentRow]) -> dict[str, set[str]]:
    """Return the collections of these documents, without those that were deleted."""
    known = {row.id for row in rows}
    found = {name: known.intersection(ids) for name, ids in catalog.collections().items()}
    return {name: ids for name, ids in found.items() if ids}


def _opened(request: Request, rows: list[DocumentRow], grouped: Mapping[str, set[str]]) -> list[DocumentRow]:
    """Return the documents of the collection in a user's query, with their names there; all if there is none."""
    identity, wanted = identity_of(request), request.query_params.get("collection", "")
    if identity is LOCAL or not wanted:
        return rows
    known = {row.id for row in rows}
    try:
        opened = dependencies.stores_of(identity, wanted).catalog
    except NotAllowedError:  # collections of the same name are listed with the beginning of their ids
        return [row for row in rows if row.id in grouped.get(wanted, ())]
    return [row for row in opened.documents() if row.id in known]


def _chosen(request: Request, rows: list[DocumentRow], grouped: Mapping[str, set[str]]) -> list[DocumentRow]:
    """Return the documents with the ids, and for the local user of the collection, that the query names."""
    query = request.query_params
    if "collection" in query and identity_of(request) is LOCAL:
        rows = [row for row in rows if row.id in grouped.get(query["collection"], ())]
    if "ids" in query:
        wanted = set(query["ids"].split(","))
        if len(wanted) > MAX_LISTED:
            raise WebError(422, f"`ids` must be at most {MAX_LISTED} ids, joined by commas.")
        rows = [row for row in rows if row.id in wanted]
    return rows


def _matches(row: DocumentRow, words: Sequence[str]) -> bool:
    text = " ".join((row.label, row.title, *row.names)).casefold()
    return all(word in text for word in words)


def _sorted(rows: list[DocumentRow], order: str) -> list[DocumentRow]:
    key, downwards = _ORDERS[order]
    return rows if order == "oldest" else sorted(rows, key=key, reverse=downwards)


@endpoint(path=DocumentPath, errors=[404])
def document(request: Request) -> DocumentDetails:
    """Return a document with its ledger, a line for each page."""
    row, catalog = find_document(request), stores_of(request).catalog
    summary = summaries.document(catalog, row)
    if summary is None:
        raise WebError(404, "No page of this document has been read yet.")
    return {**summary, "ledger_pages": summaries.pages(catalog, row.id)}
