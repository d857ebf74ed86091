"""The loopback Gemini's embeddings, seen through the real Google client."""

import math
from collections.abc import Iterator
from typing import Any

import pytest
from langchain_google_genai import GoogleGenerativeAIEmbeddings
from langchain_google_genai._common import GoogleGenerativeAIError
from pydantic import SecretStr

from tests.wire.gemini_server import Fault, GeminiServer
from tests.wire.gemini_wire import embed


@pytest.fixture
def server() -> Iterator[GeminiServer]:
    with GeminiServer() as running:
        yield running


def embedder(server: GeminiServer, **settings: Any) -> GoogleGenerativeAIEmbeddings:
    settings = {"model": "gemini-embedding-2"} | settings
    return GoogleGenerativeAIEmbeddings(api_key=SecretStr("test"), base_url=server.url, **settings)


@pytest.mark.parametrize("model", ["gemini-embedding-2", "gemini-embedding-001"])
def test_embeddings_have_the_asked_size_and_put_related_texts_near(server: GeminiServer, model: str) -> None:
    embeddings = embedder(server, model=model, output_dimensionality=768)
    gauge, puffins, _ = embeddings.embed_documents(
        texts := ["The old float gauge silted up.", "Puffins recovered.", "!"]
    )
    query = embeddings.embed_query("Why was the float gauge silted?")
    assert {len(gauge), len(puffins), len(query)} == {768}
    assert _cosine(query, gauge) > 0.5 > _cosine(query, puffins)
    assert math.hypot(*gauge) > 1.5  # only full-size vectors are unit length
    assert math.hypot(*embedder(server).embed_query("float gauge")) == pytest.approx(1)
    assert [len(request.texts) for request in server.embeddings] == [3, 1, 1]
    assert server.embeddings[0].texts == texts


def test_embeddings_are_the_same_in_every_process() -> None:
    assert [index for index, value in enumerate(embed("float gauge", 64)) if abs(value) == 1] == [41, 58]


def test_a_batch_over_the_limit_is_refused(server: GeminiServer) -> None:
    with pytest.raises(GoogleGenerativeAIError, match="at most 100"):
        embedder(server).embed_documents(["text"] * 101, batch_size=101)
    assert len(embedder(server, output_dimensionality=8).embed_documents(["text"] * 101)) == 101


def test_a_spent_quota_is_recognised_by_its_cause(server: GeminiServer) -> None:
    server.fail_next(Fault(429, retry_delay="2s", quota="PerMinute"), on="embed")
    with pytest.raises(GoogleGenerativeAIError) as caught:
        embedder(server).embed_query("Hello")
    cause: Any = caught.value.__cause__
    assert (cause.code, cause.details["error"]["details"][-1]["retryDelay"]) == (429, "2s")
    assert len(embedder(server).embed_query("Again")) == 3072


def _cosine(one: list[float], other: list[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True)) / math.hypot(*one) / math.hypot(*other)
