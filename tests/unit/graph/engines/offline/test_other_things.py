"""Quotes that hold the words of a question and are about another thing."""

from __future__ import annotations

import pytest

from graph.engines.offline.evidence_rules import answers_question, why_related
from graph.engines.offline.other_things import Evidence
from graph.engines.offline.word_forms import initials_of, is_named, stems
from graph.retrieval.scoring import ScoredSentence
from graph.storage.base import ChunkRow, SentenceRow

MOVED = Evidence("In 1911 the school moved from Tórshavn to Vágur with 40 pupils.", "")


@pytest.mark.parametrize(
    "question", ["When did the school move from Torshavn to Vagur?", "What moved to Vágur in 1911?"]
)
def test_a_way_in_the_same_direction_answers(question: str) -> None:
    assert why_related(question, MOVED) == ""


def test_a_way_the_other_way_round_does_not_answer() -> None:
    assert "other way round" in why_related("When did the school move from Vágur to Tórshavn?", MOVED)


def test_of_a_name_alone_what_is_asked_has_to_be_named() -> None:
    quote = Evidence("Ada Lorne studied in Bergen and became the head of the school.", "")
    assert "religion" in why_related("What religion was Ada Lorne?", quote)
    assert why_related("What school was Ada Lorne the head of?", quote) == ""


def chunk(*texts: str) -> ChunkRow:
    """A chunk of prose sentences."""
    sentences = tuple(SentenceRow(f"s{at}", text, text, "prose", (1,)) for at, text in enumerate(texts))
    return ChunkRow("c", "d", "a.pdf", 0, "text", " ".join(texts), (1,), (), sentences)


def answers(question: str, *texts: str) -> bool:
    """Return whether the last sentence answers, near the question as it is."""
    row = chunk(*texts)
    last = row.sentences[-1]
    return answers_question(question, last, row, {}, ScoredSentence("c", last, len(texts) - 1, 0, 0.7, 0.7))


def test_a_pronoun_stands_for_what_the_sentence_before_it_is_about() -> None:
    before, after = "The Otter Rowing Club was founded in 1902.", "They won the island cup in 1946."
    assert answers("When did the Otter Rowing Club win the island cup?", before, after)
    assert not answers("When did the Heron Rowing Club win the island cup?", before, after)
    assert not answers(
        "When did the Otter Rowing Club win the island cup?", before, "Heron won the island cup in 1946."
    )


def test_what_stands_before_a_pronoun_is_no_word_in_the_place_of_another() -> None:
    before, after = "Harbour pumps keep the dock dry.", "They are used with river locks."
    assert not answers("What are harbour locks used with?", before, after)


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("powerful", "a strong engine"),
        ("tenant", "The lessee pays the rent."),
        ("headcount", "We had 40 employees."),
        ("failed", "was unable to"),
    ],
)
def test_a_word_is_named_by_one_that_means_the_same(word: str, text: str) -> None:
    assert is_named(word, stems(text), initials_of(text))


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("weak", "a strong engine"),
        ("landlord", "The tenant pays the rent."),
        ("revenue", "net income of 4 million"),
        ("assets", "the liabilities of the company"),
    ],
)
def test_an_opposite_names_nothing(word: str, text: str) -> None:
    assert not is_named(word, stems(text), initials_of(text))
