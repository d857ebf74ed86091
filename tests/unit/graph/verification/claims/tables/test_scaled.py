"""What a claim may say of a table that counts in thousands, as its caption says, and that names no unit."""

from __future__ import annotations

import pytest

from graph.verification.claims.check import check_claim
from graph.verification.claims.evidence import evidence_for
from tests.unit.graph.verification.claims.tables.test_places import chunk_of

LINES = """|Line|2040|2041|
|---|---|---|
|Northern line|408|376|
|Southern line|97|115|
|Cargo line|158|143|"""
NORTH, SOUTH, CARGO = "| Northern line | 408 | 376 |", "| Southern line | 97 | 115 |", "| Cargo line | 158 | 143 |"


def found(text: str, quote: str) -> dict[str, str]:
    chunk = chunk_of(LINES, "Table 1: Passengers by line (in thousands)")
    return {one.kind: one.severity for one in check_claim(text, evidence_for(quote, chunk))}


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("The northern line had 376,000 passengers in 2041, after 408,000 in 2040.", NORTH),
        ("The southern line gained 18,000 passengers.", SOUTH),
        ("The cargo line lost passengers between 2040 and 2041.", CARGO),
    ],
)
def test_a_value_may_be_told_with_its_thousands(text: str, quote: str) -> None:
    assert found(text, quote) == {}


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("The northern line had 408,000 passengers in 2041.", NORTH),
        ("The northern line had 408 passengers in 2040.", NORTH),
        ("The southern line lost passengers between 2040 and 2041.", SOUTH),
        ("The cargo line carried 143 thousand tonnes in 2041.", CARGO),
        ("The cargo line had 158,000 passengers in 2041.", CARGO),
    ],
)
def test_another_column_lost_thousands_and_an_invented_unit_are_marked(text: str, quote: str) -> None:
    assert found(text, quote)


FARES = """|Ticket|2042|2043|
|---|---|---|
|Return|21.00|21.00|
|Holm route|130.2|121.7|"""


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("The return fare rose in 2043.", "| Return | 21.00 | 21.00 |"),
        ("The Holm route had 121,700 passengers in 2042.", "| Holm route | 130.2 | 121.7 |"),
    ],
)
def test_equal_values_are_no_rise_and_thousands_stand_in_their_column(text: str, quote: str) -> None:
    assert check_claim(text, evidence_for(quote, chunk_of(FARES, "Table 3: Fares and passengers (thousands)")))


SHOPS = """|Shop|Loaves|Profit (thousand marks)|Goal|
|---|---|---|---|
|Basic share of Curil|29,326|151|By 2040, increase the number of approved moorings by 50% to 206.|
|Diluted share of Curil|16,054|117|Keep it.|"""
CURIL = "| Basic share of Curil | 29,326 | 151 | By 2040, increase the number of approved moorings by 50% to 206. |"


@pytest.mark.parametrize(
    ("text", "is_marked"),
    [
        ("The basic share of Curil is 29,326 loaves.", False),
        ("The diluted share of Curil is 29,326 loaves.", True),
        ("The number of approved moorings of Curil is to increase to 206 by 2040.", False),
        ("The number of approved moorings of Curil had increased to 206 by 2040.", True),
    ],
)
def test_a_column_has_its_own_unit_and_a_cell_its_own_sentence(text: str, is_marked: bool) -> None:
    chunk = chunk_of(SHOPS, "Table 2: Shops")
    assert bool(check_claim(text, evidence_for(CURIL, chunk))) == is_marked


PARKS = """|Park|Output (GWh)|Downtime (hours)|
|---|---|---|
|Zimuna|395.6|364|"""


@pytest.mark.parametrize(
    ("text", "is_marked"), [("Zimuna was down for 395.6 hours.", True), ("It stood 364 hours.", False)]
)
def test_a_unit_of_another_column_is_marked(text: str, is_marked: bool) -> None:
    found = check_claim(text, evidence_for("| Zimuna | 395.6 | 364 |", chunk_of(PARKS, "Table 4: Parks")))
    assert bool(found) == is_marked
