"""The sentences of a page's detail that name numbers which OCR may have read wrongly."""

from __future__ import annotations

from loaders.text.doubtful_numbers import (
    doubtful_numbers_of,
    note_of_doubtful,
    note_of_unsure,
    unsure_numbers_of,
)

DETAIL = f"1 line of the page was skewed. {note_of_doubtful(['1,9504', '27'])} {note_of_unsure(['2½2', '(091,412)'])}"


def test_each_note_names_its_own_numbers() -> None:
    quote = "The toll rose to 1,9504, of which 2½2 were paid."
    assert doubtful_numbers_of(quote, DETAIL) == ["1,9504"]
    assert unsure_numbers_of(quote, DETAIL) == ["2½2"]


def test_parts_of_other_numbers_and_details_without_a_note_name_nothing() -> None:
    assert doubtful_numbers_of("The toll is 270 or 1,275.", DETAIL) == []
    assert unsure_numbers_of("The toll is 2½2.", "1 line of the page was skewed.") == []
