"""Words of two languages that begin alike."""

from __future__ import annotations

import pytest

from graph.retrieval.cognates import weight_of_cognates


@pytest.mark.parametrize(
    ("asked", "word", "alike"),
    [
        ("pharmazie", "pharmacy", True),
        ("océano", "ocean", True),
        ("rotoren", "rotor", True),
        ("interesse", "international", False),
        ("haus", "haus", False),  # too short to tell
        ("12345", "12346", False),
    ],
)
def test_words_that_begin_alike_for_most_of_their_length_are_cognates(asked: str, word: str, alike: bool) -> None:
    assert weight_of_cognates({asked: 2.0, "bridge": 1.0}, [word, "river"]) == (2.0 if alike else 0.0)
