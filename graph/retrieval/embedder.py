"""Protocols of embedding models, for indexing and retrieval."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from graph.types import Encoded, Reply

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings
    from numpy import float32
    from numpy.typing import NDArray


class Embedder(Protocol):
    """An embedding model that gives each chunk one vector."""

    identity: str
    """Name and dimension, e.g. `all-MiniLM-L6-v2-w8a8/384`; a collection holds the vectors of one identity."""

    @property
    def embeddings(self) -> Embeddings:
        """The same vectors behind LangChain's interface."""

    async def embed_query(self, text: str) -> Reply[NDArray[float32]]:
        """Return the unit vector of a question, of shape (dimensions,), and what it cost."""

    def embed_chunks(self, titles: Sequence[str], texts: Sequence[str]) -> AsyncIterator[Reply[NDArray[float32]]]:
        """Yield the unit vectors of chunks in order, as rows: after each request, so that none is paid for twice.

        Args:
            titles: The document's name for each chunk, or "".
            texts: The chunks.
        """


@runtime_checkable
class SentenceEmbedder(Embedder, Protocol):
    """A local model, fast enough to give every sentence and each of its tokens a vector."""

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        """Return the vectors of sentences and of their tokens."""

    def encode_query(self, text: str) -> Encoded:
        """Return the vectors of a question and of its tokens."""
