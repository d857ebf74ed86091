"""Openers of text, Markdown, HTML and e-mail: each is laid out as a PDF when it is opened, with nothing loaded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from loaders.errors import SourceError
from loaders.pdf.document import open_pages
from loaders.pdf.reader import PdfReader
from loaders.pdf.sheets import Pages
from loaders.reflow.encoding import decode
from loaders.reflow.mail import mail_as_html
from loaders.reflow.markup import clean_html, declared_charset, markdown_as_html
from loaders.reflow.plain_text import table_as_html, text_as_html

MAX_BYTES = 60 * 2**20
"""A larger file is refused before it is read; a message's attachments are encoded a third larger."""

MAX_CHARACTERS = 4_000_000
"""Text that is laid out, pictures not counted: about 1,500 pages in 8 CPU seconds, which each worker process spends."""

MAX_MARKUP = 1_000_000
"""The same for HTML and Markdown, which are laid out in one piece: 7 CPU seconds; the time grows with the square."""


def open_text(path: Path) -> PdfReader:
    """Return a reader of a text, or of a table of text (CSV, TSV)."""
    return _open(path, _text_pages)


def open_markdown(path: Path) -> PdfReader:
    """Return a reader of a Markdown file."""
    return _open(path, _markdown_pages)


def open_html(path: Path) -> PdfReader:
    """Return a reader of an HTML file."""
    return _open(path, _html_pages)


def open_mail(path: Path) -> PdfReader:
    """Return a reader of a message; its attachments are separate documents."""
    return _open(path, _mail_pages)


def _open(path: Path, make: Callable[[Path], Pages]) -> PdfReader:
    if path.stat().st_size > MAX_BYTES:
        raise SourceError(f"{str(path)!r} is larger than {MAX_BYTES >> 20} MB, too large for a text: split it.")
    return PdfReader(str(path), open_pages(path, make), laid_out=True)


def _text_pages(path: Path) -> Pages:
    text = _decoded(path, path.read_bytes())
    suffix = path.suffix.lower()
    if suffix in (".csv", ".tsv"):
        return Pages(table_as_html(text, "\t" if suffix == ".tsv" else ""), "")
    return Pages(text_as_html(text), "")


def _markdown_pages(path: Path) -> Pages:
    return Pages([markdown_as_html(_decoded(path, path.read_bytes(), MAX_MARKUP))], "")


def _html_pages(path: Path) -> Pages:
    data = path.read_bytes()
    body, title = clean_html(_decoded(path, data, None, declared_charset(data)))
    return Pages([_limited(path, body)], title)


def _mail_pages(path: Path) -> Pages:
    parts, subject = mail_as_html(path.read_bytes())
    for part in parts:
        _limited(path, part)
    return Pages(parts, subject)


def _limited(path: Path, body: str) -> str:
    """Return the body; raise SourceError for one with more text than can be laid out."""
    pictures = sum(len(part) for part in body.split('"') if part.startswith("data:image/"))
    if len(body) - pictures > MAX_MARKUP:
        raise _too_long(path)
    return body


def _decoded(path: Path, data: bytes, limit: int | None = MAX_CHARACTERS, declared: str = "") -> str:
    text = decode(data, declared)
    if text is None:
        raise SourceError(
            f"{str(path)!r} is not text in UTF-8, UTF-16 or Windows-1252: save it as UTF-8, or rename it to what it is."
        )
    if not text.strip():
        raise SourceError(f"{str(path)!r} contains only white space: give a file with text.")
    if limit and len(text) > limit:
        raise _too_long(path)
    return text


def _too_long(path: Path) -> SourceError:
    return SourceError(f"{str(path)!r} has more text than can be laid out as pages: split it into smaller files.")
