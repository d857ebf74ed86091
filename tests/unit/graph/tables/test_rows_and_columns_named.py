"""Rows and columns of tables whose titles, headers and names share words, and numbers with commas in questions."""

from __future__ import annotations

import pytest

from graph.storage.rows import ChunkRow, SentenceRow
from graph.tables.answers import answer_from_tables

POTTERIES = (
    "The potteries of Clay Coast",
    ("", "Firings", "Clay use (t)", "Tiles made (m²)"),
    (("Noldby", "120", "7,5", "2.950"), ("Irlica", "88", "3,25", "1.240"), ("Mastow", "45", "9,0", "1.808")),
)
TUNNELS = ("The tunnels of the canton", ("", "Length (km)"), (("Noldby South", "12.5"), ("Urdil", "3.0")))
CINEMAS = ("The cinemas", ("", "Seats", "Screenings"), (("Lux", "310", "1,200"), ("Capitol", "95", "840")))


def table(about: tuple[str, tuple[str, ...], tuple[tuple[str, ...], ...]], document: str = "potteries") -> ChunkRow:
    caption, header, rows = about
    found = [SentenceRow(f"{document}/0", caption, caption, "caption", (1,))]
    for number, row in enumerate(rows, 1):
        text = " ".join(row)
        cells = tuple(zip(header, row, strict=True))
        found.append(SentenceRow(f"{document}/{number}", text, text, "row", (1,), cells))
    text = "\n".join(one.text for one in found)
    return ChunkRow(f"{document}-1", document, f"{document}.pdf", 1, "table", text, (1,), (), tuple(found))


def test_a_list_of_what_the_title_names_is_no_question_for_a_column_of_the_same_word() -> None:
    for question in ("List all potteries of Clay Coast.", "How many potteries of Clay Coast are there?"):
        claims = answer_from_tables(question, [table(POTTERIES)], {}).claims
        assert [claim["text"].partition(" lists ")[2] for claim in claims] == ["3: Noldby, Irlica, Mastow"]


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("How many potteries have an area of tiles made above 2,000 m²?", "1: Noldby has"),
        ("Which potteries have a clay use above 3,5 t?", "Noldby (7,5) and Mastow (9,0) have"),
    ],
)
def test_a_comma_before_three_digits_parts_thousands_over_decimal_commas(question: str, says: str) -> None:
    claims = answer_from_tables(question, [table(POTTERIES)], {}).claims
    assert [claim["text"][: len(says)] for claim in claims] == [says]


def test_a_column_whose_last_word_no_header_has_is_missing() -> None:
    for question in ("What is the screen width of Lux?", "Lux: screen width?"):
        answer = answer_from_tables(question, [table(CINEMAS)], {})
        assert answer.absence.startswith("There is no screen width in “The cinemas”")
    assert answer_from_tables("What is the number of screenings of Lux?", [table(CINEMAS)], {}).claims


def test_a_row_of_another_document_without_the_column_does_not_hide_that_a_row_is_missing() -> None:
    tables = [table(POTTERIES), table(TUNNELS, "tunnels")]
    answer = answer_from_tables("What is the clay use of Noldby South?", tables, {})
    assert answer.absence.startswith("There is no Noldby South in “The potteries of Clay Coast”")
    assert not answer_from_tables("What is the length of Noldby South?", tables, {}).absence


RUNNERS = (
    "The runners of Heath Parish by age",
    ("Age group", "Men", "Women"),
    (("Under 20", "88", "71"), ("20 to 39", "412", "388"), ("40 to 59", "365", "290"), ("60 and over", "59", "33")),
)
APIARIES = ("The apiaries of Heath Parish", ("", "Hives", "Margin (dinars)"), (("Kett", "12", "40"), ("Orf", "9", "7")))
USE = ("Use of energy", ("Quarter", "Gas (kWh)"), (("Q1", "44,150"), ("Q2", "17,900"), ("Q4", "38,770")))
ACCOUNT = (
    "Statement of account",
    ("Date", "Description", "Money in", "Balance"),
    (("08 Mar", "Garage", "", "3,941.49"), ("12 Mar", "Transfer from A Lister", "260.00", "4,201.49")),
)


@pytest.mark.parametrize(
    ("question", "about", "says"),
    [
        ("How many women between 40 and 59 are there?", RUNNERS, "40 to 59: Women 290"),
        ("How many times as much gas as in Q2 was used in Q4?", USE, "Gas (kWh) of Q4 to that of Q2: 38,770"),
        ("How many times as much gas was used in Q4 as in Q2?", USE, "Gas (kWh) of Q4 to that of Q2: 38,770"),
        ("What is the sum of the margin over all apiaries of Heath Parish?", APIARIES, "The sum of Margin (dinars)"),
        ("How much was in the account on 12 March?", ACCOUNT, "12 Mar: Balance 4,201.49"),
    ],
)
def test_words_of_a_question_name_what_the_table_calls_otherwise(
    question: str, about: tuple[str, tuple[str, ...], tuple[tuple[str, ...], ...]], says: str
) -> None:
    claims = answer_from_tables(question, [table(about)], {}).claims
    assert [claim["text"][: len(says)] for claim in claims] == [says]


def test_a_name_that_goes_on_with_a_word_of_the_title_is_another_row() -> None:
    for question in ("What is the margin of Kett Heath?", "Kett Heath: number of hives?"):
        answer = answer_from_tables(question, [table(APIARIES)], {})
        assert not answer.claims
        assert answer.absence.startswith("There is no Kett Heath in “The apiaries of Heath Parish”")


def test_a_last_word_after_a_noun_is_a_column_that_is_missing() -> None:
    answer = answer_from_tables("What is the entry fee of Lux?", [table(CINEMAS)], {})
    assert answer.absence.startswith("There is no entry fee in")
    answer = answer_from_tables("What is the best time of the runners over 60?", [table(RUNNERS)], {})
    assert not answer.absence


def test_another_form_of_a_part_of_a_label_is_not_missing() -> None:
    parties = ("The election", ("Party", "Votes"), (("Civic Union", "12,410"), ("Green List", "8,955")))
    assert not answer_from_tables("How many votes did the Greens get?", [table(parties)], {}).absence
