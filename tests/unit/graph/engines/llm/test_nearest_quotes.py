"""Quotes that a small model copied inexactly: which sentence they come from, and when none is taken for it."""

from __future__ import annotations

import pytest

from graph.engines.llm.nearest_quotes import with_nearest_quote
from graph.types import Claim, PageRef, RetrievedChunk

BRIDGE = "The bridge was opened in May 1931. It spans 412 metres of water. Toll is taken at the north end only."
FERRY = (
    "The ferry runs every 20 minutes in summer. ~~A crossing costs 3 crowns.~~ A crossing costs 4 crowns.\n\n"
    "<table><tr><th>Boat</th><th>Seats</th></tr><tr><td>Heron</td><td>120</td></tr></table>"
)


def chunk(identity: str, text: str) -> RetrievedChunk:
    return RetrievedChunk(
        chunk=identity, document="d", name="d.pdf", page=1, score=1.0, relevant=True, heading="", kind="text", text=text
    )


CHUNKS = [chunk("one", BRIDGE), chunk("two", FERRY)]


def quoted(text: str, quote: str, cited: str = "one") -> tuple[str, str]:
    claim = with_nearest_quote(Claim(text=text, chunk=cited, quote=quote), CHUNKS)
    return claim["chunk"], claim["quote"]


@pytest.mark.parametrize(
    ("quote", "cited", "expected"),
    [
        ("The bridge was opened in May 1931.", "one", ("one", "The bridge was opened in May 1931.")),
        ("the bridge opened in may 1931", "one", ("one", "The bridge was opened in May 1931.")),
        ("The bridge was open in May, 1931", "two", ("one", "The bridge was opened in May 1931.")),
        ("It spans 412 metres of water.", "two", ("one", "It spans 412 metres of water.")),
        ("spans 412 metres of water. The toll is taken at north end",
         "one", ("one", "It spans 412 metres of water. Toll is taken at the north end only.")),
        ("bridge opened May 1931", "one", ("one", "The bridge was opened in May 1931.")),
        ("A crossing costs about 4 crowns", "two", ("two", "A crossing costs 4 crowns.")),
    ],
)  # fmt: skip
def test_a_slip_does_not_lose_the_sentence(quote: str, cited: str, expected: tuple[str, str]) -> None:
    assert quoted("said", quote, cited) == expected


@pytest.mark.parametrize("quote", ["", "P1", "passage P1", "[P1]", "..."])
def test_without_a_quote_it_is_the_sentence_with_the_claims_words(quote: str) -> None:
    assert quoted("The bridge spans 412 metres of water.", quote) == ("one", "It spans 412 metres of water.")
    assert quoted("The Heron has 120 seats.", quote, "two")[1] != "Heron 120", "two of five words are not enough"
    assert quoted("Heron 120", quote, "two") == ("two", "Heron 120")


def test_other_words_stay_as_they_are_and_fail_their_check() -> None:
    for quote in ("The tunnel was closed for good last winter.", "The bridge of the north was in water."):
        assert quoted("The tunnel was closed.", quote) == ("one", quote)
    assert quoted("Nothing of the kind is said there at all.", "P1") == ("one", "P1")


def test_struck_words_are_no_sentence_to_take() -> None:
    assert quoted("said", "A crossing costs 3 crowns", "two") == ("two", "A crossing costs 4 crowns.")


def test_a_number_or_a_name_that_was_copied_is_left() -> None:
    assert quoted("It spans 412 metres.", "412 metres") == ("one", "412 metres")


def test_an_image_is_left() -> None:
    claim = Claim(text="It rises.", chunk="", quote="1931", image=PageRef(document="d", page=1))
    assert with_nearest_quote(claim, CHUNKS) == claim
