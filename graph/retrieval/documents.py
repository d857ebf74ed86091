"""Look-up of documents by id, name or source."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from graph.errors import UnknownDocumentError
from graph.storage.base import DocumentRow, DocumentStore


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


def resolve(catalog: DocumentStore, names: Sequence[str]) -> list[str]:
    """Return the ids of documents given by id or name; of all that can be asked if no names are given.

    Raises:
        UnknownDocumentError: a name matches no document, or several.
    """
    known = catalog.documents()
    if not names:
        return [row.id for row in known if row.generation]
    ids = {row.id for row in known}  # fast for long lists, which are lists of ids
    return [name if name in ids else find_among(known, name).id for name in names]


def find_document(catalog: DocumentStore, name: str) -> DocumentRow:
    """Return the document with this id, name (with or without its ending) or source.

    Raises:
        UnknownDocumentError: it matches no document, or several.
    """
    return find_among(catalog.documents(), name)


def find_among(known: Sequence[Row], name: str) -> Row:
    """Return the document in `known` with this id, name (with or without its ending) or source.

    Raises:
        UnknownDocumentError: it matches no document, or several.
    """
    hits = fitting(known, name)
    if not hits:
        listed = ", ".join(row.label or row.name for row in known[:10]) or "none yet"
        raise UnknownDocumentError(f"There is no document {name!r}: name one of these ({listed}), or its id.")
    if len(hits) > 1:
        ids = ", ".join(f"{row.id} ({row.source})" for row in hits)
        raise UnknownDocumentError(f"Several documents are named {name!r}: give the id of one of them: {ids}.")
    return hits[0]


def fitting(known: Sequence[Row], name: str) -> list[Row]:
    """Return the documents in `known` with this id, label or source, else name, else name without its ending."""
    wanted = name.strip().casefold()
    hits = [row for row in known if wanted in (row.id, row.label.casefold(), row.source.casefold())]
    hits = hits or [row for row in known if wanted in _all_names(row)]
    return hits or [row for row in known if wanted in {name.rsplit(".", 1)[0] for name in _all_names(row)}]


def _all_names(row: Named) -> set[str]:
    return {name.casefold() for name in (row.name, *row.names)}
