"""Files attached to a PDF: those of the document, of a portfolio, and those pinned to a page."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from loaders.pdf.comments import walk_annotations
from loaders.pdf.text_layer import Comment, as_box
from loaders.types import Box

_MAX_FILES = 100
_PIN = "FileAttachment"
_LIBRARY_ERRORS = (Exception,)  # for a damaged annotation the library raises errors of many classes


class Attachment(NamedTuple):
    """An attached file: its name, where it is pinned (page 1 for the document's own), and a function for its bytes."""

    name: str
    note: str
    page: int
    box: Box
    content: Callable[[], bytes]


def attachments(document: Any, pages: range) -> Iterator[Attachment]:
    """Yield the files attached to a document, and those pinned to `pages`, counted from 1; broken ones are left out."""
    if 1 in pages:
        yield from itertools.islice(_embedded(document), _MAX_FILES)
    for number in pages:
        try:
            page = document.load_page(number - 1)  # in a variable, so that it lives as long as its annotations
            pins = [pin for pin in walk_annotations(page) if pin.type[1] == _PIN][:_MAX_FILES]
            found = [(pin.file_info, as_box(pin.rect), _pinned(document, number, pin.xref)) for pin in pins]
        except _LIBRARY_ERRORS:
            continue
        for info, box, content in found:
            yield Attachment(_line(info["filename"]), _line(info["description"]), number, box, content)


def named(files: Iterable[Attachment]) -> tuple[Comment, ...]:
    """Return a line for each attached file, so that searches find its name."""
    return tuple(
        Comment(
            f"Attached file: {each.name}" + (f" ({each.note})" if each.note not in ("", each.name) else ""), each.box
        )
        for each in files
    )


def _embedded(document: Any) -> Iterator[Attachment]:
    try:
        count = document.embfile_count()
    except _LIBRARY_ERRORS:
        return
    for index in range(count):
        try:
            info = document.embfile_info(index)
        except _LIBRARY_ERRORS:
            continue
        name = _line(info.get("ufilename") or info.get("filename") or info.get("name"))
        yield Attachment(name, _line(info.get("description")), 1, Box(0, 0, 0, 0), _getter(document, index))


def _getter(document: Any, index: int) -> Callable[[], bytes]:
    return lambda: bytes(document.embfile_get(index))


def _pinned(document: Any, number: int, xref: int) -> Callable[[], bytes]:
    def content() -> bytes:
        page = document.load_page(number - 1)
        return bytes(page.load_annot(xref).get_file())

    return content


def _line(text: object) -> str:
    return " ".join(str(text or "").split())[:200]
