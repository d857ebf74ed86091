"""Routes of pages: a page as an image with quotes highlighted, a page as text, a document as Markdown."""

from __future__ import annotations

import hashlib
import re
import threading
from functools import lru_cache
from typing import Annotated, Literal, TypeAlias

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response
from typing_extensions import TypedDict

from graph import dependencies
from graph.sanitize import escape_tags
from graph.storage import summaries
from graph.storage.rows import PageRow, layer_key, ocr_key
from graph.storage.summaries import LedgerLine, page_markdown
from loaders.text.plain import plain
from loaders.text.tables import parse_table
from loaders.types import Block, Box, Word
from web.auth import stores_of
from web.documents import find_document
from web.openapi import DocumentPath, PagePath, endpoint
from web.page_images import MAX_WIDTH_PX, MIN_WIDTH_PX, render_page
from web.responses import WebError, query_number

_MEDIA_TYPES = {"png": "image/png", "webp": "image/webp"}
_MAX_BOXES = 100
_EDGE = re.compile(r"(?:0|1)?(?:\.\d{1,8})?")
# Rendering the largest page takes 100 MB: the server's forty threads must not all do it at once.
_render_slots = threading.BoundedSemaphore(3)
_IMMUTABLE, _REVALIDATE = "private, max-age=31536000, immutable", "private, no-cache"


class ImageQuery(TypedDict, total=False):
    """The query of a page's image."""

    width: Annotated[
        int,
        Field(ge=MIN_WIDTH_PX, le=MAX_WIDTH_PX, description="In pixels; at most the width that was rendered."),
    ]
    format: Annotated[Literal["png", "webp"], Field(description="The default is png.")]
    highlight: Annotated[
        str, Field(description="Rectangles to mark: `x0,y0,x1,y1` as fractions of the page, joined by semicolons.")
    ]
    hash: Annotated[str, Field(description="The page's `image` in its ledger: the response may then be cached.")]


class TranscriptQuery(TypedDict, total=False):
    """The query of a transcript."""

    page: Annotated[int, Field(ge=1, description="This page only.")]


class TextBlock(TypedDict):
    """A heading, paragraph or other block of text, without markup."""

    kind: str
    level: int
    """The level of a heading from 1 on; 0 for other kinds."""
    text: str


class TableBlock(TypedDict):
    """A table as cells."""

    kind: Literal["table"]
    columns: list[str]
    rows: list[list[str]]
    caption: str


PageBlock: TypeAlias = TableBlock | TextBlock


class PageText(LedgerLine):
    """A page's row in the ledger, and its text."""

    document: str
    """The document's id."""
    width: int
    """The width of the page's image in pixels."""
    height: int
    """The height of the page's image in pixels."""
    blocks: list[PageBlock]
    """The blocks of the page in reading order."""


@endpoint(path=PagePath, query=ImageQuery, media=list(_MEDIA_TYPES.values()), errors=[304, 404, 422])
def image(request: Request) -> Response:
    """Return a page as an image, at a chosen width, with rectangles highlighted."""
    row, form = _find_page(request), request.query_params.get("format", "png")
    width = query_number(request, "width", MIN_WIDTH_PX, MAX_WIDTH_PX)
    if form not in _MEDIA_TYPES:
        raise WebError(422, "`format` must be png or webp.")
    boxes = _boxes(request.query_params.get("highlight", ""))
    if not row.image:
        raise WebError(404, f"There is no picture of page {row.page}: {row.detail or 'it has not been rendered yet'}")
    tag = hashlib.sha256(repr((row.image, width, form, boxes)).encode()).hexdigest()[:32]
    # With the image's hash the link always leads to the same image; without it the page may be rendered again.
    fixed = request.query_params.get("hash") == row.image
    headers = {"ETag": f'"{tag}"', "Cache-Control": _IMMUTABLE if fixed else _REVALIDATE}
    if f'"{tag}"' in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(_rendered(row.image, width, form, boxes), media_type=_MEDIA_TYPES[form], headers=headers)


class PlacedWord(TypedDict):
    """A word with its place on the page."""

    text: str
    box: list[float]
    """Its left, top, right and bottom edge as fractions of the page."""


class PageWords(TypedDict):
    """The words of a page with their places on its image."""

    words: list[PlacedWord]
    """In reading order."""


@endpoint(path=PagePath, errors=[404])
def words(request: Request) -> PageWords:
    """Return the words of a page with their places: by its text layer if that is legible, else as they were read."""
    row, catalog = _find_page(request), stores_of(request).catalog
    keys = [layer_key(row.document, row.page)] if row.legible else []
    for key in (*keys, row.transcript, ocr_key(row.document, row.page)):
        read = catalog.transcript(key) if key else None
        if read and read.words:
            return {"words": [_placed(word) for word in read.words]}
    return {"words": []}


@endpoint(path=PagePath, errors=[404])
def page(request: Request) -> PageText:
    """Return a page's line in the ledger and what was read on it; tables as cells, text without markup."""
    row, catalog = _find_page(request), stores_of(request).catalog
    read = catalog.transcript(row.transcript) if row.transcript else None
    ledger = next(line for line in summaries.pages(catalog, row.document) if line["page"] == row.page)
    blocks = [_block(block) for block in read.blocks] if read else []
    return {**ledger, "document": row.document, "width": row.width, "height": row.height, "blocks": blocks}


@endpoint(path=DocumentPath, query=TranscriptQuery, media=["text/markdown"], errors=[404, 422])
def transcript(request: Request) -> Response:
    """Return a document as Markdown, page by page; `page` picks one."""
    row = find_document(request)
    wanted = query_number(request, "page", 1, max(row.pages, 1))
    read = stores_of(request).catalog.transcripts(row.id, [wanted] if wanted else None)
    parts = [f"## Page {number}\n\n{page_markdown(found)}" for number, found in sorted(read.items())]
    text = f"# {escape_tags(row.name)}\n\n" + "\n\n".join(parts) + "\n"
    return Response(text, media_type="text/markdown; charset=utf-8", headers={"Cache-Control": _REVALIDATE})


def _placed(word: Word) -> PlacedWord:
    return {"text": word.text, "box": [round(edge, 4) for edge in word.box]}


def _find_page(request: Request) -> PageRow:
    """Return the page that the path names; raise WebError if there is none."""
    row, given = find_document(request), request.path_params["page"]
    wanted = int(given) if given.isascii() and given.isdecimal() and len(given) < 8 else 0
    for one in stores_of(request).catalog.pages(row.id):
        if one.page == wanted:
            return one
    raise WebError(404, f"There is no such page: the document has pages 1 to {row.pages}.")


def _boxes(text: str) -> tuple[Box, ...]:
    """Return the rectangles of `highlight`: `x0,y0,x1,y1` as fractions of the page, joined by semicolons."""
    parts = [part.split(",") for part in text.split(";") if part]
    good = len(parts) <= _MAX_BOXES and all(
        len(part) == 4 and all(edge and _EDGE.fullmatch(edge) and edge != "." for edge in part) for part in parts
    )
    boxes = tuple(Box(*(float(edge) for edge in part)) for part in parts) if good else ()
    if not good or not all(box.x0 < box.x1 <= 1 and box.y0 < box.y1 <= 1 for box in boxes):
        raise WebError(
            422,
            f"`highlight` must be rectangles `x0,y0,x1,y1` of fractions from 0 to 1, joined by semicolons, "
            f"at most {_MAX_BOXES}.",
        )
    return boxes


@lru_cache(maxsize=16)  # an image of a noisy scan takes up to 8 MB
def _rendered(key: str, width: int | None, form: str, boxes: tuple[Box, ...]) -> bytes:
    try:
        stored = dependencies.home_stores().images.get(key)
        with _render_slots:
            return render_page(stored, width, form, boxes)
    except KeyError:
        raise WebError(404, "The picture of this page is gone: read the document again.") from None


def _block(block: Block) -> PageBlock:
    table = parse_table(block.text) if block.is_table else None
    if table:
        return {"kind": "table", "columns": table.columns, "rows": table.rows, "caption": table.caption}
    return {"kind": block.kind, "level": block.level, "text": plain(block.text)}
