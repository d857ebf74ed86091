"""Counts of some of the things that a question counts, of another's things, and of planned ones."""

from __future__ import annotations

import pytest

from graph.engines.offline.evidence_rules import why_related
from graph.engines.offline.other_counts import counts_other_things
from graph.engines.offline.other_things import Evidence

VOLUNTEERS = "How many volunteers does the association have?"
MEMBERS = "How many members does the council have?"
HOUSES = "How many houses are there in Mill Lane?"
MINUTES = "Minutes of Ashcombe Town Council"


@pytest.mark.parametrize(
    ("question", "quote", "other"),
    [
        (VOLUNTEERS, "The treasurer thanked the 22 volunteers who painted the hut.", True),
        (VOLUNTEERS, "The association has 22 volunteers who paint.", False),
        (VOLUNTEERS, "The association thanked its 22 volunteers.", False),
        ("How many volunteers painted the hut?", "She thanked the 22 volunteers who painted the hut.", False),
        (VOLUNTEERS, "We were helped by 38 volunteers, who gave 4,900 hours.", False),
        ("How many boats does the club own?", "Two new boats were bought in 2024.", True),
        ("How many boats does the club own?", "The club sold three boats.", True),
        ("How many boats does the club own?", "The club owns 34 boats and sold three boats.", False),
        ("How many boats were sold?", "The club sold three boats.", False),
        ("How many new trees were planted?", "Two new trees are planted for each one that is felled.", True),
        ("How many new trees?", "Two new trees are planted for each one that is felled.", True),
        (
            "How many trees are planted for each one felled?",
            "Two trees are planted for each one that is felled.",
            False,
        ),
        ("How many eggs do I need?", "Take two eggs for every person.", False),
        ("How many new trees were planted?", "In 2024 we planted 60 new trees, two for each one felled.", False),
        (MEMBERS, "Eleven members of the public attended.", True),
        (MEMBERS, "The 12 members of the council are elected for four years.", False),
        (HOUSES, "The council objects to the application for twelve houses in Mill Lane.", True),
        (HOUSES, "Holm plans to build twelve houses in Mill Lane.", True),
        (HOUSES, "The storm damaged all twelve houses in Mill Lane.", False),
    ],
)
def test_a_part_of_things_another_s_and_planned_ones_are_no_count_of_all(
    question: str, quote: str, other: bool
) -> None:
    assert counts_other_things(question, quote, MINUTES) is other


def test_a_row_of_associate_members_does_not_count_the_members_of_an_association() -> None:
    row = Evidence("Members. Associate members | Number: 27", "Rowing Association", "Associate members", "Members. ")
    assert "Associate members" in why_related("How many members does the association have?", row)
    assert why_related("How many associate members does the association have?", row) == ""


def test_years_count_nothing_but_years() -> None:
    assert why_related("How many cigarettes did he smoke?", Evidence("He stopped smoking ten years ago.", ""))
    assert why_related("How many years did he smoke?", Evidence("He did smoke for ten years.", "")) == ""


def test_a_range_of_days_counts_nothing_but_days() -> None:
    question = "How many batteries do I need a year?"
    assert why_related(question, Evidence("A battery lasts five to seven days, and you need it each year.", ""))
    assert why_related(question, Evidence("You need 50 to 60 batteries a year.", "")) == ""


def test_by_how_long_something_is_extended_is_not_when_it_begins() -> None:
    question = "When does the contract begin?"
    assert why_related(question, Evidence("The contract may be extended once by two years.", ""))
    assert why_related(question, Evidence("The contract is valid from 1 August 2026.", "")) == ""
