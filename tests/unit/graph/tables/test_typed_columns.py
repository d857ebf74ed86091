"""Questions whose words a table's columns hold by their kind: signs, prices, times, texts, numbers of rows, months."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from graph.storage.rows import ChunkRow, SentenceRow
from graph.tables.absent_names import absence_of_month
from graph.tables.answers import answer_from_tables
from graph.tables.results import TableAnswer
from graph.tables.views import build_views
from graph.verification.computations import failure_of_result


def table(caption: str, header: Sequence[str], *rows: Sequence[str], numbered: bool = False) -> ChunkRow:
    """Return the chunk of a table; of a numbered one, the first column stands over the names of the second."""
    sentences = [SentenceRow("t/0", caption, caption, "caption", (1,))]
    for at, row in enumerate(rows, 1):
        cells = list(zip(header, row, strict=True))
        band = (row[0],) if numbered else ()
        if numbered:
            cells = [cells[1], cells[0], *cells[2:]]
        sentences.append(SentenceRow(f"t/{at}", " ".join(row), " ".join(row), "row", (1,), tuple(cells), band=band))
    text = "\n".join(one.text for one in sentences)
    return ChunkRow("t", "doc", "a.pdf", 0, "table", text, (1,), (), tuple(sentences))


def ask(question: str, chunk: ChunkRow) -> TableAnswer:
    answer = answer_from_tables(question, [chunk], {})
    for claim in answer.claims:
        if "computation" in claim:
            assert failure_of_result(claim, claim["computation"]) == ""
    return answer


def said(question: str, chunk: ChunkRow) -> str:
    return " | ".join(claim["text"] for claim in ask(question, chunk).claims)


YARDS = table(
    "Results of the yards", ("Yard", "Income", "Profit (loss)"),
    ("Aspvik", "412", "14"), ("Bergen", "87", "(16)"), ("Dalen", "35", "(36)"), ("Edda", "58", "0"),
)  # fmt: skip
GROUP = table(
    "Accounts of the Orrin Group", ("Item", "2022", "2023"),
    ("Revenue", "1,204", "1,310"), ("Operating profit (loss)", "(12)", "41"), ("Net profit (loss)", "(31)", "22"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("question", "begins"),
    [
        ("Did Aspvik make a profit?", "Yes: Profit (loss) of Aspvik is 14"),
        ("Did Bergen make a profit?", "No: Profit (loss) of Bergen is (16)"),
        ("Is Dalen in deficit?", "Yes: Profit (loss) of Dalen is (36)"),
        ("Which yards made a loss?", "Bergen ((16)) and Dalen ((36)) have Profit (loss) below 0"),
        ("How many yards made a profit?", "1: Aspvik has Profit (loss) above 0"),
        ("Which yard had the largest loss?", "Dalen: Profit (loss) (36), the lowest of 4"),
        ("What was the average income of the yards?", "The mean of Income over 4 rows"),
        ("What was the result of Bergen?", "Bergen: Profit (loss) (16)"),
        ("Did Aspvik not make a profit?", ""),
        ("Did Fosna make a profit?", ""),
        ("Which yards made a loss of 16?", ""),
    ],
)
def test_gains_and_losses_are_signs_of_the_results(question: str, begins: str) -> None:
    told = said(question, YARDS)
    assert told.startswith(begins) if begins else told == ""


@pytest.mark.parametrize(
    ("question", "begins"),
    [
        ("Did the Orrin Group make a loss in 2022?", "Yes: 2022 of Net profit (loss) is (31)"),
        ("Was the operating result of 2023 a profit?", "Yes: 2023 of Operating profit (loss) is 41"),
        ("What was the net result in 2022?", "Net profit (loss): 2022 (31)"),
        ("Did the Orrin Group make a loss in 2021?", ""),
    ],
)
def test_the_result_of_a_company_is_the_net_one(question: str, begins: str) -> None:
    told = said(question, GROUP)
    assert told.startswith(begins) if begins else told == ""


LINES = table(
    "Trains of the lake line", ("Train", "From", "To", "Fare (EUR)"),
    ("LX 1", "Murnau", "Tolz", "12.40"), ("LX 2", "Tolz", "Murnau", "18.60"), ("RB 3", "Murnau", "Seeheim", "29.90"),
    ("RB 4", "Seeheim", "Tolz", "18.60"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("Which trains go to Tolz?", "LX 1: To Tolz | RB 4: To Tolz"),
        ("Which trains go from Murnau to Tolz?", "LX 1: From Murnau, To Tolz"),
        ("How many trains leave from Murnau?", "2: LX 1 and RB 3 have From Murnau"),
        ("Which trains do not go to Tolz?", ""),
        ("Which trains stop in Tolz?", ""),
        ("Which buses go to Tolz?", ""),
        ("Which trains are late in Tolz?", ""),
        ("Which is the most expensive train?", "RB 3: Fare (EUR) 29.90, the highest of 4 values"),
        ("Which trains cost less than 15 euros?", "LX 1 (12.40) has Fare (EUR) below 15"),
    ],
)
def test_rows_are_chosen_by_a_text_or_a_price(question: str, told: str) -> None:
    assert said(question, LINES) == told


RACE = table(
    "Harbour run", ("Runner", "Club", "Born", "Time"),
    ("Vogt", "Lindau", "1991", "2:19:44"), ("Reyes", "Striders", "1979", "2:58:02"),
    ("Senn", "Lindau", "1988", "59:10"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("Who was the fastest runner?", "Senn: Time 59:10, the lowest of 3 values"),
        ("Who is the oldest runner?", "Reyes: Born 1979, the lowest of 3 values"),
        ("Was Vogt faster than Reyes?", "Yes: Time of Vogt is 2:19:44, that of Reyes 2:58:02"),
        ("Which club does Reyes run for?", "Reyes: Club Striders"),
        ("What is the average time of the runners?", ""),
    ],
)
def test_times_are_put_in_order_and_never_added(question: str, told: str) -> None:
    assert said(question, RACE) == told


PLOTS = table(
    "Allotments of Brook Field", ("Plot", "Tenant", "Area", "2023 (EUR)", "2024 (EUR)"),
    ("1", "Anna Reiss", "210", "90", "95"), ("2", "Bo Larsen", "180", "77", "82"),
    ("3", "Cem Aydin", "250", "107", "9"),
    numbered=True,
)  # fmt: skip


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("What was the fee for plot 3 in 2024?", "3, Cem Aydin: 2024 (EUR) 9"),
        ("What was the fee for plot no. 2 in 2023?", "2, Bo Larsen: 2023 (EUR) 77"),
        ("Who is the tenant of plot 2?", "2, Bo Larsen: Plot 2"),
        ("What was the yield of plot 3 in 2024?", ""),
        ("What was the fee for plot 9 in 2024?", ""),
        ("What was the fee for tree 3 in 2024?", ""),
        ("Which plot had the lowest fee in 2023?", "2, Bo Larsen: 2023 (EUR) 77, the lowest of 3 values"),
    ],
)
def test_a_row_is_named_by_its_number(question: str, told: str) -> None:
    assert said(question, PLOTS) == told


def test_a_number_that_no_row_has_is_absent() -> None:
    assert ask("What is the area of plot 9?", PLOTS).absence.startswith("There is no plot 9 in")


CITIES = table(
    "Mean temperatures of three cities", ("City", "January", "July"),
    ("Norvik", "-8.4", "14.1"), ("Brisk", "0.4", "19.5"), ("Oster", "-12.6", "15.3"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("Which city is the coldest in January?", "Oster: January -12.6, the lowest of 3 values"),
        ("In which cities is it below zero in January?", "Norvik (-8.4) and Oster (-12.6) have January below 0"),
        ("How warm is Brisk in July?", "Brisk: July 19.5"),
        ("How tall is Brisk in July?", ""),
    ],
)
def test_what_stands_over_a_table_of_months_is_what_is_measured(question: str, told: str) -> None:
    assert said(question, CITIES) == told


def test_a_month_without_a_column_is_absent() -> None:
    views = build_views([CITIES], {})
    missing = absence_of_month("What is the temperature of Brisk in May?", views).absence
    assert missing.startswith("There is no May in “Mean temperatures of three cities”")
    assert not absence_of_month("What is the temperature of Brisk in July?", views).absence
    assert not absence_of_month("When does the school of Brisk open in May?", views).absence


SEATS = table(
    "Councils", ("Town", "Seats", "Water-proof"),
    ("Marsh", "61", "yes"), ("Upwell", "40", "no"), ("Yaxham", "61", "yes"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("Which towns have 61 seats?", "Marsh (61) and Yaxham (61) have Seats of 61"),
        ("How many times as many seats as Upwell does Marsh have?", "Seats of Marsh to that of Upwell: 61 / 40 = 1.53"),
        ("Is Upwell waterproof?", "No: Upwell: Water-proof no"),
        ("Which towns are waterproof?", "Marsh: Water-proof yes | Yaxham: Water-proof yes"),
        ("Is Quarley waterproof?", ""),
    ],
)
def test_equal_values_marks_and_turned_ratios(question: str, told: str) -> None:
    assert said(question, SEATS) == told


def test_a_table_whose_header_is_a_row_of_data_answers_nothing() -> None:
    votes = table("Votes", ("Town", "43,645", "48.7%"), ("Marsh", "7,528", "44.7%"), ("Upwell", "9,100", "50.2%"))
    assert build_views([votes], {}) == []


BRANCHES = table(
    "Branches of Marlow Industries", ("Branch", "Pupils", "Teachers"), ("Pumps", "352", "21"), ("Toys", "90", "6")
)


def banded(chunk: ChunkRow, *bands: str) -> ChunkRow:
    """Return a table whose rows stand under bands."""
    first, *rows = chunk.sentences
    rows = [replace(row, band=(band,)) for row, band in zip(rows, bands, strict=True)]
    return replace(chunk, sentences=(first, *rows))


def test_one_column_by_another_is_divided() -> None:
    assert said("How many pupils per teacher has Pumps?", BRANCHES).endswith("352 / 21 = 16.76")


def test_rows_of_a_band_are_named_whatever_the_verb_and_a_company_names_no_band() -> None:
    chunk = banded(BRANCHES, "Industrial", "Consumer")
    assert said("Which branches belong to Consumer?", chunk) == "Consumer, Toys"
    assert said("How many pupils have the branches of Marlow Industries on average?", chunk).endswith("/ 2 = 221.0")
