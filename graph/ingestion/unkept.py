"""Subgraphs that keep no checkpoints of their own, though the graph around them does.

The ledger knows what was read, and a thread that goes on after a failure asks it. Checkpoints of every window of pages
would only fill the threads of conversations. `compile(checkpointer=False)` says the same, but hides it from Studio.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

from langgraph.graph.state import CompiledStateGraph


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
