"""Answers from tables: columns, largest and smallest values, differences."""

from __future__ import annotations

import numpy as np
import pytest

from graph.engines.offline import table_answers
from graph.engines.offline.named_bands import rows_asked
from graph.retrieval import terms
from graph.retrieval.scoring import Query, row_label_match
from graph.storage.fulltext import stem
from graph.storage.rows import ChunkRow, SentenceRow
from graph.types import Encoded
from graph.verification.claims.check import check_claim, contradictions_of
from graph.verification.claims.evidence import Evidence

COLUMNS = ("Model", "AIME 2024 pass@1", "AIME 2024 cons@64", "Rating")
ROWS = {
    "Alpha-1": ("71.0", "86.7", "1,444"),
    "Alpha-1-Zero": ("63.6", "80.0", "1,820"),
    "Beta": ("-", "83.3", "759"),
    "Mean": ("67.3", "83.3", "1,341"),
}


def asking(question: str) -> Query:
    empty = Encoded(np.zeros(1, np.float32), np.zeros((0, 1), np.int8), ())
    weights = {stem(word): 1.0 for word in terms.content_terms(question)}
    return Query(question, empty, np.zeros(0, np.float32), weights, np.zeros(0, np.bool_))


def row(label: str) -> SentenceRow:
    cells = (label, *ROWS[label])
    text = " ".join(cells)
    return SentenceRow(f"c/{label}", text, text, "row", (7,), tuple(zip(COLUMNS, cells, strict=True)))


def table() -> ChunkRow:
    rows = tuple(row(label) for label in ROWS)
    text = "\n".join(sentence.text for sentence in rows)
    return ChunkRow("c", "d", "paper.pdf", 0, "table", text, (7,), (), rows)


def test_a_row_is_said_with_the_column_that_is_asked_for() -> None:
    assert table_answers.statement(asking("What is the rating of Beta?"), row("Beta")) == "Beta: Rating 759"


def test_a_row_is_said_whole_when_no_column_is_named_and_empty_cells_are_left_out() -> None:
    assert (
        table_answers.statement(asking("How did Beta do?"), row("Beta")) == "Beta: AIME 2024 cons@64 83.3, Rating 759"
    )


def test_the_longer_of_two_column_names_is_meant() -> None:
    asked = table_answers.columns_asked(asking("AIME 2024 pass@1 of Alpha?"), ["pass@1", "AIME 2024 pass@1", "Rating"])
    assert asked == ["AIME 2024 pass@1"]


@pytest.mark.parametrize(
    ("question", "label"),
    [
        ("Which model has the highest rating?", "Alpha-1-Zero"),
        ("Which model has the lowest rating?", "Beta"),
        ("What is the highest AIME 2024 pass@1?", "Alpha-1"),
    ],
)
def test_rows_with_the_largest_and_the_smallest_value(question: str, label: str) -> None:
    found = table_answers.extreme_row(asking(question), table())
    assert found is not None
    assert found.cells[0][1] == label


@pytest.mark.parametrize("question", ["What is the rating of Beta?", "Is the highest rating good?"])
def test_no_extreme_row_unless_the_question_asks_for_one(question: str) -> None:
    assert table_answers.extreme_row(asking(question), table()) is None


def test_a_difference_shows_its_operands_and_is_verified_from_the_table() -> None:
    question = asking("By how much does Alpha-1 beat Alpha-1-Zero on AIME 2024 pass@1?")
    said = table_answers.difference(question, [row("Alpha-1"), row("Alpha-1-Zero")])
    assert said == "The difference in AIME 2024 pass@1: 71.0 − 63.6 = 7.4"
    evidence = Evidence(table().text)
    assert contradictions_of(check_claim("71.0 − 63.6 = 7.4", evidence)) == ""
    assert contradictions_of(check_claim("71.0 − 63.6 = 7.5", evidence)) != ""
    assert contradictions_of(check_claim("71.0 − 60.0 = 11.0", evidence)) != "", "60.0 does not stand in the table"


def test_no_difference_of_two_rows_in_a_column_that_no_word_names() -> None:
    question = asking("How much faster was Alpha-1 than Alpha-1-Zero?")
    assert table_answers.difference(question, [row("Alpha-1"), row("Alpha-1-Zero")]) == ""


def test_the_difference_of_two_columns_of_one_row() -> None:
    question = asking("How much higher is AIME 2024 cons@64 than AIME 2024 pass@1 for Alpha-1?")
    assert table_answers.column_difference(question, row("Alpha-1")) == "The difference in Alpha-1: 86.7 − 71.0 = 15.7"


def test_a_label_that_stands_in_the_question_beats_one_that_says_less_or_more() -> None:
    question = asking("How good is Alpha-1-Zero?")
    scores = {label: row_label_match(question, row(label)) for label in ROWS}
    assert scores["Alpha-1-Zero"] > scores["Alpha-1"] > scores["Beta"] == 0.0


def test_a_word_that_only_one_label_has_names_its_row() -> None:
    rows = [row(label) for label in ROWS]
    found = [r.cells[0][1] for r in rows if table_answers.alone_named(asking("Is the zero better than beta?"), r, rows)]
    assert found == ["Alpha-1-Zero", "Beta"]


def banded(band: str, label: str, *values: str) -> SentenceRow:
    cells = tuple(zip(("Species", "2023", "2024"), (label, *values), strict=True))
    text = " ".join((label, *values))
    bands = (band,) if band else ()
    return SentenceRow(f"b/{band}/{label}", text, f"{band} {text}", "row", (1,), cells, bands)


LANDINGS = (
    banded("Harbour of Tarn", "Cod", "412", "388"),
    banded("Harbour of Tarn", "Ling", "96", "104"),
    banded("Harbour of Wick", "Cod", "731", "702"),
    banded("Harbour of Wick", "Ling", "155", "149"),
    banded("", "Total", "1,394", "1,343"),
)


def test_a_row_is_said_with_its_band() -> None:
    said = table_answers.statement(asking("How much cod at Wick in 2024?"), LANDINGS[2])
    assert said == "Harbour of Wick, Cod: 2024 702"


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("How much cod at Wick in 2024?", [2, 3, 4]),
        ("How much cod at Tarn and Wick?", [0, 1, 2, 3, 4]),
        ("How much cod at the harbour?", [0, 1, 2, 3, 4]),
        ("What is the total of the Harbour of Tarn?", [0, 1, 4]),
    ],
)
def test_the_band_that_a_question_names_leaves_the_others_out(question: str, rows: list[int]) -> None:
    assert rows_asked(asking(question), LANDINGS) == [LANDINGS[index] for index in rows]


def test_the_most_is_looked_for_under_the_band_asked_for() -> None:
    chunk = ChunkRow("b", "d", "catch.pdf", 0, "table", "", (1,), (), LANDINGS)
    found = table_answers.extreme_row(asking("Which species had the largest catch at Tarn in 2024?"), chunk)
    assert found == LANDINGS[0]


@pytest.mark.parametrize(
    ("question", "short"),
    [
        ("How many models have a rating above 1,000?", True),
        ("How many times the rating of Beta is that of Alpha-1?", True),
        ("How many weeks did the rating of Alpha-1 take?", True),
        ("What share of the ratings has Alpha-1?", True),
        ("What is the rating of Alpha-1?", False),
        ("Which model has more than 1 letter, Alpha-1?", False),
    ],
)
def test_a_row_falls_short_of_a_limit_a_ratio_and_another_unit(question: str, short: bool) -> None:
    assert table_answers.falls_short(question, row("Alpha-1"), "Alpha-1: Rating 1,444") == short
