"""Compiled graphs with behaviour of our own: files leave the input, inner graphs run without a checkpointer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import StateUpdate

from graph import dependencies
from graph.attachments import detach

Steps = Sequence[Sequence[StateUpdate]]


class Application(CompiledStateGraph[Any, Any, Any, Any]):
    """The compiled graph, which takes files out of messages before anything is checkpointed."""

    def stream(self, input: Any, *args: Any, **kwargs: Any) -> Iterator[Any]:
        """As ever, with references in place of files; `invoke` comes through here too."""
        yield from super().stream(detach(input, dependencies.stores().downloads), *args, **kwargs)

    async def astream(self, input: Any, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        """As ever, with references in place of files; `ainvoke` and `astream_events` come through here too."""
        given = await asyncio.to_thread(lambda: detach(input, dependencies.stores().downloads))
        async for part in super().astream(given, *args, **kwargs):
            yield part

    def bulk_update_state(self, config: RunnableConfig, supersteps: Steps) -> RunnableConfig:
        """As ever, with references in place of files; `update_state` comes through here too."""
        return super().bulk_update_state(config, _detached(supersteps))

    async def abulk_update_state(self, config: RunnableConfig, supersteps: Steps) -> RunnableConfig:
        """As ever, with references in place of files; `aupdate_state` comes through here too."""
        return await super().abulk_update_state(config, await asyncio.to_thread(_detached, supersteps))


def _detached(supersteps: Steps) -> list[list[StateUpdate]]:
    folder = dependencies.stores().downloads
    return [[StateUpdate(detach(one[0], folder), *one[1:]) for one in step] for step in supersteps]


class Unkept(CompiledStateGraph[Any, Any, Any, Any]):
    """A compiled graph that is drawn like any other, and runs without a checkpointer."""

    def stream(self, *args: Any, **kwargs: Any) -> Iterator[Any]:
        """As ever, but nothing is kept; `invoke` comes through here too."""
        yield from super(Unkept, self.copy({"checkpointer": False})).stream(*args, **kwargs)

    async def astream(self, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        """As ever, but nothing is kept; `ainvoke` comes through here too."""
        async for part in super(Unkept, self.copy({"checkpointer": False})).astream(*args, **kwargs):
            yield part


def unkept(compiled: CompiledStateGraph[Any, Any, Any, Any]) -> Unkept:
    """The graph as one that keeps nothing: in the way in which a compiled graph copies itself."""
    return Unkept(**{key: value for key, value in vars(compiled).items() if key != "__orig_class__"})
