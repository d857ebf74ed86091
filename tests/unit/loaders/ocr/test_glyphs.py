"""Raised and lowered digits of a scan, told by the shapes of the print."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import pymupdf
import pytest
from PIL import Image, ImageFilter

from loaders.ocr.engine import read_image
from loaders.ocr.glyphs import with_signs
from loaders.ocr.shapes import percentiles, shapes_of
from loaders.text.doubtful_numbers import doubtful_numbers_of

LINES = [
    "Mooring fees came to $640^{1} and towage to 17,350^{2} that year.",
    "The output of CO_{2} fell to 31.5 tonnes in 18 months.",
    "A surety of 2,860^{4} crowns was repaid on 14 March 2016.",
    "The ferry carried 5,204 people and 1,377 cars, 12.5 % more.",
]


def scan(font: str, dpi: int, lines: Sequence[str] = LINES, share: float = 0.6, size: float = 11.0) -> bytes:
    """Draw lines with raised and lowered digits of a share of their size, and photograph them as a blurred JPEG."""
    doc: Any = pymupdf.open()
    page = doc.new_page(width=420, height=200)
    for number, line in enumerate(lines):
        left = 40.0
        for part in line.replace("^{", "|^").replace("_{", "|_").replace("}", "|").split("|"):
            shift = {"^": -0.35, "_": 0.15}.get(part[:1], 0.0)
            text, used = (part[1:], share * size) if shift else (part, size)
            page.insert_text((left, 50 + 30 * number + shift * size), text, fontsize=used, fontname=font)
            left += pymupdf.Font(font).text_length(text, used)
    pixmap = page.get_pixmap(dpi=dpi)
    image = Image.frombytes("RGB", (pixmap.width, pixmap.height), pixmap.samples)
    buffer = io.BytesIO()
    image.filter(ImageFilter.GaussianBlur(0.4)).save(buffer, "JPEG", quality=60)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("font", "dpi"), [("tiro", 200), *(pytest.param("helv", dpi, marks=pytest.mark.slow) for dpi in (150, 300))]
)
def test_digits_that_are_raised_or_lowered_are_no_part_of_a_number(font: str, dpi: int) -> None:
    text = " ".join(block.text for block in read_image(scan(font, dpi), 1).blocks)
    assert "$640¹ and" in text
    assert "17,350² that" in text
    assert "CO₂" in text
    assert "2,860⁴ crowns" in text
    assert "5,204 people and 1,377 cars" in text
    assert not any(number in text for number in ("6401", "17,3502", "28604"))
    assert sum(char in "⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉" for char in text) == 4


@pytest.mark.parametrize("font", ["tiro", pytest.param("helv", marks=pytest.mark.slow)])
def test_digits_that_are_raised_as_browsers_do_are_no_part_of_a_number(font: str) -> None:
    lines = [
        "Mooring fees came to $640^{1} and towage to 17,350^{2} that year.",
        "Of 10^{6} birds 4,320^{1} were ringed, and 12,875^{12} were seen.",
        "The wharf [4] was sold for 1,250 crowns (12) in 1916, the isotope ^{235}U was not.",
    ]
    text = " ".join(block.text for block in read_image(scan(font, 200, lines, 0.83), 1).blocks)
    for wanted in ("$640¹ and", "17,350² that", "10⁶ birds", "4,320¹ were", "12,875¹² were", "[4]", "(12)", "²³⁵U"):
        assert wanted in text


HANGING = [
    "The yearly dues of £1,250^{5,6} and 24.75^{1,2} fall due in March.",
    "The wardens^{4} met the pilots^{12} twice, at 4.5%^{8} and 3.9%^{9}.",
    "It was lost with 10^{6} others in 2004.^{14}",
    "The toll came to 51,337^{11} and 12^{50} francs.",
]


@pytest.mark.parametrize(
    ("font", "dpi", "share"),
    [
        ("helv", 150, 0.6),
        *(pytest.param(*one, marks=pytest.mark.slow) for one in (("tiro", 150, 0.7), ("tibo", 200, 0.65))),
    ],
)
def test_signs_hang_on_words_percentages_and_sentences_too(font: str, dpi: int, share: float) -> None:
    text = " ".join(block.text for block in read_image(scan(font, dpi, HANGING, share), 1).blocks)
    wanted = ("£1,250⁵,⁶", "24.75¹,²", "wardens⁴", "pilots¹²", "4.5%⁸", "3.9%⁹", "10⁶", "2004.¹⁴", "51,337¹¹", "12⁵⁰")
    assert [sign for sign in wanted if sign not in text] == []


def test_a_footnote_keeps_the_mark_before_it_and_numero_its_letter() -> None:
    lines = ["^{4} Net of the pilots' dues. ^{5} Revised.", "Le quai n^{o} 7 fut vendu, 12 bateaux non."]
    text = " ".join(block.text for block in read_image(scan("helv", 150, lines), 1).blocks)
    for wanted in ("⁴ Net of", "⁵ Revised", "nº 7", " 12 bateaux"):
        assert wanted in text
    # The number of a row that stands a little higher and is as large as its text is no mark.
    crop, places = blocks_of_print("4 BOATS OF OAK", {"4": (8, 26), "": (10, 28)})
    assert with_signs(crop, "4 BOATS OF OAK", places).text == "4 BOATS OF OAK"


def test_the_minus_of_an_exponent_is_raised_with_it() -> None:
    text = " ".join(block.text for block in read_image(scan("helv", 150, ["A load of 3.2 × 10^{-4} grams"]), 1).blocks)
    assert "× 10⁻⁴ grams" in text


@pytest.mark.parametrize(
    ("font", "dpi", "size"),
    [
        ("helv", 150, 10.5),
        ("tiit", 150, 10.5),
        *(pytest.param(*one, marks=pytest.mark.slow) for one in (("hebo", 150, 11), ("tiro", 300, 10.5))),
    ],
)
def test_a_minus_that_was_not_recognised_is_seen_in_the_print(font: str, dpi: int, size: float) -> None:
    lines = [
        "Some 10^{6} barges at 3.8 × 10^{-8} grams, or 2.9 × 10^{-5} litres.",
        "The toll was 40,598^{3} and 962^{2} crowns.",
    ]
    text = " ".join(block.text for block in read_image(scan(font, dpi, lines, 0.62, size), 1).blocks)
    for wanted in ("× 10⁻⁸ grams", "10⁻⁵ lit", "40,598³ and"):
        assert wanted in text


def test_a_raised_digit_that_is_read_as_a_letter_is_read_again_alone() -> None:
    lines = [
        "Roughly 10^{9} pilots and 293^{8} permits, 632^{9} orchards.",
        "A plan of 90° and 45° was kept, 12' long and 7' wide.",
    ]
    text = " ".join(block.text for block in read_image(scan("helv", 150, lines, 0.55, 9.0), 1).blocks)
    for wanted in ("10⁹ pilots", "293⁸ permits", "632⁹ orchards", "90° and 45°", "12' long and 7' wide"):
        assert wanted in text


SMALL = [
    "Rates came to 33,551^{4} and 14,798^{4} here.",
    "The rent of 5,257.68^{5} and 20,269^{5} was paid.",
    "They paid 19,363^{6} for 754^{7} tolls.",
    "So 20,897 and 14,798 for 5,257.68 and 36,545.",
]


@pytest.mark.parametrize("dpi", [80, 110, *(pytest.param(dpi, marks=pytest.mark.slow) for dpi in (90, 100))])
def test_a_last_digit_that_cannot_be_told_is_said_to_be_doubtful(dpi: int) -> None:
    page = read_image(scan("heit", dpi, SMALL, 0.66, 10.0), 1)
    text = " ".join(block.text for block in page.blocks)
    for glued in ("33,5514", "14,7984", "5,257.685", "20,2695", "19,3636", "7547"):
        assert glued not in text or doubtful_numbers_of(glued, page.detail), text
    for plain in ("20,897", "14,798", "36,545"):
        assert not doubtful_numbers_of(plain, page.detail)


def blocks_of_print(text: str, tops: dict[str, tuple[int, int]], step: float = 0.0) -> tuple[Any, list[float]]:
    """Draw a block for each character between the heights given for it, each `step` lower; return them and places."""
    crop, places = np.full((48, 20 + 16 * len(text), 3), 255, np.uint8), list[float]()
    for at, char in enumerate(text):
        if not char.isspace():
            top, bottom = (round(value + step * at) for value in tops.get(char, tops[""]))
            cv2.rectangle(crop, (10 + 16 * at, top), (20 + 16 * at, bottom), (0, 0, 0), -1)
            places.append(15.0 + 16 * at)
    return crop, places


def test_characters_are_told_though_their_places_are_late() -> None:
    crop, places = blocks_of_print("FEES 8,204 TOLLS 5", {"4": (6, 19), ",": (26, 32), "": (10, 28)})
    late = [place + 7 for place in places]
    assert with_signs(crop, "FEES 8,204 TOLLS 5", late).text == "FEES 8,20⁴ TOLLS 5"


def test_the_last_digit_of_a_cell_that_is_cut_out_askew_is_told_by_the_others() -> None:
    crop, places = blocks_of_print("38,2157", {"7": (3, 19), ",": (24, 31), "": (6, 26)}, step=1.0)
    assert with_signs(crop, "38,2157", places).text == "38,215⁷"
    crop, places = blocks_of_print("38,2157", {",": (24, 31), "": (6, 26)}, step=1.0)
    assert with_signs(crop, "38,2157", places).text == "38,2157"


def test_numbers_at_different_heights_are_no_signs_of_each_other() -> None:
    crop, places = blocks_of_print("7986", {"8": (16, 34), "6": (16, 34), "": (6, 26)})
    assert with_signs(crop, "7986", places).text == "7986"


@pytest.mark.parametrize(("lift", "read"), [(4, "1,950⁴ PENCE"), (0, "1,9504 PENCE")])
def test_a_digit_beyond_the_groups_of_a_number_is_a_sign_if_it_ends_above_the_line(lift: int, read: str) -> None:
    crop = np.full((36, 260, 3), 255, np.uint8)
    places = []
    for at, char in enumerate("1,9504 PENCE"):
        x = 10 + 20 * at
        if char != " ":
            top, bottom = (24, 28) if char == "," else (8 - lift // 2, 28 - lift) if char == "4" else (8, 28)
            cv2.rectangle(crop, (x, top), (x + 12, bottom), (0, 0, 0), -1)
            places.append(x + 6.0)
    assert with_signs(crop, "1,9504 PENCE", places).text == read


DECIMALS = [("86.7 PENCE", "7", "86.7 PENCE"), ("865,7 PENCE", "57", "86⁵,⁷ PENCE")]


@pytest.mark.parametrize(("text", "lifted", "read"), DECIMALS)
def test_decimals_that_look_raised_are_no_signs(text: str, lifted: str, read: str) -> None:
    crop = np.full((36, 240, 3), 255, np.uint8)
    places = []
    for at, char in enumerate(text):
        x = 10 + 20 * at
        if char != " ":
            top, bottom = (24, 28) if char in ".," else (4, 19) if char in lifted else (8, 28)
            cv2.rectangle(crop, (x, top), (x + 12, bottom), (0, 0, 0), -1)
            places.append(x + 6.0)
    assert with_signs(crop, text, places).text == read


OLD = dict.fromkeys("34579", (14, 40)) | dict.fromkeys("012", (14, 32)) | dict.fromkeys("68", (6, 32)) | {"": (28, 36)}
LINING = {**dict.fromkeys("0123456789", (6, 32)), "": (28, 36)}


@pytest.mark.parametrize("number", ["7,961", "9,310", "45.60", "3,981"])
def test_old_style_figures_are_no_raised_signs(number: str) -> None:
    """The 6 and the 1 of 7,961 stand on the line, under which a 7 and a 9 of Georgia, Constantia or Garamond hang."""
    crop, places = blocks_of_print(number, OLD)
    assert with_signs(crop, number, places, old=True).text == number


@pytest.mark.parametrize("number", ["2,975", "14,390", "613", "8,459"])
def test_numbers_say_whether_their_figures_are_old_style_ones(number: str) -> None:
    assert with_signs(*_printed(number, OLD)).old_style == 1
    assert with_signs(*_printed(number, LINING)).old_style == -2


def _printed(number: str, tops: dict[str, tuple[int, int]]) -> tuple[Any, str, list[float]]:
    crop, places = blocks_of_print(number, tops)
    return crop, number, places


def test_percentiles_of_levels_are_those_of_numpy() -> None:
    generator = np.random.default_rng(2)
    for height, width in ((1, 1), (1, 2), (7, 31), (40, 300)):
        levels = generator.integers(0, 256, (height, width)).astype(np.uint8)
        shares = (1, 2, 50, 95, 98.5)
        assert np.allclose(percentiles(levels, shares), np.percentile(levels, shares))


def test_what_is_known_of_one_line_is_not_taken_for_another() -> None:
    lines = [np.full((20, 60, 3), 255, np.uint8) for _ in range(2)]
    lines[0][5:15, 10:14] = 0
    lines[1][5:15, 30:34] = 0
    for _ in range(2):
        assert [shape.left for line in lines for shape in shapes_of(line)] == [10, 30]
    assert [shape.left for shape in shapes_of(np.ascontiguousarray(lines[1][:, 20:]))] == [10]
