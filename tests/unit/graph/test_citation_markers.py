"""Citation markers: what is written is found and removed again, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.citation_markers import (
    disarm_markers,
    link_markers,
    marker,
    split_at_markers,
    strip_markers,
    unlink_markers,
)

ADDRESS = "http://127.0.0.1:2024/room#page=3ff9375edf2407fd/6"


@given(st.integers(1, 999))
def test_a_marker_is_linked_unlinked_stripped_and_disarmed(number: int) -> None:
    text = f"It costs 14 euros. {marker(number)}"
    linked = link_markers(text, {number: ADDRESS})
    assert linked == f"It costs 14 euros. [[{number}]]({ADDRESS})"
    assert unlink_markers(linked) == text
    assert strip_markers(text) == "It costs 14 euros."
    assert disarm_markers(text) == f"It costs 14 euros. ({number})"


@pytest.mark.parametrize("text", ["[1, 2]", "[1-3]", "[ 2 ]", "[1,2,3]"])
def test_lists_of_numbers_that_a_model_writes_count_as_markers(text: str) -> None:
    assert strip_markers(f"So it is {text}.") == "So it is."
    assert "[" not in disarm_markers(text)


@pytest.mark.parametrize("text", ["[2031]", "[a]", "[1](page)", "a[i]", "[]"])
def test_other_brackets_stay(text: str) -> None:
    assert link_markers(text, {2: ADDRESS}) == text
    assert unlink_markers(text) == text


def test_other_brackets_are_not_stripped() -> None:
    assert strip_markers("In [2031] it was [sic].") == "In [2031] it was [sic]."


def test_a_marker_without_an_address_stays_plain() -> None:
    assert link_markers("One [1], two [2].", {2: ADDRESS}) == f"One [1], two [[2]]({ADDRESS})."


def test_a_reply_is_streamed_as_statements_and_markers() -> None:
    assert split_at_markers("It opens at nine. [1]\n\nIt closes at five. [2]") == [
        "It opens at nine. ", "[1]", "\n\nIt closes at five. ", "[2]",
    ]  # fmt: skip


@given(st.text(alphabet="ab[]().12\n* ", max_size=60))
def test_the_pieces_of_a_reply_are_the_reply(text: str) -> None:
    assert "".join(split_at_markers(text)) == text
