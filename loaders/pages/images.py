"""Image files, read by Pillow: PNG, JPEG, WebP, GIF, BMP, HEIC, and TIFF with one or more pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from loaders.errors import SourceError
from loaders.pages.models import OCR
from loaders.pages.rendering import Rendering, ink_share, packed_png, small_png
from loaders.types import PageImage, PageJob, PageProfile

FORMATS = ("PNG", "JPEG", "WEBP", "TIFF", "GIF", "BMP")
"""Formats that Pillow may decode, HEIC apart; its other decoders are never given a file."""

MAX_PIXELS = 120_000_000
"""Larger images are refused: decoded as RGB this is 360 MB. An A3 page at 600 dpi has 70 million pixels."""

MIN_SIDE = 100
"""Pixels of the longer side from which an image under another format's suffix is read as a page."""

_LIBRARY_ERRORS = (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError)


class ImageReader:
    """An image file, each page of which is one image without text (`DocumentReader`)."""

    title = ""

    def __init__(self, path: Path) -> None:
        """Take the file; it is opened for each call."""
        self._path = path

    @property
    def page_labels(self) -> tuple[str, ...]:
        """Return (): images name no pages."""
        return ()

    def page_count(self) -> int:
        """Return the number of pages; raise SourceError if the image is damaged."""
        return image_pages(self._path)

    def models(self) -> tuple[str, ...]:
        """Return the models that read each page."""
        return (OCR,)

    def profile(self, page: int) -> PageProfile:
        """Return the profile of a page that can only be read from its image."""
        return PageProfile(page, legible=False, has_figures=True, needs_vision=True, empty=False, characters=0)

    def render(self, job: PageJob) -> PageImage:
        """Return a page as a PNG; `job.dpi` is ignored, `job.max_side` applies."""
        shot = render_image(self._path, job.page, job.max_side, job.small)
        return PageImage(job.page, shot.png, shot.width, shot.height, "", (), shot.ink, legible=False, has_figures=True)

    def read(self, job: PageJob) -> None:
        """Return None: an image has no text of its own."""


def image_pages(path: Path) -> int:
    """Return the number of pages (TIFF frames, else 1); raise SourceError if it is not a sound image."""
    with _opened(path) as image:
        width, height = image.size
        if width * height > MAX_PIXELS:
            raise SourceError(f"{str(path)!r} has {width} x {height} pixels, more than can be read: scale it down.")
        if max(width, height) < MIN_SIDE and path.suffix.lower() in (".pdf", ".epub", ".docx"):
            raise SourceError(
                f"{str(path)!r} is not a {path.suffix[1:].upper()} file but an image of {width} x {height} pixels, too "
                "small for a page: get the file again."
            )
        pages = getattr(image, "n_frames", 1) if image.format == "TIFF" else 1
        try:
            image.load()
        except _LIBRARY_ERRORS as exc:
            raise SourceError(f"{str(path)!r} is damaged and cannot be decoded: get a new copy of it.") from exc
    return int(pages)


def render_image(path: Path, number: int, max_side: int, small: bool = True) -> Rendering:
    """Return page `number` as a PNG, turned as its EXIF data says, with no side over `max_side` pixels.

    With `small` the PNG is compressed well, otherwise fast.
    """
    with _opened(path) as image:
        if number > 1:
            image.seek(number - 1)
        if image.width * image.height > MAX_PIXELS:
            raise ValueError(f"it has {image.width} x {image.height} pixels, more than can be read. Scale it down.")
        # JPEG can be decoded at a half or a quarter of its size, which saves most of the memory.
        image.draft(None, (max_side, max_side))
        upright = ImageOps.exif_transpose(image)
        plain = _plain(upright)
    plain.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
    pixels = np.asarray(plain)
    png = small_png(pixels) if small else packed_png(pixels)
    return Rendering(png, plain.width, plain.height, ink_share(np.asarray(plain.convert("L"))))


@lru_cache(maxsize=1)
def _register_heif() -> bool:
    """Add HEIC to the formats that Pillow decodes; return False if its library is not installed."""
    try:
        from pillow_heif import register_heif_opener
    except ImportError:
        return False
    register_heif_opener(thumbnails=False)
    return True


def _is_heif(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(8)[4:] == b"ftyp"


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    heif = _is_heif(path)
    if heif and not _register_heif():
        raise SourceError(
            f"{str(path)!r} is a HEIC image, which needs a package: run `pip install 'pagewitness[offline]'`, or save "
            "it as a JPEG."
        )
    try:
        image = Image.open(path, formats=("HEIF",) if heif else FORMATS)
    except UnidentifiedImageError as exc:
        known = ", ".join(FORMATS)
        raise SourceError(
            f"{str(path)!r} is not an image that can be read ({known}): convert it to one of these."
        ) from exc
    except Image.DecompressionBombError as exc:
        most = MAX_PIXELS // 1_000_000
        raise SourceError(
            f"{str(path)!r} is too large: it has more than {most} million pixels; scale it down."
        ) from exc
    except _LIBRARY_ERRORS as exc:
        raise SourceError(f"{str(path)!r} is damaged and cannot be opened as an image: get a new copy of it.") from exc
    with image:
        yield image


def _plain(image: Image.Image) -> Image.Image:
    """Return the image in grey or RGB: transparency on white, 16 bits scaled to 8."""
    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        values = np.asarray(image, dtype=np.float64)
        low, high = float(values.min()), float(values.max())
        return Image.fromarray(((values - low) * (255.0 / max(high - low, 1.0))).astype(np.uint8))
    if image.has_transparency_data:
        layered = image.convert("RGBA")
        white = Image.new("RGBA", layered.size, "white")
        return Image.alpha_composite(white, layered).convert("RGB")
    return image.convert("L" if image.mode in ("1", "L") else "RGB")
