"""`@async_node` works under `invoke` and `ainvoke`, many nodes run together, and cancelling reaches the coroutine."""

from __future__ import annotations

import asyncio
import operator
import threading
from typing import Annotated, Any

import pytest
from langgraph.config import get_stream_writer
from langgraph.graph import END, START, StateGraph
from langgraph.runtime import get_runtime
from langgraph.types import Send
from typing_extensions import TypedDict

from graph.runtime import async_nodes
from graph.runtime.async_nodes import async_node

MANY = 32


class State(TypedDict, total=False):
    number: int
    seen: Annotated[list[int], operator.add]


class Settings(TypedDict):
    word: str


class Gate:
    """A barrier that opens when the expected number of coroutines wait at it."""

    def __init__(self, expected: int) -> None:
        self.waiting = 0
        self._expected = expected
        self._open = asyncio.Event()

    async def pass_through(self) -> None:
        self.waiting += 1
        if self.waiting == self._expected:
            self._open.set()
        await asyncio.wait_for(self._open.wait(), 30)


def fan_out(node: Any) -> Any:
    builder = StateGraph(State, context_schema=Settings)
    builder.add_node("work", node)
    builder.add_conditional_edges(START, lambda _: [Send("work", {"number": n}) for n in range(MANY)], ["work"])
    builder.add_edge("work", END)
    return builder.compile().with_config(max_concurrency=MANY)


def single(node: Any) -> Any:
    builder = StateGraph(State, context_schema=Settings)
    builder.add_node("work", node)
    builder.add_edge(START, "work")
    builder.add_edge("work", END)
    return builder.compile()


def gated() -> Any:
    gate = Gate(MANY)

    @async_node
    async def work(state: State) -> State:
        await gate.pass_through()
        return {"seen": [state["number"]]}

    return fan_out(work)


async def test_thirty_two_are_in_flight_under_ainvoke() -> None:
    assert (await gated().ainvoke({}))["seen"] == list(range(MANY))


def test_thirty_two_are_in_flight_under_invoke() -> None:
    assert gated().invoke({})["seen"] == list(range(MANY))


async def test_all_callers_share_one_loop_of_its_own_thread() -> None:
    @async_node
    async def work(state: State) -> State:
        return {"seen": [id(asyncio.get_running_loop()), threading.get_ident()]}

    graph = single(work)
    seen = [
        (await graph.ainvoke({}))["seen"],
        (await asyncio.to_thread(graph.invoke, {}))["seen"],
        await asyncio.to_thread(lambda: asyncio.run(graph.ainvoke({}))["seen"]),
    ]
    assert seen[0] == seen[1] == seen[2]
    assert seen[0][0] == id(async_nodes.loop()) != id(asyncio.get_running_loop())
    assert seen[0][1] != threading.get_ident()


@pytest.mark.parametrize("method", ["stream", "astream"])
async def test_context_and_stream_writer_travel_along(method: str) -> None:
    @async_node
    async def work(state: State) -> State:
        get_stream_writer()({"word": get_runtime(Settings).context["word"]})
        await asyncio.sleep(0)
        return {}

    graph = single(work)
    if method == "stream":
        parts = await asyncio.to_thread(lambda: list(graph.stream({}, context={"word": "hi"}, stream_mode="custom")))
    else:
        parts = [part async for part in graph.astream({}, context={"word": "hi"}, stream_mode="custom")]
    assert parts == [{"word": "hi"}]


async def test_an_error_reaches_the_caller_as_it_is() -> None:
    class Odd(Exception):
        pass

    @async_node
    async def work(state: State) -> State:
        raise Odd("one sentence")

    with pytest.raises(Odd, match="one sentence"):
        await single(work).ainvoke({})
    with pytest.raises(Odd, match="one sentence"):
        await asyncio.to_thread(single(work).invoke, {})


async def test_cancelling_the_caller_cancels_the_coroutine() -> None:
    started, cancelled = threading.Event(), threading.Event()

    @async_node
    async def work(state: State) -> State:
        started.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise
        return {}

    task = asyncio.ensure_future(single(work).ainvoke({}))
    assert await asyncio.to_thread(started.wait, 30)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await asyncio.to_thread(cancelled.wait, 30)


async def test_a_node_keeps_the_name_of_its_function() -> None:
    @async_node
    async def read_the_page(state: State) -> State:
        return {}

    builder = StateGraph(State)
    builder.add_node(read_the_page)
    assert "read_the_page" in builder.nodes
