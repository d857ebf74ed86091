"""The client of all requests: what it returns, when it asks the fallback model, and what it records."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage

from graph.engines.llm.error_messages import explain
from graph.engines.requests.client import ModelReply, NamedModel, RequestClient
from graph.engines.requests.limits import Rate
from graph.engines.requests.retry import RetryPolicy
from graph.engines.requests.usage import record_usage
from graph.errors import ModelError
from loaders.types import Failure
from tests.unit.graph.engines.requests.virtual_time import Make

CHAT = GenericFakeChatModel(messages=iter([]))
FIRST, SECOND = NamedModel(CHAT, "fake:first", "PAGEWITNESS_CHAT_MODEL"), NamedModel(CHAT, "fake:second", "FALLBACK")
TOKENS: Any = {"input_tokens": 30, "output_tokens": 5, "total_tokens": 35}


async def no_sleep(seconds: float) -> None:
    """Wait for nothing."""


POLICY = RetryPolicy(max_attempts=3, sleep=no_sleep)


def status(code: int) -> Exception:
    request = httpx.Request("POST", "http://localhost")
    return httpx.HTTPStatusError("no", request=request, response=httpx.Response(code, request=request))


def answering(*replies: object) -> Callable[[Any], Any]:
    """A request that returns, or raises, these in turn; the last one again and again."""
    left = list(replies)

    async def request(model: Any) -> Any:
        reply = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(reply, Exception):
            raise reply
        return reply

    return request


def client(**settings: Any) -> RequestClient:
    return RequestClient(explain, POLICY, **settings)


async def test_a_reply_comes_with_its_model_and_the_cost_of_all_attempts() -> None:
    reply = AIMessage("Yes.", usage_metadata=TOKENS)
    with record_usage(lambda event: None) as recorder:
        answer = await client().send(FIRST, answering(status(503), reply), time_limit=5, pages=[7, 8])
    assert isinstance(answer, ModelReply)
    assert (answer.reply, answer.name) == (reply, "fake:first")
    assert answer.usage == {"requests": 2, "input_tokens": 30, "output_tokens": 5}
    assert [(page, cost.attempts, cost.usage["input_tokens"]) for page, cost in recorder.pages.items()] == [
        (7, 2, 15),
        (8, 2, 15),
    ]


async def test_vectors_go_the_same_way_and_count_as_requests_without_tokens() -> None:
    embeddings: Any = NamedModel("an embedding model", "fake:embed", "PAGEWITNESS_EMBEDDING_MODEL")
    answer = await client().send(embeddings, answering(status(429), [[1.0, 0.0]]), time_limit=5)
    assert isinstance(answer, ModelReply)
    assert answer.reply == [[1.0, 0.0]]
    assert answer.usage == {"requests": 2, "input_tokens": 0, "output_tokens": 0}


async def test_a_request_that_fails_is_recorded_too() -> None:
    with record_usage(lambda event: None) as recorder:
        answer = await client().send(FIRST, answering(status(503)), time_limit=5, pages=[1])
    assert isinstance(answer, Failure)
    assert answer.reason == "overloaded"
    assert recorder.pages[1].attempts == 3


async def test_a_refused_key_raises_an_error_that_names_it() -> None:
    with pytest.raises(ModelError, match="key was refused"):
        await client(fallback=SECOND).send_with_fallback(FIRST, answering(status(403)), time_limit=5)


async def test_a_refusal_that_others_are_told_leaves_the_first_request_to_end() -> None:
    """As two batches of pages do: the second is told what the first was, while the first still gives its pages back."""
    shared, turn, told = client(), asyncio.Event(), asyncio.Event()

    async def first() -> None:
        try:
            await shared.send(FIRST, answering(status(403)), time_limit=5)
        finally:
            turn.set()
            await told.wait()

    async def waiting(model: Any) -> Any:
        await turn.wait()
        raise status(503)

    other, one = asyncio.create_task(shared.send(FIRST, waiting, time_limit=5)), asyncio.create_task(first())
    async with asyncio.timeout(30):
        with pytest.raises(ModelError, match="key"):
            await other
        told.set()
        with pytest.raises(ModelError, match="key"):
            await one


async def test_the_fallback_model_is_asked_when_the_first_is_overloaded_and_not_when_a_request_is_refused() -> None:
    overloaded = answering(*[status(503)] * 3, AIMessage("From the second."))
    answer = await client(fallback=SECOND).send_with_fallback(FIRST, overloaded, time_limit=5)
    assert isinstance(answer, ModelReply)
    assert answer.name == "fake:second"
    refused = answering(status(400), AIMessage("From the second."))
    answer = await client(fallback=SECOND).send_with_fallback(FIRST, refused, time_limit=5)
    assert isinstance(answer, Failure)
    assert answer.reason == "request_error"


async def test_if_both_models_fail_the_failure_of_the_first_is_returned() -> None:
    failing = answering(status(429), status(429), status(429), status(503))
    answer = await client(fallback=SECOND).send_with_fallback(FIRST, failing, time_limit=5)
    assert isinstance(answer, Failure)
    assert (answer.reason, "first" in answer.detail) == ("quota_minute", True)


async def test_a_model_that_does_not_exist_is_requested_once() -> None:
    sender, asked = client(fallback=SECOND), list[str]()

    async def request(model: Any) -> AIMessage:
        asked.append("sent")
        if len(asked) == 1:
            raise status(404)
        return AIMessage("From the second.")

    for _ in range(2):
        answer = await sender.send_with_fallback(FIRST, request, time_limit=5)
        assert isinstance(answer, ModelReply)
        assert answer.name == "fake:second"
    assert len(asked) == 3
    with pytest.raises(ModelError, match="does not exist"):
        await client().send_with_fallback(FIRST, answering(status(404)), time_limit=5)


def test_the_day_is_over_when_it_is_over_for_the_fallback_model_too(make: Make) -> None:
    limiter = make(Rate(per_day=0))
    assert not client().is_daily_quota_exhausted(FIRST)
    sender = client(rate_limiter=limiter, fallback=SECOND)
    for name in ("fake:first", "fake:second"):
        assert not sender.is_daily_quota_exhausted(FIRST)
        limiter._queue(name).day = limiter._today()
    assert sender.is_daily_quota_exhausted(FIRST)
