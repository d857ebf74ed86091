"""Pages for everybody's links: as a picture with its quotes marked, as text, and a document as Markdown."""

from __future__ import annotations

import hashlib
import re
import threading
from functools import lru_cache
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from graph import dependencies
from graph.storage import summaries
from graph.storage.base import PageRow, Transcript
from loaders.text.plain import plain
from loaders.text.tables import parse_table
from loaders.types import Block, Box
from web.documents import known
from web.page_images import MAX_WIDTH, MIN_WIDTH, picture
from web.responses import WebError, answered, number

_TYPES = {"png": "image/png", "webp": "image/webp"}
_MOST_BOXES = 100
_EDGE = re.compile(r"(?:0|1)?(?:\.\d{1,8})?")
# What could be taken for a tag by whoever shows Markdown; "p < 0.05" could not.
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
# Drawing takes 100 MB for the largest page: forty threads of the server must not all do it at once.
_easels = threading.BoundedSemaphore(3)
_FOREVER, _ASK_AGAIN = "private, max-age=31536000, immutable", "private, no-cache"


@answered
def image(request: Request) -> Response:
    """A page as PNG or WebP, at a chosen width, with rectangles marked as with a highlighter."""
    row, form = _page(request), request.query_params.get("format", "png")
    width = number(request, "width", MIN_WIDTH, MAX_WIDTH)
    if form not in _TYPES:
        raise WebError(422, "`format` must be png or webp.")
    boxes = _boxes(request.query_params.get("highlight", ""))
    if not row.image:
        raise WebError(404, f"There is no picture of page {row.page}: {row.detail or 'it has not been rendered yet'}")
    tag = hashlib.sha256(repr((row.image, width, form, boxes)).encode()).hexdigest()[:32]
    # A link that names the picture's own hash stays true for ever; the page may be rendered anew one day.
    fixed = request.query_params.get("hash") == row.image
    headers = {"ETag": f'"{tag}"', "Cache-Control": _FOREVER if fixed else _ASK_AGAIN}
    if f'"{tag}"' in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(_drawn(row.image, width, form, boxes), media_type=_TYPES[form], headers=headers)


@answered
def page(request: Request) -> Response:
    """A page's line in the ledger and what was read on it; tables as cells, nothing as markup."""
    row, catalog = _page(request), dependencies.stores().catalog
    read = catalog.transcript(row.transcript) if row.transcript else None
    ledger = next(line for line in summaries.pages(catalog, row.document) if line["page"] == row.page)
    blocks = [_block(block) for block in read.blocks] if read else []
    return JSONResponse(
        {"document": row.document, **ledger, "width": row.width, "height": row.height, "blocks": blocks}
    )


@answered
def transcript(request: Request) -> Response:
    """A document as Markdown, page by page; `page` picks one."""
    row = known(request)
    wanted = number(request, "page", 1, max(row.pages, 1))
    read = dependencies.stores().catalog.transcripts(row.id, [wanted] if wanted else None)
    parts = [f"## Page {number}\n\n{_markdown(found)}" for number, found in sorted(read.items())]
    text = f"# {_TAG.sub('&lt;', row.name)}\n\n" + "\n\n".join(parts) + "\n"
    return Response(text, media_type="text/markdown; charset=utf-8", headers={"Cache-Control": _ASK_AGAIN})


def _page(request: Request) -> PageRow:
    """The page that the path names."""
    row, given = known(request), request.path_params["page"]
    wanted = int(given) if given.isascii() and given.isdecimal() and len(given) < 8 else 0
    for one in dependencies.stores().catalog.pages(row.id):
        if one.page == wanted:
            return one
    raise WebError(404, f"There is no such page: the document has pages 1 to {row.pages}.")


def _boxes(text: str) -> tuple[Box, ...]:
    """Rectangles as fractions of the page: `x0,y0,x1,y1`, several joined by semicolons."""
    parts = [part.split(",") for part in text.split(";") if part]
    good = len(parts) <= _MOST_BOXES and all(
        len(part) == 4 and all(edge and _EDGE.fullmatch(edge) and edge != "." for edge in part) for part in parts
    )
    boxes = tuple(Box(*(float(edge) for edge in part)) for part in parts) if good else ()
    if not good or not all(box.x0 < box.x1 <= 1 and box.y0 < box.y1 <= 1 for box in boxes):
        raise WebError(
            422,
            f"`highlight` must be rectangles `x0,y0,x1,y1` of fractions from 0 to 1, joined by semicolons, "
            f"at most {_MOST_BOXES}.",
        )
    return boxes


@lru_cache(maxsize=16)  # a noisy scan takes up to 8 MB
def _drawn(key: str, width: int | None, form: str, boxes: tuple[Box, ...]) -> bytes:
    try:
        stored = dependencies.stores().images.get(key)
        with _easels:
            return picture(stored, width, form, boxes)
    except KeyError:
        raise WebError(404, "The picture of this page is gone: read the document again.") from None


def _block(block: Block) -> dict[str, Any]:
    table = parse_table(block.text) if block.kind == "table" else None
    if table:
        return {"kind": "table", "columns": table.columns, "rows": table.rows, "caption": table.caption}
    return {"kind": block.kind, "level": block.level, "text": plain(block.text)}


def _markdown(read: Transcript) -> str:
    """What was read on a page; tables that are HTML become Markdown, and nothing else is left that could be a tag."""
    texts = []
    for block in read.blocks:
        table = parse_table(block.text) if block.kind == "table" and "<" in block.text else None
        texts.append(f"{table.caption}\n\n{table.markdown()}".strip() if table else block.text)
    return _TAG.sub("&lt;", "\n\n".join(texts))
