"""Whether a pronoun of a question stands for something in it."""

from __future__ import annotations

import pytest

from graph.retrieval.antecedents import has_open_pronoun


@pytest.mark.parametrize(
    "question",
    [
        "How much does it cost?",
        "Who opened its new building?",
        "how old is he",
        "When does it expire?",
        "Where did she study?",
        "Is it open on weekdays?",
        "And what did they pay for the roof?",
    ],
)
def test_a_pronoun_without_a_noun_before_it_is_open(question: str) -> None:
    assert has_open_pronoun(question)


@pytest.mark.parametrize(
    "question",
    [
        "How much does the boat cost?",
        "How much does it cost to rent a boat?",
        "How long does it take to cross the bay?",
        "Is it allowed to smoke?",
        "What is it called when steam drives a wheel?",
        "What does it say about smoking?",
        "Who moved his court to the coast?",
        "Are dogs allowed off their leads?",
        "When do members get their card?",
        "Newborns have no exposure before they are what?",
        "Which plan has its own sauna?",
        "What instrument does she play, Marta?",
        "Wo kommt der Fluss her?",
    ],
)
def test_a_pronoun_that_a_noun_a_name_or_a_clause_explains_is_not(question: str) -> None:
    assert not has_open_pronoun(question)


def test_of_one_document_a_pronoun_may_mean_its_person_or_itself() -> None:
    for question in ("How can it be terminated?", "When does it expire?"):
        assert has_open_pronoun(question), question
        assert not has_open_pronoun(question, of_one=True), question
    for question in ("What is her date of birth?", "what's his phone number"):
        assert has_open_pronoun(question, of_one=True), question
        assert not has_open_pronoun(question, of_one=True, of_person=True), question
    assert has_open_pronoun("How much does it cost?", of_one=True)
