"""What an ingestion would take: files are opened and looked at, nothing is rendered, sent or stored."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from typing_extensions import TypedDict

from graph import dependencies
from graph.context import Context
from graph.errors import BadInputError, as_list
from graph.ingestion.page_selection import is_done, looks, needs_vision
from graph.ingestion.sources import Found, find
from graph.settings import settings
from loaders.errors import SourceError
from loaders.sources.download import DOCUMENT_ID_DIGITS
from loaders.types import DocumentInfo, Failure, PageProfile

IMAGE_TOKENS = 1_120
"""What Gemini 3 models count for an image at their default resolution, by Google's documentation."""

CHARACTERS_PER_TOKEN = 4
"""English text; other languages take up to twice as many tokens."""

MARKUP = 1.3
"""How much longer Markdown with HTML tables and figure descriptions is than the page's own text."""

UNKNOWN_PAGE = 800
"""Tokens of a page whose text cannot be known before it is read: a page of a typed letter."""


class Size(TypedDict):
    """How much of what."""

    pages: int
    done: int
    send: int
    requests: int
    input_tokens: int
    output_tokens: int


class DocumentPlan(Size):
    """What one source would take; `problem` says why it cannot be opened, "" otherwise."""

    name: str
    source: str
    problem: str


class Plan(TypedDict):
    """What an ingestion would take, and what the figures rest on."""

    documents: list[DocumentPlan]
    total: Size
    engine: str
    basis: str


async def estimate(sources: list[str], context: Context) -> Plan:
    """Say what ingesting these sources would take; it needs no key."""
    if not sources:
        raise BadInputError("No sources were given: name files, folders, globs or addresses of PDFs, books or images.")
    engine = dependencies.engine_name(context, settings())
    plans: dict[str, DocumentPlan] = {}
    with TemporaryDirectory() as folder:  # for what has to be fetched
        for found in await find(as_list(sources, "sources"), Path(folder), context.password):
            identity, document = await _document(found, context, engine)
            plans[identity] = document  # the same bytes under two names are one document
    documents = list(plans.values())
    return Plan(documents=documents, total=_total(documents), engine=engine, basis=_basis(context, engine))


def _total(documents: Sequence[DocumentPlan]) -> Size:
    return Size(
        pages=sum(one["pages"] for one in documents), done=sum(one["done"] for one in documents),
        send=sum(one["send"] for one in documents), requests=sum(one["requests"] for one in documents),
        input_tokens=sum(one["input_tokens"] for one in documents),
        output_tokens=sum(one["output_tokens"] for one in documents),
    )  # fmt: skip


async def _document(found: Found, context: Context, engine: str) -> tuple[str, DocumentPlan]:
    info, name, source = found.info, found.path.name, found.source
    if isinstance(info, SourceError):
        return source, DocumentPlan(name=name, source=source, problem=str(info), **_size(0, 0, [], context))
    done = await asyncio.to_thread(_done, info, context, engine)
    send: list[PageProfile | None] = []
    if engine != "offline" and context.reader != "text":
        todo = [page for page in range(1, info.pages + 1) if page not in done]
        for look in await looks(str(found.path), todo, context.password):
            if isinstance(look, Failure):
                send.append(None)
            elif _is_sent(look, context):
                send.append(look)
    size = _size(info.pages, len(done), send, context)
    return info.sha256, DocumentPlan(name=name, source=source, problem="", **size)


def _is_sent(look: PageProfile, context: Context) -> bool:
    return needs_vision(look) if context.reader == "auto" else not look.empty


def _size(pages: int, done: int, send: list[PageProfile | None], context: Context) -> Size:
    requests = math.ceil(len(send) / context.pages_per_request)
    characters = [look.characters if look else 0 for look in send]
    layers = sum(characters) // CHARACTERS_PER_TOKEN
    written = sum(count / CHARACTERS_PER_TOKEN * MARKUP if count else UNKNOWN_PAGE for count in characters)
    prompts = requests * len(context.transcribe_prompt) // CHARACTERS_PER_TOKEN
    return Size(
        pages=pages, done=done, send=len(send), requests=requests,
        input_tokens=len(send) * IMAGE_TOKENS + layers + prompts, output_tokens=round(written),
    )  # fmt: skip


def _done(info: DocumentInfo, context: Context, engine: str) -> set[int]:
    """The pages of a document that were read before; a home folder that is not there yet is not made for it."""
    stores = dependencies.stores()
    if not stores.exists():
        return set()
    rows = stores.catalog.pages(info.sha256[:DOCUMENT_ID_DIGITS])
    return {row.page for row in rows if is_done(row, context, engine)}


def _basis(context: Context, engine: str) -> str:
    if engine == "offline":
        return "The offline engine sends nothing."
    if context.reader == "text":
        return "Pages are read from their files; nothing is sent for reading them."
    return (
        f"{context.pages_per_request} pages to a request, when all goes well; asking again for a page costs one more. "
        f"{IMAGE_TOKENS:,} tokens for an image, {CHARACTERS_PER_TOKEN} characters to a token for its text; "
        f"replies {MARKUP:g} times as long as the text, {UNKNOWN_PAGE} tokens where it is not known. Blank scans count "
        "as pages to send; thinking and embedding do not count."
    )
