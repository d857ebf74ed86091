"""The maintenance graph: `pagewitness doctor`, `reembed` and `rechunk` run through it on a server.

On a server only the server's process may do this, because it owns the home folder.
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
from graph.maintenance.health import run_checks
from graph.runtime.async_nodes import async_node


class MaintenanceInput(TypedDict):
    """The task."""

    task: Annotated[
        Literal["doctor", "reembed", "rechunk"],
        Field(
            description="`doctor` checks installation, home folder, key, models and index; `reembed` computes all "
            "vectors again, `rechunk` the chunks too; no page is read again."
        ),
    ]


class MaintenanceOutput(TypedDict, total=False):
    """The result of the task."""

    result: Annotated[dict[str, Any], Field(description="The checks of `doctor`, or how much was rebuilt.")]


class MaintenanceState(MaintenanceInput, MaintenanceOutput):
    """The task and its result."""


@async_node
async def run_task(state: MaintenanceState) -> MaintenanceOutput:
    """Run the task, with progress events."""
    task = state.get("task")
    if task == "doctor":
        return {"result": await asyncio.to_thread(run_checks)}
    if task not in ("reembed", "rechunk"):
        raise BadInputError(f"`task` is {task!r}: set it to doctor, reembed or rechunk.")
    run = rebuild.reembed if task == "reembed" else rebuild.rechunk
    return {"result": await run(await dependencies.current(), get_stream_writer())}


def build() -> StateGraph[MaintenanceState, Context, MaintenanceInput, MaintenanceOutput]:
    """Return the graph, not yet compiled."""
    builder = StateGraph(
        MaintenanceState, context_schema=Context, input_schema=MaintenanceInput, output_schema=MaintenanceOutput
    )
    builder.add_node("run_task", run_task)
    builder.add_edge(START, "run_task")
    builder.add_edge("run_task", END)
    return builder


app = build().compile(name="upkeep")
