"""Reader of PDFs and books: text layer, layout, and OCR of pictures with words (`DocumentReader`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from loaders.errors import SourceError
from loaders.geometry import area, overlap, scale_into, to_fractions, words_to_fractions
from loaders.packed_words import joined
from loaders.pages.models import LAYOUT, OCR, want
from loaders.pages.page_profile import has_figures, profile_page, unread_pictures
from loaders.pages.text_quality import is_garbage
from loaders.pdf.charts import CHART_DPI, numbers_left_out, read_charts
from loaders.pdf.diagrams import take_diagram
from loaders.pdf.document import PdfFile, open_book, open_pdf
from loaders.pdf.gridded_pages import gridded_regions
from loaders.pdf.layout import build_blocks, field_blocks
from loaders.pdf.number_pages import number_regions
from loaders.pdf.plain_pages import plain_regions
from loaders.pdf.ruled_regions import MIN_PIECES
from loaders.pdf.sideways import page_turn, sideways_part, turned_back, without_turn
from loaders.pdf.strikes import without_struck
from loaders.pdf.strips import is_long, regions_in_strips
from loaders.pdf.text_layer import Region, Surroundings, TextLayer
from loaders.types import MIN_INK, Block, Box, PageImage, PageJob, PageProfile, PageText, Word, placed_words

SCAN_SHARE = 0.5
"""Share of the page that one image must cover before the page is taken for a scan."""

SCAN_WORDS = 50
"""Words beside the image of a scan (a stamp, a running footer) up to which it is not taken for a page of text."""

MARGINAL_ROLES = ("page-header", "page-footer")
"""Roles of running headers and footers: the layout model gives them to a short text at the top of a page."""

_NAMED_FILES = 10

PICTURE_PIXELS = 250_000
"""Pixels from which a picture in a file may be read by OCR: smaller ones are mostly logos and icons."""


def open_pdf_reader(path: Path, password: str | None) -> PdfReader:
    """Return a reader of a PDF; raises SourceError, or PasswordError if it is locked."""
    return PdfReader(str(path), open_pdf(path, password))


def open_book_reader(path: Path) -> PdfReader:
    """Return a reader of a book (EPUB, XPS, ...), laid out as a PDF; raises SourceError."""
    return PdfReader(str(path), open_book(path))


class PdfReader:
    """An open PDF, or a book that was laid out as one."""

    def __init__(self, name: str, pdf: PdfFile, *, laid_out: bool = False) -> None:
        """Take the file's name for messages, the open file, and whether its pages were laid out here (no headers)."""
        self._name = name
        self._pdf = pdf
        self._laid_out = laid_out

    @property
    def title(self) -> str:
        """The title of the metadata, or ""."""
        return self._pdf.title

    @property
    def page_labels(self) -> tuple[str, ...]:
        """The file's own page labels (/PageLabels); () where it has none or they only count from 1."""
        return self._pdf.labels()

    def page_count(self) -> int:
        """Return the number of pages; raise SourceError if there is none, or none that can be read."""
        pages = self._pdf.pages
        if pages == 0:
            raise SourceError(f"{self._name!r} has no pages: it is damaged or empty, get a new copy of it.")
        if not self._pdf.has_sound_page():
            raise SourceError(
                f"{self._name!r} is damaged: none of its {pages} page(s) can be read, get a new copy of it."
            )
        return pages

    def models(self) -> frozenset[str]:
        """Return the models that the first page, one in the middle, and the pictures of any page need: 30 ms."""
        if self._laid_out:  # running text, mostly
            return frozenset()
        pages = {1, 1 + self._pdf.pages // 2}
        found = set[str]().union(*(self._models_of(page) for page in pages))
        if OCR not in found and self._pdf.has_pictures(PICTURE_PIXELS):
            found |= {LAYOUT, OCR}
        return frozenset(found)

    def _models_of(self, page: int) -> set[str]:
        try:
            layer = self._pdf.layer(page)
        except Exception:  # a damaged page is read without models, or not at all
            return set()
        if not is_legible(layer):
            return {OCR} if layer.images or layer.drawings or layer.lines else set()
        return {LAYOUT} if profile_page(layer, page, legible=True).needs_vision else set()

    def profile(self, page: int) -> PageProfile:
        """Return the profile of a page, from its content stream: about 20 ms."""
        layer = self._pdf.layer(page)
        return profile_page(layer, page, legible=is_legible(layer))

    def render(self, job: PageJob) -> PageImage:
        """Render a page, with its text layer; raise SourceError for one that is empty because the file is damaged."""
        layer = self._pdf.layer(job.page)
        shot = self._pdf.render(job.page, job.dpi, job.max_side, small=job.small)
        image = PageImage(
            job.page,
            shot.png,
            shot.width,
            shot.height,
            layer.text,
            words_to_fractions(without_struck(layer.words), layer.width, layer.height),
            shot.ink,
            is_legible(layer),
            has_figures(layer),
            _comment_blocks(layer) if is_legible(layer) else _comment_blocks(layer) + field_blocks(layer),
            _lies_over_scan(layer),
        )
        if image.blank and self._pdf.has_lost_content(job.page):
            raise SourceError("its content is missing, the file is damaged or was cut off. Get a new copy of it.")
        return image

    def read(self, job: PageJob) -> PageText | None:
        """Read a page from its text layer, and its pictures by OCR; return None if the layer cannot be trusted.

        If a picture cannot be read, only its words are missing, and the page's `detail` says so.
        """
        layer = self._pdf.layer(job.page)
        if not is_legible(layer):
            return None
        around = self._pdf.surroundings(job.page)
        turn = page_turn(layer)
        if not turn:
            return self._read_upright(self._pdf, job, layer, around)
        turned = self._pdf.turned(job.page, turn)
        upright = without_turn(turned.layer(1), 4 - turn)
        page = _turned_back(self._read_upright(turned, replace(job, page=1), upright, around), turn, job.page)
        edges = replace(layer, lines=tuple(line for line in layer.lines if not line.turn), fields=())
        return _with_edges(page, *build_blocks(edges, [], around))

    def _read_upright(self, pdf: PdfFile, job: PageJob, layer: TextLayer, around: Surroundings) -> PageText:
        """Read a page whose text is upright; a sideways table or text on it is turned and read separately."""
        whole, part = layer, sideways_part(layer)
        layer = part[1] if part else layer
        plain = None if part else plain_regions(layer, around, few=self._laid_out)
        if plain is None and not part and len(layer.drawings) >= MIN_PIECES:
            plain = gridded_regions(layer, around, pdf.rules(job.page))
        if plain is None and not part:
            plain = number_regions(layer, around, lambda: pdf.rules(job.page))
        if plain is not None:  # only tables are drawn on it, so it has no diagram, chart or picture
            blocks, words = build_blocks(layer, self._roles(plain), around)
            return _with_comments(PageText(job.page, blocks, words, "text-layer", _left_out(layer, job.page)), layer)
        want(LAYOUT, soon=[OCR] if unread_pictures(whole) or pdf.may_need_ocr() else ())
        regions = self._roles(self._layout(pdf, layer, job.page))
        diagram = take_diagram(layer, regions, lambda: pdf.pixels(job.page, CHART_DPI, job.max_side))
        blocks, words = build_blocks(diagram.layer, diagram.regions, around)
        read = read_charts(blocks, layer, lambda box: pdf.pixels(job.page, CHART_DPI, job.max_side, box))
        detail = f"{_left_out(layer, job.page)} {numbers_left_out(blocks, read, job.page)}".strip()
        blocks, words = diagram.put_into(read), joined(words, diagram.words)
        if part:
            blocks, words = _with_part(blocks, words, part[0], *self._read_across(part[2], around))
        blocks += tuple(Block("watermark", text) for text in layer.watermarks)
        page = PageText(job.page, blocks, words, "text-layer", detail)
        for box in unread_pictures(whole, regions):
            try:
                page = self._with_figure(pdf, page, layer, box, job)
            except Exception as exc:  # a picture that fails must not cost the page its text
                detail = f"{page.detail} {job.could_not_be('read in full: OCR failed on a picture', exc)}".strip()
                page = replace(page, detail=detail)
        return _with_comments(page, layer)

    def _layout(self, pdf: PdfFile, layer: TextLayer, page: int) -> list[Region]:
        """Return the parts of a page that the layout model finds."""
        try:
            return regions_in_strips(layer, pdf.regions_of) if is_long(layer) else pdf.regions(page)
        except Exception:  # without the layout model the text is in the order of the content stream
            return []

    def _roles(self, regions: list[Region]) -> list[Region]:
        """Return the regions without running headers and footers on pages that were laid out here."""
        if not self._laid_out:
            return regions
        return [replace(one, role="text") if one.role in MARGINAL_ROLES else one for one in regions]

    def _read_across(self, layer: TextLayer, around: Surroundings) -> tuple[tuple[Block, ...], Sequence[Word]]:
        try:
            regions = self._pdf.regions_of(layer)
        except Exception:  # as above
            regions = []
        return build_blocks(layer, regions, around)

    def _with_figure(self, pdf: PdfFile, page: PageText, layer: TextLayer, box: Box, job: PageJob) -> PageText:
        """Add the blocks of a picture read by OCR, before the first block that begins below it."""
        shot = pdf.render(job.page, job.dpi, job.max_side, box, small=False)
        if shot.ink < MIN_INK:
            return page
        from loaders.ocr.engine import read_figure  # imported here: a page without pictures saves 1 s and 300 MB

        found, words, missing = read_figure(shot.png)
        if missing and missing not in page.detail:
            page = replace(page, detail=f"{page.detail} {missing}".strip())
        if not found:
            return page
        place = to_fractions(box, layer.width, layer.height)
        figure = tuple(replace(block, box=scale_into(block.box, place)) for block in found if block.box)
        below = (i for i, block in enumerate(page.blocks) if block.box and block.box.y0 >= place.y1)
        at = next(below, len(page.blocks))
        return replace(
            page,
            blocks=(*page.blocks[:at], *figure, *page.blocks[at:]),
            words=joined(page.words, [Word(word.text, scale_into(word.box, place)) for word in words]),
            engine="text-layer+ocr",
        )


def _with_part(
    blocks: tuple[Block, ...],
    words: Sequence[Word],
    turn: int,
    part: tuple[Block, ...],
    part_words: Sequence[Word],
) -> tuple[tuple[Block, ...], Sequence[Word]]:
    """Add the blocks of a sideways part before the first of the page's blocks that begins below it."""
    turned = tuple(replace(block, box=turned_back(block.box, turn) if block.box else None) for block in part)
    placed = [Word(word.text, turned_back(word.box, turn)) for word in part_words]
    bottom = max((block.box.y1 for block in turned if block.box), default=1.0)
    below = (i for i, block in enumerate(blocks) if block.box and block.box.y0 >= bottom)
    at = next(below, len(blocks))
    return (*blocks[:at], *turned, *blocks[at:]), joined(words, placed)


def _with_edges(page: PageText, blocks: tuple[Block, ...], words: Sequence[Word]) -> PageText:
    """Add the upright header and footer of a sideways page, above and below its blocks."""
    top = min((block.box.y0 for block in page.blocks if block.box), default=0.0)
    above = tuple(block for block in blocks if block.box and block.box.y0 < top)
    below = tuple(block for block in blocks if block not in above)
    return replace(page, blocks=(*above, *page.blocks, *below), words=joined(page.words, words))


def _turned_back(page: PageText, turn: int, number: int) -> PageText:
    """Return a page that was read turned, with the boxes of its text on the page as it is shown."""
    blocks = tuple(replace(block, box=turned_back(block.box, turn) if block.box else None) for block in page.blocks)
    words = tuple(Word(word.text, turned_back(word.box, turn)) for word in page.words)
    detail = page.detail.replace("Page 1 ", f"Page {number} ", 1)
    return replace(page, page=number, blocks=blocks, words=words, detail=detail)


def _with_comments(page: PageText, layer: TextLayer) -> PageText:
    comments = _comment_blocks(layer)
    return replace(page, blocks=page.blocks + comments, words=joined(page.words, placed_words(comments)))


def _comment_blocks(layer: TextLayer) -> tuple[Block, ...]:
    return tuple(
        Block("comment", each.text, box=to_fractions(each.box, layer.width, layer.height)) for each in layer.comments
    )


def _left_out(layer: TextLayer, page: int) -> str:
    """Return a sentence for each kind of content that was left out or is not visible; "" if there is none."""
    sentences = []
    if layer.hidden:
        words = "1 word" if layer.hidden == 1 else f"{layer.hidden} words"
        sentences.append(f"Page {page} holds {words} that no viewer shows: left out.")
    if layer.files:
        count, which = len(layer.files), ", ".join(layer.files[:_NAMED_FILES])
        files = "1 attached file, which is" if count == 1 else f"{count} attached files, which are"
        more = ", ..." if count > _NAMED_FILES else ""
        sentences.append(f"Page {page} has {files} no part of what is read here: {which}{more}.")
    return " ".join(sentences)


def is_legible(layer: TextLayer) -> bool:
    """Return whether the text layer is the page's text: no garbage, and more than a few words on a scan or outlines."""
    words = layer.words
    if not words or layer.outlined or is_garbage(layer.text):
        return False
    return len(words) >= SCAN_WORDS or not _lies_over_scan(layer)


def _lies_over_scan(layer: TextLayer) -> bool:
    """Return whether a picture covers so much of the page that it is a scan, or the background of a slide."""
    page = Box(0, 0, layer.width, layer.height)
    return any(overlap(image, page) > SCAN_SHARE * area(page) for image in layer.images)
