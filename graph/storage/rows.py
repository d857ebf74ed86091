"""The rows of storage: documents, pages, transcripts, chunks and vectors as the stores take and return them.

They are the same for every implementation of `graph.storage.base`. No row holds a path of this machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

from loaders.types import FILE_READER, Block, SentencePredicates, Word

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PageStatus = Literal["pending", "read", "fallback", "blank", "failed"]
DONE: frozenset[PageStatus] = frozenset({"read", "fallback", "blank"})
"""The statuses of a page that needs no further work."""
TEXT_LAYER = "text-layer"
"""The engine, in the ledger, of pages that were read from the file where a vision model could have read them."""


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document, identified by the hash of its bytes."""

    id: str
    """The first digits of the SHA-256 of the file."""
    name: str
    """The name that it was first found under."""
    source: str
    """Where it came from first: a path, an address or an upload; "" once the document is retired."""
    kind: str
    """The file format."""
    title: str
    """Its title: from the file's metadata, or from its first page once that is read, or ""."""
    pages: int
    """Number of pages."""
    size: int
    """Bytes of the file."""
    generation: str = ""
    """The published set of chunks, which questions see; "" until a first ingestion has finished."""
    file_title: str = ""
    """The title in the file's metadata, or ""."""
    authors: str = ""
    """Its authors, from its first page, with "; " between them, or ""."""
    date: str = ""
    """Its date, from its first page: "2024-03-12", "2024-03" or ""."""
    created: float = 0.0
    """When it was added, as a Unix time."""
    names: tuple[str, ...] = ()
    """All names that its bytes were found under, the first one first; read from the catalog, not written to it."""
    label: str = ""
    """Its name, with its folder or id where other documents have the same name; read from the catalog."""


class StaleVectors(NamedTuple):
    """What may have to be deleted of a document whose chunks were replaced, or that was retired."""

    mark: str
    """The mark that says so, which is removed when it is done; "" if there is none."""
    ids: list[str] | None
    """The ids that its stale rows may have in the vector indexes; None if they are not known."""


@dataclass(frozen=True, slots=True)
class PageRow:
    """A row of the page ledger: how one page was read, with what result, and at what cost."""

    document: str
    """The document's id."""
    page: int
    """The page's number, from 1."""
    status: PageStatus = "pending"
    """The result of reading it."""
    reason: str = ""
    """Why it failed or fell back, as a code."""
    detail: str = ""
    """The same as a sentence."""
    attempts: int = 0
    """How many runs tried to read it."""
    engine: str = ""
    """What read it: an engine's name, or `text-layer`."""
    model: str = ""
    """The model that read it."""
    prompt: str = ""
    """The fingerprint of the prompt; without a model, the `FILE_READER` of the version that read the page."""
    requests: int = 0
    """Requests that it took."""
    input_tokens: int = 0
    """Tokens sent."""
    output_tokens: int = 0
    """Tokens received."""
    seconds: float = 0.0
    """Seconds that it took, queueing included."""
    image: str = ""
    """The key of the rendered page, or ""."""
    width: int = 0
    """Pixels of the rendered page."""
    height: int = 0
    """Pixels of the rendered page."""
    ink: float = 0.0
    """The share of pixels that differ from the page's background, 0 to 1."""
    legible: bool = False
    """Whether the file's own text layer can be trusted."""
    transcript: str = ""
    """The key of the transcript, or ""."""
    file_label: str = ""
    """What the file calls the page ("iv"); "" where it does not, or only counts its pages."""
    printed_label: str = ""
    """The page number printed on it, where the whole document shows which number that is; else ""."""

    @property
    def is_of_older_reader(self) -> bool:
        """Whether an earlier version read it from the file or by OCR, so that this one may read more."""
        by_file = self.engine in ("offline", TEXT_LAYER)
        return by_file and self.status in ("read", "fallback") and self.prompt != FILE_READER

    @property
    def label(self) -> str:
        """What the page is called, by the file or else in print; "" where that is its number."""
        label = self.file_label or self.printed_label
        return "" if label == str(self.page) else label


@dataclass(frozen=True, slots=True)
class Transcript:
    """The text of a page as it was read, stored under a key of its inputs and never overwritten."""

    key: str
    blocks: tuple[Block, ...]
    words: Sequence[Word] = ()

    @property
    def markdown(self) -> str:
        """The page as one Markdown text."""
        return "\n\n".join(block.text for block in self.blocks)


def layer_key(document: str, page: int) -> str:
    """Return the transcript key of a page's own text layer, which is stored as a transcript for later checks."""
    return f"layer:{document}:{page}"


def ocr_key(document: str, page: int) -> str:
    """Return the transcript key of a page as OCR reads it, beside what a model read.

    It has words, and a comment of what OCR doubts as its only block, which is not searched.
    """
    return f"{document}:{page}:ocr"


def document_of_key(key: str) -> str:
    """Return the document in a transcript's key; for a key without one, a text that is no document's id."""
    return key.removeprefix("layer:").partition(":")[0]


@dataclass(frozen=True, slots=True)
class SentenceRow(SentencePredicates):
    """A stored sentence of a chunk."""

    id: str
    """`<chunk>/<number>`, which is also its key in the vector index."""
    text: str
    """The sentence as it stands on the page."""
    search: str
    """The text that is indexed and embedded."""
    kind: str
    """The kind of its block."""
    pages: tuple[int, ...]
    """The pages that it stands on."""
    cells: tuple[tuple[str, str], ...] = ()
    """Of a table row, (column header, cell) pairs."""

    band: tuple[str, ...] = ()
    """Of a table row, the names of the bands above it, and the group left of its label."""


@dataclass(frozen=True, slots=True)
class ChunkRow:
    """A stored chunk with its document's name and its sentences."""

    id: str
    """`<document>-<generation>-<ordinal>`."""
    document: str
    """The document's id."""
    name: str
    """The document's name."""
    ordinal: int
    """The place of the chunk in its document, from 0."""
    kind: str
    """The kind of its blocks."""
    text: str
    """The whole chunk as Markdown."""
    pages: tuple[int, ...]
    """The pages that it stands on."""
    headings: tuple[str, ...]
    """The headings above it, outermost first."""
    sentences: tuple[SentenceRow, ...] = field(default=(), repr=False)
    """Its sentences in order."""
    decimal: str = ""
    """The decimal mark of its document, "." or ","; "" where it is not known."""


class TokenVectors(NamedTuple):
    """The vectors of a chunk's sentences and of their tokens."""

    sentences: NDArray[np.float32]
    """One unit vector for each sentence, as rows."""
    tokens: NDArray[np.int8] | NDArray[np.uint8]
    """One unit vector for each token of all sentences in order, as rows: int8 with 127 for 1.0, or codes."""
    lengths: NDArray[np.intp]  # how many tokens each sentence has
    scales: NDArray[np.float32] | None = None  # of tokens as codes, see `token_codes.levels`; None for whole ones


@dataclass(frozen=True, slots=True)
class VectorRow:
    """The key of a vector: a chunk (`<document>-<generation>-<ordinal>`) or a sentence of it (`<chunk>/<number>`)."""

    id: str
