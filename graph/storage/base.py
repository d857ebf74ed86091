"""The protocols of storage: what the graph asks of a catalog, a vector index and a store of page images.

The implementations here serve one machine (SQLite, Chroma, files). Modules above `graph/storage` use the protocols
alone, each the narrowest one, so that another implementation can replace one. They return only what one caller may
see: views of a scope (`graph.storage.library`) implement them, over implementations of `graph.storage.scoped`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from graph.access import Role
from graph.storage.rows import ChunkRow, DocumentRow, PageRow, StaleVectors, TokenVectors, Transcript, VectorRow
from loaders.types import Block, Chunk

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from graph.types import Encoded

    Vectors = NDArray[np.float32]


class DocumentStore(Protocol):
    """Documents, and which of them still have data outside the catalog to be removed."""

    def add_document(self, row: DocumentRow) -> None:
        """Insert a document with a pending ledger row for each page; to an existing one only add its name."""

    def document(self, document: str) -> DocumentRow | None: ...
    def documents(self, ids: Collection[str] | None = None, limit: int = -1, offset: int = 0) -> list[DocumentRow]:
        """Return documents that are not retired, oldest first: those of these ids, or all, or `limit` of all."""

    def searchable(self, limit: int, *, newest: bool = False) -> list[DocumentRow]:
        """Return the first, or the last, `limit` documents that can be asked, oldest first."""

    def count_searchable(self, most: int = -1) -> int:
        """Return how many documents can be asked, counted up to `most` if that is given."""

    def named(self, terms: Sequence[str]) -> list[DocumentRow]: ...  # of each term that not too many have
    def retire(self, document: str) -> bool:
        """Remove a document from the caller's collections; return whether it is retired, being in no other."""

    def forget_source(self, source: str) -> list[str]:
        """Remove a source and its attachments from the caller's collections; return the documents retired by it."""

    def is_held_by_others(self, document: str) -> bool: ...  # whether a collection that may not be written has it

    def pending_cleanup(self) -> list[str]:
        """Return the documents that may have vectors or images that the catalog no longer refers to."""

    def stale_vectors(self, document: str) -> StaleVectors: ...  # of such a document
    def cleanup_done(self, document: str, mark: str) -> None:
        """Remove this mark of `stale_vectors`: what was stale is deleted. A mark that was written since stays."""

    def delete_document(self, document: str, *, retired: bool = False) -> list[str]:
        """Delete all rows of a document; return the page images that no page refers to any more.

        With `retired`, a document that was added again since it was retired stays as it is.
        """


class PageLedger(Protocol):
    """The result of reading each page."""

    def pages(self, document: str, numbers: Sequence[int] | None = None) -> list[PageRow]:
        """Return a document's ledger rows by page: of all pages, or of these."""

    def set_front_matter(self, document: str, title: str, authors: Sequence[str], date: str, decimal: str) -> None:
        """Store what chunking finds out about a document: title, authors, date, and its decimal mark."""

    def set_labels(self, document: str, labels: Mapping[int, str], *, printed: bool) -> None:
        """Store the labels of a document's pages, as printed or as the file has them; pages left out get ""."""

    def failed_pages(self, documents: Collection[str] = ()) -> dict[str, list[int]]:
        """Return the failed pages by document id; of all documents if none is given."""

    def images(self) -> set[str]:
        """Return the keys of all page images that some page refers to."""

    def lease_pages(self, document: str, pages: Sequence[int], owner: str, seconds: float) -> list[int]:
        """Take leases of those pages that no other owner holds, for so many seconds; return the pages.

        Page 0 stands for the chunks of the document.
        """

    def renew_leases(self, owner: str, seconds: float) -> None:
        """Extend all leases of an owner to so many seconds from now."""

    def release_leases(self, owner: str) -> None:
        """Give back all leases of an owner."""

    def forget_leases(self) -> None:
        """Give back all leases: their owners were processes that are gone."""

    def count_attempt(self, document: str, pages: Sequence[int]) -> None:
        """Count a request that is about to be sent: an attempt for each of its pages, a request for the first."""

    def record_page(self, row: PageRow, transcript: Transcript | None = None, *, owner: str = "") -> bool:
        """Write a page's ledger line, and add its transcript, in one transaction; return whether that was done.

        The costs in `row` (attempts, requests, tokens, seconds) are added to those in the ledger, all else is replaced.
        Nothing is done for a deleted document. Of an owner who does not hold the page's lease only the costs are added.
        """


class TranscriptStore(Protocol):
    """Transcripts of pages and the files' own text layers."""

    def transcript(self, key: str) -> Transcript | None: ...
    def transcripts(self, document: str, pages: Sequence[int] | None = None) -> dict[int, Transcript]:
        """Return the transcripts of a document by page: of all pages that have one, or of these."""

    def blocks(self, document: str) -> list[tuple[int, tuple[Block, ...]]]:
        """Return (page, blocks) of every transcribed page in order, without words and boxes (ten times the space)."""

    def add_transcript(self, transcript: Transcript) -> None:
        """Add a transcript; an existing one of the same key stays."""


class ChunkStore(Protocol):
    """Chunks in generations, one of which is published: questions see that one."""

    def stage_chunks(self, document: str, chunks: Sequence[Chunk], *, owner: str = "") -> str:
        """Store a new generation of a document's chunks, unpublished; return its name, a hash of the chunks.

        This and `publish` do nothing for an owner who does not hold the lease of the document's chunks.
        """

    def publish(self, document: str, generation: str, fingerprint: str = "", *, owner: str = "") -> list[str]:
        """Publish what `stage_chunks` returned in place of the generation before, in one transaction.

        Other documents lose the sources of this one; those without any left are retired. Returned are these, and this
        one if it was published, staged or retired before; all of them are marked for clean-up. One that only a lost
        lease keeps from being published is returned too. The fingerprint is a hash of all that the chunks were made of.
        """

    def chunks_fingerprint(self, document: str) -> str:
        """Return the fingerprint that the published generation was given, or ""."""

    def chunk_ids(self, document: str, generation: str | None = None, limit: int = -1) -> list[str]:
        """Return a document's chunk ids in order, all or the first: of the published generation, or of this one."""

    def chunks(self, ids: Sequence[str], *, published: bool = False) -> list[ChunkRow]:
        """Return the existing chunks of these ids in the given order; with `published`, only published ones."""

    def published(self, ids: Sequence[str]) -> list[str]:
        """Return those of the chunk ids that are published."""

    def has_more_chunks(self, number: int) -> bool: ...
    def published_chunks(self, limit: int, offset: int = 0) -> list[str]:
        """Return the ids of the published chunks of all documents, in order, at most `limit`, from `offset` on."""


class FullTextIndex(Protocol):
    """Ranked search for words."""

    def search_text(self, words: Sequence[str], documents: Sequence[str], limit: int) -> list[tuple[str, float]]:
        """Return (chunk id, BM25 score of its best unit), best first; positive scores, higher is better."""

    def document_frequencies(self, words: Sequence[str]) -> tuple[dict[str, int], int]:
        """Return in how many indexed units each word occurs (stemmed as the index does), and the number of units."""


class TokenVectorStore(Protocol):
    """Sentence and token vectors of chunks, for late interaction; and vectors embedded before their chunks exist."""

    def add_token_vectors(self, rows: Iterable[tuple[str, Sequence[Encoded]]]) -> None:
        """Store the encoded sentences of chunks, given as (chunk id, sentences)."""

    def token_vectors(self, chunks: Sequence[str]) -> dict[str, TokenVectors]:
        """Return the vectors of those chunks that have some."""

    def sentence_vectors(self, chunks: Sequence[str]) -> dict[str, Vectors]:
        """Return the sentence vectors alone, as rows; with the token vectors, a hundred times as much would be read."""

    def add_prefetched_vectors(self, document: str, rows: Iterable[tuple[str, bytes]]) -> None:
        """Store (key, vector) pairs until the document's chunks are published; nothing for a deleted document."""

    def prefetched_vectors(self, keys: Sequence[str]) -> dict[str, bytes]: ...


class RequestCounter(Protocol):
    """Requests sent to model services, by day."""

    def count_request(self, account: str, model: str, day: str) -> None:
        """Add one to the requests that an account sent to a model on a day."""

    def requests_sent(self, account: str, model: str, day: str) -> int:
        """Return how many requests an account sent to a model on a day."""


class MetaStore(Protocol):
    """Single values that belong to the whole catalog."""

    def get_meta(self, key: str) -> str | None: ...
    def set_meta(self, key: str, value: str) -> None: ...
    def keep_meta(self, key: str, value: str) -> str:
        """Set a value unless there is one; return the one that is there."""


class CollectionView(Protocol):
    """Collections as one caller sees them; see `graph.storage.scoped.CollectionStore`."""

    def collections(self) -> dict[str, list[str]]: ...
    def create_collection(self, name: str) -> str: ...
    def members(self, collection: str) -> dict[str, Role]: ...
    def set_member(self, collection: str, who: str, role: Role | None) -> None: ...
    def put_in(self, document: str, names: Sequence[str]) -> list[str]: ...
    def add_to(self, documents: Sequence[str], names: Sequence[str]) -> list[str]: ...


class Catalog(
    DocumentStore, PageLedger, TranscriptStore, ChunkStore, FullTextIndex, TokenVectorStore, RequestCounter, MetaStore,
    CollectionView, Protocol,
):  # fmt: skip
    """The store that all others can be rebuilt from."""

    def was_replaced(self) -> bool:
        """Return whether the stored data was deleted or replaced since it was opened."""

    def leave_path(self) -> None: ...  # lets the same place be opened again while threads read through this one
    def close(self) -> None: ...


class Turn(Protocol):
    """A lock on an index that several processes write: shared to add documents, exclusive to rebuild it."""

    def try_to_begin(self) -> bool:
        """Take the lock and return True; return False while others hold it: call this again later."""

    def is_only_mover(self) -> bool:
        """Take the lock of the process that copies another library here, and return whether this process has it."""

    def check(self) -> None:
        """Raise HomeError if the lock was lost."""

    def end(self) -> None:
        """Release the lock, or stop waiting for it."""


class VectorIndex(Protocol):
    """An index of nearest neighbours by cosine. Everything in it can be rebuilt from the catalog."""

    @property
    def is_open(self) -> bool:
        """Whether the next call finds the index loaded and opened in this process."""

    @property
    def is_limited(self) -> bool:
        """Whether only a part of the rows may be seen, so that every search is filtered."""

    def check(self, embedder: str) -> None:
        """Raise IndexMismatchError if the stored vectors are another embedder's."""

    def add(self, rows: Sequence[VectorRow], vectors: Vectors) -> None:
        """Store one vector for each row, replacing those of the same id."""

    def stored_ids(self, ids: Sequence[str]) -> set[str]:
        """Return those of the row ids that have a vector."""

    def vectors(self, ids: Sequence[str]) -> dict[str, Vectors]:
        """Return the stored vectors of these row ids, each of shape (dimensions,)."""

    def search(self, vector: Vectors, documents: Sequence[str], limit: int) -> list[tuple[str, str, float]]:
        """Return the nearest rows as (row id, chunk id, cosine), best first; in these documents, or in all."""

    def search_among(self, vector: Vectors, ids: Sequence[str]) -> list[tuple[str, str, float]]:
        """Return all stored rows of these ids as (row id, chunk id, cosine), best first."""

    def delete_document(self, document: str) -> None: ...
    def delete_stale(self, document: str, generation: str, ids: Sequence[str] | None = None) -> None:
        """Delete the vectors of a document's chunks that are not of this generation.

        `ids` are all that they may have, where these are known: an index need not look for them.
        """

    def reset(self, embedder: str) -> None:
        """Delete all vectors; from now on the index holds those of this embedder."""

    def count(self) -> int: ...
    def close(self) -> None:
        """Release everything that is cached of the folder, which may have been deleted."""


class PageImages(Protocol):
    """Rendered pages by the hash of their bytes."""

    def put(self, png: bytes) -> str:
        """Store an image; return its key."""

    def get(self, key: str) -> bytes:
        """Return an image; KeyError if it is not stored."""

    def delete(self, key: str) -> None: ...
    def keep_only(self, keys: Collection[str]) -> None:
        """Delete all images but these, and partly written files."""
