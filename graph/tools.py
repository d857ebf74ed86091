"""The same three doors as LangChain tools, for an agent in the same process.

from graph.tools import TOOLS
agent = create_agent("google_genai:gemini-3.8-flash", tools=TOOLS)
"""

from __future__ import annotations

from langchain_core.tools import tool

from graph import doors
from graph.doors import AskOutput


@tool
def ask(question: str, documents: list[str] | None = None) -> AskOutput:
    """Ask a question about the user's own documents; each statement of the answer names a page and a quote.

    Args:
        question: What to find out, as a full question.
        documents: Names or ids of the documents to look in; all when left out.
    """
    found: AskOutput = doors.ask.invoke({"question": question, "documents": documents or []})
    return found


@tool
def ingest(sources: list[str]) -> list[str]:
    """Read documents into the library, so that they can be asked; says what became of each.

    Args:
        sources: Files, folders, globs or http(s) addresses of PDFs, books and images.
    """
    found = doors.ingest.invoke({"sources": sources})
    return list(found.get("outcome") or [found["problem"]])


@tool("list")
def list_documents() -> list[str]:
    """List the documents that can be asked, with their ids and how many of their pages were read."""
    return list(doors.list_.invoke({})["documents"])


TOOLS = [ask, ingest, list_documents]
