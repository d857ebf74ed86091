"""Amounts, dates and roles in a sentence that are not those of the thing that a question asks about."""

from __future__ import annotations

import pytest

from graph.engines.offline.other_amounts import gives_another
from graph.engines.offline.other_persons import other_person
from graph.engines.offline.other_things import Evidence, says_outright


@pytest.mark.parametrize(
    ("question", "quote", "other"),
    [
        ("How much is the membership a year?", "Membership costs 14 euros a month.", True),
        ("How much is the rent a month?", "The daily rent is 12 euros.", True),
        ("How much is the membership a month?", "Membership costs 14 euros a month.", False),
        ("How much is the membership?", "Membership costs 14 euros a month.", False),
        ("How much is the fee a year?", "The fee is 168 euros a year, or 14 a month.", False),
        ("When was the report written?", "Patient: Ewa Kowal, born 12 May 1978.", True),
        ("When was the patient born?", "Patient: Ewa Kowal, born 12 May 1978.", False),
        ("How much was the clock?", "Mrs Imrie will get three quotations for the clock.", True),
        ("How much was the clock?", "The clock was given to us free of charge, not for euros.", False),
        ("How much is the rent?", "The rent rises by 2 per cent each year.", True),
        ("How much is the rent?", "The rent rises by 2 per cent to £2,397.", False),
        ("How much did the state pay?", "The parents' association paid 5,000 euros.", True),
        ("How much did the parents pay?", "The parents' association paid 5,000 euros.", False),
        ("How much did we pay?", "The parents' association paid 5,000 euros.", False),
        ("When was the museum founded?", "The museum is run by the Heritage Trust, a charity founded in 1961.", True),
        ("When was the Heritage Trust founded?", "It is run by the Heritage Trust, a charity founded in 1961.", False),
        ("When was the house built?", "Insured: 5 Gull Terrace, a detached house built in 1904.", False),
        ("When was the boathouse built?", "Insured: a detached house built in 1904 with a boathouse.", True),
        ("What does the coach earn?", "Parents pay the coach 15 pounds a lesson.", True),
        ("What does the coach earn?", "The coach is paid 15 pounds a lesson.", False),
        ("What does the coach earn?", "The club pays the coach 900 pounds a month.", False),
        ("What do parents pay the coach?", "Parents pay the coach 15 pounds a lesson.", False),
        ("Who is the tenant's agent?", "Notices go to the landlord's agent, Petra Vane.", True),
        ("Who is the landlord's agent?", "Notices go to the landlord's agent, Petra Vane.", False),
    ],
)
def test_what_belongs_to_another_is_told_from_what_is_asked(question: str, quote: str, other: bool) -> None:
    assert bool(gives_another(question, quote)) is other


def test_what_was_reached_and_who_has_been_something_is_said_outright() -> None:
    ratio = "The cost-income ratio improved to 61.8 per cent."
    assert says_outright("What was the cost-income ratio?", ["cost", "income", "ratio"], ratio)
    mayor = Evidence("The mayor has been Edda Wilms since 2014.", "Oakmere")
    assert other_person("Who is the mayor?", mayor) == ""
    assert other_person("Who is the mayor?", Evidence("The mayor has been asked by the council.", "Oakmere"))
