"""Columns asked by adjectives, values and years; rows that add up the others; what is not said to be missing."""

from __future__ import annotations

import pytest

from graph.tables.answers import answer_from_tables
from graph.verification.computations import failure_of_result
from tests.unit.graph.tables.test_answers import ask, prose, table

SHIPS = table(
    (("Marigold", "11.6", "17.0", "1998"), ("Kathleen", "16.3", "25.5", "2006"), ("Petrel", "5.0", "25.5", "2021"),
     ("Fleet", "32.9", "68.0", "")),
    ("Boat", "Length (m)", "Top speed (kn)", "In service since"),
)  # fmt: skip
SEATS = table((("First aid", "4"), ("Forklift", "0"), ("Fire", "11")), ("Course", "Seats left"), "Courses")


@pytest.mark.parametrize(
    ("question", "begins"),
    [
        ("Which boat is the longest?", "Kathleen: Length (m) 16.3, the highest of 3"),  # the fleet adds up the others
        ("Which boats are longer than 9 m?", "Marigold (11.6) and Kathleen (16.3) have Length (m) above 9"),
        ("Which boats have a top speed of 25.5 kn?", "Kathleen (25.5) and Petrel (25.5) have Top speed (kn) of 25.5"),
        ("Is the Petrel faster than the Marigold?", "Yes: Top speed (kn) of Petrel is 25.5"),
        ("Which boat is the newest?", "Petrel: In service since 2021, the highest"),
        ("Which boat has been in service the longest?", "Marigold: In service since 1998, the lowest"),
        ("List all boats", "Table 3 lists 3: Marigold, Kathleen, Petrel"),
    ],
)
def test_columns_are_asked_by_adjectives_and_values(question: str, begins: str) -> None:
    answer = answer_from_tables(question, [SHIPS], {})
    assert [claim["text"][: len(begins)] for claim in answer.claims] == [begins]
    assert all(failure_of_result(claim, claim["computation"]) == "" for claim in answer.claims)


def test_those_that_have_something_left_have_more_than_none() -> None:
    claims = answer_from_tables("Which courses have seats left?", [SEATS], {}).claims
    assert [claim["text"] for claim in claims] == ["First aid (4) and Fire (11) have Seats left above 0"]


def test_a_day_that_stands_in_a_cell_is_no_missing_row() -> None:
    hours = table((("Clock House", "Monday"), ("Fort", "none")), ("Museum", "Closed on"), "Museums")
    assert answer_from_tables("Which museums are closed on Mondays?", [hours], {}).absence == ""


def test_a_name_of_another_document_and_a_verb_are_not_said_to_be_missing() -> None:
    other = prose("Sales fell.")
    asked = [table(header=("Ferry", "Runs", "Fuel", "Crew 1", "Crew 2")), other]
    assert answer_from_tables("Who runs Norrland?", asked, {"doc": "Norrland Timber"}).absence == ""
    assert ask("How many hours did they work on Gannet?").absence == ""


def test_the_oldest_is_what_was_finished_first_and_a_verb_that_says_more_is_no_have() -> None:
    bridges = table((("Abbot", "1788", "9"), ("Castle", "1863", "14")), ("Bridge", "Finished", "Width"), "Table 4", 2)
    assert ask("Which bridge is the oldest?", bridges).claims[0]["text"].startswith("Abbot: Finished 1788")
    assert not ask("Which ferry lost the most passengers?").claims


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("What is the KLM score of Tern-2.1?", "88.3"),
        ("KLM of Kestrel?", "90.8"),
        ("What is the KLM-Pro of Tern-2.1-1022?", "78.0"),
        ("What is the KLM-Lite of Kestrel?", ""),
    ],
)
def test_a_name_may_leave_out_its_metric_and_the_date_of_its_version(question: str, value: str) -> None:
    rows = (("KLM (Pass@1)", "88.3", "90.8"), ("KLM-Pro (EM)", "78.0", "84.0"))
    told = answer_from_tables(question, [table(rows, ("Benchmark", "Tern-2.1-1022", "Kestrel"), "Table 4: Scores")], {})
    assert [claim["text"].split()[-1] for claim in told.claims] == [value] * bool(value)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("How does R1 compare with o1-mini on KLM-500?", "KLM-500 (EM): Tern R1 97.3, Plover o1-mini 90.0"),
        ("Compare R1 and o1-mini on KLM-500", "KLM-500 (EM): Tern R1 97.3, Plover o1-mini 90.0"),
        ("Is R1 better than o1-mini on KLM-500?", "Yes: KLM-500 (EM) of Tern R1 is 97.3, that of Plover o1-mini 90.0"),
        ("How does R7 compare with o1-mini on KLM-500?", ""),
    ],
)
def test_both_things_that_are_compared_have_a_column_or_none_is_told(question: str, text: str) -> None:
    rows = (("KLM-500 (EM)", "88.5", "97.3", "90.0"), ("OPQ (EM)", "1.0", "2.0", "3.0"))
    own = table(rows, ("Benchmark", "Tern V3", "Tern R1", "Plover o1-mini"), "Table 4: Comparison of R7 and others")
    assert [claim["text"] for claim in answer_from_tables(question, [own], {}).claims] == [text] * bool(text)
