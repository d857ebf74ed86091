"""Images of pages for the browser: scaled down, never up, and highlighted once where rectangles overlap."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image
from starlette.requests import Request

from loaders.types import Box
from web.page_images import render_page
from web.pages import _boxes
from web.responses import WebError, query_number


def page(width: int = 400, height: int = 200, color: str = "white") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), color).save(out, "PNG")
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize(("width", "size"), [(100, (100, 50)), (3000, (400, 200)), (None, (400, 200))])
def test_a_page_is_scaled_down_but_not_up(width: int | None, size: tuple[int, int]) -> None:
    assert opened(render_page(page(), width, "png", [])).size == size


def test_it_has_the_format_that_is_asked_for() -> None:
    assert opened(render_page(page(), None, "webp", [])).format == "WEBP"
    assert opened(render_page(page(), None, "png", [])).format == "PNG"


def test_paper_is_coloured_and_ink_stays_black() -> None:
    box = Box(0.25, 0.25, 0.5, 0.5)
    white = np.asarray(opened(render_page(page(), None, "png", [box])))
    black = np.asarray(opened(render_page(page(color="black"), None, "png", [box])))
    assert tuple(white[75, 150]) == (255, 226, 92)
    assert tuple(white[150, 300]) == (255, 255, 255)
    assert tuple(black[75, 150]) == (0, 0, 0)


def test_rectangles_that_overlap_are_coloured_once() -> None:
    boxes = [Box(0.25, 0.25, 0.5, 0.5), Box(0.3, 0.25, 0.6, 0.7)]
    pixels = np.asarray(opened(render_page(page(), None, "png", boxes)))
    assert tuple(pixels[70, 150]) == (255, 226, 92)


def test_rectangles_are_read_from_the_address() -> None:
    assert _boxes("") == ()
    assert _boxes("0,0.5,1,0.75;.1,.2,.3,.4") == (Box(0, 0.5, 1, 0.75), Box(0.1, 0.2, 0.3, 0.4))


@pytest.mark.parametrize(
    "text",
    ["1,2,3", "0,0,1,2", "0.5,0,0.4,1", "a,b,c,d", "0,0,1,", ".,0,1,1", "-1,0,1,1", "nan,0,1,1", "0,0,1,1;" * 101],
)
def test_other_rectangles_are_refused(text: str) -> None:
    with pytest.raises(WebError) as caught:
        _boxes(text)
    assert caught.value.status == 422


def query(text: str) -> Request:
    return Request({"type": "http", "query_string": text.encode(), "headers": []})


def test_numbers_of_the_query_are_whole_and_within_limits() -> None:
    assert query_number(query(""), "width", 32, 3000) is None
    assert query_number(query("width=32"), "width", 32, 3000) == 32
    for text in ("31", "3001", "1e3", "-40", "40.0", "99999999", "", "٤٠", "four"):
        with pytest.raises(WebError, match="from 32 to 3000"):
            query_number(query(f"width={text}"), "width", 32, 3000)
