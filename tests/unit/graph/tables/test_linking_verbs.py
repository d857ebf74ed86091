"""Verbs that link a thing to what is asked of it, and those that say more."""

from __future__ import annotations

import pytest

from graph.tables.answers import answer_from_tables
from tests.unit.graph.tables.test_answers import prose, table

FARMS = table(
    (
        ("Upper Moor", "64", "210", "11", "11.5"),
        ("Quarry Farm", "38", "95", "24", "8.2"),
        ("Brook End", "71", "130", "9", "24.0"),
    ),
    ("Farm", "Cows", "Sheep", "Distance (km)", "Pasture (ha)"),
    "Animals by farm",
)


def said(question: str) -> list[str]:
    return [claim["text"] for claim in answer_from_tables(question, [FARMS, prose("It rained.")], {}).claims]


@pytest.mark.parametrize(
    ("question", "begins"),
    [
        ("How many sheep are kept at Quarry Farm?", "Quarry Farm: Sheep 95"),
        ("How many cows does Brook End graze?", "Brook End: Cows 71"),
        ("Which farms graze more than 60 cows?", "Upper Moor (64) and Brook End (71) have Cows above 60"),
        ("Which farm tends the fewest sheep?", "Quarry Farm: Sheep 95, the lowest"),
        ("How many farms feed at least 100 sheep?", "2: Upper Moor and Brook End have Sheep of at least 100"),
        ("Which farms are bigger than 10 hectares?", "Upper Moor (11.5) and Brook End (24.0) have Pasture (ha) above"),
        ("What number of cows lives on Brook End?", "Brook End: Cows 71"),
        ("How many kilometres from here is Brook End?", "Brook End: Distance (km) 9"),
    ],
)
def test_a_verb_that_only_links_needs_no_place_in_the_table(question: str, begins: str) -> None:
    assert [text[: len(begins)] for text in said(question)] == [begins]


@pytest.mark.parametrize(
    "question",
    [
        "How many sheep did Quarry Farm lose?",
        "How many sheep does Quarry Farm not keep?",
        "How many cows does Brook End insure?",
        "Which farm slaughtered the most sheep?",
        "What number of cows sleeps on Brook End?",
        "Which farms dismissed more than 60 cows?",
        "How many cows were sold at Brook End?",
        "How many cows were vaccinated at Brook End?",
        "How many sheep did Quarry Farm buy in spring?",
        "How many hours away is Brook End?",
    ],
)
def test_a_verb_that_says_more_leaves_a_question_open(question: str) -> None:
    assert said(question) == []


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("How many sheep does the abbey have?", "There is no abbey in"),
        ("What number of cows is there at mill?", "There is no mill in"),
        ("How many red cards did Quarry Farm receive?", "There are no red cards in"),
        ("How many cows graze in spring?", ""),
        ("How many hours did they work on Quarry Farm?", ""),
    ],
)
def test_a_common_noun_in_the_place_of_a_row_is_told_missing(question: str, missing: str) -> None:
    absence = answer_from_tables(question, [FARMS, prose("It rained.")], {}).absence
    assert absence.startswith(missing) if missing else absence == ""


@pytest.mark.parametrize(
    ("question", "ratio"),
    [
        ("How many times as many cows as Brook End does Quarry Farm keep?", "38 / 71"),
        ("How many times as many cows as Brook End did Quarry Farm keep?", "38 / 71"),
        ("How many times larger is the distance of Quarry Farm than that of Brook End?", "24 / 9"),
        ("How many times the sheep of Brook End is that of Quarry Farm?", "95 / 130"),
    ],
)
def test_a_ratio_is_of_what_is_asked_to_what_it_is_held_against(question: str, ratio: str) -> None:
    assert [ratio in text for text in said(question)] == [True]


def test_a_printed_share_is_looked_up() -> None:
    arms = table((("Low dose", "198", "6.1"), ("High dose", "195", "17.4")), ("Arm", "People", "Fever (%)"), "Arms", 3)
    claims = answer_from_tables("What share of the low dose arm had fever?", [arms], {}).claims
    assert [claim["text"] for claim in claims] == ["Low dose: Fever (%) 6.1"]


CREWS = table(
    (("A", "12", "8", "1998"), ("B", "11", "7", "2014"), ("D", "10", "9", "2003")),
    ("Crew", "Races", "Wins", "Founded"),
    "Standings of the crews",
    ordinal=5,
)


@pytest.mark.parametrize(
    ("question", "begins"),
    [
        ("How many wins does crew D have?", ["D: Wins 9"]),
        ("Which crews were founded before 2010?", ["A (1998) and D (2003) have Founded below 2010"]),
        ("Which crews were founded since 2003?", ["B (2014) and D (2003) have Founded of at least 2003"]),
        ("Which crew won the most races?", []),  # not the one that took part in most
    ],
)
def test_letters_name_rows_and_years_are_limits(question: str, begins: list[str]) -> None:
    claims = answer_from_tables(question, [CREWS], {}).claims
    assert [claim["text"][: len(one)] for claim, one in zip(claims, begins, strict=True)] == begins


def test_a_name_is_no_form_of_a_name_with_another_ending_and_a_head_no_operation() -> None:
    teams = table(
        (("Everness", "4", "(15)"), ("Halwick", "9", "22")),
        ("Team", "Ore output", "Goal difference"),
        "Teams",
        ordinal=7,
    )
    assert not answer_from_tables("What is the ore output of Everburgh?", [teams], {}).claims
    claims = answer_from_tables("What is the goal difference of Halwick?", [teams], {}).claims
    assert [claim["text"] for claim in claims] == ["Halwick: Goal difference 22"]


def test_a_word_before_a_row_is_a_verb_only_after_what_is_asked() -> None:
    rows = (("Low dose", "198"), ("High dose", "195"), ("Single dose", "97"))
    arms = table(rows, ("Arm", "Participants"), "Arms of the trial", ordinal=9)
    claims = answer_from_tables("How many participants chose low dose?", [arms], {}).claims
    assert [claim["text"] for claim in claims] == ["Low dose: Participants 198"]
    assert not answer_from_tables("How many participants received the booster dose?", [arms], {}).claims
