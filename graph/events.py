"""What a run tells while it goes on: the custom events of the graphs, for whoever draws bars or shows drafts.

They come with `stream_mode="custom"`, from subgraphs too; docs/integrations.md says how to read them.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, Literal, TypeVar, cast

from langgraph.config import get_stream_writer
from typing_extensions import TypedDict

Stage = Literal["upload", "survey", "read", "chunk", "embed", "ask"]
"""What is being done. `survey`, `read` and `chunk` count pages, `embed` counts passages. Two are of the command line
alone: `upload`, to a server, counts megabytes, `ask`, in an evaluation, questions."""


class Progress(TypedDict):
    """How far a document is: `done` of `of` in this stage. Each event stands for itself, and `done` never falls.

    Where a page was read, `page`, `status` and `reason` say what became of it; else they are null, "" and "".
    `requests` are those that the whole run has made so far to a model service.
    """

    event: Literal["progress"]
    stage: Stage
    document: str
    name: str
    done: int
    of: int
    page: int | None
    status: str
    reason: str
    requests: int


class Waiting(TypedDict):
    """Nothing is sent to a model service before `until` (local time, ISO 8601); `reason` says which limit was met."""

    event: Literal["waiting"]
    until: str
    reason: str


class Unusable(TypedDict):
    """A source that cannot be opened: `reason` is "password" or "unusable"; the report or the error says more."""

    event: Literal["unusable"]
    source: str
    name: str
    reason: str


class Draft(TypedDict):
    """The answer as far as it has come, not proven yet; each draft replaces the one before."""

    event: Literal["draft"]
    text: str


class Step(TypedDict):
    """A node of the query graph begins."""

    event: Literal["step"]
    node: str
    """The node's name in the graph."""
    label: str
    """What it does, in a few words for users."""


Event = Progress | Waiting | Unusable | Draft | Step

Node = TypeVar("Node", bound=Callable[..., Any])


def step(label: str) -> Callable[[Node], Node]:
    """Decorate a node's function, a coroutine or not: each call emits a `step` event with this label first."""

    def decorate(function: Node) -> Node:
        event = Step(event="step", node=function.__name__, label=label)

        @wraps(function)
        async def call_async(state: Any) -> Any:
            get_stream_writer()(event)
            return await function(state)

        @wraps(function)
        def call(state: Any) -> Any:
            get_stream_writer()(event)
            return function(state)

        return cast(Node, call_async if inspect.iscoroutinefunction(function) else call)

    return decorate


def progress(
    stage: Stage, document: str, name: str, done: int, of: int, *, requests: int = 0, page: int | None = None,
    status: str = "", reason: str = "",
) -> Progress:  # fmt: skip
    """How far a document is."""
    return Progress(
        event="progress", stage=stage, document=document, name=name, done=done, of=of, page=page, status=status,
        reason=reason, requests=requests,
    )  # fmt: skip
