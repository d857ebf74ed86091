"""An adapter from an `Embedder` to LangChain's `Embeddings`, for vector stores and chains that take one."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

from langchain_core.embeddings import Embeddings

from graph.runtime import async_nodes

if TYPE_CHECKING:
    from graph.retrieval.embedder import Embedder


T = TypeVar("T")


class EmbedderEmbeddings(Embeddings):
    """The vectors of an embedder behind LangChain's interface; documents are embedded without a title.

    All requests run on the event loop of the nodes, since they share its rate limiter and connections.
    """

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return one unit vector for each text, in order; blocks the calling thread."""
        return async_nodes.run(self._documents(texts))

    def embed_query(self, text: str) -> list[float]:
        """Return the unit vector of a question; blocks the calling thread."""
        return async_nodes.run(self._query(text))

    async def aembed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return one unit vector for each text, in order."""
        return await _on_node_loop(self._documents(texts))

    async def aembed_query(self, text: str) -> list[float]:
        """Return the unit vector of a question."""
        return await _on_node_loop(self._query(text))

    async def _documents(self, texts: list[str]) -> list[list[float]]:
        replies = self._embedder.embed_chunks([""] * len(texts), texts)
        return [[float(value) for value in vector] async for reply in replies for vector in reply.value]

    async def _query(self, text: str) -> list[float]:
        return [float(value) for value in (await self._embedder.embed_query(text)).value]


async def _on_node_loop(vectors: Coroutine[Any, Any, T]) -> T:
    return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(vectors, async_nodes.loop()))
