"""What the check finds where a sentence has two values, a part and its rest, or a limit, and a claim is about one."""

from __future__ import annotations

import pytest

from tests.unit.graph.verification.claims.test_check import findings

CARTS = "In 2043 an average of 31,700 carts a day crossed the ford, up from 28,200 in 2040."
WAGONS = "Heavy wagons made up 8 per cent of the traffic, compared with 13 per cent before the works."
RINGS = "Der Vogelwart Arno Heller beringte 530 Vögel, seine Vorgängerin Grete Voss hatte im Jahr davor 610 beringt."
BEACH = "Der Strand darf nur zwischen dem 15. August und dem 31. März betreten werden."
CUTS = "None of the three power cuts lasted longer than forty minutes."
LOSSES = "Die Verluste lagen mit 3,7 Prozent unter dem Durchschnitt von 5,9 Prozent."
HALLS = "Unlike the western hall, the eastern hall has no lift."
LOANS = "Loans of maps rose by a quarter to 48,500."
CALLS = "The crew went out to 173 calls, 52 of them fires and 84 accidents. The rest were false alarms."
TRAVEL = "The first boat came after 7.5 minutes, half a minute earlier than 2041."
REVIEW = "The director announced that the review would not begin until 2047."
STOPS = "The bus does not stop at small farms unless the parish pays for the stop."
PLANT = "Das Kraftwerk soll bis 2050 schließen, sofern der Stadtrat zustimmt."
HULLS = "The yard, Aldous Works, replaced 118 of the 160 hulls; the remaining ones were sound."
NUTS = "The harbour now has 203 workers; the number dropped from 214."
LAPTOPS = "Members under 16 may not borrow laptops."
STAY = "The average ship stayed between 17 and 33 hours."
FEE = "The fee is 0.65 crowns per tonne for small ships."
RADAR = "The new radar costs 3.4 million crowns, which is paid over five years."
PILOTS = "The station employs 52 people, of whom 19 are women."
FLOUR = "The mill made 730 tonnes of flour in 2040, up from 640 a year earlier."
FINES = "Fines for late returns fell in May."


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("In 2040, 28,200 carts crossed the ford each day on average.", CARTS),
        ("Before the works, heavy wagons made up 13 per cent of the traffic.", WAGONS),
        ("Grete Voss hatte ein Jahr zuvor 610 Vögel beringt.", RINGS),
        ("Der Strand darf nur zwischen August und März betreten werden.", BEACH),
        ("All three power cuts lasted at most forty minutes.", CUTS),
        ("The western hall has a lift, but not the eastern one.", HALLS),
        ("Loans of maps grew by 25% to 48,500.", LOANS),
        ("Of the 173 calls, 37 were false alarms.", CALLS),
        ("In 2041 the first boat came after 8 minutes.", TRAVEL),
        ("The review will begin in 2047 at the earliest, the director announced.", REVIEW),
        ("The bus stops at small farms only if the parish pays for the stop.", STOPS),
        ("Aldous Works replaced 118 hulls.", HULLS),
        ("There were 11 fewer workers than before.", NUTS),
        ("Members younger than 16 may not borrow laptops.", LAPTOPS),
        ("The average ship stayed at least 17 hours and up to 33 hours.", STAY),
        ("Small ships pay 0.65 crowns per tonne.", FEE),
        ("19 of the 52 people are women.", PILOTS),
        ("In 2039 the mill made 640 tonnes of flour.", FLOUR),
        ("A year earlier the mill made 640 tonnes.", FLOUR),
    ],
)
def test_the_value_that_a_claim_is_about_is_not_marked(text: str, quote: str) -> None:
    assert not findings(text, quote, around="There were eleven boats.")


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("In 2040 an average of 31,700 carts a day crossed the ford.", CARTS),
        ("Before the works, heavy wagons made up 8 per cent of the traffic.", WAGONS),
        ("Grete Voss beringte 530 Vögel.", RINGS),
        ("All three power cuts lasted at least forty minutes.", CUTS),
        ("Die Verluste lagen über dem Durchschnitt.", LOSSES),
        ("The western hall has no lift.", HALLS),
        ("Loans of maps grew by 20% to 48,500.", LOANS),
        ("Of the 173 calls, 38 were false alarms.", CALLS),
        ("The review began before 2047.", REVIEW),
        ("Der Stadtrat hat zugestimmt, dass das Kraftwerk schließt.", PLANT),
        ("Aldous Works replaced 160 of the hulls.", HULLS),
        ("There were 12 fewer workers than before.", NUTS),
        ("The average ship stayed at least 33 hours.", STAY),
        ("The fee is 0.65 crowns per ship.", FEE),
        ("The new radar costs 3.4 million crowns a year.", RADAR),
        ("The station employs 52 women.", PILOTS),
        ("In 2039 the mill made 730 tonnes of flour.", FLOUR),
        ("In 2040 the mill made 640 tonnes of flour.", FLOUR),
    ],
)
def test_the_value_of_the_other_side_is_marked(text: str, quote: str) -> None:
    assert findings(text, quote, around="There were eleven boats.")


def test_words_that_the_quote_does_not_have_are_not_compared() -> None:
    assert not findings("Returns cost more nowadays.", FINES)
    assert findings("Late returns cost more.", FINES)
