"""What the check finds where a claim puts another label, name, date, factor or superlative into the quote's place."""

from __future__ import annotations

import pytest

from graph.verification.claims.numbers.support import unsupported_numbers
from tests.unit.graph.verification.claims.test_check import evidence_of, findings

DRUG = "Drugs such as merrowin prevent K cells from dividing, and inhibit the response of the body."
BILL = "If the whole council agrees to the bill, it then proceeds to Stage 2."
BIRTH = "Though Tolm was born in the hamlet of Orrin, about 60 km from Wick, he moved to Wick as a boy."
POLL = "The date may be varied by the Governor on the proposal of the Harbour Master."
PEACE = "War ended with the signing of the Treaty of Wick on 10 May 1763, and was settled by Orrin's on 15 May 1763."
GOAL = "By 2040, increase the number of approved moorings by 50% from 137 (2038) to 206."
MAYOR = "Since 2002 the mayor of Wick is elected by all citizens."
SPEED = "At sea the engines run at half these speeds, and in port they stand still."
TOWN = "The society has branches, with the one in Skerra being the largest."
VOTE = "The vote of 1979 on a new harbour failed."
TRADE = "In Skerra, overall sales were in line with last year."
SHIPS = "It carried 402 people (9 officers, 39 sailors and 307 settlers)."
STYLES = "Some of the best examples of the old style are the Salt House and the Weavers' Hall."
CASES = "Such things cannot be inferred from about 100 million visits a year by more than 81,000 pilots, as lone cases."


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("Merrowin prevents B cells from dividing.", DRUG),
        ("Merrowin strengthens the response of the body.", DRUG),
        ("If the whole council agrees to the bill, it proceeds to Stage 3.", BILL),
        ("Tolm was born in Wick.", BIRTH),
        ("The Harbour Master may vary the date on the proposal of the Governor.", POLL),
        ("The Treaty of Wick was signed on 15 May 1763.", PEACE),
        ("The number of approved moorings is to go down from 206 to 137.", GOAL),
        ("The number of approved moorings is to be tripled.", GOAL),
        ("Until 2002 the mayor of Wick was elected by all citizens.", MAYOR),
        ("At sea the engines run at twice these speeds.", SPEED),
        ("The Skerra branch is the oldest of the society.", TOWN),
    ],
)
def test_another_thing_in_the_place_is_doubted(text: str, quote: str) -> None:
    passage = f"{quote} Stage 3 follows. There are B cells too."
    assert "doubt" in findings(text, quote, passage).values()


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("Merrowin keeps K cells from dividing.", DRUG),
        ("The bill goes on to Stage 2 if the whole council agrees.", BILL),
        ("Tolm was born in Orrin, and moved to Wick.", BIRTH),
        ("The Governor may vary the date on the proposal of the Harbour Master.", POLL),
        ("The Treaty of Wick was signed on 10 May 1763.", PEACE),
        ("The number of approved moorings is to grow from 137 to 206.", GOAL),
        ("All citizens have elected the mayor of Wick since 2002.", MAYOR),
        ("The branch in Skerra is the biggest of the society.", TOWN),
        ("The vote of 1979 on a new harbour did not succeed.", VOTE),
        ("Overall sales in Skerra were in line with last year.", TRADE),
        ("About three quarters of the 402 people were settlers.", SHIPS),
        ("The Weavers' Hall is one of the best examples of the old style.", STYLES),
        ("Today's Wick has an elected mayor.", f"{MAYOR} Wick has changed."),
    ],
)
def test_the_same_place_said_otherwise_is_not(text: str, quote: str) -> None:
    assert findings(text, quote) == {}


def test_a_bound_is_not_turned_by_a_not_far_before_it() -> None:
    assert "comparison" not in findings("Over 81,000 pilots made the visits.", CASES)


def test_a_fraction_follows_from_a_part_and_its_whole() -> None:
    assert unsupported_numbers("A third of the 402 people were settlers.", evidence_of(SHIPS, SHIPS))[0] == ["A third"]


def test_a_short_name_stands_in_the_plural() -> None:
    assert findings("A CDI holder gets 18 cents.", "Holders of CDIs get 18 cents.") == {}


WATER = (
    "In 2041 the works pumped 3.4 million litres a day, of which 2.9 million went to the town and the rest to mills."
)
SHIFTS = "Night shifts are paid one and a half times the day rate, and Sunday shifts twice the day rate."


SISTERS = (
    "The ship Petrel was built at Holm and rebuilt at Vance in 2021; her sister Dunlin was built at Vance in 1999."
)
CREW = "Of the 214 employees, 61 work ashore; the rest work on board."
PIERS = "The pier at Holm is 140 m long and 9 m wide, the one at Vance 95 m long and 12 m wide."


@pytest.mark.parametrize(
    ("text", "quote", "is_marked"),
    [
        ("The Petrel was rebuilt at Vance.", SISTERS, False),
        ("The Petrel was built at Vance.", SISTERS, True),
        ("153 of the 214 employees work on board.", CREW, False),
        ("153 employees work ashore.", CREW, True),
        ("The pier at Vance is 12 m wide.", PIERS, False),
        ("The pier at Vance is 140 m long.", PIERS, True),
        ("In 2041 the town got 2.9 million litres a day.", WATER, False),
        ("In 2041 the mills got 2.9 million litres a day.", WATER, True),
        ("In 2041 the works pumped 2.9 million litres a day.", WATER, True),
        ("Sunday shifts are paid twice the day rate.", SHIFTS, False),
        ("Sunday shifts are paid one and a half times the day rate.", SHIFTS, True),
        ("Night shifts are paid twice the day rate.", SHIFTS, True),
    ],
)
def test_what_a_second_part_leaves_out_is_filled_in(text: str, quote: str, is_marked: bool) -> None:
    assert bool(findings(text, quote)) == is_marked


@pytest.mark.parametrize(
    ("text", "quote", "is_marked"),
    [
        ("The crew prefers a two-man setting at sea.", "The crew prefers a one-man setting at sea.", True),
        ("The crew prefers a one-man setting.", "The crew prefers a one-man setting at sea.", False),
        ("The Wick lists won 75% of the votes.", "The Wick lists won 75% of the total seats.", True),
        ("The Wick lists won 75% of the seats.", "The Wick lists won 75% of the total seats.", False),
        ("The headquarters of WHG burnt down.", "The headquarters of the Wick Harbour Guild (WHG) burnt down.", False),
    ],
)
def test_another_compound_or_whole_is_doubted(text: str, quote: str, is_marked: bool) -> None:
    assert bool(findings(text, quote)) == is_marked
