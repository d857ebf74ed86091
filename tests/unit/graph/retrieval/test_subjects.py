"""The subject of a conversation: what an answer named, and the thing that a question asks of it."""

from __future__ import annotations

import pytest

from graph.retrieval.follow_ups import standalone
from graph.retrieval.subjects import chosen_in, done_in, person_in, winner_in, with_subject


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


def test_the_person_is_named_where_the_answer_says_what_was_asked() -> None:
    answer = "Dr Ann Roe treats adults, and Dr Bo Lee treats children. [1]"
    assert person_in("Who treats children?", answer) == "Dr Bo Lee"
    assert person_in("Who treats adults?", answer) == "Dr Ann Roe"


def test_a_person_of_related_passages_stands_where_it_is_said_what_was_asked() -> None:
    closest = "Closest passages, which do not claim to answer:\n\n{}\n\nShe married the painter Otto Lind in 1898. [2]"
    assert person_in("Who did Elin Marsk marry?", closest.format("Elin Marsk was born to Ida Bo. [1]")) == "Otto Lind"
    assert person_in("Who taught Elin Marsk?", closest.format("Elin Marsk was born to Ida Bo. [1]")) == ""


def test_what_is_asked_for_is_what_the_next_question_is_about() -> None:
    capital = "Warsaw (Polish: Warszawa) is the capital of Poland. [1]"
    assert chosen_in("What is the capital of Poland?", capital) == "Warsaw"
    assert chosen_in("What is the river of Poland?", capital) == ""
    assert chosen_in("What is the capital of Warsaw?", capital) == ""
    bought = "It was agreed to buy a shredder for 780 euros. [1]"
    assert done_in("What did they decide to buy?", bought) == "a shredder"
    assert done_in("What did they decide to sell?", bought) == ""
    assert done_in("What did the board buy?", bought) == ""


def test_a_thing_is_asked_of_the_subject_only_where_the_library_tells_it_of_that() -> None:
    question = "How long does the warranty last?"
    assert (
        with_subject(question, "drill", lambda *_, by_document=False: not by_document)
        == "How long does the warranty last for drill?"
    )
    assert with_subject(question, "drill", lambda *_, **__: False) == question
    assert with_subject(question, "drill", None) == question
    assert with_subject(question, "", lambda *_, by_document=False: not by_document) == question
    assert with_subject(
        "How long does the warranty of the saw last?", "drill", lambda *_, by_document=False: not by_document
    ).endswith("saw last?")
    assert (
        with_subject("How long does the warranty last?", "the warranty", lambda *_, by_document=False: not by_document)
        == question
    )


def test_a_question_that_several_documents_tell_is_about_the_one_spoken_of() -> None:
    def told(thing: str, subject: str, *, by_document: bool = False) -> bool:
        return by_document

    asked = "By when must I report a claim?"
    assert with_subject(asked, "the car policy", told) == "By when must I report a claim for the car policy?"
    assert (
        with_subject("By when must Ann report a claim?", "the car policy", told) == "By when must Ann report a claim?"
    )
    assert with_subject("When does the car start?", "the car policy", told) == "When does the car start?"
