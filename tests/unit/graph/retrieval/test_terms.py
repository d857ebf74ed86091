"""Words of questions."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from graph.retrieval import terms


def test_questions_asked_together_are_told_apart() -> None:
    assert terms.split_questions("Who founded it? When was the storm?") == ["Who founded it?", "When was the storm?"]
    assert terms.split_questions("What is v1.2? ") == ["What is v1.2?"]


def test_repeated_and_countless_questions_are_one_search() -> None:
    assert len(terms.split_questions("How high is the tide? " * 50)) == 1
    many = " ".join(f"What is item {number}?" for number in range(50))
    assert terms.split_questions(many) == [many]


def test_a_question_without_words_of_its_own_keeps_what_it_has() -> None:
    assert terms.content_terms("What is it?") == ["what", "is", "it"]
    assert terms.content_terms("What is the tide?") == ["tide"]


def test_years() -> None:
    assert terms.years("from 1911 to 2025, not 3025 nor 18,450") == {"1911", "2025"}


@given(st.text())
def test_terms_stand_where_they_say(text: str) -> None:
    for term in terms.terms(text):
        assert text[term.start : term.end].lower() == term.text
