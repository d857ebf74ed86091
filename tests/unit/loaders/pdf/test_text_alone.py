"""Pages that draw black text alone: read in one look, and stored as the same grey picture that three channels give."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pymupdf
import pytest
from PIL import Image

from loaders.pages.rendering import encode_pixmap
from loaders.pdf.document import open_pdf
from loaders.pdf.page_content import PageContent

Draw = Callable[[Any], object]
_FLAGS = pymupdf.TEXT_MEDIABOX_CLIP


def _drawn(tmp_path: Path, draw: Draw) -> Path:
    path = tmp_path / "page.pdf"
    document: Any = pymupdf.open()
    page = document.new_page(width=420, height=595)
    page.insert_text((50, 80), "Revenue rose to 4,500 euros.", fontsize=11)
    draw(page)
    document.save(str(path))
    return path


BLACK: dict[str, Draw] = {
    "text": lambda page: page.insert_text((50, 100), "It fell afterwards.", fontsize=9),
    "transparent text": lambda page: page.insert_text((50, 100), "It fell afterwards.", fill_opacity=0.4),
    "black and white shapes": lambda page: (
        page.draw_line((50, 200), (300, 230), color=(0, 0, 0)),
        page.draw_rect((50, 300, 90, 340), color=(0, 0, 0), fill=(1, 1, 1)),
    ),
}

COLOURED: dict[str, Draw] = {
    "a red word": lambda page: page.insert_text((50, 100), "Loss", color=(1, 0, 0)),
    "a grey word": lambda page: page.insert_text((50, 100), "Loss", color=(0.4, 0.4, 0.4)),
    "a blue line": lambda page: page.draw_line((50, 200), (300, 200), color=(0, 0, 1)),
    "a marker": lambda page: page.add_highlight_annot((50, 70, 120, 84)),
    "a picture": lambda page: page.insert_image(
        (50, 200, 90, 240), pixmap=pymupdf.Pixmap(pymupdf.csRGB, 1, 1, bytes((200, 30, 90)), False)
    ),
    "a font of coloured drawings": lambda page: _with_drawn_font(page),
}


def _with_drawn_font(page: Any) -> None:
    """Write a page in a Type 3 font alone, whose letter is a red square of its own colour."""
    document = page.parent
    glyph, font = document.get_new_xref(), document.get_new_xref()
    document.update_object(glyph, "<<>>")
    document.update_stream(glyph, b"1000 0 d0 1 0 0 rg 0 0 800 800 re f")
    document.update_object(
        font,
        f"<</Type/Font/Subtype/Type3/FontBBox[0 0 1000 1000]/FontMatrix[.001 0 0 .001 0 0]/CharProcs<</a {glyph} 0 R>>"
        "/Encoding<</Type/Encoding/Differences[97/a]>>/FirstChar 97/LastChar 97/Widths[1000]/Resources<<>>>>",
    )
    shown = document.get_new_xref()
    document.update_object(shown, "<<>>")
    document.update_stream(shown, b"BT /Drawn 20 Tf 50 400 Td (aa) Tj ET")
    document.xref_set_key(page.xref, "Resources", f"<</Font<</Drawn {font} 0 R>>>>")
    document.xref_set_key(page.xref, "Contents", f"{shown} 0 R")


@pytest.mark.parametrize("kind", BLACK)
def test_a_black_page_is_rendered_in_one_channel_with_the_pixels_of_three(tmp_path: Path, kind: str) -> None:
    path = _drawn(tmp_path, BLACK[kind])
    document = open_pdf(path)
    assert document.layer(1).black
    in_three = pymupdf.open(path)[0].get_pixmap(matrix=pymupdf.Matrix(2, 2), alpha=False)
    assert document.render(1, dpi=144, max_side=3000) == encode_pixmap(in_three)


@pytest.mark.parametrize("kind", COLOURED)
def test_a_page_that_may_have_colours_is_rendered_in_three_channels(tmp_path: Path, kind: str) -> None:
    path = _drawn(tmp_path, COLOURED[kind])
    document = open_pdf(path)
    assert not document.layer(1).black
    shot = np.asarray(Image.open(io.BytesIO(document.render(1, dpi=144, max_side=3000).png)))
    assert shot.ndim == (2 if kind == "a grey word" else 3)


@pytest.mark.parametrize(("kind", "again"), [("text", False), ("black and white shapes", True)])
def test_a_page_is_read_again_with_its_shapes_only_if_it_has_any(tmp_path: Path, kind: str, again: bool) -> None:
    page = pymupdf.open(_drawn(tmp_path, BLACK[kind]))[0]
    content = PageContent(page, _FLAGS)
    look = content.with_vectors(pymupdf.TEXT_COLLECT_VECTORS)
    assert (look is not content) is again
    assert any(block["type"] == 3 for block in look.blocks) is again
