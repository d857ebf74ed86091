"""Page profiles computed from content streams."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pymupdf
import pytest
from PIL import Image

from loaders.pages.page_profile import MIN_MATH, MIN_RULES, profile_page
from loaders.pages.reader import profile
from loaders.pages.rendering import ink_share
from loaders.pdf.text_layer import Line, TextLayer
from loaders.types import MIN_INK, Box, Failure, PageImage, PageJob, PageProfile, Word
from tests.conftest import MakePdf

TEXT = "The winch cable was tested in March and holds 1,200 kilograms. It had been new in 2019. " * 6


def words(*texts: str, y: float = 100, gap: float = 4, size: float = 10) -> Line:
    x, placed = 50.0, []
    for text in texts:
        placed.append(Word(text, Box(x, y - size, x + 5 * len(text), y)))
        x += 5 * len(text) + gap
    return Line(tuple(placed), 0, size, True, False)


def layer(*lines: Line, images: tuple[Box, ...] = (), drawings: tuple[Box, ...] = (), math: int = 0) -> TextLayer:
    return TextLayer(600, 800, lines or (words("Plain", "text"),), images, drawings, math)


RULES = tuple(Box(50, y, 550, y) for y in (100, 120, 300))


@pytest.mark.parametrize(
    ("page", "has_figures", "needs_vision"),
    [
        (layer(), False, False),
        (layer(images=(Box(0, 0, 60, 60),)), False, False),  # a logo
        (layer(images=(Box(0, 0, 300, 100),)), True, True),
        (layer(drawings=tuple(Box(x, 200, x + 9, 230) for x in range(0, 200, 10))), True, True),
        (layer(drawings=(Box(0, 0, 600, 800),) * 20), False, False),  # a background
        (layer(drawings=RULES), False, True),
        (layer(drawings=RULES[: MIN_RULES - 1]), False, False),
        (layer(drawings=tuple(Box(50, y, 90, y) for y in range(100, 300, 20))), False, False),  # words underlined
        (layer(*(words("a", "1.5", "2.5", y=y, gap=60) for y in (100, 120, 140))), False, True),
        (layer(*(words("two", "columns", y=y, gap=60) for y in range(100, 300, 20))), False, False),
        (layer(math=MIN_MATH), False, True),
    ],
)
def test_pictures_tables_and_formulas_are_seen(page: TextLayer, has_figures: bool, needs_vision: bool) -> None:
    found = profile_page(page, 1, legible=True)
    assert (found.has_figures, found.needs_vision, found.empty) == (has_figures, needs_vision, False)
    assert profile_page(page, 1, legible=False).needs_vision


def test_a_file_is_looked_at_page_by_page(make_pdf: MakePdf, tmp_path: Path) -> None:
    path = make_pdf("a.pdf", TEXT, "", TEXT)
    document: Any = pymupdf.open(path)
    for y in (60, 80, 100):
        document[2].draw_line((40, y), (380, y))
    document.saveIncr()
    document.close()
    plain, empty, table = (profile(PageJob(str(path), page)) for page in (1, 2, 3))
    assert isinstance(plain, PageProfile)
    assert (plain.needs_vision, plain.empty, plain.legible) == (False, False, True)
    assert plain.characters == pytest.approx(len(TEXT), abs=10)
    assert isinstance(empty, PageProfile)
    assert empty.empty
    assert isinstance(table, PageProfile)
    assert (table.needs_vision, table.has_figures) == (True, False)
    Image.new("L", (40, 40)).save(tmp_path / "b.png")
    assert profile(PageJob(str(tmp_path / "b.png"), 1)) == PageProfile(1, False, True, True, False, 0)
    assert isinstance(profile(PageJob(str(tmp_path / "none.pdf"), 1)), Failure)


# What is ink, and what a scanner leaves on an empty page


def scanned(seed: int = 0, noise: float = 6) -> np.ndarray[Any, Any]:
    return np.clip(np.random.default_rng(seed).normal(236, noise, (1754, 1240)), 0, 255)


def jpeg(grey: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    buffer = io.BytesIO()
    Image.fromarray(grey.astype(np.uint8)).save(buffer, "JPEG", quality=70)
    return np.asarray(Image.open(buffer).convert("L"))


def blank(grey: np.ndarray[Any, Any]) -> bool:
    return PageImage(1, b"", 1240, 1754, "", (), ink_share(jpeg(grey)), False).blank


def test_noise_specks_and_shadows_leave_a_page_blank() -> None:
    assert blank(scanned(noise=12))
    dusty = scanned()
    for y, x in np.random.default_rng(1).integers(50, 1200, (150, 2)):
        dusty[y : y + 2, x] = 80
    assert blank(dusty)
    shadow = scanned()
    shadow[:, :12] -= np.linspace(180, 0, 12)
    assert blank(np.clip(shadow, 0, 255))


def test_a_page_number_or_a_hairline_is_ink() -> None:
    number = scanned()
    number[1600:1618, 600:603] = 30  # a "1" of 9 points
    assert not blank(number)
    hairline = np.full((1754, 1240), 255)
    hairline[800, 300:700] = 0
    assert ink_share(hairline) > 1e-5


@pytest.mark.parametrize(("noise", "faintness"), [(0, 14), (2, 17), (4, 25), (6, 40)])
def test_pale_print_is_ink(noise: float, faintness: int) -> None:
    pale = scanned(noise=noise)
    for letter in range(12):  # strokes as high and as wide as those of letters of 11 points
        pale[600:628, 200 + 20 * letter : 203 + 20 * letter] -= faintness
    assert not blank(np.clip(pale, 0, 255))


def test_a_pale_hairline_and_a_small_dot_are_ink() -> None:
    line = np.full((1754, 1240), 255)
    line[800, 300:700] = 235
    assert ink_share(line) > MIN_INK
    dot = np.full((1754, 1240), 255)
    dot[800:804, 600:604] = 0
    assert ink_share(dot) > MIN_INK


def test_a_page_that_is_dark_all_over_is_not_blank_and_coloured_paper_is() -> None:
    assert not blank(scanned() - 190)
    assert blank(scanned() - 60)


def test_print_that_shines_through_leaves_a_page_blank() -> None:
    back = scanned(noise=4)
    for line in range(30):
        back[200 + 40 * line : 210 + 40 * line, 150:1000] -= 8
    assert blank(back)
