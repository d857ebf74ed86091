"""The interface of embedding models, as indexing and retrieval use them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol, TypeGuard, runtime_checkable

from graph.types import Encoded, Reply

if TYPE_CHECKING:
    from numpy import float32
    from numpy.typing import NDArray


class Embedder(Protocol):
    """An embedding model that gives each chunk one unit vector."""

    identity: str
    """Name and dimensions, e.g. `all-MiniLM-L6-v2-w8a8/384`; a collection holds the vectors of one identity."""

    async def embed_query(self, text: str) -> Reply[NDArray[float32]]:
        """Return the vector of a question, of shape (dimensions,)."""

    def embed_chunks(self, titles: Sequence[str], texts: Sequence[str]) -> AsyncIterator[Reply[NDArray[float32]]]:
        """Yield the vectors of texts in order, an array of shape (n, dimensions) after each request.

        So that the vectors of each request can be stored before the next one fails.

        Args:
            titles: The title of each text's document; may be "".
            texts: The texts.
        """


@runtime_checkable
class SentenceEmbedder(Embedder, Protocol):
    """A local model, fast enough to give every sentence and each of its tokens a vector."""

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        """Return the vectors of sentences and of their tokens, in order."""

    def encode_query(self, text: str) -> Encoded:
        """Return the vectors of a question and of its tokens."""

    def is_word(self, word: str) -> bool:
        """Return whether the model's vocabulary holds a lower-case word whole, so that it is hardly misspelt."""


def encodes_sentences(embedder: Embedder) -> TypeGuard[SentenceEmbedder]:
    """Return whether an embedder is a `SentenceEmbedder`, by its class."""
    return _encodes_sentences(type(embedder))


@lru_cache(maxsize=16)  # to compare an object with a protocol takes 30 us, and one search does it eight times
def _encodes_sentences(kind: type) -> bool:
    return all(hasattr(kind, name) for name in ("encode", "encode_query", "is_word"))


@runtime_checkable
class ImageEmbedder(Embedder, Protocol):
    """An embedding model that also gives page images vectors, in the space of its texts."""

    def embed_images(self, images: Sequence[bytes]) -> AsyncIterator[Reply[NDArray[float32]]]:
        """Yield the vectors of PNG images in order, an array of shape (n, dimensions) after each request."""
