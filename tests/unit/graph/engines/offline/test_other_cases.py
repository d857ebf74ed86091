"""Sentences that hold what a question asks for only under a condition, of a part, as a rule or as a possibility."""

from __future__ import annotations

import pytest

from graph.engines.offline.evidence_rules import why_related
from graph.engines.offline.other_cases import is_other_case
from graph.engines.offline.other_things import Evidence
from graph.engines.offline.row_fit import of_several_holders, of_several_totals
from graph.storage.rows import SentenceRow

PAY, PAY_IN_ALL = "How much do I have to pay?", "What do I pay for pottery in all?"
RELEGATED = "Which club is relegated?"
INSURANCE_ENDS = "When does the insurance end?"
LONG_TRIAL = "How long is the trial period?"
MEAN = "What was the mean haemoglobin of the daily group?"


@pytest.mark.parametrize(
    ("question", "quote", "other"),
    [
        (PAY, "A fee of £60 is charged if you leave before that.", True),
        (PAY, "Please pay £230.85 by 29 October.", False),
        ("How much do I have to pay if I leave?", "A fee of £60 is charged if you leave before that.", False),
        ("How much is the fee?", "A fee of £60 is charged if you leave before that.", False),
        ("When do I have to pay?", "If you pay by direct debit we will take the money on 27 October.", True),
        ("How much notice must be given?", "It goes on unless one side gives notice three months before.", False),
        ("When do I have to pay?", "Payments received since then: £30.00 on 22 July.", True),
        ("When do I have to pay?", "The bill was sent on 1 May and is payable by 20 May.", False),
        (PAY_IN_ALL, "Material for pottery (20 euros) is paid to the teacher.", True),
        (PAY_IN_ALL, "The total for pottery is 160 euros.", False),
        ("What did the bridge cost in total?", "The bridge cost 9 million pounds.", False),
        ("What do repairs cost in all?", "For insurance the cost of rebuilding is £355,000.", True),
        (RELEGATED, "The last club is relegated.", True),
        (RELEGATED, "The last club, MTV Rastede, is relegated.", False),
        (RELEGATED, "Rastede is relegated.", False),
        (INSURANCE_ENDS, "You may cancel within 14 days.", True),
        ("When can I cancel the insurance?", "You may cancel within 14 days.", False),
        (INSURANCE_ENDS, "The insurance ends on 1 May 2026.", False),
        (LONG_TRIAL, "During the trial period the notice is two weeks.", True),
        (LONG_TRIAL, "The trial period is six months.", False),
        ("How long is the notice?", "During the trial period the notice is two weeks.", False),
        ("What if I miss a tablet?", "Take the tablet in the evening.", True),
        ("What if I miss a tablet?", "If you forget one, leave it out.", False),
        ("What happens if I lose my keys?", "A lost set costs 90 euros.", False),
        (MEAN, "The primary outcome was haemoglobin of the daily group after 12 weeks.", True),
        (MEAN, "Haemoglobin of the daily group averaged 127 g/L.", False),
    ],
)
def test_another_case_than_the_one_asked_does_not_answer(question: str, quote: str, other: bool) -> None:
    assert bool(is_other_case(question, quote)) is other


def test_a_row_of_one_charge_is_no_price_in_all() -> None:
    row = Evidence("Courses. Pottery | Lessons: 8; Fee: 140", "Evening school", "Pottery", "Courses. ")
    assert "no total" in why_related(PAY_IN_ALL, row)
    total = Evidence("Courses. Pottery | Fee: 140; Total with material: 160", "Evening school", "Pottery", "Courses. ")
    assert why_related(PAY_IN_ALL, total) == ""


@pytest.mark.parametrize(
    ("question", "quote", "above", "answers"),
    [
        ("How old is the patient?", "Patient: Ewa Kowal, born 12 May 1978.", "", False),
        ("How old is the patient?", "Patient: Ewa Kowal, aged 47, born 12 May 1978.", "", True),
        ("How old is the surveyor?", "A semi-detached house, built about 1934.", "Home survey report", False),
        ("How old is the house?", "A semi-detached house, built about 1934.", "Home survey report", True),
        ("Who is the patient's doctor?", "Patient: Ewa Kowal. The doctor came by car.", "", False),
        ("Who is the patient's doctor?", "The patient's doctor is Dr Lund.", "", True),
        ("When did he die?", "His brother died in 2019.", "", False),
        ("When did his brother die?", "His brother died in 2019.", "", True),
        ("What does he earn?", "A bonus of 6 per cent of the salary is paid.", "", False),
        ("What does he earn?", "The salary is £38,400.", "", True),
        ("Who read the meter?", "Reading of the meter: 18,916.", "", False),
        ("Who read the meter?", "Reading of the meter by Ann Lee: 18,916.", "", True),
    ],
)
def test_ages_and_persons_are_those_asked_for(question: str, quote: str, above: str, answers: bool) -> None:
    assert (why_related(question, Evidence(quote, above)) == "") is answers


def test_of_two_persons_with_one_job_none_is_the_one_asked_for() -> None:
    crew = (("Tim Reuter", "Deckhand"), ("Olga Wirth", "Deckhand"), ("Malik Osman", "Captain"))
    rows = [SentenceRow(n, n, n, "row", (1,), (("Name", n), ("Rank", job))) for n, job in crew]
    both = {"Tim Reuter", "Olga Wirth"}
    assert of_several_holders("Who is the deckhand?", both, rows) == both
    assert of_several_holders("Wer ist der Matrose?", both, rows) == both
    assert of_several_holders("Who are the deckhands?", both, rows) == set()
    assert of_several_holders("Who is the captain?", {"Malik Osman"}, rows) == set()


def test_of_several_totals_none_is_the_total() -> None:
    labels = ("Total", "Total income", "Water")
    rows = [SentenceRow(label, label, label, "row", (1,), (("Item", label), ("2025", "9"))) for label in labels]
    assert of_several_totals("What was the total in 2025?", {"Total"}, rows) == {"Total"}
    assert of_several_totals("What was the total in 2025?", {"Total"}, rows[:1]) == set()
    assert of_several_totals("What was the total income in 2025?", {"Total income"}, rows) == set()
