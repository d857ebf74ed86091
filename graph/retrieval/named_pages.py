"""Pages that a question names by number, whose chunks are candidates whatever words they hold.

"Which date is given on page 14?" shares few words with page 14, so a search may miss it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from graph.storage.base import Catalog
from graph.storage.rows import DocumentRow

_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "last": -1, "title": 1, "cover": 1}
_PAGE = re.compile(
    r"\b(?:(?:page|slide|sheet|p\.) ?(?:no\.? ?|number )?(?P<number>\d{1,4})"
    rf"|(?P<ordinal>{'|'.join(_ORDINALS)}) (?:page|slide|sheet))\b",
    re.IGNORECASE,
)
_MAX_CHUNKS = 24  # ten pages: one has 2.4 chunks on average and at most 5 (194 pages of 15 documents)
_MAX_DOCUMENTS = 10  # documents that have a page of this number; of more, some would be left out


def chunks_on_named_page(catalog: Catalog, question: str, documents: Sequence[str]) -> frozenset[str]:
    """Return the ids of the chunks on the page that a question names.

    Args:
        catalog: Where the documents are.
        question: The question.
        documents: Ids of the documents that are searched; empty for all.
    """
    found = _PAGE.search(question)
    if found is None:
        return frozenset()
    rows = catalog.documents(documents) if documents else catalog.searchable(_MAX_DOCUMENTS + 1)
    if len(rows) > _MAX_DOCUMENTS:
        return frozenset()
    named = int(found["number"]) if found["number"] else _ORDINALS[found["ordinal"].lower()]
    ids = [chunk for row in rows for chunk in _on_page(catalog, row, row.pages if named < 0 else named)]
    return frozenset(ids[:_MAX_CHUNKS])


def _on_page(catalog: Catalog, row: DocumentRow, page: int) -> list[str]:
    if not 0 < page <= row.pages:
        return []
    return [chunk.id for chunk in catalog.chunks(catalog.chunk_ids(row.id), published=True) if page in chunk.pages]
