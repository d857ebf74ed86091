from __future__ import annotations

import pytest

from loaders.geometry import area, bounding_box, centre, contains, overlap, scale_into, to_fractions, words_to_fractions
from loaders.types import Box, Word


def test_area_centre_and_overlap() -> None:
    assert area(Box(1, 1, 3, 4)) == 6
    assert area(Box(3, 1, 1, 4)) == 0
    assert centre(Box(0, 2, 4, 4)) == (2, 3)
    assert overlap(Box(0, 0, 2, 2), Box(1, 1, 5, 5)) == 1
    assert overlap(Box(0, 0, 1, 1), Box(2, 2, 3, 3)) == 0


def test_a_margin_widens_a_box() -> None:
    assert contains(Box(0, 0, 1, 1), (1, 0.5))
    assert not contains(Box(0, 0, 1, 1), (1.5, 0.5))
    assert contains(Box(0, 0, 1, 1), (1.5, 0.5), margin=0.5)


def test_the_bounding_box_is_around_all_boxes() -> None:
    assert bounding_box([Box(1, 5, 2, 6), Box(0, 7, 1, 9)]) == Box(0, 5, 2, 9)
    with pytest.raises(ValueError, match="unpack"):
        bounding_box([])


def test_page_units_become_fractions_within_the_page() -> None:
    assert to_fractions(Box(-10, 50, 100, 300), 200, 200) == Box(0, 0.25, 0.5, 1)
    boxes = [Box(0, 0, 50, 50), Box(-10, -3, 100, 200), Box(33, 66.6, 100.1, 300)]
    boxes += [Box(half, 2 * half, half, 99) for half in ((at + 0.5) / 1000 for at in range(300))]  # between two places
    words = words_to_fractions([Word("a", box) for box in boxes], 100, 200)
    assert words[0] == Word("a", Box(0, 0, 0.5, 0.25))
    assert [word.box for word in words] == [to_fractions(box, 100, 200) for box in boxes]


def test_a_box_of_a_picture_is_placed_on_the_page() -> None:
    assert scale_into(Box(0.5, 0, 1, 0.5), Box(0.2, 0.2, 0.6, 0.4)) == Box(0.4, 0.2, 0.6, 0.3)
