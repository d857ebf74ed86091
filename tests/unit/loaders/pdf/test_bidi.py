"""The order of words in right-to-left lines that hold numbers and Latin names."""

import pytest

from loaders.pdf.bidi import as_read, in_reading_order
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
        (("בערב", "16:00", "-", "8:30", "משעה"), "משעה 8:30 - 16:00 בערב"),
        (("החדשה", ",", "Acme", "Ltd", "של", "המשרד"), "המשרד של Acme Ltd , החדשה"),
    ],
)
def test_a_line_is_in_the_order_in_which_it_is_read(shown: tuple[str, ...], read: str) -> None:
    words = on_screen(*shown)
    assert " ".join(word.text for word in in_reading_order(words)) == read


def beside(*texts: str) -> list[Word]:
    """Return words from left to right; "|" stands for no space before the next one."""
    words, x = list[Word](), 0.0
    for text in texts:
        width = 6.0 * len(text.strip("|"))
        words.append(Word(text.strip("|"), Box(x, 0, x + width, 10)))
        x += width + (0 if text.endswith("|") else 3)
    return words


@pytest.mark.parametrize(
    ("shown", "read"),
    [
        ((".16:00", "עד", "פתוח"), "פתוח עד 16:00."),
        (("מיליון", "48.5-|", "ל", "עלתה"), "עלתה ל-48.5 מיליון"),
        (("وارتفع", "،|", "2023", "عام"), "عام 2023، وارتفع"),
        ((",|", "אוניות", "410"), "410 אוניות,"),
        ((".Acme", "Ltd", "של", "המשרד", "הראשי"), "הראשי המשרד של Acme Ltd."),
        (("%12", "של", "-7", "ירידה"), "ירידה -7 של %12"),
        (("מחיר", "410", "אוניות"), "אוניות 410 מחיר"),
    ],
)
def test_signs_stand_where_they_are_read(shown: tuple[str, ...], read: str) -> None:
    assert " ".join(word.text for word in as_read(in_reading_order(beside(*shown)))) == read
