"""Pages that draw text alone, in black or dark, of which some is known without a look at each word."""

from __future__ import annotations

from typing import Any

from loaders.pdf.page_content import PageContent
from loaders.pdf.styled_words import CLIP, LIGHT, OBLIQUE, PAINT, TINY, rgb
from loaders.pdf.text_layer import TextLayer

_VECTOR = 3  # the type of a drawn shape among the blocks of a text page
_RGB = 0xFFFFFF  # the bits of a colour; white


def draws_dark_text_alone(page: Any, look: PageContent, layer: TextLayer) -> bool:
    """Return whether a page draws text alone, all of it dark, opaque, level and within the page, and no strike marks.

    Then no word can be hidden, struck out or a watermark: .3 ms in place of 3 for the comparison of single words.
    """
    if not look.draws_text_alone or _has_annotations(page):
        return False
    words = layer.words
    if not all(x0 >= 0 and y0 >= 0 and x1 <= layer.width and y1 <= layer.height for _, (x0, y0, x1, y1) in words):
        return False
    lines = [line for block in look.blocks for line in block["lines"]]
    return (
        not any("~~" in word.text for word in words)
        and all(min(map(abs, line["dir"])) <= OBLIQUE for line in lines)
        and all(_is_dark(span) for line in lines for span in line["spans"])
    )


def draws_black_alone(page: Any, look: PageContent) -> bool:
    """Return whether a page draws black text alone, and black or white lines and areas, so that its picture is grey.

    Rendered in one channel, it has the same pixels as in three: 2.3 ms in place of 3.8, and 2.1 fewer to find that the
    channels are equal and to copy one. `look` must have been read with its vectors.
    """
    paths = [kind for kind, _ in look.shown if kind.endswith("path")]
    shapes = [block["color"] for block in look.blocks if block["type"] == _VECTOR]
    if len(shapes) != len(paths) or not all(kind.endswith(("text", "path")) for kind, _ in look.shown):
        return False
    spans = (span for block in look.blocks for line in block.get("lines", ()) for span in line["spans"])
    grey = all(colour & _RGB in (0, _RGB) for colour in shapes) and all(span["color"] & _RGB == 0 for span in spans)
    return grey and not _may_have_colours(page)


def _has_annotations(page: Any) -> bool:
    try:
        return bool(page.first_annot)
    except Exception:  # MuPDF's own errors share no other class: a damaged one may be a strike mark
        return True


def _may_have_colours(page: Any) -> bool:
    """Return whether a page has annotations, form fields, or a font whose letters are drawings with their colours."""
    try:
        return bool(page.first_annot or page.first_widget) or any(font[2] == "Type3" for font in page.get_fonts())
    except Exception:  # as above: a damaged object may have any colour
        return True


def _is_dark(span: dict[str, Any]) -> bool:
    """Return whether a run of print is opaque, dark and large enough to be seen, or white space."""
    red, green, blue = rgb(span["color"])
    seen = span.get("char_flags", PAINT) & (PAINT | CLIP) and span.get("alpha", 255) == 255 and span["size"] >= TINY
    return bool(seen and max(red, green, blue) < LIGHT * 255) or not span["text"].strip()
