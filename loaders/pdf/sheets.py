"""Sheets of HTML: a text, a web page or a message laid out as the pages of a PDF.

Functions take the PDF library as an argument; `loaders/pdf/document.py` alone imports it.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, NamedTuple

from loaders.errors import SourceError

MAX_LAID_OUT = 2_000
"""Pages that a text or a web page may make."""

_SHEET_WIDTHS = (595, 842, 1191, 1684, 2384)  # points, widths of A4 to A0; the last one whether it fits or not
_SHEET_HEIGHT, _MARGIN = 842, 56
_STYLE = """
body { font-family: sans-serif; font-size: 11px; line-height: 1.35; color: black }
blockquote { margin: 4px 0 4px 10px }
.text, pre { white-space: pre-wrap } pre, code { font-family: monospace }
table { border-collapse: collapse } td, th { border: 1px solid #888; padding: 3px 6px; text-align: left }
"""


class Pages(NamedTuple):
    """HTML to be laid out as pages: bodies, each of which begins on a new page, and the document's title or ""."""

    parts: list[str]
    title: str


def lay_out(library: Any, errors: tuple[type[Exception], ...], name: str, parts: Sequence[str]) -> Any:
    """Return a PDF of these bodies of HTML, each from a new page.

    Args:
        library: PyMuPDF.
        errors: The errors that it raises.
        name: The file's name, for messages.
        parts: The bodies.

    Raises:
        SourceError: they cannot be laid out, make too many pages, or show nothing.
    """
    whole = library.open()
    try:
        for part in parts:
            whole.insert_pdf(_laid_out(library, part))
            if whole.page_count > MAX_LAID_OUT:
                raise SourceError(f"{name!r} makes more than {MAX_LAID_OUT:,} pages: split it.")
    except errors as exc:
        if isinstance(exc, SourceError):
            raise
        raise SourceError(f"{name!r} cannot be laid out as pages: save it as a PDF and give that.") from exc
    if not any(page.get_text().strip() or page.get_images() for page in whole):
        raise SourceError(f"{name!r} shows nothing when it is laid out: save it as a PDF and give that.")
    return whole


def _laid_out(library: Any, body: str) -> Any:
    """Lay out HTML as a PDF: on A4, or on the first wider sheet that fits its widest table.

    Nothing is loaded: the library gets no archive of files, and has no network.
    """
    for width in _SHEET_WIDTHS:
        story, rest, right, pages, buffer = library.Story(body, user_css=_STYLE), 1, 0.0, 0, io.BytesIO()
        writer = library.DocumentWriter(buffer)
        while rest and pages <= MAX_LAID_OUT:
            device = writer.begin_page(library.Rect(0, 0, width, _SHEET_HEIGHT))
            inner = library.Rect(_MARGIN, _MARGIN, width - _MARGIN, _SHEET_HEIGHT - _MARGIN)
            rest, filled = story.place(inner)
            story.draw(device)
            writer.end_page()
            right, pages = max(right, filled[2]), pages + 1
        writer.close()
        if right <= width - _MARGIN / 2:
            break
    return library.open("pdf", buffer.getvalue())
