"""Reading pages through the real Google client: requests, replies and errors."""

import asyncio
import time as real
from collections.abc import Callable
from typing import Any

import pytest
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from pydantic import SecretStr

from graph.context import Context
from graph.engines.base import Engine, PageReading
from graph.engines.llm import factory, page_reader
from graph.engines.llm.engine import ChatEngine
from graph.engines.llm.error_messages import explain
from graph.engines.requests.client import NamedModel, RequestClient
from graph.engines.requests.usage import record_usage
from graph.errors import ModelError
from graph.retrieval.embedder import Embedder
from graph.settings import settings
from graph.types import RetrievedChunk
from tests.wire.engine_helpers import Time, asked, build, embedded, page, read, read_pages, texts
from tests.wire.gemini_server import Fault, GeminiServer, Reply

MINUTE = Fault(429, quota="PerMinute", retry_delay="17s")
DAY = Fault(429, quota="PerDay", retry_delay="17s")
QUESTION = "How deep is the well?"
PASSAGES = [
    RetrievedChunk(
        chunk="c-1", document="d", name="a.pdf", page=1, score=1.0, relevant=True, heading="", kind="text", text="12 m"
    )
]


# Reading pages


async def test_a_batch_goes_in_one_request_with_each_image_once_and_its_text_layer(
    engine: Engine, gemini: GeminiServer
) -> None:
    outcomes = await read(engine, [page(7, "o1-0912"), page(8), page(9)])
    assert texts(outcomes) == ["Text 7.", "Text 8.", "Text 9."]
    (request,) = gemini.chats
    assert asked(request) == [7, 8, 9]
    kinds = [part.get("text", "image").split("\n")[0] for part in request.parts]
    assert kinds == ["Page 7.", "image", "Page 8.", "image", "Page 9.", "image"]
    assert '<text-layer page="7">\no1-0912\n</text-layer>' in request.prompt
    assert request.system == Context().transcribe_prompt
    assert request.model == "gemini-3.5-flash-lite"
    assert request.config["thinkingConfig"] == {"thinking_level": "MINIMAL"}


async def test_the_tokens_of_a_batch_are_shared_by_its_pages(engine: Engine) -> None:
    with record_usage(lambda event: None) as costs:
        first, _ = await read(engine, [page(1), page(2)])
    one, other = costs.pages[1].usage, costs.pages[2].usage
    assert (one["requests"], other["requests"]) == (1, 0)
    assert min(one["input_tokens"], other["input_tokens"]) > 250
    assert min(one["output_tokens"], other["output_tokens"]) > 5
    assert isinstance(first, PageReading)
    assert first.model == engine.model == "gemini-3.5-flash-lite"


async def test_blank_pages_are_not_sent(engine: Engine, gemini: GeminiServer) -> None:
    assert texts(await read(engine, [page(1, ink=0), page(2)])) == ["", "Text 2."]
    assert asked(gemini.chats[0]) == [2]
    assert texts(await read(engine, [page(3, ink=0)])) == [""]
    assert len(gemini.chats) == 1


async def test_a_page_that_the_reply_lacks_is_asked_for_alone(engine: Engine, gemini: GeminiServer) -> None:
    gemini.script(Reply('<page number="1"><chunk>One</chunk></page><page number="3"><chunk>Three</chunk></page>'))
    with record_usage(lambda event: None) as costs:
        outcomes = await read(engine, [page(1), page(2), page(3)])
    assert texts(outcomes) == ["One", "Text 2.", "Three"]
    assert [asked(request) for request in gemini.chats] == [[1, 2, 3], [2]]
    assert [costs.pages[number].attempts for number in (1, 2, 3)] == [1, 2, 1]
    assert [costs.pages[number].usage["requests"] for number in (1, 2, 3)] == [1, 1, 0]


async def test_of_a_reply_that_was_cut_the_last_page_is_asked_for_again(engine: Engine, gemini: GeminiServer) -> None:
    gemini.script(Reply('<page number="1">One</page><page number="2">Two is not wh', finish_reason="MAX_TOKENS"))
    assert texts(await read(engine, [page(1), page(2), page(3)])) == ["One", "Text 2.", "Text 3."]
    assert [asked(request) for request in gemini.chats] == [[1, 2, 3], [2], [3]]


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply("", finish_reason="RECITATION"), "recitation"),
        (Reply("It was a bright", finish_reason="MAX_TOKENS"), "max_tokens"),
        (Reply("", finish_reason="SAFETY"), "blocked"),
        (Reply("", block_reason="PROHIBITED_CONTENT"), "blocked"),
        (Reply("", candidates=False), "empty"),
        (Reply(""), "empty"),
        (Reply("<chunk></chunk>"), "empty"),
        (Reply("It was", finish_reason="OTHER"), "garbled"),
        (Fault(400, "Unable to process input image."), "request_error"),
    ],
)
async def test_a_page_that_fails_alone_is_a_typed_failure_and_the_others_are_read(
    engine: Engine, gemini: GeminiServer, reply: Reply | Fault, reason: str
) -> None:
    gemini.reply = lambda request: reply if 2 in asked(request) else read_pages(request)
    assert texts(await read(engine, [page(1), page(2), page(3)])) == ["Text 1.", reason, "Text 3."]
    # Once more, alone, except where the service has refused the request as such.
    once_more = [] if reason == "request_error" else [[2]]
    assert [asked(request) for request in gemini.chats] == [[1, 2, 3], [1], [2], [3], *once_more]
    gemini.requests.clear()
    assert texts(await read(engine, [page(2)])) == [reason]
    assert [asked(request) for request in gemini.chats] == [[2], *once_more]


async def test_a_page_reported_blank_is_blank_unless_it_has_a_text_layer(engine: Engine, gemini: GeminiServer) -> None:
    gemini.reply = lambda request: "<chunk>[blank page]</chunk>"
    assert texts(await read(engine, [page(1)])) == [""]
    assert texts(await read(engine, [page(1, "Annual report")])) == ["empty"]


@pytest.mark.parametrize("wrapper", ["{}", "<chunk>{}", "```markdown\n<Chunk>\n{}\n```", "<page><chunk>{}</page>"])
async def test_broken_tags_lose_no_text(engine: Engine, gemini: GeminiServer, wrapper: str) -> None:
    body = "# Wells\n\nThe first is 12 m deep.\n\n<table><tr><td>12 m</td></tr></table>"
    gemini.reply = lambda request: wrapper.format(body)
    (outcome,) = await read(engine, [page(4)])
    assert isinstance(outcome, PageReading)
    assert [block.kind for block in outcome.blocks] == ["heading", "text", "table"]


# Errors


async def test_the_minutes_quota_is_waited_for_as_long_as_the_service_asks(
    engine: Engine, embedder: Embedder, gemini: GeminiServer, time: Time
) -> None:
    gemini.script(MINUTE)
    gemini.script(MINUTE, on="embed")
    assert texts(await read(engine, [page(1)])) == ["Text 1."]
    await embedder.embed_query(QUESTION)
    assert time.waits == [17, 17]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (MINUTE, "quota_minute"),
        (Fault(503), "overloaded"),
        (Fault(500), "overloaded"),
        (Fault(504), "overloaded"),
        (Fault(reset=True), "network"),
    ],
)
async def test_a_lasting_error_fails_the_batch_without_single_page_requests(
    engine: Engine, gemini: GeminiServer, fault: Fault, reason: str
) -> None:
    gemini.fail_next(fault, times=99)
    assert texts(await read(engine, [page(1), page(2)])) == [reason, reason]
    assert [asked(request) for request in gemini.chats] == [[1, 2]] * 3


async def test_a_reply_that_breaks_off_is_asked_for_again(engine: Engine, gemini: GeminiServer) -> None:
    gemini.script(Reply("<chunk>Text 1.</chunk>", cut=True))
    assert texts(await read(engine, [page(1)])) == ["Text 1."]
    assert len(gemini.chats) == 2


async def test_a_stalled_request_ends(engine: Engine, gemini: GeminiServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_reader, "READING_TIMEOUT_S", 0.5)
    monkeypatch.setattr(page_reader, "READING_TIMEOUT_PER_PAGE_S", 0.0)
    gemini.fail_next(Fault(stall=30), times=3)
    assert texts(await read(engine, [page(1)])) == ["timeout"]
    end = real.monotonic() + 300
    while len(gemini.chats) < 3:  # the service may not have read the last one yet
        assert real.monotonic() < end
        await asyncio.sleep(0.02)
    assert len(gemini.chats) == 3


async def test_the_days_quota_ends_everything_at_once(
    engine: Engine, embedder: Embedder, gemini: GeminiServer, time: Time
) -> None:
    gemini.script(Reply(""), DAY)
    outcomes = await read(engine, [page(1), page(2), page(3)])
    assert texts(outcomes) == ["quota_day"] * 3
    assert "midnight Pacific" in outcomes[2].detail
    assert [asked(request) for request in gemini.chats] == [[1, 2, 3], [1]]
    gemini.script(DAY, on="embed")
    with pytest.raises(ModelError, match="midnight Pacific"):
        await embedded(embedder, [""], ["text"])
    gemini.script(DAY, DAY)  # the grading model stands in for the one that answers, and its day is over too
    with pytest.raises(ModelError, match="midnight Pacific"):
        await engine.answer(QUESTION, PASSAGES, [])
    assert time.waits == []


@pytest.mark.parametrize("fault", [Fault(401), Fault(403), Fault(400, "API key not valid.", reason="API_KEY_INVALID")])
async def test_a_refused_key_says_which_key(
    engine: Engine, embedder: Embedder, gemini: GeminiServer, fault: Fault
) -> None:
    requests: list[Callable[[], Any]] = [
        lambda: read(engine, [page(1), page(2)]),
        lambda: engine.grade(QUESTION, PASSAGES),
        lambda: embedder.embed_query(QUESTION),
    ]
    for request in requests:
        gemini.requests.clear()
        gemini.script(fault, on="embed" if request is requests[-1] else "chat")
        with pytest.raises(ModelError, match="Gemini key was refused: check GOOGLE_API_KEY"):
            await request()
        assert len(gemini.requests) == 1


async def test_a_retired_model_says_what_to_set(gemini: GeminiServer, time: Time) -> None:
    gemini.retired = {"gemini-2.0-flash", "gemini-1.5-pro", "text-embedding-004"}
    engine, embedder = build(
        gemini,
        time,
        reader_model="google_genai:gemini-2.0-flash",
        chat_model="google_genai:gemini-1.5-pro",
        embedding_model="google_genai:text-embedding-004",
    )
    with pytest.raises(ModelError, match=r"gemini-2\.0-flash.*PAGEWITNESS_READER_MODEL"):
        await read(engine, [page(1)])
    assert "thinkingConfig" not in gemini.chats[0].config
    with pytest.raises(ModelError, match=r"gemini-1\.5-pro.*PAGEWITNESS_CHAT_MODEL"):
        await engine.answer(QUESTION, PASSAGES, [])
    with pytest.raises(ModelError, match=r"text-embedding-004.*PAGEWITNESS_EMBEDDING_MODEL"):
        await embedder.embed_query(QUESTION)


def build_engine(api_key: str, **context: Any) -> None:
    given = Context(engine="llm", **context)
    process = settings().model_copy(update={"google_api_key": SecretStr(api_key)})
    factory.build_engine(given, process, factory.build_client(process))


def test_without_a_key_the_sentence_says_where_to_get_one() -> None:
    with pytest.raises(ModelError, match=r"GOOGLE_API_KEY.*offline"):
        build_engine(api_key="")


def test_a_provider_that_is_not_there_is_one_sentence() -> None:
    with pytest.raises(ModelError, match="nobody:model"):
        build_engine(api_key="k", reader_model="nobody:model")


# Other models


async def test_any_chat_model_can_read_pages(time: Time) -> None:
    replies = ['<page number="1"><chunk>One</chunk></page>', "Two"]
    model = NamedModel(
        GenericFakeChatModel(messages=map(AIMessage, replies)), "fake:reader", "PAGEWITNESS_READER_MODEL"
    )
    client = RequestClient(explain, time.policy())
    engine = ChatEngine(Context(), client=client, reader=model, grader=model, writer=model)
    assert texts(await read(engine, [page(1), page(2)])) == ["One", "Two"]
    assert engine.reader_identity == f"gemini/fake:reader/{engine.prompt}"
    assert (engine.batch_size, engine.reads_images) == (4, True)
