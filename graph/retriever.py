"""PageWitness as a LangChain retriever and as a LangChain vector store."""

from __future__ import annotations

import asyncio
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.vectorstores import VectorStore
from pydantic import Field

from graph import dependencies
from graph.context import Context
from graph.retrieval import document_mentions, documents, terms
from graph.retrieval.retriever import round_robin
from graph.runtime import async_nodes
from graph.types import RetrievedChunk


class PageWitnessRetriever(BaseRetriever):
    """A retriever of chunks by hybrid search, as PageWitness retrieves them before grading.

    Each result is a LangChain document: a chunk with the metadata `document` (its document's id), `name`, `page`,
    `pages`, `heading`, `kind`, `chunk` (its id) and `score`. If the query mentions documents ("in the Netflix 10-K"),
    only those are searched.
    """

    top_k: int = Field(5, ge=1, le=20, description="How many chunks are returned.")
    documents: list[str] = Field(
        default_factory=list, description="Names or ids of documents to search; all when empty."
    )
    context: Context = Field(default_factory=Context, description="The engine and models, as for a run of the graph.")

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        return async_nodes.run(self._find(query))

    async def _aget_relevant_documents(
        self, query: str, *, run_manager: AsyncCallbackManagerForRetrieverRun
    ) -> list[Document]:
        # The models' clients belong to the event loop of the async nodes.
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self._find(query), async_nodes.loop()))

    async def _find(self, query: str) -> list[Document]:
        deps = await asyncio.to_thread(dependencies.for_context, self.context)
        catalog = deps.stores.catalog
        allowed = await asyncio.to_thread(documents.resolve, catalog, self.documents)
        is_empty = not allowed and not await asyncio.to_thread(catalog.searchable, 1)
        if is_empty or not query.strip():
            return []
        mentioned = await asyncio.to_thread(document_mentions.mentioned_in, catalog, query)
        searched = allowed if self.documents else mentioned
        retriever = await asyncio.to_thread(deps.retriever)
        replies = [await retriever.search(question, searched, self.top_k) for question in terms.split_questions(query)]
        return [_to_document(chunk) for chunk in round_robin([reply.value for reply in replies], self.top_k)]


def vector_store(context: Context | None = None) -> VectorStore:
    """Return the library as a LangChain vector store for reading, whose `as_retriever()` searches by vectors alone.

    `PageWitnessRetriever` finds more: it searches full text too, and compares word by word.

    Args:
        context: The engine and models, as for a run of the graph; the defaults if None.

    Raises:
        IndexMismatchError: the stored vectors are of another embedding model, or incomplete.
        HomeInUseError: another process owns the home folder.
    """
    from graph.engines.embeddings import EmbedderEmbeddings
    from graph.storage.vector_store import LibraryVectorStore

    deps = dependencies.for_context(context or Context())
    deps.stores.check(deps.embedder.identity)
    return LibraryVectorStore(deps.stores.vectors, deps.stores.catalog, EmbedderEmbeddings(deps.embedder))


def _to_document(chunk: RetrievedChunk) -> Document:
    metadata: dict[str, Any] = {key: value for key, value in chunk.items() if key not in ("text", "relevant")}
    metadata["pages"] = chunk.get("pages") or [chunk["page"]]
    return Document(chunk["text"], id=chunk["chunk"], metadata=metadata)
