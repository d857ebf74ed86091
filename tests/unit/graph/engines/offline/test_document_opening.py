"""The words of a question that a quote may leave to the first lines of a short document."""

from __future__ import annotations

import pytest

from graph.engines.offline.asked_values import holds_value
from graph.engines.offline.document_opening import implied_by_opening, opening_of
from graph.engines.offline.evidence_rules import why_related
from graph.engines.offline.other_things import Evidence
from graph.storage.rows import ChunkRow, SentenceRow

OPENING = (
    "Tarn Roofing Ltd, 4 Kiln Lane. For: Hollis Chess Club. Ms Dina Okafor was elected; the band plays in May; "
    "in 2024 it had a trip."
)


def test_the_opening_ends_with_the_next_heading() -> None:
    texts = [
        ("heading", "Bill"),
        ("prose", "Tarn Roofing."),
        ("item", "Roof."),
        ("heading", "Work"),
        ("prose", "Tiles."),
    ]
    rows = tuple(SentenceRow(f"s{at}", text, text, kind, (1,)) for at, (kind, text) in enumerate(texts))
    assert opening_of([ChunkRow("c", "d", "a.pdf", 0, "text", "", (1,), (), rows)]) == "Tarn Roofing. Roof."


@pytest.mark.parametrize(
    ("question", "quote", "left"),
    [
        ("how many guests were at the chess dinner", "Dinner on 22 March, 64 guests.", "chess"),
        ("How many days off does Dina get?", "29 days off a year.", "Dina"),
        ("How many votes did Dina get?", "Edna Marsh was elected with 49 votes.", ""),  # somebody else's
        ("where does the band play now", "The band has a new leader from Cardiff.", ""),  # what it does
        ("Is the roofing of the club finished?", "The work is finished.", ""),  # two things
        ("who plays the tuba in the band", "The tuba is played by Ann Lee.", "band"),
        ("what is the address of the bakery", "The bakery is closed.", ""),
        ("How many members did the club have in 2024?", "The club has 64 members.", ""),  # the year of a comparison
    ],
)
def test_things_and_names_are_left_to_the_opening_but_no_deeds(question: str, quote: str, left: str) -> None:
    assert implied_by_opening(question, OPENING, quote) == left


@pytest.mark.parametrize(
    ("opening", "left"),
    [
        ("Lease of the ground floor and cellar of 3 Mill Lane.", ""),
        ("Lease of a cellar and the yard in Mill Lane.", ""),
        ("Insured: a house built in 1904 with a cellar.", ""),
        ("Lease of the cellar of 3 Mill Lane.", "cellar"),
    ],
)
def test_one_of_two_things_that_the_opening_names_is_not_left_to_it(opening: str, left: str) -> None:
    assert implied_by_opening("What is the rent for the cellar?", opening, "The rent is 90 pounds.") == left


def test_a_name_with_a_number_is_no_person() -> None:
    asked = "Who funded the study of Tern-R1?"
    assert not holds_value(asked, "name", Evidence("We plan to fund a study of Tern-R2.", ""))
    assert holds_value(asked, "name", Evidence("The study of Tern-R1 was funded by Ida Holm.", ""))


def test_a_rate_says_no_time_and_a_birth_no_age() -> None:
    assert not holds_value("When is the bill due?", "date", Evidence("Late bills bear interest of 8 % a year.", ""))
    assert holds_value("When is the bill due?", "date", Evidence("The bill is due at the end of the year.", ""))
    assert why_related("How old is Dina?", Evidence("Dina is 36 years old.", "")) == ""
    assert "birth" in why_related("How old is Dina?", Evidence("Dina was born on 3 May 1990.", ""))
    assert why_related("How old is Dina?", Evidence("Dina lives in house 3.", "")) != ""
    assert why_related("Why do the leaves turn yellow?", Evidence("Lime makes the leaves turn yellow.", "")) == ""
