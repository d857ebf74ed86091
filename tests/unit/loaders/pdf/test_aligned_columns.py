"""Columns that the layout model joins or cuts, told by where the words of their rows begin and end."""

from __future__ import annotations

import pytest

from loaders.pdf.aligned_columns import aligned_cuts, without_torn_texts
from loaders.pdf.ruled_tables import phrases
from loaders.pdf.text_layer import Line
from loaders.types import Box, Word

WIDE = 6.0
"""Points of each letter of the print in these tests, whose size is 10."""


def lines(*rows: str, mono: bool = False) -> list[Line]:
    """Return rows of print in letters of one width, each letter at its place in the text."""
    found = []
    for number, row in enumerate(rows):
        words, at = [], 0
        for text in row.split():
            at = row.index(text, at)
            words.append(Word(text, Box(WIDE * at, 20 * number, WIDE * (at + len(text)), 20 * number + 10)))
            at += len(text)
        found.append(Line(tuple(words), 0, 10.0, True, mono))
    return found


TYPED = lines(
    "Place    Visited         Count", "Varne 0  25 May 2023    1,059", "Garth 1  25 May 2023      711",
    "Lorne 2  26 May 2023      518", mono=True,
)  # fmt: skip


def test_a_column_does_not_begin_within_a_date() -> None:
    assert without_torn_texts(TYPED, [0.0, WIDE * 11.5, WIDE * 15.5, WIDE * 23]) == [0.0, WIDE * 23]


def test_a_column_begins_where_most_rows_have_a_gap() -> None:
    assert without_torn_texts(TYPED, [0.0, WIDE * 8.5]) == [0.0, WIDE * 8.5]


def test_typewriter_print_is_cut_at_two_spaces() -> None:
    assert [[word.text for word in phrase] for phrase in phrases(TYPED[1])] == [
        ["Varne", "0"], ["25", "May", "2023"], ["1,059"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "cut"),
    [
        (["Gold Rock", " 0.1 slate", " n/a schist", "12.5 skarn", " 0.7 flint"], True),
        (
            ["Gold Rock", " 0.1 slate", "a note on schist", "12.5 skarn", " 0.7 flint"],
            True,
        ),  # reaches across the header
        (["Rock", "grey slate", "dark schist", "hard skarn"], False),  # words of one text
        (["Way", "  5 km", " 12 km", "140 km"], False),  # a unit
        (["Cases", "  5 (40%)", " 12 (31%)", "140 (9%)"], False),
        (["Clause", "1. Term", "2. Rent", "3. Notice"], False),  # the numbers of a list
        ([" 0.1 slate", "12.5 skarn"], False),  # two rows may be chance
    ],
)
def test_right_aligned_words_before_left_aligned_ones_are_two_columns(rows: list[str], *, cut: bool) -> None:
    assert bool(aligned_cuts(lines(*rows), [0.0])) == cut
