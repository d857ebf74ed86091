"""Timetables: the first and the last time at a place, in columns and in rows, and what they do not tell."""

from __future__ import annotations

import pytest

from graph.tables.answers import answer_from_tables
from graph.verification.computations import failure_of_result
from tests.unit.graph.tables.test_answers import table

OUT = table(
    (("1", "06:40", "07:15"), ("2", "13:25", "14:00"), ("3", "20:15", "20:50")),
    ("Trip", "Leaves Harbour", "Arrives Skerry"),
    "From Harbour to Skerry",
)
BACK = table(
    (("1", "07:30", "08:05"), ("2", "14:20", "14:55"), ("3", "21:05", "21:40")),
    ("Trip", "Leaves Skerry", "Arrives Harbour"),
    "From Skerry to Harbour",
    ordinal=5,
)
STOPS = table(
    (("Moorside", "06:15", "9.40 am", "7.30 pm"), ("Hospital", "06:41", "10.06 am", "7.56 pm")),
    ("Stop", "Bus 1", "Bus 2", "Bus 3"),
    "Mondays to Saturdays",
    ordinal=9,
)

SHOPS = table(
    (("Clock House", "10:00", "17:00"), ("Print Works", "11:00", "20:00"), ("Fort", "08:00", "17:00")),
    ("Shop", "Opens", "Closes"),
    "Opening hours of the shops",
    ordinal=13,
)
NIGHT = table(
    (("Basel", "20:51", "21:13"), ("Ulm", "00:20", "00:41")),
    ("Station", "Arrival", "Departure"),
    "Night train to Ulm",
    ordinal=17,
)


def said(question: str) -> str:
    answer = answer_from_tables(question, [OUT, BACK, STOPS, SHOPS, NIGHT], {})
    for claim in answer.claims:
        assert failure_of_result(claim, claim["computation"]) == ""
    return " / ".join(claim["text"] for claim in answer.claims)


@pytest.mark.parametrize(
    ("question", "time"),
    [
        (
            "When is the last boat from Skerry to Harbour?",
            "Leaves Skerry 21:05, Arrives Harbour 21:40, the latest of 3",
        ),
        ("what time does the first ferry leave Harbour?", "Leaves Harbour 06:40"),
        ("When does the last boat arrive at Skerry?", "Arrives Skerry 20:50"),
        ("When does the last bus leave Moorside?", "Moorside: Bus 3 7.30 pm, the latest of 3 times"),
        ("Which shop opens the earliest?", "Fort: Opens 08:00"),
        ("When does the night train leave Ulm?", "Ulm: Departure 00:41"),
        ("When does the night train get to Ulm?", "Ulm: Arrival 00:20"),
        ("When does the earliest bus get to the hospital?", "Hospital: Bus 1 06:41"),
    ],
)
def test_the_first_and_the_last_are_those_of_the_place_and_direction(question: str, time: str) -> None:
    assert time in said(question)


@pytest.mark.parametrize(
    "question",
    [
        "When is the last boat from Skerry to Gull Island?",
        "When is the last boat?",
        "When does the last bus leave Moorside on Sundays?",
        "When was the last repair at Skerry?",
        "Which shop closes the earliest?",  # two do
    ],
)
def test_nothing_is_told_of_other_places_days_and_things(question: str) -> None:
    assert said(question) == ""


def test_a_result_that_is_not_the_latest_does_not_follow() -> None:
    claim = answer_from_tables("When does the last bus leave Moorside?", [STOPS], {}).claims[0]
    made = claim["computation"]
    assert failure_of_result(claim, {**made, "operands": made["operands"][::-1]})


def test_the_oldest_was_finished_first_and_a_verb_may_say_no_more_than_has() -> None:
    rows = (("Abbot", "1788", "9"), ("Castle", "1863", "14"))
    bridges = table(rows, ("Bridge", "Finished", "Width"), "Table 4: Bridges", 2)
    (claim,) = answer_from_tables("Which bridge is the oldest?", [bridges], {}).claims
    assert claim["text"].startswith("Abbot: Finished 1788")
    (claim,) = answer_from_tables("Which bridge carries the most width?", [bridges], {}).claims
    assert claim["text"].startswith("Castle: Width 14")
    assert not answer_from_tables("Which bridge lost the most width?", [bridges], {}).claims
