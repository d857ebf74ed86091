"""Documents, chunks and sentences for tests of storage."""

from __future__ import annotations

import numpy as np

from graph.storage.base import Catalog
from graph.storage.rows import DocumentRow
from graph.storage.token_vectors import DIMENSIONS
from graph.types import Encoded
from loaders.types import Chunk, Sentence


def document(name: str, source: str = "", pages: int = 2) -> DocumentRow:
    return DocumentRow(name, f"{name}.pdf", source or f"/papers/{name}.pdf", "pdf", f"Title of {name}", pages, 1000)


def chunk(ordinal: int, *texts: str, page: int = 1) -> Chunk:
    sentences = tuple(Sentence(text, text, "prose", (page,)) for text in texts)
    return Chunk(ordinal, "text", " ".join(texts), (page,), ("Birds",), 10, sentences, ((0, len(sentences)),))


def encoded(direction: int, tokens: int) -> Encoded:
    """Return a sentence whose vector is 1 in one direction, with some tokens."""
    vector = np.zeros(DIMENSIONS, np.float32)
    vector[direction] = 1.0
    return Encoded(vector, np.full((tokens, DIMENSIONS), direction + tokens, np.int8), ((0, 1),) * tokens)


def publish(catalog: Catalog, row: DocumentRow, *chunks: Chunk) -> list[str]:
    catalog.add_document(row)
    return catalog.publish(row.id, catalog.stage_chunks(row.id, chunks))


def clean_up(catalog: Catalog, document: str) -> None:
    """Unmark a document, as is done when its stale data is deleted."""
    catalog.cleanup_done(document, catalog.stale_vectors(document).mark)


def found(catalog: Catalog, *words: str, documents: tuple[str, ...] = ()) -> list[str]:
    ids = [hit for hit, _ in catalog.search_text(words, documents, 10)]
    return [row.text for row in catalog.chunks(ids)]
