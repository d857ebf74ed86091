"""Drawing on page images."""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image, ImageChops, ImageDraw

from loaders.types import Box

MIN_WIDTH, MAX_WIDTH = 32, 3000
_MARKER, _LINE = (255, 226, 92), (214, 143, 0)
_QUALITY = 85


def picture(png: bytes, width: int | None, form: str, boxes: Sequence[Box]) -> bytes:
    """A stored page at most `width` pixels wide (never larger than it was rendered), with `boxes` marked."""
    with Image.open(io.BytesIO(png)) as stored:
        page = stored.convert("RGB")
    if width and width < page.width:
        page = page.resize((width, max(1, round(page.height * width / page.width))), Image.Resampling.LANCZOS)
    if boxes:
        page = _marked(page, boxes)
    out = io.BytesIO()
    if form == "webp":
        page.save(out, "WEBP", quality=_QUALITY, method=2)
    else:
        page.save(out, "PNG", compress_level=3)
    return out.getvalue()


def _marked(page: Image.Image, boxes: Sequence[Box]) -> Image.Image:
    """As a highlighter does: the paper takes the colour, the ink stays black; a line below needs no colour.

    Where rectangles overlap, as those of lines of a skewed scan do, the colour is not laid on twice.
    """
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
    marked = Image.composite(ImageChops.multiply(page, Image.new("RGB", page.size, _MARKER)), page, mask)
    for left, _, right, bottom in areas:
        ImageDraw.Draw(marked).line([(left, bottom - 1), (right - 1, bottom - 1)], fill=_LINE, width=max(1, pad // 2))
    return marked
