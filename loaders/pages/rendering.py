"""Renderings of pages: PNG encoding and the share of ink."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from isal import isal_zlib
from numpy.typing import NDArray
from PIL import Image

from loaders.types import MIN_INK

INK_CONTRAST = 40
"""Grey levels of 255 by which a pixel must differ from the background: the noise of an office scan stays below 30."""


SPECK = 5
"""Dark pixels that lie alone (nothing else within three pixels) and are dust or noise; a full stop has 12 at 150 dpi,
a hairline passes with any length."""

EDGE = 0.015
"""Share of the page at each edge where a scanner leaves shadows; 3 mm of A4, nearer the edge than page numbers."""

FLAT = 0.8
"""Share of background from which a page's image is stored without filters. On 30 digital pages with .83 or more
background this takes 5-17 ms instead of 11-44, and .82-1.01 of the bytes; with pictures it takes more."""

DARK_GROUND = 128
"""Grey level of the background below which a page without print is not called blank: a black scan, a coloured
divider."""

PALE_CONTRAST = 12
"""Grey levels of 255 by which pale print differs from the paper around it. Print that shows through from the back of a
sheet differs by less; the sensor's noise is measured on the page, and must be exceeded by NOISE times its deviation."""

NOISE = 6.0

_PALE_SPECKS = 6, 16  # pixels: as SPECK, and after smoothing; a hairline has 7, the stroke of a letter 20 and more
_AROUND = 20  # pixels to each side: the paper around a stroke
_FAINT = 0.02  # share of ink above which a page is never blank, so that cleaning is skipped
_REACH = 3
_WHITE = 255
_BLOCK = 3 * 2**16  # bytes; it ends with a whole pixel
_WITHIN_PIXELS = np.tile(np.array([_WHITE, _WHITE, 0], np.uint8), _BLOCK // 3)  # not between two pixels
_PLAIN, _DIFFERENCES = 0, 2  # filters of PNG: none, and the row above
_SAMPLE, _SAMPLED = 33, 256  # rows that are compressed to see how that is done best, of how many
_HALO = 8  # pixels around dust that JPEG changes: its blocks have that side


class Rendering(NamedTuple):
    """A rendered page or part of one; sizes in pixels, `ink` is the share of pixels unlike the background."""

    png: bytes
    width: int
    height: int
    ink: float


class ImageJob(NamedTuple):
    """The stored image of a page for a worker process, which reads it by OCR; `ocr_languages` is as in `PageJob`."""

    png: bytes
    page: int
    ocr_languages: str = "auto"


def encode_pixmap(pixmap: Any, small: bool = True) -> Rendering:
    """Encode the PDF library's `pixmap` as a PNG, compressed well if `small`, with one channel if all is grey.

    `pixmap` has one channel or three. Most pages are grey: it takes 20 ms in place of 45, and a third less space.
    """
    levels: NDArray[Any]
    pixels: NDArray[Any]
    if pixmap.n == 1:
        pixels = levels = _rows_of(pixmap)[:, : pixmap.width]
    elif _is_grey(pixels := rgb_pixels(pixmap)):
        pixels = levels = np.ascontiguousarray(pixels[:, :, 0])
    else:
        red, green, blue = np.moveaxis(pixels, 2, 0)
        sums = red.astype(np.uint16)  # numpy's mean over three channels takes 40 ms, this 3
        sums += green
        sums += blue
        sums //= 3
        levels = sums.astype(np.uint8)
    background, share = _background(levels)
    png = small_png(pixels, flat=share >= FLAT) if small else packed_png(pixels)
    return Rendering(png, pixmap.width, pixmap.height, ink_share(levels, background))


def rgb_pixels(pixmap: Any) -> NDArray[Any]:
    """Return the PDF library's `pixmap` as an array of rows of RGB pixels, which shares its memory."""
    return _rows_of(pixmap)[:, : pixmap.width * 3].reshape(pixmap.height, pixmap.width, 3)


def _rows_of(pixmap: Any) -> NDArray[Any]:
    return np.frombuffer(pixmap.samples_mv, dtype=np.uint8).reshape(pixmap.height, pixmap.stride)


def _is_grey(pixels: NDArray[Any]) -> bool:
    """Return whether the three channels of each pixel are equal.

    Neighbouring bytes are compared, a block that stays in the processor's cache at a time: 1 ms a page, comparing the
    channels takes 3.5.
    """
    flat = pixels.reshape(-1)
    for start in range(0, flat.size, _BLOCK):
        block = flat[start : start + _BLOCK]
        if ((block[:-1] ^ block[1:]) & _WITHIN_PIXELS[: block.size - 1]).max():
            return False
    return True


def packed_png(pixels: NDArray[Any]) -> bytes:
    """Encode grey levels or RGB as a PNG that is as large as they are: 10 ms a page, to be decoded at once."""
    return _png(pixels, _PLAIN, _stored)


def small_png(pixels: NDArray[Any], *, flat: bool = False) -> bytes:
    """Encode grey levels or RGB as a PNG that is compressed well; `flat` says that most of it is background.

    Of 14 pages with pictures or a scanner's noise, the differences of rows take .98 to 1.06 of the bytes that Pillow's
    search for a filter for each row takes, and half of its time: 114 ms in place of 233, 36 in place of 66.
    """
    if flat or _is_grain(pixels):
        return _png(pixels, _PLAIN, _small)
    return _png(pixels, _DIFFERENCES, lambda rows: zlib.compress(rows, 3))


def _is_grain(pixels: NDArray[Any]) -> bool:
    """Return whether rows of one channel are compressed as well as they are as by their differences.

    So it is where a scanner's noise is all over the page, and not in a photograph. Some rows of all parts of the page
    are compressed in both ways: 2 ms. Four pages of an office scan took 97 to 139 ms with filters and take 8, with
    .98 to 1.04 of the bytes; pages of three channels would have 1.3 times as many.
    """
    if pixels.ndim == 3 or len(pixels) < _SAMPLED:
        return False
    rows = pixels[: len(pixels) // _SAMPLED * _SAMPLED].reshape(-1, _SAMPLED, pixels.shape[1])[:, :_SAMPLE]
    plain, differences = np.ascontiguousarray(rows[:, 1:]), np.diff(rows, axis=1)
    return len(_small(plain.data)) <= len(_small(differences.data))


def _small(rows: memoryview) -> bytes:
    # 2.1 ms and 181 kB a page of running text; zlib takes 10.7 for 185 kB at level 2, 9.8 for 189 kB at level 1.
    packed: bytes = isal_zlib.compress(rows, 1)
    return packed


def _stored(rows: memoryview) -> bytes:
    return zlib.compress(rows, 0)


def _png(pixels: NDArray[Any], rule: int, compress: Callable[[memoryview], bytes]) -> bytes:
    """Encode grey levels or RGB as a PNG whose rows are compressed as they are, or as differences to the row before."""
    height, width = pixels.shape[:2]
    levels = pixels.reshape(height, -1)
    rows = np.full((height, levels.shape[1] + 1), rule, np.uint8)  # each row begins with the number of its filter
    rows[:, 1:] = levels
    if rule == _DIFFERENCES:
        rows[1:, 1:] -= levels[:-1]
    colour = 2 if pixels.ndim == 3 else 0
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)),
        (b"IDAT", compress(rows.data)),
        (b"IEND", b""),
    )
    chunks = (
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def ink_share(grey: NDArray[Any], background: int | None = None) -> float:
    """Return the share of pixels (0-1) that differ from the most frequent grey level; 0 for a blank page.

    If there is little ink, dust, sensor noise and shadows at the edges are not counted, so that the empty back of a
    scanned page is blank. If nothing is left, pale print is searched for. A page that is dark all over has the share 1.
    `background` is the most frequent grey level if that is known.
    """
    if background is None:
        background, _ = _background(grey)
    if background < DARK_GROUND:
        return 1.0
    paper = grey >= background - INK_CONTRAST
    if background + INK_CONTRAST < _WHITE:
        paper &= grey <= background + INK_CONTRAST
    share = 1 - int(np.count_nonzero(paper)) / grey.size
    if share > _FAINT:
        return share
    dark = ~paper
    solid = _solid(_inner(dark), SPECK)
    if solid.sum() < MIN_INK * dark.size:
        dust = _sums(_inner(dark) & ~solid, _HALO) > 0
        solid = _pale(_inner(grey).astype(np.int16)) & ~dust
    return float(solid.sum() / dark.size)


def _background(grey: NDArray[Any]) -> tuple[int, float]:
    """Return the most frequent grey level, and the share of pixels that have it.

    Most pages are mostly white, which takes .3 ms to count; the counts of all levels take 3 to 5.
    """
    white = int(np.count_nonzero(grey == _WHITE)) / grey.size
    if white > 1 / 2:
        return _WHITE, white
    counts = Image.fromarray(np.ascontiguousarray(grey, dtype=np.uint8)).histogram()
    most = max(counts)
    return counts.index(most), most / grey.size


def _pale(values: NDArray[Any]) -> NDArray[np.bool_]:
    """Return the pixels of faint print: those that differ from the paper around them and from the noise of the page."""
    ground = _sums(values, _AROUND) / _sums(np.ones_like(values), _AROUND)
    single, smooth = np.abs(values - ground), np.abs(_sums(values, 1) / _sums(np.ones_like(values), 1) - ground)
    return _solid(_differs_from_noise(single), _PALE_SPECKS[0]) | _solid(_differs_from_noise(smooth), _PALE_SPECKS[1])


def _differs_from_noise(contrast: NDArray[Any]) -> NDArray[np.bool_]:
    deviation = 1.5 * float(np.median(contrast))  # of a normal distribution, which little print does not change
    found: NDArray[np.bool_] = contrast > max(PALE_CONTRAST, NOISE * deviation)
    return found


def _inner(pixels: NDArray[Any]) -> NDArray[Any]:
    """Return the page without its edges."""
    top, left = (int(EDGE * side) for side in pixels.shape)
    return pixels[top : pixels.shape[0] - top, left : pixels.shape[1] - left]


def _solid(dark: NDArray[np.bool_], speck: int) -> NDArray[np.bool_]:
    """Return the dark pixels with more than `speck` dark ones around them."""
    solid: NDArray[np.bool_] = dark & (_dark_around(dark) > speck)
    return solid


def _dark_around(dark: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Return for each pixel how many are dark in the square of 7 by 7 around it.

    `_sums` took two thirds of the time in which a page with little print is read, such as a note: 75 ms, this takes 8
    with all that is counted here (a busy machine).
    """
    counts = np.pad(dark.view(np.uint8), _REACH)
    for axis in range(2):
        one = np.moveaxis(counts, axis, 0)
        two = one[:-1] + one[1:]
        four = two[:-2] + two[2:]
        counts = np.moveaxis(four[:-3] + two[4:-1] + one[6:], 0, axis)
    return counts


def _sums(values: NDArray[Any], reach: int) -> NDArray[Any]:
    """Return for each pixel the sum over the square that extends `reach` pixels to each side."""
    size = 2 * reach + 1
    sums = np.pad(np.pad(values, reach).cumsum(0, dtype=np.int32).cumsum(1, dtype=np.int32), ((1, 0), (1, 0)))
    around: NDArray[Any] = sums[size:, size:] - sums[:-size, size:] - sums[size:, :-size] + sums[:-size, :-size]
    return around
