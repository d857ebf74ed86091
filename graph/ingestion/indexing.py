"""From stored transcripts to chunks that questions can see; nothing here reads a page."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from graph.storage.base import DONE, DocumentRow, PageRow
from graph.storage.cleanup import settle
from graph.storage.stores import Stores
from loaders.types import CHUNKER, Chunk


def basis_of(rows: Sequence[PageRow]) -> str:
    """What a document's chunks are made of: the way of cutting, and what was read from each page.

    Chunks whose basis differs are out of date, for whatever reason: pages read since, a run that was killed before it
    got this far, another chunker.
    """
    read = "|".join(f"{row.page}:{row.transcript}" for row in rows if row.status in DONE)
    return f"{CHUNKER}:{hashlib.sha256(read.encode()).hexdigest()[:16]}"


def is_cut_anew(basis: str) -> bool:
    """Whether a basis is of the chunker in use."""
    return basis.startswith(f"{CHUNKER}:")


def stage(stores: Stores, document: DocumentRow) -> str:
    """Cut what was read into chunks, stored out of sight until their vectors are there; returns their generation."""
    from loaders.chunking.chunker import (
        chunk_pages,  # a tenth of the import of the whole graph, which questions do not need
    )

    chunks = chunk_pages(document.title or document.name, stores.catalog.blocks(document.id))
    return stores.catalog.stage_chunks(document.id, chunks)


def beginning(stores: Stores, document: DocumentRow, last: int) -> list[Chunk]:
    """The chunks of a document's first pages, which end before the page `last`: a text may run on from there."""
    from loaders.chunking.chunker import chunk_pages

    pages = [(page, blocks) for page, blocks in stores.catalog.blocks(document.id) if page <= last]
    return [
        chunk for chunk in chunk_pages(document.title or document.name, pages) if max(chunk.pages, default=0) < last
    ]


def show(stores: Stores, document: str, generation: str, basis: str) -> None:
    """Let questions see a generation in place of what was there, then sweep that."""
    for touched in (*stores.catalog.publish(document, generation, basis), document):
        settle(stores, touched)
