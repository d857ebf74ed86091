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
    for box in boxes:
        _mark(page, box)
    out = io.BytesIO()
    if form == "webp":
        page.save(out, "WEBP", quality=_QUALITY, method=2)
    else:
        page.save(out, "PNG", compress_level=3)
    return out.getvalue()


def _mark(page: Image.Image, box: Box) -> None:
    """As a highlighter does: the paper takes the colour, the ink stays black; a line below needs no colour to be seen."""
    pad = max(1, round(page.width * 0.003))
    left, top = max(0, int(box.x0 * page.width) - pad), max(0, int(box.y0 * page.height) - pad)
    right = min(page.width, max(left + 2, int(box.x1 * page.width) + pad))
    bottom = min(page.height, max(top + 2, int(box.y1 * page.height) + pad))
    if left >= right or top >= bottom:
        return
    area = page.crop((left, top, right, bottom))
    page.paste(ImageChops.multiply(area, Image.new("RGB", area.size, _MARKER)), (left, top))
    ImageDraw.Draw(page).line([(left, bottom - 1), (right - 1, bottom - 1)], fill=_LINE, width=max(1, pad // 2))
