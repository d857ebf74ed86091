"""Vectors of an embedding model: how texts are sent, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from langchain_core.embeddings import DeterministicFakeEmbedding

from graph.engines.embeddings import EmbedderEmbeddings
from graph.engines.llm.embedder import MAX_TEXTS, MAX_WORDS, ModelEmbedder, _batches
from graph.engines.llm.error_messages import explain
from graph.engines.requests.client import NamedModel, RequestClient
from graph.errors import ModelError


class Noting(DeterministicFakeEmbedding):
    """A local embedding model that notes what it is sent."""

    sent: list[list[str]] = []  # noqa: RUF012 - a pydantic field

    async def aembed_documents(self, texts: list[str]) -> list[list[float]]:
        self.sent.append(texts)
        return self.embed_documents(texts)

    async def aembed_query(self, text: str) -> list[float]:
        self.sent.append([text])
        return self.embed_query(text)


def embedder(name: str = "fake:model", size: int = 8, dimensions: int = 8) -> tuple[ModelEmbedder, Any]:
    model = Noting(size=size, sent=[])
    return ModelEmbedder(NamedModel(model, name, "SETTING"), dimensions, RequestClient(explain)), model


async def test_vectors_have_unit_length_and_come_in_order() -> None:
    embeds, model = embedder()
    texts = [f"text {number}" for number in range(MAX_TEXTS + 5)]
    replies = [reply async for reply in embeds.embed_chunks([""] * len(texts), texts)]
    assert [len(reply.value) for reply in replies] == [MAX_TEXTS, 5]
    rows = np.concatenate([reply.value for reply in replies])
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, rtol=1e-5)
    assert [text for batch in model.sent for text in batch] == texts
    assert embeds.identity == "model/8"
    assert sum(reply.usage["requests"] for reply in replies) == 2


async def test_only_googles_newer_models_read_the_task_from_the_text() -> None:
    for name, query in [
        ("google_genai:gemini-embedding-2", "task: search result | query: why"),
        ("google_genai:gemini-embedding-001", "why"),
        ("openai:text-embedding-3", "why"),
    ]:
        embeds, model = embedder(name)
        await embeds.embed_query("why")
        assert model.sent == [[query]]


async def test_vectors_of_another_length_are_refused_with_what_to_set() -> None:
    embeds, _ = embedder(size=8, dimensions=16)
    with pytest.raises(ModelError, match=r"length 8, not 16: set embedding_dimensions to 8, or SETTING"):
        await embeds.embed_query("why")


def test_a_batch_holds_neither_too_many_texts_nor_too_many_words() -> None:
    long = "word " * (MAX_WORDS // 4)
    assert [len(batch) for batch in _batches([long] * 5)] == [2, 2, 1]
    assert [len(batch) for batch in _batches(["word"] * 250)] == [100, 100, 50]
    assert list(_batches([])) == []


async def test_langchain_gets_the_same_vectors() -> None:
    embeds, _ = embedder()
    chain = EmbedderEmbeddings(embeds)
    assert np.allclose(await chain.aembed_query("why"), (await embeds.embed_query("why")).value)
    (documents,) = [reply.value async for reply in embeds.embed_chunks(["", ""], ["a", "b"])]
    assert np.allclose(await chain.aembed_documents(["a", "b"]), documents)
