"""Detection of the kind of files that share a signature or have none: zip archives, Office files, texts."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import IO, Literal

from loaders.errors import SourceError
from loaders.reflow.encoding import decode

TextKind = Literal["mail", "html", "text"]

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""The first bytes of Office files from before 2007, and of other files of Windows."""

_HTML = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html)\b", re.I | re.S)
_HTML_TAGS = re.compile(r"<(?:head|body|div|table|p|h[1-6]|ul|span|title|meta)\b[^>]*>", re.I)
_MAIL_HEADER = re.compile(
    rb"(?im)^(from|to|cc|date|subject|message-id|mime-version|received|return-path|delivered-to):"
)
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_OLE_STREAMS = tuple(name.encode("utf-16-le") for name in ("WordDocument", "Workbook", "Book", "PowerPoint Document"))
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".tif", ".tiff")
_SECTOR = 512


def text_kind(head: bytes) -> TextKind | None:
    """Return the kind of text that begins with these bytes; None for bytes that are no text."""
    text = decode(head) if head else None
    if text is None or not text.strip():
        return None
    if _is_mail(head):
        return "mail"
    bare = text.lstrip("\ufeff")
    return "html" if _HTML.match(bare) or (bare.lstrip()[:1] == "<" and _HTML_TAGS.match(bare.lstrip())) else "text"


def _is_mail(head: bytes) -> bool:
    """Return whether a text begins with the headers of a message: three of those that messages have."""
    block = _BLANK_LINE.split(head, maxsplit=1)[0]
    lines = block.splitlines()
    if not lines or not re.match(rb"[A-Za-z][A-Za-z-]*:|From ", lines[0]):
        return False
    others = [line for line in lines[1:] if not re.match(rb"[ \t]|[A-Za-z][\w-]*:", line)]
    return not others and len({found.lower() for found in _MAIL_HEADER.findall(block)}) >= 3


def archive_kind(file: IO[bytes]) -> str:
    """Return the suffix of a zip archive's format, by the names in it; "" for any other archive."""
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            kind = archive.read("mimetype")[:100].decode("ascii", "replace") if "mimetype" in names[:5] else ""
    except (zipfile.BadZipFile, OSError, ValueError, KeyError, NotImplementedError, RuntimeError, EOFError):
        return ""
    if kind.startswith("application/epub"):
        return ".epub"
    if kind.startswith("application/vnd.oasis.opendocument") or any(
        name in ("word/document.xml", "xl/workbook.xml", "xl/workbook.bin", "ppt/presentation.xml") for name in names
    ):
        return ".docx"
    if any(name.lower().endswith((".fdseq", "fixeddocseq.fdseq")) for name in names):
        return ".xps"
    return ""


def holds_pictures_only(file: IO[bytes]) -> bool:
    """Return whether a zip archive has pictures and nothing else, like a comic."""
    try:
        with zipfile.ZipFile(file) as archive:
            names = [name.lower() for name in archive.namelist() if not name.endswith("/")]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False
    return any(name.endswith(_PICTURES) for name in names)


def is_old_office(file: IO[bytes]) -> bool:
    """Return whether a file of Windows's compound format is one of Word, Excel or PowerPoint, by its directory."""
    file.seek(0)
    header = file.read(_SECTOR)
    if not header.startswith(OLE) or len(header) < _SECTOR:
        return False
    size = 1 << min(int.from_bytes(header[30:32], "little"), 20)
    file.seek((1 + int.from_bytes(header[48:52], "little")) * size)
    directory = file.read(max(size, 8 * _SECTOR))
    return any(name in directory for name in _OLE_STREAMS)


MAX_UNPACKED_BYTES = 500 << 20
"""The most bytes that a ZIP file such as a book may hold unpacked; illustrated books hold up to 100 MB."""


def check_unpacked(path: Path) -> None:
    """Raise SourceError for a ZIP file that unpacks to more than `MAX_UNPACKED_BYTES`; other files pass."""
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
    except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError):
        return  # its reader reports what is wrong
    if size > MAX_UNPACKED_BYTES:
        raise SourceError(
            f"{str(path)!r} is too large: it holds {size >> 20} MB, more than {MAX_UNPACKED_BYTES >> 20}; split it."
        )
