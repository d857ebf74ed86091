"""The most and the least of a column: years below months, text among numbers, ranks and times, columns of years."""

from __future__ import annotations

from dataclasses import replace

import pytest

from graph.storage.rows import ChunkRow
from graph.tables.answers import answer_from_tables
from graph.verification.computations import failure_of_result
from tests.unit.graph.tables.test_answers import prose, table


def made(caption: str, header: str, *rows: str, ordinal: int = 1) -> ChunkRow:
    return table(tuple(tuple(row.split("|")) for row in rows), tuple(header.split("|")), caption, ordinal)


WEATHER = made(
    "Weather and visitors by month, 2024",
    "Month|Mean temperature (°C)|Highest (°C)|Lowest (°C)|Rain (mm)|Visitors",
    "January|-2.4|4.1|-13.6|61|1,204",
    "May|13.0|20.3|2.2|72|5,190",
    "July|18.9|31.6|9.4|97|9,731",
    "August|18.2|29.8|8.8|81|10,055",
    "December|-0.5|4.7|-11.2|n/a|1,540",
    "Year|9.4|31.6|-13.6||27,720",
)
RACE = made(
    "Ten-mile road race",
    "Place|Runner|Club|Time|Age",
    "1st|Ruth Amadi|Vale Harriers|58:41|27",
    "2nd|Gwen Tull|Penwick AC|59:07|34",
    "3rd|Nora Finch|unattached|1:03:58|51",
    "-|Una Moss|Penwick AC|DNF|22",
)
SCHOOLS = made(
    "Ranking of schools",
    "School|Rank|Score|Dropout rate",
    "Holm|1|91.2|4%",
    "Sund|2|88.0|2%",
    "Vik|3|81.5|9%",
)
PLANS = made(
    "Plans",
    "Plan|Price per month|Price per year|Users included|Support reply within",
    "Free|0|0|1|no support",
    "Solo|6.90|69|1|48 hours",
    "Business|59.00|590|20|8 hours",
    "Enterprise|on request|on request|unlimited|1 hour",
)
ADD_ONS = made(
    "Add-ons",
    "Add-on|Monthly fee|Setup fee",
    "Extra space|2.50|none",
    "Own domain|1.20|15.00",
    "Single sign-on|14.00|120.00",
    ordinal=3,
)
REGIONS = made(
    "Sales by region, SEK million",
    "Region|Net sales 2025|Net sales 2024|Change",
    "Nordics|142.3|139.8|1.8%",
    "Central Europe|118.9|121.5|(2.1%)",
    "Southern Europe|61.2|48.0|27.5%",
    "North America|127.4|112.6|13.1%",
)
SITES = made(
    "Average number of employees",
    "Site|2025|2024",
    "Malmö|412|390",
    "Brno|388|441",
    "Turin|97|110",
    "All sites|897|941",
    ordinal=5,
)


def said(question: str, *tables: ChunkRow) -> list[str]:
    answer = answer_from_tables(question, tables, {})
    for claim in answer.claims:
        assert failure_of_result(claim, claim["computation"]) == ""
    return [claim["text"] for claim in answer.claims]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Which month had the second most visitors?", "July: Visitors 9,731, the second highest of 5 values"),
        ("Which month had the most visitors?", "August: Visitors 10,055, the highest of 5 values"),
        ("How many months had more than 5,000 visitors?", "3: May, July and August have Visitors above 5,000"),
        ("How many visitors were there in the whole year?", "Year: Visitors 27,720"),
        ("How many visitors came in 2024?", "Year: Visitors 27,720"),
        ("Which month was the driest?", "January: Rain (mm) 61, the lowest of 4 values (1 without a value left out)"),
        ("What was the highest temperature?", "July: Highest (°C) 31.6, the highest of 5 values"),
        ("What was the lowest temperature?", "January: Lowest (°C) -13.6, the lowest of 5 values"),
        ("Which month had the highest mean temperature?", "July: Mean temperature (°C) 18.9, the highest of 5 values"),
    ],
)
def test_the_row_of_a_whole_year_is_no_month(question: str, answer: str) -> None:
    assert said(question, WEATHER) == [answer]


@pytest.mark.parametrize(
    ("question", "tables", "begins"),
    [
        ("Who had the best time?", RACE, "1st, Ruth Amadi: Time 58:41, the lowest of 3 values (1 without"),
        ("Who was the slowest?", RACE, "3rd, Nora Finch: Time 1:03:58, the highest of 3"),
        ("Which school has the highest rank?", SCHOOLS, "Holm: Rank 1"),
        ("Which school is ranked lowest?", SCHOOLS, "Vik: Rank 3"),
        ("Which school has the best dropout rate?", SCHOOLS, "Sund: Dropout rate 2%"),
        ("Which school has the best score?", SCHOOLS, "Holm: Score 91.2"),
    ],
)
def test_less_is_better_of_times_ranks_and_errors(question: str, tables: ChunkRow, begins: str) -> None:
    assert [text.startswith(begins) for text in said(question, tables)] == [True]


def test_what_is_better_of_batteries_and_prices_is_not_guessed() -> None:
    phones = made("Phones", "Phone|Battery life (h)|Price|Start-up", "Aro|31|199|12 s", "Bek|44|249|9 s")
    assert said("Which phone has the best battery life?", phones) == [
        "Bek: Battery life (h) 44, the highest of 2 values"
    ]
    assert said("Which phone has the best price?", phones) == []
    assert said("Which phone has the fastest start-up?", phones) == ["Bek: Start-up 9 s, the lowest of 2 values"]
    forecast = made("Population", "City|2020|2050 (forecast)", "Lund|90|310", "Holm|140|150")
    assert said("Which city has the highest population?", forecast) == []


def test_a_text_that_may_be_more_or_less_than_all_numbers_leaves_the_extreme_open() -> None:
    for question in (
        "Which plan is the most expensive?",
        "Which plan includes the most users?",
        "Which plan has the fastest support?",
        "Which add-on has the lowest setup fee?",
        "Which add-on is the cheapest?",
    ):
        assert said(question, PLANS, ADD_ONS) == [], question
    assert said("Which is the cheapest plan?", PLANS, ADD_ONS) == [
        "Free: Price per month 0, the lowest of 3 values (1 without a value left out)"
    ]
    highest = "Single sign-on: Setup fee 120.00, the highest of 2 values (1 without a value left out)"
    assert said("Which add-on has the highest setup fee?", PLANS, ADD_ONS) == [highest]


def test_of_columns_of_years_the_last_one_is_meant_now_or_if_all_agree() -> None:
    assert said("Which region has the highest sales?", REGIONS, SITES) == [
        "Nordics: Net sales 2025 142.3, the highest of 4 values"
    ]
    assert said("Which site had the fewest employees?", REGIONS, SITES) == ["Turin: 2025 97, the lowest of 3 values"]
    assert said("Which site has the most employees?", REGIONS, SITES) == ["Malmö: 2025 412, the highest of 3 values"]
    assert said("Which site had the most employees?", REGIONS, SITES) == []  # Malmö in 2025, Brno in 2024
    assert said("Which region has the most employees?", REGIONS, SITES) == []


def test_growth_is_the_printed_change_in_percent() -> None:
    assert said("Which region grew fastest?", REGIONS) == ["Southern Europe: Change 27.5%, the highest of 4 values"]
    assert said("Which region grew most?", REGIONS) == []  # North America in kronor
    assert said("Which region shrank?", REGIONS) == ["Central Europe ((2.1%)) has Change below 0"]


def test_a_first_row_that_was_taken_for_the_header_leaves_nothing_to_compute() -> None:
    headless = made("Road race", "1st|Ruth Amadi|58:41", "2nd|Gwen Tull|59:07", "3rd|Nora Finch|1:03:58")
    assert said("Who was the slowest?", headless) == []


def test_sums_of_groups_without_a_word_for_it_are_no_rows_like_the_others() -> None:
    exports = made(
        "Exports by country",
        "Market|Tonnes 2024|Value 2024",
        *("France|410|1,230", "Italy|280|1,010", "Europe|690|2,240", "Japan|120|960", "Korea|95|610", "Asia|215|1,570"),
        "World|905|3,810",
    )
    assert said("Which market has the highest value in 2024?", exports) == [
        "France: Value 2024 1,230, the highest of 4 values"
    ]
    assert said("What was the total value in 2024?", exports)[0].endswith("= 3,810")
    assert said("How many tonnes went to Europe?", exports) == ["Europe: Tonnes 2024 690"]
    medals = made("Medals", "Country|Gold|Silver", "Norway|3|1", "Sweden|1|3", "Finland|4|4", "Iceland|0|1")
    assert said("Which country won the most gold?", medals) == ["Finland: Gold 4, the highest of 4 values"]


def test_a_table_goes_on_behind_a_line_that_says_so() -> None:
    first = made("", "School|Pupils|Teachers", "Abbey School|180|13", "Fern School|250|6")
    line = "Table 2 (continued). Schools of the county"
    between = replace(prose(line), id="doc-gen-0002", ordinal=2)
    rest = made("", "School|Pupils|Teachers", "Mill School|393|9", "Nook School|224|21", ordinal=3)
    question = "Which school has the most pupils?"
    assert said(question, first, between, rest) == ["Mill School: Pupils 393, the highest of 4 values"]
    assert len(said(question, first, rest)) == 2  # two tables, each with its answer


LEAGUE = made(
    "Final table",
    "Pos|Team|Won|Goals for|Goals against",
    "1|Ashby Rovers|15|51|22",
    "2|Corran Town|14|47|20",
    "3|Millbrook|13|55|31",
)


@pytest.mark.parametrize(
    ("question", "one", "answers"),
    [
        ("When did most people come?", WEATHER, ["August: Visitors 10,055, the highest of 5 values"]),
        ("Where do most people work?", SITES, ["Malmö: 2025 412, the highest of 3 values"]),
        (
            "Which site lost the most people?",
            SITES,
            ["Brno: 2024 441, 2025 388, the largest fall of 3 (441 − 388 = 53)"],
        ),
        ("Which site added the most people?", SITES, []),
        ("Which site injured the most people?", SITES, []),
        ("Which team scored the most goals?", LEAGUE, ["3, Millbrook: Goals for 55, the highest of 3 values"]),
        ("Which team let in the fewest goals?", LEAGUE, ["2, Corran Town: Goals against 20, the lowest of 3 values"]),
        ("Which club won most matches?", LEAGUE, ["1, Ashby Rovers: Won 15, the highest of 3 values"]),
    ],
)
def test_people_and_goals_are_counted_under_their_own_headers(question: str, one: ChunkRow, answers: list[str]) -> None:
    assert said(question, one) == answers


def test_a_question_for_no_measure_is_not_answered_with_the_only_prices() -> None:
    fees = made("Charges", "Test|Fee", "Blood count|€ 6.40", "Lipids|€ 11.20", "Ferritin|€ 14.90")
    assert said("Which value was the highest?", fees) == []
    assert said("Which charge was the highest?", fees) == ["Ferritin: Fee € 14.90, the highest of 3 values"]
    assert said("Which test is the cheapest?", fees) == ["Blood count: Fee € 6.40, the lowest of 3 values"]


TURBINES = made(
    "Wind turbines",
    "Turbine|Stops|Longest stop|Deviation (%)",
    "T1|14|3 days|4.5",
    "T2|31|2 days|(6.2)",
    "T3|9|16 hours|1.0",
)
CHOIR = made(
    "Choir", "Name|Born|Joined", "Ann Berg|12.03.1981|1999", "Ole Dahl|30.11.1954|2004", "Eva Lie|05.06.1999|2003"
)


@pytest.mark.parametrize(
    ("question", "one", "answers"),
    [
        ("Which turbine had the longest stop?", TURBINES, ["T1: Longest stop 3 days, the highest of 3 values"]),
        ("Which turbine had the shortest stop?", TURBINES, []),
        ("Which turbine had the largest deviation?", TURBINES, []),
        ("Who is the oldest?", CHOIR, ["Ole Dahl: Born 30.11.1954, the earliest of 3 times"]),
        ("Who is the youngest?", CHOIR, ["Eva Lie: Born 05.06.1999, the latest of 3 times"]),
    ],
)
def test_a_superlative_is_one_of_its_own_measure(question: str, one: ChunkRow, answers: list[str]) -> None:
    assert said(question, one) == answers


def test_a_department_is_no_departure() -> None:
    trains = made("Trains", "Train|Departs|Fare", "IC 2|06:10|44.00", "ICE 9|08:00|79.00")
    assert said("Which department spent the most?", trains) == []
    budget = made("Budget", "Department|Plan", "Roads|410", "Schools|980", ordinal=3)
    assert said("Which department has the highest plan?", trains, budget) == [
        "Schools: Plan 980, the highest of 2 values"
    ]
