"""Page images for the browser: scaled to a width, with rectangles highlighted."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from loaders.types import Box

if TYPE_CHECKING:
    from PIL import Image

MIN_WIDTH_PX, MAX_WIDTH_PX = 32, 3000
_HIGHLIGHT_RGB, _UNDERLINE_RGB = (255, 226, 92), (214, 143, 0)
_WEBP_QUALITY = 85


def render_page(png: bytes, width: int | None, form: str, boxes: Sequence[Box]) -> bytes:
    """Return a stored page image, scaled and highlighted.

    Args:
        png: The stored image.
        width: The largest width in pixels; the image is never enlarged.
        form: "png" or "webp".
        boxes: Rectangles to highlight, as fractions of the page.
    """
    from PIL import Image  # loaded with the first image, not at the start of a server

    with Image.open(io.BytesIO(png)) as stored:
        page = stored.convert("RGB")
    if width and width < page.width:
        page = page.resize((width, max(1, round(page.height * width / page.width))), Image.Resampling.LANCZOS)
    if boxes:
        page = _highlighted(page, boxes)
    out = io.BytesIO()
    if form == "webp":
        page.save(out, "WEBP", quality=_WEBP_QUALITY, method=2)
    else:
        page.save(out, "PNG", compress_level=3)
    return out.getvalue()


def _highlighted(page: Image.Image, boxes: Sequence[Box]) -> Image.Image:
    """Colour the paper and leave the ink black, as a highlighter does; the underline is also visible without colour.

    Where rectangles overlap, as those of a skewed scan's lines do, the colour is applied once.
    """
    from PIL import Image, ImageChops, ImageDraw

    pad = max(1, round(page.width * 0.003))
    areas = [
        (
            max(0, int(box.x0 * page.width) - pad),
            max(0, int(box.y0 * page.height) - pad),
            min(page.width, int(box.x1 * page.width) + pad + 1),
            min(page.height, int(box.y1 * page.height) + pad + 1),
        )
        for box in boxes
    ]
    mask = Image.new("1", page.size)
    for area in areas:
        ImageDraw.Draw(mask).rectangle(area, fill=1)
    marked = Image.composite(ImageChops.multiply(page, Image.new("RGB", page.size, _HIGHLIGHT_RGB)), page, mask)
    for left, _, right, bottom in areas:
        ImageDraw.Draw(marked).line(
            [(left, bottom - 1), (right - 1, bottom - 1)], fill=_UNDERLINE_RGB, width=max(1, pad // 2)
        )
    return marked
