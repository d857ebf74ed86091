"""The loopback Gemini itself, seen through the real Google client: replies and faults."""

import asyncio
import json
import threading
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import aiohttp
import httpx
import pytest
from langchain_core.exceptions import OutputParserException
from langchain_core.messages import AIMessageChunk, HumanMessage, SystemMessage
from langchain_google_genai import ChatGoogleGenerativeAI
from langchain_google_genai import chat_models as google
from pydantic import BaseModel, Field

from tests.wire.gemini_server import Fault, GeminiServer, Recorded, Reply

MODEL = "gemini-3.8-flash"


class Grade(BaseModel):
    """A judgement."""

    relevant: bool
    pages: list[int] = Field(default_factory=list)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[GeminiServer]:
    for name in ("GOOGLE_API_KEY", "GEMINI_API_KEY", "GOOGLE_GEMINI_BASE_URL", "HTTP_PROXY", "http_proxy"):
        monkeypatch.delenv(name, raising=False)
    with GeminiServer(reply=lambda request: f"Heard: {request.prompt}") as running:
        yield running


def chat(server: GeminiServer, **settings: Any) -> ChatGoogleGenerativeAI:
    return ChatGoogleGenerativeAI(model=MODEL, api_key="test", base_url=server.url, max_retries=1, **settings)


def test_invoke_is_answered_and_recorded_without_the_key(server: GeminiServer) -> None:
    reply = chat(server, temperature=0.2).invoke([SystemMessage("Be brief."), HumanMessage("Hello there")])
    assert reply.text == "Heard: Hello there"
    assert reply.response_metadata["finish_reason"] == "STOP"
    assert reply.usage_metadata is not None
    assert reply.usage_metadata["output_tokens"] == 5
    (request,) = server.chats
    assert (request.model, request.verb, request.system) == (MODEL, "generateContent", "Be brief.")
    assert (request.temperature, request.schema, request.images) == (0.2, None, [])
    assert request.finished >= request.started > 0
    assert request.headers["x-goog-api-key"] == "redacted"
    assert "test" not in json.dumps(request.headers | {"user-agent": ""})


async def test_a_stream_comes_in_pieces_and_its_usage_adds_up(server: GeminiServer) -> None:
    server.script(Reply("The tide is high at noon.", pieces=4))
    pieces = [piece async for piece in chat(server).astream("When is high tide?")]
    assert len([piece for piece in pieces if piece.text]) == 4
    whole = sum(pieces[1:], pieces[0])
    assert isinstance(whole, AIMessageChunk)
    assert whole.text == "The tide is high at noon."
    assert whole.usage_metadata is not None
    assert whole.usage_metadata["output_tokens"] == 7
    assert whole.response_metadata["finish_reason"] == "STOP"


async def test_a_stream_that_ends_early_raises_nothing_but_has_no_finish_reason(server: GeminiServer) -> None:
    server.script(Reply("Half of", finish_reason=None))
    pieces = [piece async for piece in chat(server).astream("Go on")]
    assert "finish_reason" not in sum(pieces[1:], pieces[0]).response_metadata


def test_structured_output_sends_its_schema(server: GeminiServer) -> None:
    server.script('{"relevant": true, "pages": [3, 4]}')
    grade = chat(server).with_structured_output(Grade).invoke("Is it?")
    assert grade == Grade(relevant=True, pages=[3, 4])
    schema = server.chats[0].schema
    assert schema is not None
    assert set(schema["properties"]) == {"relevant", "pages"}
    assert server.chats[0].config["responseMimeType"] == "application/json"


def test_the_default_reply_fits_any_schema() -> None:
    with GeminiServer() as plain:
        assert chat(plain).with_structured_output(Grade).invoke("Is it?") == Grade(relevant=False)
        assert chat(plain).invoke("One\ntwo").text == "You said: One"


def test_cut_json_cannot_be_parsed(server: GeminiServer) -> None:
    server.script(Reply('{"relevant": tr', finish_reason="MAX_TOKENS"))
    with pytest.raises(OutputParserException):
        chat(server).with_structured_output(Grade).invoke("Is it?")


def test_an_image_arrives_byte_for_byte(server: GeminiServer) -> None:
    picture = bytes(range(256)) * 3
    block = {"type": "image", "base64": b64encode(picture).decode(), "mime_type": "image/png"}
    chat(server).invoke([HumanMessage([{"type": "text", "text": "Read this"}, block])])
    assert server.chats[0].images == [picture]
    assert server.chats[0].prompt == "Read this"


@pytest.mark.parametrize("quota", ["PerMinute", "PerDay"])
def test_a_spent_quota_says_which_and_when_to_retry(server: GeminiServer, quota: Any) -> None:
    server.fail_next(Fault(status=429, retry_delay="17.5s", quota=quota))
    with pytest.raises(google.GoogleRateLimitError) as caught:
        chat(server).invoke("Hello")
    details = _details(caught.value)
    assert details["RetryInfo"]["retryDelay"] == "17.5s"
    assert quota in details["QuotaFailure"]["violations"][0]["quotaId"]
    cause: Any = caught.value.__cause__
    assert cause.response.headers["retry-after"] == "18"
    assert chat(server).invoke("Again").text == "Heard: Again"


def test_the_client_retries_what_is_scripted_to_pass(server: GeminiServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda seconds: None)
    server.fail_next(Fault(503), times=2)
    patient = ChatGoogleGenerativeAI(model=MODEL, api_key="test", base_url=server.url, max_retries=3)
    assert patient.invoke("Hello").text == "Heard: Hello"
    assert len(server.chats) == 3


@pytest.mark.parametrize(("status", "error"), [(400, google.GoogleInvalidRequestError), (500, google.GoogleAPIError)])
def test_error_replies_become_the_clients_classes(server: GeminiServer, status: int, error: type[Exception]) -> None:
    server.fail_next(Fault(status, "scripted words"))
    with pytest.raises(error, match="scripted words"):
        chat(server).invoke("Hello")


def test_wrong_keys_and_retired_models_are_refused() -> None:
    with (
        GeminiServer(key="another", retired=[MODEL]) as strict,
        pytest.raises(google.GoogleInvalidRequestError) as caught,
    ):
        chat(strict).invoke("Hello")
    assert _details(caught.value)["ErrorInfo"]["reason"] == "API_KEY_INVALID"
    with GeminiServer(key="test", retired=[MODEL]) as strict, pytest.raises(google.GoogleModelNotFoundError):
        chat(strict).invoke("Hello")


@pytest.mark.parametrize("reply", [Reply(block_reason="PROHIBITED_CONTENT"), Reply(candidates=False)])
def test_refused_prompts_raise_nothing_and_have_no_text(server: GeminiServer, reply: Reply) -> None:
    server.script(reply)
    message = chat(server).invoke("Hello")
    assert message.text == ""
    feedback = message.response_metadata.get("prompt_feedback")
    assert (feedback and feedback["block_reason"].value) == reply.block_reason


@pytest.mark.parametrize("finish", ["MAX_TOKENS", "RECITATION", "SAFETY"])
def test_finish_reasons_are_the_only_sign_of_a_cut(server: GeminiServer, finish: str) -> None:
    server.script(Reply("Part of", finish_reason=finish))
    message = chat(server).invoke("Hello")
    assert (message.text, message.response_metadata["finish_reason"]) == ("Part of", finish)


def test_a_token_limit_cuts_the_reply(server: GeminiServer) -> None:
    message = chat(server, max_output_tokens=3).invoke("A rather long question about tides")
    assert (message.text, message.response_metadata["finish_reason"]) == ("Heard: A rat", "MAX_TOKENS")


def test_a_stall_ends_in_the_clients_timeout_and_blocks_no_other_request(server: GeminiServer) -> None:
    server.script(Fault(504, stall=60), Reply("late", delay=60))
    for _ in range(2):
        with pytest.raises(httpx.ReadTimeout):
            chat(server, timeout=0.3).invoke("Hello")


@pytest.mark.parametrize("step", [Fault(reset=True), Reply("A reply that breaks off", cut=True)])
async def test_broken_connections_are_transport_errors(server: GeminiServer, step: Fault | Reply) -> None:
    model = chat(server)
    server.script(step, step)
    with pytest.raises(httpx.TransportError):
        model.invoke("Hello")
    with pytest.raises((httpx.TransportError, aiohttp.ClientError)):  # google-genai takes aiohttp where it is installed
        await model.ainvoke("Hello")
    assert (await model.ainvoke("Again")).text == "Heard: Again"


async def test_sixty_four_requests_are_in_flight_at_once() -> None:
    everybody = threading.Barrier(64, timeout=120)

    def wait_for_all(request: Recorded) -> str:
        everybody.wait()
        return request.prompt

    with GeminiServer(reply=wait_for_all) as server:
        model = chat(server)
        replies = await asyncio.gather(*(model.ainvoke(f"Page {number}") for number in range(64)))
    assert [reply.text for reply in replies] == [f"Page {number}" for number in range(64)]
    assert server.peak_in_flight == 64


def test_an_error_in_the_reply_function_is_not_lost() -> None:
    def broken(request: Recorded) -> str:
        raise KeyError("page")

    with (
        pytest.raises(KeyError),
        GeminiServer(reply=broken) as server,
        pytest.raises(google.GoogleAPIError, match="KeyError"),
    ):
        chat(server).invoke("Hello")


def test_models_can_be_looked_up_and_unknown_paths_are_404(server: GeminiServer) -> None:
    with urllib.request.urlopen(f"{server.url}/v1beta/models/{MODEL}") as response:
        assert json.load(response)["name"] == f"models/{MODEL}"
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"{server.url}/v1beta/files")
    assert server.chats == []


def _details(error: BaseException) -> dict[str, Any]:
    cause: Any = error.__cause__
    return {detail["@type"].rsplit(".", 1)[-1]: detail for detail in cause.details["error"]["details"]}
