"""Look-up of documents by id, name or source."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from graph.errors import UnknownDocumentError
from graph.storage.base import DocumentStore
from graph.storage.document_names import SOURCE, WHOLE, words_of
from graph.storage.local_sources import path_of
from graph.storage.rows import DocumentRow

_MAX_LISTED = 10  # documents that an error names


class Named(Protocol):
    """A document with its id, name and source."""

    @property
    def names(self) -> tuple[str, ...]:
        """All its names."""

    @property
    def label(self) -> str:
        """Its name as it is shown beside others of the same name."""

    @property
    def id(self) -> str:
        """The first digits of its hash."""

    @property
    def name(self) -> str:
        """Its file name."""

    @property
    def source(self) -> str:
        """The path or address it was ingested from."""


Row = TypeVar("Row", bound=Named)


SMALL_LIBRARY = 24
"""The most documents whose ids a question about the whole library lists in its state, at 20 bytes each."""


def resolve(catalog: DocumentStore, names: Sequence[str]) -> list[str]:
    """Return the ids of documents given by id or name.

    Without names, these are the ids of all documents that can be asked, or [] for all of a library that is not small.

    Raises:
        UnknownDocumentError: a name matches no document, or several.
    """
    if not names:
        rows = catalog.searchable(SMALL_LIBRARY + 1)
        return [row.id for row in rows] if len(rows) <= SMALL_LIBRARY else []
    ids = {row.id for row in catalog.documents(names)}  # fast for long lists, which are lists of ids
    return [name if name in ids else find_document(catalog, name).id for name in names]


def in_scope(catalog: DocumentStore, allowed: Sequence[str], limit: int) -> tuple[list[DocumentRow], int]:
    """Return the first `limit` documents that a question may search, and how many those are in all.

    Args:
        catalog: Where documents are looked up.
        allowed: Their ids; [] for all of the library.
        limit: How many to return at most.
    """
    if not allowed:
        return catalog.searchable(limit), catalog.count_searchable()
    rows = catalog.documents(allowed)
    return rows[:limit], len(rows)


def candidates(catalog: DocumentStore, name: str) -> list[DocumentRow]:
    """Return the documents that a name may mean: by its id or source, or by its words, which a label begins with."""
    words = words_of(name)
    whole = [WHOLE + " ".join(words[:end]) for end in range(len(words) + 1)]
    by_name = catalog.named([SOURCE + name.strip().casefold(), *whole])
    found = {row.id: row for row in [*catalog.documents([name.strip().casefold()]), *by_name]}
    return list(found.values())


def find_document(catalog: DocumentStore, name: str) -> DocumentRow:
    """Return the document with this id, name (with or without its ending) or source.

    Raises:
        UnknownDocumentError: it matches no document, or several.
    """
    known = candidates(catalog, name)
    return find_among(known if fitting(known, name) else catalog.searchable(_MAX_LISTED), name)


def find_among(known: Sequence[Row], name: str) -> Row:
    """Return the document in `known` with this id, name (with or without its ending) or source.

    Raises:
        UnknownDocumentError: it matches no document, or several.
    """
    hits = fitting(known, name)
    if not hits:
        if not known:
            raise UnknownDocumentError(f"There is no document {name!r}: none has been ingested yet.")
        listed = ", ".join(row.label or row.name for row in known[:_MAX_LISTED])
        raise UnknownDocumentError(f"There is no document {name!r}: name one of these ({listed}), or its id.")
    if len(hits) > 1:
        ids = ", ".join(f"{row.id} ({row.source})" for row in hits[:_MAX_LISTED])
        raise UnknownDocumentError(f"Several documents are named {name!r}: give the id of one of them: {ids}.")
    return hits[0]


def fitting(known: Sequence[Row], name: str) -> list[Row]:
    """Return the documents in `known` with this id, label or source, else name, else name without its ending."""
    wanted = name.strip().casefold()
    hits = [row for row in known if wanted in (row.id, row.label.casefold(), *_sources(row))]
    hits = hits or [row for row in known if wanted in _all_names(row)]
    return hits or [row for row in known if wanted in {name.rsplit(".", 1)[0] for name in _all_names(row)}]


def _sources(row: Named) -> tuple[str, str]:
    """Return a document's source, and the path alone of a file of some machine."""
    return row.source.casefold(), path_of(row.source).casefold()


def _all_names(row: Named) -> set[str]:
    return {name.casefold() for name in (row.name, *row.names)}
