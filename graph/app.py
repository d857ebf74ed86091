"""The root graph: it ingests sources, answers a question, or does both in that order, as its input says.

`app` is what `langgraph.json` serves and what Python users import. It has no checkpointer, because the LangGraph server
brings its own; `compile_app` compiles the graph with one.
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
from graph.attachments import document_id_of, is_stored, references_in, source_of
from graph.compiled import Application, detach_files, inner, without_checkpoints
from graph.context import Context
from graph.engines.base import BATCHES_IN_FLIGHT
from graph.errors import BadInputError, as_list
from graph.ingestion import confirmation
from graph.ingestion import graph as ingestion
from graph.ingestion.report import acknowledgement
from graph.ingestion.state import Report, Sources
from graph.query import citation_links
from graph.query import graph as query
from graph.query.conversation import question_and_history
from graph.query.state import Answer, DocumentNames, Messages, QueryInput, Question
from graph.settings import settings


class Input(TypedDict, total=False):
    """Sources to ingest, a question to answer, or a conversation whose last message is a question.

    Values other than `messages` last for one run: on a thread, the next run does not see them.
    """

    sources: Annotated[Sources, EphemeralValue]
    question: Annotated[Question, EphemeralValue]
    documents: Annotated[DocumentNames, EphemeralValue]
    messages: Messages


class Output(Answer, total=False):
    """The report of an ingestion, the answer to a question, or both."""

    question: Annotated[Question, EphemeralValue]
    report: Annotated[Report | None, Field(description="Each document with its page ledger, and what the run cost.")]


class Request(TypedDict):
    """The task of one run."""

    sources: list[str]
    """The sources of the input, and the files attached to the last message."""
    question: str
    """The question of the input or of the last message; "" if nothing is asked."""
    documents: list[str]
    """The documents of the input, by name or id."""
    attached: list[str]
    """Ids of all documents that the conversation attached; "" for one attached by its address."""


class State(Input, Output, total=False):
    """The state of a run: input, output and the task."""

    request: Request
    """The task of this run, set by `route_request`."""


_RESULTS = {*Answer.__annotations__, "report"} - {"messages"}


def route_request(state: State) -> dict[str, Any]:
    """Read the input into the run's `request`, and clear the results that an earlier run left on the thread."""
    messages = state.get("messages") or []
    in_chat = bool(messages) and isinstance(messages[-1], HumanMessage)
    new = [_source(reference) for reference in references_in(messages[-1])] if in_chat else []
    request = Request(
        sources=[*as_list(state.get("sources") or [], "sources"), *new],
        question=question_and_history(state.get("question"), messages)[0] if in_chat or "question" in state else "",
        documents=as_list(state.get("documents") or [], "documents"),
        attached=[document_id_of(reference) for message in messages for reference in references_in(message)],
    )
    if not request["sources"] and not in_chat and "question" not in state:
        raise BadInputError(
            "There is nothing to do: give sources to ingest, a question to ask, or messages that end with the user's."
        )
    stale = {key: None for key in _RESULTS if key in state}
    return {"request": request, **stale}


def _source(reference: str) -> str:
    """Return the source of an attached file; one that was attached on another machine is copied from there."""
    stores = dependencies.stores(dependencies.run_scope())
    if is_stored(reference):
        stores.fetch_attachment(reference)
    return source_of(reference, stores.downloads)


def after_routing(state: State) -> Send | str:
    """Continue with the ingestion if there are sources, asking first if it may be costly; else with the question."""
    sources = state["request"]["sources"]
    if not sources:
        return Send("query", _question(state))
    return "confirm_cost" if confirmation.may_be_costly(sources) else Send("ingestion", _sources(state))


def after_confirmation(state: State) -> Send | str:
    """Read what was confirmed, or leave it; a question is answered in both cases."""
    declined = state.get("report")
    return after_ingestion(state) if declined else Send("ingestion", _sources(state))


def _sources(state: State) -> dict[str, Any]:
    """Return the input of the ingestion: the sources, and the conversation if there is one."""
    messages = state.get("messages") or []
    return {"sources": state["request"]["sources"], **({"messages": messages} if messages else {})}


def after_ingestion(state: State) -> Send | str:
    """Continue with the question if there is one; a message that only brings files gets a reply too."""
    if state["request"]["question"]:
        return Send("query", _question(state))
    return "acknowledge_files" if _brings_files(state) else END


def acknowledge_files(state: State) -> dict[str, Any]:
    """Reply to a message that brings files and asks nothing."""
    report = state.get("report")
    text = citation_links.add_links(acknowledgement(report), (), settings().public_url)
    return {"messages": [AIMessage(text)]}


def _brings_files(state: State) -> bool:
    """Return whether the last message is the user's and has files attached."""
    messages = state.get("messages") or []
    return bool(messages) and isinstance(messages[-1], HumanMessage) and bool(references_in(messages[-1]))


def _question(state: State) -> QueryInput:
    """Return the input of the query graph, with the documents of the input or else those of the conversation."""
    request = state["request"]
    return {
        "question": request["question"],
        "documents": request["documents"] or [document for document in request["attached"] if _is_listed(document)],
        "messages": state.get("messages") or [],
    }


def _is_listed(document: str) -> bool:
    """Return whether the catalog lists a document of this id."""
    row = dependencies.stores(dependencies.run_scope()).catalog.document(document) if document else None
    return bool(row and row.source)


def build() -> StateGraph[State, Context, Input, Output]:
    """Return the root graph, not compiled."""
    builder = StateGraph(State, context_schema=Context, input_schema=Input, output_schema=Output)
    builder.add_node("route_request", route_request)
    builder.add_node("confirm_cost", confirmation.confirm_cost)
    builder.add_node("ingestion", without_checkpoints(ingestion.build(in_chat=True).compile(name="ingestion")))
    builder.add_node("query", inner(query.app))
    builder.add_node("acknowledge_files", acknowledge_files)
    builder.add_edge(START, "route_request")
    builder.add_conditional_edges("route_request", after_routing, ["confirm_cost", "ingestion", "query"])
    builder.add_conditional_edges("confirm_cost", after_confirmation, ["ingestion", "query", "acknowledge_files", END])
    builder.add_conditional_edges("ingestion", after_ingestion, ["query", "acknowledge_files", END])
    builder.add_edge("query", END)
    builder.add_edge("acknowledge_files", END)
    return builder


def compile_app(checkpointer: BaseCheckpointSaver[Any] | None = None) -> Application:
    """Compile the root graph; with a checkpointer, a thread's conversation continues from run to run."""
    compiled = build().compile(checkpointer=checkpointer, name="pagewitness")
    # Batches in flight; the worker pool and the rate limiter bound what they do at a time.
    return detach_files(compiled).with_config(max_concurrency=BATCHES_IN_FLIGHT, recursion_limit=30)


app = compile_app()
