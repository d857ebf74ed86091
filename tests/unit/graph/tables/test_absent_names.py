"""Codes that no document has, beside siblings in a table, and words that no table is said to lack."""

from __future__ import annotations

import pytest

from graph.storage.rows import ChunkRow, SentenceRow
from graph.tables.absent_names import absence_of_code, written_otherwise
from graph.tables.answers import answer_from_tables
from graph.tables.views import TableView, build_views
from tests.unit.graph.tables.test_answers import table


def views(*labels: str, title: str = "Table 2: Lamps") -> list[TableView]:
    caption = SentenceRow("t/0", title, title, "caption", (3,))
    rows = [
        SentenceRow(f"t/{at}", f"{label} {at}", label, "row", (3,), (("Lamp", label), ("Watts", str(at))))
        for at, label in enumerate(labels, 1)
    ]
    return build_views([ChunkRow("t", "d", "lamps.pdf", 0, "table", "", (3,), (), (caption, *rows))], {})


LAMPS = ("LX-Duo-20", "LX-Duo-40", "LX-Solo-20", "Candle")


@pytest.mark.parametrize(
    "question",
    [
        "How many watts has the LX-Duo-30?",
        "Is the LX-Duo-30 any good?",
        "Compare LX-Duo-30 with LX-Duo-40",
        "lx-duo-30 watts",
    ],
)
def test_a_code_that_no_document_has_is_told_missing_with_its_siblings(question: str) -> None:
    told = absence_of_code(question, views(*LAMPS), lambda code: code.endswith("40")).absence
    assert told.casefold().startswith(
        "there is no lx-duo-30 in table 2 of lamps.pdf (page 3); there are lx-duo-20, lx-duo-40."
    )


@pytest.mark.parametrize(
    ("question", "known"),
    [
        ("How many watts has the LX-Duo-30?", True),
        ("How many watts has the LX-Duo-20?", True),
        ("How many watts has the LX-Trio-30?", False),
        ("How many watts has the PX-Solo-20?", False),
        ("How many watts has a candle?", False),
        ("What was the sale in LX-Duo-2019?", False),
    ],
)
def test_what_a_document_has_or_no_sibling_has_is_not_missed(question: str, known: bool) -> None:
    assert absence_of_code(question, views(*LAMPS), lambda _: known).absence == ""


@pytest.mark.parametrize(
    "question",
    [
        "Who is the CEO of Berg Lines?",
        "What were net sales for the third quarter?",
        "Which segment had the higher net sales?",
    ],
)
def test_what_is_no_row_or_column_is_not_missed_in_a_table(question: str) -> None:
    sales = (("Net sales", "11,151", "11,154", "1"), ("Costs", "1,517", "1,429", "(6)"))
    own = table(sales, ("Ferries", "June 30, 2022 $ million", "June 30, 2023 $ million", "Reported"), "")
    followers = table((("30,000", "13,000", "4,100"),), ("(Kestrel)", "(Tern)", "(Berg Lines)"), "")
    for chunk in (own, followers):
        assert answer_from_tables(question, [chunk], {}).absence == ""


def passage(number: int, heading: str, text: str) -> ChunkRow:
    return ChunkRow(f"data-{number}", "data", "data.pdf", number, "text", text, (number,), (heading,), ())


def test_a_code_beside_codes_of_passages_is_told_missing() -> None:
    found = [passage(at, f"Component KX-{at}01", f"The rated voltage is {at} volts.") for at in (1, 2, 3)]
    told = absence_of_code("What is the rated voltage of the KX-999?", [], lambda _: False, found).absence
    assert told == "There is no KX-999 in data.pdf; there are KX-101, KX-201, KX-301."
    assert absence_of_code("What is the rated voltage of the KX-101?", [], lambda _: True, found).absence == ""
    assert absence_of_code("What does RFC-2119 say?", [], lambda _: False, found).absence == ""


def test_a_code_is_known_with_a_space_for_its_hyphen() -> None:
    assert all(written_otherwise("KX-204").search(text) for text in ("the KX 204", "KX-204.", "a KX204"))
    assert not written_otherwise("KX-204").search("the KX-2041")
