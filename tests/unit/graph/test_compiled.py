"""Compiled graphs with a changed class: drawn as subgraphs without checkpoints, and free of attached files.

LangGraph's `CompiledStateGraph` is subclassed here. These tests fail when a release of it copies graphs, draws them or
streams them in another way; docs/internals.md says what to do then.
"""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.runnables import RunnableConfig, RunnableLambda
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, MessagesState, StateGraph
from typing_extensions import TypedDict

from graph import events
from graph.compiled import Application, WithoutCheckpoints, detach_files, without_checkpoints
from graph.compiled import inner as inner_graph


class Number(TypedDict, total=False):
    number: int


def inner() -> Any:
    builder = StateGraph(Number)
    builder.add_node("first", lambda state: {"number": state["number"] + 1})
    builder.add_node("second", lambda state: {"number": state["number"] * 2})
    builder.add_edge(START, "first")
    builder.add_edge("first", "second")
    builder.add_edge("second", END)
    return builder.compile(name="inner")


def outer(node: Any, saver: InMemorySaver | None = None) -> Any:
    builder = StateGraph(Number)
    builder.add_node("inner", node)
    builder.add_edge(START, "inner")
    builder.add_edge("inner", END)
    return builder.compile(checkpointer=saver)


@pytest.mark.parametrize("method", ["invoke", "ainvoke"])
async def test_an_inner_graph_without_checkpoints_leaves_none_on_the_thread(method: str) -> None:
    counts = []
    for node in (inner(), without_checkpoints(inner())):
        saver = InMemorySaver()
        graph, config = outer(node, saver), {"configurable": {"thread_id": "t"}}
        given = {"number": 3}
        result = graph.invoke(given, config) if method == "invoke" else await graph.ainvoke(given, config)
        assert result == {"number": 8}
        counts.append(len({saved.config["configurable"]["checkpoint_ns"] for saved in saver.list(None)}))
    assert counts == [2, 1], "checkpoint namespaces with and without the change"


def test_an_inner_graph_without_checkpoints_is_drawn_and_streamed_like_any_other() -> None:
    plain, changed = outer(inner()), outer(without_checkpoints(inner()))
    assert set(changed.get_graph(xray=True).nodes) == set(plain.get_graph(xray=True).nodes)
    assert [name for name, _ in changed.get_subgraphs()] == ["inner"]
    parts = list(changed.stream({"number": 3}, stream_mode="updates", subgraphs=True))
    assert [next(iter(update)) for _, update in parts] == ["first", "second", "inner"]


def telling(node: Any = None) -> Any:
    """Return a graph whose node writes an event, and runs another graph first if there is one."""
    builder = StateGraph(Number)
    builder.add_node("tell", lambda state: events.writer()({"number": state["number"]}))
    builder.add_edge("tell", END)
    if node:
        builder.add_node("below", node)
        builder.add_edge(START, "below")
        builder.add_edge("below", "tell")
    else:
        builder.add_edge(START, "tell")
    return builder.compile(name="telling")


@pytest.mark.parametrize("change", [inner_graph, without_checkpoints])
async def test_events_of_inner_graphs_come_with_the_roots_once_each(change: Any) -> None:
    graph = outer(change(telling(change(telling()))))
    for how in ({"subgraphs": False}, {"subgraphs": True}):
        given: Any = {"stream_mode": ["custom"], "version": "v2", **how}
        told = [part["data"] for part in graph.stream({"number": 3}, **given)]
        assert told == [{"number": 3}] * 2 == [part["data"] async for part in graph.astream({"number": 3}, **given)]
    assert [part async for part in outer(telling()).astream({"number": 3}, stream_mode="custom")] == [], (
        "a plain inner graph tells nothing"
    )
    alone = change(telling())
    assert list(alone.stream({"number": 4}, stream_mode="custom")) == [{"number": 4}], "no root's"


async def test_an_inner_graph_in_a_chain_has_its_own_events() -> None:
    alone = inner_graph(telling())
    chain: RunnableLambda[Any, Any] = RunnableLambda(lambda given: list(alone.stream(given, stream_mode="custom")))
    assert chain.invoke({"number": 5}) == [{"number": 5}]


def chat(saver: InMemorySaver | None = None) -> Application:
    builder = StateGraph(MessagesState)
    builder.add_node("answer", lambda state: {"messages": ["read"]})
    builder.add_edge(START, "answer")
    builder.add_edge("answer", END)
    return detach_files(builder.compile(checkpointer=saver))


def test_copies_keep_the_class_and_its_input() -> None:
    assert isinstance(chat().copy(), Application)
    assert isinstance(chat().with_config(recursion_limit=7), Application)
    assert isinstance(without_checkpoints(inner()).copy(), WithoutCheckpoints)


@pytest.mark.parametrize("method", ["invoke", "ainvoke", "update_state", "aupdate_state"])
async def test_no_method_lets_a_file_into_a_checkpoint(method: str, home: Path) -> None:
    saver = InMemorySaver()
    graph, config = chat(saver), RunnableConfig(configurable={"thread_id": "t"})
    content = base64.b64encode(b"%PDF-1.4 " + b"tide" * 50).decode()
    block = {"type": "file", "base64": content, "mime_type": "application/pdf", "filename": "tide.pdf"}
    given = {"messages": [HumanMessage([{"type": "text", "text": "What is this?"}, block])]}
    if method == "invoke":
        graph.invoke(given, config)
    elif method == "ainvoke":
        await graph.ainvoke(given, config)
    elif method == "update_state":
        graph.update_state(config, given)
    else:
        await graph.aupdate_state(config, given)
    stored = [saver.serde.dumps_typed(saved.checkpoint)[1] for saved in saver.list(None)]
    stored += [saver.serde.dumps_typed(saved.pending_writes or [])[1] for saved in saver.list(None)]
    assert stored
    assert not any(content.encode() in packed for packed in stored)
    assert list((home / "downloads").rglob("*.pdf"))


@pytest.mark.parametrize("method", ["stream", "astream"])
async def test_an_inner_graph_returns_of_a_conversation_what_it_adds(method: str) -> None:
    def chat(node: Any, **options: Any) -> Any:
        builder = StateGraph(MessagesState)
        builder.add_node("node", node)
        builder.add_edge(START, "node")
        builder.add_edge("node", END)
        return builder.compile(**options)

    answering = chat(lambda state: {"messages": [AIMessage(f"{len(state['messages'])} before")]})
    graph = chat(inner_graph(answering), checkpointer=InMemorySaver())
    config: RunnableConfig = {"configurable": {"thread_id": "t"}}
    for turn in range(3):
        given = {"messages": [HumanMessage(f"question {turn}")]}
        if method == "stream":
            parts = list(graph.stream(given, config, stream_mode="updates"))
        else:
            parts = [part async for part in graph.astream(given, config, stream_mode="updates")]
        assert [[one.content for one in part["node"]["messages"]] for part in parts] == [[f"{2 * turn + 1} before"]]
    kept = [message.content for message in graph.get_state(config).values["messages"]]
    assert kept == ["question 0", "1 before", "question 1", "3 before", "question 2", "5 before"]
