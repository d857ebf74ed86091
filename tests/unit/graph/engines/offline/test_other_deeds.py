"""A quote that names the words of a question, and says something else: another noun, clause, payment, deed or plan."""

from __future__ import annotations

import pytest

from graph.engines.offline.evidence_rules import why_related
from graph.engines.offline.other_things import Evidence


@pytest.mark.parametrize(
    ("question", "quote", "why"),
    [
        ("What loss is expected for 2025?", "For 2025 the board expects sales of 150 million euros.", "name loss"),
        ("What sales are expected for 2025?", "For 2025 the board expects sales of 150 million euros.", ""),
        ("Which product grew fastest?", "The garden division grew fastest, by 14 per cent.", "name product"),
        ("Which company supplied the boiler?", "The boiler was supplied by Hart in 1990.", ""),
        ("What colour are the doors of the gate?", "The doors of the gate are wide.", "name colour"),
        ("What colour are the doors of the gate?", "The doors of the gate are green.", ""),
    ],
)
def test_the_noun_after_what_or_which_is_named_or_has_a_name(question: str, quote: str, why: str) -> None:
    assert _fits(why_related(question, Evidence(quote, "")), why)


def test_a_word_of_the_title_is_not_said_where_the_sentence_has_another_in_its_place() -> None:
    title, told = "Minutes of the annual meeting", "The longest walk was 31 kilometres."
    assert "place of meeting" in why_related("How long was the longest meeting?", Evidence(told, title))
    assert why_related("How long was the longest walk?", Evidence(told, title)) == ""
    repaired, pier = "The ferry was repaired at Holm in May.", "Collision of the ferry with the pier"
    assert "place of pier" in why_related("When was the pier repaired?", Evidence(repaired, pier))
    assert why_related("When was the ferry repaired?", Evidence(repaired, pier)) == ""
    descale = Evidence("Descale every three months.", "Coffee machine")
    assert "place of coffee" in why_related("Can I descale with coffee?", descale)


@pytest.mark.parametrize(
    ("question", "quote", "why"),
    [
        ("How far is the college?", "The school is 600 m away, the next college is in Wick.", "something else"),
        ("How far is the school?", "The school is 600 m away, the next college is in Wick.", ""),
        ("How long is the warranty on the motor?", "The warranty is two years; for the motor it is ten.", ""),
        ("Why did profit rise?", "Sales rose, while profit fell because of the price of steel.", "something else"),
        ("Why did profit fall?", "Sales rose, while profit fell because of the price of steel.", ""),
        ("How old is the pump?", "All pumps that are older than twelve years are replaced.", "how long"),
        ("How fast was the yacht?", "The lookout, on duty for five hours, saw a yacht.", "no value"),
        ("How fast was the yacht?", "The speed of the yacht was six knots.", ""),
        ("How much did the insurer pay?", "The insurer has offered to pay 500,000 euros.", "no such payment"),
        ("How long did Ida study?", "Ida stayed for ten months and now is going to study.", "something else"),
        ("Where were the tenders awarded?", "The tenders were awarded to the best firm.", "no value"),
        ("Where were the tenders sent?", "The tenders were sent to the firm.", ""),
        ("How much did the shed cost?", "Boats were kept in the shed for 120 pounds.", "price of something else"),
        ("How much did the shed cost?", "The conversion of the shed cost 120 pounds.", "price of something else"),
        ("What does the largest hall cost?", "The largest of the three halls costs 2,400 euros.", ""),
        ("How much did the shed cost?", "The price of the shed was 120 pounds.", ""),
        ("How much did the walk cost?", "The sponsored walk raised 12,750 pounds.", "no such payment"),
        ("How much did Ann Roe pay for the cases?", "Ann Roe demands 320 crowns for the cases.", "no such payment"),
        ("How much did Ann Roe pay for the cases?", "Ann Roe paid 320 crowns for the cases.", ""),
        ("What does the drug cost?", "With the drug 47 per cent had fewer attacks.", "no value"),
        ("How long does the bus to Alta take?", "Day 9: Bus to Alta, 300 km.", "no value"),
        ("How long does the bus to Alta take?", "Day 9: Bus to Alta, 5 hours.", ""),
    ],
)
def test_a_value_belongs_to_the_thing_that_is_asked_about(question: str, quote: str, why: str) -> None:
    assert _fits(why_related(question, Evidence(quote, "")), why)


@pytest.mark.parametrize(
    ("question", "quote", "why"),
    [
        ("When was the roof replaced?", "The roof will be replaced in 2025.", "may or will"),
        ("When was the roof replaced?", "The roof was replaced in 2025 and will be painted.", ""),
        ("When did Roe appeal?", "An appeal of Roe may be lodged within a month.", "may or will"),
        ("When is the roof replaced?", "The roof will be replaced in 2025.", ""),
        ("Who runs the hall?", "The chairs in the hall were designed by Arne Holm.", "who runs it"),
        ("Who runs the hall?", "The chair of the hall is Arne Holm.", ""),
        ("Who designed the hall?", "The chairs in the hall were designed by Arne Holm.", "who designed it"),
        ("Who designed the chairs in the hall?", "The chairs in the hall were designed by Arne Holm.", ""),
        ("Who founded the museum?", "Visit of the museum, which was founded in 1989.", "by whom"),
        ("Who founded the museum?", "The museum was founded by Ida Brandt in 1989.", ""),
        ("When did Ida move?", "Ida comes on Mondays; she is going to move in May.", "may or will"),
        ("When did Ivo read?", "Ivo was to read in March but was ill.", "may or will"),
        (
            "When were the pumps replaced?",
            "The pumps broke in May; the maker says they will be replaced in June.",
            "may or",
        ),
        (
            "When were the pumps replaced?",
            "The board recommends that all pumps be replaced by June 2025.",
            "may or will",
        ),
        ("Who restored the dome?", "The hall was restored by Kell; the dome was left unfinished.", "something else"),
        ("Who restored the hall?", "The hall was restored by Kell; the dome was left unfinished.", ""),
        ("Who bought the shares?", "Emil Roe sold the shares in 1988 and went to Canada.", "by whom"),
        ("Who bought the shares?", "Emil Roe sold the shares to Ida Brandt in 1988.", ""),
        ("When does the flight from Wick leave?", "The flight from Kiel to Wick leaves at 9.30.", "other way"),
        ("When does the flight from Wick leave?", "The flight from Wick to Kiel leaves at 9.30.", ""),
        ("Who is the claimant?", "Counsel for the claimant was Ms Ruth Banks.", "who the claimant is"),
        ("Who is the claimant?", "The claimant is Orla Finch, a florist.", ""),
    ],
)
def test_a_plan_is_no_deed_and_a_passive_names_nobody(question: str, quote: str, why: str) -> None:
    assert _fits(why_related(question, Evidence(quote, "")), why)


@pytest.mark.parametrize(
    ("quote", "counts"),
    [
        ("The club has 40 members.", True),
        ("The club is represented by the chair together with one other member.", False),
        ("The end of the club needs three quarters of all members.", False),
        ("The club decides if at least 25 members are present.", False),
    ],
)
def test_a_part_or_a_condition_counts_not_all_members(quote: str, counts: bool) -> None:
    assert (why_related("How many members does the club have?", Evidence(quote, "")) == "") is counts


def test_a_word_of_the_title_is_not_what_is_counted() -> None:
    told = Evidence("The panel has five members, of whom two are farmers.", "Rules for applicants")
    assert "no value" in why_related("How many applicants are on the panel?", told)


def _fits(found: str, why: str) -> bool:
    return why in found if why else found == ""
