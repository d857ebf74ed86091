"""Subclasses of compiled graphs: the root detaches files from its input, inner graphs send events to its stream.

`StateGraph.compile` cannot be told which class to return, so a compiled graph is copied and the copy's class changed to
a subclass that adds no attributes. The subclasses override public methods alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any, TypeVar, cast

from langchain_core.runnables import RunnableConfig
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import RetryPolicy, StateUpdate

from graph import dependencies, events
from graph.attachments import detach
from graph.errors import HomeReplacedError

Compiled = CompiledStateGraph[Any, Any, Any, Any]
Supersteps = Sequence[Sequence[StateUpdate]]
G = TypeVar("G", bound=CompiledStateGraph[Any, Any, Any, Any])

REOPEN_HOME = RetryPolicy(initial_interval=0.05, max_attempts=3, jitter=False, retry_on=HomeReplacedError)
"""Runs a node again whose home folder was emptied under it: `dependencies.current` then opens what is there now."""


class Application(Compiled):
    """A compiled graph that replaces attached files in messages by references before anything is checkpointed."""

    def stream(self, input: Any, *args: Any, **kwargs: Any) -> Iterator[Any]:
        """Replace attached files by references, then stream; `invoke` uses this method too."""
        yield from super().stream(detach(input, dependencies.home_stores().downloads), *args, **kwargs)

    async def astream(self, input: Any, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        """Replace attached files by references, then stream; `ainvoke` and `astream_events` use this method too."""
        detached = await asyncio.to_thread(lambda: detach(input, dependencies.home_stores().downloads))
        async for part in super().astream(detached, *args, **kwargs):
            yield part

    def bulk_update_state(self, config: RunnableConfig, supersteps: Supersteps) -> RunnableConfig:
        """Replace attached files by references, then update; `update_state` uses this method too."""
        return super().bulk_update_state(config, _detach_updates(supersteps))

    async def abulk_update_state(self, config: RunnableConfig, supersteps: Supersteps) -> RunnableConfig:
        """Replace attached files by references, then update; `aupdate_state` uses this method too."""
        return await super().abulk_update_state(config, await asyncio.to_thread(_detach_updates, supersteps))


def _detach_updates(supersteps: Supersteps) -> list[list[StateUpdate]]:
    folder = dependencies.home_stores().downloads
    return [[StateUpdate(detach(update[0], folder), *update[1:]) for update in step] for step in supersteps]


class Inner(Compiled):
    """A compiled graph whose custom events appear in the stream of the graph that it is a node of.

    It returns only the messages that it adds to a conversation: otherwise each `updates` event would hold all of them,
    and the outer graph would merge them again.
    """

    def invoke(self, input: Any, *args: Any, **kwargs: Any) -> Any:
        """Run, and return the values without the messages that came as input."""
        return _without_given(input, super().invoke(input, *args, **kwargs))

    async def ainvoke(self, input: Any, *args: Any, **kwargs: Any) -> Any:
        """Run, and return the values without the messages that came as input."""
        return _without_given(input, await super().ainvoke(input, *args, **kwargs))

    def stream(self, *args: Any, **kwargs: Any) -> Iterator[Any]:
        """Stream a run; `invoke` uses this method too."""
        with events.in_roots_stream():
            yield from super().stream(*args, **kwargs)

    async def astream(self, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        """Stream a run; `ainvoke` uses this method too."""
        with events.in_roots_stream():
            async for part in super().astream(*args, **kwargs):
                yield part


class WithoutCheckpoints(Inner):
    """An inner graph that runs without a checkpointer and is still drawn as a subgraph.

    `compile(checkpointer=False)` would also hide the graph's nodes from drawings, from Studio and from
    `get_subgraphs`: 8 nodes of the ingestion graph in place of 12.
    """

    def stream(self, *args: Any, **kwargs: Any) -> Iterator[Any]:
        """Stream a run that stores no checkpoints; `invoke` uses this method too."""
        yield from super(WithoutCheckpoints, self.copy({"checkpointer": False})).stream(*args, **kwargs)

    async def astream(self, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        """Stream a run that stores no checkpoints; `ainvoke` uses this method too."""
        async for part in super(WithoutCheckpoints, self.copy({"checkpointer": False})).astream(*args, **kwargs):
            yield part


def _without_given(given: Any, values: Any) -> Any:
    """Return values without the messages that are those of the input, the same objects."""
    before = {id(message) for message in given.get("messages") or ()} if isinstance(given, dict) else set()
    if not before or not isinstance(values, dict) or not values.get("messages"):
        return values
    return {**values, "messages": [message for message in values["messages"] if id(message) not in before]}


def detach_files(compiled: Compiled) -> Application:
    """Return a copy of a compiled graph that replaces attached files by references."""
    return _with_class(compiled, Application)


def inner(compiled: Compiled) -> Inner:
    """Return a copy of a compiled graph whose custom events appear in the stream of the graph that it is a node of."""
    return _with_class(compiled, Inner)


def without_checkpoints(compiled: Compiled) -> WithoutCheckpoints:
    """Return a copy of a compiled graph that runs without a checkpointer, whatever its parent has."""
    return _with_class(compiled, WithoutCheckpoints)


def _with_class(compiled: Compiled, subclass: type[G]) -> G:
    copied: Any = compiled.copy()
    copied.__class__ = subclass
    return cast(G, copied)
