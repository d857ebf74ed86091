from __future__ import annotations

import io
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from loaders.errors import SourceError
from loaders.pages.images import image_pages, render_image


def picture(mode: str = "RGB", size: tuple[int, int] = (60, 30)) -> Image.Image:
    """White, with a black upper left quarter."""
    image = Image.new("L", size, 255)
    image.paste(0, (0, 0, size[0] // 2, size[1] // 2))
    return image.convert(mode)


def decoded(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("L"))


@pytest.mark.parametrize(("name", "mode"), [("a.png", "RGB"), ("a.jpg", "CMYK"), ("a.webp", "RGB"), ("a.tif", "1")])
def test_every_image_format_is_rendered_as_png(tmp_path: Path, name: str, mode: str) -> None:
    path = tmp_path / name
    picture(mode).save(path)
    assert image_pages(path) == 1
    shot = render_image(path, 1, 3000)
    assert (shot.width, shot.height) == (60, 30)
    pixels = decoded(shot.png)
    assert pixels[2, 2] < 40
    assert pixels[25, 50] > 215
    assert shot.ink == pytest.approx(0.25, abs=0.03)


def test_a_tiff_has_pages(tmp_path: Path) -> None:
    path = tmp_path / "fax.tiff"
    picture().save(path, save_all=True, append_images=[Image.new("RGB", (20, 10), "white")])
    assert image_pages(path) == 2
    assert render_image(path, 2, 3000)[1:] == (20, 10, 0.0)


def test_exif_orientation_is_applied(tmp_path: Path) -> None:
    path = tmp_path / "phone.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright: turn by 90 degrees clockwise
    picture().save(path, exif=exif)
    shot = render_image(path, 1, 3000)
    assert (shot.width, shot.height) == (30, 60)
    assert decoded(shot.png)[2, 27] < 40


def test_transparent_pixels_are_white_and_16_bits_are_scaled(tmp_path: Path) -> None:
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(tmp_path / "clear.png")
    assert decoded(render_image(tmp_path / "clear.png", 1, 100).png).min() == 255
    deep = np.full((10, 10), 60000, dtype=np.uint16)
    deep[:5] = 1000
    Image.fromarray(deep).save(tmp_path / "deep.png")
    pixels = decoded(render_image(tmp_path / "deep.png", 1, 100).png)
    assert (pixels[2, 2], pixels[8, 8]) == (0, 255)


def test_large_images_are_scaled_down(tmp_path: Path) -> None:
    path = tmp_path / "large.jpg"
    picture("RGB", (2400, 1200)).save(path)
    shot = render_image(path, 1, 600)
    assert (shot.width, shot.height) == (600, 300)


@pytest.mark.parametrize("content", [b"", b"no image", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"])
def test_a_file_that_is_not_an_image_is_refused_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "fake.png"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=r"not an image|damaged"):
        image_pages(path)


def test_a_cut_image_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cut.png"
    Image.effect_noise((200, 200), 50).save(path)
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(SourceError, match="damaged"):
        image_pages(path)


@pytest.mark.heavy
def test_a_photograph_of_48_megapixels_is_shown_in_time(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    Image.new("RGB", (8000, 6000), (200, 210, 220)).save(path)
    started = time.process_time()
    assert image_pages(path) == 1
    shot = render_image(path, 1, 3000)
    assert max(shot.width, shot.height) == 3000
    assert time.process_time() - started < 20


def test_a_small_picture_under_the_name_of_a_pdf_is_no_page(tmp_path: Path) -> None:
    picture().save(tmp_path / "a.pdf", "PNG")
    with pytest.raises(SourceError, match=r"is not a PDF file but an image of 60 x 30 pixels"):
        image_pages(tmp_path / "a.pdf")
