"""The documents that can be asked: found by name, listed, and with the pages of them that nobody could read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from graph.errors import UnknownDocumentError
from graph.storage.base import Catalog, DocumentRow


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
