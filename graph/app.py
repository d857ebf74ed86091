"""The root graph: what the input holds decides. Sources are ingested, a question is answered, both in that order.

`app` is what `langgraph.json` serves, and what Python users import. It has no checkpointer: the server brings its own,
and `compile_app` gives the graph to whoever wants threads elsewhere.
"""

from __future__ import annotations

from typing import Annotated, Any

from langchain_core.messages import AIMessage, HumanMessage
from langgraph.channels import EphemeralValue
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.types import Send
from pydantic import Field
from typing_extensions import TypedDict

from graph import dependencies
from graph.attachments import attached, document_of, source_of
from graph.compiled import Application, detach_files, without_checkpoints
from graph.context import Context
from graph.engines.base import BATCHES_IN_FLIGHT
from graph.errors import BadInputError, as_list
from graph.ingestion import graph as ingestion
from graph.ingestion.report import acknowledgement
from graph.ingestion.state import Report
from graph.query import graph as query
from graph.query.nodes import question_and_history
from graph.query.state import Answer, Messages, QueryInput

_WANTED = Field(description="What you want to know from the documents.", examples=["What was the net income in 2023?"])
_SCOPE = Field(description="Names or ids of the documents to look in; all when empty.", examples=[["report.pdf"]])


class Input(TypedDict, total=False):
    """Sources to ingest, a question to answer, or a conversation whose last message is a question.

    The values are of one run: on a thread, what is not given again is not done again.
    """

    sources: Annotated[
        list[str],
        Field(description="Files, folders or globs to ingest: PDFs and images.", examples=[["examples/sample.pdf"]]),
        EphemeralValue,
    ]
    question: Annotated[
        str,
        Field(description="What you want to know from the documents.", examples=["What was the net income in 2023?"]),
        EphemeralValue,
    ]
    documents: Annotated[
        list[str],
        Field(description="Names or ids of the documents to look in; all when empty.", examples=[["report.pdf"]]),
        EphemeralValue,
    ]
    messages: Messages


class Output(Answer, total=False):
    """The report of an ingestion, the answer to a question, or both."""

    question: Annotated[
        str,
        Field(description="What you want to know from the documents.", examples=["What was the net income in 2023?"]),
        EphemeralValue,
    ]
    report: Annotated[Report | None, Field(description="Each document with its page ledger; what the run cost.")]


class Request(TypedDict):
    """What this run was asked to do."""

    sources: list[str]
    question: str
    documents: list[str]
    attached: list[str]


class State(Input, Output, total=False):
    """The whole state of a run."""

    request: Request


_RESULTS = {*Answer.__annotations__, "report"} - {"messages"}


def route_request(state: State) -> dict[str, Any]:
    """Take down what is asked for; results that an earlier run left on the thread are cleared."""
    messages = state.get("messages") or []
    in_chat = bool(messages) and isinstance(messages[-1], HumanMessage)
    folder = dependencies.stores().downloads
    new = [source_of(reference, folder) for reference in attached(messages[-1])] if in_chat else []
    request = Request(
        sources=[*as_list(state.get("sources") or [], "sources"), *new],
        question=question_and_history(state.get("question"), messages)[0] if in_chat or "question" in state else "",
        documents=as_list(state.get("documents") or [], "documents"),
        attached=[document_of(reference) for message in messages for reference in attached(message)],
    )
    if not request["sources"] and not in_chat and "question" not in state:
        raise BadInputError(
            "There is nothing to do: give sources to ingest, a question to ask, or messages that end with the user's."
        )
    stale = {key: None for key in _RESULTS if key in state}
    return {"request": request, **stale}


def after_routing(state: State) -> Send:
    """Ingest first, where there are sources."""
    request = state["request"]
    if request["sources"]:
        return Send("ingestion", {"sources": request["sources"]})
    return Send("query", _question(state))


def after_ingestion(state: State) -> Send | str:
    """Then answer, where something was asked; a message that only brought files gets a reply too."""
    if state["request"]["question"]:
        return Send("query", _question(state))
    return "acknowledge_files" if attached_last(state) else END


def acknowledge_files(state: State) -> dict[str, Any]:
    """Say what became of the files of a message that asks nothing."""
    report = state.get("report")
    return {"messages": [AIMessage(acknowledgement(report["documents"] if report else []))]}


def attached_last(state: State) -> bool:
    """Whether the last message brought files."""
    messages = state.get("messages") or []
    return bool(messages) and isinstance(messages[-1], HumanMessage) and bool(attached(messages[-1]))


def _question(state: State) -> QueryInput:
    """What is asked, of the documents that are named; or else of those that the conversation brought with it."""
    request = state["request"]
    return {
        "question": request["question"],
        "documents": request["documents"] or [name for name in request["attached"] if _is_known(name)],
        "messages": state.get("messages") or [],
    }


def _is_known(document: str) -> bool:
    row = dependencies.stores().catalog.document(document) if document else None
    return bool(row and row.source)


def build() -> StateGraph[State, Context, Input, Output]:
    """The whole graph, not yet compiled."""
    builder = StateGraph(State, context_schema=Context, input_schema=Input, output_schema=Output)
    builder.add_node("route_request", route_request)
    builder.add_node("ingestion", without_checkpoints(ingestion.build().compile(name="ingestion")))
    builder.add_node("query", query.app)
    builder.add_node("acknowledge_files", acknowledge_files)
    builder.add_edge(START, "route_request")
    builder.add_conditional_edges("route_request", after_routing, ["ingestion", "query"])
    builder.add_conditional_edges("ingestion", after_ingestion, ["query", "acknowledge_files", END])
    builder.add_edge("query", END)
    builder.add_edge("acknowledge_files", END)
    return builder


def compile_app(checkpointer: BaseCheckpointSaver[Any] | None = None) -> Application:
    """The graph, ready to run; with a checkpointer, conversations go on from run to run.

    Pages of many windows are in flight at once; the worker pool and the service's limits bound them, not this.
    """
    compiled = build().compile(checkpointer=checkpointer, name="pagewitness")
    return detach_files(compiled).with_config(max_concurrency=BATCHES_IN_FLIGHT, recursion_limit=30)


app = compile_app()
