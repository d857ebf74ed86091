"""PDF files and books, opened by PyMuPDF (AGPL), which only this module imports.

One process, one thread: PyMuPDF is not thread-safe. Rotated pages are turned upright in memory when they are first
used, so all coordinates that leave this module refer to the page as it is shown.
"""

from __future__ import annotations

import importlib
import math
import sys
from collections.abc import Callable, Hashable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from loaders.errors import PasswordError, SourceError
from loaders.pages.cpu import single_threaded_onnx
from loaders.pages.models import LAYOUT, want
from loaders.pages.onnx_graphs import with_leaky_units, with_small_maps
from loaders.pages.rendering import Rendering, encode_pixmap, rgb_pixels
from loaders.pages.shared_results import find_or_make
from loaders.pdf import proof, sheets
from loaders.pdf.attachments import attachments, named
from loaders.pdf.comments import with_comments
from loaders.pdf.forms import with_fields
from loaders.pdf.layout_parts import is_relevant, table_cells, without_pictures
from loaders.pdf.layout_steps import replace_steps
from loaders.pdf.neighbours import Print, print_of, surroundings_of
from loaders.pdf.outlines import is_outlined
from loaders.pdf.proof import ProofPage
from loaders.pdf.ruled import Rules, drawn_rules
from loaders.pdf.ruled_regions import MIN_PIECES, with_ruled_tables
from loaders.pdf.sheets import Pages
from loaders.pdf.spread_print import with_whole_words
from loaders.pdf.text_alone import draws_black_alone
from loaders.pdf.text_layer import (
    MAX_DRAWINGS,
    Region,
    Surroundings,
    TextLayer,
    as_box,
    in_logical_order,
    read_layer,
)
from loaders.pdf.tick_boxes import with_tick_boxes
from loaders.pdf.visibility import copy_of_text, visible_layer
from loaders.sources.content import check_unpacked
from loaders.types import Box

_LAYOUT = "pymupdf.layout"
_kept_out: Any = sys.modules.setdefault(_LAYOUT, None)  # type: ignore[arg-type]  # None: not found
import pymupdf as _pymupdf  # noqa: E402  # otherwise it would load the layout models: 0.35 s, and pages of text need none

if _kept_out is None:
    del sys.modules[_LAYOUT]

pymupdf: Any = _pymupdf  # mostly untyped, and some of its names exist at run time only
pymupdf.TOOLS.mupdf_display_errors(False)
pymupdf.TOOLS.mupdf_display_warnings(False)

MAX_OPEN_FILES = 4
"""Documents that a process keeps open; a worker reads pages of few documents at a time."""

NEIGHBOURS = 10
"""Pages on either side whose words and text size are used: about 5 ms a page, read once."""

MAX_CACHED_LAYERS = 64
"""Text layers cached per document, 100 kB each: enough for the neighbours of pages that come in order."""

_MAX_LABEL = 20  # characters of a page's label: longer ones are no numbers
_BOOK_FORMATS = frozenset({"EPUB", "XPS", "FictionBook2", "MOBI", "zip"})  # the library's names; zip: a comic
_IMAGE = 1  # the type of an image among the blocks of a text page
_LARGE_PICTURES = 1_000_000  # pixels: written as PNG they take 25 ms, and text is taken again in 5-20
_TEXT_FLAGS = pymupdf.TEXT_MEDIABOX_CLIP  # no ligatures kept: "ﬁ" is searched as "fi"
_LAYOUT_FLAGS = (  # pymupdf4llm's, without the content of images
    pymupdf.TEXT_COLLECT_STYLES
    | pymupdf.TEXT_COLLECT_VECTORS
    | pymupdf.TEXT_ACCURATE_BBOXES
    | pymupdf.TEXT_MEDIABOX_CLIP
    | pymupdf.TEXT_IGNORE_ACTUALTEXT
)


class PdfFile:
    """An open PDF. Pages count from 1."""

    def __init__(self, doc: Any, title: str, identity: Hashable = None) -> None:
        """Take an open document of the PDF library, its title, and what tells its file from others in all processes."""
        self._doc, self._title, self._identity = doc, title, identity
        self._print_key = identity and (identity, Print.__name__)
        self.pages: int = self._doc.page_count
        self._layers: dict[int, TextLayer] = {}
        self._prints: dict[int, Print] = {}

    @property
    def title(self) -> str:
        """The title of the metadata, or ""."""
        return self._title

    def labels(self) -> tuple[str, ...]:
        """Return the label of each page (/PageLabels); () where there are none, or only the numbers from 1."""
        try:
            if not self._doc.get_page_labels():
                return ()
            labels = [self._doc[number].get_label().strip()[:_MAX_LABEL] for number in range(self.pages)]
        except _LIBRARY_ERRORS:  # a damaged tree of labels, or a page that cannot be loaded
            return ()
        return () if labels == [str(number + 1) for number in range(self.pages)] else tuple(labels)

    def has_sound_page(self) -> bool:
        """Return whether the content of any page can be interpreted (5 ms a page, stops at the first)."""
        for number in range(1, self.pages + 1):
            try:
                self._page(number).get_displaylist()
            except pymupdf.mupdf.FzErrorLimit:
                return True  # readable, but over a limit of the library: only this page will fail
            except _LIBRARY_ERRORS:
                continue
            return True
        return False

    def layer(self, number: int) -> TextLayer:
        """Return the text layer and the places of the images of a page."""
        if number not in self._layers:
            if len(self._layers) >= MAX_CACHED_LAYERS:
                del self._layers[next(iter(self._layers))]
            self._layers[number] = find_or_make(self._identity, number, self._read_layer)
        return self._layers[number]

    def _read_layer(self, number: int) -> TextLayer:
        page = self._page(number)
        layer, content = read_layer(page, _TEXT_FLAGS, pymupdf.TEXT_COLLECT_STYLES, pymupdf.TEXT_IGNORE_ACTUALTEXT)
        look = content.with_vectors(pymupdf.TEXT_COLLECT_VECTORS)  # apart from `content`: they divide blocks of text
        seen = with_fields(page, with_whole_words(look, visible_layer(page, look, layer)))
        layer = with_tick_boxes(page, look, seen)
        outlined, black = is_outlined(page, layer), draws_black_alone(page, look)
        layer = replace(with_comments(page, in_logical_order(layer)), outlined=outlined, black=black)
        files = tuple(attachments(self._doc, range(number, number + 1)))
        return replace(layer, comments=layer.comments + named(files), files=tuple(each.name for each in files))

    def has_pictures(self, pixels: int) -> bool:
        """Return whether a page has a picture of at least `pixels` (.04 ms a page, stops at the first)."""
        for number in range(self.pages):
            try:
                if any(width * height >= pixels for _, _, width, height, *_ in self._doc.get_page_images(number)):
                    return True
            except _LIBRARY_ERRORS:  # a damaged page
                continue
        return False

    def may_need_ocr(self) -> bool:
        """Return whether a page around one that was read has pictures without words of the text layer."""
        return any(found.has_unread_pictures for found in self._prints.values())

    def attachments(self) -> list[tuple[str, bytes]]:
        """Return the files attached to the document and to its pages, as names and contents; without broken ones."""
        found = []
        for each in attachments(self._doc, range(1, self.pages + 1)):
            try:
                found.append((each.name, each.content()))
            except _LIBRARY_ERRORS:
                continue
        return found

    def surroundings(self, number: int) -> Surroundings:
        """Return the words and the text size of the pages around `number`, without those that cannot be loaded."""
        pages = range(max(1, number - NEIGHBOURS), min(self.pages, number + NEIGHBOURS) + 1)
        return surroundings_of([(page, found) for page in pages if (found := self._print(page))], number)

    def _print(self, number: int) -> Print | None:
        if number not in self._prints:
            if len(self._prints) >= MAX_CACHED_LAYERS:
                del self._prints[next(iter(self._prints))]
            try:
                self._prints[number] = find_or_make(self._print_key, number, lambda page: print_of(self.layer(page)))
            except _LIBRARY_ERRORS:
                return None
        return self._prints[number]

    def regions(self, number: int) -> list[Region]:
        """Return the parts of a page that the layout model finds, in reading order: about 0.2 CPU seconds.

        As pymupdf4llm prepares a page, but without extracting each picture as PNG, which takes 0.8 s for a large one.
        """
        want(LAYOUT)
        load_layout_models()
        from pymupdf4llm.helpers import utils  # imported here: a process that only renders saves 1 s and 150 MB

        page, layer = self._page(number), self.layer(number)
        if layer.watermarks or layer.fields:  # they would hide headings, cut paragraphs and look like a table
            copy = pymupdf.open()  # in a variable, so that it lives as long as its page
            page = copy_of_text(copy, layer)
        self._doc.xref_set_key(self._doc.pdf_catalog(), "StructTreeRoot", "null")  # not used, and slow to read
        with (
            without_pictures(page, pymupdf.TEXT_PRESERVE_IMAGES) if _has_large_pictures(page, layer) else nullcontext()
        ):
            page.get_layout(return_raw=True)
        found = [part for part in page.layout_information if is_relevant(part)]
        blocks = [*_blocks(page, _flags_for(found)).extractDICT()["blocks"], *(_images(page) if layer.images else ())]
        page.layout_information = [(*part["group_bbox"], part["class_name"]) for part in found]
        utils.clean_pictures(page, blocks)
        utils.add_image_orphans(page, blocks)
        tables = {tuple(pymupdf.IRect(part["group_bbox"])): part for part in found if part["class_name"] == "table"}
        ordered = utils.find_reading_order(page.rect, blocks, page.layout_information)
        rules = self.rules(number) if tables or len(layer.drawings) >= MIN_PIECES else Rules()
        regions = [
            Region(role, as_box(box), table_cells(tables, box, utils.iou), rules)
            if role == "table" and tables
            else Region(role, as_box(box))
            for *box, role in ordered
        ]
        return with_ruled_tables(regions, layer, rules)

    def rules(self, number: int) -> Rules:
        """Return the straight lines that a page draws; none of a page that is full of drawings."""
        return drawn_rules(self._page(number)) if len(self.layer(number).drawings) < MAX_DRAWINGS else Rules()

    def turned(self, number: int, quarters: int) -> PdfFile:
        """Return a document with one page of this one, turned clockwise by quarters."""
        alone = pymupdf.open()
        alone.insert_pdf(self._page(number).parent, from_page=number - 1, to_page=number - 1)
        alone[0].set_rotation(90 * quarters % 360)
        return PdfFile(alone, self._title)

    def regions_of(self, layer: TextLayer) -> list[Region]:
        """Return the parts that the layout model finds in a text layer alone, drawn on an empty page."""
        copy = PdfFile(pymupdf.open(), "")
        copy_of_text(copy._doc, layer)
        # The words of the copy; extracting them again costs as much as the model on a page of single signs.
        copy._layers[1] = replace(layer, images=(), watermarks=(), fields=())
        return copy.regions(1)

    def render(self, number: int, dpi: int, max_side: int, part: Box | None = None, small: bool = True) -> Rendering:
        """Render a page, or the `part` of it in points, with no side over `max_side` pixels; see `encode_pixmap`."""
        return encode_pixmap(self._pixmap(number, dpi, max_side, part, grey=self.layer(number).black), small)

    def pixels(self, number: int, dpi: int, max_side: int, part: Box | None = None) -> NDArray[Any]:
        """Render a page or a part of it likewise, and return its RGB pixels: encoding them takes 10-40 ms."""
        pixmap = self._pixmap(number, dpi, max_side, part)  # in a variable: it must outlive the copy of its memory
        return rgb_pixels(pixmap).copy()

    def _pixmap(self, number: int, dpi: int, max_side: int, part: Box | None, *, grey: bool = False) -> Any:
        page = self._page(number)
        clip = pymupdf.Rect(*part) & page.rect if part else page.rect
        longest = max(clip.width, clip.height)
        if not (0 < longest < math.inf and min(clip.width, clip.height) > 0):
            raise ValueError("it has no area. Get a new copy of the file.")
        scale = min(dpi / 72, max_side / longest)
        colours = pymupdf.csGRAY if grey else pymupdf.csRGB
        return page.get_pixmap(matrix=pymupdf.Matrix(scale, scale), clip=clip, colorspace=colours, alpha=False)

    def has_lost_content(self, number: int) -> bool:
        """Return whether an empty page had content: the library repairs a truncated file to empty pages."""
        try:
            return self._doc.is_repaired and self._lost_content(number)
        except _LIBRARY_ERRORS:  # too damaged to decide
            return False

    def _lost_content(self, number: int) -> bool:
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
"""Errors of PyMuPDF for damaged content; those of MuPDF itself are no RuntimeErrors."""


@cache
def load_layout_models() -> None:
    """Load the layout models for one thread, in place of any that the library loaded, which read half as fast."""
    pymupdf._get_layout = None
    small = find_spec("cv2") is not None  # it enlarges the maps; a part of pagewitness[offline]
    with single_threaded_onnx(
        ("feature_imf", "table_grid"), {"feature_imf": _for_small_maps if small else with_leaky_units}
    ):
        importlib.import_module(_LAYOUT).activate()
    replace_steps(lambda name: importlib.import_module(f"{_LAYOUT}.{name}"))


def _for_small_maps(model: bytes) -> bytes:
    return with_leaky_units(with_small_maps(model, "combined"))


def open_pdf(path: Path, password: str | None = None) -> PdfFile:
    """Return the open document; a process keeps the last few open. Raises SourceError or PasswordError."""
    stat = path.stat()
    return _cached(path, stat.st_mtime_ns, stat.st_size, password, False)


def open_book(path: Path) -> PdfFile:
    """Return an open book (EPUB, XPS, ...) as a PDF; a process keeps the last few open. Raises SourceError."""
    stat = path.stat()
    return _cached(path, stat.st_mtime_ns, stat.st_size, None, True)


@lru_cache(maxsize=MAX_OPEN_FILES)
def _cached(path: Path, mtime_ns: int, size: int, password: str | None, book: bool) -> PdfFile:
    """Open a document; time and size of the file are part of the key, so that a changed file is opened again."""
    try:
        return PdfFile(*(_open_book(path) if book else _open(path, password)), (path, mtime_ns, size))
    except SourceError:
        raise
    except _LIBRARY_ERRORS as exc:  # also of its pages, when they are counted
        told = "is damaged and cannot be opened" if book else "is damaged and cannot be opened as a PDF"
        raise SourceError(f"{str(path)!r} {told}: get a new copy of it.") from exc


def _open_book(path: Path) -> tuple[Any, str]:
    """Open a book, lay it out as a PDF, return it with its title; raise SourceError, or an error of the library."""
    name = str(path)
    check_unpacked(path)
    with pymupdf.open(name, filetype=path.suffix[1:].lower()) as book:
        found = (book.metadata or {}).get("format") or "something else"
        if found not in _BOOK_FORMATS:
            raise SourceError(
                f"{name!r} is not a valid {path.suffix[1:].upper()} file (it looks like: {found}): rename it."
            )
        return pymupdf.open("pdf", book.convert_to_pdf()), _title(book)


def open_pages(path: Path, make: Callable[[Path], Pages]) -> PdfFile:
    """Return the pages that `make` writes for a file, laid out as a PDF; a process keeps the last few open."""
    stat = path.stat()
    return _cached_pages(path, stat.st_mtime_ns, stat.st_size, make)


@lru_cache(maxsize=MAX_OPEN_FILES)
def _cached_pages(path: Path, mtime_ns: int, size: int, make: Callable[[Path], Pages]) -> PdfFile:
    pages = make(path)
    return PdfFile(sheets.lay_out(pymupdf, _LIBRARY_ERRORS, str(path), pages.parts), pages.title)


def write_proof(title: str, pages: Sequence[ProofPage]) -> bytes:
    """Return a PDF of these pages with their marks as annotations, and an outline."""
    return proof.write(pymupdf, _LIBRARY_ERRORS, title, pages)


def _title(doc: Any) -> str:
    return str((doc.metadata or {}).get("title") or "").strip()


def _open(path: Path, password: str | None) -> tuple[Any, str]:
    """Open a PDF and return it with its title; raise SourceError, PasswordError, or an error of the library."""
    name = str(path)
    doc = pymupdf.open(name, filetype="pdf")
    if not doc.is_pdf:  # `filetype` does not force the format: HTML, text and images open as such
        found = (doc.metadata or {}).get("format") or "something else"
        doc.close()
        raise SourceError(f"{name!r} is not a PDF (it looks like: {found}): rename it to what it is, or get the PDF.")
    if doc.needs_pass and password is None:
        raise PasswordError(f"{name!r} is encrypted: give its password with --password.")
    if doc.needs_pass and not doc.authenticate(password):
        raise PasswordError(f"The password for {name!r} is wrong: give the right one with --password.")
    return doc, _title(doc)


def _blocks(page: Any, flags: int) -> Any:
    return page.get_textpage(flags=flags, clip=pymupdf.INFINITE_RECT())


def _flags_for(found: list[dict[str, Any]]) -> int:
    """Return the flags for the blocks beside the parts found: styles, which take 2-45 ms, change blocks of text alone.

    These are needed where pictures and formulas are extended to the blocks that they touch.
    """
    extended = any(part["class_name"] in ("picture", "formula") for part in found)
    return int(_LAYOUT_FLAGS if extended else _LAYOUT_FLAGS & ~pymupdf.TEXT_COLLECT_STYLES)


def _has_large_pictures(page: Any, layer: TextLayer) -> bool:
    shown = page.get_image_info() if layer.images else ()
    return bool(sum(image["width"] * image["height"] for image in shown) > _LARGE_PICTURES)


def _images(page: Any) -> list[dict[str, Any]]:
    """Return the places of images as blocks without the images' content."""
    flags = _LAYOUT_FLAGS & ~pymupdf.TEXT_COLLECT_STYLES | pymupdf.TEXT_PRESERVE_IMAGES
    shown = _blocks(page, flags).extractBLOCKS()
    return [{"type": _IMAGE, "bbox": tuple(box)} for *box, _, _, kind in shown if kind == _IMAGE]
