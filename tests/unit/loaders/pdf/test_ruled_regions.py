"""Ruled tables that the layout model takes for text or a picture."""

from __future__ import annotations

from dataclasses import replace

import pytest

from loaders.pdf.layout import build_blocks
from loaders.pdf.ruled import Rules
from loaders.pdf.ruled_regions import with_ruled_tables
from loaders.pdf.text_layer import Line, Region, Surroundings, TextLayer
from loaders.types import Box, Word

WIDE, HIGH, LEFT, TOP = 100, 20, 50, 100
AROUND = Surroundings(body_size=10.0)


def _words(texts: list[str], x: float, y: float) -> tuple[Word, ...]:
    return tuple(Word(text, Box(x + 4 + 4 * at, y + 5, x + 7 + 4 * at, y + 15)) for at, text in enumerate(texts))


def drawn(rows: list[list[str]], *, bold_header: bool = False) -> tuple[TextLayer, Rules, Box]:
    """Return cells of words, the lines around them, and the box of the words."""
    height, width = len(rows), len(rows[0])
    lines = [
        Line(_words(text.split(), LEFT + WIDE * x, TOP + HIGH * y), y, 10.0, True, False, bold_header and y == 0)
        for y, row in enumerate(rows)
        for x, text in enumerate(row)
        if text
    ]
    right, bottom = LEFT + WIDE * width, TOP + HIGH * height
    across = tuple((float(TOP + HIGH * y), float(LEFT), float(right)) for y in range(height + 1))
    down = tuple((float(LEFT + WIDE * x), float(TOP), float(bottom)) for x in range(width + 1))
    box = Box(LEFT + 4, TOP + 5, right - 4, bottom - 5)
    return TextLayer(595, 842, tuple(lines), ()), Rules(across, down), box


NUMBERS = [["Quay", "Ships"], ["North", "410"], ["South", "840"]]
WORDS = [["Task", "Weekly", "Yearly"], ["Oil", "yes", "yes"], ["Valves", "no", "yes"]]


@pytest.mark.parametrize("role", ["text", "picture"])
@pytest.mark.parametrize(("rows", "bold"), [(NUMBERS, False), (WORDS, True)])
def test_cells_with_numbers_or_a_bold_header_are_a_table(role: str, rows: list[list[str]], bold: bool) -> None:
    layer, rules, box = drawn(rows, bold_header=bold)
    found = with_ruled_tables([Region(role, box)], layer, rules)
    blocks, _ = build_blocks(layer, found, AROUND)
    assert [block.kind for block in blocks] == ["table"]
    assert blocks[0].text.splitlines()[-1] == "|" + "|".join(rows[-1]) + "|"


@pytest.mark.parametrize(
    "rows",
    [
        WORDS,  # no header and no numbers: a form
        [["Quay", "Ships"], ["North", "410"]],  # two rows: boxes
        [["", "", ""], ["", "34", ""], ["", "", "12"], ["Lyon", "Metz", "Nice"]],  # the grid behind a chart
        [["Quay", "Ships"], ["North", "410"], ["South", "840 " * 20]],  # a box of text
    ],
)
def test_other_frames_stay_what_they_are(rows: list[list[str]]) -> None:
    layer, rules, box = drawn(rows)
    regions = [Region("text", box)]
    assert with_ruled_tables(regions, layer, rules) == regions


def test_cells_in_a_picture_or_a_table_stay() -> None:
    layer, rules, box = drawn(NUMBERS)
    over_image = replace(layer, images=(Box(0, 0, 595, 842),))
    assert with_ruled_tables([Region("picture", box)], over_image, rules) == [Region("picture", box)]
    both = [Region("table", box), Region("text", box)]
    assert with_ruled_tables(both, layer, rules) == both


def test_labels_of_a_right_to_left_table_come_first() -> None:
    layer, rules, box = drawn([["אוניות", "רציף"], ["410", "צפון"], ["840", "דרום"]])
    blocks, _ = build_blocks(layer, with_ruled_tables([Region("text", box)], layer, rules), AROUND)
    assert blocks[0].text.splitlines() == ["|רציף|אוניות|", "|---|---|", "|צפון|410|", "|דרום|840|"]


@pytest.mark.parametrize(
    ("text", "size", "margins", "kind"),
    [
        ("Report of the harbour", 22.0, frozenset(), "heading"),
        ("Report of the harbour", 10.0, frozenset(), "furniture"),
        ("Report of the harbour", 22.0, frozenset({"reportoftheharbour"}), "furniture"),
        ("17", 22.0, frozenset(), "furniture"),
        ("The quay was built of oak in 1911.", 10.0, frozenset(), "text"),
        ("The quay was built of oak in 1911.", 8.0, frozenset(), "furniture"),
        ("The quay was built of oak in May.", 10.0, frozenset({"thequaywasbuiltofoakinmay"}), "furniture"),
    ],
)
def test_print_at_the_top_that_no_other_page_has_may_be_a_heading_or_text(
    text: str, size: float, margins: frozenset[str], kind: str
) -> None:
    words = tuple(Word(word, Box(50 + 30 * at, 40, 75 + 30 * at, 60)) for at, word in enumerate(text.split()))
    layer = TextLayer(595, 842, (Line(words, 0, size, True, False),), ())
    region = Region("page-header", Box(40, 35, 400, 65))
    blocks, _ = build_blocks(layer, [region], Surroundings(body_size=10.0, margins=margins))
    assert [block.kind for block in blocks] == [kind]
