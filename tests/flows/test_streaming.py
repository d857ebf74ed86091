"""Streamed pieces of a reply, as chat pages show them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage

from graph.app import app, compile_app
from graph.query.graph import app as query

pytestmark = pytest.mark.usefixtures("library")

QUESTION = "What does a day ticket to the island cost? Who founded the observatory?"
CHAT: Any = {"messages": [HumanMessage(QUESTION)]}
BASE = "http://127.0.0.1:2024"


def told(graph: Any, given: Any, **how: Any) -> tuple[list[Any], dict[str, Any]]:
    """Everything that was streamed as messages, and the state at the end."""
    pieces, state = [], {}
    for part in graph.stream(given, stream_mode=["messages", "values"], version="v2", **how):
        if part["type"] == "messages":
            pieces.append(part["data"][0])
        elif not part["ns"]:
            state = part["data"]
    return pieces, state


@pytest.mark.parametrize("inside", [False, True])
@pytest.mark.parametrize("graph", [app, query], ids=["pagewitness", "query"])
@pytest.mark.parametrize("base", ["", BASE])
def test_the_pieces_are_the_reply(graph: Any, inside: bool, base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGEWITNESS_PUBLIC_URL", base)
    pieces, state = told(graph, CHAT, subgraphs=inside)
    reply = state["messages"][-1]
    assert {type(piece) for piece in pieces} == {AIMessageChunk}
    assert {piece.id for piece in pieces} == {reply.id}
    assert len(pieces) >= 4
    assert "".join(piece.content for piece in pieces) == reply.content
    assert "14 euros" in reply.content
    assert "Edith Carrow" in reply.content


def test_the_reply_links_its_markers_and_the_answer_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(app, CHAT)[1]["messages"][-1].content == told(app, CHAT)[1]["answer"]
    monkeypatch.setenv("PAGEWITNESS_PUBLIC_URL", BASE)
    _, state = told(app, CHAT)
    assert "http" not in state["answer"]
    links = re.findall(r"\[\[(\d)\]\]\(([^)]*)\)", state["messages"][-1].content)
    assert [int(number) for number, _ in links] == [one["marker"] for one in state["citations"]]
    for (_, link), citation in zip(links, state["citations"], strict=True):
        assert link.startswith(f"{BASE}/room#page={citation['document']}/{citation['page']}&boxes=")


def test_a_refusal_comes_whole() -> None:
    pieces, state = told(app, {"messages": [HumanMessage("How many moons has Jupiter?")]})
    assert [(type(piece), piece.content) for piece in pieces] == [(AIMessage, state["answer"])]
    assert state["refused"]


async def test_a_conversation_goes_on_after_a_reply_with_links(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGEWITNESS_PUBLIC_URL", BASE)
    from langgraph.checkpoint.memory import InMemorySaver

    chat, thread = compile_app(InMemorySaver()), {"configurable": {"thread_id": "t"}}
    await chat.ainvoke(CHAT, thread)
    more = await chat.ainvoke({"messages": [HumanMessage("And for children?")]}, thread)
    assert "room#page" not in repr(more["queries"]) + more["answer"]
    assert "free" in more["answer"]
