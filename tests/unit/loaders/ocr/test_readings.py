"""Lines that a tiny model reads, and what of them is read again by the careful one."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pymupdf
import pytest

from loaders.ocr.engine import read_image
from loaders.ocr.readings import SHORT, Image, Reader, Reading, line_input, read_line, reader_of
from loaders.ocr.recognition import careful_reader, rapid_ocr
from tests.unit.loaders.ocr.scans import scanned

PROSE = "The harbour office keeps the lists of all boats that lie at the quay over the winter"


class Watched:
    """A reader that notes the widths, in line heights, of what it was given."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.widths: list[float] = []

    def __call__(self, crop: Image, least: int) -> Reading:
        self.widths.append(crop.shape[1] / crop.shape[0])
        return self.reader(crop, least)


def line_of(text: str) -> Image:
    document: Any = pymupdf.open()
    page = document.new_page(width=560, height=100)
    page.insert_htmlbox((20, 20, 555, 90), f"<p>{text}</p>", css="* {font-size: 11pt; font-family: serif}")
    image = cv2.imdecode(np.frombuffer(scanned(page, turn=0), np.uint8), cv2.IMREAD_COLOR)
    document.close()
    assert image is not None
    rows, columns = np.nonzero(image.min(axis=2) < 128)
    return np.ascontiguousarray(
        image[rows.min() - 5 : rows.max() + 6, columns.min() - 5 : columns.max() + 6], np.uint8
    )  # fmt: skip


@pytest.fixture(scope="module")
def models() -> tuple[Reader, Reader]:
    return reader_of(rapid_ocr()._load_rec_model()), careful_reader()


@pytest.mark.parametrize(("height", "width", "ratio"), [(30, 700, 0.0), (40, 90, 2.0), (17, 33, 6.7)])
def test_a_recogniser_is_given_the_numbers_that_rapidocr_gives_it(height: int, width: int, ratio: float) -> None:
    crop = np.random.default_rng(1).integers(0, 256, (height, width, 3)).astype(np.uint8)
    ratio = max(ratio, width / height)
    expected = rapid_ocr()._load_rec_model().resize_norm_img(crop, ratio)
    assert np.array_equal(line_input(crop, ratio)[0], expected)


def test_plain_prose_is_read_by_the_tiny_model(models: tuple[Reader, Reader]) -> None:
    careful = Watched(models[1])
    crop = line_of(PROSE)
    found = read_line(crop, models[0], careful)
    assert found.text == PROSE
    assert found.score > 0.95
    assert sum(careful.widths) < 0.4 * crop.shape[1] / crop.shape[0], "a doubtful sign or two at most"


def unsure_of(models: tuple[Reader, Reader], score: float) -> Reader:
    """Return the tiny model, sure of the middle character of a line by a score alone."""

    def read(image: Image, least: int) -> Reading:
        found = models[0](image, least)
        middle = len(found.scores) // 2
        at = middle + (found.text[middle] == " ")
        return with_score(found, at, score)

    return read


def with_score(found: Reading, at: int, score: float) -> Reading:
    """Return a reading that is sure of one character by a score alone, at its first step and at its peak."""
    scores, peaks = ((*each[:at], score, *each[at + 1 :]) for each in (found.scores, found.peaks))
    return found._replace(scores=scores, peaks=peaks)


def test_a_letter_that_begins_between_two_steps_is_not_read_again(models: tuple[Reader, Reader]) -> None:
    """At its first step the gap before it is as likely as the letter, at the next one it is sure."""

    def begun(word: str, peak: float) -> list[float]:
        def read(image: Image, least: int) -> Reading:
            found = models[0](image, least)
            assert all(first <= top for first, top in zip(found.scores, found.peaks, strict=True))
            at = found.text.index(word)
            found = found._replace(peaks=(1.0,) * len(found.text))
            return with_score(found, at, 0.51)._replace(peaks=(*found.peaks[:at], peak, *found.peaks[at + 1 :]))

        careful = Watched(models[1])
        assert read_line(line_of(PROSE), read, careful).text == PROSE
        return careful.widths

    assert begun("boats", 0.99) == []
    assert len(begun("boats", 0.75)) == 1


def test_the_peak_of_a_number_counts_and_an_open_bracket_is_read_again(models: tuple[Reader, Reader]) -> None:
    def seen(text: str, first: float) -> int:
        careful = Watched(models[1])
        reading = Reading(text, (first, *(0.99,) * (len(text) - 1)), (0.5,) * len(text), (0.99,) * len(text))
        read_line(line_of("(24)"), lambda crop, least: reading, careful)
        return len(careful.widths)

    assert seen("(24)", 0.7) == 0
    assert seen("(24)", 0.5) > 0
    assert seen("(EM)", 0.7) > 0
    assert seen("24)", 0.99) > 0
    assert seen("24.124.2", 0.99) > 0


@pytest.mark.parametrize(("text", "score"), [("1,468", 0.97), ("2,004.50", 0.97), ("71.0%", 0.97), ("(Acc.)", 0.94)])
def test_short_pieces_are_read_again_where_the_tiny_model_is_unsure_of_one_character(
    text: str, score: float, models: tuple[Reader, Reader]
) -> None:
    crop = line_of(text)
    assert crop.shape[1] / crop.shape[0] < SHORT / 48
    careful = Watched(models[1])
    assert read_line(crop, unsure_of(models, score), careful).text == text
    assert len(careful.widths) == 1, "both models read it alike"
    careful = Watched(models[1])
    assert read_line(crop, unsure_of(models, 0.99), careful).text == text
    assert careful.widths == []


def test_two_digits_are_enough_and_two_strokes_are_not(models: tuple[Reader, Reader]) -> None:
    careful = Watched(models[1])
    assert read_line(line_of("37"), models[0], careful).text == "37"
    assert careful.widths == []
    read_line(line_of("11"), models[0], careful)
    assert len(careful.widths) == 2, "a line of a table is read as a 1"


def test_a_doubtful_word_is_read_again_with_its_neighbours_and_no_more(models: tuple[Reader, Reader]) -> None:
    crop = line_of(PROSE)

    def unsure(image: Image, least: int) -> Reading:
        found = models[0](image, least)
        at = found.text.index("lists")
        return with_score(found, at, 0.3)._replace(text=found.text.replace("lists", "Iists"))

    careful = Watched(models[1])
    found = read_line(crop, unsure, careful)
    assert found.text == PROSE
    assert careful.widths
    assert sum(careful.widths) < 0.6 * crop.shape[1] / crop.shape[0]
    assert list(found.places) == sorted(found.places), "the places of both readings are those of one line"
    assert len(found.text) == len(found.places) == len(found.scores)


def test_a_name_with_a_digit_is_read_again_however_sure_the_tiny_model_is(models: tuple[Reader, Reader]) -> None:
    text = "The harbour keeps an o1-mini crane and a 4o-line for all of the boats that lie at the quay"
    crop = line_of(text)

    def sure(image: Image, least: int) -> Reading:
        found = models[0](image, least)
        return found._replace(text=found.text.replace("o1-mini", "ol-mini"), peaks=(1.0,) * len(found.text))

    careful = Watched(models[1])
    assert "o1-mini" in models[0](crop, SHORT).text
    assert read_line(crop, sure, careful).text == text
    assert careful.widths
    assert read_line(line_of(PROSE), models[0], Watched(models[1])).text == PROSE


def test_of_a_cell_of_a_table_each_character_must_be_sure(models: tuple[Reader, Reader]) -> None:
    text = "The harbour keeps 17.5 fathoms and 248 boats"
    watched = {cell: Watched(models[1]) for cell in (False, True)}
    for cell, careful in watched.items():
        assert read_line(line_of(text), unsure_of(models, 0.94), careful, cell).text == text
    assert sum(watched[False].widths) < sum(watched[True].widths)
    assert len(watched[True].widths) == 1, "it is read again as a whole"


def test_a_letter_like_a_digit_needs_less_confidence_in_a_word_of_letters(
    models: tuple[Reader, Reader],
) -> None:
    def unsure(word: str, at: int) -> list[float]:
        def read(image: Image, least: int) -> Reading:
            found = models[0](image, least)
            spot = found.text.index(word) + at
            return with_score(found, spot, 0.85)

        careful = Watched(models[1])
        read_line(line_of(PROSE), read, careful)
        return careful.widths

    usual = unsure("winter", 0)
    assert unsure("harbour", 4) == usual
    assert unsure("all", 1) != usual, "a short word may be another: 'ol' was read for 'o1'"


@pytest.mark.parametrize(
    "text",
    [
        "Primăria orașului a hotărât că taxa pentru ștrand și piață va crește",
        "灯台守は毎日の風と天気を青い帳面に書きつけた。博物館は五月から開く",
    ],
)
def test_letters_that_the_tiny_model_lacks_are_read(text: str, models: tuple[Reader, Reader]) -> None:
    found = read_line(line_of(text), *models)
    assert found.text == text
    assert models[0](line_of(text), SHORT).text != text, "if it knows them, nothing has to be read again"


def test_a_number_counts_only_if_both_models_read_it_so(models: tuple[Reader, Reader]) -> None:
    careful = Watched(models[1])
    read_line(line_of("1,468"), lambda crop, least: Reading("1.468", (0.97,) * 5, (0.5,) * 5), careful)
    assert len(careful.widths) == 2, "read once more, with the paper around it that the model is used to"


def test_an_empty_line_has_no_characters(models: tuple[Reader, Reader]) -> None:
    for width in (60, 900):
        found = read_line(np.full((30, width, 3), 255, np.uint8), *models)
        assert (found.text, found.score, found.printed_places) == ("", 0.0, ())


@pytest.mark.heavy
def test_numbers_of_a_scanned_page_in_prose_and_in_a_table() -> None:
    document: Any = pymupdf.open()
    page = document.new_page()
    rows = [(f"Berth {n}", f"{n * 1137:,}", f"{n * 3.07:.2f}") for n in range(11, 19)]
    prose = " ".join(f"Boat {n} of the year {1900 + 7 * n} paid {n * 517:,} in all." for n in range(3, 11))
    page.insert_htmlbox((60, 50, 540, 260), f"<p>{prose}</p>", css="* {font-size: 11pt; font-family: serif}")
    for at, row in enumerate(rows):
        for cell, x in zip(row, (70, 240, 400), strict=True):
            page.insert_text((x, 320 + 20 * at), cell, fontsize=10)
    found = read_image(scanned(page), 1)
    document.close()
    words = {word.text.strip(".,") for word in found.words}
    expected = {cell for _, *cells in rows for cell in cells} | {f"{n * 517:,}" for n in range(3, 11)}
    assert expected - words == set()
