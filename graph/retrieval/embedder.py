"""Embedding models, as indexing and retrieval see them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from graph.types import Encoded, Reply

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings
    from numpy import float32
    from numpy.typing import NDArray


class Embedder(Protocol):
    """An embedding model with an identity. Each chunk gets one vector."""

    identity: str
    """Name and dimension, e.g. `all-MiniLM-L6-v2-w8a8/384`; a collection holds the vectors of one identity."""

    @property
    def embeddings(self) -> Embeddings:
        """The same vectors behind LangChain's interface."""

    async def embed_query(self, text: str) -> Reply[NDArray[float32]]:
        """Embed a question: one vector."""

    def embed_chunks(self, titles: Sequence[str], texts: Sequence[str]) -> AsyncIterator[Reply[NDArray[float32]]]:
        """The vectors of passages in order, some rows at a time: after each request, so that none is paid for twice."""


@runtime_checkable
class SentenceEmbedder(Embedder, Protocol):
    """A local model, cheap enough to give every sentence and each of its tokens a vector."""

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        """Embed sentences and their tokens."""

    def encode_query(self, text: str) -> Encoded:
        """Embed a question and its tokens."""
