"""Quotes against the words of a page: each changed word, number or sign is a difference; how lines are cut is none."""

import pytest

from graph.verification.agreement import PlacedWord, WitnessWords, placed
from loaders.types import Box, Word

LINES = (
    "The dredger moved 97.3 % of the silt, but it did not re-",
    "open the inner basin, where the depth is ≤ 4.5 m at 10⁶ l",
    "a tide. Harbour master Ottoline Brask signed on 3 May.",
)


def page(*lines: str, x: float = 0.1, y: float = 0.1, number: int = 1) -> list[PlacedWord]:
    words = []
    for row, line in enumerate(lines):
        left = x
        for word in line.split():
            right = left + 0.008 * len(word)
            words.append(Word(word, Box(left, y + row * 0.025, right, y + row * 0.025 + 0.02)))
            left = right + 0.006
    return placed(words, number)


WORDS = WitnessWords(page(*LINES), exact=True)


@pytest.mark.parametrize(
    "quote",
    [
        "The dredger moved 97.3 % of the silt",
        "it did not reopen the inner basin",
        "the depth is **≤ 4.5 m** at 10<sup>6</sup> l a tide",
        "moved 97.3% of the silt , but it did not re-open",
        "Harbour master Ottoline Brask signed on 3 May",
        "97.3",
    ],
)
def test_what_stands_there_agrees_and_has_its_boxes(quote: str) -> None:
    found = WORDS.find(quote)
    assert found.agrees
    assert found.boxes(1)
    assert found.boxes(2) == ()


@pytest.mark.parametrize(
    ("quote", "page_has", "quote_has"),
    [
        ("The dredger moved 97.8 % of the silt, but it did not", "97.3", "97.8"),
        ("Harbour master Ottoline Brast signed on 3 May", "Brask", "Brast"),
        ("of the silt, but it did reopen the inner basin", "not", ""),
        ("of the silt, but it did not ever reopen the inner basin", "", "ever"),
        ("where the depth is ≥ 4.5 m at", "≤", "≥"),
        ("where the depth is ≤ 4.5 m at 10⁵ l a tide", "^6", "^5"),
        ("the depth is ≤ −4.5 m at", "≤", "≤ -"),
    ],
)
def test_a_changed_word_number_or_sign_is_named(quote: str, page_has: str, quote_has: str) -> None:
    found = WORDS.find(quote)
    assert not found.agrees
    assert page_has in found.difference[0]
    assert quote_has in found.difference[1]
    assert found.boxes(1), "most of it stands there"


@pytest.mark.parametrize("quote", ["7.3", "9", "edge", "Brask Ottoline", "nothing of this is printed here", "", "≤"])
def test_what_does_not_stand_there_is_not_found(quote: str) -> None:
    assert WORDS.find(quote) != WORDS.find("97.3")
    assert not WORDS.find(quote).agrees


def test_a_text_goes_on_in_the_next_column_and_on_the_next_page() -> None:
    first, header = page("and so the river was", y=0.9), page("Annual report", y=0.02)
    second = page("closed for nine days.", x=0.6, y=0.1)
    other = [word._replace(page=2) for word in second]
    for words in ([*first, *header, *second], [*first, *[word._replace(page=2) for word in header], *other]):
        found = WitnessWords(words, exact=True).find("and so the river was closed for nine days")
        assert (found.agrees, len(found.words)) == (True, 9)


def test_a_line_that_is_left_out_is_a_difference() -> None:
    words = page("In the end the committee did", "not at any time in that year", "approve the larger of two plans.")
    assert (
        not WitnessWords(words, exact=True).find("In the end the committee did approve the larger of two plans").agrees
    )


def test_a_row_agrees_in_a_table_that_is_stored_column_by_column() -> None:
    words = [
        *page("Species", "Haddock", "Whiting"),
        *page("2023", "640", "155", x=0.4),
        *page("2024", "702", "96", x=0.6),
    ]
    found = WitnessWords(words, exact=True)
    assert found.find("Haddock 640 702").agrees
    assert not found.find("Haddock 640 96").agrees
    assert len(found.find("Haddock 640 702").boxes(1)) == 1


def test_ocr_may_take_letters_for_each_other_but_not_digits() -> None:
    read = WitnessWords(
        page("Thewinch c1imbs along the mooríng wall of the port in l2 rninutes or 15 at most."), exact=False
    )
    assert read.find("The winch climbs along the mooring wall of the port in").agrees
    assert not read.find("along the mooring wall of the port in 12 minutes or 15").agrees
    assert not read.find("minutes or 16 at most").agrees
    assert not WitnessWords(page("the c1imbs of it"), exact=True).find("the climbs of it").agrees
