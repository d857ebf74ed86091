"""Questions whether something is allowed: "no" answers them, what only mentions the thing does not."""

from __future__ import annotations

import pytest

from graph.engines.offline.evidence_rules import why_related
from graph.engines.offline.other_things import Evidence
from graph.engines.offline.permissions import asks_permission, rules_on, says_no
from graph.engines.offline.required_words import required_words


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("may i sublet", "The tenant may not sublet the cabin."),
        ("Is fishing ok?", "Fishing is forbidden on the pier."),
        ("are fires allowed on the beach", "No fires are permitted on the beach after sunset."),
        ("Can I bring a dog?", "No pets are allowed in the huts, but a bring-your-own blanket is."),
        ("am i allowed to paint the walls", "The walls must not be painted in dark colours."),
        ("Can guests park in the yard?", "Guests may park in the yard with the consent of the warden."),
    ],
)
def test_what_allows_or_forbids_something_answers_whether_it_is_allowed(question: str, quote: str) -> None:
    assert asks_permission(question)
    assert rules_on(question, required_words(question, ""), quote)
    assert why_related(question, Evidence(quote, "")) == ""


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("may i sublet", "The cabin was sublet in 1998."),
        ("Is fishing ok?", "Fishing brought the village wealth."),
        ("are fires allowed on the beach", "No fires are permitted in the dunes."),
        ("Can I bring a parrot?", "No bicycles are allowed in the huts; bring your own blanket."),
        ("Who may not enter the tower?", "The warden may enter the tower."),
        ("Why is fishing not allowed?", "Fishing is allowed because the stocks recovered."),
    ],
)
def test_what_only_mentions_it_or_says_so_of_another_thing_does_not(question: str, quote: str) -> None:
    assert not rules_on(question, required_words(question, ""), quote)


def test_questions_of_fact_keep_their_negation() -> None:
    assert not asks_permission("Who may enter the tower?")
    assert "negated" in why_related("Who may enter the tower?", Evidence("Visitors may not enter the tower.", ""))


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("Are the gardens heated?", "The gardens are not heated."),
        ("Is the café open on Mondays?", "The café is closed on Mondays."),
        ("Does the bus run on Sundays?", "The bus does not run on Sundays."),
        ("Can I sublet the flat?", "The tenant may not sublet the flat."),
    ],
)
def test_a_sentence_that_plainly_denies_what_is_asked_says_no(question: str, quote: str) -> None:
    assert says_no(question, quote)


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("Is smoking forbidden in the flat?", "Smoking is not allowed in the flat."),
        ("Is the café open on Mondays?", "The café is not closed on Mondays."),
        ("Does the bus run on Sundays?", "The bus runs on Sundays."),
        ("Are cats allowed?", "Dogs are not allowed, cats are allowed."),
        ("May I keep pets?", "Pets may not be kept without consent."),
        ("Does Ann work on Sundays?", "No colleague of Ann works on Sundays."),
        ("Is the left door open?", "The right door is closed."),
        ("Is the shop of the mill open?", "The shop of the mill has no open fire."),
        ("Are dogs allowed in the pool?", "Dogs in the pool are not allowed to bark."),
        ("Is the bus not running on Sundays?", "The bus does not run on Sundays."),
        ("Which gardens are heated?", "The gardens are not heated."),
    ],
)
def test_conditions_other_things_and_what_is_not_denied_say_no_no(question: str, quote: str) -> None:
    assert not says_no(question, quote)
