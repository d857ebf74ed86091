"""Collections: names that users give to groups of documents, kept in the catalog; a document may be in several."""

from __future__ import annotations

import json
import re
import threading
from collections import Counter
from collections.abc import Mapping, Sequence

from graph.errors import BadInputError
from graph.storage.base import MetaStore

_KEY = "collections"
_MAX_NAME = 60  # characters
_MAX_OF_DOCUMENT = 20
_MAX_COLLECTIONS = 1000
_TOO_MANY = f"A document can be in {_MAX_OF_DOCUMENT} collections: leave out some."
_changing = threading.Lock()


def collections(catalog: MetaStore) -> dict[str, list[str]]:
    """Return the ids of the documents in each collection, by its name in alphabetical order; some may be deleted."""
    stored = json.loads(catalog.get_meta(_KEY) or "{}")
    return {name: list(stored[name]) for name in sorted(stored, key=str.casefold)}


def put_in(catalog: MetaStore, document: str, names: Sequence[str]) -> list[str]:
    """Put a document into these collections and into no other; an empty collection is gone. Returns their names.

    Raises:
        BadInputError: a name cannot be one, or there are too many.
    """
    with _changing:
        stored = collections(catalog)
        chosen = _known_spelling(checked(names), stored)
        for name in {*stored, *chosen}:
            kept = [one for one in stored.get(name, []) if one != document]
            stored[name] = [*kept, document] if name in chosen else kept
        _store(catalog, stored)
    return chosen


def add_to(catalog: MetaStore, documents: Sequence[str], names: Sequence[str]) -> list[str]:
    """Add documents to these collections; they stay in those that they are in. Returns the collections' names.

    Raises:
        BadInputError: a name cannot be one, there are too many, or one document would be in too many.
    """
    with _changing:
        stored = collections(catalog)
        chosen = _known_spelling(checked(names), stored)
        for name in chosen:
            stored[name] = list(dict.fromkeys([*stored.get(name, []), *documents]))
        counts = Counter(one for ids in stored.values() for one in ids)
        if any(counts[one] > _MAX_OF_DOCUMENT for one in documents):
            raise BadInputError(_TOO_MANY)
        _store(catalog, stored)
    return chosen


def _store(catalog: MetaStore, stored: Mapping[str, Sequence[str]]) -> None:
    left = {name: ids for name, ids in stored.items() if ids}
    if len(left) > _MAX_COLLECTIONS:
        raise BadInputError(f"There can be {_MAX_COLLECTIONS:,} collections at most: use one that there is.")
    catalog.set_meta(_KEY, json.dumps(left, ensure_ascii=False))


def checked(names: Sequence[str]) -> list[str]:
    """Return names of collections without needless spaces and repetitions.

    Raises:
        BadInputError: one is empty, too long, or holds a comma or a control character, or there are too many.
    """
    found = list(dict.fromkeys(" ".join(name.split()) for name in names))
    for name in found:
        if not name or len(name) > _MAX_NAME or not name.isprintable() or re.search(r"[,\ud800-\udfff]", name):
            shown = name if len(name) <= _MAX_NAME else f"{name[:_MAX_NAME]}…"
            raise BadInputError(
                f"{shown!r} cannot be the name of a collection: give 1 to {_MAX_NAME} characters without a comma."
            )
    if len(found) > _MAX_OF_DOCUMENT:
        raise BadInputError(_TOO_MANY)
    return found


def _known_spelling(names: Sequence[str], stored: Mapping[str, Sequence[str]]) -> list[str]:
    """Return names as the collections of that name are spelled: `Reports` and `reports` are one."""
    spelled = {name.casefold(): name for name in stored}
    return list(dict.fromkeys(spelled.setdefault(name.casefold(), name) for name in names))
