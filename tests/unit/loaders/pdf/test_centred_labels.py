"""Labels in the middle of the rows that they are for, in tables without lines."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from loaders.pdf.centred_labels import with_centred_labels
from loaders.pdf.tables import table_text
from loaders.pdf.text_layer import Line, Region
from loaders.types import Box, Word

COLUMNS = (50.0, 150.0, 250.0)
HEADER = (0, ("Region", "Fruit", "Tons"))
Printed = tuple[float, tuple[str, str, str]]
"""A line of print: its height in rows, and the texts of its columns."""


def lines(*rows: Printed) -> list[Line]:
    return [Line(tuple(_words(y, texts)), 0, 11.0, True, False) for y, texts in rows]


def _words(y: float, texts: tuple[str, str, str]) -> Iterator[Word]:
    for x, text in zip(COLUMNS, texts, strict=True):
        if text:
            yield Word(text, Box(x, 100 + 20 * y, x + 40, 111 + 20 * y))


GROUPS = [
    (1, ("", "Olives", "120")), (2, ("Coast", "Figs", "80")), (3, ("", "Honey", "41")),
    (4, ("", "Olives", "214")), (4.5, ("Hills", "", "")), (5, ("", "Figs", "97")), (6, ("Isle", "Figs", "12")),
]  # fmt: skip


def test_each_row_gets_the_label_in_the_middle_of_its_group() -> None:
    rows = lines(HEADER, *GROUPS)
    cells = tuple(tuple(Box(x, y, x + 100, y + 60) for x in COLUMNS) for y in (100, 160))
    assert table_text(Region("table", Box(50, 100, 350, 240), cells), rows, frozenset()).splitlines() == [
        "|Region|Fruit|Tons|", "|---|---|---|", "|Coast|Olives|120|", "|Coast|Figs|80|", "|Coast|Honey|41|",
        "|Hills|Olives|214|", "|Hills|Figs|97|", "|Isle|Figs|12|",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "rows",
    [
        [
            (1, ("Coast", "Olives", "120")),
            (2, ("", "Figs", "80")),
            (3, ("Hills", "Figs", "41")),
            (4, ("", "Honey", "2")),
        ],
        [(1, ("", "Olives", "120")), (2, ("", "Figs", "80")), (3, ("Hills", "Figs", "41"))],
        [(1, ("", "Olives", "120")), (2, ("Coast", "Figs", "80")), (3, ("", "Honey", "41")), (4, ("", "Figs", "2"))],
        [(1, ("", "Olives of the", "120")), (2, ("Coast", "first press", "")), (3, ("", "only", ""))],
    ],
    ids=["beside the first row", "beside the last row", "a row is left over", "a text on three lines"],
)
def test_other_labels_stay_where_they_are(rows: list[Printed]) -> None:
    assert with_centred_labels(lines(HEADER, *rows), 150) is None
