"""A day whose requests are used up: a second model answers, else the offline engine; how many questions are left."""

from __future__ import annotations

from typing import Any

import pytest

from tests.wire.gemini_server import Fault, GeminiServer, Recorded
from tests.wire.gemini_wire import Answer
from tests.wire.scripted_replies import TRUE, Model, ask, kinds

READER, CHAT, SECOND = "gemini-3.5-flash-lite", "gemini-3.8-flash", "gemini-3.1-flash-lite"


@pytest.fixture
def key(copied: Model, monkeypatch: pytest.MonkeyPatch) -> Model:
    """A key of its own, for which no request was counted yet."""
    monkeypatch.setenv("GOOGLE_API_KEY", "another")
    copied.claims = [TRUE]
    return copied


@pytest.fixture(params=["passages", "whole"])
def whole(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    if request.param == "whole":
        monkeypatch.delenv("PAGEWITNESS_WHOLE_DOCUMENT_TOKENS")
    return bool(request.param == "whole")


def spent(gemini: GeminiServer, model: Model, *names: str, embeddings: bool = False) -> None:
    """Let the service refuse all requests to these models for the rest of the day."""

    def reply(request: Recorded) -> Answer:
        return Fault(429, quota="PerDay") if request.model in names else model(request)

    gemini.reply = reply
    if embeddings:
        gemini.fail_next(Fault(429, quota="PerDay"), 9, on="embed")


def kinds_of(output: dict[str, Any]) -> set[str]:
    return {note["kind"] for note in output["notes"]}


def test_a_free_key_of_twenty_requests_answers_twenty_questions(
    key: Model, gemini: GeminiServer, whole: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAGEWITNESS_TIER", "free")
    monkeypatch.setenv("PAGEWITNESS_REQUESTS_PER_MINUTE", "1000")
    outputs = [ask() for _ in range(20)]
    assert {output["answer"] for output in outputs} == {"Edith Carrow founded it in 1911. [1]"}
    assert [request.model for request in gemini.chats].count(CHAT) == 20
    assert [output["questions_left"] for output in outputs] == list(range(19, -1, -1))
    assert not set.union(*map(kinds_of, outputs))
    gemini.requests.clear()
    after = ask()
    assert {request.model for request in gemini.chats} == {READER}, "the cheap model answers"
    assert after["answer"] == outputs[0]["answer"]
    assert "other_model" in kinds_of(after)
    assert after["questions_left"] == 0


def test_no_number_is_said_where_no_limit_is_known(key: Model) -> None:
    assert ask()["questions_left"] is None


@pytest.mark.parametrize(("second", "answers"), [("", READER), (f"google_genai:{SECOND}", SECOND)])
def test_a_second_model_answers_and_the_note_names_it(
    key: Model, gemini: GeminiServer, whole: bool, second: str, answers: str
) -> None:
    spent(gemini, key, CHAT)
    for tries in (1, 0):
        gemini.requests.clear()
        output = ask(fallback_model=second)
        assert output["answer"] == "Edith Carrow founded it in 1911. [1]"
        assert [request.model for request in gemini.chats].count(CHAT) == tries, "it is not asked again this day"
        assert gemini.chats[-1].model == answers
        (note,) = [note for note in output["notes"] if note["kind"] == "other_model"]
        assert note["text"].startswith(f"{answers} answered, because {CHAT}")


def test_without_any_model_the_answer_is_made_offline_and_marked(key: Model, gemini: GeminiServer, whole: bool) -> None:
    spent(gemini, key, CHAT, READER, embeddings=True)
    output = ask("Who founded the observatory?", top_k=5)
    assert (output["engine"], output["refused"], output["questions_left"]) == ("offline", False, 0)
    assert "Carrow" in output["answer"]
    assert {"day_spent", "searched_by_words"} <= kinds_of(output)
    assert output["citations"][0]["page"] == 2
    gemini.requests.clear()
    assert ask("Who founded the observatory?", top_k=5)["answer"] == output["answer"]
    assert "grade" not in kinds(gemini)
    assert "answer" not in kinds(gemini), "nothing more is sent this day"


def test_a_follow_up_and_a_question_about_the_document_go_offline_too(key: Model, gemini: GeminiServer) -> None:
    from langgraph.checkpoint.memory import InMemorySaver

    from graph.app import compile_app

    spent(gemini, key, CHAT, READER)
    chat, thread = compile_app(InMemorySaver()), {"configurable": {"thread_id": "1"}}
    chat.invoke({"messages": [("user", "Who founded the observatory?")]}, thread)  # type: ignore[call-overload]
    output = chat.invoke({"messages": [("user", "And how many pages does it have?")]}, thread)  # type: ignore[call-overload]
    assert output["engine"] == "offline"
    outline = ask("What is the outline of sample.pdf?")
    assert "headings" in outline["answer"]
    assert "day_spent" in kinds_of(outline)


def test_a_service_that_is_only_overloaded_is_an_error_as_before(
    key: Model, gemini: GeminiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from graph.errors import ModelError

    gemini.reply = lambda request: Fault(400, "Something else.")
    with pytest.raises(ModelError, match="Something else"):
        ask(whole_document_tokens=9000)
