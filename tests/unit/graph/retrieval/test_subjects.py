"""The subject of a conversation: what an answer named, and the thing that a question asks of it."""

from __future__ import annotations

import pytest

from graph.retrieval.follow_ups import standalone
from graph.retrieval.subjects import person_in, winner_in, with_subject


@pytest.mark.parametrize(
    ("answer", "winner"),
    [
        ("Tench: Depth (m) 40, the highest of 4 values [1]", "Tench"),
        ("Tench: Depth (m) 12, the second lowest of 4 values [1]", "Tench"),
        ("Lake Roe has the higher Depth (m): 40 against 12 [1]", "Lake Roe"),
        ("Tench and Roe: Depth (m) 40, the highest of 4 values [1]", ""),
        ("Tench: Depth (m) 40 [1]", ""),
        ("The lake has a pier. [1]", ""),
    ],
)
def test_the_row_with_the_most_is_what_an_answer_is_about(answer: str, winner: str) -> None:
    assert winner_in(answer) == winner


def test_the_next_question_is_about_the_row_with_the_most() -> None:
    told = [("Which lake is the deepest?", "Tench: Depth (m) 40, the highest of 4 values [1]")]
    assert standalone("How long is it?", told, lambda _, others: [0.0] * len(others)) == "How long is Tench?"


def test_a_person_is_named_by_the_answer_to_who() -> None:
    assert person_in("Who keeps the mill?", "It is kept by Jan de Wit. [1]") == "Jan de Wit"
    assert person_in("When was it built?", "It was built by Jan de Wit. [1]") == ""


def test_a_thing_is_asked_of_the_subject_only_where_the_library_tells_it_of_that() -> None:
    question = "How long does the warranty last?"
    assert with_subject(question, "drill", lambda *_: True) == "How long does the warranty last for drill?"
    assert with_subject(question, "drill", lambda *_: False) == question
    assert with_subject(question, "drill", None) == question
    assert with_subject(question, "", lambda *_: True) == question
    assert with_subject("How long does the warranty of the saw last?", "drill", lambda *_: True).endswith("saw last?")
    assert with_subject("How long does the warranty last?", "the warranty", lambda *_: True) == question
