"""Registry of the file formats that can be read: names, suffixes, signatures, readers.

A new format is an entry in `FORMATS`, a reader that follows `DocumentReader`, and a word in docs/reading.md;
file expansion, content sniffing, page reading, uploads, error messages and the file chooser take it from here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from loaders.errors import SourceError
from loaders.sources.content import OLE, archive_kind, holds_pictures_only, is_old_office, text_kind
from loaders.types import DocumentKind, PageImage, PageJob, PageProfile, PageText

HEAD_BYTES = 1024
"""Bytes at the start of a file that show its signature; a PDF may have other bytes before its header."""

TEXT_BYTES = 1 << 16
"""Bytes at the start of a file that show whether it is a text, and of which kind."""

_ZIP = b"PK"


class DocumentReader(Protocol):
    """Reads an open document, whose pages count from 1. Methods may raise SourceError or any error of a library."""

    @property
    def title(self) -> str:
        """The title of the file's metadata, or ""."""

    @property
    def page_labels(self) -> tuple[str, ...]:
        """What the file calls its pages, one label for each; () where it names none or only counts them from 1."""

    def page_count(self) -> int:
        """Return the number of pages, 1 or more; raise SourceError if none of them can be read."""

    def models(self) -> Iterable[str]:
        """Return the models that its pages are expected to need, from a quick look at the file."""

    def profile(self, page: int) -> PageProfile:
        """Return the profile of a page, without rendering it."""

    def render(self, job: PageJob) -> PageImage:
        """Render a page."""

    def read(self, job: PageJob) -> PageText | None:
        """Read a page from its own text; None if it has none that can be trusted, so that OCR reads its image."""


Parts = Callable[[Path, str | None], list[tuple[str, bytes]]]
"""Returns the name and the content of each file inside a file, given its password or None; raises as an opener does."""

Opener = Callable[[Path, str | None], DocumentReader]
"""Opens a file with a password or None; raises SourceError, or PasswordError if it is locked."""


@dataclass(frozen=True, slots=True)
class FileFormat:
    """One format that can be read."""

    name: str
    """What users call it: "PDF"."""
    suffixes: tuple[str, ...]
    """File name endings in lower case, with the dot; the usual one first."""
    kind: DocumentKind
    """The kind of its documents in the ledger."""
    matches: Callable[[bytes], bool]
    """Returns whether the first `HEAD_BYTES` of a file have the format's signature."""
    open: Opener
    """Opens its files. The reader's libraries are imported then: 0.3 to 1 s that other processes save."""
    parts: Parts | None = None
    """Returns the files inside its files, which are separate documents (`loaders/sources/parts.py`)."""


def _open_pdf(path: Path, password: str | None) -> DocumentReader:
    from loaders.pdf.reader import open_pdf_reader

    return open_pdf_reader(path, password)


def _open_book(path: Path, password: str | None) -> DocumentReader:
    from loaders.pdf.reader import open_book_reader

    return open_book_reader(path)


def _open_image(path: Path, password: str | None) -> DocumentReader:
    from loaders.pages.images import ImageReader

    return ImageReader(path)


def _open_text(path: Path, password: str | None) -> DocumentReader:
    from loaders.reflow.reader import open_text

    return open_text(path)


def _open_markdown(path: Path, password: str | None) -> DocumentReader:
    from loaders.reflow.reader import open_markdown

    return open_markdown(path)


def _open_html(path: Path, password: str | None) -> DocumentReader:
    from loaders.reflow.reader import open_html

    return open_html(path)


def _open_mail(path: Path, password: str | None) -> DocumentReader:
    from loaders.reflow.reader import open_mail

    return open_mail(path)


def _pdf_parts(path: Path, password: str | None) -> list[tuple[str, bytes]]:
    from loaders.pdf.document import open_pdf

    return open_pdf(path, password).attachments()


def _mail_parts(path: Path, password: str | None) -> list[tuple[str, bytes]]:
    from loaders.reflow.mail import attachments

    return attachments(path.read_bytes())


def _open_office(path: Path, password: str | None) -> DocumentReader:
    raise SourceError(f"{str(path)!r} is an Office file, which is read only after its conversion to PDF: convert it.")


def _starts_with(*signatures: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(signatures)


def _by_content(head: bytes) -> bool:
    """Return False: the first bytes of zip archives and texts are not enough; `identify` reads their content."""
    return False


_PDF_HEADER = re.compile(rb"(?:^|[^\x20-\x7e])%PDF-")
_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")

FORMATS = (
    FileFormat("PDF", (".pdf",), "pdf", lambda head: _PDF_HEADER.search(head) is not None, _open_pdf, _pdf_parts),
    FileFormat(
        "EPUB", (".epub",), "book", lambda head: head[:2] == _ZIP and b"application/epub+zip" in head[:100], _open_book
    ),
    FileFormat("XPS", (".xps", ".oxps"), "book", _by_content, _open_book),
    FileFormat("CBZ", (".cbz",), "book", _by_content, _open_book),
    FileFormat("FB2", (".fb2",), "book", lambda head: b"<FictionBook" in head, _open_book),
    FileFormat("MOBI", (".mobi",), "book", lambda head: head[60:68] == b"BOOKMOBI", _open_book),
    FileFormat("PNG", (".png",), "image", _starts_with(b"\x89PNG\r\n"), _open_image),
    FileFormat("JPEG", (".jpg", ".jpeg"), "image", _starts_with(b"\xff\xd8\xff"), _open_image),
    FileFormat("WebP", (".webp",), "image", lambda head: head[:4] == b"RIFF" and head[8:12] == b"WEBP", _open_image),
    FileFormat("TIFF", (".tif", ".tiff"), "image", _starts_with(b"II*\0", b"MM\0*"), _open_image),
    FileFormat("GIF", (".gif",), "image", _starts_with(b"GIF87a", b"GIF89a"), _open_image),
    FileFormat("BMP", (".bmp",), "image", lambda head: head[:2] == b"BM" and head[6:10] == bytes(4), _open_image),
    FileFormat(
        "HEIC",
        (".heic", ".heif"),
        "image",
        lambda head: head[4:8] == b"ftyp" and any(brand in head[8:40] for brand in _HEIC_BRANDS),
        _open_image,
    ),
    FileFormat("text", (".txt", ".text", ".log", ".csv", ".tsv"), "text", _by_content, _open_text),
    FileFormat("Markdown", (".md", ".markdown"), "text", _by_content, _open_markdown),
    FileFormat("HTML", (".html", ".htm", ".xhtml"), "text", _by_content, _open_html),
    FileFormat("e-mail", (".eml",), "mail", _by_content, _open_mail, _mail_parts),
    FileFormat(
        "Office",
        (".docx", ".doc", ".xlsx", ".xls", ".pptx", ".ppt", ".odt", ".ods", ".odp", ".rtf"),
        "office",
        _starts_with(rb"{\rtf"),
        _open_office,
    ),
)
"""All formats, in the order in which messages list them."""

SUFFIXES = tuple(suffix for each in FORMATS for suffix in each.suffixes)
"""All file name endings that are read, in lower case."""

FORMAT_NAMES = f"{', '.join(each.name for each in FORMATS[:-1])} or {FORMATS[-1].name}"
"""All formats as a list for messages: "PDF, EPUB, ... or TIFF"."""

_BY_SUFFIX = {suffix: each for each in FORMATS for suffix in each.suffixes}
_TEXTS_SAID = {
    "html": "an HTML page, often a login page saved in its place", "mail": "an e-mail", "text": "a text"
}  # fmt: skip
_TEXTS = {"mail": ".eml", "html": ".html", "text": ".txt"}


def is_supported(path: Path) -> bool:
    """Return whether a file's suffix is that of a supported format."""
    return path.suffix.lower() in _BY_SUFFIX


def identify(file: IO[bytes], suffix: str) -> FileFormat | None:
    """Return the format of an open file by its content; None if it is of no format that is read.

    Args:
        file: The file, which is read from its beginning.
        suffix: The ending of its name, which decides between formats of one content: text and Markdown, zip archives.
    """
    file.seek(0)
    head = file.read(TEXT_BYTES)
    named = _BY_SUFFIX.get(suffix.lower())
    if found := next((each for each in FORMATS if each.matches(head[:HEAD_BYTES])), None):
        return found
    if head[:2] == _ZIP:
        return _archive(file, named)
    if head.startswith(OLE):
        return _BY_SUFFIX[".docx"] if is_old_office(file) else None
    if (kind := text_kind(head)) is None:
        return None
    if named is None:
        return _BY_SUFFIX[_TEXTS[kind]]
    if named.kind == "text":
        # A Markdown file may begin with a tag; a web page that was saved as .txt is HTML.
        return named if kind == "text" or named.name == "Markdown" else _BY_SUFFIX[_TEXTS[kind]]
    return _BY_SUFFIX[_TEXTS[kind]] if named.kind == "mail" else None


def _archive(file: IO[bytes], named: FileFormat | None) -> FileFormat | None:
    if suffix := archive_kind(file):
        return _BY_SUFFIX[suffix]
    if named and named.name == "CBZ" and holds_pictures_only(file):
        return named
    return named if named and named.name == "XPS" else None


def sniff_suffix(file: IO[bytes], suffix: str) -> str:
    """Return the file name ending for the content of a file; "" for an unknown format.

    The given ending is kept where it belongs to the format found.
    """
    found = identify(file, suffix)
    if found is None:
        return ""
    return suffix.lower() if suffix.lower() in found.suffixes else found.suffixes[0]


def format_of(path: Path) -> FileFormat:
    """Return the format of a file by its bytes, whatever its name is.

    A file with unknown bytes is opened by the format of its suffix, whose reader then reports what is wrong.

    Raises:
        SourceError: it is a text under the name of another format, or of no format that is read.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        found = identify(file, path.suffix)
        if found:
            return found
        told = misnamed_text(file, path.suffix)
    named = _BY_SUFFIX.get(path.suffix.lower())
    if told:
        raise SourceError(f"{str(path)!r} {told}")
    if not named:
        raise unsupported(path)
    return named


def misnamed_text(file: IO[bytes], suffix: str) -> str:
    """Return what to say after the name of an open file that is a text, but named as another format; else ""."""
    file.seek(0)
    kind, named = text_kind(file.read(TEXT_BYTES)), _BY_SUFFIX.get(suffix.lower())
    if not (kind and named):
        return ""
    said = f"is not in {named.name} format but {_TEXTS_SAID[kind]}"
    return f"{said}: get the {named.name} file again, or rename it to {_TEXTS[kind]}."


def unsupported(path: Path) -> SourceError:
    """Return the error for a file of an unknown kind."""
    kind = path.suffix or "no ending"
    return SourceError(f"{str(path)!r} has an unsupported format ({kind}): give a {FORMAT_NAMES} file.")
