"""The maintenance graph: `pagewitness doctor`, `reembed` and `rechunk` run through it on a server.

On a server only the server's process may do this, because it owns the home folder.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal, get_args

from langgraph.config import get_stream_writer
from langgraph.graph import END, START, StateGraph
from pydantic import Field
from typing_extensions import TypedDict

from graph import context, dependencies, users
from graph.access import LOCAL, Scope
from graph.context import Context
from graph.errors import BadInputError
from graph.maintenance import rebuild
from graph.maintenance.health import ask_models, run_checks
from graph.runtime.async_nodes import async_node

Task = Literal["doctor", "models", "reembed", "rechunk"]


class MaintenanceInput(TypedDict):
    """The task."""

    task: Annotated[
        Task,
        Field(
            description="`doctor` checks installation, home folder, key, models and index; `models` asks each "
            "configured model what it can do; `reembed` computes all vectors again, `rechunk` the chunks too; no page "
            "is read again."
        ),
    ]


class MaintenanceOutput(TypedDict, total=False):
    """The result of the task."""

    result: Annotated[
        dict[str, Any], Field(description="The checks of `doctor`, the `models`, or how much was rebuilt.")
    ]


class MaintenanceState(MaintenanceInput, MaintenanceOutput):
    """The task and its result."""


async def perform(
    task: Task,
    open_dependencies: Callable[[], Awaitable[dependencies.Deps]],
    emit: Callable[[Any], None],
    *,
    named: bool = True,
) -> dict[str, Any]:
    """Run a task and return its result.

    Args:
        task: The task.
        open_dependencies: Called only for tasks that need them: `doctor` must also work if they cannot be opened.
        emit: Called with progress events.
        named: Whether the result may name documents.
    """
    if task == "doctor":
        return await asyncio.to_thread(run_checks, named=named)
    if task == "models":
        return {"models": await ask_models()}
    run = rebuild.reembed if task == "reembed" else rebuild.rechunk
    return await run(await open_dependencies(), emit)


@async_node
async def run_task(state: MaintenanceState) -> MaintenanceOutput:
    """Run the task, with progress events."""
    administrator = await asyncio.to_thread(users.require_admin)
    task = state.get("task")
    if task not in get_args(Task):
        raise BadInputError(f"`task` is {task!r}: set it to doctor, models, reembed or rechunk.")
    emit = get_stream_writer()
    if administrator is not LOCAL:  # a user, who may not learn the names of others' documents
        return {"result": await perform(task, _whole_home, lambda event: emit({**event, "name": ""}), named=False)}
    return {"result": await perform(task, dependencies.current, emit)}


async def _whole_home() -> dependencies.Deps:
    """Return the dependencies of a task that changes the documents of all users: those of the whole home."""
    return await asyncio.to_thread(dependencies.for_context, context.current(), Scope.everything())


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
