"""LangChain tools for agents: `ask`, `ingest` and `list`, which run the graphs of `graph/tool_graphs.py`.

from graph.tools import TOOLS
agent = create_agent("google_genai:gemini-3.8-flash", tools=TOOLS)
"""

from __future__ import annotations

from langchain_core.tools import tool

from graph.tool_graphs import AskOutput, ask_graph, ingest_graph, list_graph


@tool
def ask(question: str, documents: list[str] | None = None) -> AskOutput:
    """Ask a question about the user's own documents; each statement of the answer is cited with a page and a quote.

    Args:
        question: What to find out, as a full question.
        documents: Names or ids of the documents to search; all when left out.
    """
    found: AskOutput = ask_graph.invoke({"question": question, "documents": documents or []})
    return found


@tool
def ingest(sources: list[str]) -> list[str]:
    """Read documents into the library, so that questions can be asked about them; returns the result for each.

    Args:
        sources: Files, folders, globs or http(s) addresses of PDFs, images, books, Office files, e-mails and web pages.
    """
    found = ingest_graph.invoke({"sources": sources})
    return list(found.get("outcome") or [found["problem"]])


@tool("list")
def list_documents() -> list[str]:
    """List the documents of the library, with their ids, page counts and whether all pages were read."""
    return list(list_graph.invoke({})["documents"])


TOOLS = [ask, ingest, list_documents]
