"""Headings of one line that the layout model gives in two parts."""

from __future__ import annotations

import pytest

from loaders.pdf.layout import build_blocks
from loaders.pdf.text_layer import Line, Region, Surroundings, TextLayer
from loaders.types import Box, Word


def line(text: str, x: float, gap: float = 5.0) -> Line:
    """Return a line in print of 20 points, 10 wide a letter."""
    words = []
    for each in text.split():
        words.append(Word(each, Box(x, 40, x + 10 * len(each), 60)))
        x += 10 * len(each) + gap
    return Line(tuple(words), 0, 20.0, True, False, True)


def texts(lines: list[Line], *regions: Region) -> list[str]:
    layer = TextLayer(600, 800, tuple(lines), ())
    return [block.text.lstrip("# ") for block in build_blocks(layer, regions, Surroundings(body_size=10.0))[0]]


@pytest.mark.parametrize("role", ["title", "section-header", "page-header"])
def test_a_line_that_was_cut_between_two_words_is_one_heading(role: str) -> None:
    cut = [Region(role, Box(30, 40, 161, 60)), Region(role, Box(165, 40, 330, 60))]
    assert texts([line("Registration for the school", 30)], *cut) == ["Registration for the school"]


def test_headings_that_stand_apart_are_two() -> None:
    apart = [Region("section-header", Box(30, 40, 151, 60)), Region("section-header", Box(300, 40, 390, 60))]
    assert texts([line("Registration", 30), line("Languages", 300)], *apart) == ["Registration", "Languages"]
    assert texts([line("Registration Languages", 30, gap=150.0)], *apart) == ["Registration", "Languages"]
