import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.text.tables import Table, parse_table

CELL = st.text(alphabet="abcXYZ019 .-%<>&|*_", max_size=8).map(lambda text: " ".join(text.split()))
GRID = st.integers(2, 4).flatmap(
    lambda width: st.lists(st.lists(CELL, min_size=width, max_size=width), min_size=1, max_size=6)
)


def table_of(text: str) -> Table:
    table = parse_table(text)
    assert table is not None
    return table


def shown(table: Table) -> list[str]:
    return sorted(c for row in [table.columns, *table.rows] for cell in row for c in cell if c.isalnum())


@given(GRID)
def test_every_cell_of_an_html_table_is_kept(grid: list[list[str]]) -> None:
    rows = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in grid)
    table = parse_table(f"<table>{rows}</table>")
    cells = {cell for row in grid for cell in row if cell}
    if table is None:
        assert not cells
    else:
        # A row of one cell above the head of the table is its caption.
        text = " ".join([table.caption, *table.columns, *(cell for row in table.rows for cell in row)])
        assert all(cell in text for cell in cells)


@given(st.text(alphabet="<>/tabledrhcopsn=\"'1 9a\n", max_size=200))
def test_broken_html_never_raises_and_keeps_its_text(text: str) -> None:
    table = parse_table("<table><tr><td>kept " + text)
    assert table is not None
    assert "kept" in " ".join([table.caption, *table.columns, *(cell for row in table.rows for cell in row)])


@given(GRID)
def test_a_rendered_table_is_read_back_the_same(grid: list[list[str]]) -> None:
    words = [[re.sub(r"[^\w %.]", "", cell).strip() or "w" for cell in row] for row in grid]
    # One text in all cells of a row is one cell that spans it.
    words = [row if len(set(row)) > 1 else [f"{row[0]} one", *row[1:]] for row in words]
    table = Table([f"Name{x}" for x in range(len(words[0]))], words)
    read = table_of(table.markdown())
    assert shown(read) == shown(table)


def test_a_second_header_row_is_merged_and_spans_are_filled() -> None:
    table = table_of("|Model|AIME 2024||MATH-500|\n|-|-|-|-|\n||pass@1|cons@64|pass@1|\n|o1|63.6|80.0|90.0|")
    assert table.columns == ["Model", "AIME 2024 pass@1", "AIME 2024 cons@64", "MATH-500 pass@1"]
    assert table.rows == [["o1", "63.6", "80.0", "90.0"]]


def test_a_second_header_row_may_carry_the_name_of_the_labels() -> None:
    table = table_of("||AIME|AIME|\n|---|---|---|\n|Model|pass@1|cons@64|\n|o1|1|2|")
    assert table.columns == ["Model", "AIME pass@1", "AIME cons@64"]


def test_a_row_of_years_is_a_second_header() -> None:
    table = table_of("||Three months||\n|---|---|---|\n|($m)|2023|2022|\n|Sales|1|2|")
    assert table.columns == ["($m)", "Three months 2023", "Three months 2022"]


def test_a_row_without_numbers_but_with_a_label_is_no_header() -> None:
    table = table_of(
        "||Benchmark|V3|R1|\n|---|---|---|---|\n||Architecture|MoE|MoE|\n||MMLU|88.5|90.8|\n|Math|AIME|39.2|79.8|"
    )
    assert table.columns == ["", "Benchmark", "V3", "R1"]
    assert len(table.rows) == 3


def test_a_first_row_with_a_name_is_no_header_though_it_holds_no_numbers() -> None:
    assert table_of("|name|one|two|\n|---|---|---|\n|a|a||\n|7|7|a|").rows == [["a", "a", ""], ["7", "7", "a"]]


def test_only_one_row_under_an_empty_corner_is_a_header() -> None:
    assert table_of("|name|one|two|\n|---|---|---|\n||a|b|\n|c|d|e|\n|f|g|h|").columns == ["name", "one a", "two b"]


def test_a_group_column_is_not_the_label() -> None:
    table = table_of("||Benchmark|V3|\n|---|---|---|\n||MMLU|88.5|\n|Elih|DROP|91.6|\n||FRAMES|73.3|\n|Math|AIME|39.2|")
    assert table.label == 1
    assert table.row_cells(0) == (("Benchmark", "MMLU"), ("V3", "88.5"))
    assert table.row_search(0, "Table 4 | Scores.") == "Table 4 | Scores. MMLU | V3: 88.5"


def test_an_html_group_that_spans_rows_is_carried_to_each() -> None:
    rows = "<tr><td rowspan=2>Math</td><td>AIME</td><td>1</td></tr><tr><td>CNMO</td><td>-</td></tr>"
    table = table_of(f"<table><tr><th></th><th>Benchmark</th><th>R1</th></tr>{rows}</table>")
    assert table.row_search(0, "") == "Math AIME | R1: 1"
    assert table.row_search(1, "") == "Math CNMO"
    assert table.row_text(1) == "CNMO -"


def test_html_spans_fill_headers_across_and_cells_downwards() -> None:
    head = '<tr><th rowspan="2">Model</th><th colspan="2">AIME</th></tr><tr><th>p</th><th>c</th></tr>'
    table = table_of(
        f"<table><thead>{head}</thead><tr><td>A</td><td>1</td><td rowspan=2>2</td></tr><tr><td>B</td><td>3</td></tr>"
    )
    assert table.columns == ["Model", "AIME p", "AIME c"]
    assert table.rows == [["A", "1", "2"], ["B", "3", "2"]]


def test_a_hostile_span_is_capped() -> None:
    table = table_of('<table><tr><td colspan="99999999" rowspan="99999999">a</td></tr></table>')
    assert len(table.columns) < 100


def test_characters_in_cells_that_only_look_like_markup_are_text() -> None:
    table = table_of("|Item|n|\n|---|---|\n|# Params|**37B**|\n|Change|- 5|\n|GPT-4-<br>Turbo|a<br>b|")
    assert table.rows == [["# Params", "37B"], ["Change", "- 5"], ["GPT-4-Turbo", "a b"]]


def test_a_slice_repeats_the_header_and_escapes_pipes() -> None:
    table = Table(["a", "b|c"], [["1", "2"], ["3", "4"]])
    assert table.markdown(1, 2) == "| a | b\\|c |\n| --- | --- |\n| 3 | 4 |"


def test_text_without_a_table_is_none() -> None:
    assert parse_table("No table here.") is None
    assert parse_table("") is None


def test_tables_of_contents_are_recognised() -> None:
    contents = parse_table("| The station | 2 |\n| --- | --- |\n| Seabirds | 3 |\n| Weather | 4 |\n| Money | 6 |")
    assert contents is not None
    assert contents.is_contents
    years = parse_table("| Species | 2023 | 2024 |\n| --- | --- | --- |\n| Gull | 12 | 13 |\n| Puffin | 14 | 15 |")
    assert years is not None
    assert not years.is_contents
    counts = parse_table("| Month | Visitors |\n| --- | --- |\n| May | 12 |\n| June | 20 |\n| July | 31 |")
    assert counts is not None
    assert not counts.is_contents


def test_a_text_in_two_header_rows_of_a_column_is_said_once() -> None:
    table = parse_table("| name | one | two |\n| --- | --- | --- |\n| | per nest | |\n| | per nest | |\n| tern | | 7 |")
    assert table is not None
    assert list(table.columns) == ["name", "one per nest", "two"]
    assert [list(row) for row in table.rows] == [["tern", "", "7"]]


@pytest.mark.parametrize(
    ("rows", "columns"),
    [
        (["||Weekdays|Weekdays|Sunday|", "|Harbour|6:05|7:35|8:20|", "|Stadium|6:20|7:52|8:34|"], 3),
        (["||Monday|Tuesday|", "|Breakfast|porridge|eggs|", "|Supper|soup|fish|"], 2),
        (["||Group A|Group B|", "|1 May|Lund – Moe|Vik – Aas|", "|8 May|Moe – Vik|Aas – Lund|"], 2),
    ],
)
def test_the_first_row_under_an_empty_corner_is_a_row(rows: list[str], columns: int) -> None:
    table = parse_table("\n".join([rows[0], "|---" * (columns + 1) + "|", *rows[1:]]))
    assert table is not None
    assert list(table.columns) == rows[0][1:-1].split("|")
    assert [list(row) for row in table.rows] == [row[1:-1].split("|") for row in rows[1:]]


def test_the_first_field_of_a_form_is_no_header() -> None:
    table = table_of(
        "| Title: | Biology |\n| --- | --- |\n| Grades: | 11th, 12th |\n| Honours? | No |\n|  | Yes with college B |"
    )
    assert table.columns == ["", ""]
    assert [table.row_search(index, "") for index in range(4)] == [
        "Title: | Biology", "Grades: | 11th, 12th", "Honours? | No", "Honours? | Yes with college B",
    ]  # fmt: skip
    assert table.row_text(3) == "Yes with college B"  # as the page has it


@pytest.mark.parametrize(
    "text", ["| Name: | Value: |\n| --- | --- |\n| A | 4 |", "| Port | Boats |\n|---|---|\n| A: | 4 |"]
)
def test_a_header_over_a_form_stays_one(text: str) -> None:
    assert any(table_of(text).columns)
