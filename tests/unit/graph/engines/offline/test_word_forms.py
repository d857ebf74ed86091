"""Unit tests for the forms in which a text may name a word of a question."""

from __future__ import annotations

import pytest

from graph.engines.offline import word_forms

TEXT = "The administrators weighed 40 kittiwakes in the harbour; the puffin colonies grew."


@pytest.mark.parametrize(
    ("word", "named"),
    [
        ("harbour", True),
        ("Harbours", True),  # an inflection
        ("administration", True),  # the same beginning
        ("colony", True),
        ("kittiwakess", True),  # one letter too many
        ("kitiwakes", True),  # one too few
        ("kittiwkaes", True),  # two exchanged
        ("habrour", True),
        ("gittiwakes", False),  # another first letter is another word
        ("puffins", True),
        ("muffin", False),
        ("40", True),
        ("41", False),  # a digit is no typing error
        ("gannet", False),
        ("row", False),  # "grew" is another word, and three letters are too few for a typing error
    ],
)
def test_a_word_is_named_by_its_forms(word: str, named: bool) -> None:
    held = word_forms.stems(TEXT)
    assert word_forms.is_named(word, held, frozenset()) is named


def test_a_word_is_named_by_two_texts_together_if_one_of_them_names_it() -> None:
    own, above = word_forms.stems(TEXT), word_forms.stems("Annual report of the bird observatory")
    for word in ("observatories", "colony", "gannet", "reprot"):
        together = word_forms.is_named(word, own | above, frozenset())
        apart = word_forms.is_named(word, own, frozenset()) or word_forms.is_named(word, above, frozenset())
        assert together == apart, word


def test_no_word_is_named_by_a_part_in_the_middle_of_another() -> None:
    held = word_forms.stems("Unadministered transshipments.")
    assert not word_forms.is_named("administered", held, frozenset())
    assert not word_forms.is_named("shipment", held, frozenset())
