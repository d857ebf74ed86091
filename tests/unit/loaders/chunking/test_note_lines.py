"""Notes at the foot of a page, with footers that only look like them."""

from __future__ import annotations

import pytest

from loaders.chunking.chunker import chunk_pages
from loaders.chunking.note_lines import with_notes
from loaders.types import Block


def _kinds(*pages: list[Block]) -> list[str]:
    return [blocks[-1].kind for _, blocks in with_notes(list(enumerate(pages, 1)))]


def _page(call: str, foot: str, kind: str = "furniture") -> list[Block]:
    return [Block("text", f"The fee for lifting is 110 pounds{call} a boat."), Block(kind, foot)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("call", "foot"),
    [
        ("¹", "1 Without VAT."),
        ("¹", "¹ Without VAT"),
        ("¹²", "12) Without VAT"),
        ("ᵃ", "a Paid in advance"),
        ("*", "* Members only"),
        ("²,³", "3 Not in May"),
    ],
)
def test_a_line_that_a_raised_sign_calls_is_a_note(call: str, foot: str) -> None:
    assert _kinds(_page(call, foot)) == ["footnote"]


@pytest.mark.parametrize(
    ("call", "foot"),
    [
        ("", "1 Without VAT."),
        ("²", "1 Harbour office"),
        ("¹", "1"),
        ("¹", "2024 Harbour office"),
        ("¹", "- 1 -"),
        ("¹", "Page 1"),
    ],
)
def test_other_lines_at_an_edge_stay_what_they_are(call: str, foot: str) -> None:
    assert _kinds(_page(call, foot)) == ["furniture"]


def test_a_text_behind_changing_numbers_is_a_running_footer() -> None:
    assert _kinds(*(_page(mark, f"{n} Annual report") for n, mark in enumerate("¹²³", 1))) == ["furniture"] * 3


@pytest.mark.parametrize("kind", ["furniture", "footnote", "text"])
def test_a_note_that_each_page_has_is_found_on_each(kind: str) -> None:
    bodies = ["The tide was high.", "Fog lay on the island.", "The library has a new roof.", "A crane was bought."]
    pages = [
        (n, [Block("text", f"{body} It cost {n}10 pounds¹ then."), *_page("", "1 Without VAT.", kind)[1:]])
        for n, body in enumerate(bodies, 1)
    ]
    told = [sentence.text for chunk in chunk_pages("Fees", pages) for sentence in chunk.sentences]
    assert told.count("1 Without VAT.") == 4
