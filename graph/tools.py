"""Three tools for agents: `ask`, `ingest` and `list`, as served graphs (MCP) and as LangChain tools.

from graph.tools import TOOLS
agent = create_agent("google_genai:gemini-3.8-flash", tools=TOOLS)
"""

from __future__ import annotations

from typing import Annotated, Any, NotRequired

from langchain_core.tools import tool
from langgraph.errors import NodeError
from langgraph.graph import END, START, StateGraph
from pydantic import Field
from typing_extensions import TypedDict

from graph import dependencies
from graph.context import Context
from graph.errors import BadInputError, HomeError, ModelError
from graph.ingestion import graph as ingestion
from graph.ingestion.state import IngestionInput, Report
from graph.query import graph as query
from graph.storage import summaries
from graph.types import Citation
from loaders.errors import SourceError


class AskInput(TypedDict):
    """A question about the documents."""

    question: Annotated[str, Field(description="What to find out, as a full question.", min_length=1)]
    documents: NotRequired[
        Annotated[
            list[str],
            Field(description="Names or ids of the documents to look in, as `list` gives them; all when left out."),
        ]
    ]


class Source(TypedDict):
    """Where a statement of an answer stands: `marker` is its number there, `quote` the words that prove it."""

    marker: int
    document: str
    page: int
    quote: str


class AskOutput(TypedDict, total=False):
    """An answer with its sources, or a refusal."""

    answer: str
    refused: bool
    sources: list[Source]
    problem: str


class AskState(AskInput, AskOutput, total=False):
    """What a question keeps on its way."""

    citations: list[Citation]


class IngestOutput(TypedDict, total=False):
    """What became of each source, in a sentence."""

    outcome: list[str]
    problem: str


class IngestState(IngestionInput, IngestOutput, total=False):
    """What an ingestion keeps on its way."""

    report: Report


class ListInput(TypedDict):
    """Nothing is needed."""


class ListOutput(TypedDict, total=False):
    """The documents that can be asked."""

    documents: list[str]


def name_sources(state: AskState) -> AskOutput:
    """Say where each statement stands, without the boxes."""
    if state.get("problem"):
        return {}
    sources = [
        Source(marker=one["marker"], document=one["name"], page=one["page"], quote=one["quote"])
        for one in state.get("citations") or []
    ]
    return {"sources": sources}


def sum_up(state: IngestState) -> IngestOutput:
    """One sentence for each document."""
    if state.get("problem"):
        return {}
    outcome = []
    for document in state["report"]["documents"]:
        counts = ", ".join(f"{count} {status}" for status, count in document["ledger"].items() if count)
        why = " ".join(failure["detail"] for failure in document["failures"][:3])
        outcome.append(f"{document['name']}: {document['status']}, {document['pages']} pages ({counts}). {why}".strip())
    return {"outcome": outcome}


def explain(state: Any, error: NodeError) -> dict[str, str]:
    """Say what the user has to mend; whatever else went wrong goes on as it is."""
    if isinstance(error.error, BadInputError | HomeError | ModelError | SourceError):
        return {"problem": str(error.error)}
    raise error.error


def describe_documents(state: ListInput) -> ListOutput:
    """Name the documents, with their ids and pages."""
    rows = summaries.documents(dependencies.stores().catalog)
    return {"documents": [f"{row['name']} (id {row['id']}): {row['pages']} pages, {row['status']}" for row in rows]}


def tool_graph(called: str, state: Any, given: Any, returned: Any, *nodes: tuple[str, Any]) -> Any:
    """Compile a graph of nodes one after another; `called` is the name of the tool at the server."""
    builder: Any = StateGraph(state, context_schema=Context, input_schema=given, output_schema=returned)
    before = START
    for name, node in nodes:
        builder.add_node(name, node, error_handler=explain)
        builder.add_edge(before, name)
        before = name
    builder.add_edge(before, END)
    return builder.compile(name=called)


ask_graph = tool_graph("ask", AskState, AskInput, AskOutput, ("query", query.app), ("name_sources", name_sources))

ingest_graph = tool_graph(
    "ingest", IngestState, IngestionInput, IngestOutput, ("ingestion", ingestion.app), ("sum_up", sum_up)
)

list_graph = tool_graph("list", ListOutput, ListInput, ListOutput, ("describe_documents", describe_documents))


@tool
def ask(question: str, documents: list[str] | None = None) -> AskOutput:
    """Ask a question about the user's own documents; each statement of the answer names a page and a quote.

    Args:
        question: What to find out, as a full question.
        documents: Names or ids of the documents to look in; all when left out.
    """
    found: AskOutput = ask_graph.invoke({"question": question, "documents": documents or []})
    return found


@tool
def ingest(sources: list[str]) -> list[str]:
    """Read documents into the library, so that they can be asked; says what became of each.

    Args:
        sources: Files, folders, globs or http(s) addresses of PDFs, books and images.
    """
    found = ingest_graph.invoke({"sources": sources})
    return list(found.get("outcome") or [found["problem"]])


@tool("list")
def list_documents() -> list[str]:
    """List the documents that can be asked, with their ids and how many of their pages were read."""
    return list(list_graph.invoke({})["documents"])


TOOLS = [ask, ingest, list_documents]
