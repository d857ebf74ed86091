"""Look into a file, look at a page, render it, read it: functions that worker processes run.

`profile`, `render` and `read` never raise: whatever goes wrong with a page is a Failure, so that any executor can run
them.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from loaders.errors import SourceError
from loaders.geometry import area, centre, contains, overlap, to_fractions, words_to_fractions
from loaders.pages.images import image_pages, render_image
from loaders.pages.page_profile import FIGURE_SHARE, has_figures, profile_page
from loaders.pages.text_quality import is_garbage
from loaders.pdf.layout import build_blocks
from loaders.pdf.text_layer import Region, TextLayer
from loaders.sources.files import BOOK_SUFFIXES
from loaders.types import MIN_INK, Box, DocumentInfo, Failure, PageImage, PageJob, PageProfile, PageText, Word

if TYPE_CHECKING:
    from loaders.pdf.document import PdfFile

SCAN_SHARE = 0.5
"""Share of the page that one image must cover before the page is taken for a scan."""

SCAN_WORDS = 50
"""Words beside the image that a scan may carry (a stamp, a running footer) without being taken for a page of text."""

MAX_FIGURES = 8
"""Pictures of a page that are read, the largest first: at 1-3 s each, more would run into a page's time limit."""

_HEAD = 1024  # bytes in which a PDF may hide its header


def _open(path: Path, password: str | None) -> PdfFile:
    # Whoever only names these functions (the process that sends jobs to the workers) does not load the PDF library.
    from loaders.pdf.document import open_pdf

    return open_pdf(path, password)


def inspect(path: Path, password: str | None = None) -> DocumentInfo:
    """Return what a file says of itself; raise SourceError, or PasswordError if it is locked."""
    name = str(path)
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as exc:
        raise SourceError(f"{name!r} cannot be read ({exc.strerror}): check the path and its permissions.") from exc
    if not size:
        raise SourceError(f"{name!r} is empty (0 bytes): get a new copy of it.")
    kind = _kind(path)
    title = ""
    if kind != "image":
        pdf = _open(path, password)
        pages, title = pdf.pages, pdf.title
        if pages == 0:
            raise SourceError(f"{name!r} has no pages: it is damaged or empty, get a new copy of it.")
        if not pdf.has_sound_page():
            raise SourceError(f"{name!r} is damaged: none of its {pages} page(s) can be read, get a new copy of it.")
    else:
        pages = image_pages(path)
    return DocumentInfo(name, digest, kind, pages, title, size)


def profile(job: PageJob) -> PageProfile | Failure:
    """Say what reading a page will take, without rendering it; every error is a Failure. About 20 ms a page."""
    try:
        path = Path(job.path)
        if _kind(path) == "image":
            return PageProfile(job.page, legible=False, has_figures=True, needs_vision=True, empty=False, characters=0)
        layer = _open(path, job.password).layer(job.page)
        return profile_page(layer, job.page, legible=is_legible(layer))
    except Exception as exc:  # the contract of render and read
        return Failure("render_error", _sentence(job, "looked at", exc))


def render(job: PageJob) -> PageImage | Failure:
    """Render a page and say what its text layer holds; every error is a Failure."""
    try:
        return _render(job)
    except Exception as exc:  # the contract: a page may fail, the run may not
        return Failure("render_error", _sentence(job, "rendered", exc))


def read(job: PageJob) -> PageText | Failure:
    """Read a page: its text layer where that can be trusted, else by OCR; every error is a Failure."""
    try:
        path = Path(job.path)
        if _kind(path) != "image":
            pdf = _open(path, job.password)
            layer = pdf.layer(job.page)
            if is_legible(layer):
                return _read_layer(pdf, layer, job)
    except Exception as exc:
        return Failure("render_error", _sentence(job, "read", exc))
    image = render(job)
    return image if isinstance(image, Failure) else _ocr(image, job)


def is_legible(layer: TextLayer) -> bool:
    """Say whether the text layer is the page's text: present, no garbage, and not a few words beside a scan."""
    words = layer.words
    if not words or is_garbage(layer.text):
        return False
    page = Box(0, 0, layer.width, layer.height)
    for image in layer.images:
        if overlap(image, page) > SCAN_SHARE * area(page) and len(words) < SCAN_WORDS:
            return False
    return True


def _render(job: PageJob) -> PageImage:
    path = Path(job.path)
    if _kind(path) == "image":
        shot = render_image(path, job.page, job.max_side)
        return PageImage(job.page, shot.png, shot.width, shot.height, "", (), shot.ink, False, True)
    pdf = _open(path, job.password)
    layer = pdf.layer(job.page)
    shot = pdf.render(job.page, job.dpi, job.max_side)
    words = words_to_fractions(layer.words, layer.width, layer.height)
    image = PageImage(
        job.page, shot.png, shot.width, shot.height, layer.text, words, shot.ink, is_legible(layer), has_figures(layer)
    )
    if image.blank and pdf.has_lost_content(job.page):
        raise SourceError("its content is missing, the file is damaged or was cut off. Get a new copy of it.")
    return image


def _ocr(image: PageImage, job: PageJob) -> PageText | Failure:
    if image.ink < MIN_INK:
        return PageText(job.page, (), (), "ocr")
    try:
        from loaders.ocr.engine import read_image  # 1 s and 300 MB that pages with a text layer need not pay

        return read_image(image.png, job.page)
    except Exception as exc:
        return Failure("ocr_error", _sentence(job, "read by OCR", exc))


def _read_layer(pdf: PdfFile, layer: TextLayer, job: PageJob) -> PageText:
    try:
        regions = pdf.regions(job.page)
    except Exception:  # the layout model is a help; without it the text stands in the order of the content stream
        regions = []
    blocks, words = build_blocks(layer, regions, pdf.surroundings(job.page))
    page = PageText(job.page, blocks, words, "text-layer")
    for box in _unread_pictures(layer, regions):
        try:
            page = _with_figure(page, pdf, layer, box, job)
        except Exception as exc:  # a picture that fails must not cost the page its text
            page = replace(page, detail=_sentence(job, "read in full: OCR failed on a picture", exc))
    return page


def _unread_pictures(layer: TextLayer, regions: list[Region]) -> list[Box]:
    """Return pictures large enough to hold something and without a word of the text layer in them."""
    places = [region.box for region in regions if region.role == "picture"]
    places += [image for image in layer.images if not any(overlap(image, box) > 0.5 * area(image) for box in places)]
    whole = layer.width * layer.height
    large = [box for box in places if area(box) > FIGURE_SHARE * whole]
    silent = [box for box in large if not any(contains(box, centre(word.box)) for word in layer.words)]
    return sorted(silent, key=area, reverse=True)[:MAX_FIGURES]


def _with_figure(page: PageText, pdf: PdfFile, layer: TextLayer, box: Box, job: PageJob) -> PageText:
    """Add what OCR finds in a picture, before the first block that begins below it."""
    from loaders.ocr.engine import read_figure

    shot = pdf.render(job.page, job.dpi, job.max_side, box)
    if shot.ink < MIN_INK:
        return page
    found, words = read_figure(shot.png)
    if not found:
        return page
    place = to_fractions(box, layer.width, layer.height)
    figure = tuple(replace(block, box=_within(block.box, place)) for block in found if block.box)
    at = next((i for i, block in enumerate(page.blocks) if block.box and block.box.y0 >= place.y1), len(page.blocks))
    return replace(
        page,
        blocks=(*page.blocks[:at], *figure, *page.blocks[at:]),
        words=page.words + tuple(Word(word.text, _within(word.box, place)) for word in words),
        engine="text-layer+ocr",
    )


def _within(inner: Box, outer: Box) -> Box:
    width, height = outer.x1 - outer.x0, outer.y1 - outer.y0
    return to_fractions(
        Box(
            outer.x0 + inner.x0 * width,
            outer.y0 + inner.y0 * height,
            outer.x0 + inner.x1 * width,
            outer.y0 + inner.y1 * height,
        ),
        1.0,
        1.0,
    )


def _kind(path: Path) -> Literal["pdf", "image", "book"]:
    """Tell PDFs from images by content; a file that is called .pdf is opened as one, so that the error names it."""
    if path.suffix.lower() == ".pdf":
        return "pdf"
    if path.suffix.lower() in BOOK_SUFFIXES:
        return "book"
    with path.open("rb") as file:
        return "pdf" if b"%PDF-" in file.read(_HEAD) else "image"


def _sentence(job: PageJob, done: str, exc: Exception) -> str:
    cause = " ".join(str(exc).split())[:200] or type(exc).__name__
    return f"Page {job.page} of {Path(job.path).name!r} could not be {done}: {cause}"
