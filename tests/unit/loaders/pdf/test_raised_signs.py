"""Raised and lowered signs in text layers: told from their size and baseline, whatever the order of the content."""

from pathlib import Path
from typing import Any

import pymupdf
import pytest

from loaders.pdf.document import open_pdf

Piece = tuple[float, str, float, float]
"""Left edge, or a negative number for "right behind the piece before"; text, size, rise in points."""


def page_words(path: Path, *pieces: Piece, late: bool = False) -> list[str]:
    """Return the words of a page with the pieces on one baseline; `late` writes the small ones at the end."""
    document: Any = pymupdf.open()
    page = document.new_page(width=420, height=200)
    x, placed = 0.0, []
    for left, text, size, rise in pieces:
        x = left if left >= 0 else x
        placed.append((x, text, size, rise))
        x += pymupdf.get_text_length(text, "helv", size)
    for left, text, size, rise in sorted(placed, key=lambda piece: late and piece[2] < 10):
        page.insert_text((left, 100 - rise), text, fontsize=size)
    document.save(str(path))
    layer = open_pdf(path).layer(1)
    return sorted((word.text for line in layer.lines for word in line.words), key=lambda text: text)


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize(
    ("base", "mark", "rise", "rest", "word"),
    [
        ("$320", "1", 4.0, " in", "$320¹"),
        ("48,210", "12", 4.0, " in", "48,210¹²"),
        ("905", "a", 4.0, " in", "905ᵃ"),
        ("905", "1)", 4.0, " in", "905¹⁾"),
        ("905", "a)", 4.0, " in", "905ᵃ⁾"),
        ("10", "6", 4.0, " in", "10⁶"),
        ("21", "st", 4.0, " in", "21st"),
        ("summer", "1,2", 4.0, " in", "summer¹,²"),
        ("(CO", "2", -2.5, ") in", "(CO₂)"),
        ("m", "2", 3.0, " in", "m²"),
    ],
)
def test_a_sign_is_told_from_what_it_hangs_on(
    tmp_path: Path, base: str, mark: str, rise: float, rest: str, word: str, late: bool
) -> None:
    found = page_words(tmp_path / "a.pdf", (40, base, 11, 0), (-1, mark, 6.5, rise), (-1, rest, 11, 0), late=late)
    if rest[0] == ")" and late:
        assert "(CO₂" in found  # the bracket stands in a line of its own
    else:
        assert found == sorted([word, "in"])


@pytest.mark.parametrize(
    "pieces",
    [
        [(40.0, "Total", 11.0, 0.0), (-1, " 2023", 8.0, 0.0)],  # small print on the same baseline
        [(40.0, "REPORT", 24.0, 0.0), (135.0, "2023", 12.0, 4.0)],  # centred against a large title
        [(40.0, "A", 33.0, 0.0), (64.0, "1", 11.0, 20.0)],  # the first line behind a large initial
        [(40.0, "412", 11.0, 0.0), (90.0, "7", 7.0, 3.0)],  # another column
        [(40.0, "M", 11.0, 0.0), (-1, "c", 7.0, 3.0), (-1, "Donald", 11.0, 0.0)],  # a name
    ],
)
def test_what_only_looks_raised_is_left_alone(tmp_path: Path, pieces: list[Piece]) -> None:
    found = page_words(tmp_path / "a.pdf", *pieces)
    assert all(text.isascii() for text in found)


def test_a_lowered_sign_and_a_raised_one_hang_on_the_same_word(tmp_path: Path) -> None:
    pieces = [
        (40.0, "SO", 11.0, 0.0),
        (-1, "4", 6.5, -2.5),
        (-1, "2", 6.5, 4.0),
        (-1, "-", 6.4, 4.0),
        (-1, " in", 11.0, 0.0),
    ]
    assert page_words(tmp_path / "a.pdf", *pieces) == sorted(["SO₄²⁻", "in"])


def test_a_fraction_is_one_sign(tmp_path: Path) -> None:
    found = page_words(
        tmp_path / "a.pdf",
        (40, "1", 11, 0),
        (-1, "1", 6.5, 4),
        (-1, "/", 11, 0),
        (-1, "2", 6.5, -1),
        (-1, " cups", 11, 0),
    )
    assert found == ["1½", "cups"]
