"""The check of a claim's numbers, dates and names against its evidence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.verification.claims import dates, names
from graph.verification.claims.check import check_claim
from graph.verification.claims.evidence import Evidence
from graph.verification.claims.facts import unsupported_facts
from graph.verification.claims.numbers import parsing as numbers


def lacks(claim: str, quote: str, around: str = "", above: str = "") -> list[str]:
    return unsupported_facts(claim, Evidence(quote, above, around, f"{around} {quote}"))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1,800 and 1800", {"1800"}),
        ("71.0, 86.7 and 95.9 %", {"71.0", "86.7", "95.9"}),
        ("1,234,567.8", {"1234567.8"}),
        ("1.234.567 and 1.234,5", {"1234567", "1234.5"}),
        ("3,2 Millionen", {"3.2"}),
        ("12,34,567 rupees", {"1234567"}),
        ("18\u202f450 and 18\u00a0450", {"18450"}),
        ("cells 12 345", {"12", "345", "12345"}),  # two cells, or one number: open
        ("from 1,234 to 1.234", {"1234", "1.234"}),
        ("version 1.10.2", {"1.10.2"}),
        ("no numbers", set()),
        ("３ of 7²", {"3", "7"}),  # the mark of a note
        ("10⁶ and 1e3", {"1000000", "1000"}),
        ("1½ of 2’500", {"1.5", "2500"}),
    ],
)
def test_numbers_are_compared_in_one_notation(text: str, found: set[str]) -> None:
    assert numbers.numbers(text, ".") == found


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("ninety-seven days", 97), ("Forty two days", 42), ("two hundred and five", 205), ("a dozen eggs", 12),
        ("three million people", 3_000_000), ("one hundred and twenty thousand", 120_000),
    ],
)  # fmt: skip
def test_number_words(text: str, value: int) -> None:
    assert list(numbers.spelled(text).values()) == [value]


@pytest.mark.parametrize("text", ["dozens of eggs", "in million euros", "someone often listens", "ten eerste van het"])
def test_words_that_are_not_number_words(text: str) -> None:
    assert numbers.spelled(text) == {}


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        pytest.param("It costs 14 euros.", "EUR 14, boat included", id="currency before or after"),
        pytest.param("It costs EUR 14.", "stays at 14 euros", id="currency code for its name"),
        pytest.param("It costs €14.", "14 EUR", id="currency sign"),
        pytest.param("They spent 3,200,000 euros.", "3.2 million euros", id="a magnitude written out"),
        pytest.param("They spent 3.2 million euros.", "3,200,000 euros", id="written with a magnitude"),
        pytest.param("They spent 3.2 million euros.", "3,214,000 euros", id="rounded"),
        pytest.param("Das sind 3,2 Millionen.", "a total of 3.2 million", id="decimal comma"),
        pytest.param("It has 32 billion parameters.", "a 32B model", id="a letter for a magnitude"),
        pytest.param("It is 31 metres high.", "it is 31m high", id="a letter for a unit"),
        pytest.param("In millions, revenue was 3.2.", "revenue of 3.2 million", id="the magnitude elsewhere"),
        pytest.param("Revenue was 3.2 million.", "Revenue (in millions) 3.2", id="the magnitude in the header"),
        pytest.param("Closed for 97 days.", "for ninety-seven days", id="digits for a word"),
        pytest.param("Closed for ninety-seven days.", "for 97 days", id="a word for digits"),
        pytest.param("One of them was closed.", "the slipway was closed", id="one counts nothing"),
        pytest.param("On 9 February 2025.", "recorded on February 9, 2025", id="order of a date"),
        pytest.param("On 9 February 2025.", "recorded 2025-02-09", id="a date in figures"),
        pytest.param("On 2025-02-09.", "recorded on 9 Feb. 2025", id="figures for a date"),
        pytest.param("On 9 February 2025.", "am 09.02.2025", id="a date with points and zeros"),
        pytest.param("Am 9. Februar 2025.", "on February 9th, 2025", id="a month in another language"),
        pytest.param("On 4 March 2024.", "dated 3/4/2024", id="a date that can be read two ways"),
        pytest.param("On 7 February.", "on 3, 5 and 7 February", id="one day of several"),
        pytest.param("It may rain in March.", "rain is likely in March", id="may is no month"),
    ],
)
def test_the_same_number_or_date_in_other_writing(claim: str, quote: str) -> None:
    assert lacks(claim, quote) == []


@pytest.mark.parametrize(
    ("claim", "quote", "lacking"),
    [
        ("It was 3.2 billion.", "3.2 million euros", "3.2 billion"),
        ("It was 3.2 euros.", "3.2 million euros", "3.2"),
        ("It was 3.3 million.", "3,214,000 euros", "3.3 million"),
        ("It was 3.2 million.", "3.2 euros", "3.2 million"),
        ("Closed for nine days.", "for seven days", "nine"),
        ("Closed for seven days.", "for ninety-seven days", "seven"),
        ("It is version 3.10.", "version 3.1", "3.10"),
        ("On 9 March 2025.", "on 9 February 2025", "9 March 2025"),
        ("On 8 February 2025.", "on 9 February 2025", "8 February 2025"),
        ("On 9 February 2024.", "on 9 February 2025", "9 February 2024"),
        ("On 9 February.", "from 9 March to 3 February", "9 February"),
        ("On 2025-02-10.", "on 9 February 2025", "2025-02-10"),
        ("It was shut in May.", "It was shut in June", "May"),
    ],
)
def test_another_number_or_date(claim: str, quote: str, lacking: str) -> None:
    assert lacking in lacks(claim, quote)


def test_only_years_may_be_in_a_heading_instead_of_the_quote() -> None:
    assert lacks("In 2025 it cost 14 euros.", "it cost 14 euros", above="Results of 2025") == []
    assert lacks("In 2025 it cost 14 euros.", "it cost 14 euros", around="Results of 2025") == ["2025"]
    assert lacks("It cost 14 euros.", "it cost much", above="14 Money") == ["14"]


CARROW = "The naturalist Edith Carrow founded the observatory"


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        pytest.param("Edith Carrow founded it.", CARROW, id="the very name"),
        pytest.param("It was Carrow's work.", CARROW, id="possessive"),
        pytest.param("It was founded by Édith Carrow.", CARROW, id="accents"),
        pytest.param("It was founded by EDITH CARROW.", CARROW, id="capitals"),
        pytest.param("The Day Ticket is free.", "the day ticket is free", id="capitals of a title"),
        pytest.param("Founding took place on Monday's boat.", "on the boat of Monday", id="weekday"),
        pytest.param("Most of the Germans left.", "the German visitors left", id="an ending"),
        pytest.param("It is GPT-4.", "the GPT‑4 model", id="hyphens"),
        pytest.param("Yesterday it rained.", "it rained", id="the first word of a sentence"),
        pytest.param("It rained. Afterwards it was dry.", "it rained, then was dry", id="and of a second sentence"),
        pytest.param("See Table 2: it rained.", "2 rain, it rained", id="a word that points"),
        pytest.param("Die Tageskarte kostet 14 Euro Eintritt.", "a day ticket is 14 euros", id="German nouns"),
        pytest.param("Основала Эдит Кэрроу.", CARROW, id="a script that the evidence has not"),
        pytest.param("エディスが創設した。", CARROW, id="a script without capitals"),
        pytest.param("I am the 5 MW plant.", "a 5 megawatt plant", id="a unit at a number"),
    ],
)
def test_supported_and_doubtful_names_pass(claim: str, quote: str) -> None:
    assert lacks(claim, quote) == []


@pytest.mark.parametrize(
    ("claim", "quote", "lacking"),
    [
        ("Ann Carrow founded it.", CARROW, ["Ann"]),
        ("It was founded by Edith Carrov.", CARROW, ["Carrov"]),
        ("It was founded in Kelderness.", CARROW, ["Kelderness"]),
        ("NASA founded it.", CARROW, ["NASA"]),
        ("The best is DeepSeek-R1-Zero.", "the best is DeepSeek-R1", ["Zero"]),
        ("The best is Qwen-R10.", "the best is Qwen-R1", ["R10"]),
        ("Es wurde von Anna Meier gegründet.", CARROW, ["Anna", "Meier"]),
        ("Edith Carrow, of Oslo, and Ada Byron.", CARROW, ["Oslo", "Ada", "Byron"]),
    ],
)
def test_unsupported_names_are_reported(claim: str, quote: str, lacking: list[str]) -> None:
    assert lacks(claim, quote) == lacking


def test_a_name_may_be_in_the_chunk_around_the_quote() -> None:
    assert lacks("Edith Carrow did.", "She founded it", around=CARROW) == []


def test_months_count_as_dates_not_as_names() -> None:
    assert names.names("It rained in March and May 2025.") == []
    assert {date.month for date in dates.dates("in March and on May 3")} == {3, 5}


PIECES = st.sampled_from(
    [
        "3.2",
        "1,800",
        "2025",
        "9",
        "February",
        "May",
        "2025-02-09",
        "3/4/2024",
        "09.02.25",
        "million",
        "Edith",
        "Carrow",
        "GPT-4",
        "R1",
        "NASA",
        "seven",
        "a",
        "dozen",
        "the",
        "it",
        ",",
        ".",
        "EUR",
        "14",
        "5m",
        "32B",
        "−",
        "=",
        "7.1",
        "10.3",
        "Tabelle",
        "und",
        "O’Neill",
        "Müller's",
        "Эдит",
        "東京",
        "ﬁ",
        "²",
        "-",
        "ninety-seven",
        "one",
        "hundred",
    ]
)


@given(st.lists(PIECES, max_size=14).map(" ".join))
def test_every_text_supports_itself(text: str) -> None:
    """An answer in the page's own words is never called unproven."""
    assert unsupported_facts(text, Evidence(text, "", text, text)) == []


@given(st.lists(PIECES, max_size=14).map(" ".join), st.lists(PIECES, max_size=14).map(" ".join))
def test_any_text_can_be_checked_against_any_quote(text: str, quote: str) -> None:
    for one in check_claim(f"{text} 3.1.2 and the total", Evidence(quote, "", quote, quote, quote)):
        assert one.reason
