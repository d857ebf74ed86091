"""The conversation before a question: which turns a follow-up may refer to."""

from __future__ import annotations

import pytest

from graph.query.conversation import facts_asked
from graph.types import Turn

TOLD = [
    Turn(role="user", text="What is the mace made of?"),
    Turn(role="assistant", text="The mace is made of silver. [1]"),
]


@pytest.mark.parametrize(
    "question", ["Who presented it?", "When was it made?", "By whom was it sent?", "And how long is it?"]
)
def test_it_is_what_was_asked_about_before_and_not_the_document(question: str) -> None:
    assert facts_asked(question, TOLD) == TOLD


@pytest.mark.parametrize("question", ["Who wrote it?", "Who published this?", "How many pages does it have?", "thanks"])
def test_what_only_a_document_has_is_asked_of_the_document(question: str) -> None:
    assert facts_asked(question, TOLD) == []


def test_a_length_asked_of_a_thing_stays_in_the_conversation() -> None:
    length = [Turn(role="user", text="How long is it?"), Turn(role="assistant", text="The mace is 1.4 m long. [1]")]
    assert facts_asked("And the staff?", TOLD + length) == TOLD + length
    assert facts_asked("And the staff?", length) == []
