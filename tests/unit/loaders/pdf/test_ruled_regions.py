"""Ruled tables that the layout model takes for text or a picture."""

from __future__ import annotations

from dataclasses import replace

import pytest

from loaders.pdf.layout import build_blocks
from loaders.pdf.ruled import Rules, ruled_grid
from loaders.pdf.ruled_regions import with_ruled_tables
from loaders.pdf.text_layer import Line, Region, Surroundings, TextLayer
from loaders.types import Box, Word

WIDE, HIGH, LEFT, TOP = 100, 20, 50, 100
AROUND = Surroundings(body_size=10.0)


def _words(texts: list[str], x: float, y: float) -> tuple[Word, ...]:
    return tuple(Word(text, Box(x + 4 + 4 * at, y + 5, x + 7 + 4 * at, y + 15)) for at, text in enumerate(texts))


def drawn(
    rows: list[list[str]], *, bold_header: bool = False, top: int = TOP, high: int = HIGH
) -> tuple[TextLayer, Rules, Box]:
    """Return cells of words, the lines around them, and the box of the words."""
    height, width = len(rows), len(rows[0])
    lines = [
        Line(_words(text.split(), LEFT + WIDE * x, top + high * y), y, 10.0, True, False, bold_header and y == 0)
        for y, row in enumerate(rows)
        for x, text in enumerate(row)
        if text
    ]
    right, bottom = LEFT + WIDE * width, top + high * height
    across = tuple((float(top + high * y), float(LEFT), float(right)) for y in range(height + 1))
    down = tuple((float(LEFT + WIDE * x), float(top), float(bottom)) for x in range(width + 1))
    box = Box(LEFT + 4, top + 5, right - 4, bottom - 5)
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


@pytest.mark.parametrize("role", ["text", "section-header", "page-header", "page-footer"])
@pytest.mark.parametrize(
    ("row", "top", "is_table"),
    [
        (["Perth", "41", "slate", "9.5%"], 60, True),
        (["Perth", "41", "slate", "9.5%"], 500, False),  # below the middle of the page
        (["QP-07", "Revision 3", "12 March 2024", "Page 3 of 9"], 60, False),  # the header of a form
        (["Perth", "41"], 60, False),
    ],
)
def test_a_drawn_row_of_values_at_the_top_of_a_page_is_the_end_of_a_table(
    role: str, row: list[str], top: int, *, is_table: bool
) -> None:
    layer, rules, box = drawn([row], top=top)
    found = with_ruled_tables([Region(role, box)], layer, rules)
    assert [region.role for region in found] == ["table" if is_table else role]


def test_the_first_and_the_last_row_of_high_rows_have_cells_of_their_own() -> None:
    layer, rules, box = drawn([*NUMBERS, ["West", "77"]], high=60)
    grid = ruled_grid(rules, box._replace(y0=box.y0 + 20, y1=box.y1 - 20))
    assert grid is not None
    assert len(grid.ys) == 5
    blocks, _ = build_blocks(layer, with_ruled_tables([Region("text", box)], layer, rules), AROUND)
    assert blocks[0].text == "|Quay|Ships|\n|---|---|\n|North|410|\n|South|840|\n|West|77|"


def test_the_line_of_another_frame_is_not_that_of_a_table() -> None:
    _, rules, box = drawn(NUMBERS)
    frame = Rules((*rules.horizontal, (30.0, LEFT, LEFT + 200.0)), rules.vertical)
    grid = ruled_grid(frame, box)
    assert grid is not None
    assert grid.ys[0] == TOP


def test_drawn_columns_without_any_text_belong_to_a_table() -> None:
    layer, _, box = drawn([["North", "410", ""], ["South", "840", ""], ["West", "77", ""]])
    corners = [(LEFT + WIDE * x, TOP + HIGH * y) for y in range(3) for x in range(3)]
    across = tuple((float(at), float(x), float(x + WIDE)) for x, y in corners for at in (y, y + HIGH))
    down = tuple((float(at), float(y), float(y + HIGH)) for x, y in corners for at in (x, x + WIDE))
    seen = box._replace(x1=LEFT + 2 * WIDE - 4.0)
    cells = tuple(
        tuple(Box(LEFT + WIDE * x, TOP + HIGH * y, LEFT + WIDE * (x + 1), TOP + HIGH * (y + 1)) for x in range(2))
        for y in range(3)
    )
    blocks, _ = build_blocks(layer, [Region("table", seen, cells, Rules(across, down))], AROUND)
    assert blocks[0].text.splitlines()[-1] == "|West|77||"


@pytest.mark.parametrize("gap", [1.2, 1.9])
def test_cells_that_a_browser_draws_apart_are_divided_once(gap: float) -> None:
    layer, _, box = drawn(NUMBERS)
    places = [(LEFT + WIDE * x, TOP + HIGH * y) for y in range(3) for x in range(2)]
    edges = [(x + gap, y + gap, x + WIDE - gap, y + HIGH - gap) for x, y in places]
    across = tuple((y, x0, x1) for x0, y0, x1, y1 in edges for y in (y0, y1))
    down = tuple((x, y0, y1) for x0, y0, x1, y1 in edges for x in (x0, x1))
    found = ruled_grid(Rules(across, down), box)
    assert found is not None
    assert (len(found.xs), len(found.ys)) == (3, 4)
    blocks, _ = build_blocks(layer, with_ruled_tables([Region("text", box)], layer, Rules(across, down)), AROUND)
    assert blocks[0].text == "|Quay|Ships|\n|---|---|\n|North|410|\n|South|840|"


def test_a_drawn_header_that_the_model_takes_for_a_heading_joins_its_table() -> None:
    layer, rules, box = drawn(NUMBERS)
    header, body = box._replace(y1=TOP + HIGH - 5), box._replace(y0=TOP + HIGH + 5)
    cells = tuple(
        tuple(Box(LEFT + WIDE * x, TOP + HIGH * y, LEFT + WIDE * (x + 1), TOP + HIGH * (y + 1)) for x in range(2))
        for y in (1, 2)
    )
    regions = [Region("section-header", header), Region("table", body, cells, rules)]
    blocks, _ = build_blocks(layer, with_ruled_tables(regions, layer, rules), AROUND)
    assert [block.text for block in blocks] == ["|Quay|Ships|\n|---|---|\n|North|410|\n|South|840|"]


def test_a_heading_over_a_table_stays_one() -> None:
    layer, rules, box = drawn([["Ships of quays", ""], *NUMBERS[1:]])
    header, body = box._replace(y1=TOP + HIGH - 5), box._replace(y0=TOP + HIGH + 5)
    cells = tuple(
        tuple(Box(LEFT + WIDE * x, TOP + HIGH * y, LEFT + WIDE * (x + 1), TOP + HIGH * (y + 1)) for x in range(2))
        for y in (1, 2)
    )
    regions = [Region("section-header", header), Region("table", body, cells, rules)]
    assert [region.role for region in with_ruled_tables(regions, layer, rules)] == ["section-header", "table"]


def test_the_columns_of_one_cell_a_row_are_told_from_the_print() -> None:
    rows = [["Tariff", "Day"], ["Basic", "31.2"], ["Green", "33.0"], ["Firm", "27.5"]]
    layer, _, box = drawn(rows)
    cells = tuple((Box(LEFT, TOP + HIGH * y, LEFT + 2 * WIDE, TOP + HIGH * (y + 1)),) for y in range(4))
    blocks, _ = build_blocks(layer, [Region("table", box, cells, Rules())], AROUND)
    assert blocks[0].text == "|Tariff|Day|\n|---|---|\n|Basic|31.2|\n|Green|33.0|\n|Firm|27.5|"


def test_the_lines_of_a_table_close_by_are_not_its_own() -> None:
    _, rules, box = drawn(NUMBERS)
    lower = Rules(
        tuple((y + 75, x0, x1) for y, x0, x1 in rules.horizontal),
        tuple((x + 30, y0 + 75, y1 + 75) for x, y0, y1 in rules.vertical),
    )
    both = Rules(rules.horizontal + lower.horizontal, rules.vertical + lower.vertical)
    assert ruled_grid(both, box) == ruled_grid(rules, box)
