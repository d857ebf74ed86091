"""Estimate of an ingestion (`ingest --dry-run`): files are opened and profiled; pages are neither rendered nor sent."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping, Sequence
from functools import partial

from typing_extensions import TypedDict

from graph import dependencies
from graph.context import Context
from graph.errors import BadInputError, as_list
from graph.ingestion.page_selection import is_done, needs_vision, profile_pages
from graph.ingestion.sources import Files, Found, Unchanged, find
from graph.ingestion.unchanged import find_unchanged
from graph.settings import settings
from loaders.errors import SourceError
from loaders.sources.download import DOCUMENT_ID_DIGITS, is_url
from loaders.temporary import temporary_folder
from loaders.types import DocumentInfo, Failure, PageProfile

IMAGE_TOKENS = 1_120
"""Tokens of an image at the default resolution of Gemini 3 models, by Google's documentation."""

CHARACTERS_PER_TOKEN = 4
"""For English text; other languages take up to twice as many tokens."""

MARKUP_FACTOR = 1.3
"""Length of a transcript, Markdown with HTML tables and figure descriptions, over that of the page's own text."""

SCANNED_PAGE_TOKENS = 800
"""Length of the transcript of a page without a text layer: about a typed letter."""


class WorkEstimate(TypedDict):
    """The amount of work of a document, or of all together."""

    pages: int
    """The number of pages."""
    done: int
    """Pages that were read before and are not read again."""
    send: int
    """Pages whose images go to the vision model."""
    requests: int
    """Requests to the vision model, if none has to be repeated."""
    input_tokens: int
    """Tokens sent: images, text layers and prompts."""
    output_tokens: int
    """Tokens of the transcripts."""


class DocumentEstimate(WorkEstimate):
    """The estimate of one source."""

    name: str
    """The file's name."""
    source: str
    """Its absolute path or address."""
    problem: str
    """Why the file cannot be opened; "" if it can."""


class Estimate(TypedDict):
    """The estimate of an ingestion."""

    documents: list[DocumentEstimate]
    """One estimate for each source; the same bytes count once."""
    total: WorkEstimate
    """Their sum."""
    engine: str
    """The engine that the run would use."""
    basis: str
    """The assumptions behind the figures, as sentences for the user."""


async def estimate(sources: list[str], context: Context) -> Estimate:
    """Estimate the ingestion of these sources with these settings. No API key is needed.

    Raises:
        BadInputError: no sources are given, or they are not a list of texts.
        SourceError: a path or glob matches no file, or may not be read by this process.
    """
    if not sources:
        raise BadInputError("No sources were given: name files, folders, globs or http(s) addresses.")
    engine = dependencies.reader_name(context, settings())
    by_hash: dict[str, DocumentEstimate] = {}
    with temporary_folder() as downloads:
        attached = context.attachments == "read"
        for found in await find(
            as_list(sources, "sources"), downloads, context.password, attached=attached,
            unchanged=partial(_find_unchanged, context, engine),
        ):  # fmt: skip
            by_hash[_key(found)] = await _estimate_document(found, context, engine)
    documents = list(by_hash.values())
    return Estimate(documents=documents, total=_total(documents), engine=engine, basis=_basis(context, engine))


async def requests_of(sources: Sequence[str], context: Context, limit: int) -> dict[str, int]:
    """Return how many requests reading each file takes at the most, by name; {} if all take fewer than `limit`.

    Pages are counted first, which takes milliseconds a file; only if that reaches the limit are they profiled. What has
    to be downloaded first is left out.
    """
    local = [source for source in sources if not is_url(source)]
    if not local or dependencies.reader_name(context, settings()) == "offline" or context.reader == "text":
        return {}
    counted: dict[str, DocumentEstimate] = {}
    attached = context.attachments == "read"
    for found in await find(
        local, dependencies.home_stores().downloads, context.password, attached=attached,
        unchanged=partial(_find_unchanged, context, "llm"),
    ):  # fmt: skip
        if isinstance(found.info, DocumentInfo):
            done = await asyncio.to_thread(_pages_done, found.info, context, "llm")
            due = [0] * (found.info.pages - len(done))
            work = _work(found.info.pages, len(done), due, context)
            counted[found.info.sha256] = DocumentEstimate(name=found.name, source=found.source, problem="", **work)
    if _total(list(counted.values()))["requests"] < limit:
        return {}
    exact = await estimate(local, context)
    if exact["total"]["requests"] < limit:
        return {}
    return {one["name"]: one["requests"] for one in exact["documents"] if one["requests"]}


def _find_unchanged(context: Context, engine: str, paths: Files) -> Mapping[str, list[Found]]:
    """Return the files that need not be opened, see `unchanged.py`; looking for them creates no home folder."""
    stores = dependencies.stores(dependencies.run_scope())
    return find_unchanged(stores, context, engine, paths) if stores.exists() else {}


def _key(found: Found) -> str:
    """Return the key under which files count once: the document, or the source of a file that cannot be opened."""
    if isinstance(found.info, SourceError):
        return found.source
    return found.info.document if isinstance(found.info, Unchanged) else found.info.sha256[:DOCUMENT_ID_DIGITS]


def _total(documents: Sequence[DocumentEstimate]) -> WorkEstimate:
    return WorkEstimate(
        pages=sum(one["pages"] for one in documents), done=sum(one["done"] for one in documents),
        send=sum(one["send"] for one in documents), requests=sum(one["requests"] for one in documents),
        input_tokens=sum(one["input_tokens"] for one in documents),
        output_tokens=sum(one["output_tokens"] for one in documents),
    )  # fmt: skip


async def _estimate_document(found: Found, context: Context, engine: str) -> DocumentEstimate:
    """Profile the unread pages of a document, and estimate those that the vision model would read."""
    info, name, source = found.info, found.name, found.source
    if isinstance(info, SourceError):
        return DocumentEstimate(name=name, source=source, problem=str(info), **_work(0, 0, [], context))
    if isinstance(info, Unchanged):
        pages = len(await asyncio.to_thread(dependencies.stores(dependencies.run_scope()).catalog.pages, info.document))
        return DocumentEstimate(name=name, source=source, problem="", **_work(pages, pages, [], context))
    done = await asyncio.to_thread(_pages_done, info, context, engine)
    profiles: list[PageProfile | Failure] = []
    if engine != "offline" and context.reader != "text":
        todo = [page for page in range(1, info.pages + 1) if page not in done]
        profiles = await profile_pages(str(found.path), todo, context.password)
    # A page whose profile failed is rendered and sent all the same; its text is not known.
    characters = [
        0 if isinstance(profile, Failure) else profile.characters
        for profile in profiles
        if isinstance(profile, Failure) or _is_sent(profile, context)
    ]
    work = _work(info.pages, len(done), characters, context)
    return DocumentEstimate(name=name, source=source, problem="", **work)


def _is_sent(profile: PageProfile, context: Context) -> bool:
    return needs_vision(profile) if context.reader == "auto" else not profile.empty


def _work(pages: int, done: int, characters: Sequence[int], context: Context) -> WorkEstimate:
    """Estimate requests and tokens.

    Args:
        pages: The number of pages of the document.
        done: How many of them were read before.
        characters: The length of the text layer of each page that is sent; 0 where there is none.
        context: The settings of the run.
    """
    requests = math.ceil(len(characters) / context.pages_per_request)
    layers = sum(characters) // CHARACTERS_PER_TOKEN
    prompts = requests * len(context.transcribe_prompt) // CHARACTERS_PER_TOKEN
    written = sum(
        count / CHARACTERS_PER_TOKEN * MARKUP_FACTOR if count else SCANNED_PAGE_TOKENS for count in characters
    )
    return WorkEstimate(
        pages=pages, done=done, send=len(characters), requests=requests,
        input_tokens=len(characters) * IMAGE_TOKENS + layers + prompts, output_tokens=round(written),
    )  # fmt: skip


def _pages_done(info: DocumentInfo, context: Context, engine: str) -> set[int]:
    """Return the pages of a document that need no work; looking for them does not create the home folder."""
    stores = dependencies.stores(dependencies.run_scope())
    if not stores.exists():
        return set()
    rows = stores.catalog.pages(info.sha256[:DOCUMENT_ID_DIGITS])
    return {row.page for row in rows if is_done(row, context, engine)}


def _basis(context: Context, engine: str) -> str:
    """Return the assumptions behind the figures, as sentences for the user."""
    if engine == "offline":
        return "The offline engine sends nothing."
    if context.reader == "text":
        return "Pages are read from their files; nothing is sent for reading them."
    return (
        f"{context.pages_per_request} pages to a request, when all goes well; asking again for a page costs one more. "
        f"{IMAGE_TOKENS:,} tokens for an image, {CHARACTERS_PER_TOKEN} characters to a token for its text; "
        f"replies {MARKUP_FACTOR:g} times as long as the text, {SCANNED_PAGE_TOKENS} tokens where it is not known. "
        "Blank scans count as pages to send; thinking and embedding do not count."
    )
