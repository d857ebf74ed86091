"""What a claim may say of a quoted table row: its row, column and band, and its place among all rows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from graph.storage.rows import ChunkRow, SentenceRow
from graph.verification.claims.check import check_claim, contradictions_of
from graph.verification.claims.evidence import evidence_for
from graph.verification.claims.tables import names as table_names
from loaders.chunking.chunker import chunk_pages
from loaders.types import Block

BIRDS = """|Colony|Pairs 2023|Pairs 2024|Ringed (%)|
|---|---|---|---|
|Tarn Head|412|388|15.6|
|Tarn Head North|96|104|22.0|
|Wick Stack|731|702|9.3|
|Ling Rock|155|149|41.5|
|Total|1,394|1,343|15.1|"""
ENGINES = """|Test (points)|Corvid V2|Corvid V3|Corvid-mini|Raven-4o|
|---|---|---|---|---|
|Reading Cup 2023|79.2|90.2|63.6|74.6|
|Reading Cup 2024|71.5|79.8|60.0|81.4|"""
LONG = "|Name|Apple yield (t)|Trees|\n|---|---|---|\n|Kap|755.7|376|\n|Kap Bridge|186.6|1,761|\n|Yar|254.2|402|"


def chunk_of(table: str, caption: str = "Table 1: Results") -> ChunkRow:
    chunk = chunk_pages("", [(1, [Block("caption", caption), Block("table", table)])])[0]
    rows = [
        SentenceRow(f"c/{n}", s.text, s.search, s.kind, s.pages, s.cells, s.band) for n, s in enumerate(chunk.sentences)
    ]
    return ChunkRow("c", "d", "notes.pdf", 0, "table", chunk.text, (1,), (), tuple(rows), ".")


def found(text: str, quote: str, table: str = BIRDS) -> dict[str, str]:
    return {one.kind: one.severity for one in check_claim(text, evidence_for(quote, chunk_of(table)))}


HEAD, NORTH = "| Tarn Head | 412 | 388 | 15.6 |", "| Tarn Head North | 96 | 104 | 22.0 |"
WICK, LING = "| Wick Stack | 731 | 702 | 9.3 |", "| Ling Rock | 155 | 149 | 41.5 |"
OLD, NEW = (
    "| Reading Cup 2023 | 79.2 | 90.2 | 63.6 | 74.6 |",
    "| Reading Cup 2024 | 71.5 | 79.8 | 60.0 | 81.4 |",
)


@pytest.mark.parametrize(
    ("text", "quote", "table"),
    [
        ("Tarn Head had 388 pairs in 2024, down from 412.", HEAD, BIRDS),
        ("At Tarn Head 412 pairs were counted in 2023 and 388 in 2024.", HEAD, BIRDS),
        ("15.6% of the birds at Tarn Head were ringed.", HEAD, BIRDS),
        ("Wick Stack had the most pairs in 2024, 702.", WICK, BIRDS),
        ("Ling Rock has the highest share of ringed birds.", LING, BIRDS),
        ("Wick Stack (702) has more Pairs 2024 than Ling Rock (149).", f"{WICK} … {LING}", BIRDS),
        ("In 2024, Wick Stack exceeds Ling Rock by 702 − 149 = 553 pairs.", WICK, BIRDS),
        ("Pairs at Tarn Head fell by 24 between 2023 and 2024.", HEAD, BIRDS),
        ("In all, 1,343 pairs were counted in 2024.", "Total 1,394 1,343 15.1", BIRDS),
        ("V3 reaches 79.8 in the Reading Cup 2024, V2 71.5.", NEW, ENGINES),
        ("Corvid V3 is 8.3 points ahead of Corvid V2 in the Reading Cup 2024 (79.8 against 71.5).", NEW, ENGINES),
        ("Raven-4o has the highest Reading Cup 2024 score.", NEW, ENGINES),
        ("Corvid-mini scores 60 in the Reading Cup 2024.", NEW, ENGINES),
        ("The yield of Kap was about 756 t.", "| Kap | 755.7 | 376 |", LONG),
    ],
)
def test_what_the_table_says_is_not_marked(text: str, quote: str, table: str) -> None:
    assert found(text, quote, table) == {}


@pytest.mark.parametrize(
    ("text", "quote", "table"),
    [
        ("Tarn Head had 412 pairs in 2024.", HEAD, BIRDS),
        ("At Wick Stack 149 pairs were counted in 2024.", LING, BIRDS),
        ("Tarn Head North had 388 Pairs 2024.", HEAD, BIRDS),
        ("Tarn Head had the most Pairs 2024, 388.", HEAD, BIRDS),
        ("Wick Stack has the highest Ringed share, 9.3%.", WICK, BIRDS),
        ("Ling Rock (149) has more Pairs 2024 than Wick Stack (702).", f"{WICK} … {LING}", BIRDS),
        ("In 2024, Wick Stack exceeds Ling Rock by 702 − 149 = 563 pairs.", WICK, BIRDS),
        ("Corvid V2 reaches 79.8 in the Reading Cup 2024.", NEW, ENGINES),
        ("Raven-4o scores 60.0 in the Reading Cup 2024.", NEW, ENGINES),
        ("In the Reading Cup 2023, Corvid V3 scores 79.8.", NEW, ENGINES),
        ("Corvid V3 has the highest Reading Cup 2024 score, 79.8.", NEW, ENGINES),
        ("The yield of Kap Bridge was 755.7 t.", "| Kap | 755.7 | 376 |", LONG),
        ("Kap has 755.7 Trees.", "| Kap | 755.7 | 376 |", LONG),
    ],
)
def test_another_column_row_or_rank_is_a_contradiction(text: str, quote: str, table: str) -> None:
    assert "contradiction" in found(text, quote, table).values()


@pytest.mark.parametrize(
    ("text", "quote", "table"),
    [
        ("Tarn Head had 388 pairs in 2023 and 412 in 2024.", HEAD, BIRDS),
        ("V2 reaches 79.8 and V3 71.5 in the Reading Cup 2024.", NEW, ENGINES),
        ("Wick Stack had 149 and Ling Rock 702 pairs in 2024.", f"{WICK} … {LING}", BIRDS),
    ],
)
def test_values_in_the_order_of_other_names_are_doubted(text: str, quote: str, table: str) -> None:
    assert found(text, quote, table) == {"table": "doubt"}


SHOPS = """|Shop|Loaves|Flour use (t)|Lift speed (km/h)|Profit (thousand marks)|Sold 2034|Sold 2035|
|---|---|---|---|---|---|---|
|Tovholt|3,858|361.3|5|(269)|16.3|14.8|
|Loril|16,054|117.0|7|171|10.2|18.9|
|Curil|9,407|61.6|9|343|14.7|15.1|"""
TOVHOLT, LORIL = (
    "| Tovholt | 3,858 | 361.3 | 5 | (269) | 16.3 | 14.8 |",
    "| Loril | 16,054 | 117.0 | 7 | 171 | 10.2 | 18.9 |",
)


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("Tovholt made a loss of 269 thousand marks.", TOVHOLT),
        ("Tovholt used 361.3 tonnes of flour.", TOVHOLT),
        ("Loril's profit was 171 thousand marks.", LORIL),
        ("Sold loaves at Loril rose between 2034 and 2035.", LORIL),
        ("Loril sold 18.9 in 2035.", LORIL),
        ("The lift of Loril goes 7 km/h.", LORIL),
    ],
)
def test_signs_units_and_courses_of_a_row_that_are_right_are_not_marked(text: str, quote: str) -> None:
    assert found(text, quote, SHOPS) == {}


@pytest.mark.parametrize(
    ("text", "quote", "severity"),
    [
        ("Tovholt made a profit of 269 thousand marks.", TOVHOLT, "doubt"),
        ("Loril made a loss of 171 thousand marks.", LORIL, "doubt"),
        ("Tovholt used 361.3 kg of flour.", TOVHOLT, "contradiction"),
        ("The lift of Loril goes 7 m/s.", LORIL, "contradiction"),
        ("What was sold at Loril fell between 2034 and 2035.", LORIL, "contradiction"),
        ("What Loril sold was 10.2 in the year 2035.", LORIL, "contradiction"),
        ("Arrow is the wettest shop.", "| Arrow | 4,000 | 90.0 | 6 | 90 | 12.0 | 15.0 |", "doubt"),
    ],
)
def test_another_sign_unit_or_course_of_a_row_is_marked(text: str, quote: str, severity: str) -> None:
    assert severity in found(text, quote, f"{SHOPS}\n|Arrow|4,000|90.0|6|90|12.0|15.0|").values()


def test_a_reason_names_the_right_column_and_value() -> None:
    said = contradictions_of(check_claim("Tarn Head had 412 pairs in 2024.", evidence_for(HEAD, chunk_of(BIRDS))))
    assert said == "412 stands in the column Pairs 2023, not Pairs 2024 (Pairs 2024 has 388)"


def test_a_longer_name_is_not_the_shorter_one() -> None:
    table = tuple(row for row in chunk_of(BIRDS).sentences if row.kind == "row")
    (one,) = table_names.of_kind(table_names.mentions("The colony at Tarn Head North grew.", table), "row")
    assert one.names == {"Tarn Head North"}
    assert one.is_full
    (one,) = table_names.of_kind(table_names.mentions("Tarn Head grew.", table), "row")
    assert one.names == {"Tarn Head"}


def test_a_single_cell_may_be_quoted() -> None:
    assert found("Tarn Head had 388 Pairs 2024.", "388") == {}
    assert "contradiction" in found("Wick Stack had 388 Pairs 2024.", "388").values()


QUAYS = "|Quay|2041|2042|2043|\n|---|---|---|---|\n|North|3,310|3,480|3,705|\n|East|2,940|2,985|3,060|"


@pytest.mark.parametrize("decimal", [".", ""])
def test_a_number_with_a_comma_is_not_rounded_to_the_neighbouring_column(decimal: str) -> None:
    chunk = replace(chunk_of(QUAYS), decimal=decimal)
    for value, kinds in (("3,705", []), ("3,480", ["table"])):
        evidence = evidence_for("| North | 3,310 | 3,480 | 3,705 |", chunk)
        assert [one.kind for one in check_claim(f"North handled {value} ships in 2043.", evidence)] == kinds


def test_a_table_in_thousands_is_not_read_as_single_ones() -> None:
    chunk = replace(chunk_of(QUAYS), headings=("Cargo (thousand tonnes)",))
    evidence = evidence_for("| East | 2,940 | 2,985 | 3,060 |", chunk)
    assert [one.kind for one in check_claim("East handled 3,060 tonnes in 2043.", evidence)] == ["unit"]
    assert not check_claim("East handled 3,060 thousand tonnes in 2043.", evidence)


WASHES = "|Programme|Duration|Load|\n|---|---|---|\n|Cotton|2 h 45 min|7 kg|\n|Wool|45 min|1500 g|\n|Quick|28 min|2 kg|"


@pytest.mark.parametrize(
    ("text", "quote", "kinds"),
    [
        ("Quick has the shortest duration: 28 min.", "| Quick | 28 min | 2 kg |", []),
        ("Cotton has the longest duration, 2 h 45 min.", "| Cotton | 2 h 45 min | 7 kg |", []),
        ("Wool has the longest duration, 45 min.", "| Wool | 45 min | 1500 g |", ["comparison"]),
        ("Wool has the highest load, 1500 g.", "| Wool | 45 min | 1500 g |", ["comparison"]),
    ],
)
def test_values_in_several_units_are_in_the_order_of_their_sizes(text: str, quote: str, kinds: list[str]) -> None:
    assert list(found(text, quote, WASHES)) == kinds


MONTHS = "|Month|Guests|\n|---|---|\n|April|31|\n|May|48|\n|June|57|\n|Year|136|"


def test_the_year_below_its_months_is_no_month() -> None:
    assert found("June had the most guests, 57.", "| June | 57 |", MONTHS) == {}
    assert list(found("May had the most guests, 48.", "| May | 48 |", MONTHS)) == ["comparison"]
