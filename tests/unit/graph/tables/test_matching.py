"""Words of a question that a table explains: bands, kinds of rows, losses, parts of a year."""

from __future__ import annotations

import pytest

from graph.storage.rows import ChunkRow, SentenceRow
from graph.tables.answers import answer_from_tables
from graph.tables.question_words import begins, is_other_end

Row = tuple[tuple[str, ...], tuple[str, ...]]
"""A row's bands and its cells."""


def table(header: tuple[str, ...], caption: str, rows: tuple[Row, ...]) -> ChunkRow:
    sentences = [SentenceRow("t/0", caption, caption, "caption", (1,))]
    for number, (band, row) in enumerate(rows, 1):
        cells = tuple(zip(header, row, strict=True))
        text = " ".join(row)
        sentences.append(SentenceRow(f"t/{number}", text, f"{' '.join(band)} {text}", "row", (1,), cells, band))
    text = "\n".join(sentence.text for sentence in sentences)
    return ChunkRow("t", "doc", "yards.pdf", 1, "table", text, (1,), (), tuple(sentences))


YARDS = table(
    ("Timber", "2021", "2022"),
    "Table 2: Purchase of timber by yard, in cubic metres",
    (
        (("Yard of Aspvik",), ("Oak", "51", "48")),
        (("Yard of Aspvik",), ("Larch", "90", "97")),
        (("Yard of Torsund",), ("Oak", "73", "70")),
        (("Yard of Torsund",), ("Larch", "12", "19")),
    ),
)
RESULTS = table(
    ("Branch", "Profit or loss 2021", "Profit or loss 2022"),
    "Table 3: Results",
    (
        ((), ("Glass branch", "310", "(44)")),
        ((), ("Paper branch", "(20)", "(1,205)")),
        ((), ("Paint branch", "8", "61")),
    ),
)
HALVES = table(
    ("Pool", "2021 H1", "2021 H2"),
    "Table 4: Guests of the pools",
    (((), ("Lido", "16", "29")), ((), ("Bath", "7", "9"))),
)


def said(question: str, *tables: ChunkRow) -> list[str]:
    return [claim["text"] for claim in answer_from_tables(question, tables, {}).claims]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("How much oak was purchased at Torsund in 2022?", "Yard of Torsund, Oak: 2022 70"),
        ("Larch at the yard of Aspvik, 2021?", "Yard of Aspvik, Larch: 2021 90"),
        ("Which yard purchased the most oak in 2021?", "Yard of Torsund, Oak: 2021 73, the highest of 2 values"),
        ("Which yard acquired the least larch in 2022?", "Yard of Torsund, Larch: 2022 19, the lowest of 2 values"),
    ],
)
def test_a_row_under_another_band_is_never_given(question: str, answer: str) -> None:
    assert said(question, YARDS) == [answer]


@pytest.mark.parametrize(
    ("question", "begins"),
    [
        ("Which unit had the largest loss in 2022?", "Paper branch: Profit or loss 2022 (1,205), the lowest of 2"),
        ("Which branch lost the most in 2022?", "Paper branch: Profit or loss 2022 (1,205), the lowest of 2"),
        ("What was the biggest deficit in 2022?", "Paper branch: Profit or loss 2022 (1,205), the lowest of 2"),
        ("Which unit had the smallest loss in 2022?", "Glass branch: Profit or loss 2022 (44), the highest of 2"),
        ("What was the highest profit in 2022?", "Paint branch: Profit or loss 2022 61, the highest of 3"),
    ],
)
def test_losses_are_the_negative_values(question: str, begins: str) -> None:
    (claim,) = said(question, RESULTS)
    assert claim.startswith(begins)


def test_rows_are_no_other_things_than_they_are_called() -> None:
    assert said("Which country had the largest loss in 2022?", RESULTS) == []


def test_a_half_year_is_found_by_its_abbreviation() -> None:
    assert said("How many guests did the Lido have in the first half of 2021?", HALVES) == ["Lido: 2021 H1 16"]
    assert said("How many guests did the Lido have in the third quarter of 2021?", HALVES) == []


def test_goals_are_no_form_of_a_goalkeeper() -> None:
    assert not begins("goal", ["goalkeep"])
    assert begins("rainfal", ["rain"])
    league = table(("Club", "Goals for"), "League", (((), ("Emsen", "412")), ((), ("Holte", "398"))))
    assert answer_from_tables("Who is the best goalkeeper?", [league], {}).claims == []
    assert answer_from_tables("Which club has the most goals?", [league], {}).claims


FLIGHTS = table(
    ("Flight", "From", "To", "Departs"),
    "Flights",
    (((), ("NS 418", "Oslo", "Bergen", "11.10")), ((), ("NS 433", "Bergen", "London", "14.20"))),
)


def test_a_way_to_a_place_is_not_the_way_from_it() -> None:
    assert "418" in answer_from_tables("When does the flight to Bergen leave?", [FLIGHTS], {}).claims[0]["text"]
    assert "433" in answer_from_tables("When does the flight from Bergen leave?", [FLIGHTS], {}).claims[0]["text"]
    assert not is_other_end("Which flight goes from Oslo to Bergen?", "From", "Oslo")


def test_a_cell_without_a_time_does_not_say_when() -> None:
    hotels = table(("Hotel", "Room"), "Hotels", (((), ("Lodge", "with sea view")), ((), ("Fjord", "plain"))))
    assert answer_from_tables("When must we leave the room at the Lodge?", [hotels], {}).claims == []


def test_prices_are_not_added_up_to_people() -> None:
    prices = table(
        ("Ticket", "At the gate (£)"), "Tickets of the festival", (((), ("Day", "45")), ((), ("Child", "15")))
    )
    assert answer_from_tables("How many people work at the festival?", [prices], {}).claims == []
    assert answer_from_tables("How many tickets were sold at the festival?", [prices], {}).claims == []
