"""Results across the columns of one row, and columns and verbs that are told apart."""

from __future__ import annotations

from dataclasses import replace

import pytest

from graph.storage.rows import ChunkRow, SentenceRow
from graph.tables.answers import answer_from_tables
from graph.types import Computation
from graph.verification.computations import failure_of_result

ENGINES = (
    ("Fuel used per hour (litres)", ("P10", "4.5"), ("P25", "9.1"), ("P40", "7.2")),
    ("Weight (kg)", ("P10", "61"), ("P25", "88"), ("P40", "140")),
    ("Spare parts kept", ("P10", "12"), ("P25", "40"), ("P40", "40")),
)
ACCOUNTS = (
    ("Revenue", ("2024", "412.6"), ("2023", "455.1"), ("2022", "440.0")),
    ("Result", ("2024", "(3.1)"), ("2023", "55.1"), ("2022", "50.0")),
)
SURVEY = (
    ("Very satisfied", ("Men", "21 %"), ("Women", "34 %")),
    ("Satisfied", ("Men", "44 %"), ("Women", "41 %")),
)
FAULTS = (
    ("F1", ("Meaning", "Tank empty"), ("What to do", "Fill the tank")),
    ("F2", ("Meaning", "Filter clogged"), ("What to do", "Change the filter")),
)


def table(caption: str, first: str, rows: tuple[tuple[str, *tuple[tuple[str, str], ...]], ...]) -> list[ChunkRow]:
    """A table as a chunk."""
    sentences = []
    for at, (label, *cells) in enumerate(rows):
        text = " ".join([label, *(cell for _, cell in cells)])
        sentences.append(SentenceRow(f"t/{at}", text, text, "row", (1,), ((first, label), *cells)))
    text = f"{caption}\n\n| {first} |"
    return [ChunkRow("t", "d", "pumps.pdf", 0, "table", text, (1,), ("Technical data",), tuple(sentences))]


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("Which model uses the most fuel per hour?", "P25: Fuel used per hour (litres) 9.1, the highest of 3 values"),
        ("Which model has the lowest weight?", "P10: Weight (kg) 61, the lowest of 3 values"),
        ("Which boat has the lowest weight?", ""),
        ("Which pump has the lowest weight?", "P10: Weight (kg) 61, the lowest of 3 values"),
        ("Which model has the lowest power?", ""),
        ("Which model has the most spare parts kept?", "P25 and P40 (a tie): Spare parts kept 40"),
        ("By how much is the fuel used per hour of the P25 higher than that of the P10?", "9.1 − 4.5 = 4.6"),
        ("Which model has the most spare parts sold?", ""),
        ("Which models have fuel used per hour above 7?", "P25 (9.1) and P40 (7.2) have"),
    ],
)
def test_a_row_is_compared_across_its_columns(question: str, says: str) -> None:
    answer = answer_from_tables(question, table("Table 1: Technical data", "Property", ENGINES), {})
    assert says in " ".join(claim["text"] for claim in answer.claims)
    assert bool(says) == bool(answer.claims)
    for claim in answer.claims:
        assert failure_of_result(claim, claim["computation"]) == ""


@pytest.mark.parametrize(
    ("question", "says"),
    [("What does F1 mean?", "F1: Meaning Tank empty"), ("What should I do if F2 is shown?", "Change the filter")],
)
def test_a_column_of_small_words_is_no_other_column(question: str, says: str) -> None:
    answer = answer_from_tables(question, table("Table 2: Faults", "Code", FAULTS), {})
    assert [says in claim["text"] for claim in answer.claims] == [True]


def test_a_verb_is_no_missing_column() -> None:
    regions = (("Asia", ("2024", "709"), ("2023", "664")), ("Europe", ("2024", "1806"), ("2023", "1761")))
    chunks = table("Table 3: People by region", "Region", regions)
    assert answer_from_tables("How many people work in Asia?", chunks, {}).absence == ""
    assert "salary" in answer_from_tables("What is the salary of Asia?", chunks, {}).absence


INCOME = (
    ("Sales", ("Three months ended 30 June 2024", "210"), ("Year ended 30 June 2024", "840")),
    ("Costs", ("Three months ended 30 June 2024", "150"), ("Year ended 30 June 2024", "610")),
    ("Total current assets", ("Three months ended 30 June 2024", "71"), ("Year ended 30 June 2024", "88")),
)


def said(question: str, *chunks: ChunkRow) -> str:
    answer = answer_from_tables(question, list(chunks), {"d": "Tern Boats report"})
    return " ".join(claim["text"] for claim in answer.claims) or answer.absence


def test_a_year_is_no_quarter_of_it() -> None:
    chunks = table("Statement of income", "Item", INCOME)
    assert said("What were the sales of Tern Boats in fiscal 2024?", *chunks).endswith("840")
    assert said("What were the sales of Tern Boats in the three months of 2024?", *chunks).endswith("210")
    assert "There is no" not in said("What were the sales of Tern Boats in the ninth quarter of 2024?", *chunks)


def test_a_total_that_is_named_is_a_row_and_no_sum() -> None:
    assert said("What were the total current assets in 2024?", *table("Balance", "Item", INCOME)).endswith("88")


def test_the_figures_of_a_company_are_not_those_of_its_parts() -> None:
    (whole,) = table(
        "Consolidated statement of income", "Item", (("Sales", ("2024", "840")), ("Costs", ("2024", "610")))
    )
    (part,) = table("Results of the year", "Item", (("Sales", ("2024", "300")), ("Costs", ("2024", "210"))))
    part = replace(part, id="p", ordinal=7)
    assert said("What were the sales of Tern Boats in 2024?", whole, part) == "Sales: 2024 840"
    named = replace(part, headings=("Marine segment",))
    assert said("What were the sales of Tern Boats in 2024?", named) == ""
    assert said("What were the sales of the Marine segment of Tern Boats in 2024?", named) == "Sales: 2024 300"


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("By what percentage did the revenue fall in 2024?", "(412.6 − 455.1) / 455.1 = -9.3 %"),
        ("What was the percentage change of the revenue from 2022 to 2023?", "(455.1 − 440.0) / 440.0 = 3.4 %"),
        ("How much did the revenue grow between 2022 and 2023?", "455.1 − 440.0 = 15.1"),
        ("By what percentage did the revenue fall?", ""),  # over which of the years?
        ("By what percentage did the revenue fall in 2019?", ""),
        ("By what percentage did the result fall in 2024?", ""),  # to a loss: no part of it
        ("By what percentage did the costs fall in 2024?", ""),
    ],
)
def test_a_change_is_that_from_one_year_to_the_next(question: str, says: str) -> None:
    answer = answer_from_tables(question, table("Table 3: Accounts", "Item", ACCOUNTS), {})
    assert says in " ".join(claim["text"] for claim in answer.claims)
    assert bool(says) == bool(answer.claims)
    for claim in answer.claims:
        assert failure_of_result(claim, claim["computation"]) == ""
        false: Computation = {**claim["computation"], "result": "12.3"}
        assert failure_of_result(claim, false)


def test_a_degree_is_not_compared_by_one_of_its_rows() -> None:
    answer = answer_from_tables("Are women more satisfied than men?", table("Table 4: Answers", "Answer", SURVEY), {})
    assert answer.claims == []
