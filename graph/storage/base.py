"""The seams of storage: what the graph asks of a catalog, a vector index and a picture store.

The default implementations serve one machine and one process (SQLite, Chroma, files, local processes). Others may be
chosen by a URL in the settings one day, so nothing above this module knows which it talks to. Rows hold no path of the
machine.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

from loaders.types import Block, Chunk, Word

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

PageStatus = Literal["pending", "read", "fallback", "blank", "failed"]
DONE: frozenset[PageStatus] = frozenset({"read", "fallback", "blank"})
"""The statuses of a page that needs no further work."""


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document: its bytes under a hash, the name people know it by, where it came from.

    `generation` names the set of chunks that questions see; it is "" until a first ingestion reached the index.
    """

    id: str
    name: str
    source: str
    kind: str
    title: str
    pages: int
    size: int
    generation: str = ""
    created: float = 0.0


@dataclass(frozen=True, slots=True)
class PageRow:
    """A line of the page ledger: what became of one page, how, and at what cost.

    `ink` and `legible` are what rendering found out (see `PageImage`); `transcript` is the key of what was read.
    """

    document: str
    page: int
    status: PageStatus = "pending"
    reason: str = ""
    detail: str = ""
    attempts: int = 0
    engine: str = ""
    model: str = ""
    prompt: str = ""
    requests: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    seconds: float = 0.0
    image: str = ""
    width: int = 0
    height: int = 0
    ink: float = 0.0
    legible: bool = False
    transcript: str = ""


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was read from a page: kept once under a key of its inputs, never overwritten.

    The file's own text layer is kept likewise, under `layer_key`, for whatever is checked against it.
    """

    key: str
    blocks: tuple[Block, ...]
    words: tuple[Word, ...] = ()

    @property
    def markdown(self) -> str:
        """The page as one Markdown text."""
        return "\n\n".join(block.text for block in self.blocks)


def layer_key(document: str, page: int) -> str:
    """The transcript key of a page's own text layer."""
    return f"layer:{document}:{page}"


@dataclass(frozen=True, slots=True)
class SentenceRow:
    """A stored sentence of a chunk; `id` is also its key in the vector index."""

    id: str
    text: str
    search: str
    kind: str
    pages: tuple[int, ...]
    cells: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ChunkRow:
    """A stored chunk with its document's name and its sentences."""

    id: str
    document: str
    name: str
    ordinal: int
    kind: str
    text: str
    pages: tuple[int, ...]
    headings: tuple[str, ...]
    sentences: tuple[SentenceRow, ...] = field(default=(), repr=False)


class Catalog(Protocol):
    """Documents, ledger, transcripts, chunks and full text: the store of truth."""

    def add_document(self, row: DocumentRow) -> None: ...
    def document(self, document: str) -> DocumentRow | None: ...
    def documents(self) -> list[DocumentRow]: ...
    def stage_chunks(self, document: str, chunks: Sequence[Chunk]) -> str:
        """Store a new generation of a document's chunks, unseen by questions; returns its name.

        The same chunks make the same generation, so that staging twice changes nothing.
        """

    def publish(self, document: str, generation: str, basis: str = "") -> list[str]:
        """Show this generation to questions in place of the one before, in one step.

        Other documents that came from the same source are retired; their ids are returned. `basis` says what the
        generation was made of. All of them are unsettled from then on.
        """

    def basis(self, document: str) -> str:
        """What the published generation was made of; "" where nobody said."""

    def retire(self, document: str) -> None:
        """Take a document out of sight for good, before its vectors and images are removed."""

    def unsettled(self) -> list[str]:
        """Documents that may have vectors or images which the catalog no longer knows."""

    def settled(self, document: str) -> None:
        """Note that nothing is left over of a document's former generations, or of the document itself."""

    def delete_document(self, document: str) -> list[str]:
        """Remove every trace of a document; returns the page images that nothing refers to any more."""

    def pages(self, document: str, numbers: Sequence[int] | None = None) -> list[PageRow]: ...
    def failed_pages(self, documents: Collection[str] = ()) -> dict[str, list[int]]: ...
    def images(self) -> set[str]:
        """The page images that some page refers to."""

    def record_page(self, row: PageRow, transcript: Transcript | None = None) -> None:
        """Replace a page's line in the ledger, and store what was read, in one step."""

    def transcript(self, key: str) -> Transcript | None: ...
    def transcripts(self, document: str, pages: Sequence[int] | None = None) -> dict[int, Transcript]:
        """The transcripts of a document's pages, of all or of those named, that have one."""

    def blocks(self, document: str) -> list[tuple[int, tuple[Block, ...]]]:
        """The blocks of every page that was read, in order; without the words, which weigh ten times as much."""

    def add_transcript(self, transcript: Transcript) -> None: ...

    def chunk_ids(self, document: str, generation: str | None = None) -> list[str]:
        """A document's chunks in order: of the published generation, or of the one named."""

    def chunks(self, ids: Sequence[str], *, published: bool = False) -> list[ChunkRow]:
        """The chunks of these ids that exist, in the order asked; only those that questions may see if `published`."""

    def published(self, ids: Sequence[str]) -> list[str]:
        """Those of the ids whose chunks questions may see."""

    def search_text(self, words: Sequence[str], documents: Sequence[str], limit: int) -> list[tuple[str, float]]:
        """Chunks by BM25 of their best unit, best first; scores are positive, higher is better."""

    def document_frequencies(self, words: Sequence[str]) -> tuple[dict[str, int], int]:
        """In how many indexed units each word (stemmed by the index) occurs, and how many units there are."""

    def add_vectors_ahead(self, document: str, rows: Iterable[tuple[str, bytes]]) -> None:
        """Keep vectors, each with a key of its passage, until the document's chunks are published."""

    def vectors_ahead(self, passages: Sequence[str]) -> dict[str, bytes]:
        """The vectors that are kept under these keys, by key."""

    def add_token_vectors(self, rows: Iterable[tuple[str, bytes]]) -> None: ...
    def token_vectors(self, chunks: Sequence[str]) -> dict[str, bytes]: ...
    def heads_of_token_vectors(self, chunks: Sequence[str], size: Callable[[bytes], int]) -> dict[str, bytes]: ...
    def count_request(self, account: str, model: str, day: str) -> None:
        """Add one to the requests that an account sent to a model on a day."""

    def requests_sent(self, account: str, model: str, day: str) -> int: ...
    def get_meta(self, key: str) -> str | None: ...
    def set_meta(self, key: str, value: str) -> None: ...
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class VectorRow:
    """What a vector stands for: a chunk (`<document>-<generation>-<ordinal>`), or a sentence of it (`<chunk>/<n>`)."""

    id: str


class VectorIndex(Protocol):
    """Nearest neighbours by cosine. It holds nothing that the catalog could not give it again."""

    def check(self, embedder: str) -> None:
        """Raise IndexMismatchError when the stored vectors are another embedder's."""

    def add(self, rows: Sequence[VectorRow], vectors: Vectors) -> None: ...
    def known(self, ids: Sequence[str]) -> set[str]:
        """Those of the row ids that have a vector."""

    def search(self, vector: Vectors, documents: Sequence[str], limit: int) -> list[tuple[str, str, float]]:
        """The nearest rows as (row id, chunk id, cosine), best first."""

    def compare(self, vector: Vectors, ids: Sequence[str]) -> list[tuple[str, str, float]]: ...
    def delete_document(self, document: str) -> None: ...
    def delete_stale(self, document: str, generation: str) -> None: ...
    def reset(self, embedder: str) -> None: ...
    def count(self) -> int: ...
    def close(self) -> None:
        """Forget what is kept in memory of the folder, which may have been emptied."""


class PageImages(Protocol):
    """Rendered pages by the hash of their bytes."""

    def put(self, png: bytes) -> str: ...
    def get(self, key: str) -> bytes: ...
    def delete(self, key: str) -> None: ...
    def sweep(self, kept: Collection[str]) -> None:
        """Forget all images but these, and what was left half-written."""
