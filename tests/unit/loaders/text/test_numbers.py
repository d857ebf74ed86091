"""Numbers in every notation: each is read as itself, and none as another number."""

from decimal import Decimal

import pytest

from loaders.text.numbers import (
    Mark,
    cell_values,
    decimal_mark,
    document_mark,
    find_numbers,
    is_number,
    is_value,
)
from loaders.types import Block

NOTATIONS: dict[str, tuple[str, str, Mark]] = {
    "plain": ("", ".", "."),
    "English": (",", ".", "."),
    "continental": (".", ",", ","),
    "thin spaces": ("\u202f", ",", ","),
    "spaces": (" ", ",", ","),
    "Swiss": ("’", ".", "."),
}


def written(number: str, group: str, decimal: str) -> str:
    whole, _, part = number.partition(".")
    grouped = f"{int(whole):,}".replace(",", group)
    return grouped + (decimal + part if part else "")


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize(
    "number", ["7", "12.5", "999", "1000", "1204", "1234.5", "12480.1", "987.25", "1234567", "1234567.891", "0.125"]
)
def test_a_number_is_read_back_from_each_notation(notation: str, number: str) -> None:
    group, decimal, mark = NOTATIONS[notation]
    text = written(number, group, decimal)
    assert cell_values(text, mark) == (Decimal(number),)
    assert Decimal(number) in cell_values(text)  # also where the document's convention is not known
    assert cell_values(f"({text})", mark) == (-Decimal(number),)
    assert [cell_values(f"{sign}{text} %", mark) for sign in "-−–"] == [(-Decimal(number),)] * 3
    assert cell_values(f"{text}¹", mark) == cell_values(f"{text}<sup>12</sup>", mark) == (Decimal(number),)
    assert is_number(text)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("12,34,567", "1234567"),
        ("1½", "1.5"),
        ("½", "0.5"),
        ("3.5 bn", "3500000000"),
        ("3.2 million", "3200000"),
        ("$4k", "4000"),
        ("1e6", "1000000"),
        ("10⁶", "1000000"),
        ("3 × 10⁻⁶", "0.000003"),
        ("10<sup>6</sup>", "1000000"),
        ("$(1,930.5)", "-1930.5"),
        ("−$1,200.00", "-1200"),
        ("97 [5]", "97"),
        ("7-", "-7"),
        ("5.87 m", "5.87"),
        (".05", "0.05"),
    ],
)
def test_other_notations(cell: str, value: str) -> None:
    assert cell_values(cell) == (Decimal(value),)


@pytest.mark.parametrize("cell", ["10–12", "2024-05-01", "12:30", "1.2.3", "GPT-4", "n/a", "–", ""])
def test_what_is_no_single_number_has_no_value(cell: str) -> None:
    assert cell_values(cell) == ()


def test_what_is_open_stays_open() -> None:
    assert cell_values("1,234") == (Decimal(1234), Decimal("1.234"))
    assert cell_values("1,234", ",") == (Decimal("1.234"),)
    assert cell_values("1,234", ".") == (Decimal(1234),)


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("1.234,5; 987,25; 12 480,1", ","),
        ("1,234.5 and 12.5", "."),
        ("1,234,567", "."),
        ("12,34,567", "."),
        ("Der Wert der Halle und die 1.234", ","),
        ("The value of the hall was 1,234", "."),
        ("1,234 and 5.678", ""),
        ("", ""),
    ],
)
def test_the_convention_is_told_from_the_document(text: str, mark: Mark) -> None:
    assert decimal_mark(text) == mark


def test_a_note_mark_is_no_part_of_a_number() -> None:
    assert [number.digits for number in find_numbers("rose to $320¹, of 48,210² passengers, 905³", ".")] == [
        "320",
        "48210",
        "905",
    ]


DOCUMENTS = {
    "english": (
        "The ferry carried 12,480 people on 3.5 tonnes. |Route|Cars|\n|Quay|1,204|\n|Holm|987.25|",
        ".",
    ),
    "german": ("Stand 12.03.2024, Abschnitt 3.2. |Werk|MWh|\n|Ems|12.480,1|\n|Weser|987,25|", ","),
    "french": ("Le bac a porté des voitures. |Quai|Tonnes|\n|Nord|12 480,1|\n|Sud|3,5|", ","),
    "swiss": ("Die Fähre in Zahlen. |Kurs|Franken|\n|Nord|12'480.10|\n|Süd|1'204.50|", "."),
    "indian": ("Receipts in rupees. |Depot|Rs|\n|North|12,34,567|\n|South|1,204.50|", "."),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_mark_before_decimals_is_told_from_the_whole_document(name: str) -> None:
    said, mark = DOCUMENTS[name]
    prose, _, table = said.partition(" |")
    far = Block("table", "|A|B|\n|---|---|\n|x|1.234|\n|y|5,678|")
    pages = [(1, [Block("heading", "## 2.1 Zahlen"), Block("text", prose), Block("table", f"|{table}")]), (2, [far])]
    assert document_mark(pages) == mark


def test_clauses_dates_and_references_are_no_decimals() -> None:
    lines = "3.2 Die Pacht.\n4.1 Zaun.\nSiehe Abschnitt 3.2 vom 12.03.2024, Version 2.1, um 14.30 Uhr. 2,5 Hektar."
    assert document_mark([(1, [Block("text", lines)])]) == ","


@pytest.mark.parametrize("cell", ["12.480,1", "12 480,1", "1'204", "1,234.5", "(1,930)", "−7", "12 %", "½", "3.5 bn"])
def test_cells_in_every_notation_are_numbers(cell: str) -> None:
    assert is_value(cell)


@pytest.mark.parametrize("cell", ["", "GPT-4", "Q3", "12 March", "Room 7", "7 of 9", "x" * 70])
def test_other_cells_are_none(cell: str) -> None:
    assert not is_value(cell)
