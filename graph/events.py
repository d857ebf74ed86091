"""Custom events of the graphs: progress, waiting times, drafts and steps, for progress bars and chat windows.

They come with `stream_mode="custom"`; docs/integrations.md shows how to read them. Those of an inner graph come with
the root's, whether its caller asks for the events of subgraphs or not: `writer` finds the root's stream.
"""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from functools import wraps
from typing import Any, Literal, TypeVar, cast

from typing_extensions import TypedDict

Stage = Literal["upload", "survey", "read", "chunk", "embed", "ask"]
"""A stage of a document: `survey`, `read` and `chunk` count pages, `embed` counts chunks.

The command line adds two: `upload` counts megabytes sent to a server, `ask` questions of an evaluation."""


class Progress(TypedDict):
    """The progress of a document in a stage. Each event is complete in itself, and `done` never decreases."""

    event: Literal["progress"]
    stage: Stage
    """What is being done, which also says what `done` and `of` count."""
    document: str
    """The document's id."""
    name: str
    """The document's name."""
    done: int
    """How much is done."""
    of: int
    """How much there is to do."""
    page: int | None
    """The page that was read; null in other stages."""
    status: str
    """The status of that page in the ledger; "" in other stages."""
    reason: str
    """Why that page was not read as planned; "" if it was, and in other stages."""
    requests: int
    """How many requests the whole run has sent to a model service."""


class Waiting(TypedDict):
    """A pause: no request is sent to a model service for some time."""

    event: Literal["waiting"]
    until: str
    """When the next request is sent: local time, ISO 8601."""
    reason: str
    """The limit that was reached."""


class Unusable(TypedDict):
    """A source that cannot be opened; the report, or the error if there is none, says more."""

    event: Literal["unusable"]
    source: str
    """What the user gave."""
    name: str
    """The file's name."""
    reason: str
    """Either "password" or "unusable"."""
    detail: str
    """What is wrong with it, and what to do, in a sentence."""


class Draft(TypedDict):
    """The answer so far, whose claims are not checked yet."""

    event: Literal["draft"]
    text: str
    """The whole draft; it replaces the one before."""


class Step(TypedDict):
    """A node of the query graph begins."""

    event: Literal["step"]
    node: str
    """The node's name in the graph."""
    label: str
    """What it does, in a few words for users."""


class Planned(TypedDict):
    """The next steps of a plan for a hard question are taken, all at the same time."""

    event: Literal["plan"]
    steps: list[str]
    """The parts of the question that they are to answer; [] where the plan is done."""
    steps_left: int
    """How many more steps the plan may have."""
    requests_left: int
    """How many more requests planning and searching may take."""


Event = Progress | Waiting | Unusable | Draft | Step | Planned

Writer = Callable[[Any], None]
"""Sends an event into the stream of a run."""

Node = TypeVar("Node", bound=Callable[..., Any])

_root: ContextVar[Writer | None] = ContextVar("pagewitness_root_writer", default=None)
"""The writer of the graph that runs the inner graph of this context."""


def writer() -> Writer:
    """Return the writer for events of the running node; get it before work is handed to other threads."""
    # Imported here: the command line reads events of a server without loading LangGraph.
    from langgraph.config import get_stream_writer

    return _root.get() or get_stream_writer()


@contextlib.contextmanager
def in_roots_stream() -> Iterator[None]:
    """Send the events of the inner graph that runs meanwhile into the stream of the graph whose node it is.

    LangGraph drops them unless its caller asks for the events of subgraphs; then a server also sends each step of each
    subgraph with its whole state. A graph that is not a node of another one is left alone.
    """
    try:
        token = _root.set(writer())
    except (RuntimeError, KeyError):  # no graph runs here, or a chain does
        yield
        return
    try:
        yield
    finally:
        # A stream that is dropped half-way may be closed in another context, which has nothing to reset.
        with contextlib.suppress(ValueError):
            _root.reset(token)


def step(label: str) -> Callable[[Node], Node]:
    """Decorate a node's function, a coroutine or not: each call emits a `step` event with this label first."""

    def decorate(function: Node) -> Node:
        """Return the function in the same form, coroutine or plain, with the event emitted first."""
        event = Step(event="step", node=function.__name__, label=label)

        @wraps(function)
        async def call_async(state: Any) -> Any:
            writer()(event)
            return await function(state)

        @wraps(function)
        def call(state: Any) -> Any:
            writer()(event)
            return function(state)

        return cast(Node, call_async if inspect.iscoroutinefunction(function) else call)

    return decorate


def progress(
    stage: Stage, document: str, name: str, done: int, of: int, *, requests: int = 0, page: int | None = None,
    status: str = "", reason: str = "",
) -> Progress:  # fmt: skip
    """Return a progress event; the arguments are its fields."""
    return Progress(
        event="progress", stage=stage, document=document, name=name, done=done, of=of, page=page, status=status,
        reason=reason, requests=requests,
    )  # fmt: skip
