"""Stored images of pages: the same pixels whichever way they are encoded."""

from __future__ import annotations

import io
import zlib
from typing import Any

import numpy as np
import pymupdf
import pytest
from PIL import Image

from loaders.pages.rendering import encode_pixmap


def pixmap(pixels: np.ndarray[Any, Any]) -> Any:
    """Return a pixmap of the PDF library with these RGB pixels."""
    height, width = pixels.shape[:2]
    return pymupdf.Pixmap(pymupdf.csRGB, width, height, pixels.tobytes(), False)


def flat(width: int, height: int) -> np.ndarray[Any, Any]:
    """Return a white page with some grey print."""
    page = np.full((height, width, 3), 255, np.uint8)
    page[20:30, 10 : width - 10] = np.arange(width - 20, dtype=np.uint8)[None, :, None]
    return page


@pytest.mark.parametrize("width", [120, 121, 122, 123])
def test_a_flat_page_keeps_its_pixels(width: int) -> None:
    page = flat(width, 90)
    shot = encode_pixmap(pixmap(page))
    image = Image.open(io.BytesIO(shot.png))
    assert (image.mode, image.size) == ("L", (width, 90))
    assert (shot.width, shot.height) == (width, 90)
    assert np.array_equal(np.asarray(image), page[:, :, 0])


def test_a_coloured_page_keeps_its_colours() -> None:
    page = flat(120, 90)
    page[50:60, 40:80] = (200, 30, 90)
    image = Image.open(io.BytesIO(encode_pixmap(pixmap(page)).png))
    image.verify()
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(encode_pixmap(pixmap(page)).png))), page)


def test_a_picture_keeps_its_pixels_and_is_packed_with_filters() -> None:
    across, down = np.meshgrid(np.arange(256), np.arange(200))
    page = np.stack([across, (across + down) % 256, down], axis=2).astype(np.uint8)
    shot = encode_pixmap(pixmap(page))
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(shot.png))), page)
    assert len(shot.png) < page.size / 20  # rows as they are take a third of the pixels


@pytest.mark.parametrize(("smooth", "rule"), [(False, 0), (True, 2)])
def test_grey_rows_are_packed_as_they_are_where_a_scanner_left_noise(smooth: bool, rule: int) -> None:
    """A scan is smaller and four times as fast without differences between rows; a photograph is smaller with them."""
    noise = np.random.default_rng(1).integers(0, 3 if smooth else 40, (600, 300))
    grey = noise + (np.arange(300)[None, :] / 2 if smooth else 200)
    page = np.repeat(grey.astype(np.uint8)[:, :, None], 3, axis=2)
    png = encode_pixmap(pixmap(page)).png
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(png))), page[:, :, 0])
    at = png.index(b"IDAT") + 4
    assert set(zlib.decompress(png[at:-16])[:: 300 + 1]) == {rule}


@pytest.mark.parametrize("colour", [False, True])
def test_an_image_that_is_looked_at_once_keeps_its_pixels_and_is_not_made_small(colour: bool) -> None:
    page = flat(120, 90)
    if colour:
        page[50:60, 40:80] = (200, 30, 90)
    shot, small = encode_pixmap(pixmap(page), small=False), encode_pixmap(pixmap(page))
    image = Image.open(io.BytesIO(shot.png))
    assert np.array_equal(np.asarray(image.convert("RGB")), page)
    assert image.mode == ("RGB" if colour else "L")
    assert shot[1:] == small[1:]
    assert len(shot.png) > np.asarray(image).size > len(small.png)


@pytest.mark.parametrize(("level", "rows"), [(209, 10), (0, 3), (210, 0), (255, 0)])
def test_ink_is_the_share_of_what_differs_from_the_ground_by_more_than_noise(level: int, rows: int) -> None:
    page = np.full((100, 100, 3), 250, np.uint8)
    page[20:25] = 0
    page[40 : 40 + max(rows, 8)] = 250
    page[40 : 40 + (rows or 8)] = level
    assert encode_pixmap(pixmap(page)).ink == pytest.approx(0.05 + rows / 100)


@pytest.mark.parametrize("channel", [0, 1, 2])
@pytest.mark.parametrize("place", [0, 65535, 65536, 120 * 600 - 1])
def test_a_single_pixel_of_colour_keeps_its_colour(place: int, channel: int) -> None:
    """Also the pixels before and after 65536, where one compared block ends and the next begins."""
    page = flat(120, 600)
    page.reshape(-1, 3)[place, channel] = 251
    image = Image.open(io.BytesIO(encode_pixmap(pixmap(page)).png))
    assert image.mode == "RGB"
    assert np.array_equal(np.asarray(image), page)


@pytest.mark.parametrize(("ground", "most"), [(255, 255), (230, 255), (180, 220)])
def test_ink_is_what_differs_from_the_most_frequent_level(ground: int, most: int) -> None:
    """Levels up to 40 from the ground are paper, to both sides."""
    page = np.full((100, 100, 3), ground, np.uint8)
    page[10:20, 10:60] = most
    page[30:40, 10:60] = ground - 40
    page[50:60, 10:60] = ground - 41
    assert encode_pixmap(pixmap(page)).ink == pytest.approx(500 / 10_000)
    page[70:80, 10:60] = min(255, ground + 41)
    assert encode_pixmap(pixmap(page)).ink == pytest.approx((1_000 if ground + 41 < 256 else 500) / 10_000)


def test_dust_is_no_ink_wherever_it_lies_and_a_stroke_is() -> None:
    """Pixels within three of each other are counted together: six are a stroke, five are dust."""
    page = np.full((300, 200, 3), 255, np.uint8)
    page[5:295:10, 10:190:10] = 0
    assert encode_pixmap(pixmap(page)).ink == 0
    page[150, 100:103] = page[153, 100:103] = 0  # with the dust at (155, 100), 5 rows below, out of reach
    assert encode_pixmap(pixmap(page)).ink == pytest.approx(6 / page[:, :, 0].size)
    page[153, 102] = 255
    assert encode_pixmap(pixmap(page)).ink < 6 / page[:, :, 0].size
