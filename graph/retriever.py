"""The retrieval of PageWitness as a LangChain retriever, for anybody's chain."""

from __future__ import annotations

import asyncio
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import Field

from graph import dependencies
from graph.context import Context
from graph.retrieval import document_mentions, documents, terms
from graph.retrieval.retriever import round_robin
from graph.runtime import async_nodes
from graph.types import RetrievedChunk


class PageWitnessRetriever(BaseRetriever):
    """The passages that a question of PageWitness starts from: hybrid search, before any grading.

    Metadata of each document: `document` (its id), `name`, `page`, `pages`, `heading`, `kind`, `chunk`, `score`. A
    document that the query names ("in the Netflix 10-K") is looked in alone.
    """

    top_k: int = Field(5, ge=1, le=20, description="How many passages are returned.")
    documents: list[str] = Field(default_factory=list, description="Names or ids to look in; all when empty.")
    context: Context = Field(default_factory=Context, description="The engine and models, as for a run of the graph.")

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        return async_nodes.run(self._find(query))

    async def _aget_relevant_documents(
        self, query: str, *, run_manager: AsyncCallbackManagerForRetrieverRun
    ) -> list[Document]:
        # On the loop of all steps, where the clients of models live.
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self._find(query), async_nodes.loop()))

    async def _find(self, query: str) -> list[Document]:
        now = await asyncio.to_thread(dependencies.for_context, self.context)
        catalog = now.stores.catalog
        scope = await asyncio.to_thread(documents.resolve, catalog, self.documents)
        if not scope or not query.strip():
            return []
        rows = [row for row in await asyncio.to_thread(catalog.documents) if row.generation]
        focus = scope if self.documents else document_mentions.mentioned_documents(query, rows)
        retriever = await asyncio.to_thread(now.retriever)
        replies = [await retriever.search(part, focus, self.top_k) for part in terms.split_questions(query)]
        return [_document(passage) for passage in round_robin([reply.value for reply in replies], self.top_k)]


def _document(passage: RetrievedChunk) -> Document:
    metadata: dict[str, Any] = {key: value for key, value in passage.items() if key not in ("text", "relevant")}
    metadata["pages"] = passage.get("pages") or [passage["page"]]
    return Document(passage["text"], id=passage["chunk"], metadata=metadata)
