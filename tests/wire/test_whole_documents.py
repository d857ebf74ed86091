"""Documents that are given whole to a loopback Gemini: one request a question, claims verified as usual."""

from __future__ import annotations

from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver

from graph import dependencies
from graph.access import Scope
from graph.app import app, compile_app
from graph.context import Context
from tests.conftest import MakePdf
from tests.wire.gemini_server import GeminiServer
from tests.wire.scripted_replies import FOUNDED, LETTER, QUESTION, TICKET, TRUE, Model, ask, claim, kinds, passages

READER, CHAT = "gemini-3.5-flash-lite", "gemini-3.8-flash"
FALSE = claim("Edith Carrow founded it in 1912.", FOUNDED)


@pytest.fixture
def whole(library: Model, monkeypatch: pytest.MonkeyPatch) -> Model:
    """The sample, given whole by the default limit."""
    monkeypatch.delenv("PAGEWITNESS_WHOLE_DOCUMENT_TOKENS")
    return library


def test_a_short_document_is_one_request_to_the_chat_model(whole: Model, gemini: GeminiServer) -> None:
    whole.claims = [TRUE]
    output = ask()
    assert kinds(gemini) == ["answer"]
    (request,) = gemini.chats
    assert request.model == CHAT
    catalog = dependencies.stores(Scope.everything()).catalog
    (row,) = catalog.documents()
    assert len(passages(request)) == len(catalog.chunk_ids(row.id)), "every chunk is offered"
    assert (output["answer"], output["verdict"]) == ("Edith Carrow founded it in 1911. [1]", "proven")
    assert output["usage"]["requests"] == 1
    assert [chunk["relevant"] for chunk in output["retrieved"]].count(True) == 1
    assert FOUNDED in output["retrieved"][0]["text"]


def test_passages_come_first_and_are_the_same_for_every_question(whole: Model, gemini: GeminiServer) -> None:
    whole.claims = [TRUE]
    ask()
    ask("Does a day ticket cost anything?")
    first, second = (request.prompt for request in gemini.chats)
    shared = first[: next(at for at, (one, other) in enumerate(zip(first, second, strict=False)) if one != other)]
    assert first.startswith('<passage id="P1"')
    assert shared.count("</passage>") == len(passages(gemini.chats[0]))
    assert shared.endswith("<question>\n"), "what differs is the question alone"


def test_any_page_can_be_quoted_and_false_claims_are_repaired_by_the_cheap_model(
    whole: Model, gemini: GeminiServer
) -> None:
    whole.claims = [claim("A day ticket is 14 euros.", TICKET), FALSE, claim("It is 18,450 euros.", LETTER)]
    whole.repairs = {1: TRUE}
    output = ask()
    assert kinds(gemini) == ["answer", "repair"]
    assert [request.model for request in gemini.chats] == [CHAT, READER]
    assert len(passages(gemini.chats[1])) == len(passages(gemini.chats[0]))
    assert [citation["page"] for citation in output["citations"]] == [6, 2, 5]
    assert "1912" not in output["answer"]


def test_what_the_document_does_not_say_is_declined_with_the_closest_pages(whole: Model, gemini: GeminiServer) -> None:
    output = ask("Who repaired the boulder?")
    assert kinds(gemini) == ["answer"]
    assert (output["refused"], output["reason"]) == (True, "fact_absent")
    assert output["retrieved"]
    assert not any(chunk["relevant"] for chunk in output["retrieved"])
    assert "The closest pages are: sample.pdf, page" in output["answer"]


@pytest.mark.parametrize("tokens", [0, 50])
def test_longer_documents_are_searched_and_graded_by_the_cheap_model(
    whole: Model, gemini: GeminiServer, tokens: int
) -> None:
    whole.claims = [TRUE]
    output = ask(whole_document_tokens=tokens)
    assert kinds(gemini) == ["embed", "grade", "answer"]
    assert [request.model for request in gemini.chats] == [READER, CHAT]
    assert output["usage"]["requests"] == 3


def test_only_the_documents_that_are_asked_count(
    copied: Model, gemini: GeminiServer, make_pdf: MakePdf, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied.pages = lambda page: "The ferry to the skerry leaves at seven. " + "Wind and weather. " * 400
    app.invoke({"sources": [str(make_pdf("long.pdf", "The ferry leaves."))]})
    monkeypatch.setenv("PAGEWITNESS_WHOLE_DOCUMENT_TOKENS", "2000")
    copied.claims = [TRUE]
    gemini.requests.clear()
    app.invoke({"question": QUESTION})
    assert kinds(gemini) == ["embed", "grade", "answer"], "both together are too long"
    gemini.requests.clear()
    app.invoke({"question": QUESTION, "documents": ["sample.pdf"]})
    assert kinds(gemini) == ["answer"]


def test_a_follow_up_is_resolved_by_the_cheap_model_and_the_state_stays_small(
    whole: Model, gemini: GeminiServer
) -> None:
    whole.claims, whole.standalone = [TRUE], "In which year did Edith Carrow found it?"
    saver = InMemorySaver()
    on_thread: Any = {"configurable": {"thread_id": "1"}}
    chat = compile_app(saver)
    chat.invoke({"messages": [("user", QUESTION)]}, on_thread, context=Context())
    output = chat.invoke({"messages": [("user", "And in which year?")]}, on_thread, context=Context())
    assert kinds(gemini) == ["answer", "contextualize", "answer"]
    assert [request.model for request in gemini.chats] == [CHAT, READER, CHAT]
    assert output["usage"]["requests"] == 2
    document = sum(len(text) for text in passages(gemini.chats[0]).values())
    kept = [len(chunk["text"]) for chunk in output["retrieved"]]
    assert sum(kept) < document / 2
