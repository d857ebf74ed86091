"""The tools for agents as graphs: `ask`, `ingest` and `list`, which the server and `/mcp` offer.

`graph/tools.py` makes LangChain tools of them. They stand apart since a server needs none of those at its start.
"""

from __future__ import annotations

from typing import Annotated, Any, NotRequired

from langgraph.errors import NodeError
from langgraph.graph import END, START, StateGraph
from pydantic import Field
from typing_extensions import TypedDict

from graph import dependencies
from graph.context import Context
from graph.errors import BadInputError, HomeError, ModelError
from graph.ingestion import graph as ingestion
from graph.ingestion.report import other_files, pages_in_words, still_due
from graph.ingestion.state import IngestionInput, Report
from graph.query import graph as query
from graph.query.citation_links import document_url, page_url
from graph.settings import settings
from graph.storage import summaries
from graph.types import Citation, counted
from graph.verdicts import citation_verdict
from loaders.errors import SourceError


class AskInput(TypedDict):
    """A question about the documents."""

    question: Annotated[str, Field(description="What to find out, as a full question.", min_length=1)]
    documents: NotRequired[
        Annotated[
            list[str],
            Field(description="Names or ids of the documents to search, as `list` returns them; all when left out."),
        ]
    ]


class Source(TypedDict):
    """The source of a statement of the answer."""

    marker: int
    """The number of its marker in the answer: 1 for [1]."""
    document: str
    """The document's name."""
    page: int
    """The page, counted from 1."""
    quote: str
    """The words on that page that support the statement."""
    verdict: str
    """How far the statement is proven: proven, partly_proven, seen (only a model's word) or related (a quote on the
    subject that is not claimed to answer)."""
    reason: NotRequired[str]
    """Why it is not proven, as a sentence; missing if it is."""
    link: NotRequired[str]
    """The page in the reading room with the quote marked; missing without a server."""


class AskOutput(TypedDict, total=False):
    """An answer with its sources, or a refusal."""

    answer: str
    """The answer, or why there is none; markers such as [1] refer to the sources."""
    refused: bool
    """Whether the documents do not answer the question."""
    verdict: str
    """How far the answer is proven: proven, partly_proven, seen, related, refused, or catalog (about the library)."""
    sources: list[Source]
    """A source for each marker."""
    problem: str
    """What the user has to correct, if the tool could not run."""


class AskState(AskInput, AskOutput, total=False):
    """The state of `ask`: input, output and what the query graph returns besides."""

    citations: list[Citation]
    """The citations of the answer; `sources` is their short form."""


class IngestOutput(TypedDict, total=False):
    """The result for each source."""

    outcome: list[str]
    """One sentence for each file that was given, duplicates and skipped ones among them."""
    failed: bool
    """Whether no document could be read."""
    problem: str
    """What the user has to correct, if the tool could not run."""


class IngestState(IngestionInput, IngestOutput, total=False):
    """The state of `ingest`: input, output and what the ingestion graph returns besides."""

    report: Report
    """The report of the ingestion; `outcome` is its short form."""


class ListInput(TypedDict):
    """The empty input of `list`."""


class ListOutput(TypedDict, total=False):
    """The documents of the library."""

    documents: list[str]
    """One line for each document: its name, id, pages and status."""


def name_sources(state: AskState) -> AskOutput:
    """Return the citations of an answer in short: marker, document, page, quote, and how far they prove it."""
    if state.get("problem"):
        return {}
    sources = []
    for citation in state.get("citations") or []:
        source = Source(
            marker=citation["marker"], document=citation["name"], page=citation["page"], quote=citation["quote"],
            verdict=citation_verdict(citation),
        )  # fmt: skip
        if citation.get("reason"):
            source["reason"] = citation["reason"]
        if base := settings().public_url:
            source["link"] = page_url(citation, base)
        sources.append(source)
    return {"sources": sources}


def summarize_report(state: IngestState) -> IngestOutput:
    """Return the report of an ingestion in short: a sentence for each file, with up to three failures each."""
    if state.get("problem"):
        return {}
    outcome, documents = [], state["report"]["documents"]
    for document in documents:
        reasons = " ".join(failure["detail"] for failure in document["failures"][:3])
        link = document_url(document["id"], 1, settings().public_url) if document["id"] and document["pages"] else ""
        said = f"{document['name']}: {document['status']}, {pages_in_words(document)}. {reasons}".strip()
        outcome.append(f"{said} {link}".strip())
    failed = bool(documents) and all(document["status"] == "failed" for document in documents)
    return {"outcome": [*outcome, *other_files(state["report"]), *still_due(state["report"])], "failed": failed}


def return_problem(state: Any, error: NodeError) -> dict[str, str]:
    """Return an error that the user can correct as the tool's `problem`; raise any other."""
    if isinstance(error.error, BadInputError | HomeError | ModelError | SourceError):
        return {"problem": str(error.error)}
    raise error.error


def describe_documents(state: ListInput) -> ListOutput:
    """Return a line for each document: name, id, pages and status."""
    rows = summaries.documents(dependencies.stores(dependencies.run_scope()).catalog)
    return {
        "documents": [
            f"{row['name']} (id {row['id']}): {counted(row['pages'], 'page')}, {row['status']}" for row in rows
        ]
    }


def tool_graph(tool_name: str, state: Any, input: Any, output: Any, *nodes: tuple[str, Any]) -> Any:
    """Compile a graph whose nodes run one after another.

    Args:
        tool_name: The name of the graph, and so of the MCP tool.
        state: The type of the state.
        input: The type of the input.
        output: The type of the output.
        nodes: The name and the function or graph of each node, in order.
    """
    builder: Any = StateGraph(state, context_schema=Context, input_schema=input, output_schema=output)
    previous = START
    for name, node in nodes:
        builder.add_node(name, node, error_handler=return_problem)
        builder.add_edge(previous, name)
        previous = name
    builder.add_edge(previous, END)
    return builder.compile(name=tool_name)


ask_graph = tool_graph("ask", AskState, AskInput, AskOutput, ("query", query.app), ("name_sources", name_sources))

ingest_graph = tool_graph(
    "ingest",
    IngestState,
    IngestionInput,
    IngestOutput,
    ("ingestion", ingestion.app),
    ("summarize_report", summarize_report),
)

list_graph = tool_graph("list", ListOutput, ListInput, ListOutput, ("describe_documents", describe_documents))
