"""Words of questions."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from graph.retrieval import terms
from loaders.text.raised_signs import TO_ORDINARY


def test_several_questions_in_one_text_are_split() -> None:
    assert terms.split_questions("Who founded it? When was the storm?") == ["Who founded it?", "When was the storm?"]
    assert terms.split_questions("What is v1.2? ") == ["What is v1.2?"]
    two = "When do quiet hours begin, and when does music end?"
    assert terms.split_questions(two) == ["When do quiet hours begin", "when does music end?"]
    for one in ("When the storm came, who was mayor?", "Who is Ann, who was born in Kiel?", "Where is it, in Kiel?"):
        assert terms.split_questions(one) == [one]


def test_an_instruction_after_a_question_is_no_question() -> None:
    assert terms.split_questions("What did it earn? Answer in USD.") == ["What did it earn? Answer in USD."]
    assert terms.split_questions("What did it earn? millions.") == ["What did it earn? millions."]
    assert terms.split_questions("Who founded it? And why?") == ["Who founded it?", "And why?"]


def test_repeated_questions_and_very_many_questions_are_one_search() -> None:
    assert len(terms.split_questions("How high is the tide? " * 50)) == 1
    many = " ".join(f"What is item {number}?" for number in range(50))
    assert terms.split_questions(many) == [many]


def test_a_question_of_stop_words_keeps_them() -> None:
    assert terms.content_terms("What is it?") == ["what", "is", "it"]
    assert terms.content_terms("What is the tide?") == ["tide"]


def test_years() -> None:
    assert terms.years("from 1911 to 2025, not 3025 nor 18,450") == {"1911", "2025"}


@given(st.text())
def test_terms_have_the_right_character_ranges(text: str) -> None:
    for term in terms.terms(text):
        assert text[term.start : term.end].translate(TO_ORDINARY).lower() == term.text
