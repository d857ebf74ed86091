"""Marks on cited pages: each quote as a highlight annotation with its number, for any PDF viewer.

Functions take pages and shapes of the PDF library as they are; `loaders/pdf/document.py` alone imports it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from loaders.errors import SourceError
from loaders.types import Box

_PROVEN, _SEEN = (1.0, 0.87, 0.25), (0.98, 0.62, 0.55)  # yellow; red where the statement is not proven
_INK = (0.1, 0.1, 0.1)
_LABEL_SIZE, _LABEL_HEIGHT, _DIGIT_WIDTH = 8, 11, 5  # points
_LARGE = 0.5
"""Share of the page from which a box is framed, not highlighted: it is the whole page of a citation from an image."""


class Mark(NamedTuple):
    """A quote to mark on a page."""

    number: int
    """Its number in the answer."""
    boxes: tuple[Box, ...]
    """A rectangle for each line, as fractions of the page as it is shown; () where its place is not known."""
    text: str
    """The text of the annotation: the quote, and the source of its words."""
    proven: bool = True
    """Whether the words are in the page's text or OCR, and no check contradicts the statement about them."""


class ProofPage(NamedTuple):
    """A page of a proof: copied from its file if that exists and can be opened, else from its image."""

    title: str
    """The name of the page in the outline."""
    path: str
    """The PDF file that it is taken from; "" for none."""
    number: int
    """Its number in the file, from 1."""
    png: bytes
    """Its image, b"" if there is none."""
    dpi: int
    """The resolution of the image."""
    marks: tuple[Mark, ...]


def write(library: Any, errors: tuple[type[Exception], ...], title: str, pages: Sequence[ProofPage]) -> bytes:
    """Return a PDF of these pages with their marks as annotations, and an outline.

    Args:
        library: The PDF library.
        errors: The errors that it raises for damaged files.
        title: The title of the PDF.
        pages: The pages in their order.
    """
    proof = library.open()
    for page in pages:
        if not (page.path and _copied(library, errors, proof, page)):
            _add_image(library, proof, page)
        proof[-1].remove_rotation()
        _annotate(proof[-1], page.marks)
    proof.set_toc([[1, page.title, at] for at, page in enumerate(pages, 1)])
    proof.set_metadata({"title": title, "producer": "PageWitness"})
    return bytes(proof.tobytes(garbage=3, deflate=True))


def _copied(library: Any, errors: tuple[type[Exception], ...], proof: Any, page: ProofPage) -> bool:
    """Append a page as its file has it; return False for a file that is encrypted, or damaged since it was read."""
    try:
        with library.open(page.path) as source:
            if source.needs_pass:
                return False
            proof.insert_pdf(source, from_page=page.number - 1, to_page=page.number - 1, links=False)
            return True
    except errors:
        return False


def _add_image(library: Any, proof: Any, page: ProofPage) -> None:
    """Append a page as its image."""
    if not page.png:
        raise SourceError(f"{page.title} has neither its file nor its image any more: read the document again.")
    image = library.Pixmap(page.png)
    scale = 72 / page.dpi
    sheet = proof.new_page(width=image.width * scale, height=image.height * scale)
    sheet.insert_image(sheet.rect, stream=page.png)


def _annotate(page: Any, marks: Sequence[Mark]) -> None:
    """Add the marks to an upright page of the PDF library."""
    unplaced = 0
    for mark in marks:
        rectangles = [_on_page(page, box) for box in mark.boxes]
        if rectangles:
            large = any((box.x1 - box.x0) * (box.y1 - box.y0) > _LARGE for box in mark.boxes)
            _finish(page.add_rect_annot(rectangles[0]) if large else page.add_highlight_annot(rectangles), mark)
        else:
            unplaced += 1
        _add_number(page, mark, rectangles, unplaced)


def _on_page(page: Any, box: Box) -> Any:
    width, height = page.rect.width, page.rect.height
    return page.rect.__class__(box.x0 * width, box.y0 * height, box.x1 * width, box.y1 * height)


def _finish(annotation: Any, mark: Mark) -> None:
    annotation.set_info(title=f"[{mark.number}]", content=mark.text)
    annotation.set_colors(stroke=_PROVEN if mark.proven else _SEEN)
    annotation.update()


def _add_number(page: Any, mark: Mark, rectangles: Sequence[Any], unplaced: int) -> None:
    """Write the mark's number left of its first line, or over it at the edge; at the page's top if it has no place."""
    text = f"[{mark.number}]"
    width = _DIGIT_WIDTH * len(text) + 4
    if rectangles:
        first = rectangles[0]
        x0, y0 = first.x0 - width - 1, (first.y0 + first.y1 - _LABEL_HEIGHT) / 2
        if x0 < 0:
            x0, y0 = max(0.0, first.x0), first.y0 - _LABEL_HEIGHT
    else:
        x0, y0 = 4.0, 4.0 + (unplaced - 1) * (_LABEL_HEIGHT + 2)
    place = page.rect.__class__(x0, max(0.0, y0), x0 + width, max(0.0, y0) + _LABEL_HEIGHT)
    colour = _PROVEN if mark.proven else _SEEN
    label = page.add_freetext_annot(place, text, fontsize=_LABEL_SIZE, text_color=_INK, fill_color=colour, align=1)
    label.set_info(title=text, content=text if rectangles else f"{text} {mark.text}")
    label.update()
