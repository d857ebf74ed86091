"""A graph for whoever keeps a server's library in order: `pagewitness doctor`, `reembed` and `rechunk` go through it.

The server owns the home folder, so that no other process can do it.
"""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Literal

from langgraph.config import get_stream_writer
from langgraph.graph import END, START, StateGraph
from pydantic import Field
from typing_extensions import TypedDict

from graph import dependencies
from graph.context import Context
from graph.errors import BadInputError
from graph.maintenance import rebuild
from graph.maintenance.health import examine
from graph.runtime.async_nodes import async_node


class UpkeepInput(TypedDict):
    """What to do."""

    task: Annotated[
        Literal["doctor", "reembed", "rechunk"],
        Field(
            description="`doctor` checks installation, home folder, key, models and index; `reembed` makes all vectors "
            "anew, `rechunk` the passages too; no page is read again."
        ),
    ]


class UpkeepOutput(TypedDict, total=False):
    """What came of it."""

    result: Annotated[dict[str, Any], Field(description="The checks of `doctor`, or how much was rebuilt.")]


class UpkeepState(UpkeepInput, UpkeepOutput):
    """Both."""


@async_node
async def keep_up(state: UpkeepState) -> UpkeepOutput:
    """Do the task, and tell how far it is."""
    task = state.get("task")
    if task == "doctor":
        return {"result": await asyncio.to_thread(examine)}
    if task not in ("reembed", "rechunk"):
        raise BadInputError(f"`task` is {task!r}: set it to doctor, reembed or rechunk.")
    work = rebuild.reembed if task == "reembed" else rebuild.rechunk
    return {"result": await work(await dependencies.current(), get_stream_writer())}


def build() -> StateGraph[UpkeepState, Context, UpkeepInput, UpkeepOutput]:
    """The graph, not yet compiled."""
    builder = StateGraph(UpkeepState, context_schema=Context, input_schema=UpkeepInput, output_schema=UpkeepOutput)
    builder.add_node("keep_up", keep_up)
    builder.add_edge(START, "keep_up")
    builder.add_edge("keep_up", END)
    return builder


app = build().compile(name="upkeep")
