"""The documents that can be asked: found by name, listed, and with the pages of them that nobody could read."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol, TypeVar

from graph.errors import UnknownDocumentError
from graph.query.state import Note, RefusalReason
from graph.query.wording import pages_named
from graph.storage.base import Catalog, DocumentRow

_LISTED = 50  # documents in an answer; a library of thousands is listed by `pagewitness documents`
_NOTED = 3  # documents whose unread pages are named in notes; more would bury the answer


class Named(Protocol):
    """What a document is known by."""

    @property
    def id(self) -> str:
        """The beginning of its hash."""

    @property
    def name(self) -> str:
        """Its file's name."""

    @property
    def source(self) -> str:
        """Where it came from."""


Row = TypeVar("Row", bound=Named)


def resolve(catalog: Catalog, names: Sequence[str]) -> list[str]:
    """The ids of the documents that are named, by id or by name; of all that can be asked when none is named.

    Raises:
        UnknownDocumentError: a name stands for no document, or for several.
    """
    known = catalog.documents()
    if not names:
        return [row.id for row in known if row.generation]
    ids = {row.id for row in known}  # a long list of names is one of ids; by name, each is looked for among all
    return [name if name in ids else find_among(known, name).id for name in names]


def find_document(catalog: Catalog, name: str) -> DocumentRow:
    """The document of that id, name (with or without its ending) or source.

    Raises:
        UnknownDocumentError: it stands for no document, or for several.
    """
    return find_among(catalog.documents(), name)


def find_among(known: Sequence[Row], name: str) -> Row:
    """The one of these documents that has that id, name (with or without its ending) or source.

    Raises:
        UnknownDocumentError: it stands for no document, or for several.
    """
    wanted = name.strip().casefold()
    hits = [row for row in known if row.id == wanted or wanted in (row.name.casefold(), row.source.casefold())]
    hits = hits or [row for row in known if row.name.casefold().rsplit(".", 1)[0] == wanted]
    if not hits:
        listed = ", ".join(row.name for row in known[:10]) or "none yet"
        raise UnknownDocumentError(f"There is no document {name!r}: name one of these ({listed}), or its id.")
    if len(hits) > 1:
        ids = ", ".join(f"{row.id} ({row.source})" for row in hits)
        raise UnknownDocumentError(f"Several documents are named {name!r}: give the id of one of them: {ids}.")
    return hits[0]


def nothing_to_ask(catalog: Catalog) -> RefusalReason:
    """Why no document can be asked: none was ingested, or none of their pages could be read."""
    return "page_unreadable" if unreadable(catalog, []) else "nothing_ingested"


def unreadable(catalog: Catalog, documents: Collection[str]) -> dict[str, list[int]]:
    """The pages that could not be read, by document name; of all documents where none is named."""
    failed = catalog.failed_pages(documents)
    return {row.name: failed[row.id] for row in catalog.documents() if row.id in failed} if failed else {}


def unread_notes(holes: Mapping[str, Sequence[int]]) -> list[Note]:
    """That pages of documents could not be read."""
    listed = list(holes.items())
    notes = [
        Note(kind="pages_unread", text=f"{pages_named(pages).capitalize()} of {name} could not be read.")
        for name, pages in listed[:_NOTED]
    ]
    if rest := listed[_NOTED:]:
        count = sum(len(pages) for _, pages in rest)
        text = f"{count} pages of {len(rest)} other documents could not be read either."
        notes.append(Note(kind="pages_unread", text=text))
    return notes


def notes_on_pages(catalog: Catalog, cited: Collection[tuple[str, int]]) -> list[Note]:
    """What of the documents that are cited could not be read: whole pages, and parts of the pages that are cited."""
    if not cited:
        return []
    notes = unread_notes(unreadable(catalog, {document for document, _ in cited}))
    for document in sorted({document for document, _ in cited}):
        for row in catalog.pages(document, sorted(page for owner, page in cited if owner == document)):
            if row.status == "read" and row.detail:
                notes.append(Note(kind="page_partly_read", text=row.detail))
    return notes


def described(catalog: Catalog, documents: Sequence[str]) -> str:
    """What can be asked: each document with its pages, and those of them that could not be read."""
    rows = [row for row in catalog.documents() if row.id in documents]
    head = "There is 1 document" if len(rows) == 1 else f"There are {len(rows)} documents"
    lines, failed = [], catalog.failed_pages(documents)
    for row in rows[:_LISTED]:
        unread = f"; {pages_named(failed[row.id])} could not be read" if row.id in failed else ""
        lines.append(f"- {row.name} ({row.pages} {'page' if row.pages == 1 else 'pages'}{unread})")
    if len(rows) > _LISTED:
        lines.append(f"- and {len(rows) - _LISTED} more: `pagewitness documents` lists them all")
    return "\n".join([f"{head} to ask:", *lines])
