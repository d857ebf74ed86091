"""The tools that `/mcp` offers to assistants: `ask`, `ingest`, `list` and `page`.

Each returns text for a language model, the same as JSON for programs, and links to the pages in the reading room. A
user's mistake is returned as a result that is marked as an error, so that the assistant can report it and go on.
"""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, NotRequired

from pydantic import Field, TypeAdapter, ValidationError
from starlette.concurrency import run_in_threadpool
from typing_extensions import TypedDict

from graph import dependencies, tool_graphs
from graph.access import Identity
from graph.errors import BadInputError, HomeError, IndexMismatchError, ModelError, no_such_page
from graph.query.citation_links import document_url
from graph.retrieval.documents import find_document
from graph.settings import settings
from graph.storage import summaries
from graph.types import counted
from graph.verdicts import SENTENCES, citation_line, verdict_of
from loaders.errors import SourceError
from web.ownership import run_config
from web.page_images import render_page
from web.responses import LIBRARY_UNAVAILABLE, logger

_MAX_LISTED = 200
"""Documents in one list: a model cannot use more, and `contains` finds the others."""
_IMAGE_WIDTH_PX = 1200
"""Enough to read small print; a model scales larger images down."""


class ListArguments(TypedDict):
    """The documents to list."""

    contains: NotRequired[Annotated[str, Field(description="Only documents whose name or title contains this.")]]


class IngestArguments(TypedDict):
    """The documents to read."""

    sources: Annotated[
        list[str],
        Field(description="http(s) addresses of documents, or paths that the server may read.", min_length=1),
    ]


class PageArguments(TypedDict):
    """The page to show."""

    document: Annotated[str, Field(description="The document's name or id, as `list` returns them.")]
    page: Annotated[int, Field(ge=1, description="The page, counted from 1.")]
    image: NotRequired[Annotated[bool, Field(description="False to leave the page's image out.")]]


@dataclass(frozen=True)
class Result:
    """The result of a tool.

    Attributes:
        text: What the assistant reads.
        data: The same for programs.
        failed: Whether the call failed.
        png: An image, or nothing.
    """

    text: str
    data: dict[str, Any]
    failed: bool = False
    png: bytes = b""


@dataclass(frozen=True)
class _Tool:
    """A tool: name, purpose, type of its arguments, function, and whether it changes the library."""

    name: str
    description: str
    arguments: Any
    run: Callable[[Any, Identity], Awaitable[Result]]
    writes: bool = False


async def _ask(given: Any, user: Identity) -> Result:
    found: Mapping[str, Any] = await tool_graphs.ask_graph.ainvoke(given, run_config(user))
    if problem := found.get("problem"):
        return Result(problem, {"problem": problem}, failed=True)
    lines = [
        f"[{source['marker']}] {source['document']}, page {source['page']}: \u201c{source['quote']}\u201d"
        + (f" ({said})" if (said := citation_line(source)) else "")
        + (f" {source['link']}" if source.get("link") else "")
        for source in found.get("sources") or ()
    ]
    verdict = SENTENCES.get(verdict_of(found), "")
    return Result("\n\n".join(filter(None, [found["answer"], verdict, "\n".join(lines)])).strip(), dict(found))


async def _ingest(given: Any, user: Identity) -> Result:
    found: Mapping[str, Any] = await tool_graphs.ingest_graph.ainvoke(given, run_config(user))
    if problem := found.get("problem"):
        return Result(problem, {"problem": problem}, failed=True)
    outcome = found["outcome"]
    return Result("\n".join(outcome), {"outcome": outcome}, failed=found.get("failed", False))


async def _list(given: Any, user: Identity) -> Result:
    rows = await run_in_threadpool(lambda: summaries.documents(dependencies.stores_of(user).catalog))
    wanted, base = str(given.get("contains") or "").casefold(), settings().public_url
    rows = [row for row in rows if wanted in f"{row['name']}\n{row['title']}".casefold()]
    shown: list[dict[str, Any]] = [
        {
            "id": row["id"], "name": row["label"] or row["name"], "title": row["title"], "pages": row["pages"],
            "status": row["status"], "link": document_url(row["id"], 1, base),
        }
        for row in rows[:_MAX_LISTED]
    ]  # fmt: skip
    lines = [
        " ".join([f"{row['name']} (id {row['id']}):", counted(row["pages"], "page") + ",", row["status"], row["link"]])
        for row in shown
    ]
    if more := len(rows) - len(shown):
        lines.append(f"{more} more: name a part of the title with `contains`.")
    return Result("\n".join(lines) or "There are no such documents.", {"documents": shown, "more": more})


async def _page(given: Any, user: Identity) -> Result:
    return await run_in_threadpool(_page_of, user, given["document"], given["page"], given.get("image", True))


def _page_of(user: Identity, name: str, number: int, with_image: bool) -> Result:
    stores = dependencies.stores_of(user)
    row = find_document(stores.catalog, name)
    line = next((one for one in stores.catalog.pages(row.id) if one.page == number), None)
    if line is None:
        raise no_such_page(number, row.name, row.pages)
    read = stores.catalog.transcript(line.transcript) if line.transcript else None
    link = document_url(row.id, number, settings().public_url)
    data = {"document": row.name, "id": row.id, "page": number, "status": line.status, "link": link}
    text = summaries.page_markdown(read) if read else line.detail or "This page has not been read yet."
    image = stores.images.get(line.image) if with_image and line.image else b""
    png = render_page(image, _IMAGE_WIDTH_PX, "png", ()) if image else b""
    return Result(f"{row.name}, page {number} {link}\n\n{text}", {**data, "text": text}, png=png)


_TOOLS = (
    _Tool(
        "ask",
        "Ask a question about the user's documents (PDFs, scans, books). Each statement of the answer ends in a marker "
        "such as [1] that names a page, a quote found there, and a link. Says so when the documents do not answer.",
        tool_graphs.AskInput, _ask,
    ),
    _Tool(
        "ingest",
        "Read documents into the library, so that questions can be asked about them. What was read before is not read "
        "again.",
        IngestArguments, _ingest, writes=True,
    ),
    _Tool("list", "List the documents of the library: name, id, pages, status, link.", ListArguments, _list),
    _Tool("page", "Show a page of a document: its text as it was read, and its image.", PageArguments, _page),
)  # fmt: skip
_BY_NAME = {tool.name: tool for tool in _TOOLS}


@cache
def _adapter(name: str) -> TypeAdapter[Any]:
    return TypeAdapter(_BY_NAME[name].arguments)


def knows_tool(name: object) -> bool:
    """Return whether there is a tool of this name."""
    return isinstance(name, str) and name in _BY_NAME


def described_tools() -> list[dict[str, Any]]:
    """Return the tools as `tools/list` describes them."""
    return [
        {
            "name": tool.name,
            "description": tool.description,
            "inputSchema": _adapter(tool.name).json_schema(),
            "annotations": {
                "readOnlyHint": not tool.writes, "destructiveHint": False, "idempotentHint": True,
                "openWorldHint": tool.writes,
            },
        }
        for tool in _TOOLS
    ]  # fmt: skip


async def call_tool(name: str, arguments: object, user: Identity) -> dict[str, Any]:
    """Run a tool for a user and return its result in MCP's form; errors are results too, marked as such."""
    try:
        found = await _BY_NAME[name].run(_adapter(name).validate_python(arguments or {}), user)
    except ValidationError as error:
        found = _problem(_wrong(error))
    except (BadInputError, SourceError, ModelError) as error:
        found = _problem(str(error))
    except (HomeError, IndexMismatchError, OSError) as error:
        logger.exception("A tool failed", exc_info=error)
        found = _problem(LIBRARY_UNAVAILABLE)
    except Exception as error:  # its text may name files of the server
        logger.exception("A tool failed", exc_info=error)
        found = _problem("Something went wrong on the server; its log says what.")
    content: list[dict[str, Any]] = [{"type": "text", "text": found.text}]
    if found.png:
        content.append({"type": "image", "data": base64.b64encode(found.png).decode(), "mimeType": "image/png"})
    return {"content": content, "structuredContent": found.data, "isError": found.failed}


def _problem(sentence: str) -> Result:
    return Result(sentence, {"problem": sentence}, failed=True)


def _wrong(error: ValidationError) -> str:
    """Return a sentence about the first invalid argument."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"]) or "arguments"
    return f"The argument `{place}` is wrong: {first['msg']}."
