"""Tables whose rows are measures: statements of account and data sheets, asked about in everyday words."""

from __future__ import annotations

import pytest

from graph.tables.answers import answer_from_tables
from graph.tables.label_forms import are_of_different_kinds, forms_of_labels
from graph.tables.views import build_views
from graph.verification.computations import failure_of_result
from tests.unit.graph.tables.test_across import table

YEARS = ("2024", "2023")


def of_years(*rows: tuple[str, str, str]) -> tuple[tuple[str, tuple[str, str], tuple[str, str]], ...]:
    """Rows with a value for each of the two years."""
    return tuple((label, (YEARS[0], one), (YEARS[1], two)) for label, one, two in rows)


STATEMENT = of_years(
    ("Sales", "148.2", "139.8"),
    ("of which abroad", "82.6", "74.0"),
    ("Cost of materials", "71.4", "62.7"),
    ("Profit for the year", "9.7", "11.3"),
    ("Employees (number)", "684", "661"),
    ("Total assets", "422.0", "410.5"),
)
ENERGY = of_years(("Gas", "109", "112"), ("Oil", "48", "61"), ("Solar", "22", "9"))
SHEET = (
    ("Speed (pages per minute)", ("P30", "22"), ("P50", "34")),
    ("Noise (dB)", ("P30", "49"), ("P50", "52")),
    ("Price (euros)", ("P30", "189"), ("P50", "279")),
    ("Guarantee", ("P30", "2 years"), ("P50", "3 years")),
)


def ask(question: str, caption: str, rows: tuple[tuple[str, *tuple[tuple[str, str], ...]], ...]) -> list[str]:
    """The texts of the claims, or the sentence on what is missing."""
    answer = answer_from_tables(question, table(caption, "Item", rows), {})
    return [claim["text"] for claim in answer.claims] or [answer.absence]


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("How many employees were there in 2024?", "Employees (number): 2024 684"),
        ("How many people were employed in 2023?", "Employees (number): 2023 661"),
        ("What was the headcount in 2023?", "Employees (number): 2023 661"),
        ("What was the profit in 2023?", "Profit for the year: 2023 11.3"),
        ("What was the turnover in 2024?", "Sales: 2024 148.2"),
        ("How much were sales abroad in 2024?", "Sales, of which abroad: 2024 82.6"),
        ("How many employees are there?", "Employees (number): 2024 684, 2023 661"),
        ("What was the profit margin in 2023?", ""),
        ("What was the total in 2023?", ""),
        ("What were total assets in 2023?", "Total assets: 2023 410.5"),
        ("What was the average in 2024?", ""),
    ],
)
def test_a_line_of_a_statement_is_found_and_lines_are_never_added_up(question: str, says: str) -> None:
    (found,) = ask(question, "Table 1: Key figures", STATEMENT)
    assert found == says if says else "410.5" not in found and "=" not in found


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("How much energy was used in 2024?", "The sum of 2024 over 3 rows: 109 + 48 + 22 = 179"),
        ("How much energy came from wind in 2024?", ""),
        ("Which source of energy grew most between 2023 and 2024?",
         "Solar: 2023 9, 2024 22, the largest rise of 3 (22 − 9 = 13)"),
        ("Which source fell most?", "Oil: 2023 61, 2024 48, the largest fall of 3 (61 − 48 = 13)"),
        ("Which source changed most?", ""),
        ("Which source grew least?", ""),
        ("Which source grew most in 2023?", ""),
        ("Which source of heat grew most?", ""),
    ],
)  # fmt: skip
def test_the_parts_of_one_measure_are_added_up_and_compared_by_their_changes(question: str, says: str) -> None:
    answer = answer_from_tables(question, table("Table 2: Energy used by source, in GWh", "Source", ENERGY), {})
    assert [claim["text"] for claim in answer.claims] == ([says] if says else [])
    assert all(failure_of_result(claim, claim["computation"]) == "" for claim in answer.claims)


GROUPS = (
    ("Grown-ups", ("Members 2024", "212"), ("Members 2023", "205")),
    ("Pupils", ("Members 2024", "58"), ("Members 2023", "20")),
    ("Helpers", ("Members 2024", "90"), ("Members 2023", "40")),
)


def test_of_several_years_the_last_is_that_of_now_and_changes_are_compared_where_amount_and_share_agree() -> None:
    caption = "Table 3: Members of the club"
    (total,) = ask("How many members does the club have?", caption, GROUPS)
    assert total.endswith("212 + 58 + 90 = 360")
    assert ask("Which group grew most?", caption, GROUPS) == [""]  # helpers by 50, pupils to almost three times
    (claim,) = answer_from_tables("Which group grew most?", table(caption, "Group", GROUPS[:2]), {}).claims
    assert claim["text"].startswith("Pupils: Members 2023 20, Members 2024 58")
    computation = claim["computation"]
    swapped = [*computation["operands"][2:], *computation["operands"][:2]]
    assert failure_of_result(claim, {**computation, "operands": swapped})


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("Which model is quieter?", "P30: Noise (dB) 49, the lowest of 2 values"),
        ("Which model is cheaper?", "P30: Price (euros) 189, the lowest of 2 values"),
        ("How much does the P50 cost?", "Price (euros): P50 279"),
        ("How many euros does the P50 cost?", "Price (euros): P50 279"),
        ("How much more does the P50 cost than the P30?",
         "The difference in Price (euros) between P50 and P30: 279 − 189 = 90"),
        ("How many pages per minute does the P30 print?", "Speed (pages per minute): P30 22"),
        ("What is the warranty of the P50?", "Guarantee: P50 3 years"),
    ],
)  # fmt: skip
def test_a_data_sheet_is_asked_in_everyday_words(question: str, says: str) -> None:
    assert ask(question, "Table 3: Technical data", SHEET) == [says]


def test_a_short_form_that_another_label_begins_with_names_no_row() -> None:
    (view,) = build_views(
        table("Loads", "Item", of_years(("Weight (kg)", "1", "2"), ("Weight loaded (kg)", "3", "4"))), {}
    )
    assert forms_of_labels(view.rows).keys() == {("weight", "loaded")}


@pytest.mark.parametrize(
    ("labels", "different"),
    [
        (("Staff costs", "Cost of materials", "Other costs"), False),
        (("Sales", "Costs"), True),
        (("Gas", "Oil"), False),
        (("Visitors", "thereof children"), True),
        (("Area (km²)", "Length (km)"), True),
    ],
)
def test_lines_of_different_kinds_are_told_from_parts_of_one(labels: tuple[str, ...], different: bool) -> None:
    (view,) = build_views(table("Figures", "Item", of_years(*((label, "1", "2") for label in labels))), {})
    assert are_of_different_kinds(view.rows) is different


RIVERS = (
    ("Arve", ("Length (km)", "84"), ("Flows into", "Senn")),
    ("Senn", ("Length (km)", "213"), ("Flows into", "North Sea")),
    ("Tolm", ("Length (km)", "37"), ("Flows into", "Arve")),
)
COURSES = (
    ("Yoga", ("Lessons", "10"), ("Fee (euros)", "70")),
    ("Pottery", ("Lessons", "8"), ("Fee (euros)", "140")),
)


@pytest.mark.parametrize(
    ("question", "first", "rows", "says"),
    [
        ("Which rivers flow into the Senn?", "River", RIVERS, ["Arve: Flows into Senn"]),
        ("Which is longer, the Arve or the Senn?", "River", RIVERS,
         ["Senn has the higher Length (km): 213 against 84"]),
        ("How much is yoga?", "Course", COURSES, ["Yoga: Fee (euros) 70"]),
        ("How much is a lesson of yoga?", "Course", COURSES, []),
    ],
)  # fmt: skip
def test_a_row_that_is_named_is_not_what_is_asked_for_and_a_count_is_no_price(
    question: str, first: str, rows: tuple[tuple[str, *tuple[tuple[str, str], ...]], ...], says: list[str]
) -> None:
    answer = answer_from_tables(question, table("Table 4", first, rows), {})
    assert [claim["text"] for claim in answer.claims] == says


def test_a_column_of_losses_has_a_most_and_a_change_has_none() -> None:
    clubs = (("Holte", ("Won", "10"), ("Lost", "2")), ("Brake", ("Won", "8"), ("Lost", "5")))
    (lost,) = answer_from_tables("Which club has lost most games?", table("Table 6", "Club", clubs), {}).claims
    assert lost["text"].startswith("Brake: Lost 5, the highest")


def test_a_heading_names_the_table_without_its_mark() -> None:
    (view,) = build_views(table("# Rivers of Weald", "River", RIVERS), {})
    assert view.title == "“Rivers of Weald”"


def test_rain_falls_and_sales_fall() -> None:
    months = (("March", ("Rain (mm)", "140"), ("Sales", "9")), ("April", ("Rain (mm)", "98"), ("Sales", "7")))
    assert ask("How much rain fell in March?", "Table 5", months) == ["March: Rain (mm) 140"]
    assert "Sales" not in ask("How much did sales fall in March?", "Table 5", months)[0]


def test_a_table_with_several_totals_has_no_total() -> None:
    accounts = of_years(
        ("Plot fees", "9", "8"), ("Water", "5", "4"), ("Total paid in", "9", "8"), ("Total paid out", "5", "4")
    )
    found = ask("What was the total in 2024?", "Accounts", accounts)
    assert "=" not in found[0]
    assert "Total" not in found[0]


ROOMS = (("Single", ("Price (euros)", "62")), ("Double", ("Price (euros)", "95")))
BEDS = (("Single", ("Beds", "1")), ("Double", ("Beds", "2")))
PRICES = (("Cleaning", ("Members pay (euros)", "75")), ("Filling", ("Members pay (euros)", "95")))
CABINS = (("Ada Kern", ("Cabin", "4")), ("Bo Lind", ("Cabin", "5")))
COWS = (("Brook End", ("Cows", "12")), ("Hill Farm", ("Cows", "30")))
TAUGHT = (("Yoga", ("Teacher", "Ms Roe"), ("Lessons", "10")), ("Pottery", ("Teacher", "Mr Ode"), ("Lessons", "8")))
SNOW = (("March", ("Days with snow", "15")), ("April", ("Days with snow", "6")))
MOTIONS = (
    ("Mend the fence", ("For", "4"), ("Result", "carried")),
    ("Close the lane", ("For", "2"), ("Result", "rejected")),
    ("Buy a clock", ("For", "5"), ("Result", "carried")),
)
CHARGES = (
    ("Rent", ("Amount (pounds)", "2,350"), ("Due", "1st of the month")),
    ("Parking space", ("Amount (pounds)", "85"), ("Due", "quarterly in advance")),
)


@pytest.mark.parametrize(
    ("question", "first", "rows", "says"),
    [
        ("How many rooms are there?", "Room", ROOMS, []),
        ("How many beds are there?", "Room", BEDS, []),
        ("How many members are there?", "Treatment", PRICES, []),
        ("How many cabins are there?", "Sailor", CABINS, []),
        ("How many cows are there?", "Farm", COWS, ["The sum of Cows over 2 rows: 12 + 30 = 42"]),
        ("What does the teacher earn?", "Course", TAUGHT, []),
        ("How long is yoga?", "Course", TAUGHT, []),
        ("How much snow fell in March?", "Month", SNOW, []),
        ("How many days of snow were there in March?", "Month", SNOW, ["March: Days with snow 15"]),
        ("How many rivers are there?", "River", RIVERS, ["the table on page 1 lists 3: Arve, Senn, Tolm"]),
        ("How many motions were carried?", "Motion", MOTIONS,
         ["2: Mend the fence and Buy a clock have Result carried"]),
        ("Who voted for the motion to mend the fence?", "Motion", MOTIONS, []),
        ("When does parking have to be paid?", "Charge", CHARGES, ["Parking space: Due quarterly in advance"]),
    ],
)  # fmt: skip
def test_sorts_are_not_counted_and_each_question_word_has_its_kind_of_cell(
    question: str, first: str, rows: tuple[tuple[str, *tuple[tuple[str, str], ...]], ...], says: list[str]
) -> None:
    answer = answer_from_tables(question, table("", first, rows), {})
    assert [claim["text"] for claim in answer.claims] == says


def test_no_column_is_told_missing_that_a_verb_may_measure() -> None:
    flows = (
        ("Arve", ("Mean discharge (m³/s)", "14.2"), ("Flows into", "Senn")),
        ("Senn", ("Mean discharge (m³/s)", "61.0"), ("Flows into", "North Sea")),
    )
    for question in ("How much water does the Arve carry?", "How much water flows in the Arve?"):
        assert answer_from_tables(question, table("Table 4", "River", flows), {}).absence == ""


def test_the_least_of_another_measure_than_the_only_column_has_is_not_given() -> None:
    rows = (("TS-02", ("Price (CHF)", "46.50")), ("TS-05", ("Price (CHF)", "52.00")))
    assert ask("What is the lowest price?", "Table 2: Temperature sensors", rows) == [
        "TS-02: Price (CHF) 46.50, the lowest of 2 values"
    ]
    assert "46.50" not in " ".join(ask("What is the lowest temperature?", "Table 2: Temperature sensors", rows))


def test_the_rate_of_an_hour_is_not_that_of_a_week() -> None:
    rows = tuple(
        (room, ("Weekday (£ an hour)", one), ("Weekend (£ an hour)", two))
        for room, one, two in (("Main hall", "22", "30"), ("Kitchen", "6", "8"))
    )
    assert "22" in " ".join(ask("How much is the main hall an hour on a weekday?", "Charges", rows))
    assert "22" not in " ".join(ask("How much is the main hall a week?", "Charges", rows))
