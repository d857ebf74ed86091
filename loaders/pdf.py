"""PDF files through PyMuPDF (AGPL): the only module that imports it.

One process, one thread: PyMuPDF is not thread-safe. Rotated pages are turned upright in memory when they are first
touched, so every coordinate that leaves this module is one of the page as it is shown.
"""

from __future__ import annotations

import itertools
import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from loaders.errors import PasswordError, SourceError
from loaders.joining import vocabulary
from loaders.machine import one_thread
from loaders.pdf_types import Line, Region, Surroundings, TextLayer
from loaders.render import Rendering, rendering
from loaders.sources import BOOK_SUFFIXES
from loaders.types import Box, Word

with one_thread():  # it loads its layout models when it is imported
    import pymupdf as _pymupdf

pymupdf: Any = _pymupdf  # mostly untyped, and some of its names exist at run time only
pymupdf.TOOLS.mupdf_display_errors(False)
pymupdf.TOOLS.mupdf_display_warnings(False)

OPEN_FILES = 4
"""Documents that a process keeps open; a worker reads pages of few documents at a time."""

NEIGHBOURS = 10
"""Pages to either side that teach words and text size: about 5 ms a page, read once."""

LAYERS_KEPT = 64
"""Text layers kept of a document, 100 kB each: the neighbours on both sides, for pages that come in order."""

_BOOK_FORMATS = frozenset({"EPUB", "XPS", "FictionBook2", "MOBI", "zip"})  # what the library calls them; zip: a comic
_UPRIGHT = 0.9  # cosine of the writing direction: text that rises by less than 25 degrees is read as a line
_MONO = 8  # font flag bits of the PDF library's span dictionary
_MATH_FONT = re.compile(
    r"Math|CM(?:MI|SY|EX|BSY)\d|MS[AB]M\d|EU[FSR][MB]\d|STIX.*(?:Sym|Int|Siz)|MT(?:MI|SY|EX)", re.IGNORECASE
)
_MAX_DRAWINGS = 2000  # boxes kept of a page: a map has 100,000, and the first thousands tell that it is one
_TEXT_FLAGS = pymupdf.TEXT_MEDIABOX_CLIP  # no ligatures kept: "ﬁ" is searched as "fi"


class PdfFile:
    """An open PDF. Pages count from 1."""

    def __init__(self, path: Path, password: str | None) -> None:
        """Open `path`; raise SourceError or PasswordError."""
        self._doc, self._title = _open_book(path) if path.suffix.lower() in BOOK_SUFFIXES else _open(path, password)
        self.pages: int = self._doc.page_count
        self._layers: dict[int, TextLayer] = {}

    @property
    def title(self) -> str:
        """The title of the metadata, or ""."""
        return self._title

    def has_sound_page(self) -> bool:
        """Say whether the content of any page can be interpreted (5 ms a page, stops at the first)."""
        for number in range(1, self.pages + 1):
            try:
                self._page(number).get_displaylist()
            except pymupdf.mupdf.FzErrorLimit:
                return True  # sound, but more than the library takes on: this page will fail, the document need not
            except _LIBRARY_ERRORS:
                continue
            return True
        return False

    def layer(self, number: int) -> TextLayer:
        """Return the text layer and the places of the images of a page."""
        if number not in self._layers:
            if len(self._layers) >= LAYERS_KEPT:
                del self._layers[next(iter(self._layers))]
            self._layers[number] = _text_layer(self._page(number))
        return self._layers[number]

    def surroundings(self, number: int) -> Surroundings:
        """Return what the pages around `number` teach; pages that cannot be loaded teach nothing."""
        known: set[str] = set()
        sizes: Counter[float] = Counter()
        for near in range(max(1, number - NEIGHBOURS), min(self.pages, number + NEIGHBOURS) + 1):
            try:
                layer = self.layer(near)
            except _LIBRARY_ERRORS:
                continue
            known |= vocabulary(" ".join(word.text for word in line.words) for line in layer.lines)
            for line in layer.lines:
                sizes[round(line.size * 2) / 2] += sum(len(word.text) for word in line.words)
        body = sizes.most_common(1)[0][0] if sizes else 0.0
        return Surroundings(frozenset(known), body)

    def regions(self, number: int) -> list[Region]:
        """Return the parts of a page by the layout model, in reading order. About 1 CPU second."""
        import pymupdf4llm  # 1 s and 150 MB that a process which only renders need not pay

        parsed = json.loads(pymupdf4llm.to_json(self._doc, pages=[number - 1], use_ocr=False, show_progress=False))
        return [_region(box) for box in parsed["pages"][0]["boxes"]]

    def render(self, number: int, dpi: int, max_side: int, part: Box | None = None) -> Rendering:
        """Render a page, or the `part` of it given in points, with no side over `max_side` pixels."""
        page = self._page(number)
        clip = pymupdf.Rect(*part) & page.rect if part else page.rect
        longest = max(clip.width, clip.height)
        if not (0 < longest < math.inf and min(clip.width, clip.height) > 0):
            raise ValueError(f"page {number} has no area")
        scale = min(dpi / 72, max_side / longest)
        pixmap = page.get_pixmap(matrix=pymupdf.Matrix(scale, scale), clip=clip, alpha=False)
        return rendering(pixmap)

    def is_lost(self, number: int) -> bool:
        """Whether a page that shows nothing had content once: the library repairs a cut file to empty pages."""
        try:
            return self._doc.is_repaired and self._has_lost(number)
        except _LIBRARY_ERRORS:  # so damaged that it cannot be told
            return False

    def _has_lost(self, number: int) -> bool:
        xref = self._doc.page_xref(number - 1)
        if xref >= self._doc.xref_length() or self._doc.xref_get_key(xref, "Type")[0] == "null":
            return True
        if self._doc.xref_get_key(xref, "Contents")[0] == "null":
            return False
        pymupdf.TOOLS.reset_mupdf_warnings()
        page = self._doc.load_page(number - 1)
        page.get_displaylist()
        return bool(pymupdf.TOOLS.mupdf_warnings()) or not any(map(self._doc.xref_stream, page.get_contents()))

    def _page(self, number: int) -> Any:
        page = self._doc.load_page(number - 1)
        if page.rotation:
            page.remove_rotation()
        return page


_LIBRARY_ERRORS = (RuntimeError, ValueError, pymupdf.mupdf.FzErrorBase)
"""What PyMuPDF raises for damaged content; MuPDF's own errors are no RuntimeErrors."""


def open_pdf(path: Path, password: str | None = None) -> PdfFile:
    """Return the open document; a process keeps the last few open. Raises SourceError or PasswordError."""
    stat = path.stat()
    return _cached(path, stat.st_mtime_ns, stat.st_size, password)


@lru_cache(maxsize=OPEN_FILES)
def _cached(path: Path, mtime_ns: int, size: int, password: str | None) -> PdfFile:
    """Open a document; the time and size of the file are part of the key, so that a changed file is opened anew."""
    return PdfFile(path, password)


def _open_book(path: Path) -> tuple[Any, str]:
    """Open a book as the PDF that it makes, so that all that follows deals with PDFs only; and its title."""
    name = str(path)
    try:
        with pymupdf.open(name, filetype=path.suffix[1:].lower()) as book:
            found = (book.metadata or {}).get("format") or "something else"
            if found not in _BOOK_FORMATS:
                raise SourceError(f"{name!r} is no {path.suffix[1:].upper()} file (it looks like: {found}): rename it.")
            return pymupdf.open("pdf", book.convert_to_pdf()), _title(book)
    except _LIBRARY_ERRORS as exc:
        if isinstance(exc, SourceError):
            raise
        raise SourceError(f"{name!r} is damaged and cannot be opened: get a new copy of it.") from exc


def _title(doc: Any) -> str:
    return str((doc.metadata or {}).get("title") or "").strip()


def _open(path: Path, password: str | None) -> tuple[Any, str]:
    name = str(path)
    try:
        doc = pymupdf.open(name, filetype="pdf")
    except _LIBRARY_ERRORS as exc:
        raise SourceError(f"{name!r} is damaged and cannot be opened as a PDF: get a new copy of it.") from exc
    if not doc.is_pdf:  # `filetype` forces nothing: HTML, text and images open as what they are
        found = (doc.metadata or {}).get("format") or "something else"
        doc.close()
        raise SourceError(f"{name!r} is no PDF (it looks like: {found}): rename it to what it is, or get the PDF.")
    if doc.needs_pass and password is None:
        raise PasswordError(f"{name!r} is encrypted: give its password with --password.")
    if doc.needs_pass and not doc.authenticate(password):
        raise PasswordError(f"The password for {name!r} is wrong: give the right one with --password.")
    return doc, _title(doc)


def _text_layer(page: Any) -> TextLayer:
    textpage = page.get_textpage(flags=_TEXT_FLAGS)
    styles = {
        (block["number"], index): line
        for block in textpage.extractDICT()["blocks"]
        for index, line in enumerate(block.get("lines", ()))
    }
    lines = [_line(words, key[0], styles.get(key, {})) for key, words in _words_by_line(textpage)]
    images = tuple(_box(info["bbox"]) for info in page.get_image_info())
    math = sum(
        len(span["text"].strip())
        for line in styles.values()
        for span in line.get("spans", ())
        if _MATH_FONT.search(span["font"])
    )
    return TextLayer(page.rect.width, page.rect.height, tuple(lines), images, _drawings(page), math)


def _drawings(page: Any) -> tuple[Box, ...]:
    """The boxes of what the page draws, cut off at its edges."""
    paths = (_box(bbox) for kind, bbox in page.get_bboxlog() if kind.endswith(("path", "shade")))
    width, height = page.rect.width, page.rect.height
    shown = (Box(max(x0, 0), max(y0, 0), min(x1, width), min(y1, height)) for x0, y0, x1, y1 in paths)
    inside = (box for box in shown if box.x0 <= box.x1 and box.y0 <= box.y1)
    return tuple(itertools.islice(inside, _MAX_DRAWINGS))


def _words_by_line(textpage: Any) -> Iterator[tuple[tuple[int, int], list[Word]]]:
    grouped: dict[tuple[int, int], list[Word]] = {}
    for x0, y0, x1, y1, text, block, line, _ in textpage.extractWORDS():
        if clean := text.replace("\x00", "").strip():
            grouped.setdefault((block, line), []).append(Word(clean, Box(x0, y0, x1, y1)))
    yield from grouped.items()


def _line(words: list[Word], block: int, style: dict[str, Any]) -> Line:
    spans = [span for span in style.get("spans", ()) if span["text"].strip()]
    size = max((span["size"] for span in spans), default=words[0].box.y1 - words[0].box.y0)
    mono = bool(spans) and all(span["flags"] & _MONO for span in spans)
    upright = style.get("dir", (1.0, 0.0))[0] > _UPRIGHT
    return Line(tuple(words), block, size, upright, mono)


def _region(box: dict[str, Any]) -> Region:
    table = box.get("table") or {}
    cells = tuple(tuple(_box(cell) for cell in row) for row in table.get("cells") or ())
    return Region(box["boxclass"], Box(box["x0"], box["y0"], box["x1"], box["y1"]), cells)


def _box(numbers: Any) -> Box:
    x0, y0, x1, y1 = numbers
    return Box(float(x0), float(y0), float(x1), float(y1))
