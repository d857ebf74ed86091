"""Registry of the file formats that can be read: names, suffixes, signatures, readers.

A new format is an entry in `FORMATS`, a reader that follows `DocumentReader`, and a word in docs/reading.md;
file expansion, content sniffing, page reading, uploads, error messages and the file chooser take it from here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from loaders.types import DocumentKind, PageImage, PageJob, PageProfile, PageText

HEAD_BYTES = 1024
"""Bytes at the start of a file that show its format; a PDF may have other bytes before its header."""

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

    def profile(self, page: int) -> PageProfile:
        """Return the profile of a page, without rendering it."""

    def render(self, job: PageJob) -> PageImage:
        """Render a page."""

    def read(self, job: PageJob) -> PageText | None:
        """Read a page from its own text; None if it has none that can be trusted, so that OCR reads its image."""


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
    """What its documents are in the ledger."""
    matches: Callable[[bytes], bool]
    """Whether the first `HEAD_BYTES` of a file have the format's signature."""
    open: Opener
    """Opens its files. The reader's libraries are imported here, because they take 0.3 to 1 s."""


def _open_pdf(path: Path, password: str | None) -> DocumentReader:
    from loaders.pdf.reader import open_pdf_reader

    return open_pdf_reader(path, password)


def _open_book(path: Path, password: str | None) -> DocumentReader:
    from loaders.pdf.reader import open_book_reader

    return open_book_reader(path)


def _open_image(path: Path, password: str | None) -> DocumentReader:
    from loaders.pages.images import ImageReader

    return ImageReader(path)


def _starts_with(*signatures: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(signatures)


def _is_unmarked_zip(head: bytes) -> bool:
    """Return False: zip archives without a signature of their own are identified by their suffix."""
    return False


FORMATS = (
    FileFormat("PDF", (".pdf",), "pdf", lambda head: b"%PDF-" in head, _open_pdf),
    FileFormat(
        "EPUB", (".epub",), "book", lambda head: head[:2] == _ZIP and b"application/epub+zip" in head[:100], _open_book
    ),
    FileFormat("XPS", (".xps", ".oxps"), "book", _is_unmarked_zip, _open_book),
    FileFormat("CBZ", (".cbz",), "book", _is_unmarked_zip, _open_book),
    FileFormat("FB2", (".fb2",), "book", lambda head: b"<FictionBook" in head, _open_book),
    FileFormat("MOBI", (".mobi",), "book", lambda head: head[60:68] == b"BOOKMOBI", _open_book),
    FileFormat("PNG", (".png",), "image", _starts_with(b"\x89PNG\r\n"), _open_image),
    FileFormat("JPEG", (".jpg", ".jpeg"), "image", _starts_with(b"\xff\xd8\xff"), _open_image),
    FileFormat("WebP", (".webp",), "image", lambda head: head[:4] == b"RIFF" and head[8:12] == b"WEBP", _open_image),
    FileFormat("TIFF", (".tif", ".tiff"), "image", _starts_with(b"II*\0", b"MM\0*"), _open_image),
)
"""All formats, in the order in which messages list them. Plain text, HTML and SVG are left out: they have no pages."""

SUFFIXES = tuple(suffix for each in FORMATS for suffix in each.suffixes)
"""All file name endings that are read, in lower case."""

FORMAT_NAMES = f"{', '.join(each.name for each in FORMATS[:-1])} or {FORMATS[-1].name}"
"""All formats as a list for messages: "PDF, EPUB, ... or TIFF"."""

_PDF = FORMATS[0]
_BY_SUFFIX = {suffix: each for each in FORMATS for suffix in each.suffixes}


def is_supported(path: Path) -> bool:
    """Return whether a file's suffix is that of a supported format."""
    return path.suffix.lower() in _BY_SUFFIX


def sniff_suffix(head: bytes, suffix: str) -> str:
    """Return the file name ending for the content of a file, given its first `HEAD_BYTES`; "" for an unknown format.

    `suffix` is the ending of the file's name, which decides for zip archives.
    """
    found = next((each for each in FORMATS if each.matches(head)), None)
    if found:
        return found.suffixes[0]
    named = _BY_SUFFIX.get(suffix.lower())
    return suffix.lower() if named and named.kind == "book" and head[:2] == _ZIP else ""


def format_of(path: Path) -> FileFormat:
    """Return the format to open a file as: that of its name, except that a PDF named as an image is a PDF.

    A file with an unknown suffix is opened as an image, whose reader then reports the problem. Raises OSError.
    """
    named = _BY_SUFFIX.get(path.suffix.lower(), _BY_SUFFIX[".png"])
    if named.kind != "image":
        return named
    with path.open("rb") as file:
        return _PDF if _PDF.matches(file.read(HEAD_BYTES)) else named
