"""The order of words in right-to-left lines that hold numbers and Latin names."""

import pytest

from loaders.pdf.bidi import in_reading_order
from loaders.types import Box, Word


def on_screen(*texts: str) -> list[Word]:
    """Return words that stand side by side from left to right."""
    return [Word(text, Box(40 * at, 0, 40 * at + 30, 10)) for at, text in enumerate(texts)]


@pytest.mark.parametrize(
    ("shown", "read"),
    [
        (("שקלים", "4,500", "הוא", "המחיר"), "המחיר הוא 4,500 שקלים"),
        (("בבוקר", "Acme", "Ltd", "של", "המשרד"), "המשרד של Acme Ltd בבוקר"),
        (("ريال", "320", "التذكرة", "سعر"), "سعر التذكرة 320 ريال"),
        (("The", "word", "שלום", "is", "Hebrew"), "The word שלום is Hebrew"),
        (("12", "345", "6"), "12 345 6"),
    ],
)
def test_a_line_is_in_the_order_in_which_it_is_read(shown: tuple[str, ...], read: str) -> None:
    words = on_screen(*shown)
    assert " ".join(word.text for word in in_reading_order(words)) == read
