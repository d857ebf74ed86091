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
