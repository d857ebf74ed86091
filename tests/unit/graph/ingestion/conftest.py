"""Parts for the tests of ingestion: stores in the test's home folder, and an embedder that needs no model."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, cast

import numpy as np
import pytest
from langgraph.graph import END, START, StateGraph
from numpy.typing import NDArray
from typing_extensions import TypedDict

from graph import dependencies
from graph.access import Scope
from graph.context import Context
from graph.dependencies import Deps
from graph.runtime.async_nodes import async_node
from graph.storage.rows import DocumentRow
from graph.storage.stores import Stores
from graph.types import Reply, Usage

NAME = "a.pdf"
DOCUMENT = "0123456789abcdef"


class HashEmbedder:
    """An embedder that gives each text the vector of its hash, sixteen texts a request, and records the texts."""

    identity = "hash/8"

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.broken = ""

    async def embed_query(self, text: str) -> Reply[NDArray[np.float32]]:
        return Reply(self._vector(text))

    async def embed_chunks(self, titles: Sequence[str], texts: Sequence[str]) -> AsyncIterator[Reply[Any]]:
        for start in range(0, len(texts), 16):
            part = texts[start : start + 16]
            if self.broken and any(self.broken in text for text in part):
                raise ConnectionError("the model service is down")
            self.texts += part
            yield Reply(
                np.stack([self._vector(text) for text in part]), Usage(requests=1, input_tokens=9, output_tokens=0)
            )

    def _vector(self, text: str) -> NDArray[np.float32]:
        values = np.frombuffer(hashlib.sha256(text.encode()).digest()[:8], np.uint8).astype(np.float32) + 1
        return values / np.float32(np.linalg.norm(values))


@pytest.fixture
def embedder() -> HashEmbedder:
    return HashEmbedder()


@pytest.fixture
def stores(embedder: HashEmbedder) -> Stores:
    opened = dependencies.stores(Scope.everything())
    opened.acquire_for_writing()
    opened.check(embedder.identity)
    return opened


@pytest.fixture
def deps(stores: Stores, embedder: HashEmbedder) -> Deps:
    """The parts that indexing uses; the engine reads no page there."""
    return Deps(stores, cast(Any, None), cast(Any, embedder), cast(Any, None))


def document_row(document: str = DOCUMENT, source: str = "/papers/a.pdf", pages: int = 2) -> DocumentRow:
    return DocumentRow(document, NAME, source, "pdf", "", pages, 1000)


class _State(TypedDict, total=False):
    result: Any


def in_run(function: Callable[[], Awaitable[Any]], settings: Context) -> Any:
    """Call a function as a node of a run with these settings, and return its result."""

    async def call(state: _State) -> _State:
        return {"result": await function()}

    builder: Any = StateGraph(_State, context_schema=Context)
    builder.add_node("call", async_node(call))
    builder.add_edge(START, "call")
    builder.add_edge("call", END)
    return builder.compile().invoke({}, context=settings)["result"]
